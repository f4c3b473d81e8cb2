//! The outbox: how far a report has come on its way to the chain, persisted at every step.
//!
//! `Fresh → Signed → Quorum → Broadcast → Accepted → Final`, and `Missed`. Each stage is a type with the one step that
//! leads on, so an illegal transition does not compile. After a restart the chain is the truth: [`Submission::reconcile`].

use attention_protocol::Hash;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::guard::SignKey;
use crate::journal::{Record, RecordKind};

/// A compact secp256k1 signature, `r ‖ s`.
pub type Signature = [u8; 64];

/// Which report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportId {
    /// Digest of the configuration.
    #[serde(with = "hex::serde")]
    pub config_digest: Hash,
    /// The epoch.
    pub epoch: u64,
    /// The revision.
    pub revision: u32,
}

impl From<SignKey> for ReportId {
    fn from(key: SignKey) -> Self {
        Self { config_digest: key.config_digest, epoch: key.epoch, revision: key.revision }
    }
}

/// Nothing was done yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fresh {
    /// Which report.
    pub id: ReportId,
}

/// Built, and signed by this operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signed {
    /// Which report.
    pub id: ReportId,
    /// Its digest.
    #[serde(with = "hex::serde")]
    pub digest: Hash,
    /// The packed body.
    #[serde(with = "hex::serde")]
    pub body: Vec<u8>,
}

/// Signed by at least k operators.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quorum {
    /// What was signed.
    pub signed: Signed,
    /// Signatures, indices strictly rising.
    pub signatures: Vec<SignatureOf>,
}

/// One operator's signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignatureOf {
    /// The operator.
    pub index: u8,
    /// `r ‖ s`.
    #[serde(with = "hex::serde")]
    pub signature: Signature,
}

/// A transaction was about to be sent; its hash is stored before it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Broadcast {
    /// What it carries.
    pub quorum: Quorum,
    /// The transaction's hash.
    #[serde(with = "hex::serde")]
    pub tx_hash: Hash,
    /// From this height on the chain no longer includes it.
    pub timeout_height: u64,
}

/// The chain holds a report, ours or another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accepted {
    /// Which report.
    pub id: ReportId,
    /// The digest on chain.
    #[serde(with = "hex::serde")]
    pub digest: Hash,
}

/// The report on chain is final.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Final {
    /// Which report.
    pub id: ReportId,
    /// The digest on chain.
    #[serde(with = "hex::serde")]
    pub digest: Hash,
}

/// The state of one report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Submission {
    /// Nothing was done yet.
    Fresh(Fresh),
    /// Signed by this operator.
    Signed(Signed),
    /// Signed by at least k.
    Quorum(Quorum),
    /// Sent.
    Broadcast(Broadcast),
    /// On chain, disputable.
    Accepted(Accepted),
    /// On chain for good.
    Final(Final),
    /// No report came in time.
    Missed(Fresh),
}

/// Why a step was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SubmissionError {
    /// Fewer signatures than k.
    #[error("{given} signatures; {quorum} are a quorum")]
    TooFew {
        /// How many.
        given: usize,
        /// k.
        quorum: u8,
    },
    /// Indices that do not rise.
    #[error("signer indices must rise strictly; {index} does not")]
    NotRising {
        /// The index.
        index: u8,
    },
    /// A journal record that does not read.
    #[error("a submission record does not read: {0}")]
    Record(String),
}

impl Fresh {
    /// Built and signed.
    pub fn into_signed(self, digest: Hash, body: Vec<u8>) -> Signed {
        Signed { id: self.id, digest, body }
    }
}

impl Signed {
    /// At least `quorum` signatures, this operator's included or not.
    ///
    /// # Errors
    /// [`SubmissionError::TooFew`], [`SubmissionError::NotRising`].
    pub fn into_quorum(self, signatures: Vec<SignatureOf>, quorum: u8) -> Result<Quorum, SubmissionError> {
        if signatures.len() < usize::from(quorum) {
            return Err(SubmissionError::TooFew { given: signatures.len(), quorum });
        }
        let falls = |pair: &[SignatureOf]| matches!(pair, [a, b] if a.index >= b.index);
        if let Some([_, after]) = signatures.windows(2).find(|pair| falls(pair)) {
            return Err(SubmissionError::NotRising { index: after.index });
        }
        Ok(Quorum { signed: self, signatures })
    }
}

