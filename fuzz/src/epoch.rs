//! An honest epoch as operators publish it, and what the chain knows when it judges: out of a fuzzer's bytes, small
//! enough to be built thousands of times a second.

use std::collections::BTreeMap;

use attention_protocol::fraud::{CampaignFacts, Context};
use attention_protocol::hash::Deployment;
use attention_protocol::rule::{AMOUNT_MAX, Growth, next_streak};
use attention_protocol::settle::{SettleContext, SettledBase};
use attention_protocol::tree::{PlainNode, SumNode, Tree};
use attention_protocol::{AccountId, AssetLeaf, Commitment, Leaf, ReportBody, Score, ValidRule};
use libfuzzer_sys::arbitrary::{Result, Unstructured};

use crate::draw;

/// The epoch that is judged.
pub const EPOCH: u64 = 9;
/// The one that every campaign settled last.
pub const BASE_EPOCH: u64 = 7;

/// A tree with sums and its leaves.
#[derive(Debug)]
pub struct Allocation {
    /// Its leaves, rising.
    pub leaves: Vec<Leaf>,
    /// The tree over them.
    pub tree: Tree<SumNode>,
}

/// What is published for one campaign.
#[derive(Debug)]
pub struct Campaign {
    /// The commitment in the report.
    pub commitment: Commitment,
    /// Its tree.
    pub allocation: Allocation,
    /// The newest settled tree; without leaves if nothing is settled.
    pub base: Allocation,
    /// What the chain knows.
    pub facts: CampaignFacts,
}

/// A report and everything it commits to.
#[derive(Debug)]
pub struct Epoch {
    /// Where it was posted.
    pub deployment: Deployment,
    /// The report.
    pub report: ReportBody,
    /// One to three campaigns, rising by id.
    pub campaigns: Vec<Campaign>,
    /// The tree of their commitments.
    pub commitments: Tree<PlainNode>,
    /// Its assets, rising.
    pub assets: Vec<AssetLeaf>,
    /// The tree of them.
    pub asset_tree: Tree<PlainNode>,
}

impl Epoch {
    /// Draws one; `None` if the bytes make no rule or no weight.
    pub fn draw(u: &mut Unstructured<'_>) -> Result<Option<Self>> {
        let deployment = deployment();
        let mut campaigns = Vec::new();
        for id in [2, 5, 6].into_iter().take(u.int_in_range(1..=3)?) {
            campaigns.extend(campaign(u, &deployment, id)?);
        }
        if campaigns.is_empty() {
            return Ok(None);
        }
        let assets = if u.arbitrary()? { draw::rising(u, draw::asset)? } else { Vec::new() };
        let commitments: Vec<_> = campaigns.iter().map(|campaign| campaign.commitment.clone()).collect();
        let commitments = Tree::build("commitments", &deployment.commitments_domain(EPOCH), &commitments);
        let commitments = commitments.expect("ids rise");
        let asset_tree = Tree::build("assets", &deployment.assets_domain(EPOCH), &assets);
        let asset_tree = asset_tree.expect("drawn assets rise");
        let report = ReportBody {
            config_digest: [21; 32],
            prev_digest: [22; 32],
            epoch: EPOCH,
            revision: 0,
            campaigns_root: commitments.root().0,
            campaign_count: commitments.leaf_count(),
            assets_root: asset_tree.root().0,
            asset_count: asset_tree.leaf_count(),
            input_root: [11; 32],
            model_hash: [12; 32],
            leaves_hash: [13; 32],
        };
        Ok(Some(Self { deployment, report, campaigns, commitments, assets, asset_tree }))
    }

    /// What a proof is judged in.
    pub fn context(&self) -> Context<'_> {
        Context { deployment: &self.deployment, report: &self.report }
    }

    /// What the chain knows of a campaign.
    pub fn facts(&self, id: u64) -> Option<CampaignFacts> {
        let campaign = self.campaigns.iter().find(|campaign| campaign.commitment.campaign == id);
        campaign.map(|campaign| campaign.facts.clone())
    }
}

/// Where every report of a target is posted.
pub fn deployment() -> Deployment {
    let contract = AccountId::try_from([1; 32].as_slice()).expect("32 bytes are an address");
    Deployment::new("chain-1", &contract).expect("the chain id is short")
}

