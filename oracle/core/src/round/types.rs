//! What goes into a round and what comes out.

use attention_protocol::{Hash, OperatorSet};
use serde::Serialize;
use thiserror::Error;

use crate::guard::SignKey;

/// This operator's place in the configuration that is in force for an epoch, after it was compared with the own one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seat {
    /// This operator's index; `None` for a node that only builds and relays.
    pub index: Option<u8>,
    /// All operators.
    pub operators: OperatorSet,
    /// Bit i: operator i is suspended, its signature makes the contract refuse a report.
    pub suspended: u32,
    /// Digest of the configuration.
    pub config_digest: Hash,
}

impl Seat {
    /// Whether an operator's signature counts.
    pub fn counts(&self, index: u8) -> bool {
        let bit = 1u32.checked_shl(u32::from(index)).unwrap_or(0);
        index < self.operators.count() && self.suspended & bit == 0
    }
}

/// What this operator does about the open epoch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Duty {
    /// Build, sign and post its report.
    Report(Seat),
    /// Nothing.
    Idle {
        /// Why.
        reason: String,
    },
}

/// The anchor of the open epoch's input, where reports need one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnchorState {
    /// The input root that stands on chain for this revision.
    pub anchored: Option<Hash>,
    /// Index of the operator who may anchor first.
    pub first: u8,
    /// From when, unix seconds.
    pub first_from_s: u64,
    /// From when every operator may, unix seconds.
    pub any_from_s: u64,
}

/// Where the chain stands, from its queries `epoch_status`, `config`, `report` and `allocation`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainStatus {
    /// Block time, unix seconds.
    pub now_s: u64,
    /// The lowest epoch that is neither final nor missed.
    pub open_epoch: u64,
    /// Revision that its report must carry.
    pub revision: u32,
    /// Its window's end, unix seconds.
    pub window_end_s: u64,
    /// Until when its report is accepted, unix seconds; `None` while one is pending.
    pub due_s: Option<u64>,
    /// What its report must carry as `prev_digest`: while one is pending, what that one carries.
    pub prev_digest: Option<Hash>,
    /// Its report, if one was posted.
    pub pending: Option<Pending>,
    /// What this operator does about it.
    pub duty: Duty,
    /// The anchor that it needs; `None` if it needs none, and while a report is pending.
    pub anchor: Option<AnchorState>,
    /// The newest final epochs, at most [`FINAL_EPOCHS_MAX`](super::settle::FINAL_EPOCHS_MAX) are looked at.
    pub final_epochs: Vec<FinalState>,
}

/// A report in its dispute window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pending {
    /// Its digest.
    pub digest: Hash,
}

/// A final epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FinalState {
    /// The epoch.
    pub epoch: u64,
    /// Whether each of its commitments was settled or rejected.
    pub is_settled: bool,
}

/// A report that was built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Built {
    /// Its epoch.
    pub epoch: u64,
    /// Its revision.
    pub revision: u32,
    /// Its digest.
    pub digest: Hash,
    /// What it was computed from.
    pub input_root: Hash,
    /// The packed body.
    pub body: Vec<u8>,
}

/// Another operator's signature, already verified with the key of `index` over `digest`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeerSignature {
    /// The operator.
    pub index: u8,
    /// The epoch it signed.
    pub epoch: u64,
    /// The revision.
    pub revision: u32,
    /// The digest.
    pub digest: Hash,
    /// `r ‖ s`.
    pub signature: [u8; 64],
}

/// What a transaction came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TxOutcome {
    /// Included with success.
    Included,
    /// Not included before its timeout.
    TimedOut,
    /// Refused, in simulation or in a block.
    Failed {
        /// Why.
        reason: String,
    },
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// The chain was looked at.
    Status(ChainStatus),
    /// A report was built.
    Built(Built),
    /// It could not be built.
    BuildFailed {
        /// The epoch.
        epoch: u64,
        /// The revision.
        revision: u32,
        /// Why.
        reason: String,
    },
    /// An anchor was posted, or not.
    Anchored {
        /// The epoch.
        epoch: u64,
        /// The revision.
        revision: u32,
        /// What it came to.
        outcome: TxOutcome,
    },
    /// This operator's key signed.
    SignedOwn {
        /// The digest.
        digest: Hash,
        /// `r ‖ s`.
        signature: [u8; 64],
    },
    /// Signing failed for a reason that says nothing about the report, for instance a node that did not answer.
    SignFailed {
        /// The digest.
        digest: Hash,
        /// Why.
        reason: String,
    },
    /// The guard, the journal or the key refused, or the contract is another one.
    SignRefused {
        /// The digest.
        digest: Hash,
        /// Why.
        reason: String,
    },
    /// A verified signature came in.
    PeerSignature(PeerSignature),
    /// A post ended.
    Submitted {
        /// The epoch.
        epoch: u64,
        /// The revision.
        revision: u32,
        /// What it came to.
        outcome: TxOutcome,
    },
    /// A settlement ended.
    SettleDone {
        /// The epoch.
        epoch: u64,
        /// What it came to.
        outcome: TxOutcome,
    },
    /// Time has passed.
    Tick,
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Build the report; answer with [`Input::Built`] or [`Input::BuildFailed`].
    BuildReport {
        /// The epoch.
        epoch: u64,
        /// The revision.
        revision: u32,
        /// What it carries as `prev_digest`.
        prev_digest: Hash,
    },
    /// Sign and post the anchor of an input; answer with [`Input::Anchored`].
    Anchor {
        /// The epoch.
        epoch: u64,
        /// The revision.
        revision: u32,
        /// What our report was computed from.
        input_root: Hash,
    },
    /// Sign through the guard; answer with [`Input::SignedOwn`], [`Input::SignFailed`] or [`Input::SignRefused`].
    Sign {
        /// The guard's key.
        key: SignKey,
        /// The digest.
        digest: Hash,
    },
    /// Ask every peer for its signature; answer with one [`Input::PeerSignature`] for each that verifies.
    FetchPeerSignatures {
        /// The epoch.
        epoch: u64,
        /// The revision.
        revision: u32,
        /// Our digest.
        digest: Hash,
    },
    /// Post the report; answer with [`Input::Submitted`].
    Submit {
        /// The epoch.
        epoch: u64,
        /// The revision.
        revision: u32,
        /// The packed body.
        body: Vec<u8>,
        /// k signatures, indices strictly rising.
        signatures: Vec<(u8, [u8; 64])>,
    },
    /// Settle every commitment of a final epoch; answer with [`Input::SettleDone`].
    Settle {
        /// The epoch.
        epoch: u64,
    },
    /// Nothing to do before this time.
    Wait {
        /// Unix seconds.
        until_s: u64,
    },
    /// Tell a person.
    Alarm(RoundAlarm),
}