impl Quorum {
    /// The transaction that is about to be sent; store this state before sending it.
    pub fn into_broadcast(self, tx_hash: Hash, timeout_height: u64) -> Broadcast {
        Broadcast { quorum: self, tx_hash, timeout_height }
    }
}

impl Broadcast {
    /// Included with success.
    pub fn into_accepted(self) -> Accepted {
        let signed = self.quorum.signed;
        Accepted { id: signed.id, digest: signed.digest }
    }

    /// Refused, or no longer includable: what was signed can be sent again.
    pub fn into_quorum(self) -> Quorum {
        self.quorum
    }
}

impl Accepted {
    /// The dispute window has passed.
    pub fn into_final(self) -> Final {
        Final { id: self.id, digest: self.digest }
    }
}

/// What the chain says about an epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChainTruth {
    /// No report yet.
    Open {
        /// The revision it awaits.
        revision: u32,
        /// The chain's height.
        height: u64,
    },
    /// A report, disputable.
    Pending {
        /// Its revision.
        revision: u32,
        /// Its digest.
        digest: Hash,
    },
    /// A report, for good.
    Final {
        /// Its revision.
        revision: u32,
        /// Its digest.
        digest: Hash,
    },
    /// No report came in time.
    Missed,
}

impl Submission {
    /// A report nothing was done for.
    pub fn new(id: ReportId) -> Self {
        Self::Fresh(Fresh { id })
    }

    /// Which report.
    pub fn id(&self) -> &ReportId {
        match self {
            Self::Fresh(state) | Self::Missed(state) => &state.id,
            Self::Signed(state) => &state.id,
            Self::Quorum(state) => &state.signed.id,
            Self::Broadcast(state) => &state.quorum.signed.id,
            Self::Accepted(state) => &state.id,
            Self::Final(state) => &state.id,
        }
    }

    /// The state after a restart. The chain is the truth: whatever stood in the journal gives way to it. A transaction
    /// that may still be included is waited for, not sent again.
    pub fn reconcile(self, truth: &ChainTruth) -> Self {
        let id = *self.id();
        match *truth {
            ChainTruth::Missed => Self::Missed(Fresh { id }),
            ChainTruth::Final { revision, digest } => {
                Self::Final(Final { id: ReportId { revision, ..id }, digest })
            }
            ChainTruth::Pending { revision, digest } => {
                Self::Accepted(Accepted { id: ReportId { revision, ..id }, digest })
            }
            ChainTruth::Open { revision, .. } if revision != id.revision => {
                Self::new(ReportId { revision, ..id })
            }
            ChainTruth::Open { height, .. } => match self {
                Self::Broadcast(state) if height >= state.timeout_height => Self::Quorum(state.into_quorum()),
                // The chain no longer holds what it once held: start over, the guard keeps us from signing otherwise.
                Self::Accepted(_) | Self::Final(_) | Self::Missed(_) => Self::new(id),
                kept => kept,
            },
        }
    }

    /// The journal record of this state.
    ///
    /// # Errors
    /// [`SubmissionError::Record`].
    pub fn to_payload(&self) -> Result<Vec<u8>, SubmissionError> {
        serde_json::to_vec(self).map_err(|error| SubmissionError::Record(error.to_string()))
    }

