//! The chain's state as the round takes it.

use attention_core::round::{ChainStatus, FinalState, Pending};
use attention_protocol::ZERO_HASH;
use attention_protocol::msg::{EpochStatusResponse, ReportResponse, ReportStatus};

use crate::epoch::{ChainReader, EpochError};
use crate::operator::Settler;

/// Final epochs that are looked at for settling.
const FINAL_EPOCHS_MAX: usize = 32;

/// Reads the chain. Everything is asked of a node whose newest block is young.
pub(super) async fn read(
    reader: &ChainReader,
    settler: &Settler,
    now_s: u64,
) -> Result<(ChainStatus, u64), EpochError> {
    let height = reader.client().fresh_status(now_s).await?.height;
    let status = reader.epoch_status().await?;
    let open_epoch = status.open_epoch;
    let reports = reader.final_reports(open_epoch).await?;
    let newest = reports.iter().rev().take(FINAL_EPOCHS_MAX).rev();
    let mut final_epochs = Vec::new();
    for report in newest {
        let is_settled = settler.is_settled(report).await?;
        final_epochs.push(FinalState { epoch: report.body.epoch, is_settled });
    }
    let report = reader.report(open_epoch).await?;
    let (prev_digest, pending) = pending(&status, &report)?;
    let chain = ChainStatus {
        now_s: status.now_s,
        open_epoch,
        revision: status.revision,
        window_end_s: status.window_end_s,
        due_s: status.due_s,
        prev_digest: prev_digest.or_else(|| reports.last().map(|report| report.digest)).or(Some(ZERO_HASH)),
        pending,
        final_epochs,
    };
    Ok((chain, height))
}

/// What the open epoch's report carries as `prev_digest`, and the report itself if it is posted.
fn pending(
    status: &EpochStatusResponse,
    report: &ReportResponse,
) -> Result<(Option<attention_protocol::Hash>, Option<Pending>), EpochError> {
    let told = status.prev_digest.as_ref();
    let told = told.map(|digest| crate::epoch::hash_of("epoch_status.prev_digest", digest)).transpose()?;
    if !matches!(report.status, ReportStatus::Pending | ReportStatus::Challenged) {
        return Ok((told, None));
    }
    let found = crate::epoch::body_of(report)?;
    Ok((
        found.as_ref().map(|(body, _)| body.prev_digest).or(told),
        found.map(|(_, digest)| Pending { digest }),
    ))
}