/// What one account brings into the epoch.
struct Member {
    account: AccountId,
    /// Streak and cumulative amount in the base, if it has a leaf there.
    base: Option<(u16, u128)>,
    score: Score,
    boost_ppm: u32,
}

fn member(u: &mut Unstructured<'_>, boost_max_ppm: u32) -> Result<Member> {
    let (in_base, streak): (bool, u16) = u.arbitrary()?;
    let cumulative = if u.arbitrary()? { u.int_in_range(0..=1 << 100)? } else { u.arbitrary::<u8>()?.into() };
    Ok(Member {
        account: draw::account(u)?,
        base: in_base.then_some((streak, cumulative)),
        score: draw::score(u)?,
        boost_ppm: u.int_in_range(0..=boost_max_ppm)?,
    })
}

fn campaign(u: &mut Unstructured<'_>, deployment: &Deployment, id: u64) -> Result<Option<Campaign>> {
    let Ok(rule) = ValidRule::try_from(draw::rule(u)?) else { return Ok(None) };
    let budget =
        if u.arbitrary()? { u.int_in_range(1..=AMOUNT_MAX)? } else { 1 + u128::from(u.arbitrary::<u8>()?) };
    let mut members = BTreeMap::new();
    for _ in 0..u.int_in_range(1..=12)? {
        let member = member(u, rule.rule().boost_max_ppm)?;
        members.insert(member.account.clone(), member);
    }
    let base = allocation(deployment, (id, BASE_EPOCH), members.values().filter_map(in_base).collect());
    let mut leaves: Vec<_> = members.values().filter_map(|member| scored(&rule, member)).collect();
    let total = leaves.iter().map(|leaf| leaf.weight).sum();
    if total == 0 {
        return Ok(None);
    }
    for leaf in &mut leaves {
        leaf.cumulative += rule.earned(leaf.weight, total, budget);
    }
    let allocation = allocation(deployment, (id, EPOCH), leaves);
    let (base_root, root) = (base.tree.root(), allocation.tree.root());
    let settled =
        SettledBase { root: base_root.hash, total: base_root.cumulative, leaf_count: base.tree.leaf_count() };
    let new = allocation.tree.leaf_count() - settled.leaf_count;
    let rule_hash = [id as u8; 32];
    let commitment = Commitment {
        campaign: id,
        base_root: settled.root,
        base_total: settled.total,
        root: root.hash,
        leaf_count: allocation.tree.leaf_count(),
        weight_total: root.weight,
        cumulative_total: root.cumulative,
        budget,
        rule_hash,
    };
    let settle = SettleContext {
        base: settled,
        running: true,
        rule_hash,
        budget,
        growth: Growth { ppm: 0, abs: new },
    };
    let facts = CampaignFacts { rule, settle, base_epoch: BASE_EPOCH, base_weight_total: base_root.weight };
    Ok(Some(Campaign { commitment, allocation, base, facts }))
}

fn allocation(deployment: &Deployment, (id, epoch): (u64, u64), leaves: Vec<Leaf>) -> Allocation {
    let tree = Tree::build("leaves", &deployment.allocation_domain(id, epoch), &leaves);
    Allocation { tree: tree.expect("accounts rise, and a dozen sums fit"), leaves }
}

/// The member's leaf in the base.
fn in_base(member: &Member) -> Option<Leaf> {
    let (streak, cumulative) = member.base?;
    Some(Leaf {
        account: member.account.clone(),
        score: member.score,
        streak,
        boost_ppm: 0,
        weight: 5,
        cumulative,
    })
}

/// The member's leaf in the epoch, but for what it earns.
fn scored(rule: &ValidRule, member: &Member) -> Option<Leaf> {
    if member.base.is_none() && member.score.ppm() == 0 {
        return None;
    }
    let (streak, cumulative) = member.base.unwrap_or((0, 0));
    let streak = next_streak(rule, streak, member.score);
    Some(Leaf {
        account: member.account.clone(),
        score: member.score,
        streak,
        boost_ppm: member.boost_ppm,
        weight: rule.weight(member.score, streak, member.boost_ppm),
        cumulative,
    })
}
