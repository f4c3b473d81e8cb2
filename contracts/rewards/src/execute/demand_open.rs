//! Demands that a part of a pending report is shown.

use attention_protocol::dispute_event::DisputeEvent;
use attention_protocol::event::Event;
use attention_protocol::fraud::{Context, Target, check_target};
use attention_protocol::hash::Deployment;
use attention_protocol::msg::DemandStatus;
use attention_protocol::phase::DEMANDS_MAX;
use cosmwasm_std::{MessageInfo, Response, Storage};

use crate::deposit::take_bond;
use crate::error::{ContractError, DisputeError, Result, refuse};
use crate::hex::hex_of;
use crate::state::config::SECURITY;
use crate::state::dispute::{DEMANDS, DemandRow};
use crate::state::progress::save_progress;
use crate::state::report::REPORTS;
use crate::timeline::Timeline;

/// Takes the bond and keeps the report from becoming final until the demand is answered.
pub(crate) fn demand_open(
    storage: &mut dyn Storage,
    timeline: &Timeline,
    deployment: &Deployment,
    info: &MessageInfo,
    ((epoch, revision), target): ((u64, u32), &Target),
) -> Result<Response> {
    let pending = timeline.disputable(epoch, revision)?;
    let report = REPORTS.load(storage, epoch)?.body;
    let target = check_target(target, &Context { deployment, report: &report })?;
    let key = || (epoch, (revision.into(), target.as_slice()));
    if DEMANDS.has(storage, key()) {
        return refuse(DisputeError::AlreadyDemanded { epoch, revision });
    }
    if pending.open_demands >= DEMANDS_MAX {
        return refuse(DisputeError::TooManyDemands { max: DEMANDS_MAX });
    }
    let security = SECURITY.load(storage, ())?;
    let bond = pending.demand_bond(security.demand_bond)?;
    take_bond(storage, &security, info, bond)?;
    let overflow = || ContractError::overflow("the deadline of the demand");
    let (clock, now) = (&timeline.clock, timeline.now);
    let deadline_s = now.time_s.checked_add(clock.open_period_s).ok_or_else(overflow)?;
    let deadline_height = now.height.checked_add(clock.min_blocks.into()).ok_or_else(overflow)?;
    let (demander, status) = (info.sender.clone(), DemandStatus::Open);
    let row = DemandRow { target, demander, bond, deadline_s, deadline_height, status };
    DEMANDS.save(storage, key(), &row);
    save_progress(storage, &timeline.progress.demanded(&pending)?);
    Ok(Response::new().add_event(Event::Dispute(DisputeEvent::OpeningDemanded {
        epoch,
        revision,
        target: hex_of(&target),
        demander: info.sender.to_string(),
        bond,
        deadline_s,
    })))
}
