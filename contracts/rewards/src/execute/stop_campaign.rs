//! Ends a campaign with the current epoch. Budgets of earlier epochs, and what users earn in this one, stay.

use attention_protocol::campaign::stop_epoch;
use attention_protocol::event::Event;
use cosmwasm_std::{Response, Storage};

use crate::error::{ContractError, Result, refuse};
use crate::state::campaign::{RUNS, RunRow};
use crate::timeline::Timeline;

/// The sponsor's right was checked before.
pub(crate) fn stop_campaign(
    storage: &mut dyn Storage,
    timeline: &Timeline,
    campaign: u64,
) -> Result<Response> {
    let run = RUNS.load(storage, campaign)?;
    if run.stopped {
        return refuse(ContractError::AlreadyStopped { campaign, end_epoch: run.end_epoch });
    }
    let scheduled_over = timeline.effective_end(storage, &run)?;
    let end_epoch = match timeline.clock.epoch_at(timeline.now.time_s) {
        Some(current) if current >= scheduled_over => {
            return refuse(ContractError::CampaignEnded { campaign, end_epoch: scheduled_over });
        }
        Some(current) => stop_epoch(current, run.start_epoch, run.scheduled_end)?,
        // Before genesis nothing has begun: the campaign never runs.
        None => run.start_epoch,
    };
    RUNS.save(storage, campaign, &RunRow { end_epoch, stopped: true, ..run });
    Ok(Response::new().add_event(Event::CampaignStopped { campaign, end_epoch }))
}
