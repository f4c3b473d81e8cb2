//! What was asked back and has waited is owed to the admin.

use attention_protocol::event::Event;
use cosmwasm_std::{Addr, Response, Storage};

use crate::error::{OperatorError, Result, refuse};
use crate::state::bond::{BONDS, BondRow};
use crate::state::config::SECURITY;
use crate::state::held::release;
use crate::state::owed::owe;

/// From here on it cannot be slashed.
pub(crate) fn withdraw_bond(storage: &mut dyn Storage, now_s: u64, admin: &Addr) -> Result<Response> {
    let bond = BONDS.may_load(storage, admin.as_str())?.unwrap_or_default();
    let amount = bond.unbonding;
    if amount == 0 {
        return refuse(OperatorError::NothingUnbonding { admin: admin.clone() });
    }
    if now_s < bond.ready_s {
        return refuse(OperatorError::BondLocked { ready_s: bond.ready_s });
    }
    BONDS.save(storage, admin.as_str(), &BondRow { unbonding: 0, ready_s: 0, ..bond });
    let denom = SECURITY.load(storage, ())?.bond_denom;
    release(storage, &denom, amount)?;
    owe(storage, &denom, admin, amount)?;
    Ok(Response::new().add_event(Event::BondWithdrawn { admin: admin.to_string(), amount }))
}
