//! What has to stay bonded.

use cosmwasm_std::{Addr, Storage};

use crate::configuration::is_operator;
use crate::error::{OperatorError, Result, refuse};
use crate::state::bond::BONDS;
use crate::state::config::SECURITY;
use crate::state::proposal::PROPOSAL;

/// Whether the proposal names the admin.
pub(crate) fn is_proposed(storage: &dyn Storage, admin: &Addr) -> Result<bool> {
    let proposed = PROPOSAL.may_load(storage, ())?.and_then(|proposal| proposal.operators);
    Ok(proposed.is_some_and(|operators| operators.named.iter().any(|(_, other)| other == admin)))
}

/// What an admin has to keep bonded, base units: `operator_bond_min` while its operator signs, will sign or is proposed.
pub(crate) fn required_bond(storage: &dyn Storage, now_s: u64, admin: &Addr) -> Result<u128> {
    if is_operator(storage, now_s, admin)? || is_proposed(storage, admin)? {
        return Ok(SECURITY.load(storage, ())?.operator_bond_min);
    }
    Ok(0)
}

/// Refuses an admin who holds less than an operator of a new configuration must.
pub(crate) fn check_bonded(storage: &dyn Storage, admin: &Addr) -> Result<()> {
    let required = SECURITY.load(storage, ())?.operator_bond_min;
    let bonded = BONDS.may_load(storage, admin.as_str())?.unwrap_or_default().bonded;
    if bonded < required {
        return refuse(OperatorError::BondTooSmall { admin: admin.clone(), bonded, required });
    }
    Ok(())
}
