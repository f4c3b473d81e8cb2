//! The journal's file behind core's `Disk`: an append is acknowledged after fsync of the file, and its creation after
//! fsync of the folder.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use attention_core::journal::{Disk, DiskError, JOURNAL_MAX_BYTES};

use super::StoreError;

/// An append-only file.
#[derive(Debug)]
pub struct FileDisk {
    path: PathBuf,
    file: File,
}

impl FileDisk {
    /// Opens the file, makes it durably if it is not there.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let open = || {
            let existed = path.exists();
            let file = OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(path)?;
            if !existed {
                file.sync_all()?;
                // A bare file name has the empty path as its parent, which no call takes for the working folder.
                let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
                File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
            }
            Ok(file)
        };
        let file = open().map_err(|error| StoreError::io(path, error))?;
        Ok(Self { path: path.to_owned(), file })
    }

    fn wrap(&self, error: &std::io::Error) -> DiskError {
        DiskError(format!("{}: {error}", self.path.display()))
    }
}

impl Disk for FileDisk {
    fn read_all(&mut self) -> Result<Vec<u8>, DiskError> {
        let mut bytes = Vec::new();
        // One more than the limit, so that a file above it is seen to be.
        let limit = u64::try_from(JOURNAL_MAX_BYTES).map_or(u64::MAX, |max| max + 1);
        let read =
            self.file.seek(SeekFrom::Start(0)).and_then(|_| (&self.file).take(limit).read_to_end(&mut bytes));
        read.map_err(|error| self.wrap(&error))?;
        Ok(bytes)
    }

    fn append_sync(&mut self, bytes: &[u8]) -> Result<(), DiskError> {
        let append = self.file.write_all(bytes).and_then(|()| self.file.sync_all());
        append.map_err(|error| self.wrap(&error))
    }

    fn truncate_sync(&mut self, len: u64) -> Result<(), DiskError> {
        let cut = self.file.set_len(len).and_then(|()| self.file.sync_all());
        cut.map_err(|error| self.wrap(&error))
    }
}

#[cfg(test)]
mod tests {
    use attention_core::journal::{Journal, RecordKind};

    use super::*;

    #[test]
    fn records_survive_and_a_torn_tail_is_dropped() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal");
        let mut opened = Journal::open(FileDisk::open(&path).unwrap()).unwrap();
        assert!(opened.records.is_empty());
        opened.journal.append(RecordKind::Signed, b"one").unwrap();
        opened.journal.append(RecordKind::Submission, b"two").unwrap();
        drop(opened);
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, &whole[..whole.len() - 5]).unwrap();
        let opened = Journal::open(FileDisk::open(&path).unwrap()).unwrap();
        let payloads: Vec<_> = opened.records.iter().map(|record| record.payload.as_slice()).collect();
        assert_eq!(payloads, [b"one"]);
        assert!(opened.dropped_tail_bytes > 0);
        let mut damaged = std::fs::read(&path).unwrap();
        damaged[12] ^= 1;
        damaged.extend_from_slice(&whole);
        std::fs::write(&path, &damaged).unwrap();
        assert!(
            Journal::open(FileDisk::open(&path).unwrap()).is_err(),
            "corruption in the middle is not a torn tail"
        );
    }
}
