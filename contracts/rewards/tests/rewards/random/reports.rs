//! Reports: honest and crooked, by quorums and by less, on time and not, again after a void.

use std::collections::BTreeSet;

use attention_protocol::asset::{asset_id_hash, denom_hash};
use attention_protocol::config::OperatorSet;
use attention_protocol::msg::{ExecuteMsg, SignatureEntry};
use attention_protocol::{AssetLeaf, ConfigDigestInput, Hash, ReportBody, Score, ZERO_HASH};
use cosmwasm_std::{Addr, Binary};

use super::model::epochs::{Stage, window_end_s};
use super::world::{Posted, World};
use super::{ASSET_IDS, NAMES};
use crate::suite::{ATT, Draft, USD, clock, pubkey, sign_with};

/// What a dishonest quorum does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Crooked {
    /// A commitment states one base unit more than the budget.
    Budget(u64),
    /// It gives an account more than the whole budget.
    Total(u64),
    /// A leaf has a weight that its score does not give.
    Weight(u64),
    /// All that an account ever earned is the next one's, at this position.
    Shift(u64, usize),
    /// The assets are shown to nobody.
    Hidden,
}

/// Assets that a report says it has and never shows.
pub const HIDDEN: u32 = 300;

/// What keeps a report from being accepted.
const FAULTS: [&str; 8] = ["few", "suspended", "key", "history", "config", "revision", "epoch", "early"];

impl World {
    /// Closes the open epoch and reports it; a report that pends is left to become final, or posted again.
    pub fn report(&mut self) {
        let is_bent = self.rng.once_in(5);
        self.report_as(is_bent);
    }

    /// The same, crooked or honest if there is one to post.
    pub fn report_as(&mut self, is_bent: bool) {
        if let Stage::Pending { ends_s, .. } = self.model.epochs.stage {
            if self.rng.once_in(8) {
                self.repeat();
            } else {
                self.reach(ends_s);
                self.accepted = true;
            }
            return;
        }
        let epoch = self.model.epochs.open;
        let fault = if self.rng.once_in(12) { Some(*self.rng.pick(&FAULTS)) } else { None };
        if fault != Some("early") {
            self.reach(window_end_s(epoch));
            if self.rng.once_in(8) {
                let late_s = self.rng.of(0..clock().report_period_s);
                self.go_to(self.now_s() + late_s, 10);
            }
        }
        if self.model.epochs.open != epoch {
            // It was waited for until its time was over.
            return;
        }
        if self.model.rules.anchors && !self.rng.once_in(10) && !self.is_anchored() {
            self.anchor_in_time();
        }
        if self.model.epochs.open == epoch {
            self.post(fault, is_bent);
        }
    }

    /// Whether the awaited report's input is fixed.
    pub fn is_anchored(&self) -> bool {
        matches!(self.model.epochs.stage, Stage::Awaited { input: Some(_), .. })
    }

    fn post(&mut self, fault: Option<&str>, is_bent: bool) {
        let epoch = self.model.epochs.open;
        let mut draft = self.honest();
        let crooked = if is_bent { self.bend(&mut draft) } else { None };
        let assets = self.put_assets(&mut draft, crooked == Some(Crooked::Hidden));
        let active = self.model.operators.active(epoch);
        let quorum = self.model.operators.at(epoch).quorum();
        let mut places = self.some_of(active, quorum);
        let mut expected = places.len() >= quorum
            && !self.is_paused()
            && self.now_s() >= window_end_s(epoch)
            && (!self.model.rules.anchors || self.is_anchored());
        expected &= !self.break_report(fault, &mut draft.body, &mut places);
        let mut signatures = self.signatures(epoch, &draft.body, &places);
        if fault == Some("key") && !places.is_empty() {
            let stranger =
                SignatureEntry { index: places[0] as u8, ..self.stray(&draft.body, epoch, places[0]) };
            signatures[0] = stranger;
        }
        let msg = ExecuteMsg::SubmitReport { body: Binary::new(draft.body.pack()), signatures };
        let relayer = self.person();
        let result = self.send(&relayer, &msg, &[]);
        assert_eq!(result.is_ok(), expected, "{fault:?}, {places:?}: {result:?}");
        if !expected {
            return;
        }
        for (campaign, published) in &draft.commitments {
            self.suite.published.insert((*campaign, epoch), published.clone());
        }
        let admin = |place: &usize| self.model.operators.at(epoch).operators[*place].admin.clone();
        let signers: BTreeSet<Addr> = places.iter().map(admin).collect();
        self.model.signers.insert(epoch, signers);
        self.model.epochs.posted(self.now());
        self.posted.insert(epoch, Posted { draft, assets, crooked });
    }

