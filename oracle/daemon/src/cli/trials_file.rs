//! The file of a search's trials: locked while the search runs, every line durable before the next trial begins.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use attention_core::journal::Disk;
use attention_tasks::search::{Search, TRIALS_BYTES_MAX, read_trials};

use super::CliError;
use crate::output::ExitStatus;
use crate::store::{FileDisk, read_bounded};

/// An open file of trials.
#[derive(Debug)]
pub(super) struct TrialsFile {
    path: PathBuf,
    disk: FileDisk,
    _lock: File,
}

impl TrialsFile {
    /// Opens the file, makes it if it is not there, and has the search take over what it holds. A last line that a crash cut
    /// short is cut off.
    pub(super) fn open(path: &Path, search: &mut Search) -> Result<Self, CliError> {
        let disk = FileDisk::open(path)?;
        let lock = File::open(path).map_err(|error| CliError::file(path, error))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let problem = format!("{} is in use by another search", path.display());
                return Err(CliError::new(ExitStatus::Failed, problem));
            }
            Err(TryLockError::Error(error)) => return Err(CliError::file(path, error)),
        }
        let mut file = Self { path: path.to_owned(), disk, _lock: lock };
        let bytes = read_bounded(path, TRIALS_BYTES_MAX as u64)?;
        let read = read_trials(&bytes).map_err(|error| CliError::file(path, error))?;
        search.resume(&read).map_err(|error| CliError::file(path, error))?;
        if read.whole_bytes < bytes.len() {
            file.disk.truncate_sync(read.whole_bytes as u64).map_err(|error| file.failed(error))?;
        }
        if read.header.is_none() {
            file.append(&search.header_line()?)?;
        }
        Ok(file)
    }

    /// Appends a line; it is on the disk when this returns.
    pub(super) fn append(&mut self, line: &str) -> Result<(), CliError> {
        self.disk.append_sync(line.as_bytes()).map_err(|error| self.failed(error))
    }

    fn failed(&self, error: impl std::fmt::Display) -> CliError {
        CliError::new(ExitStatus::Failed, format!("{}: {error}", self.path.display()))
    }
}
