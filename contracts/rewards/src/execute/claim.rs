//! Pays what leaves allow and was not paid yet: one transfer, however many campaigns.

use attention_protocol::event::Event;
use attention_protocol::msg::{CLAIM_ITEMS_MAX, ClaimItem};
use cosmwasm_std::{Addr, BankMsg, Coin, Response, Storage};

use crate::error::{ContractError, Result, check_count, refuse};
use crate::payout::{Claimant, Entitlement, entitlement};
use crate::state::claim::CLAIMED;
use crate::state::money::{TOTALS, TotalsRow};

/// Books every item, then pays the sum per denom. An item that pays nothing is fine beside one that pays.
pub(crate) fn claim(
    storage: &mut dyn Storage,
    claimant: &Claimant<'_>,
    sender: &Addr,
    items: &[ClaimItem],
) -> Result<Response> {
    check_count("items", items.len(), CLAIM_ITEMS_MAX)?;
    let mut payouts = Vec::<(String, u128)>::new();
    let mut response = Response::new();
    let mut before = None;
    for item in items {
        // Strictly rising: no campaign can be claimed twice in one message.
        if before >= Some(item.campaign) {
            return refuse(ContractError::CampaignsNotRising { campaign: item.campaign });
        }
        before = Some(item.campaign);
        let due = entitlement(storage, claimant, item)?;
        if due.amount == 0 {
            continue;
        }
        book(storage, claimant, item.campaign, &due)?;
        response = response.add_event(Event::RewardClaimed {
            campaign: item.campaign,
            epoch: item.epoch,
            account: sender.to_string(),
            amount: due.amount,
            denom: due.denom.clone(),
        });
        add(&mut payouts, due)?;
    }
    if payouts.is_empty() {
        return refuse(ContractError::NothingToClaim {});
    }
    let amount = payouts.into_iter().map(|(denom, amount)| Coin::new(amount, denom)).collect();
    Ok(response.add_message(BankMsg::Send { to_address: sender.to_string(), amount }))
}

/// Adds what is due to the sum of its denom. The bank wants coins in the order of their denoms; there are at most 32.
fn add(payouts: &mut Vec<(String, u128)>, due: Entitlement) -> Result<()> {
    let at = payouts.iter().position(|(denom, _)| *denom >= due.denom).unwrap_or(payouts.len());
    match payouts.get_mut(at) {
        Some((denom, sum)) if *denom == due.denom => {
            *sum = sum.checked_add(due.amount).ok_or_else(|| ContractError::overflow("the payout"))?;
        }
        _ => payouts.insert(at, (due.denom, due.amount)),
    }
    Ok(())
}

fn book(storage: &mut dyn Storage, claimant: &Claimant<'_>, campaign: u64, due: &Entitlement) -> Result<()> {
    let overflow = || ContractError::overflow("the claimed total");
    let claimed = due.claimed.checked_add(due.amount).ok_or_else(overflow)?;
    let total = due.totals.claimed.checked_add(due.amount).ok_or_else(overflow)?;
    CLAIMED.save(storage, (campaign, claimant.account.as_slice()), &claimed);
    TOTALS.save(storage, campaign, &TotalsRow { claimed: total, ..due.totals });
    Ok(())
}
