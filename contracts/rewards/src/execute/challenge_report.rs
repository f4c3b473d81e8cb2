//! Has the arbiter decide on a pending report.

use attention_protocol::dispute_event::DisputeEvent;
use attention_protocol::event::Event;
use attention_protocol::msg::{CHALLENGE_REASON_MAX_BYTES, ChallengeStatus};
use cosmwasm_std::{MessageInfo, Response, Storage};

use crate::bounds::check_length;
use crate::deposit::take_bond;
use crate::error::{ContractError, DisputeError, Result, refuse};
use crate::state::config::SECURITY;
use crate::state::dispute::{CHALLENGES, ChallengeRow};
use crate::state::progress::save_progress;
use crate::timeline::Timeline;

/// Takes the bond and stops the report from becoming final until the arbiter has decided, or was silent for too long.
pub(crate) fn challenge_report(
    storage: &mut dyn Storage,
    timeline: &Timeline,
    info: &MessageInfo,
    (epoch, revision): (u64, u32),
    reason: String,
) -> Result<Response> {
    check_length("reason", &reason, 1..=CHALLENGE_REASON_MAX_BYTES, "1 to 256 bytes long")?;
    let security = SECURITY.load(storage, ())?;
    if security.arbiter.is_none() {
        return refuse(DisputeError::NoArbiter {});
    }
    let pending = timeline.disputable(epoch, revision)?;
    if CHALLENGES.has(storage, (epoch, revision.into())) {
        return refuse(DisputeError::AlreadyChallenged { epoch, revision });
    }
    let bond = security.challenge_bond;
    take_bond(storage, &security, info, bond)?;
    let deadline_s = timeline.now.time_s.checked_add(security.arbiter_period_s);
    let deadline_s = deadline_s.ok_or_else(|| ContractError::overflow("the arbiter's deadline"))?;
    let (challenger, status) = (info.sender.clone(), ChallengeStatus::Open);
    let row = ChallengeRow { challenger, reason: reason.clone(), bond, deadline_s, status };
    CHALLENGES.save(storage, (epoch, revision.into()), &row);
    save_progress(storage, &timeline.progress.challenged(&pending));
    let challenger = info.sender.to_string();
    let event = DisputeEvent::ReportChallenged { epoch, revision, challenger, deadline_s, reason };
    Ok(Response::new().add_event(Event::Dispute(event)))
}
