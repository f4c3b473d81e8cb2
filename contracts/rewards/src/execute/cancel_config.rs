//! Withdraws the proposed configuration.

use attention_protocol::event::Event;
use cosmwasm_std::{Response, Storage};

use crate::error::{ContractError, Result, refuse};
use crate::state::proposal::PROPOSAL;

/// The owner's right was checked before.
pub(crate) fn cancel_config(storage: &mut dyn Storage) -> Result<Response> {
    if !PROPOSAL.has(storage, ()) {
        return refuse(ContractError::NoProposal {});
    }
    PROPOSAL.remove(storage, ());
    Ok(Response::new().add_event(Event::ConfigCancelled {}))
}
