//! `report`.

use attention_core::verify::{Verdict, verify_report};
use attention_protocol::ReportBody;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::context::{builder, config, reader};
use super::{Cli, CliError};
use crate::epoch::body_of;
use crate::output::{ExitStatus, print_json};
use crate::store::{DataDir, write_private};

/// What to do with a report.
#[derive(Debug, Args)]
pub struct ReportArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Compute it: the same bytes on every machine.
    Build {
        /// The chain epoch.
        #[arg(long)]
        epoch: u64,
    },
    /// Show the one on chain.
    Show {
        /// The chain epoch.
        #[arg(long)]
        epoch: u64,
    },
    /// Compute it and compare it with the one on chain; a difference exits with 5.
    Verify {
        /// The chain epoch.
        #[arg(long)]
        epoch: u64,
    },
}

pub(super) async fn run(cli: &Cli, args: &ReportArgs) -> Result<(), CliError> {
    let config = config(cli)?;
    match &args.action {
        Action::Build { epoch } => {
            let built = super::epoch::build(&*builder(&config).await?, *epoch, true).await?.output;
            let data = DataDir::open(&config.data_dir)?;
            let name = format!("{epoch}-{}.report", built.body.revision);
            write_private(&data.reports().join(name), &built.body.pack())?;
            let mut shown = describe(&built.body);
            shown["summary"] = json!(built.summary);
            print(cli, &shown)
        }
        Action::Show { epoch } => {
            let report = reader(&config)?.report(*epoch).await?;
            let mut shown = match body_of(&report)? {
                Some((body, _)) => describe(&body),
                None => json!({"epoch": epoch}),
            };
            shown["status"] = json!(report.status);
            shown["revision"] = json!(report.revision);
            shown["signers"] = json!(report.signers);
            print(cli, &shown)
        }
        Action::Verify { epoch } => {
            let builder = builder(&config).await?;
            let report = builder.reader().report(*epoch).await?;
            let (theirs, _) = body_of(&report)?.ok_or_else(|| {
                CliError::new(ExitStatus::Chain, format!("epoch {epoch} has no report on chain"))
            })?;
            let built = super::epoch::build(&builder, *epoch, false).await?.output;
            match verify_report(&built.body, &theirs) {
                Verdict::Match => {
                    let digest = hex::encode(built.body.digest());
                    let mut shown = json!({"epoch": epoch, "verdict": "match", "digest": digest});
                    if cli.json {
                        shown["summary"] = json!(built.summary);
                    }
                    print(cli, &shown)
                }
                Verdict::Mismatch { field, ours, theirs } => {
                    let text = format!("epoch {epoch}: {field} is {ours} here and {theirs} on chain");
                    Err(CliError::new(ExitStatus::Refused, text))
                }
            }
        }
    }
}

pub(super) fn describe(body: &ReportBody) -> Value {
    json!({
        "epoch": body.epoch,
        "revision": body.revision,
        "digest": hex::encode(body.digest()),
        "input_root": hex::encode(body.input_root),
        "model_hash": hex::encode(body.model_hash),
        "campaigns_root": hex::encode(body.campaigns_root),
        "campaign_count": body.campaign_count,
        "assets_root": hex::encode(body.assets_root),
        "asset_count": body.asset_count,
        "leaves_hash": hex::encode(body.leaves_hash),
        "prev_digest": hex::encode(body.prev_digest),
        "config_digest": hex::encode(body.config_digest),
    })
}

pub(super) fn print(cli: &Cli, value: &Value) -> Result<(), CliError> {
    if cli.json {
        return Ok(print_json(value)?);
    }
    for (key, value) in value.as_object().into_iter().flatten() {
        match value {
            Value::String(text) => println!("{key:<16} {text}"),
            other => println!("{key:<16} {other}"),
        }
    }
    Ok(())
}
