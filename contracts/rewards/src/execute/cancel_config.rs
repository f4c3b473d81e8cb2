//! Withdraws the proposed configuration.

use attention_protocol::event::Event;
use cosmwasm_std::{Response, Storage};

use crate::error::{OperatorError, Result, refuse};
use crate::state::proposal::PROPOSAL;

/// The owner's right was checked before.
pub(crate) fn cancel_config(storage: &mut dyn Storage) -> Result<Response> {
    if !PROPOSAL.has(storage, ()) {
        return refuse(OperatorError::NoProposal {});
    }
    PROPOSAL.remove(storage, ());
    Ok(Response::new().add_event(Event::ConfigCancelled {}))
}
