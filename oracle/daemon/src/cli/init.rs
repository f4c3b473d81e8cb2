//! `init`.

use std::path::PathBuf;

use attention_protocol::msg::InstantiateMsg;
use clap::Args;
use serde_json::json;

use super::context::json_file;
use super::{Cli, CliError};
use crate::config::{Config, EXAMPLE};
use crate::output::print_json;
use crate::store::{DataDir, write_private};

/// What to write in place of the example's values.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// Chain id.
    #[arg(long)]
    chain_id: Option<String>,
    /// RPC node; repeat for more.
    #[arg(long = "rpc", value_name = "URL")]
    rpcs: Vec<String>,
    /// Address of the contract.
    #[arg(long)]
    contract: Option<String>,
    /// Data folder, from the configuration file's folder.
    #[arg(long)]
    data_dir: Option<String>,
    /// The message the contract was created with: fills [deployment].
    #[arg(long, value_name = "FILE")]
    instantiate_msg: Option<PathBuf>,
    /// Specification file, from the configuration file's folder.
    #[arg(long)]
    spec: Option<String>,
    /// Link file, from the configuration file's folder.
    #[arg(long)]
    links: Option<String>,
    /// Another operator's API; repeat for more.
    #[arg(long = "peer", value_name = "URL")]
    peers: Vec<String>,
    /// Where the own API listens.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// Overwrite an existing configuration file. Data and keys are never touched.
    #[arg(long)]
    force: bool,
}

pub(super) fn run(cli: &Cli, args: &InitArgs) -> Result<(), CliError> {
    if cli.config.exists() && !args.force {
        let problem = "exists already; name another file by --config, or give --force";
        return Err(CliError::file(&cli.config, problem));
    }
    let mut text = EXAMPLE.to_owned();
    let mut set = |section: &str, key: &str, value: &toml::Value| text = replaced(&text, section, key, value);
    let strings: [(&str, &str, &Option<String>); 6] = [
        ("", "data_dir", &args.data_dir),
        ("chain", "chain_id", &args.chain_id),
        ("chain", "contract", &args.contract),
        ("spec", "file", &args.spec),
        ("data", "links", &args.links),
        ("api", "listen", &args.listen),
    ];
    for (section, key, value) in strings {
        if let Some(value) = value {
            set(section, key, &value.clone().into());
        }
    }
    for (section, key, list) in [("chain", "rpcs", &args.rpcs), ("peers", "urls", &args.peers)] {
        if !list.is_empty() {
            set(section, key, &list.clone().into());
        }
    }
    if let Some(file) = &args.instantiate_msg {
        for (key, value) in deployment(&json_file(file)?)? {
            set("deployment", key, &value);
        }
    }
    // Checked before it is written: what is refused leaves no file that the next try would have to overwrite.
    let config = Config::parse(&text, &cli.config)?;
    write_private(&cli.config, text.as_bytes())?;
    DataDir::create(&config.data_dir)?;
    if cli.json {
        return Ok(print_json(&json!({"config": cli.config, "data_dir": config.data_dir}))?);
    }
    println!("wrote {}", cli.config.display());
    println!("data folder {}", config.data_dir.display());
    println!("next: keys add {}, keys add {}, import, doctor, run", config.signer, config.transmitter);
    Ok(())
}

fn deployment(msg: &InstantiateMsg) -> Result<Vec<(&'static str, toml::Value)>, CliError> {
    let number = |value: u64| i64::try_from(value).map(toml::Value::from).map_err(CliError::input);
    let operators: Vec<toml::Value> = msg
        .operators
        .iter()
        .map(|operator| {
            let mut table = toml::Table::new();
            table.insert("name".to_owned(), operator.name.clone().into());
            table.insert("pubkey".to_owned(), hex::encode(&operator.pubkey).into());
            table.into()
        })
        .collect();
    let clock = &msg.clock;
    Ok(vec![
        ("faulty_max", number(u64::from(msg.faulty_max))?),
        ("genesis_s", number(clock.genesis_s)?),
        ("epoch_length_s", number(clock.epoch_length_s)?),
        ("report_period_s", number(clock.report_period_s)?),
        ("dispute_window_s", number(clock.dispute_window_s)?),
        ("open_period_s", number(clock.open_period_s)?),
        ("min_blocks", number(u64::from(clock.min_blocks))?),
        ("operators", operators.into()),
    ])
}

/// The text with one key's line replaced, comments kept.
fn replaced(text: &str, section: &str, key: &str, value: &toml::Value) -> String {
    let mut current = "";
    let start = format!("{key} = ");
    let mut lines = Vec::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            current = name;
        }
        let is_it = current == section && line.starts_with(&start);
        lines.push(if is_it { format!("{start}{value}") } else { line.to_owned() });
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_key_of_the_section_changes() {
        let text = "a = 1\n[x]\n# why\na = 2\n[y]\na = 3\n";
        assert_eq!(replaced(text, "x", "a", &9.into()), "a = 1\n[x]\n# why\na = 9\n[y]\na = 3\n");
        assert_eq!(replaced(text, "", "a", &"q\"".into()), "a = 'q\"'\n[x]\n# why\na = 2\n[y]\na = 3\n");
    }
}
