//! What can go wrong, with the value, where it stood and what to do.

use thiserror::Error;

/// Every error of this crate.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FeaturesError {
    /// An identifier is empty, too long, or holds control characters.
    #[error("{what} {value:?} is {problem}; 1 to {limit} bytes without control characters are allowed")]
    Identifier {
        /// Which identifier.
        what: &'static str,
        /// The value, shortened.
        value: String,
        /// What is wrong with it.
        problem: &'static str,
        /// The longest allowed, in bytes.
        limit: usize,
    },
    /// A file as a whole cannot be used.
    #[error("{file}: {problem}")]
    File {
        /// The file's name as the caller gave it.
        file: String,
        /// What is wrong and what to do.
        problem: String,
    },
    /// One cell of a file that must be right is not.
    #[error("{file}, line {line}, column {column}: {value:?} {problem}")]
    Cell {
        /// The file's name as the caller gave it.
        file: String,
        /// The line, counted from 1.
        line: u64,
        /// The column's name.
        column: &'static str,
        /// The value found, shortened.
        value: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A count is above its limit.
    #[error("{what}: {got} is more than the limit of {limit}")]
    TooMany {
        /// What was counted.
        what: &'static str,
        /// The count.
        got: u64,
        /// The limit.
        limit: u64,
    },
    /// A field of the specification is out of its range.
    #[error("specification field {field} is {value}: {problem}")]
    Spec {
        /// The field's name.
        field: &'static str,
        /// The value.
        value: String,
        /// What is wrong and what is allowed.
        problem: String,
    },
    /// An event's time is outside the allowed range.
    #[error("event {event_id} of {source_id}: {field} is {time_s}, must be 0 to {limit_s} (unix seconds)")]
    EventTime {
        /// The event's source.
        source_id: String,
        /// The event's id.
        event_id: String,
        /// Which of its times.
        field: &'static str,
        /// The time.
        time_s: i64,
        /// The latest allowed.
        limit_s: i64,
    },
    /// A cut lies after the moment up to which events are known.
    #[error("cut {cut_s} lies after {known_s}, up to which events are known (unix seconds)")]
    CutAfterKnown {
        /// The cut.
        cut_s: i64,
        /// The end of what is known.
        known_s: i64,
    },
    /// A user is not in the history before the cut.
    #[error("user {user} has no event before {cut_s} (unix seconds); use the class prior instead")]
    UnknownUser {
        /// The user.
        user: String,
        /// The cut.
        cut_s: i64,
    },
    /// An asset is not in the catalogue.
    #[error("asset {asset} is not in the catalogue of {assets} assets")]
    UnknownAsset {
        /// The asset.
        asset: u32,
        /// How many the catalogue holds.
        assets: usize,
    },
    /// An event's value is above what features are computed from.
    #[error("event {event}: {field} is {problem}")]
    EventValue {
        /// The event's id and source.
        event: String,
        /// Which of its values.
        field: &'static str,
        /// The value and the greatest allowed.
        problem: String,
    },
    /// A row of a feature set breaks what the set declares.
    #[error("feature row ({user}, {asset}), column {column}: {problem}")]
    Feature {
        /// The row's user.
        user: String,
        /// The row's asset.
        asset: u32,
        /// The column's name.
        column: &'static str,
        /// The value found, what is wrong with it and what is allowed.
        problem: String,
    },
    /// A time or count left the range of its integer type.
    #[error("{what} overflows for {value}")]
    Overflow {
        /// What was computed.
        what: &'static str,
        /// The value it was computed for.
        value: String,
    },
}

/// At most the first 80 characters, so that a message stays readable whatever the file holds.
pub(crate) fn shorten(value: &str) -> String {
    value.chars().take(80).collect()
}
