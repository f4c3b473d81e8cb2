//! Money that comes in: the funded total, and the checkpoint that fixes from which epoch on it counts.

use attention_protocol::rule::AMOUNT_MAX;
use cosmwasm_std::{Coin, Storage, Uint128};

use crate::error::{ContractError, Result, refuse};
use crate::state::money::{CREDITED, FUNDS, FundsRow};

/// The amount of a coin as campaigns count it.
pub(crate) fn amount_of(coin: &Coin) -> Result<u128> {
    match Uint128::try_from(coin.amount) {
        Ok(amount) if amount.u128() <= AMOUNT_MAX => Ok(amount.u128()),
        _ => refuse(ContractError::FundingTooLarge { amount: coin.amount }),
    }
}

/// Adds `amount`, of which `fee` is a fee, to the campaign's funds. What is left counts from `receipt_epoch` on.
pub(crate) fn credit(
    storage: &mut dyn Storage,
    campaign: u64,
    (amount, fee): (u128, u128),
    receipt_epoch: u64,
) -> Result<()> {
    let overflow = || ContractError::overflow("the campaign's funds");
    let none = FundsRow { funded: 0, fees: 0, refunded_unallocated: 0, refunded_unclaimed: 0 };
    let before = FUNDS.may_load(storage, campaign)?.unwrap_or(none);
    let funded = before.funded.checked_add(amount).ok_or_else(overflow)?;
    if funded > AMOUNT_MAX {
        return refuse(ContractError::FundingTooLarge { amount: funded.into() });
    }
    let fees = before.fees.checked_add(fee).ok_or_else(overflow)?;
    let credited = funded.checked_sub(fees).ok_or_else(overflow)?;
    FUNDS.save(storage, campaign, &FundsRow { funded, fees, ..before });
    CREDITED.save(storage, (campaign, receipt_epoch), &credited);
    Ok(())
}

/// What was credited to the campaign before the end of `epoch`, net of fees: one read, however many credits there were.
pub(crate) fn credited(storage: &dyn Storage, campaign: u64, epoch: u64) -> Result<u128> {
    Ok(CREDITED.newest(storage, (campaign, 0), (campaign, epoch))?.unwrap_or(0))
}
