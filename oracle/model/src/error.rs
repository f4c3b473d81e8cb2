//! What can go wrong, with the value that made it so.

use thiserror::Error;

/// Every error of this crate.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum ModelError {
    /// A hyper-parameter is outside its range.
    #[error("hyper-parameter {name} is {value}, must be {range}")]
    Hyperparameter {
        /// The parameter's name.
        name: &'static str,
        /// The offending value, printed.
        value: String,
        /// The allowed range.
        range: &'static str,
    },
    /// Two lengths that must agree do not.
    #[error("{what}: expected {expected}, got {got}")]
    Shape {
        /// What was measured.
        what: &'static str,
        /// The length it must have.
        expected: usize,
        /// The length it has.
        got: usize,
    },
    /// A count is above its limit.
    #[error("{what}: {got} is more than the limit of {limit}")]
    TooMany {
        /// What was counted.
        what: &'static str,
        /// The count.
        got: usize,
        /// The limit.
        limit: usize,
    },
    /// A feature value is too large for exact integer statistics.
    #[error("feature {feature} of row {row} is {value}; its magnitude must not exceed {limit}")]
    FeatureRange {
        /// Row index.
        row: usize,
        /// Column index.
        feature: usize,
        /// The value.
        value: i64,
        /// The largest magnitude allowed.
        limit: i64,
    },
    /// A feature name is empty, too long, not printable ASCII, or repeated.
    #[error("feature name {index} ({name:?}) is {problem}")]
    FeatureName {
        /// Position of the name.
        index: usize,
        /// The name.
        name: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// There is nothing to learn or measure from: too few rows, or one class only.
    #[error("{what} needs at least one positive and one negative row; got {positives} of {rows} positive")]
    OneClass {
        /// What was attempted.
        what: &'static str,
        /// Positive rows.
        positives: u64,
        /// All rows.
        rows: u64,
    },
    /// A computed number is not finite.
    #[error("{what} is {value}, which is not a finite number")]
    NotFinite {
        /// What was computed.
        what: &'static str,
        /// The value.
        value: f64,
    },
    /// The Newton system is not positive definite.
    #[error("the Newton matrix is not positive definite at column {column} (pivot {pivot}); raise l2")]
    Singular {
        /// The column at which the factorisation stopped.
        column: usize,
        /// The pivot found there.
        pivot: f64,
    },
    /// A model file is malformed.
    #[error("model file, byte {offset}: {problem}")]
    File {
        /// Where in the file.
        offset: usize,
        /// What is wrong there.
        problem: String,
    },
    /// A label is neither 0 nor 1 where a probability or label is needed.
    #[error("probability of row {row} is {value}, must be within [0, 1]")]
    Probability {
        /// Row index.
        row: usize,
        /// The value.
        value: f64,
    },
}
