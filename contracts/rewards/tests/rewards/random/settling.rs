//! Settlements, predicted from the books.

use std::collections::BTreeMap;

use attention_protocol::msg::ExecuteMsg;
use attention_protocol::{Commitment, ZERO_HASH};

use super::NAMES;
use super::model::Settled;
use super::reports::Crooked;
use super::world::World;
use crate::suite::outcomes;

/// What settling one commitment has to come to.
#[derive(Debug, PartialEq, Eq)]
enum Expected {
    Settled,
    Rejected(&'static str),
    Skipped,
    Error,
}

impl World {
    /// Settles the newest commitments of a campaign, one by one: those that are settled already and one that pends among them.
    pub fn settle(&mut self) {
        let Some(id) = self.campaign() else { return };
        let mut epochs: Vec<u64> = self.posted.keys().copied().collect();
        epochs.retain(|epoch| self.posted[epoch].draft.commitments.contains_key(&id));
        epochs = epochs.split_off(epochs.len().saturating_sub(4));
        if self.rng.once_in(8) {
            epochs.reverse();
        }
        for epoch in epochs {
            let item = self.suite.settle_item(&self.posted[&epoch].draft, id);
            let commitment = self.posted[&epoch].draft.commitments[&id].commitment.clone();
            let expected = self.predict(id, epoch, &commitment);
            let anyone = self.person();
            let result = self.send(&anyone, &ExecuteMsg::Settle { items: vec![item] }, &[]);
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
        if !self.model.epochs.is_final(epoch) {
            return Expected::Error;
        }
        if campaign.settled.contains_key(&epoch) || campaign.rejected.contains_key(&epoch) {
            return Expected::Skipped;
        }
        if epoch < campaign.first_unsettled() && !campaign.settled.is_empty() {
            return Expected::Error;
        }
        if !self.is_on_newest(id, commitment) {
            return Expected::Error;
        }
        if epoch >= campaign.end(&self.model.epochs) || epoch < campaign.start {
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

    /// Whether a commitment builds on the newest settled allocation of its campaign.
    pub fn is_on_newest(&self, id: u64, commitment: &Commitment) -> bool {
        let campaign = &self.model.campaigns[&id];
        let newest = campaign.settled.keys().next_back();
        let root = newest.map_or(ZERO_HASH, |newest| self.suite.published[&(id, *newest)].commitment.root);
        (commitment.base_root, commitment.base_total) == (root, campaign.allocated)
    }

    /// Books what was settled: `floor(budget · score / Σ scores)` for each, by hand, or what a crooked tree says.
    fn note(&mut self, id: u64, epoch: u64, expected: &Expected) {
        match expected {
            Expected::Settled => {}
            Expected::Rejected(_) => {
                let answer = self.allocation(id, epoch);
                self.model.campaigns.get_mut(&id).unwrap().rejected.insert(epoch, answer);
                return;
            }
            Expected::Skipped | Expected::Error => return,
        }
        let answer = self.allocation(id, epoch);
        let posted = &self.posted[&epoch];
        let is_shifted = matches!(posted.crooked, Some(Crooked::Shift(shifted, _)) if shifted == id);
        let leaves = &posted.draft.commitments[&id].leaves;
        let campaign = &self.model.campaigns[&id];
        let budget = campaign.budget(epoch);
        let total: u128 = leaves.iter().map(|leaf| u128::from(leaf.score.ppm())).sum();
        let mut earned = BTreeMap::new();
        for name in NAMES {
            let account = self.suite.account(name);
            let leaf = leaves.iter().find(|leaf| leaf.account == account).unwrap();
            let by_hand = campaign.earned(name) + budget * u128::from(leaf.score.ppm()) / total;
            assert!(is_shifted || leaf.cumulative == by_hand, "{name} in campaign {id}, epoch {epoch}");
            earned.insert(name, leaf.cumulative);
        }
        let allocated: u128 = earned.values().sum();
        let at_s = self.now_s();
        let campaign = self.model.campaigns.get_mut(&id).unwrap();
        assert!(allocated - campaign.allocated <= budget);
        campaign.allocated = allocated;
        campaign.settled.insert(epoch, Settled { earned, answer, at_s });
    }
}
