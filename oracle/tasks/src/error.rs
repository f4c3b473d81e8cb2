//! What can go wrong in a task, with the value, where it stood and what to do.

use attention_features::FeaturesError;
use attention_model::ModelError;

use crate::recommend::RecommendError;

/// Every error of this crate.
#[derive(Debug, thiserror::Error)]
pub enum TaskError {
    /// The file is no CSV, or its rows have different lengths.
    #[error("{source_name}: {error}")]
    Csv {
        /// The file.
        source_name: String,
        /// What the reader says.
        error: csv::Error,
    },
    /// The file is larger than what is read.
    #[error("{source_name} has more than {limit} {what}; use a part of it")]
    TooLarge {
        /// The file.
        source_name: String,
        /// What there is too much of.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// There is no row.
    #[error("{source_name} has no rows below its header")]
    Empty {
        /// The file.
        source_name: String,
    },
    /// There is not even a header.
    #[error("{source_name} is empty: its first line has to name the columns")]
    NoHeader {
        /// The file.
        source_name: String,
    },
    /// A column other than the first has no name, or two have none.
    #[error(
        "{source_name}: column {place} of the header has no name; name it or take it out of the file (only the first may go \
         without: then it is taken for an index and not used)"
    )]
    UnnamedColumn {
        /// The file.
        source_name: String,
        /// Which, from 1.
        place: usize,
    },
    /// Two columns have one name.
    #[error("{source_name}: the header names {column:?} twice")]
    RepeatedColumn {
        /// The file.
        source_name: String,
        /// The name.
        column: String,
    },
    /// A column is not there.
    #[error("{source_name} has no column {column:?}; its columns are {found}")]
    MissingColumn {
        /// The file.
        source_name: String,
        /// The name.
        column: String,
        /// The names there are.
        found: String,
    },
    /// No column is left to learn from.
    #[error("{source_name} has no column beside the target {target:?}")]
    NoFeatures {
        /// The file.
        source_name: String,
        /// The target.
        target: String,
    },
    /// A cell cannot be read as what its column holds.
    #[error("{source_name}, line {line}, column {column:?}: {value:?} {problem}")]
    Cell {
        /// The file.
        source_name: String,
        /// The line, from 1.
        line: u64,
        /// The column.
        column: String,
        /// The cell.
        value: String,
        /// What is wrong, and what to do.
        problem: &'static str,
    },
    /// A column of numbers has a cell that is none, so that nobody knows which of the two it is meant to be.
    #[error(
        "{source_name}, line {line}, column {column:?}: {value:?} is {what}, but {numbers} of the column's {filled} cells with a value \
         are numbers; correct the cell (an empty one is missing), or say --categorical {column} if the column's values are names"
    )]
    OddCell {
        /// The file.
        source_name: String,
        /// The line, from 1.
        line: u64,
        /// The column.
        column: String,
        /// The cell.
        value: String,
        /// What it is instead.
        what: &'static str,
        /// Cells that are finite numbers.
        numbers: u64,
        /// Cells that are not missing.
        filled: u64,
    },
    /// A target of nearly nothing but 0 and 1 has another number.
    #[error(
        "{source_name}, line {line}, column {column:?}: {value:?} is neither 0 nor 1, but {binary} of the {filled} cells of this target \
         are; correct the cell, or say --target-kind real if it is a number to be predicted"
    )]
    NearlyBinary {
        /// The file.
        source_name: String,
        /// The line, from 1.
        line: u64,
        /// The column.
        column: String,
        /// The cell.
        value: String,
        /// Cells that are 0 or 1.
        binary: u64,
        /// Cells that are not missing.
        filled: u64,
    },
    /// A text column has more values than a category can have.
    #[error(
        "{source_name}: column {column:?} has more than {limit} different values, the last {value:?} in line {line}; an \
         identifier is no feature: leave it out with --ignore {column}"
    )]
    TooManyCategories {
        /// The file.
        source_name: String,
        /// The line, from 1.
        line: u64,
        /// The column.
        column: String,
        /// The first value too many.
        value: String,
        /// The limit.
        limit: usize,
    },
    /// A feature tells the target.
    #[error(
        "column {column:?} alone tells the target with {measure} of {strength:.4}: it is a copy of {target:?} or known only after \
         it. Leave it out with --ignore {column}, or say --allow-leak {column} if it is known beforehand"
    )]
    Leak {
        /// The column.
        column: String,
        /// The target.
        target: String,
        /// By what it was found.
        measure: &'static str,
        /// How much of it, at most 1.
        strength: f64,
    },
    /// A name that must be one of a list is not.
    #[error("{what} {name:?} is not known; known are {known}")]
    Unknown {
        /// What it names.
        what: &'static str,
        /// The name.
        name: String,
        /// All names.
        known: String,
    },
    /// Hyper-parameters are not what the estimator takes.
    #[error("parameters of {kind}: {problem}")]
    Params {
        /// The estimator.
        kind: &'static str,
        /// What is wrong.
        problem: String,
    },
    /// A bundle is malformed.
    #[error("model bundle, byte {offset}: {problem}")]
    Bundle {
        /// Where in the file.
        offset: usize,
        /// What is wrong there.
        problem: String,
    },
    /// Folds cannot be cut.
    #[error("{what}: {problem}")]
    Folds {
        /// Which folds.
        what: &'static str,
        /// What is wrong.
        problem: String,
    },
    /// A search of hyper-parameters cannot begin, go on or end.
    #[error("search: {0}")]
    Search(String),
    /// A registry of models refuses, or its manifest does not read.
    #[error("registry: {0}")]
    Registry(String),
    /// A specification of a model cannot be read or written.
    #[error("model specification: {0}")]
    Spec(String),
    /// A number outside its range.
    #[error("{name} is {value}, must be {range}")]
    Range {
        /// What it is.
        name: &'static str,
        /// The value.
        value: String,
        /// The allowed range.
        range: &'static str,
    },
    /// What was asked for is outside its range, whatever the data.
    #[error("{name} is {value}, must be {range}")]
    Argument {
        /// What it is.
        name: &'static str,
        /// The value.
        value: String,
        /// The allowed range.
        range: &'static str,
    },
    /// An estimator refuses the data or its parameters.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// A file of interactions cannot be used, or a recommender refuses.
    #[error(transparent)]
    Recommend(Box<RecommendError>),
    /// A file of assets or sales cannot be used.
    #[error(transparent)]
    Features(#[from] FeaturesError),
}

// Boxed, because a recommender's errors hold those of its file, which are of this type.
impl From<RecommendError> for TaskError {
    fn from(error: RecommendError) -> Self {
        Self::Recommend(Box::new(error))
    }
}
