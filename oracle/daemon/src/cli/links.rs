//! `links`.

use std::path::PathBuf;

use attention_core::links::LinkTable;
use attention_features::UserId;
use attention_protocol::hash::sha256;
use clap::{Args, Subcommand};
use serde_json::json;

use super::context::config;
use super::keys::words;
use super::progress::bar;
use super::{Cli, CliError};
use crate::chain::Wallet;
use crate::output::print_json;
use crate::store::{DataDir, EventStore, read_bounded, write_atomic};

/// One user in ten stays without a wallet.
const UNLINKED_ONE_IN: u64 = 10;

/// What to do with links.
#[derive(Debug, Args)]
pub struct LinksArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// For demonstrations: give every user but a fixed, seeded tenth a wallet derived from one mnemonic.
    Derive {
        /// File with the words, mode 0600.
        #[arg(long, value_name = "FILE")]
        mnemonic_file: PathBuf,
        /// Seed that chooses who stays unlinked.
        #[arg(long, default_value_t = 42)]
        seed: u64,
        /// The link file to write.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// Also write user,address,index: which path index each wallet has.
        #[arg(long, value_name = "FILE")]
        indices: Option<PathBuf>,
    },
    /// Check a link file.
    Check {
        /// The file.
        file: PathBuf,
    },
}

pub(super) fn run(cli: &Cli, args: &LinksArgs) -> Result<(), CliError> {
    let config = config(cli)?;
    match &args.action {
        Action::Derive { mnemonic_file, seed, out, indices } => {
            let words = words(Some(mnemonic_file))?;
            let data = DataDir::open(&config.data_dir)?;
            let users: std::collections::BTreeSet<UserId> =
                EventStore::open(&data.events())?.load()?.into_iter().map(|event| event.user).collect();
            let progress = bar("deriving wallets", u64::try_from(users.len()).unwrap_or(u64::MAX));
            let (mut file, mut index_file) = ("user,address\n".to_owned(), "user,address,index\n".to_owned());
            let (mut linked, mut unlinked) = (0u32, 0u32);
            for user in &users {
                progress.inc(1);
                if stays_unlinked(*seed, user) {
                    unlinked += 1;
                    continue;
                }
                let wallet = Wallet::from_mnemonic(&words, linked, &config.chain.prefix)?;
                file.push_str(&format!("{user},{}\n", wallet.address()));
                index_file.push_str(&format!("{user},{},{linked}\n", wallet.address()));
                linked += 1;
            }
            progress.finish_and_clear();
            write_atomic(out, file.as_bytes())?;
            if let Some(path) = indices {
                write_atomic(path, index_file.as_bytes())?;
            }
            report(cli, linked as usize, Some(unlinked), None)
        }
        Action::Check { file } => {
            let bytes = read_bounded(file, 1 << 30)?;
            let text = String::from_utf8(bytes).map_err(|_| CliError::file(file, "it is not UTF-8 text"))?;
            let table = LinkTable::parse_csv(&text, &config.chain.prefix)
                .map_err(|error| CliError::file(file, error))?;
            report(cli, table.len(), None, Some(hex::encode(table.hash())))
        }
    }
}

/// The same users for the same seed, whatever else is in the data.
fn stays_unlinked(seed: u64, user: &UserId) -> bool {
    let hash = sha256(&[b"attention/links/unlinked", &seed.to_be_bytes(), user.as_str().as_bytes()]);
    let number = hash.iter().take(8).fold(0u64, |number, byte| (number << 8) | u64::from(*byte));
    number % UNLINKED_ONE_IN == 0
}

fn report(cli: &Cli, linked: usize, unlinked: Option<u32>, hash: Option<String>) -> Result<(), CliError> {
    if cli.json {
        return Ok(print_json(&json!({"linked": linked, "unlinked": unlinked, "hash": hash}))?);
    }
    println!("{linked} users linked");
    if let Some(unlinked) = unlinked {
        println!("{unlinked} users left without a wallet");
    }
    if let Some(hash) = hash {
        println!("table hash {hash}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn about_a_tenth_stays_unlinked_and_always_the_same() {
        let users: Vec<_> = (0..2_000).map(|i| UserId::new(format!("0x{i:040x}")).unwrap()).collect();
        let chosen = |seed| users.iter().filter(|user| stays_unlinked(seed, user)).collect::<Vec<_>>();
        assert_eq!(chosen(42), chosen(42));
        assert_ne!(chosen(42), chosen(43));
        assert!((150..=250).contains(&chosen(42).len()), "{}", chosen(42).len());
    }
}
