//! Parquet: events in and out, feature rows and predictions out.

mod events;
mod features;
mod out;
mod past;
mod predictions;

pub use self::events::{read_events, write_events};
pub use self::features::FeatureWriter;
pub use self::past::{ParquetEvents, PastParquet};
pub use self::predictions::{PREDICTION_ROWS_MAX, PredictionColumn, PredictionValues, write_predictions};

fn file_error(path: &std::path::Path, problem: impl ToString) -> crate::EngineError {
    crate::EngineError::File { file: path.display().to_string(), problem: problem.to_string() }
}
