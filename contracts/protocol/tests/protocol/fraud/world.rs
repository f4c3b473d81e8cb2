//! An epoch as operators would publish it, and what the chain knows when it judges.

use std::collections::BTreeMap;

use attention_protocol::fraud::{CampaignFacts, Clause, Context, FraudError, FraudProof, judge};
use attention_protocol::hash::{Deployment, Hash};
use attention_protocol::rule::{Growth, next_streak};
use attention_protocol::settle::{SettleContext, SettledBase};
use attention_protocol::{AccountId, AssetLeaf, Commitment, ReportBody, Score, ValidRule, ZERO_HASH};

use super::forge::{self, Node, Published, Wrong};

pub const EPOCH: u64 = 9;
pub const BASE_EPOCH: u64 = 7;

/// A leaf in the making; any bytes, any numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub address: Vec<u8>,
    pub score: u32,
    pub streak: u16,
    pub boost: u32,
    pub weight: u64,
    pub cumulative: u128,
}

impl Row {
    pub fn pack(&self) -> Vec<u8> {
        let mut out = vec![self.address.len() as u8];
        out.extend(&self.address);
        out.extend(self.score.to_be_bytes());
        out.extend(self.streak.to_be_bytes());
        out.extend(self.boost.to_be_bytes());
        out.extend(self.weight.to_be_bytes());
        out.extend(self.cumulative.to_be_bytes());
        out
    }
}

/// What one account brings into an epoch.
#[derive(Debug, Clone)]
pub struct Member {
    pub account: AccountId,
    /// Streak and cumulative amount in the base, if it has a leaf there.
    pub base: Option<(u16, u128)>,
    pub score: u32,
    pub boost: u32,
}

/// One campaign's inputs.
#[derive(Debug, Clone)]
pub struct Campaign {
    pub id: u64,
    pub rule: ValidRule,
    pub budget: u128,
    pub members: BTreeMap<AccountId, Member>,
}

/// One campaign's outputs, before they are hashed.
#[derive(Debug, Clone)]
pub struct Draft {
    pub rows: Vec<Row>,
    pub wrong: Wrong,
    pub commitment: Commitment,
    /// Whether the commitment's root, count and totals are taken from the rows.
    pub sealed: bool,
}

impl Campaign {
    pub fn rule_hash(&self) -> Hash {
        [self.id as u8; 32]
    }

    /// The rows of the base tree.
    pub fn base_rows(&self) -> Vec<Row> {
        let in_base = |member: &Member| {
            let (streak, cumulative) = member.base?;
            let address = member.account.as_slice().to_vec();
            Some(Row { address, score: 1, streak, boost: 0, weight: 5, cumulative })
        };
        self.members.values().filter_map(in_base).collect()
    }

    /// The rows by score alone: everything but what they earn.
    pub fn scored(&self) -> Vec<Row> {
        let has_leaf = |member: &&Member| member.base.is_some() || member.score > 0;
        let row = |member: &Member| {
            let (streak, cumulative) = member.base.unwrap_or((0, 0));
            let score = Score::try_from(member.score).unwrap();
            let streak = next_streak(&self.rule, streak, score);
            let weight = self.rule.weight(score, streak, member.boost);
            let address = member.account.as_slice().to_vec();
            Row { address, score: member.score, streak, boost: member.boost, weight, cumulative }
        };
        self.members.values().filter(has_leaf).map(row).collect()
    }

    /// Adds what every row earns.
    pub fn earn(&self, rows: &mut [Row], budget: u128) {
        let total = rows.iter().map(|row| row.weight).sum();
        for row in rows {
            row.cumulative += self.rule.earned(row.weight, total, budget);
        }
    }

    pub fn base_root(&self, deployment: &Deployment, published: &mut Published) -> Node {
        let rows: Vec<_> = self.base_rows().iter().map(Row::pack).collect();
        forge::allocation(
            &deployment.allocation_domain(self.id, BASE_EPOCH),
            &rows,
            &Wrong::default(),
            published,
        )
    }

    /// The honest outputs.
    pub fn draft(&self, deployment: &Deployment) -> Draft {
        let mut rows = self.scored();
        self.earn(&mut rows, self.budget);
        self.draft_of(deployment, rows)
    }

