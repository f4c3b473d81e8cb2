//! The arbiter's decision.

use attention_protocol::dispute_event::DisputeEvent;
use attention_protocol::event::Event;
use attention_protocol::msg::{ChallengeStatus, VoidReason};
use cosmwasm_std::{Response, Storage};

use crate::deposit::{forfeit_bond, owe_bond};
use crate::disputing::{close_challenge, open_challenge, save_pending, void};
use crate::error::{DisputeError, Result, refuse};
use crate::state::config::SECURITY;
use crate::timeline::Timeline;

/// A report that stands costs the challenger the bond. One that falls is voided and the bond goes back; nobody is slashed,
/// because an arbiter's word never takes a bond of an operator.
pub(crate) fn decide_challenge(
    storage: &mut dyn Storage,
    timeline: &Timeline,
    (epoch, revision): (u64, u32),
    stands: bool,
) -> Result<Response> {
    let pending = timeline.disputed(epoch, revision)?;
    let challenge = open_challenge(storage, &pending)?;
    if timeline.now.time_s > challenge.deadline_s {
        return refuse(DisputeError::DecisionLate { deadline_s: challenge.deadline_s });
    }
    let security = SECURITY.load(storage, ())?;
    let status = if stands { ChallengeStatus::Stands } else { ChallengeStatus::Falls };
    let outcome = status.word().to_string();
    let event = Event::Dispute(DisputeEvent::ChallengeDecided { epoch, revision, outcome });
    let response = Response::new().add_event(event);
    let response = if stands {
        let burned = forfeit_bond(storage, &security, challenge.bond)?;
        save_pending(storage, &pending, &timeline.progress.upheld(&pending, timeline.now))?;
        response.add_submessages(burned)
    } else {
        owe_bond(storage, &security, &challenge.challenger, challenge.bond)?;
        response.add_event(void(storage, timeline, &pending, VoidReason::Challenge)?.event)
    };
    close_challenge(storage, &pending, challenge, status);
    Ok(response)
}