    /// Puts one thing wrong, and says whether it did.
    fn break_report(&mut self, fault: Option<&str>, body: &mut ReportBody, places: &mut Vec<usize>) -> bool {
        let epoch = body.epoch;
        match fault {
            Some("few") => places.truncate(self.model.operators.at(epoch).quorum() - 1),
            Some("suspended") => {
                let operators = &self.model.operators.at(epoch).operators;
                let is_suspended =
                    |place: &usize| self.model.operators.suspended.contains(&operators[*place].admin);
                let Some(place) = (0..operators.len()).find(is_suspended) else { return false };
                places.push(place);
                places.sort_unstable();
                places.dedup();
            }
            Some("key") => return !places.is_empty(),
            Some("history") => body.prev_digest[0] ^= 1,
            Some("config") => body.config_digest[0] ^= 1,
            Some("revision") => body.revision += 1,
            Some("epoch") => body.epoch += 1,
            // Early: whether it is, the clock says.
            _ => return false,
        }
        true
    }

    /// A quorum of them, or more; all of them if there is none.
    fn some_of(&mut self, mut all: Vec<usize>, quorum: usize) -> Vec<usize> {
        while all.len() > quorum && !self.rng.once_in(3) {
            let out = self.rng.of(0..all.len() as u64) as usize;
            all.remove(out);
        }
        all
    }

    /// The signatures of the operators of an epoch in these places.
    pub fn signatures(&self, epoch: u64, body: &ReportBody, places: &[usize]) -> Vec<SignatureEntry> {
        let operators = &self.model.operators.at(epoch).operators;
        let key = |place: usize| &self.keys[usize::from(operators[place].key)];
        places.iter().map(|place| sign_with(key(*place), *place as u8, body)).collect()
    }

    /// A signature in an operator's place by a key that it does not have.
    fn stray(&self, body: &ReportBody, epoch: u64, place: usize) -> SignatureEntry {
        let has = usize::from(self.model.operators.at(epoch).operators[place].key);
        sign_with(&self.keys[(has + 1) % self.keys.len()], place as u8, body)
    }

    /// The digest of the configuration of an epoch, as any client computes it.
    pub fn config_digest(&self, epoch: u64) -> Hash {
        let config = self.model.operators.at(epoch);
        let keys: Vec<Binary> =
            config.operators.iter().map(|operator| pubkey(&self.keys[usize::from(operator.key)])).collect();
        ConfigDigestInput {
            deployment: &self.suite.deployment(),
            config_version: config.version,
            operators: &OperatorSet::new(&keys, config.faulty_max).unwrap(),
            spec_hash: &[config.spec; 32],
            clock: &clock(),
        }
        .digest()
    }

