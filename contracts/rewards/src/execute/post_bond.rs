//! Adds to an operator's bond.

use attention_protocol::event::Event;
use cosmwasm_std::{Addr, Coin, Response, Storage, Uint128};

use crate::error::{ContractError, OperatorError, Result, refuse};
use crate::state::bond::{BONDS, BondRow};
use crate::state::config::SECURITY;
use crate::state::held::hold;

/// That `admin` is an operator's, in force or proposed, was checked before.
pub(crate) fn post_bond(storage: &mut dyn Storage, admin: &Addr, coin: Coin) -> Result<Response> {
    let overflow = || ContractError::overflow("the bond");
    let expected = SECURITY.load(storage, ())?.bond_denom;
    if coin.denom != expected {
        return refuse(OperatorError::WrongBondDenom { expected, denom: coin.denom });
    }
    let amount = Uint128::try_from(coin.amount).map_err(|_| overflow())?.u128();
    let before = BONDS.may_load(storage, admin.as_str())?.unwrap_or_default();
    let bonded = before.bonded.checked_add(amount).ok_or_else(overflow)?;
    let row = BondRow { bonded, ..before };
    row.liable()?;
    BONDS.save(storage, admin.as_str(), &row);
    hold(storage, &expected, amount)?;
    Ok(Response::new().add_event(Event::BondPosted { admin: admin.to_string(), amount }))
}
