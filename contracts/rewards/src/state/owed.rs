//! What the contract owes to accounts beside claims: payments that failed, bonds that are free, shares of fees and fines.
//! Each is paid out by its owner's `WithdrawOwed`.

use cosmwasm_std::{Addr, Storage};

use super::packed::PackedMap;
use super::tag;
use crate::error::{ContractError, Result};

/// By (asset, account): base units.
const OWED: PackedMap<(&str, &str), u128> = PackedMap::new(tag::OWED);
/// By asset: the sum of them, for solvency.
const OWED_TOTAL: PackedMap<&str, u128> = PackedMap::new(tag::OWED_TOTAL);

/// Adds to what an account is owed.
pub(crate) fn owe(storage: &mut dyn Storage, asset: &str, account: &Addr, amount: u128) -> Result<()> {
    let overflow = || ContractError::overflow("what is owed");
    let key = (asset, account.as_str());
    let due = OWED.may_load(storage, key)?.unwrap_or(0).checked_add(amount).ok_or_else(overflow)?;
    let total = owed_total(storage, asset)?.checked_add(amount).ok_or_else(overflow)?;
    OWED.save(storage, key, &due);
    OWED_TOTAL.save(storage, asset, &total);
    Ok(())
}

/// Takes all that an account is owed out of the books: the caller pays it.
pub(crate) fn take_owed(storage: &mut dyn Storage, asset: &str, account: &Addr) -> Result<u128> {
    let amount = owed(storage, asset, account)?;
    let total = owed_total(storage, asset)?.checked_sub(amount);
    let total = total.ok_or_else(|| ContractError::overflow("what is owed"))?;
    OWED.save(storage, (asset, account.as_str()), &0);
    OWED_TOTAL.save(storage, asset, &total);
    Ok(amount)
}

/// What an account is owed in an asset.
pub(crate) fn owed(storage: &dyn Storage, asset: &str, account: &Addr) -> Result<u128> {
    Ok(OWED.may_load(storage, (asset, account.as_str()))?.unwrap_or(0))
}

/// What all accounts are owed in an asset.
pub(crate) fn owed_total(storage: &dyn Storage, asset: &str) -> Result<u128> {
    Ok(OWED_TOTAL.may_load(storage, asset)?.unwrap_or(0))
}
