//! Signatures on our own digest: at most one an operator.

use std::collections::{BTreeMap, BTreeSet};

use super::types::Seat;

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

    /// How many operators signed whose signature counts.
    pub(super) fn count(&self, seat: &Seat) -> usize {
        self.signatures.keys().filter(|index| seat.counts(**index)).count()
    }

    /// The signatures of k operators, those with the lowest indices, rising. None is of a suspended one.
    pub(super) fn quorum(&self, seat: &Seat) -> Vec<(u8, [u8; 64])> {
        let counting = self.signatures.iter().filter(|(index, _)| seat.counts(**index));
        counting
            .take(usize::from(seat.operators.quorum()))
            .map(|(index, signature)| (*index, *signature))
            .collect()
    }

    /// True the first time an operator diverges.
    pub(super) fn tell_divergence(&mut self, index: u8) -> bool {
        self.diverged.insert(index)
    }
}
