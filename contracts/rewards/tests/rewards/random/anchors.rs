//! Anchors of inputs: whose turn it is, from when on, and what a report is held to afterwards.

use attention_protocol::Hash;
use attention_protocol::anchor::anchor_digest;
use attention_protocol::msg::ExecuteMsg;
use cosmwasm_std::Binary;
use k256::ecdsa::Signature;
use k256::ecdsa::signature::hazmat::PrehashSigner;

use super::model::epochs::Stage;
use super::world::{ANCHOR_GRACE_S, World};
use crate::suite::clock;

impl World {
    /// From when on the operator whose turn it is may anchor, and from when on any.
    fn anchor_times_s(&self) -> Option<(u64, u64)> {
        match self.model.epochs.stage {
            Stage::Awaited { due_s, .. } => {
                let from_s = due_s - clock().report_period_s + ANCHOR_GRACE_S;
                Some((from_s, from_s + (due_s - from_s) / 2))
            }
            Stage::Pending { .. } => None,
        }
    }

    /// Anchors at any time, mostly when somebody may.
    pub fn anchor(&mut self) {
        if !self.rng.once_in(4) && self.model.rules.anchors && !self.is_anchored() {
            self.anchor_in_time();
            return;
        }
        let config = self.model.operators.at(self.model.epochs.open);
        let place = self.rng.of(0..config.operators.len() as u64) as usize;
        self.anchor_by(place, [40; 32]);
    }

    /// The operator whose turn it is anchors as soon as it may, or another one once any may.
    pub fn anchor_in_time(&mut self) {
        let Some((from_s, by_any_s)) = self.anchor_times_s() else { return };
        let epochs = &self.model.epochs;
        let (epoch, revision) = (epochs.open, epochs.revision);
        let active = self.model.operators.active(epoch);
        let count = self.model.operators.at(epoch).operators.len();
        let rank = ((epoch + u64::from(revision)) % count as u64) as usize;
        let place = if active.contains(&rank) && !self.rng.once_in(3) {
            self.reach(from_s);
            rank
        } else {
            self.reach(by_any_s);
            active.first().copied().unwrap_or(rank)
        };
        if (self.model.epochs.open, self.model.epochs.revision) == (epoch, revision) {
            let root = [50 + self.rng.of(0..9) as u8; 32];
            self.anchor_by(place, root);
        }
    }

    fn anchor_by(&mut self, place: usize, input_root: Hash) {
        let epochs = &self.model.epochs;
        let (epoch, now) = (epochs.open, self.now());
        let revision = epochs.revision + u32::from(self.rng.once_in(20));
        let config = self.model.operators.at(epoch);
        let (operator, count) = (config.operators[place].clone(), config.operators.len() as u64);
        let is_turn = place as u64 == (epoch + u64::from(revision)) % count;
        let is_time = self
            .anchor_times_s()
            .is_some_and(|(from_s, by_any_s)| now.s >= from_s && (is_turn || now.s >= by_any_s));
        let is_own = !self.rng.once_in(15);
        let expected = self.model.rules.anchors
            && is_time
            && is_own
            && revision == epochs.revision
            && !self.is_anchored()
            && !self.model.operators.suspended.contains(&operator.admin);
        let digest = anchor_digest(&self.suite.deployment(), epoch, revision, &input_root);
        let key = (usize::from(operator.key) + usize::from(!is_own)) % self.keys.len();
        let signature: Signature = self.keys[key].sign_prehash(&digest).unwrap();
        let msg = ExecuteMsg::AnchorInput {
            epoch,
            revision,
            input_root: Binary::from(input_root),
            index: place as u8,
            signature: Binary::new(signature.to_bytes().to_vec()),
        };
        let relayer = self.person();
        let result = self.send(&relayer, &msg, &[]);
        assert_eq!(result.is_ok(), expected, "operator {place}: {result:?}");
        if expected {
            self.model.epochs.anchored(now, input_root);
        }
    }
}
