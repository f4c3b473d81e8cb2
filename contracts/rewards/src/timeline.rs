//! Where the reports stand: which epoch is open, pending, final or missed, and when a campaign ends.

use attention_protocol::EpochClock;
use attention_protocol::campaign::effective_end;
use attention_protocol::msg::ReportStatus;
use attention_protocol::phase::{Awaited, ChallengeState, Pending};
use cosmwasm_std::Storage;

pub(crate) use attention_protocol::{Moment, Progress};

use crate::error::{ContractError, DisputeError, Result, refuse};
use crate::state::campaign::RunRow;
use crate::state::report::{REPORTS, ReportRow};

/// The clock and where the epochs stand at a moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timeline {
    pub(crate) now: Moment,
    pub(crate) clock: EpochClock,
    /// Brought up to `now`.
    pub(crate) progress: Progress,
}

impl Timeline {
    /// The report that is not terminal yet.
    pub(crate) fn pending(&self) -> Option<&Pending> {
        self.progress.pending()
    }

    /// The pending report of an epoch and revision, as a dispute names it.
    ///
    /// # Errors
    /// [`DisputeError::NotPending`] if it is not that one, or none.
    pub(crate) fn disputed(&self, epoch: u64, revision: u32) -> Result<Pending> {
        let named = |pending: &&Pending| (pending.epoch, pending.revision) == (epoch, revision);
        match self.pending().filter(named) {
            Some(pending) => Ok(*pending),
            None => refuse(DisputeError::NotPending { epoch, revision }),
        }
    }

    /// The same, and its dispute window has not ended.
    ///
    /// # Errors
    /// [`DisputeError::WindowOver`] if it has.
    pub(crate) fn disputable(&self, epoch: u64, revision: u32) -> Result<Pending> {
        let pending = self.disputed(epoch, revision)?;
        if pending.window.has_ended(self.now) {
            return refuse(DisputeError::WindowOver { epoch, ends_at_s: pending.window.ends_at_s });
        }
        Ok(pending)
    }

    /// The refusal of whatever has to wait for the pending report.
    pub(crate) fn previous_pending(&self) -> Box<ContractError> {
        match self.pending() {
            None => ContractError::overflow("the pending report"),
            Some(pending) => Box::new(ContractError::PreviousPending {
                epoch: pending.epoch,
                ends_at_s: pending.window.ends_at_s,
                ends_height: pending.window.ends_height,
            }),
        }
    }

    /// The report that is awaited; `None` while one is pending.
    pub(crate) fn awaited(&self) -> Result<Option<Awaited>> {
        Ok(self.progress.awaited(&self.clock, self.now)?)
    }

    /// The lowest epoch that is neither final nor missed: the pending one if there is one.
    pub(crate) fn open_epoch(&self) -> Result<u64> {
        let pending = self.pending().map(|pending| pending.epoch);
        let epoch = pending.or(self.awaited()?.map(|awaited| awaited.epoch));
        epoch.ok_or_else(|| ContractError::overflow("the open epoch"))
    }

    /// The state of an epoch's report, and the report.
    pub(crate) fn status(
        &self,
        storage: &dyn Storage,
        epoch: u64,
    ) -> Result<(ReportStatus, Option<ReportRow>)> {
        if let Some(row) = REPORTS.may_load(storage, epoch)? {
            return Ok((self.status_of_posted(epoch), Some(row)));
        }
        let status = if epoch < self.open_epoch()? { ReportStatus::Missed } else { ReportStatus::Open };
        Ok((status, None))
    }

    /// The state of a report that has a row: all but the pending one are final.
    pub(crate) fn status_of_posted(&self, epoch: u64) -> ReportStatus {
        match self.pending().filter(|pending| pending.epoch == epoch) {
            None => ReportStatus::Final,
            Some(pending) if pending.challenge == ChallengeState::Open => ReportStatus::Challenged,
            Some(_) => ReportStatus::Pending,
        }
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
        self.status_of_posted(report.body.epoch) == ReportStatus::Final
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
