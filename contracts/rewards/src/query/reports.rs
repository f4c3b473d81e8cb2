//! Reports and the epoch clock.

use attention_protocol::Hash;
use attention_protocol::msg::{
    EpochStatusResponse, ReportResponse, ReportStatus, ReportsResponse, VoidedReport,
};
use attention_protocol::phase::REVISION_MAX;
use cosmwasm_std::{Binary, Storage};

use crate::error::Result;
use crate::state::config::{SECURITY, operators_at};
use crate::state::dispute::VOIDED;
use crate::state::report::{REPORTS, ReportRow};
use crate::timeline::Timeline;

/// Where the clock stands.
pub(super) fn epoch_status(storage: &dyn Storage, timeline: &Timeline) -> Result<EpochStatusResponse> {
    let (clock, now) = (&timeline.clock, timeline.now);
    let (awaited, open_epoch) = (timeline.awaited()?, timeline.open_epoch()?);
    let pending = timeline.pending().map_or(0, |pending| pending.revision);
    let (mut anchor_times_s, mut anchor_rank) = (None, None);
    let grace_s = SECURITY.load(storage, ())?.anchor_grace_s;
    if let Some((awaited, grace_s)) = awaited.as_ref().zip(grace_s) {
        anchor_times_s = Some(awaited.anchor_times_s(clock, grace_s)?);
        anchor_rank = Some(awaited.anchor_rank(operators_at(storage, awaited.epoch)?.set.count())?);
    }
    Ok(EpochStatusResponse {
        now_s: now.time_s,
        height: now.height,
        current_epoch: clock.epoch_at(now.time_s),
        open_epoch,
        revision: awaited.map_or(pending, |awaited| awaited.revision),
        window_end_s: clock.window_end_s(open_epoch)?,
        due_s: awaited.map(|awaited| awaited.due_s),
        prev_digest: awaited.map(|_| Binary::from(timeline.progress.prev_digest)),
        input_root: awaited.and_then(|awaited| awaited.input_root).map(Binary::from),
        anchor_from_s: anchor_times_s.map(|times| times.0),
        anchor_by_any_from_s: anchor_times_s.map(|times| times.1),
        anchor_rank,
    })
}

/// One epoch's report, or its state without one.
pub(super) fn report(storage: &dyn Storage, timeline: &Timeline, epoch: u64) -> Result<ReportResponse> {
    let (status, row) = timeline.status(storage, epoch)?;
    if let Some(row) = row {
        return posted(storage, timeline, &row);
    }
    let voided = voided(storage, epoch)?;
    let awaited = timeline.awaited()?.filter(|awaited| awaited.epoch == epoch);
    let last_revision = voided.last().map_or(0, |last| last.revision);
    Ok(ReportResponse {
        epoch,
        status,
        revision: awaited.map_or(last_revision, |awaited| awaited.revision),
        body: None,
        digest: None,
        signers: Vec::new(),
        submitted_at_s: None,
        ends_at_s: None,
        ends_height: None,
        open_demands: 0,
        voided,
    })
}

/// Posted reports below `before`, newest first.
pub(super) fn reports(
    storage: &dyn Storage,
    timeline: &Timeline,
    before: Option<u64>,
    limit: u32,
) -> Result<ReportsResponse> {
    let highest = match before {
        None => Some(u64::MAX),
        Some(before) => before.checked_sub(1),
    };
    let Some(highest) = highest else {
        return Ok(ReportsResponse { reports: Vec::new() });
    };
    let rows = REPORTS.descending(storage, 0, highest).zip(0..limit);
    let reports = rows.map(|(row, _)| posted(storage, timeline, &row?)).collect::<Result<_>>()?;
    Ok(ReportsResponse { reports })
}

fn posted(storage: &dyn Storage, timeline: &Timeline, row: &ReportRow) -> Result<ReportResponse> {
    let (digest, epoch): (Hash, u64) = (row.body.digest(), row.body.epoch);
    let status = timeline.status_of_posted(epoch);
    let pending = timeline.pending().filter(|_| status != ReportStatus::Final);
    // A first revision has no voided one before it: most reports read no further row.
    let voided = if row.body.revision == 0 { Vec::new() } else { voided(storage, epoch)? };
    Ok(ReportResponse {
        epoch,
        status,
        revision: row.body.revision,
        body: Some(Binary::new(row.body.pack())),
        digest: Some(Binary::from(digest)),
        signers: signers(row.signers),
        submitted_at_s: Some(row.submitted_at_s),
        ends_at_s: Some(row.window.ends_at_s),
        ends_height: Some(row.window.ends_height),
        open_demands: pending.map_or(0, |pending| pending.open_demands.into()),
        voided,
    })
}

/// The voided reports of an epoch by revision, at most four.
fn voided(storage: &dyn Storage, epoch: u64) -> Result<Vec<VoidedReport>> {
    let mut voided = Vec::new();
    for revision in 0..=REVISION_MAX {
        if let Some(row) = VOIDED.may_load(storage, (epoch, revision.into()))? {
            let (digest, signers) = (Binary::from(row.digest), signers(row.signers));
            voided.push(VoidedReport { revision, digest, signers, why: row.why });
        }
    }
    Ok(voided)
}

/// The indices in a bitmap.
fn signers(bitmap: u32) -> Vec<u8> {
    (0..32u8).filter(|index| bitmap.checked_shr(u32::from(*index)).unwrap_or(0) & 1 == 1).collect()
}
