//! What follows when the arbiter does not decide.

use attention_protocol::dispute_event::DisputeEvent;
use attention_protocol::event::Event;
use attention_protocol::msg::{ChallengeStatus, VoidReason};
use cosmwasm_std::{Response, Storage};

use crate::deposit::{forfeit_bond, owe_bond};
use crate::disputing::{close_challenge, open_challenge, void};
use crate::error::{ContractError, DisputeError, Result, refuse};
use crate::state::config::SECURITY;
use crate::timeline::Timeline;

/// What a silence costs the challenger, as a part of the bond: a tenth, so that stalling an epoch is not free.
const FEE_DIVISOR: u128 = 10;

/// Voids the report. The second silence in an epoch makes it missed: an arbiter who sleeps stalls it no longer.
pub(crate) fn resolve_silence(
    storage: &mut dyn Storage,
    timeline: &Timeline,
    epoch: u64,
    revision: u32,
) -> Result<Response> {
    let pending = timeline.disputed(epoch, revision)?;
    let challenge = open_challenge(storage, &pending)?;
    if timeline.now.time_s <= challenge.deadline_s {
        return refuse(DisputeError::DecisionAwaited { deadline_s: challenge.deadline_s });
    }
    let security = SECURITY.load(storage, ())?;
    let overflow = || ContractError::overflow("the fee of a silence");
    let fee = challenge.bond.checked_div(FEE_DIVISOR).ok_or_else(overflow)?;
    let back = challenge.bond.checked_sub(fee).ok_or_else(overflow)?;
    owe_bond(storage, &security, &challenge.challenger, back)?;
    let burned = forfeit_bond(storage, &security, fee)?;
    let voided = void(storage, timeline, &pending, VoidReason::Silence)?;
    close_challenge(storage, &pending, challenge, ChallengeStatus::Silent);
    let outcome = ChallengeStatus::Silent.word().to_string();
    let event = Event::Dispute(DisputeEvent::ChallengeDecided { epoch, revision, outcome });
    Ok(Response::new().add_event(event).add_event(voided.event).add_submessages(burned))
}
