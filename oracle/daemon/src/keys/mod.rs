//! Key files: BIP-39 words, encrypted by age with a passphrase, readable by their owner alone.
//!
//! `<name>.age` holds the words, `<name>.json` what may be seen without the passphrase. The two roles an operator needs,
//! signer and transmitter, are named in the configuration; an operator's cold admin key has no place here.

mod encrypted;
mod passphrase;
mod store;

pub use encrypted::{SCRYPT_LOG_N, SCRYPT_LOG_N_MAX};
pub(crate) use passphrase::read_secret_file;
pub use passphrase::{PASSPHRASE_BYTES_MAX, PASSPHRASE_FILE_ENV, Passphrase};
pub(crate) use store::write_new;
pub use store::{KEYS_MAX, KeyInfo, KeyStore};

use std::path::PathBuf;

use thiserror::Error;

use crate::chain::WalletError;

/// Why a key file cannot be made, read or unlocked.
#[derive(Debug, Error)]
pub enum KeyError {
    /// A name that cannot be a file name.
    #[error("key name {0:?}: use 1 to 64 lower-case letters, digits, '-' and '_'")]
    Name(String),
    /// There is one of that name.
    #[error("key {name:?} exists already in {dir}: choose another name, or move the old files away")]
    Exists {
        /// The name.
        name: String,
        /// The folder.
        dir: PathBuf,
    },
    /// There is none of that name.
    #[error("there is no key {name:?} in {dir}: make one with `attention-oracle keys add {name}`")]
    Missing {
        /// The name.
        name: String,
        /// The folder.
        dir: PathBuf,
    },
    /// The folder holds too many keys.
    #[error("{dir} holds more than {KEYS_MAX} keys")]
    TooMany {
        /// The folder.
        dir: PathBuf,
    },
    /// A secret that others can read.
    #[error("{path} has mode {mode:04o}: others could read it; run `chmod 600 {path}`")]
    Permissions {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Reading or writing failed.
    #[error("{path}: {source}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The passphrase does not open the file.
    #[error("{path}: wrong passphrase")]
    WrongPassphrase {
        /// The file.
        path: PathBuf,
    },
    /// Not an age file of ours, or a damaged one.
    #[error("{path}: {reason}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// No passphrase that could be used.
    #[error("passphrase: {0}")]
    Passphrase(String),
    /// The words.
    #[error(transparent)]
    Wallet(#[from] WalletError),
}

impl KeyError {
    pub(crate) fn io(path: impl Into<PathBuf>, source: std::io::Error) -> Self {
        Self::Io { path: path.into(), source }
    }
}
