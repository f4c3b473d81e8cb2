//! What the daemon keeps on disk.
//!
//! ```text
//! lock           held by the one process that may write the journal or the events
//! events.db      events (SQLite)
//! assets.csv     the asset catalogue
//! journal        what was signed and sent: append-only, durable before it is acted on
//! leaves/        published files by hash
//! models/        models by specification, cut and history
//! reports/       packed report bodies by epoch and revision
//! keys/          encrypted keys
//! ```

mod disk;
mod events;
mod files;
mod lock;
mod output;
mod registry;

pub use disk::FileDisk;
pub use events::{EventStore, Inserted};
pub use files::{HashedFiles, read_bounded, write_private};
pub use lock::{DataDir, DataLock};
pub use output::{OutputTarget, write_atomic};
pub use registry::RegistryDir;

use std::path::PathBuf;

use thiserror::Error;

/// Why something cannot be kept or found.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Another process has the folder.
    #[error("{dir} is in use by another attention-oracle: stop it first, or use another data_dir")]
    Locked {
        /// The folder.
        dir: PathBuf,
    },
    /// The folder was never made.
    #[error("{dir} does not exist: make it with `attention-oracle init`")]
    NoDataDir {
        /// The folder.
        dir: PathBuf,
    },
    /// Reading or writing failed.
    #[error("{path}: {source}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A command's output cannot go there.
    #[error("{path}: {problem}")]
    Output {
        /// What was named.
        path: PathBuf,
        /// What is wrong with it, and what to do.
        problem: String,
    },
    /// SQLite failed.
    #[error("{path}: {source}")]
    Database {
        /// The file.
        path: PathBuf,
        /// What it said.
        source: rusqlite::Error,
    },
    /// Content that cannot be what was written.
    #[error("{path} is damaged: {reason}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A file above its limit.
    #[error("{path} is {len} bytes long; at most {max} are read")]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its length.
        len: u64,
        /// The limit.
        max: u64,
    },
}

impl StoreError {
    pub(crate) fn io(path: impl Into<PathBuf>, source: std::io::Error) -> Self {
        Self::Io { path: path.into(), source }
    }

    /// True if a file is simply not there.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Io { source, .. } if source.kind() == std::io::ErrorKind::NotFound)
    }
}