    /// The newest state of every report in a journal, in the order in which they first came.
    ///
    /// # Errors
    /// [`SubmissionError::Record`].
    pub fn from_records(records: &[Record]) -> Result<Vec<Self>, SubmissionError> {
        let mut newest: Vec<Self> = Vec::new();
        for record in records.iter().filter(|record| record.kind == RecordKind::Submission) {
            let state: Self = serde_json::from_slice(&record.payload)
                .map_err(|error| SubmissionError::Record(error.to_string()))?;
            let same = |other: &&mut Self| other.id() == state.id();
            // Reports come one at a time, so the one meant is at the end.
            match newest.iter_mut().rev().find(same) {
                Some(other) => *other = state,
                None => newest.push(state),
            }
        }
        Ok(newest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: ReportId = ReportId { config_digest: [1; 32], epoch: 5, revision: 1 };

    fn signed() -> Signed {
        Fresh { id: ID }.into_signed([2; 32], vec![3; 244])
    }

    fn signature(index: u8) -> SignatureOf {
        SignatureOf { index, signature: [index; 64] }
    }

    fn broadcast() -> Broadcast {
        let quorum = signed().into_quorum(vec![signature(0), signature(2), signature(3)], 3).unwrap();
        quorum.into_broadcast([4; 32], 100)
    }

    fn all() -> Vec<Submission> {
        let accepted = broadcast().into_accepted();
        vec![
            Submission::new(ID),
            Submission::Signed(signed()),
            Submission::Quorum(broadcast().into_quorum()),
            Submission::Broadcast(broadcast()),
            Submission::Accepted(accepted.clone()),
            Submission::Final(accepted.into_final()),
            Submission::Missed(Fresh { id: ID }),
        ]
    }

    #[test]
    fn every_state_survives_the_journal_and_the_newest_counts() {
        for state in all() {
            let record = Record { kind: RecordKind::Submission, payload: state.to_payload().unwrap() };
            assert_eq!(Submission::from_records(&[record]).unwrap(), [state]);
        }
        let records: Vec<Record> = all()
            .iter()
            .map(|state| Record { kind: RecordKind::Submission, payload: state.to_payload().unwrap() })
            .collect();
        assert_eq!(Submission::from_records(&records[..4]).unwrap(), [all()[3].clone()]);
        let bad = Record { kind: RecordKind::Submission, payload: b"{}".to_vec() };
        assert!(Submission::from_records(&[bad]).is_err());
    }

    #[test]
    fn a_quorum_needs_k_rising_signatures() {
        let refused =
            |indices: &[u8]| signed().into_quorum(indices.iter().map(|i| signature(*i)).collect(), 3);
        assert_eq!(refused(&[0, 1]), Err(SubmissionError::TooFew { given: 2, quorum: 3 }));
        assert_eq!(refused(&[0, 2, 1]), Err(SubmissionError::NotRising { index: 1 }));
        assert_eq!(refused(&[0, 1, 1]), Err(SubmissionError::NotRising { index: 1 }));
    }

    #[test]
    fn the_chain_is_the_truth_whatever_the_journal_says() {
        for state in all() {
            let of = |truth| state.clone().reconcile(&truth);
            assert_eq!(of(ChainTruth::Missed), Submission::Missed(Fresh { id: ID }));
            let digest = [9; 32];
            let at_2 = ReportId { revision: 2, ..ID };
            let pending = ChainTruth::Pending { revision: 2, digest };
            assert_eq!(of(pending), Submission::Accepted(Accepted { id: at_2, digest }));
            let end = ChainTruth::Final { revision: 2, digest };
            assert_eq!(of(end), Submission::Final(Final { id: at_2, digest }));
            let voided = ChainTruth::Open { revision: 2, height: 1 };
            assert_eq!(of(voided), Submission::new(at_2));
        }
    }

    #[test]
    fn a_transaction_that_may_still_come_is_waited_for() {
        let open = |height| ChainTruth::Open { revision: 1, height };
        let sent = Submission::Broadcast(broadcast());
        assert_eq!(sent.clone().reconcile(&open(99)), sent);
        assert_eq!(sent.reconcile(&open(100)), Submission::Quorum(broadcast().into_quorum()));
        let kept = Submission::Signed(signed());
        assert_eq!(kept.clone().reconcile(&open(100)), kept);
        let gone = Submission::Accepted(broadcast().into_accepted());
        assert_eq!(gone.reconcile(&open(100)), Submission::new(ID));
    }
}
