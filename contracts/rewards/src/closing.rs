//! When claims on a campaign close, and unclaimed money may go back.

use cosmwasm_std::Storage;

use crate::error::{ContractError, Result};
use crate::payout::settled_allocation;
use crate::state::campaign::{Campaign, RunRow};
use crate::state::config::LIMITS;
use crate::state::money::TotalsRow;
use crate::state::pause::PAUSE;

/// `max(deadline, last settled + claim_period, unlock_end + claim_period) + seconds paused since creation`, unix
/// seconds: neither a late settlement, a late unlock nor a pause takes from users the time to claim.
pub(crate) fn claims_close_s(
    storage: &dyn Storage,
    now_s: u64,
    (campaign, stored, run): (u64, &Campaign, &RunRow),
    totals: &TotalsRow,
) -> Result<u64> {
    let overflow = || ContractError::overflow("the closing time of claims");
    let claim_period_s = LIMITS.load(storage, ())?.claim_period_s;
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