    /// The report on the open epoch as honest operators make it.
    fn honest(&mut self) -> Draft {
        let epochs = &self.model.epochs;
        let epoch = epochs.open;
        let newest_final = epochs.finals.keys().next_back();
        let prev_digest = newest_final.map_or(ZERO_HASH, |final_| self.posted[final_].draft.body.digest());
        let input_root = match epochs.stage {
            Stage::Awaited { input: Some(root), .. } => root,
            _ => [11; 32],
        };
        let (config_digest, revision) = (self.config_digest(epoch), epochs.revision);
        let body = ReportBody { config_digest, prev_digest, epoch, revision, input_root, ..self.empty() };
        let mut draft = Draft { body, commitments: Default::default() };
        let mut score = || if self.rng.once_in(4) { 0 } else { self.rng.of(1..1_000_001) as u32 };
        let scores = [score(), score(), score(), score(), score().max(1)];
        let scores: Vec<(&str, u32)> = NAMES.into_iter().zip(scores).collect();
        for (id, campaign) in &self.model.campaigns {
            let runs = campaign.start <= epoch && epoch < campaign.end(&self.model.epochs);
            if runs && campaign.back_unallocated == 0 && campaign.budget(epoch) > 0 {
                self.suite.commit(&mut draft, *id, &scores);
            }
        }
        draft
    }

    pub fn empty(&self) -> ReportBody {
        ReportBody {
            config_digest: ZERO_HASH,
            prev_digest: ZERO_HASH,
            epoch: 0,
            revision: 0,
            campaigns_root: ZERO_HASH,
            campaign_count: 0,
            assets_root: ZERO_HASH,
            asset_count: 0,
            input_root: ZERO_HASH,
            model_hash: [12; 32],
            leaves_hash: [13; 32],
        }
    }

    /// Makes something of it wrong, if there is anything.
    fn bend(&mut self, draft: &mut Draft) -> Option<Crooked> {
        if self.rng.once_in(5) {
            return Some(Crooked::Hidden);
        }
        let ids: Vec<u64> = draft.commitments.keys().copied().collect();
        if ids.is_empty() {
            return None;
        }
        let id = *self.rng.pick(&ids);
        let mut published = draft.commitments[&id].clone();
        let crooked = match self.rng.of(0..5) {
            0 => {
                published.commitment.budget += 1;
                self.suite.put_as_is(draft, published);
                return Some(Crooked::Budget(id));
            }
            1 => {
                published.leaves[0].cumulative += published.commitment.budget + 1;
                Crooked::Total(id)
            }
            2 => {
                published.leaves[0].weight += 1;
                Crooked::Weight(id)
            }
            _ => {
                let from = self.rng.of(0..published.leaves.len() as u64) as usize;
                let to = (from + 1) % published.leaves.len();
                let taken = std::mem::take(&mut published.leaves[from].cumulative);
                if taken == 0 {
                    return None;
                }
                published.leaves[to].cumulative += taken;
                Crooked::Shift(id, to)
            }
        };
        self.suite.put(draft, published);
        Some(crooked)
    }

    /// Two assets whose prices walk, jump, vanish or change their denom.
    fn put_assets(
        &mut self,
        draft: &mut Draft,
        hidden: bool,
    ) -> Vec<(&'static str, &'static str, AssetLeaf)> {
        if hidden {
            (draft.body.assets_root, draft.body.asset_count) = ([1; 32], HIDDEN);
            return Vec::new();
        }
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

    /// A report that is there already: the same changes nothing, also while paused; another is refused.
    fn repeat(&mut self) {
        let Some(epoch) = self.posted.keys().next_back().copied() else { return };
        let mut body = self.posted[&epoch].draft.body.clone();
        let is_same = self.rng.once_in(2);
        if !is_same {
            body.model_hash[0] ^= 1;
        }
        let signatures = self.signatures(epoch, &body, &[0]);
        let msg = ExecuteMsg::SubmitReport { body: Binary::new(body.pack()), signatures };
        let relayer = self.person();
        let result = self.send(&relayer, &msg, &[]);
        assert_eq!(result.is_ok(), is_same, "{result:?}");
    }

    /// Lets the open epoch pass without a report.
    pub fn miss(&mut self) {
        if let Stage::Awaited { due_s, .. } = self.model.epochs.stage {
            self.reach(due_s + 1);
            self.accepted = true;
        }
    }
}
