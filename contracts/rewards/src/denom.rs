//! The texts that name an asset: a bank denom, or `cw20:` and the address of a token.

use attention_protocol::msg::cw20_token;
use cosmwasm_std::Api;

use crate::error::{ContractError, Result};

/// The bank module's own bounds on a denom, in bytes.
const DENOM_BYTES: std::ops::RangeInclusive<usize> = 3..=128;

/// Refuses what names no asset. Any bank denom that begins like a token's text is taken for a token's.
pub(crate) fn check_asset(api: &dyn Api, field: &'static str, asset: &str) -> Result<()> {
    match cw20_token(asset) {
        Some(token) => {
            api.addr_validate(token)?;
            Ok(())
        }
        None => check_denom(field, asset),
    }
}

/// The bank module's rule: a letter, then letters, digits and `/ : . _ -`.
pub(crate) fn check_denom(field: &'static str, denom: &str) -> Result<()> {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || b"/:._-".contains(&byte);
    let starts_with_letter = denom.as_bytes().first().is_some_and(u8::is_ascii_alphabetic);
    let is_token = cw20_token(denom).is_some();
    if DENOM_BYTES.contains(&denom.len()) && starts_with_letter && denom.bytes().all(inner) && !is_token {
        return Ok(());
    }
    let requirement = "a bank denom: a letter, then 2 to 127 letters, digits or any of / : . _ -";
    Err(ContractError::invalid(field, format!("{denom:?}"), requirement))
}
