//! Predictions as a Parquet file: whatever names the rows, the predictions, and labels where they are known.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{Field, Schema};

use super::file_error;
use super::out::ParquetOut;
use crate::EngineError;
use crate::tables::arrow;

/// Most rows of one file.
pub const PREDICTION_ROWS_MAX: usize = 100_000_000;
/// Rows of one batch.
const CHUNK_ROWS: usize = 1 << 20;

/// The values of one column; `None`: null.
#[derive(Debug, Clone, Copy)]
pub enum PredictionValues<'a> {
    /// Names, such as users.
    Text(&'a [Option<String>]),
    /// Numbers of rows or assets, counts.
    Integer(&'a [Option<i64>]),
    /// Predictions and real targets. Not finite ones are refused: no reader agrees about them.
    Real(&'a [Option<f64>]),
    /// Binary labels.
    Boolean(&'a [Option<bool>]),
}

impl PredictionValues<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Text(values) => values.len(),
            Self::Integer(values) => values.len(),
            Self::Real(values) => values.len(),
            Self::Boolean(values) => values.len(),
        }
    }

    /// The values from `start` on, at most a chunk of them.
    fn chunk(&self, start: usize) -> ArrayRef {
        let end = self.len().min(start + CHUNK_ROWS);
        match self {
            Self::Text(values) => Arc::new(StringArray::from_iter(values[start..end].iter())),
            Self::Integer(values) => Arc::new(Int64Array::from_iter(values[start..end].iter().copied())),
            Self::Real(values) => Arc::new(Float64Array::from_iter(values[start..end].iter().copied())),
            Self::Boolean(values) => Arc::new(BooleanArray::from_iter(values[start..end].iter().copied())),
        }
    }

    fn not_finite(&self) -> Option<(usize, f64)> {
        let Self::Real(values) = self else { return None };
        let value = |(row, value): (usize, &Option<f64>)| {
            value.filter(|value| !value.is_finite()).map(|value| (row, value))
        };
        values.iter().enumerate().find_map(value)
    }
}

/// One column.
#[derive(Debug, Clone, Copy)]
pub struct PredictionColumn<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its values, as many as every other column has.
    pub values: PredictionValues<'a>,
}

/// Writes columns of equal length, such as `user_id`, `asset`, `prediction`, `label`.
///
/// # Errors
/// [`EngineError::File`] without columns, with a name twice or empty, with unequal lengths or more than
/// [`PREDICTION_ROWS_MAX`] rows; [`EngineError::Cell`] for a number that is not finite.
pub fn write_predictions(path: &Path, columns: &[PredictionColumn<'_>]) -> Result<(), EngineError> {
    let rows = columns.first().ok_or_else(|| file_error(path, "has no column to write"))?.values.len();
    let mut names = BTreeSet::new();
    for column in columns {
        if column.name.is_empty() || !names.insert(column.name) {
            return Err(file_error(path, format!("column name {:?} is empty or comes twice", column.name)));
        }
        if column.values.len() != rows {
            let problem = format!("column {} has {} values, others {rows}", column.name, column.values.len());
            return Err(file_error(path, problem));
        }
        if let Some((row, value)) = column.values.not_finite() {
            return Err(EngineError::Cell {
                file: path.display().to_string(),
                row: row as u64 + 1,
                column: column.name.to_owned(),
                problem: format!("is {value}, must be finite or null"),
            });
        }
    }
    if rows > PREDICTION_ROWS_MAX {
        return Err(file_error(
            path,
            format!("{rows} rows are more than the limit of {PREDICTION_ROWS_MAX}"),
        ));
    }
    let fields = columns
        .iter()
        .map(|column| Field::new(column.name, column.values.chunk(rows).data_type().clone(), true));
    let schema = Schema::new(fields.collect::<Vec<_>>());
    let mut out = ParquetOut::create(path, schema.clone())?;
    let schema = Arc::new(schema);
    for start in (0..rows).step_by(CHUNK_ROWS) {
        let arrays = columns.iter().map(|column| column.values.chunk(start)).collect();
        out.write(&RecordBatch::try_new(schema.clone(), arrays).map_err(arrow)?)?;
    }
    out.finish()
}
