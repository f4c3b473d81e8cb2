//! Pays out the creation fees collected in a denom.

use attention_protocol::event::Event;
use cosmwasm_std::{Addr, BankMsg, Coin, Response, Storage};

use crate::error::{ContractError, Result, refuse};
use crate::state::money::FEES;

/// The owner's right was checked before; the fees go to the owner.
pub(crate) fn withdraw_fees(storage: &mut dyn Storage, owner: &Addr, denom: String) -> Result<Response> {
    let amount = FEES.may_load(storage, &denom)?.unwrap_or(0);
    if amount == 0 {
        return refuse(ContractError::NoFees { denom });
    }
    FEES.save(storage, &denom, &0);
    let recipient = owner.to_string();
    let coins = vec![Coin::new(amount, denom.clone())];
    Ok(Response::new()
        .add_event(Event::FeesWithdrawn { recipient: recipient.clone(), amount, denom })
        .add_message(BankMsg::Send { to_address: recipient, amount: coins }))
}
