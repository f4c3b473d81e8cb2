//! Pays many accounts by one message: what a relayer sends. Bad items are passed over, and told.

use attention_protocol::AccountId;
use attention_protocol::event::Event;
use attention_protocol::hash::Deployment;
use attention_protocol::msg::{AccountClaim, CLAIM_ITEMS_MAX, ClaimItem};
use cosmwasm_std::{Addr, Response, Storage};

use crate::booking::{Payee, Payouts, claim_item};
use crate::error::{ContractError, Result, check_count, refuse};
use crate::payout::Claimant;
use crate::state::payout::payout_address;

/// Pays each account what its items allow, at its payout address. `validate` gives an account's address and canonical bytes.
pub(crate) fn claim_batch(
    storage: &mut dyn Storage,
    (deployment, now_s): (&Deployment, u64),
    claims: &[AccountClaim],
    validate: impl Fn(&str) -> Result<(Addr, AccountId)>,
) -> Result<Response> {
    let count = claims.iter().try_fold(0usize, |sum, claim| sum.checked_add(claim.items.len()));
    check_count("items", count.unwrap_or(usize::MAX), CLAIM_ITEMS_MAX)?;
    // An account without items costs nothing but its bytes; still, a list has a limit.
    check_count("claims", claims.len(), CLAIM_ITEMS_MAX)?;
    let mut response = Response::new();
    let mut index = 0u32;
    for claim in claims {
        let mut payouts = Payouts::default();
        let account = validate(&claim.account);
        for item in &claim.items {
            let paid = match &account {
                Ok((address, canonical)) => {
                    let claimant = Claimant { account: canonical, deployment, now_s };
                    claim_item(storage, &claimant, address, item, &mut payouts)
                }
                Err(error) => refuse((**error).clone()),
            };
            response = response.add_event(match paid {
                Ok(Some(event)) => event,
                Ok(None) => skipped(claim, item, index, &ContractError::NothingToClaim {}),
                Err(error) => skipped(claim, item, index, &error),
            });
            index = index.checked_add(1).ok_or_else(|| ContractError::overflow("items"))?;
        }
        if let Ok((address, canonical)) = account
            && !payouts.is_empty()
        {
            let recipient = payout_address(storage, &canonical)?.unwrap_or_else(|| address.clone());
            let payee = Payee { account: &address, recipient: &recipient };
            response = payouts.send(storage, &payee, response)?;
        }
    }
    if response.messages.is_empty() {
        return refuse(ContractError::NothingToClaim {});
    }
    Ok(response)
}

fn skipped(claim: &AccountClaim, item: &ClaimItem, index: u32, error: &ContractError) -> Event {
    Event::ClaimSkipped {
        index,
        campaign: item.campaign,
        account: claim.account.clone(),
        reason: error.to_string(),
    }
}
