//! Builds what operators publish: allocation trees by the rule, commitments, and the report over them.

use std::collections::BTreeMap;

use attention_protocol::fraud::RangeProof;
use attention_protocol::hash::Deployment;
use attention_protocol::msg::{ClaimItem, SettleItem};
use attention_protocol::rule::{ValidRule, next_streak};
use attention_protocol::tree::{PlainNode, SumNode, Tree};
use attention_protocol::{AccountId, CampaignTerms, Commitment, Hash, Leaf, Score, ZERO_HASH};
use cosmwasm_std::Binary;

/// One campaign as its operators know it: the rule, and the newest tree that settled.
#[derive(Debug, Clone)]
pub struct CampaignBook {
    /// Its id on chain.
    pub id: u64,
    rule: ValidRule,
    rule_hash: Hash,
    base: Option<Commitment>,
    leaves: BTreeMap<AccountId, Leaf>,
}

impl CampaignBook {
    /// A campaign with nothing allocated yet.
    ///
    /// # Panics
    /// If the terms are not valid: a mistake in the test.
    pub fn new(id: u64, terms: &CampaignTerms) -> Self {
        let rule = terms.validate().expect("the terms of a test are valid");
        Self { id, rule, rule_hash: terms.rule_hash(), base: None, leaves: BTreeMap::new() }
    }

    /// Computes the epoch's tree from scores, with `budget` to share, on the newest tree kept by [`CampaignBook::keep`].
    pub fn allocate(&self, domain: &Hash, scores: &[(AccountId, u32)], budget: u128) -> CampaignEpoch {
        let scores: BTreeMap<&AccountId, u32> =
            scores.iter().map(|(account, score)| (account, *score)).collect();
        let mut leaves = self.leaves.clone();
        for account in scores.keys() {
            leaves.entry((*account).clone()).or_insert_with(|| empty_leaf(account));
        }
        for (account, leaf) in &mut leaves {
            let ppm = scores.get(account).copied().unwrap_or(0);
            leaf.score = Score::try_from(ppm).expect("a score of a test is in range");
            leaf.streak = next_streak(&self.rule, leaf.streak, leaf.score);
            leaf.weight = self.rule.weight(leaf.score, leaf.streak, 0);
        }
        let total = leaves.values().map(|leaf| leaf.weight).sum();
        for leaf in leaves.values_mut() {
            leaf.cumulative += self.rule.earned(leaf.weight, total, budget);
        }
        let leaves: Vec<Leaf> = leaves.into_values().collect();
        self.commit(domain, leaves, budget)
    }

    /// The commitment over given leaves, right or wrong.
    pub fn commit(&self, domain: &Hash, leaves: Vec<Leaf>, budget: u128) -> CampaignEpoch {
        let tree = Tree::build("leaves", domain, &leaves).expect("leaves of a test are sorted");
        let root: SumNode = tree.root();
        let commitment = Commitment {
            campaign: self.id,
            base_root: self.base.as_ref().map_or(ZERO_HASH, |base| base.root),
            base_total: self.base.as_ref().map_or(0, |base| base.cumulative_total),
            root: root.hash,
            leaf_count: tree.leaf_count(),
            weight_total: root.weight,
            cumulative_total: root.cumulative,
            budget,
            rule_hash: self.rule_hash,
        };
        CampaignEpoch { commitment, leaves, tree }
    }

    /// Makes a settled tree the base of the next.
    pub fn keep(&mut self, epoch: &CampaignEpoch) {
        self.base = Some(epoch.commitment.clone());
        self.leaves = epoch.leaves.iter().map(|leaf| (leaf.account.clone(), leaf.clone())).collect();
    }
}

fn empty_leaf(account: &AccountId) -> Leaf {
    Leaf { account: account.clone(), score: Score::ZERO, streak: 0, boost_ppm: 0, weight: 0, cumulative: 0 }
}

/// One campaign in one epoch.
#[derive(Debug, Clone)]
pub struct CampaignEpoch {
    /// What the report commits to; tests may change it.
    pub commitment: Commitment,
    /// The leaves in tree order.
    pub leaves: Vec<Leaf>,
    tree: Tree<SumNode>,
}

impl CampaignEpoch {
    /// Position of an account's leaf.
    pub fn position(&self, account: &AccountId) -> Option<u32> {
        self.leaves.iter().position(|leaf| leaf.account == *account).and_then(|at| u32::try_from(at).ok())
    }

    /// What an account earned so far.
    pub fn cumulative(&self, account: &AccountId) -> u128 {
        self.leaves.iter().find(|leaf| leaf.account == *account).map_or(0, |leaf| leaf.cumulative)
    }

    /// The claim of an account that has a leaf.
    ///
    /// # Panics
    /// If it has none: a mistake in the test.
    pub fn claim_item(&self, epoch: u64, account: &AccountId) -> ClaimItem {
        let position = self.position(account).expect("the account has a leaf");
        let mut proof = self.leaves[position as usize].pack();
        proof.extend(self.tree.prove(position).expect("the position is inside"));
        ClaimItem { campaign: self.commitment.campaign, epoch, position, proof: Binary::from(proof) }
    }
}

/// The commitments of an epoch.
#[derive(Debug, Clone)]
pub struct EpochBook {
    /// The epoch.
    pub epoch: u64,
    commitments: Vec<Commitment>,
    tree: Tree<PlainNode>,
}

impl EpochBook {
    /// Commits to campaigns, rising by id.
    ///
    /// # Panics
    /// If they do not rise: a mistake in the test.
    pub fn new(deployment: &Deployment, epoch: u64, campaigns: &[&CampaignEpoch]) -> Self {
        Self::over(deployment, epoch, campaigns.iter().map(|campaign| campaign.commitment.clone()).collect())
    }

    /// Commits to commitments as they are, right or wrong, rising by campaign.
    ///
    /// # Panics
    /// If they do not rise: a mistake in the test.
    pub fn over(deployment: &Deployment, epoch: u64, commitments: Vec<Commitment>) -> Self {
        let domain = deployment.commitments_domain(epoch);
        let tree = Tree::build("commitments", &domain, &commitments).expect("campaigns of a test rise");
        Self { epoch, commitments, tree }
    }

    /// Root and count for the report.
    pub fn root(&self) -> (Hash, u32) {
        (self.tree.root().0, self.tree.leaf_count())
    }

    /// The commitment at a position, with its siblings.
    pub fn proof(&self, position: u32) -> RangeProof {
        let commitment = &self.commitments[position as usize];
        RangeProof {
            start: position,
            leaves: Binary::from(commitment.pack()),
            siblings: Binary::from(self.tree.prove(position).expect("the position is inside")),
        }
    }

    /// The items that settle all of it.
    pub fn settle_items(&self) -> Vec<SettleItem> {
        (0u32..)
            .zip(&self.commitments)
            .map(|(position, commitment)| SettleItem {
                epoch: self.epoch,
                position,
                commitment: Binary::from(commitment.pack()),
                siblings: Binary::from(self.tree.prove(position).expect("the position is inside")),
            })
            .collect()
    }
}
