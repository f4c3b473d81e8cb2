//! Names the guardian, or none.

use attention_protocol::event::Event;
use cosmwasm_std::{Addr, Response, Storage};

use crate::error::Result;
use crate::state::owner::{OWNERSHIP, Ownership};

/// The owner's right was checked before. One step is enough: a wrong guardian is replaced by the next message.
pub(crate) fn set_guardian(storage: &mut dyn Storage, guardian: Option<Addr>) -> Result<Response> {
    let named = guardian.as_ref().map(Addr::to_string).unwrap_or_default();
    let roles = OWNERSHIP.load(storage, ())?;
    OWNERSHIP.save(storage, (), &Ownership { guardian, ..roles });
    Ok(Response::new().add_event(Event::GuardianSet { guardian: named }))
}
