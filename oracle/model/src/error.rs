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
    /// The features take more columns than the estimator holds.
    #[error(
        "encoded columns (a number is one, a category one, a feature with missing values one more): {got} is more than the limit of \
         {limit}; feature {feature:?} alone takes {columns}: leave it out, put rare categories together, or take a tree model"
    )]
    EncodedColumns {
        /// The columns.
        got: usize,
        /// How many there may be.
        limit: usize,
        /// The feature that takes most of them.
        feature: String,
        /// How many those are.
        columns: usize,
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
    /// A category is none of the feature's.
    #[error("feature {feature} of row {row} is category {value}; the feature has {levels}, from 0 on")]
    Category {
        /// Row index.
        row: usize,
        /// Column index.
        feature: usize,
        /// The value.
        value: i64,
        /// How many categories there are.
        levels: u16,
    },
    /// A categorical feature has no category, or too many.
    #[error("feature {feature:?} has {levels} categories, must have 1 to {limit}")]
    Levels {
        /// The feature's name.
        feature: String,
        /// How many it has.
        levels: u16,
        /// How many it may have.
        limit: u16,
    },
    /// A real target is not finite or too large.
    #[error("target of row {row} is {value}; must be a number within ±{limit:e}")]
    TargetRange {
        /// Row index.
        row: usize,
        /// The value.
        value: f64,
        /// The largest magnitude allowed.
        limit: f64,
    },
    /// An estimator cannot learn this kind of target.
    #[error("{what} needs a {expected} target; this one is {got}")]
    TargetKind {
        /// What was attempted.
        what: &'static str,
        /// The kind it needs.
        expected: &'static str,
        /// The kind there is.
        got: &'static str,
    },
    /// A value is missing where the estimator has no use for that.
    #[error("{what} needs every value; feature {feature} of row {row} is missing")]
    Missing {
        /// What was attempted.
        what: &'static str,
        /// Row index.
        row: usize,
        /// Column index.
        feature: usize,
    },
    /// Data have other features than the model.
    #[error("the data's features (names, kinds, order, version) are not those that the model was trained on")]
    OtherSchema,
    /// The model has no exact attribution of its prediction to features.
    #[error(
        "a {kind} model has no exact attribution to features; permutation importance is there for all models"
    )]
    Unexplained {
        /// The kind of model.
        kind: &'static str,
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
    /// An interaction is of no user or item that there is, or is there twice.
    #[error("interaction {row}: {problem}")]
    Interaction {
        /// Which of the interactions, counted from 0.
        row: usize,
        /// What is wrong with it.
        problem: String,
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
