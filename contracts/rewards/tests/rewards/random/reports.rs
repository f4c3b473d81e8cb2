//! Reports, honest and tampered with, and their settlement, predicted from the books.

use std::collections::BTreeMap;

use attention_protocol::Commitment;
use attention_protocol::msg::ReportStatus;
use attention_protocol::{AssetLeaf, Score, ZERO_HASH};

use super::model::Settled;
use super::world::{Posted, World};
use super::{ASSET_IDS, Action, NAMES};
use crate::suite::{ATT, Draft, USD, clock, outcomes};
use attention_protocol::asset::{asset_id_hash, denom_hash};

/// What a dishonest quorum changes in one commitment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tamper {
    /// It states one base unit more than the budget.
    Budget,
    /// It gives an account more than the whole budget.
    Total,
}

pub fn draw_report(world: &mut World) -> Action {
    let mut score = || if world.rng.once_in(4) { 0 } else { world.rng.of(1..1_000_001) as u32 };
    let scores = [score(), score(), score(), score(), score().max(1)];
    let tamper = match world.rng.of(0..12) {
        0 => Some(Tamper::Budget),
        1 => Some(Tamper::Total),
        _ => None,
    };
    Action::Report { scores, tamper }
}

pub fn draw_settle(world: &mut World) -> Action {
    Action::Settle { campaign: world.campaign(), newest_first: world.rng.once_in(8) }
}

/// What settling one commitment has to come to.
#[derive(Debug, PartialEq, Eq)]
enum Expected {
    Settled,
    Rejected(&'static str),
    Skipped,
    Error,
}

impl World {
    /// Closes the open epoch and reports it, or lets the pending report become final.
    pub fn report(&mut self, scores: &[u32; 5], tamper: Option<Tamper>) {
        let status = self.suite.epoch_status();
        if status.due_s.is_none() {
            self.suite.finalise();
            return;
        }
        let epoch = status.open_epoch;
        self.suite.close(epoch);
        if self.suite.epoch_status().open_epoch != epoch {
            // The blocks that came with the time have ended the wait for it.
            return;
        }
        let mut draft = self.suite.draft(epoch);
        let scores: Vec<(&str, u32)> = NAMES.into_iter().zip(*scores).collect();
        for (id, campaign) in &self.model.campaigns {
            let end = self.suite.campaign(*id).end_epoch;
            let runs = campaign.start <= epoch && epoch < end && campaign.back_unallocated == 0;
            if runs && campaign.budget(epoch) > 0 {
                self.suite.commit(&mut draft, *id, &scores);
            }
        }
        if let Some(tamper) = tamper {
            self.tamper(&mut draft, tamper);
        }
        let assets = self.put_assets(&mut draft);
        let is_paused = self.is_paused();
        let result = self.suite.submit(&draft);
        assert_eq!(result.is_ok(), !is_paused, "{result:?}");
        if result.is_ok() {
            self.accepted = true;
            self.posted.insert(epoch, Posted { draft, assets });
        }
    }

    fn tamper(&mut self, draft: &mut Draft, tamper: Tamper) {
        let ids: Vec<u64> = draft.commitments.keys().copied().collect();
        if ids.is_empty() {
            return;
        }
        let mut published = draft.commitments[self.rng.pick(&ids)].clone();
        match tamper {
            Tamper::Budget => {
                published.commitment.budget += 1;
                self.suite.put_as_is(draft, published);
            }
            Tamper::Total => {
                published.leaves[0].cumulative += published.commitment.budget + 1;
                self.suite.put(draft, published);
            }
        }
    }

    /// Two assets whose prices walk, jump, vanish or change their denom.
    fn put_assets(&mut self, draft: &mut Draft) -> Vec<(&'static str, &'static str, AssetLeaf)> {
        let mut all = Vec::new();
        for id in ASSET_IDS {
            let before = self.walk.get(id).copied().unwrap_or(10_000);
            let next = match self.rng.of(0..12) {
                0 => before * 3,
                1 => before / 3 + 1,
                _ => before * u128::from(self.rng.of(85..116)) / 100 + 1,
            };
            self.walk.insert(id, next.clamp(1, 1 << 80));
            let price = if self.rng.once_in(10) { 0 } else { next };
            let denom = if self.rng.once_in(10) { USD } else { ATT };
            let score = Score::try_from(self.rng.of(0..1_000_001) as u32).unwrap();
            let leaf =
                AssetLeaf { asset_id_hash: asset_id_hash(id), score, price, denom_hash: denom_hash(denom) };
            all.push((id, denom, leaf));
        }
        all.sort_by_key(|(_, _, leaf)| leaf.asset_id_hash);
        self.suite.put_assets(draft, all.iter().map(|(_, _, leaf)| leaf.clone()).collect());
        all
    }

    /// Lets the open epoch pass without a report.
    pub fn miss(&mut self) {
        if let Some(due_s) = self.suite.epoch_status().due_s {
            self.suite.go_to(due_s.max(self.now_s()) + 1);
            self.accepted = true;
        }
    }

