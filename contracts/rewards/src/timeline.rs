//! Where the reports stand: which epoch is open, final or missed, and when a campaign ends.

use attention_protocol::campaign::effective_end;
use attention_protocol::msg::ReportStatus;
use attention_protocol::{EpochClock, LastReport};
use cosmwasm_std::{Env, Storage};

use crate::error::{ContractError, Result};
use crate::state::campaign::RunRow;
use crate::state::config::CLOCK;
use crate::state::report::{NEWEST_REPORT, NewestReport, REPORTS, ReportRow};

/// The block a message runs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment {
    /// Block time, unix seconds.
    pub(crate) time_s: u64,
    /// Block height.
    pub(crate) height: u64,
}

impl From<&Env> for Moment {
    fn from(env: &Env) -> Self {
        Self { time_s: env.block.time.seconds(), height: env.block.height }
    }
}

/// The clock and the newest report, at a moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timeline {
    pub(crate) now: Moment,
    pub(crate) clock: EpochClock,
    pub(crate) newest: Option<NewestReport>,
}

impl Timeline {
    /// Reads two rows.
    pub(crate) fn load(storage: &dyn Storage, now: Moment) -> Result<Self> {
        let clock = CLOCK.load(storage, ())?;
        let newest = NEWEST_REPORT.may_load(storage, ())?;
        Ok(Self { now, clock, newest })
    }

    /// The newest report, if it is still disputable.
    pub(crate) fn pending(&self) -> Option<&NewestReport> {
        self.newest.as_ref().filter(|newest| !newest.window.has_ended(self.now))
    }

    /// The newest terminal epoch that had a report. One report at a time: it is the newest report, unless that pends.
    pub(crate) fn last(&self) -> Option<LastReport> {
        self.newest.as_ref().map(NewestReport::as_last)
    }

    /// The lowest epoch that is neither final nor missed: the pending one if there is one.
    pub(crate) fn open_epoch(&self) -> Result<u64> {
        match self.pending() {
            Some(pending) => Ok(pending.epoch),
            None => Ok(self.clock.open_epoch(self.last().as_ref(), self.now.time_s, self.now.height)?),
        }
    }

    /// The state of an epoch's report, and the report.
    pub(crate) fn status(
        &self,
        storage: &dyn Storage,
        epoch: u64,
    ) -> Result<(ReportStatus, Option<ReportRow>)> {
        if let Some(row) = REPORTS.may_load(storage, epoch)? {
            let status = if self.is_final(&row) { ReportStatus::Final } else { ReportStatus::Pending };
            return Ok((status, Some(row)));
        }
        let status = if epoch < self.open_epoch()? { ReportStatus::Missed } else { ReportStatus::Open };
        Ok((status, None))
    }

    /// The report of an epoch.
    ///
    /// # Errors
    /// [`ContractError::NotFinal`] if there is none, or it is still disputable.
    pub(crate) fn final_report(&self, storage: &dyn Storage, epoch: u64) -> Result<ReportRow> {
        REPORTS
            .may_load(storage, epoch)?
            .filter(|row| self.is_final(row))
            .ok_or_else(|| ContractError::NotFinal { epoch }.into())
    }

    /// Whether a report is final.
    pub(crate) fn is_final(&self, report: &ReportRow) -> bool {
        report.window.has_ended(self.now)
    }

    /// How many epochs have closed since `epoch`, which has closed itself: 0 if it is the newest closed one.
    pub(crate) fn stale_epochs(&self, epoch: u64) -> u64 {
        let current = self.clock.epoch_at(self.now.time_s).unwrap_or(0);
        epoch.checked_add(1).and_then(|next| current.checked_sub(next)).unwrap_or(0)
    }

    /// First epoch without an allocation, a missed last epoch taken into account.
    pub(crate) fn effective_end(&self, storage: &dyn Storage, run: &RunRow) -> Result<u64> {
        let open = self.open_epoch()?;
        effective_end(
            run.start_epoch,
            run.end_epoch,
            |epoch| Ok(epoch < open && !REPORTS.has(storage, epoch)),
        )
    }
}
