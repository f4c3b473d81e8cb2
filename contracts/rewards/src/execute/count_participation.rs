//! Counts the signatures of final reports.

use attention_protocol::event::Event;
use cosmwasm_std::{Response, Storage};

use crate::error::{ContractError, OperatorError, Result, refuse};
use crate::participation::tally;
use crate::state::participation::{COUNTED, PARTICIPATION, ParticipationRow};
use crate::timeline::Timeline;

/// At most 100 reports a message: nothing is counted while a report is posted.
pub(crate) fn count_participation(storage: &mut dyn Storage, timeline: &Timeline) -> Result<Response> {
    let overflow = || ContractError::overflow("the participation");
    let from_epoch = COUNTED.may_load(storage, ())?.unwrap_or(0);
    let tally = tally(storage, timeline, from_epoch)?;
    if tally.next_epoch == from_epoch {
        return refuse(OperatorError::NothingToCount { epoch: from_epoch });
    }
    for (admin, counted) in &tally.by_admin {
        let before = PARTICIPATION.may_load(storage, admin.as_str())?.unwrap_or_default();
        let row = ParticipationRow {
            reports: before.reports.checked_add(counted.reports).ok_or_else(overflow)?,
            signed: before.signed.checked_add(counted.signed).ok_or_else(overflow)?,
        };
        PARTICIPATION.save(storage, admin.as_str(), &row);
    }
    COUNTED.save(storage, (), &tally.next_epoch);
    let next_epoch = tally.next_epoch;
    Ok(Response::new().add_event(Event::ParticipationCounted { from_epoch, next_epoch }))
}
