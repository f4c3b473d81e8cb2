//! What goes into a round and what comes out.

use attention_protocol::Hash;
use serde::Serialize;
use thiserror::Error;

use crate::guard::SignKey;

/// Where the chain stands, from its queries `epoch_status`, `report` and `allocation`.
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

/// What a person has to know. Each is told once a report, builds, signings and posts once an attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Error)]
#[serde(tag = "alarm", rename_all = "snake_case")]
pub enum RoundAlarm {
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
