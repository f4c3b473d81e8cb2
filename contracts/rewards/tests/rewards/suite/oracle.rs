//! The operators: they score, build trees and a report, sign, and prove. Their arithmetic is the protocol crate's.

use std::collections::BTreeMap;

use attention_protocol::campaign::epochs_left;
use attention_protocol::hash::Deployment;
use attention_protocol::msg::{
    ClaimItem, CommitmentAbsence, ExecuteMsg, FundingResponse, QueryMsg, SettleItem, SignatureEntry,
};
use attention_protocol::rule::next_streak;
use attention_protocol::tree::{PlainNode, SumNode, Tree};
use attention_protocol::{
    AccountId, AssetLeaf, Commitment, Hash, Leaf, ReportBody, Score, ValidRule, ZERO_HASH,
};
use cosmwasm_std::{Api, Binary};
use cw_multi_test::AppResponse;
use k256::ecdsa::signature::hazmat::PrehashSigner;
use k256::ecdsa::{Signature, SigningKey};

use super::{Published, Suite};

/// An epoch's report in the making.
#[derive(Clone)]
pub struct Draft {
    pub body: ReportBody,
    pub commitments: BTreeMap<u64, Published>,
}

impl Suite {
    pub fn deployment(&self) -> Deployment {
        let canonical = self.app.api().addr_canonicalize(self.contract.as_str()).unwrap();
        let contract = AccountId::try_from(canonical.as_slice()).unwrap();
        Deployment::new(&self.app.block_info().chain_id, &contract).unwrap()
    }

    /// An empty report on an epoch, on the newest final one, with the revision that is awaited if that epoch is.
    pub fn draft(&self, epoch: u64) -> Draft {
        let config = self.config_at(epoch);
        let hash = |binary: &Binary| Hash::try_from(binary.as_slice()).unwrap();
        let status = self.epoch_status();
        let prev_digest = status.prev_digest.map_or(ZERO_HASH, |digest| hash(&digest));
        let body = ReportBody {
            config_digest: hash(&config.config_digest),
            prev_digest,
            epoch,
            revision: if status.open_epoch == epoch { status.revision } else { 0 },
            campaigns_root: ZERO_HASH,
            campaign_count: 0,
            assets_root: ZERO_HASH,
            asset_count: 0,
            input_root: status.input_root.map_or([11; 32], |input_root| hash(&input_root)),
            model_hash: [12; 32],
            leaves_hash: [13; 32],
        };
        Draft { body, commitments: BTreeMap::new() }
    }

    /// The newest settled allocation of a campaign that these operators published.
    fn base(&self, campaign: u64) -> Option<&Published> {
        let settled = self.campaign(campaign).settled?;
        self.published.get(&(campaign, settled.epoch))
    }

    /// What the schedule gives a campaign in an epoch.
    pub fn budget(&self, campaign: u64, epoch: u64) -> u128 {
        let stored = self.campaign(campaign);
        let credited: FundingResponse = self.query(&QueryMsg::Funding { campaign, epoch });
        let total = stored.settled.map_or(0, |settled| settled.cumulative_total.u128());
        let left = epochs_left(stored.terms.end_epoch, epoch);
        stored.terms.rule.schedule.budget(credited.credited.u128() - total, left)
    }

    /// Adds a campaign's honest commitment: the base's accounts and the scored ones.
    pub fn commit(&self, draft: &mut Draft, campaign: u64, scores: &[(&str, u32)]) {
        let budget = self.budget(campaign, draft.body.epoch);
        self.commit_on(draft, campaign, (self.base(campaign), budget), scores);
    }

