//! When claims on a campaign close, and unclaimed money may go back.

use cosmwasm_std::Storage;

use crate::configuration::current_epoch;
use crate::error::{ContractError, Result};
use crate::payout::settled_allocation;
use crate::state::campaign::{Campaign, RunRow};
use crate::state::config::{LimitsRow, limits_at};
use crate::state::money::TotalsRow;
use crate::state::pause::PAUSE;

/// The limits that a campaign was created under: it keeps them.
pub(crate) fn limits_of(storage: &dyn Storage, campaign: &Campaign) -> Result<LimitsRow> {
    let created_in = current_epoch(storage, campaign.created_at_s)?;
    Ok(limits_at(storage, created_in)?.1)
}

/// `max(deadline, last settled + claim_period, unlock_end + claim_period) + seconds paused since creation`, unix
/// seconds: neither a late settlement, a late unlock nor a pause takes from users the time to claim.
pub(crate) fn claims_close_s(
    storage: &dyn Storage,
    now_s: u64,
    (campaign, stored, run): (u64, &Campaign, &RunRow),
    totals: &TotalsRow,
) -> Result<u64> {
    let overflow = || ContractError::overflow("the closing time of claims");
    let claim_period_s = limits_of(storage, stored)?.claim_period_s;
    let settled_at_s = match totals.settled_epoch {
        Some(epoch) => settled_allocation(storage, campaign, epoch)?.settled_at_s,
        None => 0,
    };
    let claimable_from_s = settled_at_s.max(run.payout.unlock.end_s);
    let period_over_s = claimable_from_s.checked_add(claim_period_s).ok_or_else(overflow)?;
    let paused_s = PAUSE.may_load(storage, ())?.map_or(Ok(0), |pause| pause.total_s(now_s))?;
    let paused_s = paused_s.checked_sub(stored.paused_before_s).ok_or_else(overflow)?;
    stored.claim_deadline_s.max(period_over_s).checked_add(paused_s).ok_or_else(overflow)
}
