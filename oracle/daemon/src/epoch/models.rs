//! The frozen model of each epoch, trained once and kept.

use std::path::PathBuf;

use attention_core::interest::train_for_window;
use attention_model::{FILE_BYTES_MAX, Model};
use attention_protocol::Hash;
use attention_protocol::hash::sha256;

use super::{EpochError, World};
use crate::store::{read_bounded, write_private};

const HASH_BYTES: usize = 32;
/// Largest kept file that is read: the largest model and its hash.
const KEPT_BYTES_MAX: u64 = (FILE_BYTES_MAX + HASH_BYTES) as u64;

/// Models on disk, by everything they depend on: specification, cut, history and asset table. A file is its content's
/// SHA-256 and the content; one that does not match is trained anew.
#[derive(Debug, Clone)]
pub struct ModelCache {
    dir: PathBuf,
    threads: usize,
}

impl ModelCache {
    /// The folder, and the threads to train with (0 = one per core).
    pub fn new(dir: impl Into<PathBuf>, threads: usize) -> Self {
        Self { dir: dir.into(), threads }
    }

    /// The model in force in a chain epoch.
    ///
    /// # Errors
    /// [`EpochError`] from training or the disk.
    pub fn model(&self, world: &World, epoch: u64) -> Result<Model, EpochError> {
        self.model_at(world, world.window(epoch)?.start_s, &world.history(epoch)?)
    }

    /// The model in force in a data epoch, whether or not a chain epoch plays it.
    ///
    /// # Errors
    /// As [`ModelCache::model`].
    pub fn model_of_data_epoch(&self, world: &World, data_epoch: u64) -> Result<Model, EpochError> {
        let start_s = world.data_window(data_epoch)?.start_s;
        self.model_at(world, start_s, &world.log.window_root(i64::MIN, start_s))
    }

    fn model_at(&self, world: &World, window_start_s: i64, history: &Hash) -> Result<Model, EpochError> {
        let key = sha256(&[
            &world.spec.hash(),
            &window_start_s.to_be_bytes(),
            history,
            &world.catalog.table_hash(),
        ]);
        let path = self.dir.join(format!("{}.model", hex::encode(key)));
        if let Some(model) = self.read(&path)? {
            return Ok(model);
        }
        let pool = rayon::ThreadPoolBuilder::new().num_threads(self.threads).build();
        let pool = pool.map_err(|error| EpochError::Threads(error.to_string()))?;
        let model =
            pool.install(|| train_for_window(&world.log, window_start_s, &world.catalog, &world.spec))?;
        let bytes = model.to_bytes();
        if bytes.len() > FILE_BYTES_MAX {
            // Nobody could read it again: refused before anything is scored by it.
            return Err(EpochError::ModelSize { kind: model.kind(), bytes: bytes.len() });
        }
        write_private(&path, &[sha256(&[&bytes]).as_slice(), &bytes].concat())?;
        Ok(model)
    }

    fn read(&self, path: &std::path::Path) -> Result<Option<Model>, EpochError> {
        let file = match read_bounded(path, KEPT_BYTES_MAX) {
            Err(error) if error.is_missing() => return Ok(None),
            file => file?,
        };
        let model = file
            .split_at_checked(HASH_BYTES)
            .filter(|(hash, bytes)| sha256(&[bytes]) == **hash)
            .and_then(|(_, bytes)| Model::from_bytes(bytes).ok());
        if model.is_none() {
            tracing::warn!(path = %path.display(), "a kept model is damaged: it is trained anew");
        }
        Ok(model)
    }
}
