//! Asks a part of a bond back.

use attention_protocol::event::Event;
use cosmwasm_std::{Addr, Response, Storage};

use crate::bonds::required_bond;
use crate::error::{ContractError, OperatorError, Result, refuse};
use crate::state::bond::{BONDS, BondRow};
use crate::state::config::SECURITY;
use crate::timeline::Timeline;

/// What leaves stays liable for `unbonding_s` more, together with what was leaving before: nobody gets around the wait by
/// asking early for a little.
pub(crate) fn unbond(
    storage: &mut dyn Storage,
    timeline: &Timeline,
    admin: &Addr,
    amount: u128,
) -> Result<Response> {
    let overflow = || ContractError::overflow("the bond");
    let before = BONDS.may_load(storage, admin.as_str())?.unwrap_or_default();
    let requirement = "1 to what is bonded";
    let left = before.bonded.checked_sub(amount).filter(|_| amount > 0);
    let bonded = left.ok_or_else(|| ContractError::invalid("amount", amount, requirement))?;
    let required = required_bond(storage, timeline, admin)?;
    if bonded < required {
        return refuse(OperatorError::BondTooSmall { admin: admin.clone(), bonded, required });
    }
    let unbonding_s = SECURITY.load(storage, ())?.unbonding_s;
    let ready_s = timeline.now.time_s.checked_add(unbonding_s).ok_or_else(overflow)?;
    let unbonding = before.unbonding.checked_add(amount).ok_or_else(overflow)?;
    BONDS.save(storage, admin.as_str(), &BondRow { bonded, unbonding, ready_s, ..before });
    Ok(Response::new().add_event(Event::BondUnbonding { admin: admin.to_string(), amount, ready_s }))
}
