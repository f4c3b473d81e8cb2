//! Building an epoch: every campaign's tree, the asset tree, the published file and the report that operators sign.

use std::collections::BTreeMap;

use attention_features::{AssetCatalog, AssetId, UserId};
use attention_protocol::asset::{asset_id_hash, denom_hash};
use attention_protocol::hash::Deployment;
use attention_protocol::leaves_file::{CampaignLeaves, LeavesFile};
use attention_protocol::tree::Tree;
use attention_protocol::{AccountId, AssetLeaf, Commitment, Hash, ProtocolError, ReportBody, Score};
use thiserror::Error;

use crate::allocation::{AllocationInput, allocate};
use crate::attention::{Attention, Integrity, ScoreError};
use crate::base::{Alarm, BaseError, FinalEpoch, base_leaves, check_history, choose_base};
use crate::campaign::{CampaignError, CampaignView};
use crate::consent::ConsentTable;
use crate::links::LinkTable;
use crate::summary::{CampaignSummary, EpochSummary, UnlinkedUser};

/// Most campaigns of one epoch.
pub const CAMPAIGNS_MAX: usize = 100_000;

/// Why an epoch cannot be built; none of these may be signed around.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum BuildError {
    /// From the scores.
    #[error(transparent)]
    Score(#[from] ScoreError),
    /// From the base.
    #[error(transparent)]
    Base(#[from] BaseError),
    /// From a campaign.
    #[error(transparent)]
    Campaign(#[from] CampaignError),
    /// From the trees.
    #[error(transparent)]
    Protocol(#[from] ProtocolError),
    /// Attention of a user whose wallet's consent is withdrawn.
    #[error("the attention of user {user} was measured, whose wallet's consent is withdrawn")]
    Withdrawn {
        /// The user.
        user: UserId,
    },
    /// One campaign given twice.
    #[error("campaign {campaign} is given twice")]
    CampaignTwice {
        /// The campaign.
        campaign: u64,
    },
    /// Too many campaigns.
    #[error("{given} campaigns; at most {CAMPAIGNS_MAX} fit an epoch")]
    TooManyCampaigns {
        /// How many.
        given: usize,
    },
}

/// The report's fields that are not computed here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReportHeader {
    /// Digest of the configuration in force at the end of the window.
    pub config_digest: Hash,
    /// Digest of the newest final report; zeros if there is none.
    pub prev_digest: Hash,
    /// The epoch.
    pub epoch: u64,
    /// Its revision.
    pub revision: u32,
    /// Commitment to all events and tables.
    pub input_root: Hash,
    /// Hash of the interest model's file.
    pub model_hash: Hash,
}

/// What the asset tree needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetTerms {
    /// Engagement micro-units at full interest that make an asset's score 10^6, from the specification.
    pub asset_scale: u64,
    /// Last price of each asset at the end of the window; an absent one is 0.
    pub prices: BTreeMap<AssetId, u128>,
    /// Unit of the prices, for instance `wei`.
    pub price_denom: String,
}

/// Everything an epoch is a function of.
#[derive(Debug)]
pub struct EpochInput<'a> {
    /// Chain and contract.
    pub deployment: &'a Deployment,
    /// The report's other fields.
    pub header: ReportHeader,
    /// All campaigns, in any order; those that do not run in the epoch are passed over.
    pub campaigns: Vec<CampaignView>,
    /// The final epochs of [`history_epochs`](crate::base::history_epochs), rising. Older ones change nothing.
    pub history: &'a [FinalEpoch],
    /// The window's attention, measured without the users whose wallet's consent is withdrawn.
    pub attention: &'a Attention,
    /// The asset table.
    pub catalog: &'a AssetCatalog,
    /// The wallets.
    pub links: &'a LinkTable,
    /// The consent in force at the start of the window.
    pub consent: &'a ConsentTable,
    /// Integrity of users.
    pub integrity: &'a Integrity,
    /// What the asset tree needs.
    pub assets: AssetTerms,
}

/// A built epoch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EpochOutput {
    /// The report.
    pub body: ReportBody,
    /// What operators sign.
    pub digest: Hash,
    /// The published file.
    pub file: LeavesFile,
    /// Its bytes.
    pub file_bytes: Vec<u8>,
    /// The epoch at a glance.
    pub summary: EpochSummary,
}

/// Builds an epoch. The result does not depend on the order of campaigns, rows or links.
///
/// # Errors
/// [`BuildError`]. A malformed base is none: the campaign is left out and the summary holds an [`Alarm`].
pub fn build_epoch(input: &EpochInput<'_>) -> Result<EpochOutput, BuildError> {
    let epoch = input.header.epoch;
    check_history(input.history, epoch)?;
    check_consent(input)?;
    let mut summary = empty_summary(input);
    let mut file = LeavesFile { campaigns: Vec::new(), assets: asset_leaves(input)? };
    summary.assets = file.assets.len();
    for view in sorted_campaigns(&input.campaigns)?.into_values().filter(|view| view.is_running(epoch)) {
        match build_campaign(input, view, &mut summary)? {
            Ok(Some(leaves)) => file.campaigns.push(leaves),
            Ok(None) => {}
            Err(alarm) => summary.alarms.push(alarm),
        }
    }
    let file_bytes = file.pack();
    let body = report_body(input, &file, LeavesFile::hash(&file_bytes))?;
    Ok(EpochOutput { digest: body.digest(), body, file, file_bytes, summary })
}

