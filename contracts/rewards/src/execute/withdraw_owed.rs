//! Pays the sender what the contract owes it in an asset.

use attention_protocol::event::Event;
use cosmwasm_std::{Addr, Response, Storage};

use crate::error::{ContractError, Result, refuse};
use crate::state::owed::take_owed;
use crate::transfer::transfer;

/// A message of its own: if the payment fails again, the debt stays as it was.
pub(crate) fn withdraw_owed(
    storage: &mut dyn Storage,
    sender: &Addr,
    recipient: &Addr,
    denom: String,
) -> Result<Response> {
    let amount = take_owed(storage, &denom, sender)?;
    if amount == 0 {
        return refuse(ContractError::NothingOwed { account: sender.clone(), denom });
    }
    let message = transfer(storage, recipient, &denom, amount)?;
    let (account, recipient) = (sender.to_string(), recipient.to_string());
    Ok(Response::new()
        .add_event(Event::OwedWithdrawn { account, recipient, amount, denom })
        .add_message(message))
}
