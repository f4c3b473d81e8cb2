//! Parquet: events and tables in, events, feature rows and predictions out.

mod events;
mod features;
mod out;
mod past;
mod predictions;
mod table;

pub use self::events::{EventFile, read_events, write_events};
pub use self::features::FeatureWriter;
pub use self::past::{ParquetEvents, PastParquet};
pub use self::predictions::{PREDICTION_ROWS_MAX, PredictionColumn, PredictionValues, write_predictions};
pub use self::table::{TableLimits, is_parquet, is_parquet_name, read_parquet_as_csv};

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use crate::EngineError;

fn file_error(path: &Path, problem: impl ToString) -> EngineError {
    EngineError::File { file: path.display().to_string(), problem: problem.to_string() }
}

/// What a decoder gives. Decoders panic on some files that are damaged in the right places; what they held is dropped then.
fn decoded<T, E: ToString>(
    path: &Path,
    failed: &str,
    decode: impl FnOnce() -> Result<T, E>,
) -> Result<T, EngineError> {
    let given = catch_unwind(AssertUnwindSafe(|| decode().map_err(|error| error.to_string())));
    let problem = match given {
        Ok(Ok(given)) => return Ok(given),
        Ok(Err(problem)) => problem,
        Err(_) => "it is damaged".to_owned(),
    };
    Err(file_error(path, format!("{failed}: {problem}")))
}

const NO_PARQUET: &str = "is not a Parquet file that can be read";
const DAMAGED: &str = "cannot be decoded";
