//! Gives the bond of a demand back that nobody has to answer any more.

use attention_protocol::dispute_event::DisputeEvent;
use attention_protocol::event::Event;
use attention_protocol::msg::DemandStatus;
use cosmwasm_std::{Addr, Response, Storage};

use crate::deposit::owe_bond;
use crate::error::{DisputeError, Result, refuse};
use crate::hex::hex_of;
use crate::state::config::SECURITY;
use crate::state::dispute::{DEMANDS, DemandRow, VOIDED};

/// Only after its report was voided for another reason. One at a time, so that a void costs the same however many demands
/// were open.
pub(crate) fn reclaim_demand(
    storage: &mut dyn Storage,
    (epoch, revision): (u64, u32),
    target: &[u8],
) -> Result<Response> {
    if !VOIDED.has(storage, (epoch, revision.into())) {
        return refuse(DisputeError::NotVoided { epoch, revision });
    }
    let demand = open_demand(storage, (epoch, revision), target)?;
    let demander = demand.demander.clone();
    let event = close_demand(storage, (epoch, revision), (demand, DemandStatus::Reclaimed), &demander)?;
    Ok(Response::new().add_event(event))
}

/// The open demand on a target.
///
/// # Errors
/// [`DisputeError::NoDemand`] if there is none.
pub(super) fn open_demand(
    storage: &dyn Storage,
    (epoch, revision): (u64, u32),
    target: &[u8],
) -> Result<DemandRow> {
    let row = DEMANDS.may_load(storage, (epoch, (revision.into(), target)))?;
    match row.filter(|row| row.status == DemandStatus::Open) {
        Some(row) => Ok(row),
        None => refuse(DisputeError::NoDemand { epoch, revision }),
    }
}

/// Owes a demand's bond to `recipient` and stores what became of it.
pub(super) fn close_demand(
    storage: &mut dyn Storage,
    (epoch, revision): (u64, u32),
    (demand, status): (DemandRow, DemandStatus),
    recipient: &Addr,
) -> Result<Event> {
    let security = SECURITY.load(storage, ())?;
    owe_bond(storage, &security, recipient, demand.bond)?;
    let (target, bond) = (demand.target, demand.bond);
    DEMANDS.save(storage, (epoch, (revision.into(), &target)), &DemandRow { status, ..demand });
    let (target, recipient) = (hex_of(&target), recipient.to_string());
    Ok(Event::Dispute(DisputeEvent::DemandClosed { epoch, revision, target, recipient, bond }))
}
