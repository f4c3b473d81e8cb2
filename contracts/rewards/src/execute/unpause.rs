//! Ends a pause before its time.

use attention_protocol::event::Event;
use cosmwasm_std::{Response, Storage};

use crate::error::{ContractError, Result};
use crate::state::pause::{PAUSE, PauseRow};

/// The owner's right was checked before.
pub(crate) fn unpause(storage: &mut dyn Storage, now_s: u64) -> Result<Response> {
    let active = PAUSE.may_load(storage, ())?.filter(|pause| pause.is_active(now_s));
    let pause = active.ok_or(ContractError::NotPaused {})?;
    PAUSE.save(storage, (), &PauseRow { end_s: now_s, ..pause });
    Ok(Response::new().add_event(Event::Unpaused {}))
}
