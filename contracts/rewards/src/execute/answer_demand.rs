//! Shows what was demanded.

use attention_protocol::fraud::{Answer, Context, Target, check_answer};
use attention_protocol::hash::Deployment;
use attention_protocol::msg::DemandStatus;
use cosmwasm_std::{Addr, Response, Storage};

use super::reclaim_demand::{close_demand, open_demand};
use crate::disputing::save_pending;
use crate::error::{DisputeError, Result, refuse};
use crate::state::report::REPORTS;
use crate::timeline::Timeline;

/// The answerer is owed the bond. What is shown may be wrong: that is for fraud proofs to say, which it makes possible.
pub(crate) fn answer_demand(
    storage: &mut dyn Storage,
    timeline: &Timeline,
    deployment: &Deployment,
    sender: &Addr,
    (epoch, revision): (u64, u32),
    (target, answer): (&Target, &Answer),
) -> Result<Response> {
    let pending = timeline.disputed(epoch, revision)?;
    let report = REPORTS.load(storage, epoch)?.body;
    let target = check_answer(target, answer, &Context { deployment, report: &report })?;
    let demand = open_demand(storage, (epoch, revision), &target)?;
    let (deadline_s, deadline_height) = (demand.deadline_s, demand.deadline_height);
    if demand.is_over(timeline.now) {
        return refuse(DisputeError::AnswerLate { deadline_s, deadline_height });
    }
    let event = close_demand(storage, (epoch, revision), (demand, DemandStatus::Answered), sender)?;
    save_pending(storage, &pending, &timeline.progress.answered(&pending, timeline.now)?)?;
    Ok(Response::new().add_event(event))
}
