//! Feature rows as a Parquet file: `user_id`, `asset`, then the set's columns.

use std::path::Path;
use std::sync::Arc;

use attention_features::{FeatureColumn, FeatureRow, FeatureSet, ValueKind};
use datafusion::arrow::array::{ArrayRef, Int64Builder, RecordBatch, StringBuilder};
use datafusion::arrow::datatypes::{DataType, Field, Schema};

use super::file_error;
use super::out::ParquetOut;
use crate::EngineError;
use crate::relations::DECIMAL_DIGITS;
use crate::tables::{BATCH_ROWS, arrow, decimals};

/// Writes rows as they come, in memory that does not grow with them.
pub struct FeatureWriter {
    path: std::path::PathBuf,
    columns: &'static [FeatureColumn],
    schema: Arc<Schema>,
    waiting: Vec<FeatureRow>,
    out: ParquetOut,
}

impl FeatureWriter {
    /// Begins a file; it stands under its name after [`FeatureWriter::finish`].
    ///
    /// # Errors
    /// [`EngineError::File`].
    pub fn create(path: &Path, set: &FeatureSet) -> Result<Self, EngineError> {
        let keys =
            [Field::new("user_id", DataType::Utf8, false), Field::new("asset", DataType::Int64, false)];
        let features = set.columns.iter().map(|column| {
            let data_type = match column.kind {
                ValueKind::BigInt => DataType::Int64,
                ValueKind::Decimal => DataType::Decimal128(DECIMAL_DIGITS, 0),
            };
            Field::new(column.name, data_type, column.nullable)
        });
        let schema = Schema::new(keys.into_iter().chain(features).collect::<Vec<_>>());
        let out = ParquetOut::create(path, schema.clone())?;
        let schema = Arc::new(schema);
        Ok(Self { path: path.to_owned(), columns: set.columns, schema, waiting: Vec::new(), out })
    }

    /// Adds a row of the set.
    ///
    /// # Errors
    /// [`EngineError::File`].
    pub fn push(&mut self, row: FeatureRow) -> Result<(), EngineError> {
        self.waiting.push(row);
        if self.waiting.len() < BATCH_ROWS { Ok(()) } else { self.flush() }
    }

    /// Writes what is left and gives the file its name.
    ///
    /// # Errors
    /// [`EngineError::File`].
    pub fn finish(mut self) -> Result<(), EngineError> {
        self.flush()?;
        self.out.finish()
    }

    fn flush(&mut self) -> Result<(), EngineError> {
        let rows = std::mem::take(&mut self.waiting);
        let (mut users, mut assets) = (StringBuilder::new(), Int64Builder::new());
        for row in &rows {
            users.append_value(row.user.as_str());
            assets.append_value(i64::from(row.asset.0));
        }
        let mut columns: Vec<ArrayRef> = vec![Arc::new(users.finish()), Arc::new(assets.finish())];
        for (index, column) in self.columns.iter().enumerate() {
            let values = rows.iter().map(|row| row.values.get(index).copied().flatten());
            columns.push(match column.kind {
                ValueKind::BigInt => {
                    let mut builder = Int64Builder::new();
                    for value in values {
                        let beyond = |_| file_error(&self.path, format!("{} is beyond BIGINT", column.name));
                        builder.append_option(value.map(i64::try_from).transpose().map_err(beyond)?);
                    }
                    Arc::new(builder.finish())
                }
                ValueKind::Decimal => {
                    let mut builder = decimals();
                    values.for_each(|value| builder.append_option(value));
                    Arc::new(builder.finish())
                }
            });
        }
        let batch = RecordBatch::try_new(self.schema.clone(), columns).map_err(arrow)?;
        self.out.write(&batch)
    }
}
