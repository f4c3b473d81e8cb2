//! Campaigns, their money and allocations.

use attention_protocol::msg::{
    AllocationResponse, CampaignMoney, CampaignResponse, CampaignsResponse, FundingResponse,
};
use cosmwasm_std::{Binary, Storage, from_json};

use crate::closing::claims_close_s;
use crate::credit::credited;
use crate::error::{ContractError, Result};
use crate::money::{Money, load_totals};
use crate::state::allocation::ALLOCATIONS;
use crate::state::campaign::{CAMPAIGN_COUNT, CAMPAIGNS, RUNS};
use crate::state::sponsor::PROPOSED_SPONSORS;
use crate::timeline::Timeline;

/// One campaign.
pub(super) fn campaign(
    storage: &dyn Storage,
    timeline: &Timeline,
    campaign: u64,
) -> Result<CampaignResponse> {
    let stored = CAMPAIGNS.may_load(storage, campaign)?.ok_or(ContractError::UnknownCampaign { campaign })?;
    let run = RUNS.load(storage, campaign)?;
    let totals = load_totals(storage, campaign)?;
    let settled = totals.settled_epoch.map(|epoch| allocation(storage, campaign, epoch)).transpose()?;
    Ok(CampaignResponse {
        campaign,
        claims_close_s: claims_close_s(storage, timeline.now.time_s, (campaign, &stored, &run), &totals)?,
        sponsor: stored.sponsor,
        proposed_sponsor: PROPOSED_SPONSORS.may_load(storage, campaign)?.and_then(|row| row.0),
        refund_address: stored.refund_address,
        denom: run.payout.denom.clone(),
        terms: from_json(stored.terms)?,
        rule_hash: Binary::from(run.rule_hash),
        end_epoch: timeline.effective_end(storage, &run)?,
        stopped: run.stopped,
        claim_deadline_s: stored.claim_deadline_s,
        created_at_s: stored.created_at_s,
        metadata: stored.metadata,
        settled,
    })
}

/// A page of campaigns by rising id.
pub(super) fn campaigns(
    storage: &dyn Storage,
    timeline: &Timeline,
    start_after: Option<u64>,
    limit: u32,
) -> Result<CampaignsResponse> {
    let campaigns = ids(storage, start_after, limit)?
        .map(|id| campaign(storage, timeline, id))
        .collect::<Result<_, _>>()?;
    Ok(CampaignsResponse { campaigns })
}

/// The ids above `start_after`, at most `limit`: they run from 1 without gaps.
pub(super) fn ids(
    storage: &dyn Storage,
    start_after: Option<u64>,
    limit: u32,
) -> Result<impl Iterator<Item = u64>> {
    let count = CAMPAIGN_COUNT.load(storage, ())?;
    let after = start_after.unwrap_or(0).min(count);
    let last = after.checked_add(u64::from(limit)).map_or(count, |last| last.min(count));
    Ok((after..last).map_while(|id| id.checked_add(1)))
}

/// A campaign's money.
pub(super) fn money(storage: &dyn Storage, campaign: u64) -> Result<CampaignMoney> {
    Money::load(storage, campaign)?.view(campaign)
}

/// What was credited before the end of an epoch.
pub(super) fn funding(storage: &dyn Storage, campaign: u64, epoch: u64) -> Result<FundingResponse> {
    load_totals(storage, campaign)?;
    Ok(FundingResponse { credited: credited(storage, campaign, epoch)?.into() })
}

/// What became of a commitment.
pub(super) fn allocation(storage: &dyn Storage, campaign: u64, epoch: u64) -> Result<AllocationResponse> {
    let row = ALLOCATIONS.may_load(storage, (campaign, epoch))?;
    let row = row.ok_or(ContractError::NotSettled { campaign, epoch })?;
    Ok(AllocationResponse {
        campaign,
        epoch,
        status: row.status,
        root: Binary::from(row.root),
        leaf_count: row.leaf_count,
        weight_total: row.weight_total,
        cumulative_total: row.cumulative_total.into(),
        budget: row.budget.into(),
        released: row.released.into(),
        settled_at_s: row.settled_at_s,
    })
}
