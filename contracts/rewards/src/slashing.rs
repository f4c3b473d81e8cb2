//! What happens to operators who signed what was proven wrong: they lose a part of their bond, or their say.

use attention_protocol::event::Event;
use attention_protocol::math::{mul_div_floor, mul_ppm_floor};
use cosmwasm_std::{Addr, Storage, SubMsg};

use crate::deposit::dispose;
use crate::error::{ContractError, Result};
use crate::state::bond::{BONDS, BondRow, SLASHED};
use crate::state::config::{ABOUT, CONFIGS_MAX, OPERATORS, SECURITY, SecurityRow, about_at};
use crate::state::held::release;
use crate::state::owed::owe;

/// What a conviction took, and what has to be sent for it.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Slashed {
    /// Taken from all signers together, base units of the bond denom.
    pub(crate) amount: u128,
    /// One event for each operator who lost something.
    pub(crate) events: Vec<Event>,
    /// Burns what nobody gets.
    pub(crate) messages: Vec<SubMsg>,
}

/// Takes `slash_ppm` of the whole bond of every operator of `epoch` whose bit is set in `signers`, each at most once an
/// epoch: half goes to the prover, if there is one, the rest to `slash_recipient` or out of existence.
pub(crate) fn slash(
    storage: &mut dyn Storage,
    epoch: u64,
    signers: u32,
    prover: Option<&Addr>,
) -> Result<Slashed> {
    let security = SECURITY.load(storage, ())?;
    let about = about_at(storage, epoch)?;
    let key = (epoch, about.config_version);
    let before = SLASHED.may_load(storage, key)?.unwrap_or(0);
    let due = u64::from(signers) & !before;
    SLASHED.save(storage, key, &(before | due));
    let (mut amount, mut events) = (0u128, Vec::new());
    for (index, (_, admin)) in (0u32..).zip(about.operators) {
        if due.checked_shr(index).unwrap_or(0) & 1 == 0 {
            continue;
        }
        let lost = take(storage, &admin, security.slash_ppm)?;
        if lost > 0 {
            amount = amount.checked_add(lost).ok_or_else(overflow)?;
            events.push(Event::OperatorSlashed { epoch, admin: admin.into_string(), amount: lost });
        }
    }
    release(storage, &security.bond_denom, amount)?;
    let messages = give(storage, &security, amount, prover)?;
    Ok(Slashed { amount, events, messages })
}

/// Takes `ppm` of a bond, first from what was on its way out.
fn take(storage: &mut dyn Storage, admin: &Addr, ppm: u32) -> Result<u128> {
    let Some(row) = BONDS.may_load(storage, admin.as_str())? else {
        return Ok(0);
    };
    let lost = mul_ppm_floor(row.liable()?, ppm).ok_or_else(overflow)?;
    let leaving = lost.min(row.unbonding);
    let staying = lost.checked_sub(leaving).ok_or_else(overflow)?;
    let row = BondRow {
        bonded: row.bonded.checked_sub(staying).ok_or_else(overflow)?,
        unbonding: row.unbonding.checked_sub(leaving).ok_or_else(overflow)?,
        ..row
    };
    BONDS.save(storage, admin.as_str(), &row);
    Ok(lost)
}

/// Shares out what was taken: it is owed, or burned, and held no more.
fn give(
    storage: &mut dyn Storage,
    security: &SecurityRow,
    amount: u128,
    prover: Option<&Addr>,
) -> Result<Vec<SubMsg>> {
    let mut rest = amount;
    if let Some(prover) = prover {
        let reward = mul_div_floor(amount, 1, 2).ok_or_else(overflow)?;
        rest = amount.checked_sub(reward).ok_or_else(overflow)?;
        // Nobody gets a row for nothing.
        if reward > 0 {
            owe(storage, &security.bond_denom, prover, reward)?;
        }
    }
    Ok(dispose(storage, security, rest)?.into_iter().collect())
}

/// Suspends the operator with `index` in `epoch`: its signatures count no more in the configurations of that epoch and of the open
/// one, nor any later one that has the same admin, and no new configuration takes the admin. The quorum stays as it is.
///
/// # Errors
/// [`ContractError::Invalid`] if the epoch has no such operator.
pub(crate) fn suspend(
    storage: &mut dyn Storage,
    (epoch, open_epoch): (u64, u64),
    index: u8,
) -> Result<Event> {
    let admin = admin_of(storage, epoch, index)?;
    let bond = BONDS.may_load(storage, admin.as_str())?.unwrap_or_default();
    BONDS.save(storage, admin.as_str(), &BondRow { suspended: true, ..bond });
    for (first, index) in places(storage, epoch.min(open_epoch), &admin)? {
        let mut row = OPERATORS.load(storage, first)?;
        row.suspended |= 1u32.checked_shl(index).unwrap_or(0);
        OPERATORS.save(storage, first, &row);
    }
    Ok(Event::OperatorSuspended { admin: admin.into_string() })
}

/// The admin of the operator with `index` in `epoch`.
///
/// # Errors
/// [`ContractError::Invalid`] if the epoch has no such operator.
pub(crate) fn admin_of(storage: &dyn Storage, epoch: u64, index: u8) -> Result<Addr> {
    let operator = about_at(storage, epoch)?.operators.into_iter().nth(index.into());
    operator.map(|(_, admin)| admin).ok_or_else(|| {
        ContractError::invalid("the index of an operator", index, "an operator's of that epoch")
    })
}

/// First epoch and index of the admin's operator in every configuration that is in force in `epoch` or later.
fn places(storage: &dyn Storage, epoch: u64, admin: &Addr) -> Result<Vec<(u64, u32)>> {
    let mut found = Vec::new();
    for config in ABOUT.numbered(storage, 0, u64::MAX).take(CONFIGS_MAX) {
        let (first, about) = config?;
        let index = (0u32..).zip(&about.operators).find(|(_, (_, other))| other == admin);
        found.extend(index.map(|(index, _)| (first, index)));
        if first <= epoch {
            break;
        }
    }
    Ok(found)
}

#[cold]
fn overflow() -> Box<ContractError> {
    ContractError::overflow("what is slashed")
}

#[cfg(test)]
mod tests;
