//! `keys`.

use std::io::Read;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use secrecy::{ExposeSecret, SecretString};

use super::context::{config, passphrase};
use super::{Cli, CliError};
use crate::chain::new_mnemonic;
use crate::keys::{KeyInfo, KeyStore, read_secret_file};
use crate::output::{print_json, tell};

/// A mnemonic of 24 words has at most 215 characters.
const MNEMONIC_BYTES_MAX: usize = 512;

/// What to do with keys.
#[derive(Debug, Args)]
pub struct KeysArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make a new key. Its words are shown nowhere; `keys export` writes them to a file.
    Add {
        /// Its name.
        name: String,
    },
    /// Show a key's address and public key.
    Show {
        /// Its name.
        name: String,
    },
    /// List all keys.
    List,
    /// Import words.
    Import {
        /// Its name.
        name: String,
        /// File with the words, mode 0600; standard input if absent.
        #[arg(long, value_name = "FILE")]
        mnemonic_file: Option<PathBuf>,
        /// Index i of the path m/44'/118'/0'/0/i.
        #[arg(long, default_value_t = 0)]
        index: u32,
    },
    /// Write a key's words to a new file with mode 0600.
    Export {
        /// Its name.
        name: String,
        /// The file, which must not exist.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

pub(super) fn run(cli: &Cli, args: &KeysArgs) -> Result<(), CliError> {
    let config = config(cli)?;
    let store = KeyStore::new(&config.keys_dir);
    let prefix = config.chain.prefix.as_str();
    match &args.action {
        Action::Add { name } => {
            let words = new_mnemonic()?;
            show(cli, &store.add(name, &words, 0, prefix, &passphrase(cli, true)?)?)
        }
        Action::Show { name } => show(cli, &store.info(name)?),
        Action::List => {
            let keys = store.list()?;
            if cli.json {
                return Ok(print_json(&keys)?);
            }
            for key in keys {
                println!("{:<16} {} {}", key.name, key.address, key.pubkey);
            }
            Ok(())
        }
        Action::Import { name, mnemonic_file, index } => {
            let words = words(mnemonic_file.as_deref())?;
            show(cli, &store.add(name, &words, *index, prefix, &passphrase(cli, true)?)?)
        }
        Action::Export { name, out } => {
            store.info(name)?;
            let words = store.export(name, &passphrase(cli, false)?)?;
            crate::keys::write_new(out, format!("{}\n", words.expose_secret()).as_bytes())?;
            tell(format_args!(
                "the words of {name} are in {}: whoever reads them has the key",
                out.display()
            ));
            Ok(())
        }
    }
}

/// Words from a private file, else from standard input.
pub(super) fn words(file: Option<&std::path::Path>) -> Result<SecretString, CliError> {
    if let Some(file) = file {
        let text = read_secret_file(file, MNEMONIC_BYTES_MAX)?;
        return Ok(SecretString::from(text.expose_secret().trim().to_owned()));
    }
    let mut text = String::new();
    let limit = u64::try_from(MNEMONIC_BYTES_MAX).unwrap_or(u64::MAX);
    std::io::stdin().take(limit).read_to_string(&mut text).map_err(CliError::input)?;
    Ok(SecretString::from(text.trim().to_owned()))
}

fn show(cli: &Cli, key: &KeyInfo) -> Result<(), CliError> {
    if cli.json {
        return Ok(print_json(key)?);
    }
    println!("name     {}\naddress  {}\npubkey   {}", key.name, key.address, key.pubkey);
    Ok(())
}
