//! What the driver tells and the API shows.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;

use crate::peers::SignatureAnswer;

/// Own signatures that are served: the newest ones.
pub const SIGNATURES_KEPT_MAX: usize = 64;
const ALARMS_KEPT_MAX: usize = 32;

/// The node's state for `GET /v1/status`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
pub struct NodeState {
    /// Version of the program.
    pub version: &'static str,
    /// The chain.
    pub chain_id: String,
    /// The contract.
    pub contract: String,
    /// Digest of the configuration, hex.
    pub config_digest: String,
    /// Hash of the specification, hex.
    pub spec_hash: String,
    /// This operator's index.
    pub index: Option<u8>,
    /// Whether models are trained and the chain was read.
    pub ready: bool,
    /// When the chain was read last, unix seconds.
    pub chain_read_at_s: u64,
    /// Block height then.
    pub height: u64,
    /// The lowest epoch that is not over.
    pub open_epoch: Option<u64>,
    /// The newest epoch that was signed here.
    pub signed_epoch: Option<u64>,
    /// The newest final epoch.
    pub final_epoch: Option<u64>,
    /// Epochs whose model is trained.
    pub models_trained: u64,
    /// Alarms since the start.
    pub alarms_total: u64,
    /// The newest alarms.
    pub alarms: VecDeque<String>,
}

#[derive(Debug, Default)]
struct Inner {
    state: NodeState,
    signatures: BTreeMap<(u64, u32), SignatureAnswer>,
}

/// State behind a lock that is never held across an await.
#[derive(Debug, Default)]
pub struct Shared {
    inner: Mutex<Inner>,
}

impl Shared {
    /// A state that says who we are.
    pub fn new(state: NodeState) -> Self {
        Self { inner: Mutex::new(Inner { state, signatures: BTreeMap::new() }) }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The state now.
    pub fn state(&self) -> NodeState {
        self.inner().state.clone()
    }

    /// Changes the state.
    pub fn update(&self, change: impl FnOnce(&mut NodeState)) {
        change(&mut self.inner().state);
    }

    /// Logs an alarm and keeps it.
    pub fn alarm(&self, text: String) {
        tracing::error!(alarm = text, "alarm");
        let state = &mut self.inner().state;
        state.alarms_total += 1;
        state.alarms.push_back(text);
        if state.alarms.len() > ALARMS_KEPT_MAX {
            state.alarms.pop_front();
        }
    }

    /// Publishes an own signature.
    pub fn publish(&self, answer: SignatureAnswer) {
        let inner = &mut *self.inner();
        inner.state.signed_epoch = inner.state.signed_epoch.max(Some(answer.epoch));
        inner.signatures.insert((answer.epoch, answer.revision), answer);
        while inner.signatures.len() > SIGNATURES_KEPT_MAX {
            inner.signatures.pop_first();
        }
    }

    /// The own signature on a report.
    pub fn signature(&self, epoch: u64, revision: u32) -> Option<SignatureAnswer> {
        self.inner().signatures.get(&(epoch, revision)).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_newest_are_kept() {
        let shared = Shared::default();
        let answer = |epoch| SignatureAnswer {
            index: 0,
            epoch,
            revision: 0,
            digest: String::new(),
            signature: String::new(),
            body: String::new(),
        };
        for epoch in 0..100 {
            shared.publish(answer(epoch));
            shared.alarm(format!("{epoch}"));
        }
        assert_eq!((shared.signature(35, 0), shared.signature(36, 0)), (None, Some(answer(36))));
        let state = shared.state();
        assert_eq!((state.alarms_total, state.alarms.len(), state.signed_epoch), (100, 32, Some(99)));
        assert_eq!(state.alarms.back().unwrap(), "99");
    }
}
