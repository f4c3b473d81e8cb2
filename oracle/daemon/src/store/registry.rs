//! The files of a registry of models: one manifest, and models and specifications by the hash of their content.

use std::path::{Path, PathBuf};

use attention_tasks::registry::{MANIFEST_BYTES_MAX, MODEL_BYTES_MAX, Manifest};

use super::{DataDir, DataLock, HashedFiles, StoreError, read_bounded, write_private};

/// What helps against an object that is lost or damaged.
const ADD_AGAIN: &str = "add the model again from its file, `models add FILE --name NAME` (with --spec FILE if that is the specification)";

/// A registry's folder: held by this process alone if it writes, by nobody if it reads, for the manifest is replaced whole and objects
/// never change.
///
/// ```text
/// lock            held while a command runs that writes
/// manifest.json   versions, stages, history: written whole
/// objects/        models and specifications by sha256: read only if their content still has it
/// ```
#[derive(Debug)]
pub struct RegistryDir {
    root: PathBuf,
    objects: HashedFiles,
    _lock: Option<DataLock>,
}

impl RegistryDir {
    /// Opens the folder to read; nothing is written, not even a lock.
    pub fn read(root: &Path) -> Self {
        Self::at(root, None)
    }

    /// Opens the folder to write; makes it if it is not there.
    ///
    /// # Errors
    /// [`StoreError::Io`]; [`StoreError::Locked`] if another process has it.
    pub fn open(root: &Path) -> Result<Self, StoreError> {
        let lock = DataDir::create(root)?.lock()?;
        Ok(Self::at(root, Some(lock)))
    }

    fn at(root: &Path, lock: Option<DataLock>) -> Self {
        let objects = HashedFiles::new(root.join("objects"), MODEL_BYTES_MAX as u64);
        Self { root: root.to_owned(), objects, _lock: lock }
    }

    /// What it holds; empty before the first model is added.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if it is no manifest or contradicts itself, or if it is gone and objects are there.
    pub fn manifest(&self) -> Result<Manifest, StoreError> {
        let path = self.manifest_path();
        let bytes = match read_bounded(&path, MANIFEST_BYTES_MAX as u64) {
            Err(error) if error.is_missing() => return self.nothing_yet(path),
            bytes => bytes?,
        };
        Manifest::from_bytes(&bytes).map_err(|error| StoreError::Damaged { path, reason: error.to_string() })
    }

    /// An empty manifest, unless there is something that it should speak of: [`RegistryDir::put`] makes no object without one.
    fn nothing_yet(&self, path: PathBuf) -> Result<Manifest, StoreError> {
        let objects = self.root.join("objects");
        let held = match std::fs::read_dir(&objects) {
            Ok(entries) => entries.count(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => 0,
            Err(error) => return Err(StoreError::io(objects, error)),
        };
        if held == 0 {
            return Ok(Manifest::default());
        }
        let reason = format!(
            "it is gone, while {} holds {held} files: put it back from a copy, or begin another registry with --registry DIR \
             and add the models to it",
            objects.display()
        );
        Err(StoreError::Damaged { path, reason })
    }

    /// Writes the manifest whole.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn write_manifest(&self, content: &[u8]) -> Result<(), StoreError> {
        write_private(&self.manifest_path(), content)
    }

    /// Keeps a model or a specification; its hash in hex. A file that stands in its place and is not it any more is replaced.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn put(&self, content: &[u8]) -> Result<String, StoreError> {
        if !self.manifest_path().exists() {
            // So that objects without a manifest are always a loss: see `nothing_yet`.
            let empty = Manifest::default().to_bytes();
            let empty =
                empty.map_err(|error| StoreError::io(self.manifest_path(), std::io::Error::other(error)))?;
            self.write_manifest(&empty)?;
        }
        let hash = self.objects.put(content)?;
        if self.objects.get(&hash).is_err() {
            write_private(&self.objects.path(&hash), content)?;
        }
        Ok(hex::encode(hash))
    }

    /// The content with a hash.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if it is not here, or not what it was.
    pub fn get(&self, hash: &str) -> Result<Vec<u8>, StoreError> {
        let damaged = |path, reason: &str| StoreError::Damaged { path, reason: reason.into() };
        let mut bytes = [0; 32];
        if hex::decode_to_slice(hash, &mut bytes).is_err() {
            return Err(damaged(self.manifest_path(), &format!("{hash:?} is no sha256")));
        }
        match self.objects.get(&bytes) {
            Ok(Some(content)) => Ok(content),
            Ok(None) => Err(damaged(self.objects.path(&bytes), &format!("it is lost: {ADD_AGAIN}"))),
            Err(StoreError::Damaged { path, .. }) => {
                Err(damaged(path, &format!("its content has another hash: {ADD_AGAIN}")))
            }
            Err(error) => Err(error),
        }
    }

    fn manifest_path(&self) -> PathBuf {
        self.root.join("manifest.json")
    }
}
