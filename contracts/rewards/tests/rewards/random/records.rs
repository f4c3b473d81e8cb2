//! What other contracts and operators read: scores, prices, consent. And the token that changes its behaviour.

use attention_protocol::AssetLeaf;
use attention_protocol::msg::{
    AssetPriceResponse, ConsentChangesResponse, ConsentResponse, ExecuteMsg, QueryMsg, ScoreResponse,
};
use cosmwasm_std::{Binary, Uint128, to_json_binary};

use super::model::{Iron, Model};
use super::world::World;
use super::{ASSET_IDS, NAMES};
use crate::suite::Mode;

impl World {
    /// Records the newest or an older settled allocation from a leaf on.
    pub fn record_scores(&mut self) {
        let Some(id) = self.campaign() else { return };
        let start = self.rng.of(0..5) as u32;
        let epochs: Vec<u64> = self.model.campaigns[&id].settled.keys().copied().collect();
        if epochs.is_empty() {
            return;
        }
        let epoch = *self.rng.pick(&epochs);
        let leaves = self.suite.published[&(id, epoch)].leaves.clone();
        let count = leaves.len() as u32 - start;
        let siblings = self.suite.allocation_tree(id, epoch, &leaves).prove_range(start, count).unwrap();
        let packed = leaves[start as usize..].iter().flat_map(|leaf| leaf.pack()).collect();
        let msg = ExecuteMsg::RecordScores {
            campaign: id,
            epoch,
            start,
            leaves: Binary::new(packed),
            siblings: Binary::new(siblings),
        };
        let anyone = self.person();
        let result = self.send(&anyone, &msg, &[]);
        assert_eq!(result.is_ok(), !self.is_paused(), "{result:?}");
        if result.is_err() {
            return;
        }
        for name in NAMES {
            let account = self.suite.account(name);
            if let Some(leaf) = leaves[start as usize..].iter().find(|leaf| leaf.account == account) {
                self.model.scores.insert((id, name, epoch), leaf.score.ppm());
            }
        }
    }

    /// Records all assets of the newest report, or the one before it, if it is final and its assets are shown.
    pub fn record_assets(&mut self) {
        let all: Vec<u64> = self.posted.keys().rev().take(2).copied().collect();
        if all.is_empty() {
            return;
        }
        let epoch = *self.rng.pick(&all);
        let assets = self.posted[&epoch].assets.clone();
        let packed = assets.iter().flat_map(|(_, _, leaf)| leaf.pack()).collect();
        let (assets_packed, siblings) = (Binary::new(packed), Binary::default());
        let msg = ExecuteMsg::RecordAssets { epoch, start: 0, assets: assets_packed, siblings };
        let anyone = self.person();
        let result = self.send(&anyone, &msg, &[]);
        let expected = self.model.epochs.is_final(epoch) && !assets.is_empty() && !self.is_paused();
        assert_eq!(result.is_ok(), expected, "{result:?}");
        if expected {
            for (id, denom, leaf) in assets {
                self.note_asset(epoch, (id, denom), &leaf);
            }
        }
    }

    /// The rule by hand: newer than the record, and no further from the last price in the same denom than the limits of its epoch allow
    /// for each epoch since.
    fn note_asset(&mut self, epoch: u64, (id, denom): (&'static str, &'static str), leaf: &AssetLeaf) {
        if self.model.assets.get(id).is_some_and(|(recorded, ..)| *recorded >= epoch) {
            return;
        }
        if leaf.price > 0 {
            if let Some((at, before)) = self.model.prices.get(&(id, denom)).copied() {
                let allowed =
                    before * self.model.limits_at(epoch).price_change_max_ppm * u128::from(epoch - at);
                if leaf.price.abs_diff(before) * 1_000_000 > allowed {
                    return;
                }
            }
            self.model.prices.insert((id, denom), (epoch, leaf.price));
        }
        self.model.assets.insert(id, (epoch, leaf.price, denom));
    }

    pub fn set_consent(&mut self) {
        let (name, granted) = (self.name(), self.rng.once_in(2));
        let account = self.suite.user(name);
        let from = Model::next_epoch(self.now_s());
        let result = self.send(&account, &ExecuteMsg::SetConsent { granted }, &[]);
        let is_change = self.model.consent(name, u64::MAX) != Some(granted);
        assert_eq!(result.is_ok(), is_change, "{result:?}");
        if is_change {
            self.model.consents.push((name, granted, from));
        }
    }

    pub fn iron_becomes(&mut self) {
        let dishonest = [Iron::Fails, Iron::Fails, Iron::Fee, Iron::Phantom, Iron::Liar, Iron::Reenters];
        let iron = if self.rng.once_in(3) { Iron::Honest } else { *self.rng.pick(&dishonest) };
        let mode = match iron {
            Iron::Honest => Mode::Honest,
            Iron::Fee => Mode::FeeOnTransfer,
            Iron::Fails => Mode::Fails("blocked".into()),
            Iron::Phantom => Mode::Phantom,
            Iron::Liar => Mode::Liar(Uint128::zero()),
            Iron::Reenters => {
                // The contract owes the token nothing.
                let denom = self.model.iron_asset.clone();
                let withdraw = ExecuteMsg::WithdrawOwed { denom, recipient: None };
                Mode::Reenters(self.suite.contract.clone(), to_json_binary(&withdraw).unwrap())
            }
        };
        let asset = self.model.iron_asset.clone();
        self.suite.become_mode(&asset, mode);
        self.model.iron = iron;
        self.accepted = true;
    }

    /// Every record is what was recorded last, and the log of consent is complete.
    pub fn check_records(&self) {
        for ((campaign, name, epoch), ppm) in &self.model.scores {
            let account = self.suite.user(name).to_string();
            let query = QueryMsg::Score { campaign: *campaign, account, epoch: Some(*epoch) };
            let answer: ScoreResponse = self.suite.query(&query);
            assert_eq!(answer.score.map(|score| score.ppm()), Some(*ppm));
        }
        for id in ASSET_IDS {
            let answer: AssetPriceResponse = self.suite.query(&QueryMsg::AssetPrice { asset_id: id.into() });
            let recorded = self.model.assets.get(id).map(|(epoch, price, _)| (*epoch, *price));
            assert_eq!(answer.epoch.map(|epoch| (epoch, answer.price.u128())), recorded, "{id}");
        }
        for name in NAMES {
            let account = self.suite.user(name).to_string();
            let answer: ConsentResponse = self.suite.query(&QueryMsg::Consent { account, epoch: None });
            let now = Model::receipt_epoch(self.now_s());
            assert_eq!(answer.granted, self.model.consent(name, now), "{name}");
        }
        let mut log = Vec::new();
        loop {
            let start_after = Some(log.len() as u64);
            let query = QueryMsg::ConsentChanges { start_after, limit: Some(50) };
            let page: ConsentChangesResponse = self.suite.query(&query);
            if page.changes.is_empty() {
                break;
            }
            log.extend(page.changes);
        }
        assert_eq!(log.len(), self.model.consents.len());
        for ((change, (name, granted, from)), sequence) in log.iter().zip(&self.model.consents).zip(1u64..) {
            let expected = (sequence, &self.suite.user(name), granted, from);
            assert_eq!((change.sequence, &change.account, &change.granted, &change.from_epoch), expected);
        }
    }
}
