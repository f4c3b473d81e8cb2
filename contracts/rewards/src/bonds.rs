//! What has to stay bonded.

use cosmwasm_std::{Addr, Storage};

use crate::error::{OperatorError, Result, refuse};
use crate::state::bond::BONDS;
use crate::state::config::{ABOUT, CONFIGS_MAX, SECURITY};
use crate::state::proposal::PROPOSAL;
use crate::timeline::Timeline;

/// Whether the proposal names the admin.
pub(crate) fn is_proposed(storage: &dyn Storage, admin: &Addr) -> Result<bool> {
    let proposed = PROPOSAL.may_load(storage, ())?.and_then(|proposal| proposal.operators);
    Ok(proposed.is_some_and(|operators| operators.named.iter().any(|(_, other)| other == admin)))
}

/// Whether an admin's operator signs for an epoch that is neither final nor missed, or a later one. Being rotated out ends that only
/// once its last epoch is decided: a report on it may come late, be voided and come again, for longer than a bond is on its way.
fn may_sign(storage: &dyn Storage, timeline: &Timeline, admin: &Addr) -> Result<bool> {
    let open = timeline.open_epoch()?;
    for config in ABOUT.numbered(storage, 0, u64::MAX).take(CONFIGS_MAX) {
        let (first, about) = config?;
        if about.operators.iter().any(|(_, other)| other == admin) {
            return Ok(true);
        }
        if first <= open {
            return Ok(false);
        }
    }
    // More changes than are looked at since the open epoch: until it is decided, it may be anybody's.
    Ok(true)
}

/// What an admin has to keep bonded, base units: `operator_bond_min` while its operator can sign a report, will, or is proposed.
pub(crate) fn required_bond(storage: &dyn Storage, timeline: &Timeline, admin: &Addr) -> Result<u128> {
    if may_sign(storage, timeline, admin)? || is_proposed(storage, admin)? {
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
