//! How much of an asset the contract holds as bonds, for solvency: operators', demands' and challenges' together.

use cosmwasm_std::Storage;

use super::packed::PackedMap;
use super::tag;
use crate::error::{ContractError, Result};

/// By asset: base units held as bonds.
const HELD: PackedMap<&str, u128> = PackedMap::new(tag::HELD);

/// A bond came in.
pub(crate) fn hold(storage: &mut dyn Storage, asset: &str, amount: u128) -> Result<()> {
    let held = held(storage, asset)?.checked_add(amount);
    HELD.save(storage, asset, &held.ok_or_else(|| ContractError::overflow("the bonds held"))?);
    Ok(())
}

/// A bond is one no more: the caller pays it out, owes it or burns it.
pub(crate) fn release(storage: &mut dyn Storage, asset: &str, amount: u128) -> Result<()> {
    let held = held(storage, asset)?.checked_sub(amount);
    HELD.save(storage, asset, &held.ok_or_else(|| ContractError::overflow("the bonds held"))?);
    Ok(())
}

/// What is held as bonds in an asset.
pub(crate) fn held(storage: &dyn Storage, asset: &str) -> Result<u128> {
    Ok(HELD.may_load(storage, asset)?.unwrap_or(0))
}
