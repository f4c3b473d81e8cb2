//! Runs feature SQL exactly on DataFusion, checks that it is exact, and reads and writes Parquet.
//!
//! The only crate that knows DataFusion, Arrow and Parquet. What it gives is rows in the types of
//! `attention-features`, hashed there: the engine is a fast way to the same bytes, and need not be trusted.

#![deny(clippy::unwrap_used, clippy::expect_used)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod error;
mod features;
mod lint;
mod options;
mod parquet;
mod relations;
mod session;
mod tables;

pub use error::EngineError;
pub use features::{Past, compute_features};
pub use lint::{LintFinding, Linter, Rule, SQL_BYTES_MAX, lint_set};
pub use options::EngineOptions;
pub use parquet::{
    EventFile, FeatureWriter, PREDICTION_ROWS_MAX, ParquetEvents, PastParquet, PredictionColumn,
    PredictionValues, TableLimits, is_parquet, is_parquet_name, read_events, read_parquet_as_csv,
    write_events, write_predictions,
};
pub use relations::{
    ColumnFacts, DECIMAL_DIGITS, DECIMAL_MAX, Interval, Kind, RelationFacts, input_relations, pairs_relation,
};