    /// The same on a given base, with a given budget.
    pub fn commit_on(
        &self,
        draft: &mut Draft,
        campaign: u64,
        (base, budget): (Option<&Published>, u128),
        scores: &[(&str, u32)],
    ) {
        let terms = self.campaign(campaign).terms;
        let rule = terms.validate().unwrap();
        let mut leaves = BTreeMap::new();
        for leaf in base.map_or(&[][..], |base| &base.leaves) {
            leaves.insert(leaf.account.clone(), scored(&rule, leaf.clone(), 0));
        }
        for (name, ppm) in scores {
            let account = self.account(name);
            let new = Leaf {
                account: account.clone(),
                score: Score::ZERO,
                streak: 0,
                boost_ppm: 0,
                weight: 0,
                cumulative: 0,
            };
            let before = base.and_then(|base| base.leaves.iter().find(|leaf| leaf.account == account));
            leaves.insert(account, scored(&rule, before.cloned().unwrap_or(new), *ppm));
        }
        let mut leaves: Vec<Leaf> = leaves.into_values().collect();
        let total: u64 = leaves.iter().map(|leaf| leaf.weight).sum();
        for leaf in &mut leaves {
            leaf.cumulative += rule.earned(leaf.weight, total, budget);
        }
        let commitment = Commitment {
            campaign,
            base_root: base.map_or(ZERO_HASH, |base| base.commitment.root),
            base_total: base.map_or(0, |base| base.commitment.cumulative_total),
            root: ZERO_HASH,
            leaf_count: 0,
            weight_total: 0,
            cumulative_total: 0,
            budget,
            rule_hash: terms.rule_hash(),
        };
        self.put(draft, Published { commitment, leaves });
    }

    /// Puts a commitment over these leaves into the report, right or wrong.
    pub fn put(&self, draft: &mut Draft, mut published: Published) {
        let campaign = published.commitment.campaign;
        let tree = self.allocation_tree(campaign, draft.body.epoch, &published.leaves);
        let root = tree.root();
        published.commitment.root = root.hash;
        published.commitment.leaf_count = tree.leaf_count();
        published.commitment.weight_total = root.weight;
        published.commitment.cumulative_total = root.cumulative;
        self.put_as_is(draft, published);
    }

    /// Puts a commitment into the report that does not have to go with its leaves.
    pub fn put_as_is(&self, draft: &mut Draft, published: Published) {
        draft.commitments.insert(published.commitment.campaign, published);
        let tree = self.commitment_tree(draft);
        draft.body.campaigns_root = tree.root().0;
        draft.body.campaign_count = tree.leaf_count();
    }

    /// Puts assets into the report.
    pub fn put_assets(&self, draft: &mut Draft, mut assets: Vec<AssetLeaf>) -> Vec<AssetLeaf> {
        assets.sort_by_key(|asset| asset.asset_id_hash);
        let tree = self.asset_tree(draft.body.epoch, &assets);
        draft.body.assets_root = tree.root().0;
        draft.body.asset_count = tree.leaf_count();
        assets
    }

    pub fn asset_tree(&self, epoch: u64, assets: &[AssetLeaf]) -> Tree<PlainNode> {
        Tree::build("assets", &self.deployment().assets_domain(epoch), assets).unwrap()
    }

    pub fn allocation_tree(&self, campaign: u64, epoch: u64, leaves: &[Leaf]) -> Tree<SumNode> {
        let domain = self.deployment().allocation_domain(campaign, epoch);
        Tree::build("leaves", &domain, leaves).unwrap()
    }

    pub fn commitment_tree(&self, draft: &Draft) -> Tree<PlainNode> {
        let commitments: Vec<_> = draft.commitments.values().map(|p| p.commitment.clone()).collect();
        let domain = self.deployment().commitments_domain(draft.body.epoch);
        Tree::build("commitments", &domain, &commitments).unwrap()
    }

    /// Posts a report with the signatures of operators 0, 1 and 3.
    pub fn submit(&mut self, draft: &Draft) -> Result<AppResponse, String> {
        let signatures = self.sign(&draft.body, &[0, 1, 3]);
        self.submit_signed(draft, signatures)
    }

    pub fn submit_signed(
        &mut self,
        draft: &Draft,
        signatures: Vec<SignatureEntry>,
    ) -> Result<AppResponse, String> {
        let relayer = self.user("relayer");
        let msg = ExecuteMsg::SubmitReport { body: Binary::new(draft.body.pack()), signatures };
        let response = self.execute(&relayer, &msg, &[])?;
        for (campaign, published) in &draft.commitments {
            self.published.insert((*campaign, draft.body.epoch), published.clone());
        }
        Ok(response)
    }

