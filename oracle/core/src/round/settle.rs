//! Settling final epochs, lowest first, in staged order.

use std::collections::BTreeMap;

use super::types::{FinalState, Output, RoundAlarm, TxOutcome};

/// Most final epochs that are looked at.
pub const FINAL_EPOCHS_MAX: usize = 32;
/// Most settlements of one epoch by one operator, with pauses that double as those of a build do.
pub const SETTLES_MAX: u32 = 80;

/// What is left to settle.
#[derive(Debug, Default)]
pub(super) struct Settlements {
    epochs: BTreeMap<u64, Settlement>,
}

#[derive(Debug)]
struct Settlement {
    at_s: u64,
    attempts: u32,
    running: bool,
}

impl Settlements {
    /// Takes what the chain says; `first_at_s` is when this operator's turn comes for an epoch it sees for the first time.
    pub(super) fn observe(&mut self, states: &[FinalState], first_at_s: impl Fn(u64) -> u64) {
        let newest = states.iter().rev().take(FINAL_EPOCHS_MAX);
        let unsettled: Vec<u64> = newest.filter(|state| !state.is_settled).map(|state| state.epoch).collect();
        self.epochs.retain(|epoch, _| unsettled.contains(epoch));
        for epoch in unsettled {
            let new = || Settlement { at_s: first_at_s(epoch), attempts: 0, running: false };
            self.epochs.entry(epoch).or_insert_with(new);
        }
    }

    /// Settles the lowest epoch whose turn has come, one at a time, because later epochs build on earlier ones. One that
    /// pauses after a failure does not hold up those after it.
    pub(super) fn advance(&mut self, now_s: u64, out: &mut Vec<Output>) {
        if self.epochs.values().any(|entry| entry.running) {
            return;
        }
        let can_be = |entry: &Settlement| entry.attempts < SETTLES_MAX;
        let is_first_or_due = |entry: &Settlement| entry.attempts == 0 || now_s >= entry.at_s;
        let next = self.epochs.iter_mut().find(|(_, entry)| can_be(entry) && is_first_or_due(entry));
        let Some((&epoch, entry)) = next.filter(|(_, entry)| now_s >= entry.at_s) else { return };
        // Below SETTLES_MAX before.
        entry.attempts = entry.attempts.checked_add(1).unwrap_or(SETTLES_MAX);
        entry.running = true;
        out.push(Output::Settle { epoch });
    }

    /// A settlement ended; if the chain still shows the epoch unsettled, `again_s` says when to try again after so many
    /// attempts.
    pub(super) fn done(
        &mut self,
        epoch: u64,
        outcome: TxOutcome,
        again_s: impl Fn(u32) -> u64,
        out: &mut Vec<Output>,
    ) {
        let Some(entry) = self.epochs.get_mut(&epoch).filter(|entry| entry.running) else { return };
        (entry.running, entry.at_s) = (false, again_s(entry.attempts));
        if let TxOutcome::Failed { reason } = outcome {
            let given_up = entry.attempts >= SETTLES_MAX;
            out.push(Output::Alarm(RoundAlarm::SettleFailed { epoch, reason, given_up }));
        }
    }
}
