//! Reports and the epoch clock.

use attention_protocol::msg::{EpochStatusResponse, ReportResponse, ReportStatus, ReportsResponse};
use attention_protocol::{Hash, ZERO_HASH};
use cosmwasm_std::{Binary, Storage};

use crate::error::Result;
use crate::state::report::{REPORTS, ReportRow};
use crate::timeline::Timeline;

/// Where the clock stands.
pub(super) fn epoch_status(timeline: &Timeline) -> Result<EpochStatusResponse> {
    let (clock, now) = (&timeline.clock, timeline.now);
    let open_epoch = timeline.open_epoch()?;
    let (due_s, prev_digest) = match timeline.pending() {
        Some(_) => (None, None),
        None => {
            let digest = timeline.newest.as_ref().map_or(ZERO_HASH, |newest| newest.digest);
            (Some(clock.due_s(timeline.last().as_ref(), open_epoch)?), Some(digest))
        }
    };
    Ok(EpochStatusResponse {
        now_s: now.time_s,
        height: now.height,
        current_epoch: clock.epoch_at(now.time_s),
        open_epoch,
        revision: 0,
        window_end_s: clock.window_end_s(open_epoch)?,
        due_s,
        prev_digest: prev_digest.map(Binary::from),
    })
}

/// One epoch's report, or its state without one.
pub(super) fn report(storage: &dyn Storage, timeline: &Timeline, epoch: u64) -> Result<ReportResponse> {
    let (status, row) = timeline.status(storage, epoch)?;
    Ok(match row {
        Some(row) => posted(status, &row),
        None => ReportResponse {
            epoch,
            status,
            revision: 0,
            body: None,
            digest: None,
            signers: Vec::new(),
            submitted_at_s: None,
            ends_at_s: None,
            ends_height: None,
        },
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
    let respond = |row: ReportRow| {
        let is_final = row.window.has_ended(timeline.now);
        posted(if is_final { ReportStatus::Final } else { ReportStatus::Pending }, &row)
    };
    let reports = rows.map(|(row, _)| row.map(respond)).collect::<Result<_, _>>()?;
    Ok(ReportsResponse { reports })
}

fn posted(status: ReportStatus, row: &ReportRow) -> ReportResponse {
    let digest: Hash = row.body.digest();
    ReportResponse {
        epoch: row.body.epoch,
        status,
        revision: row.body.revision,
        body: Some(Binary::new(row.body.pack())),
        digest: Some(Binary::from(digest)),
        signers: (0..32u8)
            .filter(|index| row.signers.checked_shr(u32::from(*index)).unwrap_or(0) & 1 == 1)
            .collect(),
        submitted_at_s: Some(row.submitted_at_s),
        ends_at_s: Some(row.window.ends_at_s),
        ends_height: Some(row.window.ends_height),
    }
}
