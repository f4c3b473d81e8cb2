//! Names the next owner, who has to accept: a wrong address cannot lock the contract.

use attention_protocol::event::Event;
use cosmwasm_std::{Addr, Response, Storage};

use crate::error::Result;
use crate::state::owner::{OWNERSHIP, Ownership};

/// `None` withdraws a proposal. The owner's right was checked before.
pub(crate) fn propose_owner(storage: &mut dyn Storage, proposed: Option<Addr>) -> Result<Response> {
    let owner = proposed.as_ref().map(Addr::to_string).unwrap_or_default();
    let roles = OWNERSHIP.load(storage, ())?;
    OWNERSHIP.save(storage, (), &Ownership { proposed, ..roles });
    Ok(Response::new().add_event(Event::OwnerProposed { owner }))
}
