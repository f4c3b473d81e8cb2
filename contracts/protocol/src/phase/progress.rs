//! What is stored of all epochs, and how it changes: by messages, and by time alone.

use super::{Awaited, ChallengeState, Moment, Pending, REVISION_MAX, Window};
use crate::epoch::{EpochClock, LastReport};
use crate::error::ProtocolError;
use crate::hash::{Hash, ZERO_HASH};

/// The phase of the first epoch that is not terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Nothing has happened to it: the clock alone says which epoch is open, and until when.
    Idle,
    /// Its report was voided, or its input anchored.
    Open(Awaited),
    /// Its report is posted.
    Pending(Pending),
}

/// The newest terminal epoch that ever had a report, and the phase of the one after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The newest terminal epoch that had a report or an anchored input; `None` before the first.
    pub last: Option<LastReport>,
    /// Digest of the newest final report; zeros before the first.
    pub prev_digest: Hash,
    /// What goes on.
    pub phase: Phase,
}

/// Every method but [`Progress::at`] is for a progress that was brought up to the moment it is called at.
impl Progress {
    /// Before the first report.
    pub const NEW: Self = Self { last: None, prev_digest: ZERO_HASH, phase: Phase::Idle };

    /// Brings it up to a moment: a report that has become final, or an epoch that has run out.
    pub fn at(self, clock: &EpochClock, now: Moment) -> Result<Self, ProtocolError> {
        match self.phase {
            Phase::Pending(pending) if pending.is_final(now) => {
                let last = LastReport {
                    epoch: pending.epoch,
                    terminal_at_s: pending.window.ends_at_s,
                    ends_height: pending.window.ends_height,
                };
                Ok(Self { last: Some(last), prev_digest: pending.digest, phase: Phase::Idle })
            }
            Phase::Open(awaited) if awaited.is_past_due(clock, now)? => match awaited.after_due(clock)? {
                // A next revision is not anchored yet, so it has no next one.
                Some(next) if next.is_past_due(clock, now)? => self.run_out(&next, clock),
                Some(next) => Ok(Self { phase: Phase::Open(next), ..self }),
                None => self.run_out(&awaited, clock),
            },
            Phase::Idle | Phase::Pending(_) | Phase::Open(_) => Ok(self),
        }
    }

    /// Missed: its last due time is when it became terminal.
    fn run_out(self, awaited: &Awaited, clock: &EpochClock) -> Result<Self, ProtocolError> {
        let last = LastReport {
            epoch: awaited.epoch,
            terminal_at_s: awaited.due_s,
            ends_height: awaited.open_until_height(clock)?,
        };
        Ok(Self { last: Some(last), phase: Phase::Idle, ..self })
    }

    /// The report that pends.
    pub fn pending(&self) -> Option<&Pending> {
        match &self.phase {
            Phase::Pending(pending) => Some(pending),
            Phase::Idle | Phase::Open(_) => None,
        }
    }

    /// The report that is awaited; `None` while one pends.
    pub fn awaited(&self, clock: &EpochClock, now: Moment) -> Result<Option<Awaited>, ProtocolError> {
        match self.phase {
            Phase::Pending(_) => Ok(None),
            Phase::Open(awaited) => Ok(Some(awaited)),
            Phase::Idle => {
                let last = self.last.as_ref();
                let epoch = clock.open_epoch(last, now.time_s, now.height)?;
                Ok(Some(Awaited {
                    epoch,
                    revision: 0,
                    due_s: clock.due_s(last, epoch)?,
                    opened_height: now.height,
                    input_root: None,
                    silenced: false,
                }))
            }
        }
    }

    /// The input of the awaited report was anchored.
    pub fn anchored(self, awaited: Awaited, input_root: Hash) -> Self {
        Self { phase: Phase::Open(Awaited { input_root: Some(input_root), ..awaited }), ..self }
    }

    /// The awaited report was posted.
    pub fn submitted(self, awaited: &Awaited, digest: Hash, window: Window) -> Self {
        let pending = Pending {
            epoch: awaited.epoch,
            revision: awaited.revision,
            digest,
            window,
            open_demands: 0,
            challenge: ChallengeState::None,
            silenced: awaited.silenced,
        };
        Self { phase: Phase::Pending(pending), ..self }
    }

    /// The pending report was voided: the next revision is awaited for a report period. After the last revision, and after
    /// a second silence of the arbiter, the epoch is missed.
    pub fn voided(
        self,
        pending: &Pending,
        clock: &EpochClock,
        now: Moment,
        by_silence: bool,
    ) -> Result<Self, ProtocolError> {
        if pending.revision >= REVISION_MAX || (by_silence && pending.silenced) {
            let (terminal_at_s, ends_height) = (now.time_s, now.height);
            let last = LastReport { epoch: pending.epoch, terminal_at_s, ends_height };
            return Ok(Self { last: Some(last), phase: Phase::Idle, ..self });
        }
        let overflow = ProtocolError::Overflow { what: "the due time of the epoch" };
        let awaited = Awaited {
            epoch: pending.epoch,
            revision: pending.revision.checked_add(1).ok_or_else(|| overflow.clone())?,
            due_s: now.time_s.checked_add(clock.report_period_s).ok_or(overflow)?,
            opened_height: now.height,
            input_root: None,
            silenced: pending.silenced || by_silence,
        };
        Ok(Self { phase: Phase::Open(awaited), ..self })
    }

    /// The pending report was challenged.
    pub fn challenged(self, pending: &Pending) -> Self {
        self.with(Pending { challenge: ChallengeState::Open, ..*pending })
    }

    /// The arbiter decided that the pending report stands.
    pub fn upheld(self, pending: &Pending, now: Moment) -> Self {
        let window = pending.window.until(now);
        self.with(Pending { challenge: ChallengeState::Stands, window, ..*pending })
    }

    /// An opening of the pending report was demanded.
    pub fn demanded(self, pending: &Pending) -> Result<Self, ProtocolError> {
        let open_demands = pending.open_demands.checked_add(1);
        let open_demands = open_demands.ok_or(ProtocolError::Overflow { what: "the open demands" })?;
        Ok(self.with(Pending { open_demands, ..*pending }))
    }

    /// A demand was answered.
    pub fn answered(self, pending: &Pending, now: Moment) -> Result<Self, ProtocolError> {
        let open_demands = pending.open_demands.checked_sub(1);
        let open_demands = open_demands.ok_or(ProtocolError::Overflow { what: "the open demands" })?;
        Ok(self.with(Pending { open_demands, window: pending.window.until(now), ..*pending }))
    }

    fn with(self, pending: Pending) -> Self {
        Self { phase: Phase::Pending(pending), ..self }
    }
}
