//! The report that is awaited: until when, and who may anchor its input.

use super::{Moment, REVISION_MAX};
use crate::epoch::EpochClock;
use crate::error::ProtocolError;
use crate::hash::Hash;

/// The report that is awaited next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Awaited {
    /// Its epoch.
    pub epoch: u64,
    /// Its revision.
    pub revision: u32,
    /// The last second at which it is accepted, unix seconds.
    pub due_s: u64,
    /// The height since which it is awaited: `min_blocks` more have to pass before it is past due.
    pub opened_height: u64,
    /// The input it has to be computed from, if that was anchored.
    pub input_root: Option<Hash>,
    /// Whether the arbiter was silent on an earlier revision.
    pub silenced: bool,
}

impl Awaited {
    /// Whether it is accepted no more: the time has passed and, so that a halted chain does not eat it, the blocks have.
    pub(super) fn is_past_due(&self, clock: &EpochClock, now: Moment) -> Result<bool, ProtocolError> {
        Ok(now.time_s > self.due_s && now.height > self.open_until_height(clock)?)
    }

    /// The last height at which it is accepted whatever the time.
    pub(super) fn open_until_height(&self, clock: &EpochClock) -> Result<u64, ProtocolError> {
        let height = self.opened_height.checked_add(u64::from(clock.min_blocks));
        height.ok_or(ProtocolError::Overflow { what: "the height of the due time" })
    }

    /// What is awaited once this is past due: the next revision if the input was anchored, so that an anchor that nobody
    /// can compute from does not cost the epoch.
    pub(super) fn after_due(&self, clock: &EpochClock) -> Result<Option<Self>, ProtocolError> {
        if self.input_root.is_none() || self.revision >= REVISION_MAX {
            return Ok(None);
        }
        let overflow = ProtocolError::Overflow { what: "the due time of the epoch" };
        let revision = self.revision.checked_add(1).ok_or_else(|| overflow.clone())?;
        let due_s = self.due_s.checked_add(clock.report_period_s).ok_or(overflow)?;
        let opened_height = self.open_until_height(clock)?;
        Ok(Some(Self { revision, due_s, opened_height, input_root: None, ..*self }))
    }

    /// From when its input may be anchored, unix seconds: by the operator of its rank from the first time on, which is
    /// `grace_s` after it began to be awaited, and by any operator from the second on, half way to its due time.
    pub fn anchor_times_s(&self, clock: &EpochClock, grace_s: u64) -> Result<(u64, u64), ProtocolError> {
        let opened_s = self.due_s.checked_sub(clock.report_period_s);
        let from_s = opened_s.and_then(|opened_s| opened_s.checked_add(grace_s));
        let from_s = from_s.ok_or(ProtocolError::Overflow { what: "the time of the anchor" })?;
        Ok((from_s, u64::midpoint(from_s, self.due_s.max(from_s))))
    }

    /// Index of the operator who may anchor first: `(epoch + revision) mod operators`.
    pub fn anchor_rank(&self, operators: u8) -> Result<u8, ProtocolError> {
        self.epoch
            .checked_add(u64::from(self.revision))
            .and_then(|turn| turn.checked_rem(u64::from(operators)))
            .and_then(|rank| u8::try_from(rank).ok())
            .ok_or(ProtocolError::Overflow { what: "the rank of the operator" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLOCK: EpochClock = EpochClock {
        genesis_s: 1_000,
        epoch_length_s: 24,
        report_period_s: 10,
        dispute_window_s: 6,
        open_period_s: 4,
        min_blocks: 6,
    };

    const AWAITED: Awaited =
        Awaited { epoch: 5, revision: 1, due_s: 2_010, opened_height: 70, input_root: None, silenced: false };

    #[test]
    fn anchors_by_hand() {
        // Awaited since 2,000; a grace of 3; the halves of 2,003 to 2,010 meet at 2,006.
        assert_eq!(AWAITED.anchor_times_s(&CLOCK, 3).unwrap(), (2_003, 2_006));
        assert_eq!(AWAITED.anchor_times_s(&CLOCK, 0).unwrap(), (2_000, 2_005));
        assert_eq!([4, 7, 32].map(|n| AWAITED.anchor_rank(n).unwrap()), [2, 6, 6]);
        assert!(AWAITED.anchor_rank(0).is_err());
        assert!(Awaited { epoch: u64::MAX, ..AWAITED }.anchor_rank(4).is_err());
    }

    #[test]
    fn past_due_needs_the_time_and_the_blocks() {
        let past = |time_s, height| AWAITED.is_past_due(&CLOCK, Moment { time_s, height }).unwrap();
        assert!(!past(2_010, 1_000));
        assert!(!past(9_999, 76));
        assert!(past(2_011, 77));
    }

    #[test]
    fn only_an_anchored_input_gives_another_revision() {
        assert_eq!(AWAITED.after_due(&CLOCK).unwrap(), None);
        let anchored = Awaited { input_root: Some([9; 32]), ..AWAITED };
        let next = Awaited { revision: 2, due_s: 2_020, opened_height: 76, ..AWAITED };
        assert_eq!(anchored.after_due(&CLOCK).unwrap(), Some(next));
        assert_eq!(Awaited { revision: 3, ..anchored }.after_due(&CLOCK).unwrap(), None);
    }
}
