//! The epoch clock: which second belongs to which epoch, until when a report is due, and which epoch is open.
//!
//! Everything is a closed form: nothing loops over the epochs that were missed.

use cosmwasm_schema::cw_serde;

use crate::error::ProtocolError;

/// The clock of a deployment. `genesis_s` and `epoch_length_s` never change.
#[cw_serde]
#[derive(Copy, Eq)]
pub struct EpochClock {
    /// Start of epoch 0, unix seconds.
    pub genesis_s: u64,
    /// Length of an epoch, seconds, at least 1.
    pub epoch_length_s: u64,
    /// How long after its window (or after the epoch before it) a report may be submitted, seconds.
    pub report_period_s: u64,
    /// How long a report stays disputable, seconds.
    pub dispute_window_s: u64,
    /// How long an opening demand may stay unanswered, seconds.
    pub open_period_s: u64,
    /// Blocks that must pass besides the dispute window, so that a halted chain does not eat the window.
    pub min_blocks: u32,
}

/// The newest terminal epoch that ever had a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastReport {
    /// Its number.
    pub epoch: u64,
    /// When it became terminal, unix seconds.
    pub terminal_at_s: u64,
    /// The height from which it could be final.
    pub ends_height: u64,
}

/// The longest epoch, 400 days in seconds; genesis may lie at most 2^40 seconds after 1970.
const EPOCH_LENGTH_MAX_S: u64 = 34_560_000;
const GENESIS_MAX_S: u64 = 1 << 40;

impl EpochClock {
    /// Checks the clock's own bounds; `now_s` is the time of instantiation.
    pub fn validate(&self, now_s: u64) -> Result<(), ProtocolError> {
        if self.epoch_length_s == 0 || self.epoch_length_s > EPOCH_LENGTH_MAX_S {
            let requirement = "1 second to 400 days (34560000)";
            return Err(ProtocolError::invalid("epoch_length_s", self.epoch_length_s, requirement));
        }
        if self.genesis_s < now_s || self.genesis_s > GENESIS_MAX_S {
            let requirement = "not before the block time of the instantiation, and below 2^40";
            return Err(ProtocolError::invalid("genesis_s", self.genesis_s, requirement));
        }
        if self.report_period_s == 0 {
            return Err(ProtocolError::invalid("report_period_s", 0, "at least 1 second"));
        }
        let cycle_s = self
            .report_period_s
            .checked_add(self.dispute_window_s)
            .and_then(|sum| sum.checked_add(self.open_period_s))
            .ok_or(ProtocolError::Overflow { what: "report_period_s + dispute_window_s + open_period_s" })?;
        if cycle_s > self.epoch_length_s {
            let requirement = "report_period_s + dispute_window_s + open_period_s, at most epoch_length_s";
            return Err(ProtocolError::invalid("the reporting cycle", cycle_s, requirement));
        }
        Ok(())
    }

    /// First second of epoch `epoch`.
    pub fn window_start_s(&self, epoch: u64) -> Result<u64, ProtocolError> {
        epoch
            .checked_mul(self.epoch_length_s)
            .and_then(|offset| offset.checked_add(self.genesis_s))
            .ok_or(ProtocolError::Overflow { what: "the window of the epoch" })
    }

    /// First second after epoch `epoch`; it belongs to the next one.
    pub fn window_end_s(&self, epoch: u64) -> Result<u64, ProtocolError> {
        let next = epoch.checked_add(1).ok_or(ProtocolError::Overflow { what: "the epoch number" })?;
        self.window_start_s(next)
    }

    /// The epoch that `time_s` lies in; `None` before genesis.
    pub fn epoch_at(&self, time_s: u64) -> Option<u64> {
        time_s.checked_sub(self.genesis_s)?.checked_div(self.epoch_length_s)
    }

    /// The first epoch e with `time_s < window_end(e)`: where a credit made at `time_s` counts from. Money that
    /// arrives before genesis counts from epoch 0.
    pub fn receipt_epoch(&self, time_s: u64) -> u64 {
        self.epoch_at(time_s).unwrap_or(0)
    }

    /// The first epoch that has not begun at `time_s`: 0 before genesis.
    pub fn next_epoch(&self, time_s: u64) -> Result<u64, ProtocolError> {
        match self.epoch_at(time_s) {
            None => Ok(0),
            Some(current) => {
                current.checked_add(1).ok_or(ProtocolError::Overflow { what: "the epoch number" })
            }
        }
    }