    /// Settles every final commitment of a campaign that was not, one by one.
    pub fn settle(&mut self, id: u64, newest_first: bool) {
        let mut epochs: Vec<u64> = self.posted.keys().copied().collect();
        epochs.retain(|epoch| self.posted[epoch].draft.commitments.contains_key(&id));
        epochs.retain(|epoch| self.suite.report_status(*epoch) == ReportStatus::Final);
        // The last few are enough, old ones among them to be refused.
        epochs = epochs.split_off(epochs.len().saturating_sub(4));
        if newest_first {
            epochs.reverse();
        }
        for epoch in epochs {
            let item = self.suite.settle_item(&self.posted[&epoch].draft, id);
            let commitment = self.posted[&epoch].draft.commitments[&id].commitment.clone();
            let expected = self.predict(id, epoch, &commitment);
            let result = self.suite.settle(vec![item]);
            let actual = match &result {
                Ok(response) => outcomes(response).remove(0),
                Err(_) => ("error".to_string(), String::new()),
            };
            match &expected {
                Expected::Settled => assert_eq!(actual.0, "settled", "{id} in {epoch}: {actual:?}"),
                Expected::Rejected(reason) => assert_eq!(actual, ("rejected".into(), (*reason).into())),
                Expected::Skipped => assert_eq!(actual.0, "skipped", "{id} in {epoch}"),
                Expected::Error => assert_eq!(actual.0, "error", "{id} in {epoch}: {result:?}"),
            }
            self.note(id, epoch, &expected);
        }
    }

    fn predict(&self, id: u64, epoch: u64, commitment: &Commitment) -> Expected {
        let campaign = &self.model.campaigns[&id];
        if campaign.settled.contains_key(&epoch) || campaign.rejected.contains_key(&epoch) {
            return Expected::Skipped;
        }
        let newest = campaign.settled.keys().next_back();
        if newest.is_some_and(|newest| *newest >= epoch) {
            return Expected::Error;
        }
        let base_root =
            newest.map_or(ZERO_HASH, |newest| self.suite.published[&(id, *newest)].commitment.root);
        if (commitment.base_root, commitment.base_total) != (base_root, campaign.allocated) {
            return Expected::Error;
        }
        if epoch >= self.suite.campaign(id).end_epoch || epoch < campaign.start {
            return Expected::Rejected("not_running");
        }
        let budget = campaign.budget(epoch);
        if commitment.budget != budget {
            return Expected::Rejected("wrong_budget");
        }
        if budget == 0 {
            return Expected::Rejected("empty");
        }
        if commitment.cumulative_total - campaign.allocated > budget {
            return Expected::Rejected("over_budget");
        }
        Expected::Settled
    }

    /// Whether a final commitment of the campaign could still be settled.
    pub fn settleable(&self, id: u64) -> bool {
        let of_campaign = self.posted.iter().filter_map(|(epoch, posted)| {
            posted.draft.commitments.get(&id).map(|published| (*epoch, &published.commitment))
        });
        let mut unsettled =
            of_campaign.filter(|(epoch, _)| self.suite.report_status(*epoch) == ReportStatus::Final);
        unsettled.any(|(epoch, commitment)| self.predict(id, epoch, commitment) == Expected::Settled)
    }

    /// Books what was settled: `floor(budget · score / Σ scores)` for each, by hand.
    fn note(&mut self, id: u64, epoch: u64, expected: &Expected) {
        match expected {
            Expected::Settled => {}
            Expected::Rejected(_) => {
                let answer = self.allocation(id, epoch);
                self.model.campaigns.get_mut(&id).unwrap().rejected.insert(epoch, answer);
                self.accepted = true;
                return;
            }
            Expected::Skipped | Expected::Error => return,
        }
        self.accepted = true;
        let answer = self.allocation(id, epoch);
        let leaves = &self.posted[&epoch].draft.commitments[&id].leaves;
        let campaign = &self.model.campaigns[&id];
        let budget = campaign.budget(epoch);
        let total: u128 = leaves.iter().map(|leaf| u128::from(leaf.score.ppm())).sum();
        let mut earned = BTreeMap::new();
        for name in NAMES {
            let account = self.suite.account(name);
            let leaf = leaves.iter().find(|leaf| leaf.account == account).unwrap();
            let by_hand = campaign.earned(name) + budget * u128::from(leaf.score.ppm()) / total;
            assert_eq!(leaf.cumulative, by_hand, "{name} in campaign {id}, epoch {epoch}");
            earned.insert(name, by_hand);
        }
        let allocated: u128 = earned.values().sum();
        let campaign = self.model.campaigns.get_mut(&id).unwrap();
        assert!(allocated - campaign.allocated <= budget);
        campaign.allocated = allocated;
        campaign.settled.insert(epoch, Settled { earned, answer });
    }

    /// Lets time pass.
    pub fn wait(&mut self, seconds: u64) {
        let to_s = (self.now_s() + seconds).max(clock().genesis_s);
        self.suite.go_to(to_s);
        self.accepted = true;
    }
}
