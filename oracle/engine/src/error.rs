//! What can go wrong, with the value, where it stood and what to do.

use attention_features::FeaturesError;
use thiserror::Error;

use crate::lint::LintFinding;

/// Every error of this crate.
#[derive(Debug, Error)]
pub enum EngineError {
    /// Feature SQL breaks a rule of exactness.
    #[error("{}", list(.0))]
    Lint(Vec<LintFinding>),
    /// An option is out of its range.
    #[error("{option} is {value}, must be {low} to {high}")]
    Option {
        /// Which option.
        option: &'static str,
        /// The value given.
        value: u64,
        /// The least allowed.
        low: u64,
        /// The greatest allowed.
        high: u64,
    },
    /// A file cannot be used.
    #[error("{file}: {problem}")]
    File {
        /// Its path as the caller gave it.
        file: String,
        /// What is wrong and what to do.
        problem: String,
    },
    /// One cell of a Parquet file is wrong.
    #[error("{file}, row {row}, column {column}: {problem}")]
    Cell {
        /// The file's path as the caller gave it.
        file: String,
        /// The row, counted from 1.
        row: u64,
        /// The column's name.
        column: String,
        /// What is wrong and what is allowed.
        problem: String,
    },
    /// A query ran out of the memory it was given.
    #[error("{what} needs more than {memory_mb} MB of memory: {detail}; allow more, or ask for fewer rows")]
    Memory {
        /// What was run.
        what: String,
        /// What was allowed, in MB (10^6 bytes).
        memory_mb: u64,
        /// What the engine says.
        detail: String,
    },
    /// The engine failed.
    #[error("{what}: {detail}")]
    Engine {
        /// What was run.
        what: String,
        /// What the engine says.
        detail: String,
    },
    /// The events, or what was computed from them, break the rules of features.
    #[error(transparent)]
    Features(#[from] FeaturesError),
}

fn list(findings: &[LintFinding]) -> String {
    findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
