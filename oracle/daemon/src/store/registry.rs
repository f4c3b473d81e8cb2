//! The files of a registry of models: one manifest, and models and specifications by the hash of their content.

use std::path::{Path, PathBuf};

use attention_tasks::registry::{MANIFEST_BYTES_MAX, MODEL_BYTES_MAX, Manifest};

use super::{DataDir, DataLock, HashedFiles, StoreError, read_bounded, write_atomic};

/// A registry's folder, held by this process alone.
///
/// ```text
/// lock            held while a command runs
/// manifest.json   versions, stages, history: written whole
/// objects/        models and specifications by sha256: read only if their content still has it
/// ```
#[derive(Debug)]
pub struct RegistryDir {
    root: PathBuf,
    objects: HashedFiles,
    _lock: DataLock,
}

impl RegistryDir {
    /// Opens the folder; makes it if it is not there.
    ///
    /// # Errors
    /// [`StoreError::Io`]; [`StoreError::Locked`] if another process has it.
    pub fn open(root: &Path) -> Result<Self, StoreError> {
        let lock = DataDir::create(root)?.lock()?;
        let objects = HashedFiles::new(root.join("objects"), MODEL_BYTES_MAX as u64);
        Ok(Self { root: root.to_owned(), objects, _lock: lock })
    }

    /// What it holds; empty before the first model is added.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if it is no manifest or contradicts itself.
    pub fn manifest(&self) -> Result<Manifest, StoreError> {
        let path = self.manifest_path();
        let bytes = match read_bounded(&path, MANIFEST_BYTES_MAX as u64) {
            Err(error) if error.is_missing() => return Ok(Manifest::default()),
            bytes => bytes?,
        };
        Manifest::from_bytes(&bytes).map_err(|error| StoreError::Damaged { path, reason: error.to_string() })
    }

    /// Writes the manifest whole.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn write_manifest(&self, content: &[u8]) -> Result<(), StoreError> {
        write_atomic(&self.manifest_path(), content)
    }

    /// Keeps a model or a specification; its hash in hex.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn put(&self, content: &[u8]) -> Result<String, StoreError> {
        Ok(hex::encode(self.objects.put(content)?))
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
        let lost = || damaged(self.objects.path(&bytes), "it is lost; add the model again");
        self.objects.get(&bytes)?.ok_or_else(lost)
    }

    fn manifest_path(&self) -> PathBuf {
        self.root.join("manifest.json")
    }
}