    /// The last second at which a first report on `epoch` is accepted:
    /// `due(l+j) = max(window_end(l+j), T + (j−1)·report_period) + report_period`, where `l` is the newest
    /// terminal epoch that had a report and `T` the time it became terminal (none: l = −1, T = genesis).
    pub fn due_s(&self, last: Option<&LastReport>, epoch: u64) -> Result<u64, ProtocolError> {
        let overflow = ProtocolError::Overflow { what: "the due time of the epoch" };
        let (first_open, terminal_at_s) = self.after(last)?;
        let waited = epoch.checked_sub(first_open).ok_or_else(|| {
            ProtocolError::invalid("epoch", epoch, "above the newest epoch that has a terminal report")
        })?;
        let queued_s = waited
            .checked_mul(self.report_period_s)
            .and_then(|wait| wait.checked_add(terminal_at_s))
            .ok_or_else(|| overflow.clone())?;
        self.window_end_s(epoch)?.max(queued_s).checked_add(self.report_period_s).ok_or(overflow)
    }

    /// The lowest epoch that is neither `Final` nor `Missed` at `now_s` and `height`, given that no report is
    /// pending. The epoch right after the last report is past due only when the chain has also made `min_blocks`
    /// more blocks, so that a halt of the chain cannot skip it.
    pub fn open_epoch(
        &self,
        last: Option<&LastReport>,
        now_s: u64,
        height: u64,
    ) -> Result<u64, ProtocolError> {
        let (first_open, terminal_at_s) = self.after(last)?;
        if now_s <= self.due_s(last, first_open)? {
            return Ok(first_open);
        }
        if let Some(last) = last {
            let halted_until = last.ends_height.checked_add(u64::from(self.min_blocks));
            if halted_until.is_none_or(|until| height <= until) {
                return Ok(first_open);
            }
        }
        // due(e) ≥ now holds as soon as either side of its maximum reaches now − report_period; both sides rise
        // with e, so the first such epoch is the lower of the two solutions.
        let target_s = since(now_s, self.report_period_s);
        // window_end(e) = genesis + (e + 1)·length ≥ target
        let ends = since(target_s, self.genesis_s).div_ceil(self.epoch_length_s);
        let by_window = ends.max(1).abs_diff(1);
        let queue = since(target_s, terminal_at_s);
        let by_queue = first_open
            .checked_add(queue.div_ceil(self.report_period_s))
            .ok_or(ProtocolError::Overflow { what: "the epoch number" })?;
        Ok(by_window.min(by_queue).max(first_open))
    }

    /// The first epoch that can still be open, and the time its waiting started: `(l + 1, T)`.
    fn after(&self, last: Option<&LastReport>) -> Result<(u64, u64), ProtocolError> {
        match last {
            None => Ok((0, self.genesis_s)),
            Some(last) => {
                let next =
                    last.epoch.checked_add(1).ok_or(ProtocolError::Overflow { what: "the epoch number" })?;
                Ok((next, last.terminal_at_s))
            }
        }
    }
}

