//! What anchors, voids, challenges, demands and proofs are refused for.

use attention_protocol::fraud::FraudError;
use thiserror::Error;

use super::ContractError;

/// Why a message about a dispute or an anchor was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DisputeError {
    /// A proof convicts nobody, or an answer answers nothing.
    #[error("{0}")]
    Fraud(#[from] FraudError),
    /// An equivocation of an operator who lost bond and say for one before.
    #[error("operator {operator} of epoch {epoch} is suspended already: an equivocation is fined once")]
    AlreadySuspended {
        /// The epoch of the reports.
        epoch: u64,
        /// The operator's index.
        operator: u8,
    },
    /// The deployment needs no anchors.
    #[error("this deployment takes no anchors: its anchor_grace_s is not set")]
    AnchorsOff {},
    /// A report whose input nobody has anchored.
    #[error("revision {revision} of epoch {epoch} has no anchored input: anchor_input has to come first")]
    AnchorMissing {
        /// The epoch.
        epoch: u64,
        /// The awaited revision.
        revision: u32,
    },
    /// A report on another input than the anchored one.
    #[error("the report's input_root is {given}: {expected} is anchored")]
    AnchorMismatch {
        /// The report's, hex.
        given: String,
        /// The anchored one, hex.
        expected: String,
    },
    /// An anchor for another epoch or revision than the awaited one.
    #[error(
        "an input is awaited for revision {awaited_revision} of epoch {awaited}, not {revision} of {epoch}"
    )]
    AnchorNotAwaited {
        /// The anchor's epoch.
        epoch: u64,
        /// The anchor's revision.
        revision: u32,
        /// The awaited epoch.
        awaited: u64,
        /// The awaited revision.
        awaited_revision: u32,
    },
    /// An anchor before the grace has passed.
    #[error("the input of epoch {epoch} may be anchored from {from_s} on: it is {now_s} (unix seconds)")]
    AnchorTooSoon {
        /// The epoch.
        epoch: u64,
        /// From when.
        from_s: u64,
        /// Block time.
        now_s: u64,
    },
    /// Another operator comes first.
    #[error("operator {rank} anchors first: operator {index} may from {from_s} (unix seconds) on")]
    NotAnchorTurn {
        /// The operator who signed.
        index: u8,
        /// Whose turn it is.
        rank: u8,
        /// From when any operator may.
        from_s: u64,
    },
    /// An input is anchored already.
    #[error("the input of revision {revision} of epoch {epoch} is anchored already: it is {input_root}")]
    AlreadyAnchored {
        /// The epoch.
        epoch: u64,
        /// The revision.
        revision: u32,
        /// The anchored input, hex.
        input_root: String,
    },

    /// No such report, or it is not pending.
    #[error("epoch {epoch} has no pending report at revision {revision}: only that can be disputed")]
    NotPending {
        /// The epoch.
        epoch: u64,
        /// The revision.
        revision: u32,
    },
    /// The dispute window has ended.
    #[error("the dispute window of epoch {epoch} ended at {ends_at_s} (unix seconds)")]
    WindowOver {
        /// The epoch.
        epoch: u64,
        /// When.
        ends_at_s: u64,
    },
    /// Another coin than the bond.
    #[error("the bond is exactly {expected}{denom}: got {given}{given_denom}")]
    WrongBond {
        /// Base units needed.
        expected: u128,
        /// Of what.
        denom: String,
        /// Base units sent.
        given: String,
        /// Of what.
        given_denom: String,
    },

    /// The deployment has no arbiter.
    #[error("this deployment has no arbiter: prove fraud or demand an opening")]
    NoArbiter {},
    /// A second challenge of a revision.
    #[error("revision {revision} of epoch {epoch} was challenged before: one challenge a revision")]
    AlreadyChallenged {
        /// The epoch.
        epoch: u64,
        /// The revision.
        revision: u32,
    },
    /// No challenge waits for a decision.
    #[error("revision {revision} of epoch {epoch} has no challenge to decide")]
    NoChallenge {
        /// The epoch.
        epoch: u64,
        /// The revision.
        revision: u32,
    },
    /// The arbiter is too late.
    #[error("the arbiter could decide until {deadline_s} (unix seconds): resolve_silence comes next")]
    DecisionLate {
        /// The last second.
        deadline_s: u64,
    },
    /// The arbiter still has time.
    #[error("the arbiter can decide until {deadline_s} (unix seconds)")]
    DecisionAwaited {
        /// The last second.
        deadline_s: u64,
    },

    /// The target was demanded before.
    #[error("that was demanded before in revision {revision} of epoch {epoch}")]
    AlreadyDemanded {
        /// The epoch.
        epoch: u64,
        /// The revision.
        revision: u32,
    },
    /// Too many demands are open.
    #[error("{max} demands are open: no more until one is answered")]
    TooManyDemands {
        /// The limit.
        max: u16,
    },
    /// No open demand on the target.
    #[error("revision {revision} of epoch {epoch} has no open demand on that")]
    NoDemand {
        /// The epoch.
        epoch: u64,
        /// The revision.
        revision: u32,
    },
    /// The time to answer is over.
    #[error(
        "the demand could be answered until {deadline_s} (unix seconds) and height {deadline_height}, whichever came last"
    )]
    AnswerLate {
        /// The last second.
        deadline_s: u64,
        /// The last height.
        deadline_height: u64,
    },
    /// The time to answer is not over.
    #[error(
        "the demand can be answered until {deadline_s} (unix seconds) and height {deadline_height}, whichever comes last"
    )]
    AnswerAwaited {
        /// The last second.
        deadline_s: u64,
        /// The last height.
        deadline_height: u64,
    },
    /// The report was not voided: its demands are answered or unanswered, not taken back.
    #[error("revision {revision} of epoch {epoch} was not voided: its demands stand")]
    NotVoided {
        /// The epoch.
        epoch: u64,
        /// The revision.
        revision: u32,
    },

    /// The hash is reserved already.
    #[error("that proof was committed to at height {height}")]
    AlreadyCommitted {
        /// When.
        height: u64,
    },
    /// The report was made by other rules than this code's.
    #[error(
        "the report on epoch {epoch} was made by other rules than version {rules_version}: no proof can judge it"
    )]
    OtherRules {
        /// The epoch.
        epoch: u64,
        /// The code's.
        rules_version: u32,
    },
}

impl From<FraudError> for Box<ContractError> {
    #[cold]
    fn from(error: FraudError) -> Self {
        Self::new(DisputeError::from(error).into())
    }
}