    pub fn sign(&self, body: &ReportBody, indices: &[u8]) -> Vec<SignatureEntry> {
        let entry = |index: &u8| sign_with(&self.operators[usize::from(*index)], *index, body);
        indices.iter().map(entry).collect()
    }

    /// The item that settles one commitment of a report.
    pub fn settle_item(&self, draft: &Draft, campaign: u64) -> SettleItem {
        let position = draft.commitments.keys().position(|id| *id == campaign).unwrap() as u32;
        SettleItem {
            epoch: draft.body.epoch,
            position,
            commitment: Binary::new(draft.commitments[&campaign].commitment.pack()),
            siblings: Binary::new(self.commitment_tree(draft).prove(position).unwrap()),
        }
    }

    /// Items for all commitments of a report.
    pub fn settle_items(&self, draft: &Draft) -> Vec<SettleItem> {
        draft.commitments.keys().map(|campaign| self.settle_item(draft, *campaign)).collect()
    }

    /// Proof that a report holds no commitment of a campaign.
    pub fn absence(&self, draft: &Draft, campaign: u64) -> CommitmentAbsence {
        let all: Vec<_> = draft.commitments.values().map(|p| p.commitment.clone()).collect();
        let above = all.iter().position(|commitment| commitment.campaign > campaign).unwrap_or(all.len());
        let shown = above.saturating_sub(1)..all.len().min(above + 1);
        let (start, count) = (shown.start as u32, shown.len() as u32);
        let siblings = if all.is_empty() {
            Vec::new()
        } else {
            self.commitment_tree(draft).prove_range(start, count).unwrap()
        };
        CommitmentAbsence {
            epoch: draft.body.epoch,
            start,
            commitments: all[shown].iter().map(|commitment| Binary::new(commitment.pack())).collect(),
            siblings: Binary::new(siblings),
        }
    }

    /// The item that claims a name's leaf in a published allocation.
    pub fn claim_item(&self, name: &str, campaign: u64, epoch: u64) -> ClaimItem {
        let account = self.account(name);
        let leaves = &self.published[&(campaign, epoch)].leaves;
        let position =
            leaves.iter().position(|leaf| leaf.account == account).expect("the account has a leaf");
        let siblings = self.allocation_tree(campaign, epoch, leaves).prove(position as u32).unwrap();
        let proof = [leaves[position].pack(), siblings].concat();
        ClaimItem { campaign, epoch, position: position as u32, proof: Binary::new(proof) }
    }

    /// Closes an epoch, posts honest commitments, lets them become final and settles them.
    pub fn run_epoch(&mut self, epoch: u64, scores: &[(u64, &[(&str, u32)])]) -> Draft {
        let draft = self.report_epoch(epoch, scores);
        self.finalise();
        let items = self.settle_items(&draft);
        if !items.is_empty() {
            self.settle(items).unwrap();
        }
        draft
    }

    /// Closes an epoch and posts honest commitments.
    pub fn report_epoch(&mut self, epoch: u64, scores: &[(u64, &[(&str, u32)])]) -> Draft {
        self.close(epoch);
        let mut draft = self.draft(epoch);
        for (campaign, scores) in scores {
            self.commit(&mut draft, *campaign, scores);
        }
        self.submit(&draft).unwrap();
        draft
    }
}

/// The account's leaf with a new score; what it earned comes later.
fn scored(rule: &ValidRule, mut leaf: Leaf, ppm: u32) -> Leaf {
    leaf.score = Score::try_from(ppm).unwrap();
    leaf.streak = next_streak(rule, leaf.streak, leaf.score);
    leaf.weight = rule.weight(leaf.score, leaf.streak, leaf.boost_ppm);
    leaf
}

pub fn sign_with(key: &SigningKey, index: u8, body: &ReportBody) -> SignatureEntry {
    let signature: Signature = key.sign_prehash(&body.digest()).unwrap();
    SignatureEntry { index, signature: Binary::new(signature.to_bytes().to_vec()) }
}