/// Seconds from `start_s` to `time_s`; none if it has not come yet.
fn since(time_s: u64, start_s: u64) -> u64 {
    time_s.max(start_s).abs_diff(start_s)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CLOCK: EpochClock = EpochClock {
        genesis_s: 1_000,
        epoch_length_s: 24,
        report_period_s: 10,
        dispute_window_s: 6,
        open_period_s: 4,
        min_blocks: 6,
    };

    #[test]
    fn the_end_of_a_window_belongs_to_the_next_epoch() {
        assert_eq!(CLOCK.epoch_at(999), None);
        assert_eq!(CLOCK.epoch_at(1_000), Some(0));
        assert_eq!(CLOCK.epoch_at(1_023), Some(0));
        assert_eq!(CLOCK.epoch_at(1_024), Some(1));
        assert_eq!(CLOCK.window_end_s(0).unwrap(), 1_024);
        assert_eq!([5, 1_000, 1_023, 1_024].map(|time_s| CLOCK.receipt_epoch(time_s)), [0, 0, 0, 1]);
        let next = |time_s| CLOCK.next_epoch(time_s).unwrap();
        assert_eq!([next(5), next(999), next(1_000), next(1_023), next(1_024)], [0, 0, 1, 1, 2]);
    }

    #[test]
    fn due_by_hand() {
        // No report yet: T = genesis, so the window end decides.
        assert_eq!(CLOCK.due_s(None, 0).unwrap(), 1_034);
        assert_eq!(CLOCK.due_s(None, 3).unwrap(), 1_106);
        // Epoch 1 was terminal late, at 1,200: epochs 2, 3, 4 queue one report period apart.
        let last = LastReport { epoch: 1, terminal_at_s: 1_200, ends_height: 50 };
        assert_eq!(CLOCK.due_s(Some(&last), 2).unwrap(), 1_210);
        assert_eq!(CLOCK.due_s(Some(&last), 3).unwrap(), 1_220);
        // Epoch 20 ends at 1,504, long after the queue (1,200 + 18·10 = 1,380).
        assert_eq!(CLOCK.due_s(Some(&last), 20).unwrap(), 1_514);
        assert!(CLOCK.due_s(Some(&last), 1).is_err());
    }

    #[test]
    fn the_epoch_after_a_report_waits_for_blocks_too() {
        let last = LastReport { epoch: 1, terminal_at_s: 1_060, ends_height: 50 };
        // due(2) = 1,072 + 10
        assert_eq!(CLOCK.open_epoch(Some(&last), 1_082, 99).unwrap(), 2);
        assert_eq!(CLOCK.open_epoch(Some(&last), 1_083, 56).unwrap(), 2, "the chain stood still");
        assert_eq!(CLOCK.open_epoch(Some(&last), 1_083, 57).unwrap(), 3);
    }

    #[test]
    fn a_cycle_longer_than_the_epoch_is_refused() {
        assert!(CLOCK.validate(1_000).is_ok());
        assert!(CLOCK.validate(1_001).is_err(), "genesis lies in the past");
        assert!(EpochClock { open_period_s: 9, ..CLOCK }.validate(0).is_err());
        assert!(EpochClock { open_period_s: u64::MAX, ..CLOCK }.validate(0).is_err());
        assert!(EpochClock { epoch_length_s: 0, ..CLOCK }.validate(0).is_err());
        assert!(EpochClock { report_period_s: 0, ..CLOCK }.validate(0).is_err());
    }

    #[test]
    fn a_clock_is_bounded() {
        let refused = |field, value: u64, requirement| {
            Err(ProtocolError::Invalid { field, value: value.to_string(), requirement })
        };
        let length = |epoch_length_s| EpochClock { epoch_length_s, ..CLOCK }.validate(0);
        let lengths = "1 second to 400 days (34560000)";
        assert_eq!(length(0), refused("epoch_length_s", 0, lengths));
        assert_eq!(length(34_560_000), Ok(()));
        assert_eq!(length(34_560_001), refused("epoch_length_s", 34_560_001, lengths));
        let genesis = |genesis_s| EpochClock { genesis_s, ..CLOCK }.validate(1_000);
        let times = "not before the block time of the instantiation, and below 2^40";
        assert_eq!(genesis(999), refused("genesis_s", 999, times));
        assert_eq!(genesis(1_099_511_627_776), Ok(()));
        assert_eq!(genesis(1_099_511_627_777), refused("genesis_s", 1_099_511_627_777, times));
        let report = EpochClock { report_period_s: 0, ..CLOCK }.validate(0);
        assert_eq!(report, refused("report_period_s", 0, "at least 1 second"));
        // 10 + 6 + 8 are the 24 seconds of an epoch.
        let cycle = |open_period_s| EpochClock { open_period_s, ..CLOCK }.validate(0);
        let cycles = "report_period_s + dispute_window_s + open_period_s, at most epoch_length_s";
        assert_eq!(cycle(8), Ok(()));
        assert_eq!(cycle(9), refused("the reporting cycle", 25, cycles));
    }

    proptest! {
        /// The closed form against its definition: the first epoch after the last report whose due time has not passed.
        #[test]
        fn open_epoch_is_the_first_not_past_due(
            reported in proptest::option::of((0u64..30, 0u64..2_000)),
            length in 1u64..60,
            period in 1u64..60,
            wait in 0u64..5_000,
        ) {
            prop_assume!(period <= length);
            let clock = EpochClock {
                epoch_length_s: length, report_period_s: period, dispute_window_s: 0, open_period_s: 0, ..CLOCK
            };
            let last = reported.map(|(epoch, late)| LastReport {
                epoch,
                terminal_at_s: clock.window_end_s(epoch).unwrap() + late,
                ends_height: 0,
            });
            let now = last.map_or(clock.genesis_s, |last| last.terminal_at_s) + wait;
            let mut expected = last.map_or(0, |last| last.epoch + 1);
            while clock.due_s(last.as_ref(), expected).unwrap() < now {
                expected += 1;
            }
            prop_assert_eq!(clock.open_epoch(last.as_ref(), now, u64::MAX).unwrap(), expected);
        }
    }
}
