//! What follows when nobody shows what was demanded.

use attention_protocol::fraud::Clause;
use attention_protocol::msg::{DemandStatus, VoidReason};
use cosmwasm_std::{Response, Storage};

use super::reclaim_demand::{close_demand, open_demand};
use crate::disputing::convict;
use crate::error::{DisputeError, Result, refuse};
use crate::timeline::Timeline;

/// Voids the report and slashes its signers: the demander gets the bond back, and a prover's share.
pub(crate) fn void_unanswered(
    storage: &mut dyn Storage,
    timeline: &Timeline,
    (epoch, revision): (u64, u32),
    target: &[u8],
) -> Result<Response> {
    let pending = timeline.disputed(epoch, revision)?;
    let demand = open_demand(storage, (epoch, revision), target)?;
    let (deadline_s, deadline_height) = (demand.deadline_s, demand.deadline_height);
    if !demand.is_over(timeline.now) {
        return refuse(DisputeError::AnswerAwaited { deadline_s, deadline_height });
    }
    let demander = demand.demander.clone();
    let event = close_demand(storage, (epoch, revision), (demand, DemandStatus::Unanswered), &demander)?;
    let why = (VoidReason::Unanswered, Clause::Unanswered);
    let convicted = convict(storage, timeline, &pending, why, (&demander, Some(&demander)))?;
    Ok(convicted.add_event(event))
}
