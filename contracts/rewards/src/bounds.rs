//! Checks of bounds that several messages share.

use attention_protocol::Hash;
use cosmwasm_std::Binary;

use crate::error::{ContractError, Result};

/// Seven days: the least time that users have to settle and to claim.
pub(crate) const GRACE_MIN_S: u64 = 604_800;
/// A hundred years: no period of a deployment is longer.
pub(crate) const PERIOD_MAX_S: u64 = 3_153_600_000;

/// Refuses a number outside `bounds`.
pub(crate) fn check_bounds(
    field: &'static str,
    value: u64,
    bounds: std::ops::RangeInclusive<u64>,
    requirement: &'static str,
) -> Result<()> {
    if bounds.contains(&value) {
        return Ok(());
    }
    Err(ContractError::invalid(field, value, requirement))
}

/// Refuses a text whose number of bytes is outside `bounds`.
pub(crate) fn check_length(
    field: &'static str,
    text: &str,
    bounds: std::ops::RangeInclusive<usize>,
    requirement: &'static str,
) -> Result<()> {
    if bounds.contains(&text.len()) {
        return Ok(());
    }
    Err(ContractError::invalid(field, format!("{text:?}"), requirement))
}

/// The 32 bytes of a hash.
pub(crate) fn hash_of(field: &'static str, bytes: &Binary) -> Result<Hash> {
    let wrong = |_| ContractError::invalid(field, bytes, "32 bytes in base64");
    Hash::try_from(bytes.as_slice()).map_err(wrong)
}
