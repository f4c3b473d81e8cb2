//! The proposed owner takes over.

use attention_protocol::event::Event;
use cosmwasm_std::{Addr, Response, Storage};

use crate::error::Result;
use crate::state::owner::{OWNERSHIP, Ownership};

/// That `sender` is the proposed owner was checked before.
pub(crate) fn accept_owner(storage: &mut dyn Storage, sender: Addr) -> Result<Response> {
    let roles = OWNERSHIP.load(storage, ())?;
    let owner = sender.to_string();
    OWNERSHIP.save(storage, (), &Ownership { owner: sender, proposed: None, ..roles });
    Ok(Response::new().add_event(Event::OwnerAccepted { owner }))
}
