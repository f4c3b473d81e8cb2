//! Ends a pause before its time.

use attention_protocol::event::Event;
use cosmwasm_std::{Response, Storage};

use crate::error::{ContractError, Result, refuse};
use crate::state::pause::{PAUSE, PauseRow};

/// The owner's right was checked before.
pub(crate) fn unpause(storage: &mut dyn Storage, now_s: u64) -> Result<Response> {
    if !PAUSE.may_load(storage, ())?.is_some_and(|pause| pause.is_active(now_s)) {
        return refuse(ContractError::NotPaused {});
    }
    PAUSE.save(storage, (), &PauseRow { end_s: now_s });
    Ok(Response::new().add_event(Event::Unpaused {}))
}