    /// The outputs with these rows, whatever they say.
    pub fn draft_of(&self, deployment: &Deployment, rows: Vec<Row>) -> Draft {
        let base = self.base_root(deployment, &mut Published::new());
        let commitment = Commitment {
            campaign: self.id,
            base_root: base.hash,
            base_total: base.cumulative,
            root: ZERO_HASH,
            leaf_count: 0,
            weight_total: 0,
            cumulative_total: 0,
            budget: self.budget,
            rule_hash: self.rule_hash(),
        };
        Draft { rows, wrong: Wrong::default(), commitment, sealed: true }
    }

    fn facts(&self, base: Node) -> CampaignFacts {
        let base_count = self.base_rows().len() as u32;
        let most = self.members.len() as u32;
        CampaignFacts {
            rule: self.rule.clone(),
            settle: SettleContext {
                base: SettledBase { root: base.hash, total: base.cumulative, leaf_count: base_count },
                running: true,
                rule_hash: self.rule_hash(),
                budget: self.budget,
                growth: Growth { ppm: 0, abs: (most - base_count).max(1) },
            },
            base_epoch: BASE_EPOCH,
            base_weight_total: base.weight,
        }
    }
}

/// A published report and everything that judges it.
pub struct World {
    pub deployment: Deployment,
    pub body: ReportBody,
    pub facts: BTreeMap<u64, CampaignFacts>,
    pub published: Published,
}

pub fn deployment() -> Deployment {
    Deployment::new("chain-1", &AccountId::try_from([1; 32].as_slice()).unwrap()).unwrap()
}

impl World {
    /// Publishes `drafts` of the campaigns, in the order given.
    pub fn publish(campaigns: &[Campaign], drafts: &mut [Draft], assets: &[AssetLeaf]) -> Self {
        let deployment = deployment();
        let mut published = Published::new();
        let facts = campaigns
            .iter()
            .map(|campaign| (campaign.id, campaign.facts(campaign.base_root(&deployment, &mut published))));
        let facts = facts.collect();
        for draft in drafts.iter_mut() {
            let rows: Vec<_> = draft.rows.iter().map(Row::pack).collect();
            let domain = deployment.allocation_domain(draft.commitment.campaign, EPOCH);
            let root = forge::allocation(&domain, &rows, &draft.wrong, &mut published);
            if draft.sealed {
                draft.commitment.root = root.hash;
                draft.commitment.leaf_count = rows.len() as u32;
                draft.commitment.weight_total = root.weight;
                draft.commitment.cumulative_total = root.cumulative;
            }
        }
        let commitments: Vec<_> = drafts.iter().map(|draft| draft.commitment.pack()).collect();
        let assets: Vec<_> = assets.iter().map(AssetLeaf::pack).collect();
        let body = ReportBody {
            config_digest: [21; 32],
            prev_digest: ZERO_HASH,
            epoch: EPOCH,
            revision: 0,
            campaigns_root: forge::plain(&deployment.commitments_domain(EPOCH), &commitments, &mut published),
            campaign_count: commitments.len() as u32,
            assets_root: forge::plain(&deployment.assets_domain(EPOCH), &assets, &mut published),
            asset_count: assets.len() as u32,
            input_root: [11; 32],
            model_hash: [12; 32],
            leaves_hash: [13; 32],
        };
        Self { deployment, body, facts, published }
    }

    /// The honest epoch of these campaigns.
    pub fn honest(campaigns: &[Campaign], assets: &[AssetLeaf]) -> Self {
        let mut drafts: Vec<_> =
            campaigns.iter().map(|campaign| campaign.draft(&deployment())).filter(worth).collect();
        Self::publish(campaigns, &mut drafts, assets)
    }

    pub fn context(&self) -> Context<'_> {
        Context { deployment: &self.deployment, report: &self.body }
    }

    pub fn judge(&self, proof: &FraudProof) -> Result<Clause, FraudError> {
        judge(proof, &self.context(), |campaign| Ok(self.facts.get(&campaign).cloned()))
    }
}

/// Without weight or budget an epoch has no commitment.
pub fn worth(draft: &Draft) -> bool {
    draft.commitment.budget > 0 && draft.rows.iter().any(|row| row.weight > 0)
}
