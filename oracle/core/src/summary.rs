//! What a person wants to know about a built epoch.

use std::collections::BTreeSet;

use attention_features::UserId;
use serde::Serialize;

use crate::base::Alarm;

/// A user with a score and no wallet: shown, without leaf and weight.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnlinkedUser {
    /// The user.
    pub user: UserId,
    /// The campaign the score is for.
    pub campaign: u64,
    /// The score, ppm.
    pub score_ppm: u32,
}

/// One campaign's part of an epoch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CampaignSummary {
    /// The campaign.
    pub campaign: u64,
    /// Whether the report holds a commitment of it.
    pub committed: bool,
    /// Leaves of its tree.
    pub leaves: u32,
    /// Sum of their weights.
    pub weight_total: u64,
    /// What the epoch may pay at most, base units, as decimal text in JSON.
    #[serde(serialize_with = "decimal")]
    pub budget: u128,
    /// What it pays, base units, as decimal text in JSON.
    #[serde(serialize_with = "decimal")]
    pub earned: u128,
    /// Highest score of a user, linked or not, ppm.
    pub top_score_ppm: u32,
}

/// An epoch at a glance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EpochSummary {
    /// The epoch.
    pub epoch: u64,
    /// Users with engagement in the window.
    pub users: usize,
    /// Those of them who have a wallet.
    pub linked: usize,
    /// Linked users whose wallet's consent is withdrawn, whatever they did.
    pub withdrawn: usize,
    /// Scores of those who have none, rising by campaign, then user.
    pub unlinked: Vec<UnlinkedUser>,
    /// Assets with engagement in the window.
    pub assets: usize,
    /// Highest score of a user in any campaign, ppm.
    pub top_score_ppm: u32,
    /// Every running campaign, rising by id.
    pub campaigns: Vec<CampaignSummary>,
    /// Campaigns that were left out, and why.
    pub alarms: Vec<Alarm>,
}

impl EpochSummary {
    /// Users with a score and no wallet, each once.
    pub fn unlinked_users(&self) -> usize {
        self.unlinked.iter().map(|entry| &entry.user).collect::<BTreeSet<_>>().len()
    }
}

/// Amounts above 2^53 are decimal text in JSON.
fn decimal<S: serde::Serializer>(amount: &u128, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(amount)
}
