//! Stops everything but withdrawals and returns for a bounded time.

use attention_protocol::event::Event;
use cosmwasm_std::{Response, Storage};

use crate::error::{ContractError, Result, refuse};
use crate::state::pause::{PAUSE, PauseRow};

/// A pause ends by itself, and the next one may begin only as long after as a pause may last: a guardian cannot chain
/// them.
pub(crate) fn pause(storage: &mut dyn Storage, now_s: u64, pause_max_s: u64) -> Result<Response> {
    let overflow = || ContractError::overflow("the end of the pause");
    if let Some(last) = PAUSE.may_load(storage, ())? {
        if last.is_active(now_s) {
            return refuse(ContractError::AlreadyPaused { until_s: last.end_s });
        }
        let from_s = last.end_s.checked_add(pause_max_s).ok_or_else(overflow)?;
        if now_s < from_s {
            return refuse(ContractError::PauseTooSoon { from_s });
        }
    }
    let end_s = now_s.checked_add(pause_max_s).ok_or_else(overflow)?;
    PAUSE.save(storage, (), &PauseRow { end_s });
    Ok(Response::new().add_event(Event::Paused { until_s: end_s }))
}
