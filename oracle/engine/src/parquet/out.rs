//! A Parquet file that is there whole or not at all.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::Schema;
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::basic::Compression;
use datafusion::parquet::file::properties::WriterProperties;

use super::file_error;
use crate::EngineError;

/// Writes to a temporary name beside the file; [`ParquetOut::finish`] gives it its own. Dropped before that,
/// nothing stays.
pub(super) struct ParquetOut {
    path: PathBuf,
    temporary: PathBuf,
    writer: Option<ArrowWriter<File>>,
}

impl ParquetOut {
    pub(super) fn create(path: &Path, schema: Schema) -> Result<Self, EngineError> {
        static COUNTER: AtomicU64 = AtomicU64::new(0);
        let unique = format!("tmp-{}-{}", std::process::id(), COUNTER.fetch_add(1, Ordering::Relaxed));
        let temporary = path.with_extension(unique);
        let file = OpenOptions::new().write(true).create_new(true).open(&temporary);
        let file = file.map_err(|error| file_error(path, format!("cannot be written: {error}")))?;
        let mut out = Self { path: path.to_owned(), temporary, writer: None };
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let writer = ArrowWriter::try_new(file, Arc::new(schema), Some(properties));
        out.writer = Some(writer.map_err(|error| file_error(path, error))?);
        Ok(out)
    }

    pub(super) fn write(&mut self, batch: &RecordBatch) -> Result<(), EngineError> {
        match &mut self.writer {
            Some(writer) => writer.write(batch).map_err(|error| file_error(&self.path, error)),
            None => Err(file_error(&self.path, "was finished already")),
        }
    }

    /// Flushes to disk and renames.
    pub(super) fn finish(mut self) -> Result<(), EngineError> {
        let Some(writer) = self.writer.take() else { return Ok(()) };
        let file = writer.into_inner().map_err(|error| file_error(&self.path, error))?;
        // A bare file name has the empty path as its parent, which no call takes for the working folder.
        let parent = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let settle = || {
            file.sync_all()?;
            std::fs::rename(&self.temporary, &self.path)?;
            File::open(parent.unwrap_or(Path::new(".")))?.sync_all()
        };
        settle().map_err(|error| file_error(&self.path, error))
    }
}

impl Drop for ParquetOut {
    fn drop(&mut self) {
        // Renamed, or never made: then there is nothing to remove.
        drop(std::fs::remove_file(&self.temporary));
    }
}
