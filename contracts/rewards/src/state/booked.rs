//! How much of a cw20 token the contract has to hold by its own books: what came in less what was sent.
//!
//! A token's word alone is not enough to credit a deposit: one that takes a fee on the way, or only says that it paid, would be
//! paid for by the other campaigns in the same token.

use cosmwasm_std::Storage;

use super::packed::PackedMap;
use super::tag;
use crate::error::{ContractError, Result};

/// By cw20 asset: base units.
const BOOKED: PackedMap<&str, u128> = PackedMap::new(tag::BOOKED);

/// Tokens came in, or a payment of them failed.
pub(crate) fn book_in(storage: &mut dyn Storage, asset: &str, amount: u128) -> Result<()> {
    let booked = booked(storage, asset)?.checked_add(amount);
    BOOKED.save(storage, asset, &booked.ok_or_else(|| ContractError::overflow("the tokens booked"))?);
    Ok(())
}

/// Tokens are sent.
pub(crate) fn book_out(storage: &mut dyn Storage, asset: &str, amount: u128) -> Result<()> {
    let booked = booked(storage, asset)?.checked_sub(amount);
    BOOKED.save(storage, asset, &booked.ok_or_else(|| ContractError::overflow("the tokens booked"))?);
    Ok(())
}

/// What the contract has to hold of a token.
pub(crate) fn booked(storage: &dyn Storage, asset: &str) -> Result<u128> {
    Ok(BOOKED.may_load(storage, asset)?.unwrap_or(0))
}
