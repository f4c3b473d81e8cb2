//! Why something cannot be exported.

use attention_tasks::TaskError;

/// Every error of this crate.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The file would be larger than its format allows or than is sensible.
    #[error(
        "the model has {got} {what} as ONNX, more than the {limit} that are written; train a smaller one"
    )]
    TooLarge {
        /// What there is too much of.
        what: &'static str,
        /// How much.
        got: usize,
        /// The limit.
        limit: usize,
    },
    /// A number of a training curve is no number, or the time is none.
    #[error("{what} is {value}: TensorBoard cannot show it")]
    NotFinite {
        /// What it is.
        what: String,
        /// The value.
        value: f64,
    },
    /// The model's file cannot be made or its columns not be described.
    #[error(transparent)]
    Task(#[from] TaskError),
    /// The columns cannot be written as JSON.
    #[error("the columns cannot be described: {0}")]
    Json(#[from] serde_json::Error),
}
