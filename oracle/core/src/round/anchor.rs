//! Anchoring the input of a report, where the contract asks for it: nothing is signed over another input than the anchored
//! one.

use super::types::{AnchorState, ChainStatus, Output, RoundAlarm, TxOutcome};
use super::{Current, Round, RoundConfig, Stage, again, later, turn_delay_s};

/// Most posts of one anchor by one operator, with pauses that double as those of a build do.
pub const ANCHORS_MAX: u32 = 80;

/// How far the anchor of the report in work has come.
#[derive(Debug, Default)]
pub(super) struct Anchoring {
    attempts: u32,
    /// [`Output::Anchor`] is under way.
    running: bool,
    retry_at_s: u64,
    difference_told: bool,
}

impl Round {
    pub(super) fn anchored(
        &mut self,
        epoch: u64,
        revision: u32,
        outcome: TxOutcome,
        now_s: u64,
        out: &mut Vec<Output>,
    ) {
        let base_s = self.config.step_s.max(self.config.poll_s);
        let Some(current) = self.current.as_mut().filter(|current| current.is(epoch, revision)) else {
            return;
        };
        let anchoring = &mut current.anchoring;
        if !std::mem::take(&mut anchoring.running) {
            return;
        }
        anchoring.retry_at_s = again(now_s, base_s, anchoring.attempts);
        if let TxOutcome::Failed { reason } = outcome {
            let given_up = anchoring.attempts >= ANCHORS_MAX;
            out.push(Output::Alarm(RoundAlarm::AnchorFailed { epoch, reason, given_up }));
        }
    }
}

impl Current {
    /// Signs a built report once its input is the anchored one; anchors it when this operator's turn has come. A report
    /// that is posted already was anchored before.
    pub(super) fn sign_when_anchored(
        &mut self,
        status: &ChainStatus,
        config: &RoundConfig,
        now_s: u64,
        out: &mut Vec<Output>,
    ) {
        let Some(built) = self.built.as_ref().filter(|_| self.stage == Stage::Built) else { return };
        let (epoch, digest, ours) = (built.epoch, built.digest, built.input_root);
        match status.anchor.filter(|_| status.pending.is_none()) {
            Some(AnchorState { anchored: Some(theirs), .. }) if theirs != ours => {
                if !std::mem::replace(&mut self.anchoring.difference_told, true) {
                    out.push(Output::Alarm(RoundAlarm::AnchorDiffers { epoch, ours, theirs }));
                }
            }
            Some(state @ AnchorState { anchored: None, .. }) => {
                self.anchor(&state, status, config, now_s, out);
            }
            _ if self.seat.index.is_some() => self.sign(digest, out),
            _ => self.stage = Stage::Collecting,
        }
    }

    fn anchor(
        &mut self,
        state: &AnchorState,
        status: &ChainStatus,
        config: &RoundConfig,
        now_s: u64,
        out: &mut Vec<Output>,
    ) {
        let Some(index) = self.seat.index else { return };
        let turn_s = match index == state.first {
            true => state.first_from_s,
            // Everybody may, so the order of posts says who does: normally one pays.
            false => later(state.any_from_s, turn_delay_s(&self.key, &self.seat, config.step_s)),
        };
        let is_turn = now_s >= turn_s.max(self.anchoring.retry_at_s) && status.now_s >= turn_s;
        let attempts = self.anchoring.attempts.checked_add(1).filter(|attempts| *attempts <= ANCHORS_MAX);
        let (Some(built), Some(attempts)) = (&self.built, attempts.filter(|_| is_turn)) else { return };
        if self.anchoring.running {
            return;
        }
        (self.anchoring.attempts, self.anchoring.running) = (attempts, true);
        let (epoch, revision, input_root) = (built.epoch, built.revision, built.input_root);
        out.push(Output::Anchor { epoch, revision, input_root });
    }
}
