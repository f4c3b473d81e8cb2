//! Names where others' claims pay the sender.

use attention_protocol::AccountId;
use attention_protocol::event::Event;
use cosmwasm_std::{Addr, Response, Storage};

use crate::error::Result;
use crate::state::payout;

/// `None`: the sender itself. The address was validated before.
pub(crate) fn set_payout_address(
    storage: &mut dyn Storage,
    account: &AccountId,
    sender: Addr,
    address: Option<Addr>,
) -> Result<Response> {
    let text = address.as_ref().map(Addr::to_string).unwrap_or_default();
    payout::set_payout_address(storage, account, address);
    Ok(Response::new().add_event(Event::PayoutAddressSet { account: sender.into_string(), address: text }))
}
