//! Takes cw20 tokens in: only from a token that campaigns may pay in, and only what the books and its balance agree on.

use attention_protocol::msg::cw20_asset;
use cosmwasm_std::{Addr, Coin, QuerierWrapper, Storage};

use crate::configuration::current_epoch;
use crate::error::{ContractError, Result, refuse};
use crate::state::booked::{book_in, booked};
use crate::state::config::denom_at;
use crate::token::balance;

/// Checks and books a deposit that `token` tells of, and returns it as the coin that the campaign is credited with.
///
/// The contract must hold what it held by its books and the deposit besides. A token that takes a fee on the way, or tells of
/// tokens that never came, is refused here, before anybody else's campaign would have to pay for it.
pub(crate) fn receive(
    storage: &mut dyn Storage,
    querier: QuerierWrapper<'_>,
    (contract, token): (&Addr, &Addr),
    (amount, now_s): (u128, u64),
) -> Result<Coin> {
    let denom = cw20_asset(token.as_str());
    let before = booked(storage, &denom)?;
    // A token that is listed no more stays good for the campaigns that hold it.
    if before == 0 && denom_at(storage, current_epoch(storage, now_s)?, &denom)?.is_none() {
        return refuse(ContractError::DenomNotAllowed { denom });
    }
    if amount == 0 {
        return Err(ContractError::invalid("amount", amount, "at least 1"));
    }
    let needed = before.checked_add(amount);
    let needed = needed.ok_or_else(|| ContractError::overflow("the tokens booked"))?;
    let balance = balance(querier, token.as_str(), contract)?;
    if balance < needed {
        return refuse(ContractError::NotReceived { denom, amount, balance, needed });
    }
    book_in(storage, &denom, amount)?;
    Ok(Coin::new(amount, denom))
}
