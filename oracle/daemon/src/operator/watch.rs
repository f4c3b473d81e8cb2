//! Watching a pending report: its file, what the chain knows of its campaigns, and what convicts it.

use std::collections::BTreeMap;

use attention_core::base::FinalEpoch;
use attention_core::watch::{Finding, Watched, find_fraud};
use attention_protocol::fraud::CampaignFacts;
use attention_protocol::msg::CampaignResponse;
use attention_protocol::settle::{SettleContext, SettledBase};

use crate::epoch::{EpochBuilder, EpochError, FinalReport, hash_of};

/// What convicts the pending `report`, or is hidden in it. The bases are those that are settled now.
///
/// # Errors
/// [`EpochError`], of which [`EpochError::NoLeaves`] means that nobody shows the file: openings have to be demanded.
pub async fn watch(builder: &EpochBuilder, report: &FinalReport) -> Result<Vec<Finding>, EpochError> {
    let bytes = builder.leaves_file(report).await?;
    let mut watched = BTreeMap::new();
    for campaign in builder.reader().campaigns().await? {
        watched.insert(campaign.campaign, facts(builder, &campaign, report.body.epoch).await?);
    }
    let deployment = builder.reader().deployment().deployment.clone();
    let body = report.body.clone();
    let search = move || find_fraud(&deployment, &body, &bytes, &watched);
    let found = tokio::task::spawn_blocking(search).await;
    Ok(found.map_err(|error| EpochError::Threads(error.to_string()))??)
}

async fn facts(
    builder: &EpochBuilder,
    campaign: &CampaignResponse,
    epoch: u64,
) -> Result<Watched, EpochError> {
    let reader = builder.reader();
    let view = reader.view(campaign, &[epoch]).await?;
    let mut base = SettledBase::NONE;
    let (mut base_epoch, mut base_weight_total, mut base_leaves) = (0, 0, vec![]);
    if let Some(settled) = &campaign.settled {
        let root = hash_of("campaign.settled.root", &settled.root)?;
        let total = settled.cumulative_total.u128();
        base = SettledBase { root, total, leaf_count: settled.leaf_count };
        (base_epoch, base_weight_total) = (settled.epoch, settled.weight_total);
        base_leaves = leaves(builder, campaign.campaign, settled.epoch).await?;
    }
    let running = view.is_running(epoch);
    let rule = view.rule().map_err(attention_core::base::BaseError::from)?;
    // Outside its epochs a campaign has no budget, and nothing but that is looked at.
    let budget = match running {
        true => view.budget(epoch, base.total).map_err(attention_core::base::BaseError::from)?,
        false => 0,
    };
    let growth = view.terms.rule.growth;
    let settle = SettleContext { base, running, rule_hash: view.terms.rule_hash(), budget, growth };
    Ok(Watched { facts: CampaignFacts { rule, settle, base_epoch, base_weight_total }, base_leaves })
}

/// A campaign's leaves in a final epoch.
async fn leaves(
    builder: &EpochBuilder,
    campaign: u64,
    epoch: u64,
) -> Result<Vec<attention_protocol::Leaf>, EpochError> {
    let missing = || EpochError::Answer {
        what: format!("campaign {campaign}"),
        problem: format!("its settled allocation is of epoch {epoch}, which has no final report with it"),
    };
    let next = epoch.checked_add(1).ok_or_else(missing)?;
    let reports = builder.reader().final_reports(next).await?;
    let report = reports.into_iter().find(|report| report.body.epoch == epoch).ok_or_else(missing)?;
    let bytes = builder.leaves_file(&report).await?;
    let past = FinalEpoch::read(&builder.reader().deployment().deployment, &report.body, &bytes)?;
    Ok(past.leaves(campaign).ok_or_else(missing)?.to_vec())
}
