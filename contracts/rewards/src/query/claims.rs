//! What was paid, and what a claim would pay.

use attention_protocol::AccountId;
use attention_protocol::msg::{
    CLAIM_ITEMS_MAX, ClaimItem, ClaimableItem, ClaimableResponse, ClaimableStatus, ClaimedResponse,
};
use cosmwasm_std::{Storage, Uint128};

use crate::error::{ContractError, Result, check_count, refuse};
use crate::money::load_totals;
use crate::payout::{Claimant, entitlement};
use crate::permission::check_running;
use crate::state::campaign::load_run;
use crate::state::claim::CLAIMED;

/// What an account was paid in a campaign.
pub(super) fn claimed(storage: &dyn Storage, campaign: u64, account: &AccountId) -> Result<ClaimedResponse> {
    load_totals(storage, campaign)?;
    let claimed = CLAIMED.may_load(storage, (campaign, account.as_slice()))?.unwrap_or(0);
    Ok(ClaimedResponse { claimed: claimed.into() })
}

/// What each item would pay; only the length of the list is refused as a whole.
pub(super) fn claimable(
    storage: &dyn Storage,
    claimant: &Claimant<'_>,
    items: &[ClaimItem],
) -> Result<ClaimableResponse> {
    if !items.is_empty() {
        check_count("items", items.len(), CLAIM_ITEMS_MAX)?;
    }
    let mut before = None;
    let mut answers = Vec::with_capacity(items.len());
    for item in items {
        let rises = before < Some(item.campaign);
        before = before.max(Some(item.campaign));
        answers.push(claimable_item(storage, claimant, item, rises)?);
    }
    Ok(ClaimableResponse { items: answers })
}

fn claimable_item(
    storage: &dyn Storage,
    claimant: &Claimant<'_>,
    item: &ClaimItem,
    rises: bool,
) -> Result<ClaimableItem> {
    let campaign = item.campaign;
    let due = check_running(storage, claimant.now_s).and_then(|()| {
        if rises {
            entitlement(storage, claimant, item)
        } else {
            refuse(ContractError::CampaignsNotRising { campaign })
        }
    });
    let mut answer = ClaimableItem {
        campaign,
        epoch: item.epoch,
        status: ClaimableStatus::Ok,
        denom: String::new(),
        cumulative: Uint128::zero(),
        unlocked: Uint128::zero(),
        claimed: Uint128::zero(),
        amount: Uint128::zero(),
    };
    match due {
        Ok(due) => {
            answer.denom = due.denom;
            answer.cumulative = due.cumulative.into();
            answer.unlocked = due.unlocked.into();
            answer.claimed = due.claimed.into();
            answer.amount = due.amount.into();
        }
        Err(error) => {
            answer.status = ClaimableStatus::Refused { reason: error.to_string() };
            answer.denom = load_run(storage, campaign).map(|run| run.payout.denom).unwrap_or_default();
            let claimed = CLAIMED.may_load(storage, (campaign, claimant.account.as_slice()))?;
            answer.claimed = claimed.unwrap_or(0).into();
        }
    }
    Ok(answer)
}
