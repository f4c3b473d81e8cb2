//! Stops new reports, campaigns, claims and records for a bounded time.

use attention_protocol::event::Event;
use cosmwasm_std::{Response, Storage};

use crate::configuration::current_epoch;
use crate::error::{ContractError, Result, refuse};
use crate::state::config::limits_at;
use crate::state::pause::{PAUSE, PauseRow};

/// A pause ends by itself, and the next one may begin only as long after as a pause may last: a guardian cannot chain
/// them.
pub(crate) fn pause(storage: &mut dyn Storage, now_s: u64) -> Result<Response> {
    let overflow = || ContractError::overflow("the end of the pause");
    let pause_max_s = limits_at(storage, current_epoch(storage, now_s)?)?.1.pause_max_s;
    let before_s = match PAUSE.may_load(storage, ())? {
        None => 0,
        Some(last) if last.is_active(now_s) => {
            return refuse(ContractError::AlreadyPaused { until_s: last.end_s });
        }
        Some(last) => {
            let from_s = last.end_s.checked_add(pause_max_s).ok_or_else(overflow)?;
            if now_s < from_s {
                return refuse(ContractError::PauseTooSoon { from_s });
            }
            last.total_s(now_s)?
        }
    };
    let end_s = now_s.checked_add(pause_max_s).ok_or_else(overflow)?;
    PAUSE.save(storage, (), &PauseRow { start_s: now_s, end_s, before_s });
    Ok(Response::new().add_event(Event::Paused { until_s: end_s }))
}
