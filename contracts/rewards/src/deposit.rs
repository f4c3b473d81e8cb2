//! Bonds of challenges and demands: they come with the message, are held, and go back by pull.

use cosmwasm_std::{Addr, MessageInfo, Storage, SubMsg, Uint256};
use cw_utils::one_coin;

use crate::error::{DisputeError, Result, refuse};
use crate::state::config::SecurityRow;
use crate::state::held::{hold, release};
use crate::state::owed::owe;
use crate::transfer::burn;

/// Takes exactly `expected` base units of the bond denom, no more and no less.
pub(crate) fn take_bond(
    storage: &mut dyn Storage,
    security: &SecurityRow,
    info: &MessageInfo,
    expected: u128,
) -> Result<()> {
    let coin = one_coin(info)?;
    let denom = &security.bond_denom;
    if coin.denom != *denom || coin.amount != Uint256::from(expected) {
        return refuse(DisputeError::WrongBond {
            expected,
            denom: denom.clone(),
            given: coin.amount.to_string(),
            given_denom: coin.denom,
        });
    }
    hold(storage, denom, expected)
}

/// A bond is owed to an account.
pub(crate) fn owe_bond(
    storage: &mut dyn Storage,
    security: &SecurityRow,
    account: &Addr,
    amount: u128,
) -> Result<()> {
    release(storage, &security.bond_denom, amount)?;
    owe(storage, &security.bond_denom, account, amount)
}

/// A bond, or a part of it, is lost: owed to `slash_recipient`, or burned by the message returned.
pub(crate) fn forfeit_bond(
    storage: &mut dyn Storage,
    security: &SecurityRow,
    amount: u128,
) -> Result<Option<SubMsg>> {
    release(storage, &security.bond_denom, amount)?;
    dispose(storage, security, amount)
}

/// What was released from a bond and goes back to nobody: owed to `slash_recipient`, or burned by the message returned.
pub(crate) fn dispose(
    storage: &mut dyn Storage,
    security: &SecurityRow,
    amount: u128,
) -> Result<Option<SubMsg>> {
    if amount == 0 {
        return Ok(None);
    }
    let denom = &security.bond_denom;
    if let Some(recipient) = &security.slash_recipient {
        owe(storage, denom, recipient, amount)?;
        return Ok(None);
    }
    Ok(Some(burn(denom, amount)))
}
