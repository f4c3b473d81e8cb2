//! What can go wrong when recommending, with the value, where it stood and what to do.

use attention_model::ModelError;

use crate::TaskError;

/// Every error of this task.
#[derive(Debug, thiserror::Error)]
pub enum RecommendError {
    /// The file cannot be opened or read.
    #[error("{file}: {error}")]
    Read {
        /// The file.
        file: String,
        /// What the system or the CSV reader says.
        error: String,
    },
    /// A column is not there, or there twice.
    #[error("{file}: the header must name column {column:?} once; it names {found}")]
    Column {
        /// The file.
        file: String,
        /// The column.
        column: String,
        /// The names there are.
        found: String,
    },
    /// More rows cannot be read than is allowed.
    #[error("{file}: more than {limit} malformed rows; is this the right file? The last: {last}")]
    Malformed {
        /// The file.
        file: String,
        /// How many are allowed.
        limit: u32,
        /// What is wrong with the last.
        last: String,
    },
    /// There is more of something than is read.
    #[error("{file}: more than {limit} {what}; use a part of it")]
    TooLarge {
        /// The file.
        file: String,
        /// What there is too much of.
        what: &'static str,
        /// The limit.
        limit: u64,
    },
    /// Nothing is left to learn or to measure.
    #[error("{file}: {problem}")]
    Empty {
        /// The file.
        file: String,
        /// What is missing.
        problem: &'static str,
    },
    /// The model was trained on what it is to be measured by.
    #[error(
        "the model was trained on the last interactions of {users} users of {file}, the first {user:?} with {item:?}; \
         measure one that was trained without them"
    )]
    Seen {
        /// The file.
        file: String,
        /// How many users.
        users: u64,
        /// The first of them.
        user: String,
        /// What that one acted on last.
        item: String,
    },
    /// The model knows no such user.
    #[error("user {user:?} is not among the {users} users that the model was trained on")]
    UnknownUser {
        /// The user.
        user: String,
        /// How many there are.
        users: u32,
    },
    /// A bundle is malformed.
    #[error(transparent)]
    Bundle(#[from] TaskError),
    /// The recommender refuses the data or its parameters.
    #[error(transparent)]
    Model(#[from] ModelError),
}
