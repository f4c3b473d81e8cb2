//! What the contract owes, beside what it holds.

use attention_protocol::msg::{FeesResponse, OwedResponse, SolvencyResponse};
use cosmwasm_std::{Addr, Storage, Uint128, Uint256};

use super::campaigns::ids;
use crate::error::{ContractError, Result};
use crate::money::Money;
use crate::state::campaign::{CAMPAIGN_COUNT, load_run};
use crate::state::held::held;
use crate::state::money::FEES;
use crate::state::operator_fees::OPERATOR_FEES;
use crate::state::owed;

/// Σ (unallocated + outstanding) over one page of campaigns; a page is `limit` ids, whatever their denom. What is not a campaign's
/// stands on the first page.
pub(super) fn solvency(
    storage: &dyn Storage,
    (denom, balance): (&str, Uint256),
    start_after: Option<u64>,
    limit: u32,
) -> Result<SolvencyResponse> {
    let overflow = || ContractError::overflow("what is owed");
    let mut owed = 0u128;
    let mut last = start_after.unwrap_or(0);
    for id in ids(storage, start_after, limit)? {
        last = id;
        if load_run(storage, id)?.payout.denom == denom {
            let money = Money::load(storage, id)?;
            let sum = money.unallocated()?.checked_add(money.outstanding()?);
            owed = sum.and_then(|sum| owed.checked_add(sum)).ok_or_else(overflow)?;
        }
    }
    let count = CAMPAIGN_COUNT.load(storage, ())?;
    let once = |amount: u128| if start_after.is_none() { amount.into() } else { Uint128::zero() };
    Ok(SolvencyResponse {
        owed: owed.into(),
        fees_due: once(FEES.may_load(storage, denom)?.unwrap_or(0)),
        operator_fees: once(OPERATOR_FEES.may_load(storage, denom)?.unwrap_or_default().due),
        withdrawable: once(owed::owed_total(storage, denom)?),
        bonds_held: once(held(storage, denom)?),
        balance: Uint128::try_from(balance).map_err(|_| overflow())?,
        next: Some(last).filter(|last| *last < count),
    })
}

/// What an account may withdraw.
pub(super) fn owed(storage: &dyn Storage, denom: &str, account: &Addr) -> Result<OwedResponse> {
    Ok(OwedResponse { owed: owed::owed(storage, denom, account)?.into() })
}

/// Creation fees that wait for the owner.
pub(super) fn fees(storage: &dyn Storage, denom: &str) -> Result<FeesResponse> {
    Ok(FeesResponse { due: FEES.may_load(storage, denom)?.unwrap_or(0).into() })
}