/// What a person has to know. Each is told once a report, builds, anchors, signings and posts once an attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Error)]
#[serde(tag = "alarm", rename_all = "snake_case")]
pub enum RoundAlarm {
    /// This operator has no part in the open epoch.
    #[error("epoch {epoch}: nothing is built, signed or posted here: {reason}")]
    Idle {
        /// The epoch.
        epoch: u64,
        /// Why.
        reason: String,
    },
    /// The epoch is reported again.
    #[error(
        "epoch {epoch}: revision {revision} is over without a final report (voided, or not posted in time); revision {next} is built"
    )]
    Revised {
        /// The epoch.
        epoch: u64,
        /// The revision that is over.
        revision: u32,
        /// The one that is awaited.
        next: u32,
    },
    /// Another input was anchored.
    #[error(
        "epoch {epoch}: the input root anchored on chain is {}, ours is {}: nothing is signed; compare events, links and consent with the \
         operator who anchored it",
        hex::encode(theirs),
        hex::encode(ours)
    )]
    AnchorDiffers {
        /// The epoch.
        epoch: u64,
        /// Our input root.
        #[serde(with = "hex::serde")]
        ours: Hash,
        /// The chain's.
        #[serde(with = "hex::serde")]
        theirs: Hash,
    },
    /// The input could not be anchored.
    #[error("epoch {epoch}: the input was not anchored: {reason}")]
    AnchorFailed {
        /// The epoch.
        epoch: u64,
        /// Why.
        reason: String,
        /// Whether no further attempt is made.
        given_up: bool,
    },
    /// An operator signed another digest.
    #[error(
        "epoch {epoch}: operator {index} signed {}, we built {}: compare input_root and model_hash with theirs",
        hex::encode(theirs),
        hex::encode(ours)
    )]
    PeerDiverged {
        /// The epoch.
        epoch: u64,
        /// The operator.
        index: u8,
        /// Our digest.
        #[serde(with = "hex::serde")]
        ours: Hash,
        /// Theirs.
        #[serde(with = "hex::serde")]
        theirs: Hash,
    },
    /// A quorum posted another digest.
    #[error(
        "epoch {epoch}: the chain holds {}, we built {}: check our data against the published file, then dispute or catch up",
        hex::encode(theirs),
        hex::encode(ours)
    )]
    OtherReportPosted {
        /// The epoch.
        epoch: u64,
        /// Our digest.
        #[serde(with = "hex::serde")]
        ours: Hash,
        /// The chain's.
        #[serde(with = "hex::serde")]
        theirs: Hash,
    },
    /// The report could not be built.
    #[error("epoch {epoch}: the report could not be built: {reason}")]
    BuildFailed {
        /// The epoch.
        epoch: u64,
        /// Why.
        reason: String,
        /// Whether no further attempt is made.
        given_up: bool,
    },
    /// The report could not be signed.
    #[error("epoch {epoch}: {} could not be signed: {reason}", hex::encode(digest))]
    SignFailed {
        /// The epoch.
        epoch: u64,
        /// Our digest.
        #[serde(with = "hex::serde")]
        digest: Hash,
        /// Why.
        reason: String,
        /// Whether no further attempt is made.
        given_up: bool,
    },
    /// The report was not signed, and will not be.
    #[error("epoch {epoch}: {} was not signed: {reason}", hex::encode(digest))]
    SignRefused {
        /// The epoch.
        epoch: u64,
        /// Our digest.
        #[serde(with = "hex::serde")]
        digest: Hash,
        /// Why.
        reason: String,
    },
    /// The report could not be posted.
    #[error("epoch {epoch}: the report was not accepted: {reason}")]
    SubmitFailed {
        /// The epoch.
        epoch: u64,
        /// Why.
        reason: String,
        /// Whether no further attempt is made.
        given_up: bool,
    },
    /// The epoch could not be settled.
    #[error("epoch {epoch}: its commitments were not settled: {reason}")]
    SettleFailed {
        /// The epoch.
        epoch: u64,
        /// Why.
        reason: String,
        /// Whether no further attempt is made.
        given_up: bool,
    },
}
