//! What was paid, and what a claim would pay.

use attention_protocol::AccountId;
use attention_protocol::msg::{
    AssetAmount, CLAIM_ITEMS_MAX, ClaimItem, ClaimableItem, ClaimableResponse, ClaimableStatus,
    ClaimedResponse, PayoutAddressResponse, PreviewClaimResponse, RedirectNonceResponse, SkippedItem,
};
use cosmwasm_std::{Addr, Storage, Uint128};

use crate::booking::Payouts;
use crate::error::{ContractError, Result, check_count, refuse};
use crate::money::load_totals;
use crate::payout::{Claimant, entitlement};
use crate::permission::check_running;
use crate::state::campaign::load_run;
use crate::state::claim::CLAIMED;
use crate::state::payout;

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

/// What the items that pay would pay in all, and why the others would not. `address` is the claimant's.
pub(super) fn preview(
    storage: &dyn Storage,
    claimant: &Claimant<'_>,
    address: Addr,
    items: &[ClaimItem],
) -> Result<PreviewClaimResponse> {
    let mut payouts = Payouts::default();
    let mut skipped = Vec::new();
    for (item, index) in claimable(storage, claimant, items)?.items.into_iter().zip(0u32..) {
        let reason = match item.status {
            ClaimableStatus::Refused { reason } => reason,
            ClaimableStatus::Ok if item.amount.is_zero() => ContractError::NothingToClaim {}.to_string(),
            ClaimableStatus::Ok => {
                payouts.add(item.denom, item.amount.u128())?;
                continue;
            }
        };
        skipped.push(SkippedItem { index, campaign: item.campaign, reason });
    }
    let amount = |(denom, amount): (String, u128)| AssetAmount { denom, amount: amount.into() };
    Ok(PreviewClaimResponse {
        recipient: payout::payout_address(storage, claimant.account)?.unwrap_or(address),
        payouts: payouts.into_sums().into_iter().map(amount).collect(),
        skipped,
    })
}

/// Where others pay an account.
pub(super) fn payout_address(storage: &dyn Storage, account: &AccountId) -> Result<PayoutAddressResponse> {
    Ok(PayoutAddressResponse { address: payout::payout_address(storage, account)? })
}

/// The nonce of an account's next redirect.
pub(super) fn redirect_nonce(storage: &dyn Storage, account: &AccountId) -> Result<RedirectNonceResponse> {
    Ok(RedirectNonceResponse { nonce: payout::redirect_nonce(storage, account)? })
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
