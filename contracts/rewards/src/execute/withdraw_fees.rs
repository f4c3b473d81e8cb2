//! Pays out the creation fees collected in an asset.

use attention_protocol::event::Event;
use cosmwasm_std::{Addr, Response, Storage};

use crate::error::{ContractError, Result, refuse};
use crate::state::money::FEES;
use crate::transfer::transfer;

/// The owner's right was checked before; the fees go to the owner.
pub(crate) fn withdraw_fees(storage: &mut dyn Storage, owner: &Addr, denom: String) -> Result<Response> {
    let amount = FEES.may_load(storage, &denom)?.unwrap_or(0);
    if amount == 0 {
        return refuse(ContractError::NoFees { denom });
    }
    FEES.save(storage, &denom, &0);
    let message = transfer(storage, owner, &denom, amount)?;
    let recipient = owner.to_string();
    Ok(Response::new().add_event(Event::FeesWithdrawn { recipient, amount, denom }).add_message(message))
}