/// Who withdrew has no attention, so that a leaf of theirs has score, streak, boost and weight 0 and what it had, and they
/// get no new one.
fn check_consent(input: &EpochInput<'_>) -> Result<(), BuildError> {
    let withdrawn = input.consent.withdrawn_users(input.links);
    match input.attention.users().into_iter().find(|user| withdrawn.contains(user)) {
        Some(user) => Err(BuildError::Withdrawn { user: user.clone() }),
        None => Ok(()),
    }
}

fn sorted_campaigns(campaigns: &[CampaignView]) -> Result<BTreeMap<u64, &CampaignView>, BuildError> {
    if campaigns.len() > CAMPAIGNS_MAX {
        return Err(BuildError::TooManyCampaigns { given: campaigns.len() });
    }
    let mut sorted = BTreeMap::new();
    for view in campaigns {
        if sorted.insert(view.id, view).is_some() {
            return Err(BuildError::CampaignTwice { campaign: view.id });
        }
    }
    Ok(sorted)
}

fn build_campaign(
    input: &EpochInput<'_>,
    view: &CampaignView,
    summary: &mut EpochSummary,
) -> Result<Result<Option<CampaignLeaves>, Alarm>, BuildError> {
    let rule = view.rule()?;
    let user_scores = input.attention.user_scores(&view.terms, input.catalog, input.integrity)?;
    let top_score_ppm = user_scores.values().map(|score| score.ppm()).max().unwrap_or(0);
    summary.top_score_ppm = summary.top_score_ppm.max(top_score_ppm);
    let scores = linked_scores(input.links, view.id, user_scores, &mut summary.unlinked);
    let base = match choose_base(view, input.history)? {
        Ok(base) => base,
        Err(alarm) => return Ok(Err(alarm)),
    };
    let base_leaves = match base_leaves(input.deployment, view.id, &base, input.history)? {
        Ok(leaves) => leaves,
        Err(alarm) => return Ok(Err(alarm)),
    };
    let budget = view.budget(input.header.epoch, base.settled.total)?;
    let built = allocate(&AllocationInput {
        deployment: input.deployment,
        campaign: view.id,
        epoch: input.header.epoch,
        rule: &rule,
        rule_hash: view.terms.rule_hash(),
        budget,
        base: base.settled,
        base_leaves,
        scores: &scores,
    })?;
    let commitment = built.as_ref().map(|built| &built.commitment);
    let earned = commitment.and_then(|made| made.cumulative_total.checked_sub(made.base_total)).unwrap_or(0);
    summary.campaigns.push(CampaignSummary {
        campaign: view.id,
        committed: commitment.is_some(),
        leaves: commitment.map_or(0, |made| made.leaf_count),
        weight_total: commitment.map_or(0, |made| made.weight_total),
        budget,
        earned,
        top_score_ppm,
    });
    Ok(Ok(built))
}

/// Splits scores into those of wallets and those that are only shown.
fn linked_scores(
    links: &LinkTable,
    campaign: u64,
    scores: BTreeMap<UserId, Score>,
    unlinked: &mut Vec<UnlinkedUser>,
) -> BTreeMap<AccountId, Score> {
    let mut linked = BTreeMap::new();
    for (user, score) in scores {
        match links.account(&user) {
            Some(account) => {
                linked.insert(account.clone(), score);
            }
            None => unlinked.push(UnlinkedUser { user, campaign, score_ppm: score.ppm() }),
        }
    }
    linked
}

fn asset_leaves(input: &EpochInput<'_>) -> Result<Vec<AssetLeaf>, BuildError> {
    let denom_hash = denom_hash(&input.assets.price_denom);
    let mut leaves: Vec<AssetLeaf> = input
        .attention
        .asset_scores(input.assets.asset_scale)?
        .into_iter()
        .map(|(asset, score)| AssetLeaf {
            asset_id_hash: asset_id_hash(&asset.0.to_string()),
            score,
            price: input.assets.prices.get(&asset).copied().unwrap_or(0),
            denom_hash,
        })
        .collect();
    leaves.sort_by_key(|leaf| leaf.asset_id_hash);
    Ok(leaves)
}

fn report_body(
    input: &EpochInput<'_>,
    file: &LeavesFile,
    leaves_hash: Hash,
) -> Result<ReportBody, ProtocolError> {
    let header = &input.header;
    let commitments: Vec<Commitment> = file.campaigns.iter().map(|entry| entry.commitment.clone()).collect();
    let campaigns =
        Tree::build("commitments", &input.deployment.commitments_domain(header.epoch), &commitments)?;
    let assets = Tree::build("assets", &input.deployment.assets_domain(header.epoch), &file.assets)?;
    Ok(ReportBody {
        config_digest: header.config_digest,
        prev_digest: header.prev_digest,
        epoch: header.epoch,
        revision: header.revision,
        campaigns_root: campaigns.root().0,
        campaign_count: campaigns.leaf_count(),
        assets_root: assets.root().0,
        asset_count: assets.leaf_count(),
        input_root: header.input_root,
        model_hash: header.model_hash,
        leaves_hash,
    })
}

fn empty_summary(input: &EpochInput<'_>) -> EpochSummary {
    let users = input.attention.users();
    EpochSummary {
        epoch: input.header.epoch,
        linked: users.iter().filter(|user| input.links.account(user).is_some()).count(),
        users: users.len(),
        withdrawn: input.consent.withdrawn_users(input.links).len(),
        unlinked: Vec::new(),
        assets: 0,
        top_score_ppm: 0,
        campaigns: Vec::new(),
        alarms: Vec::new(),
    }
}
