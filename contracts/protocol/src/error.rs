//! What can be wrong with a value of the protocol; every message names the value and the bound it broke.

use thiserror::Error;

/// An encoding, a checked type or a proof was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ProtocolError {
    /// A score above [`crate::PPM`].
    #[error("score {score} is above 1000000 ppm")]
    ScoreOutOfRange {
        /// The refused score in ppm.
        score: u32,
    },
    /// A canonical address that is neither 20 nor 32 bytes long.
    #[error("a canonical address has 20 or 32 bytes, not {len}")]
    AddressLength {
        /// Its length in bytes.
        len: usize,
    },
    /// Bytes ended before a field did, or went on after the last one.
    #[error("{what}: expected {expected} bytes, got {actual}")]
    Length {
        /// The thing being decoded.
        what: &'static str,
        /// Bytes it needs.
        expected: usize,
        /// Bytes there were.
        actual: usize,
    },
    /// A list, name or text is longer than its limit.
    #[error("{what}: at most {max}, got {actual}")]
    TooMany {
        /// The list.
        what: &'static str,
        /// Its limit.
        max: usize,
        /// Its length.
        actual: usize,
    },
    /// A field of a rule, campaign or configuration is outside its bounds.
    #[error("{field} is {value}: {requirement}")]
    Invalid {
        /// The field's name as on the wire.
        field: &'static str,
        /// The value as text.
        value: String,
        /// What it has to be.
        requirement: &'static str,
    },
    /// A rule pays more to who splits an account, and does not say so.
    #[error(
        "{field} rewards splitting an account: set split_gain to true to accept that, or choose another value"
    )]
    SplitGain {
        /// The field that does it.
        field: &'static str,
    },
    /// A list that has to rise strictly does not.
    #[error("{what} must rise strictly: entry {index} is not above the one before it")]
    NotRising {
        /// The list.
        what: &'static str,
        /// Zero-based index of the entry.
        index: usize,
    },
    /// A position is not below the number of leaves.
    #[error("position {position} is not below the leaf count {leaf_count}")]
    Position {
        /// The position (of the last leaf, for a range).
        position: u64,
        /// Leaves of the tree.
        leaf_count: u32,
    },
    /// Weight or cumulative sums exceed their integer type.
    #[error("the sums of a tree overflow")]
    SumOverflow,
    /// A proof leads to another root, or to other totals, than the recorded ones.
    #[error("the proof does not lead to the recorded root")]
    RootMismatch,
    /// A proof of absence is well formed but does not enclose the key.
    #[error("the leaves shown do not prove that the key is absent")]
    NotAbsent,
    /// Arithmetic on a time, epoch or amount left its integer type.
    #[error("{what} overflows")]
    Overflow {
        /// The quantity.
        what: &'static str,
    },
}

impl ProtocolError {
    pub(crate) fn invalid(field: &'static str, value: impl ToString, requirement: &'static str) -> Self {
        Self::Invalid { field, value: value.to_string(), requirement }
    }
}
