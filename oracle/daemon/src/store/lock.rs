//! The data folder and its lock.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::StoreError;

/// The folder and the paths in it.
#[derive(Debug, Clone)]
pub struct DataDir {
    root: PathBuf,
}

/// Holds the folder for this process until dropped (or the process ends, however it ends).
#[derive(Debug)]
pub struct DataLock {
    _file: File,
}

impl DataDir {
    /// Makes the folder with mode 0700 if it is not there.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn create(root: &Path) -> Result<Self, StoreError> {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(root);
        made.map_err(|error| StoreError::io(root, error))?;
        Ok(Self { root: root.to_owned() })
    }

    /// The folder, which has to exist.
    ///
    /// # Errors
    /// [`StoreError::NoDataDir`].
    pub fn open(root: &Path) -> Result<Self, StoreError> {
        if !root.is_dir() {
            return Err(StoreError::NoDataDir { dir: root.to_owned() });
        }
        Ok(Self { root: root.to_owned() })
    }

    /// Takes the folder for this process alone.
    ///
    /// # Errors
    /// [`StoreError::Locked`] if another has it.
    pub fn lock(&self) -> Result<DataLock, StoreError> {
        let path = self.root.join("lock");
        let file = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path);
        let file = file.map_err(|error| StoreError::io(&path, error))?;
        match file.try_lock() {
            Ok(()) => Ok(DataLock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(StoreError::Locked { dir: self.root.clone() }),
            Err(TryLockError::Error(error)) => Err(StoreError::io(path, error)),
        }
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Events.
    pub fn events(&self) -> PathBuf {
        self.root.join("events.db")
    }

    /// The asset catalogue.
    pub fn assets(&self) -> PathBuf {
        self.root.join("assets.csv")
    }

    /// What was signed and sent.
    pub fn journal(&self) -> PathBuf {
        self.root.join("journal")
    }

    /// Published files.
    pub fn leaves(&self) -> PathBuf {
        self.root.join("leaves")
    }

    /// Models.
    pub fn models(&self) -> PathBuf {
        self.root.join("models")
    }

    /// Report bodies.
    pub fn reports(&self) -> PathBuf {
        self.root.join("reports")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_at_a_time() {
        let dir = tempfile::tempdir().unwrap();
        let data = DataDir::create(&dir.path().join("data")).unwrap();
        let held = data.lock().unwrap();
        let error = data.lock().unwrap_err().to_string();
        assert!(error.contains("in use by another attention-oracle"), "{error}");
        drop(held);
        assert!(data.lock().is_ok());
        let error = DataDir::open(&dir.path().join("none")).unwrap_err().to_string();
        assert!(error.ends_with("make it with `attention-oracle init`"), "{error}");
    }
}
