//! Why a proof convicts nobody, or an answer answers nothing.

use thiserror::Error;

use crate::error::ProtocolError;

/// A fraud proof, an opening or an equivocation was refused. Nothing follows for the report.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FraudError {
    /// The evidence is malformed, or does not lead to the report's or the base's root.
    #[error("{0}")]
    Protocol(#[from] ProtocolError),
    /// The evidence is true, and what it shows is allowed.
    #[error("nothing is proven: {why}")]
    NotProven {
        /// What was compared.
        why: &'static str,
    },
    /// The commitment builds on another allocation than the newest settled one, so that what it owes to its base cannot be
    /// judged. If an earlier final report has an unsettled commitment of the campaign, settle that first.
    #[error("the commitment of campaign {campaign} does not build on the newest settled allocation")]
    OtherBase {
        /// The campaign.
        campaign: u64,
    },
    /// The evidence has another number of leaves than its kind needs.
    #[error("{what}: {expected} needed, got {actual}")]
    Count {
        /// The leaves.
        what: &'static str,
        /// How many are needed.
        expected: usize,
        /// How many there are.
        actual: usize,
    },
    /// The opening does not go as far as it has to, or goes further.
    #[error("the opening has {actual} nodes, {expected} needed")]
    OpeningDepth {
        /// Nodes needed.
        expected: usize,
        /// Nodes given.
        actual: usize,
    },
    /// The answer shows another kind of thing than the demand asks for.
    #[error("the answer is not of the kind that the demand asks for")]
    OtherKind,
    /// The two reports are the same.
    #[error("the two reports are the same: signing one twice is no equivocation")]
    SameReport,
    /// The two reports are not for the same configuration, epoch and revision.
    #[error("the two reports differ in {field}: they do not contradict each other")]
    OtherRound {
        /// The field.
        field: &'static str,
    },
    /// No operator of the configuration has the index.
    #[error("no operator has index {index}: there are {operators}")]
    UnknownSigner {
        /// The index.
        index: u8,
        /// Operators of the configuration.
        operators: u8,
    },
    /// A signature that does not verify.
    #[error("the signature of operator {index} on the {which} report does not verify")]
    BadSignature {
        /// The operator.
        index: u8,
        /// `first` or `second`.
        which: &'static str,
    },
}
