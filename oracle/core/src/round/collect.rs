//! Signatures on our own digest: at most one an operator.

use std::collections::{BTreeMap, BTreeSet};

/// What was collected for one report. Bounded by the number of operators, which the caller checks.
#[derive(Debug, Default)]
pub(super) struct Collected {
    signatures: BTreeMap<u8, [u8; 64]>,
    diverged: BTreeSet<u8>,
}

impl Collected {
    /// Keeps the first signature of each operator: a second one is as good, and never replaces it.
    pub(super) fn insert(&mut self, index: u8, signature: [u8; 64]) {
        self.signatures.entry(index).or_insert(signature);
    }

    /// How many operators signed.
    pub(super) fn len(&self) -> usize {
        self.signatures.len()
    }

    /// The signatures of the `count` lowest indices, rising.
    pub(super) fn first(&self, count: usize) -> Vec<(u8, [u8; 64])> {
        self.signatures.iter().take(count).map(|(index, signature)| (*index, *signature)).collect()
    }

    /// True the first time an operator diverges.
    pub(super) fn tell_divergence(&mut self, index: u8) -> bool {
        self.diverged.insert(index)
    }
}
