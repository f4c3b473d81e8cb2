//! What several disputes do: void a report, let it wait longer, convict its signers.

use attention_protocol::Progress;
use attention_protocol::dispute_event::DisputeEvent;
use attention_protocol::event::Event;
use attention_protocol::fraud::Clause;
use attention_protocol::msg::{ChallengeStatus, VoidReason};
use attention_protocol::phase::{ChallengeState, Pending};
use cosmwasm_std::{Addr, Response, Storage};

use crate::deposit::owe_bond;
use crate::error::{DisputeError, Result, refuse};
use crate::slashing::{Slashed, slash};
use crate::state::config::SECURITY;
use crate::state::dispute::{CHALLENGES, ChallengeRow, VOIDED, VoidedRow};
use crate::state::progress::save_progress;
use crate::state::report::{REPORTS, ReportRow};
use crate::timeline::Timeline;

/// A void that was done.
pub(crate) struct Voided {
    /// Bitmap of the operators who signed the report.
    pub(crate) signers: u32,
    /// The event.
    pub(crate) event: Event,
}

/// Takes a pending report out of the way: its epoch awaits the next revision, or is missed. No money was allocated by it.
pub(crate) fn void(
    storage: &mut dyn Storage,
    timeline: &Timeline,
    pending: &Pending,
    why: VoidReason,
) -> Result<Voided> {
    let (epoch, revision) = (pending.epoch, pending.revision);
    let signers = REPORTS.load(storage, epoch)?.signers;
    REPORTS.remove(storage, epoch);
    VOIDED.save(storage, (epoch, revision.into()), &VoidedRow { digest: pending.digest, signers, why });
    if pending.challenge == ChallengeState::Open
        && !matches!(why, VoidReason::Challenge | VoidReason::Silence)
    {
        give_challenge_up(storage, pending)?;
    }
    let by_silence = why == VoidReason::Silence;
    let next = timeline.progress.voided(pending, &timeline.clock, timeline.now, by_silence)?;
    save_progress(storage, &next);
    let missed = next.last.is_some_and(|last| last.epoch == epoch);
    let reason = why.word().to_string();
    let event = Event::Dispute(DisputeEvent::ReportVoided { epoch, revision, reason, missed });
    Ok(Voided { signers, event })
}

/// Nothing is left to decide: the challenger gets the whole bond back.
fn give_challenge_up(storage: &mut dyn Storage, pending: &Pending) -> Result<()> {
    let challenge = open_challenge(storage, pending)?;
    let security = SECURITY.load(storage, ())?;
    owe_bond(storage, &security, &challenge.challenger, challenge.bond)?;
    close_challenge(storage, pending, challenge, ChallengeStatus::Moot);
    Ok(())
}

/// The challenge of a report that waits for a decision.
///
/// # Errors
/// [`DisputeError::NoChallenge`] if there is none.
pub(crate) fn open_challenge(storage: &dyn Storage, pending: &Pending) -> Result<ChallengeRow> {
    let (epoch, revision) = (pending.epoch, pending.revision);
    let row = CHALLENGES.may_load(storage, (epoch, revision.into()))?;
    match row.filter(|row| row.status == ChallengeStatus::Open) {
        Some(row) => Ok(row),
        None => refuse(DisputeError::NoChallenge { epoch, revision }),
    }
}

/// Stores what became of a challenge.
pub(crate) fn close_challenge(
    storage: &mut dyn Storage,
    pending: &Pending,
    challenge: ChallengeRow,
    status: ChallengeStatus,
) {
    let row = ChallengeRow { status, ..challenge };
    CHALLENGES.save(storage, (pending.epoch, pending.revision.into()), &row);
}

/// Stores where a report stands that goes on; its row follows if its window became longer.
pub(crate) fn save_pending(storage: &mut dyn Storage, before: &Pending, next: &Progress) -> Result<()> {
    if let Some(pending) = next.pending().filter(|pending| pending.window != before.window) {
        let row = REPORTS.load(storage, pending.epoch)?;
        REPORTS.save(storage, pending.epoch, &ReportRow { window: pending.window, ..row });
    }
    save_progress(storage, next);
    Ok(())
}

/// Voids a report whose signers are guilty, and slashes them.
pub(crate) fn convict(
    storage: &mut dyn Storage,
    timeline: &Timeline,
    pending: &Pending,
    (why, clause): (VoidReason, Clause),
    (prover, reward): (&Addr, Option<&Addr>),
) -> Result<Response> {
    let voided = void(storage, timeline, pending, why)?;
    let slashed = slash(storage, pending.epoch, voided.signers, reward)?;
    let proven = proven((pending.epoch, pending.revision), clause, prover, &slashed);
    Ok(Response::new()
        .add_event(proven)
        .add_event(voided.event)
        .add_events(slashed.events)
        .add_submessages(slashed.messages))
}

/// The event of a conviction.
pub(crate) fn proven(
    (epoch, revision): (u64, u32),
    clause: Clause,
    prover: &Addr,
    slashed: &Slashed,
) -> Event {
    Event::Dispute(DisputeEvent::FraudProven {
        epoch,
        revision,
        clause: clause.word().to_string(),
        prover: prover.to_string(),
        slashed: slashed.amount,
    })
}
