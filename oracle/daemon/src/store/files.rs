//! Whole files: written so that a crash leaves the old or the new content, read up to a limit, found by hash.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use attention_protocol::Hash;
use attention_protocol::hash::sha256;

use super::StoreError;

/// The folder that a path is in: a bare file name has the empty path as its parent, which no call takes for the working folder.
pub(super) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Writes a file of the daemon's own whole, with mode 0600, in a folder that is made with mode 0700 if missing.
///
/// # Errors
/// [`StoreError::Io`].
pub fn write_private(path: &Path, content: &[u8]) -> Result<(), StoreError> {
    let folder = folder_of(path);
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|error| StoreError::io(folder, error))?;
    replace(path, content, 0o600, |_| Ok(())).map_err(|error| StoreError::io(path, error))
}

/// Temporary name, fsync, rename, fsync of the folder. `settle` gets the temporary file before anybody can see it under its name.
pub(super) fn replace(
    path: &Path,
    content: &[u8],
    mode: u32,
    settle: impl FnOnce(&File) -> std::io::Result<()>,
) -> std::io::Result<()> {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let unique = format!("tmp-{}-{}", std::process::id(), COUNTER.fetch_add(1, Ordering::Relaxed));
    let temporary = path.with_extension(unique);
    let write = || {
        let mut file =
            OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(&temporary)?;
        file.write_all(content)?;
        settle(&file)?;
        file.sync_all()?;
        std::fs::rename(&temporary, path)?;
        File::open(folder_of(path))?.sync_all()
    };
    write().inspect_err(|_| {
        // Renamed, or never made: then there is nothing to remove.
        drop(std::fs::remove_file(&temporary));
    })
}

/// Reads a file of at most `max` bytes. A pipe or a device says nothing of its length beforehand: of it, one byte more is read.
///
/// # Errors
/// [`StoreError::TooLarge`] or [`StoreError::Io`].
pub fn read_bounded(path: &Path, max: u64) -> Result<Vec<u8>, StoreError> {
    let io = |error| StoreError::io(path, error);
    let file = File::open(path).map_err(io)?;
    let mut len = file.metadata().map_err(io)?.len();
    let mut content = Vec::new();
    if len <= max {
        content.reserve_exact(usize::try_from(len).unwrap_or(0));
        len = file.take(max.checked_add(1).unwrap_or(max)).read_to_end(&mut content).map_err(io)? as u64;
    }
    if len > max {
        return Err(StoreError::TooLarge { path: path.to_owned(), len, max });
    }
    Ok(content)
}

/// A folder of files named by the SHA-256 of their content.
#[derive(Debug, Clone)]
pub struct HashedFiles {
    dir: PathBuf,
    bytes_max: u64,
}

impl HashedFiles {
    /// The folder; files above `bytes_max` bytes are not read.
    pub fn new(dir: impl Into<PathBuf>, bytes_max: u64) -> Self {
        Self { dir: dir.into(), bytes_max }
    }

    /// Where a file stands.
    pub fn path(&self, hash: &Hash) -> PathBuf {
        self.dir.join(format!("{}.bin", hex::encode(hash)))
    }

    /// Keeps content; returns its hash. Content that is there already is not written again.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn put(&self, content: &[u8]) -> Result<Hash, StoreError> {
        let hash = sha256(&[content]);
        let path = self.path(&hash);
        if !path.exists() {
            write_private(&path, content)?;
        }
        Ok(hash)
    }

    /// The content with a hash; `None` if it is not here.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if the file has another hash now.
    pub fn get(&self, hash: &Hash) -> Result<Option<Vec<u8>>, StoreError> {
        let path = self.path(hash);
        let content = match read_bounded(&path, self.bytes_max) {
            Err(error) if error.is_missing() => return Ok(None),
            content => content?,
        };
        if sha256(&[&content]) != *hash {
            let reason =
                "its content has another hash; delete it, it will be built or fetched again".to_owned();
            return Err(StoreError::Damaged { path, reason });
        }
        Ok(Some(content))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_is_found_by_its_hash_and_checked() {
        let dir = tempfile::tempdir().unwrap();
        let files = HashedFiles::new(dir.path().join("leaves"), 10);
        let hash = files.put(b"abc").unwrap();
        assert_eq!(hex::encode(hash), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(files.put(b"abc").unwrap(), hash);
        assert_eq!(files.get(&hash).unwrap().unwrap(), b"abc");
        assert_eq!(files.get(&[0; 32]).unwrap(), None);
        std::fs::write(files.path(&hash), b"abd").unwrap();
        assert!(matches!(files.get(&hash), Err(StoreError::Damaged { .. })));
        let large = files.put(&[0; 11]).unwrap();
        assert!(matches!(files.get(&large), Err(StoreError::TooLarge { len: 11, max: 10, .. })));
        assert_eq!(
            std::fs::read_dir(dir.path().join("leaves")).unwrap().count(),
            2,
            "no temporary file stays"
        );
    }
}
