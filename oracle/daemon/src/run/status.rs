//! The chain's state as the round takes it.

use std::sync::Arc;

use attention_core::round::{AnchorState, ChainStatus, Duty, FinalState, Pending, Seat};
use attention_protocol::config::Pubkey;
use attention_protocol::msg::{EpochStatusResponse, ReportResponse, ReportStatus};
use attention_protocol::{Hash, ZERO_HASH};

use crate::epoch::{ChainReader, EpochConfig, EpochError};
use crate::operator::{Settler, check_spec};

/// Final epochs that are looked at for settling.
const FINAL_EPOCHS_MAX: usize = 32;

/// Who this operator is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Own {
    /// Public key of the signer.
    pub(super) pubkey: Pubkey,
    /// Hash of the local specification.
    pub(super) spec_hash: Hash,
}

/// What was read.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) chain: ChainStatus,
    pub(super) height: u64,
    /// The configuration of the open epoch, if it is accepted.
    pub(super) config: Option<Arc<EpochConfig>>,
}

/// Reads the chain. Everything is asked of a node whose newest block is young. Without a part in the open epoch nothing is
/// settled either, so final reports are not looked at.
pub(super) async fn read(
    reader: &ChainReader,
    settler: &Settler,
    own: Own,
    now_s: u64,
) -> Result<Reading, EpochError> {
    let height = reader.client().fresh_status(now_s).await?.height;
    let status = reader.epoch_status().await?;
    let open_epoch = status.open_epoch;
    let (duty, config) = duty(reader, open_epoch, own).await?;
    let reports = match duty {
        Duty::Report(_) => reader.final_reports(open_epoch).await?,
        Duty::Idle { .. } => vec![],
    };
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
        duty,
        anchor: anchor(&status)?,
        final_epochs,
    };
    Ok(Reading { chain, height, config })
}

/// What this operator does about an epoch under the configuration in force for it.
async fn duty(
    reader: &ChainReader,
    epoch: u64,
    own: Own,
) -> Result<(Duty, Option<Arc<EpochConfig>>), EpochError> {
    let idle = |reason: String| Duty::Idle { reason };
    let config = match reader.configuration(epoch).await {
        Err(EpochError::Deployment(error)) => return Ok((idle(error.to_string()), None)),
        config => config?,
    };
    let EpochConfig { deployment, suspended } = config.as_ref();
    let (version, operators) = (deployment.config_version, deployment.operators.clone());
    let seat = Seat {
        index: deployment.index_of(&own.pubkey),
        operators,
        suspended: *suspended,
        config_digest: deployment.digest(),
    };
    if let Err(error) = check_spec(deployment, own.spec_hash) {
        return Ok((idle(error.to_string()), Some(config)));
    }
    let duty = match seat.index {
        None => {
            let (key, count) = (hex::encode(own.pubkey), seat.operators.count());
            idle(format!(
                "public key {key} is none of the {count} operators of configuration version {version}"
            ))
        }
        Some(index) if !seat.counts(index) => {
            idle(format!("operator {index} of configuration version {version}, which we are, is suspended"))
        }
        Some(_) => Duty::Report(seat),
    };
    Ok((duty, Some(config)))
}

/// The anchor that the awaited report needs.
fn anchor(status: &EpochStatusResponse) -> Result<Option<AnchorState>, EpochError> {
    let (Some(first_from_s), Some(any_from_s), Some(first)) =
        (status.anchor_from_s, status.anchor_by_any_from_s, status.anchor_rank)
    else {
        return Ok(None);
    };
    let hash = |bytes| crate::epoch::hash_of("epoch_status.input_root", bytes);
    let anchored = status.input_root.as_ref().map(hash).transpose()?;
    Ok(Some(AnchorState { anchored, first, first_from_s, any_from_s }))
}

/// What the open epoch's report carries as `prev_digest`, and the report itself if it is posted.
fn pending(
    status: &EpochStatusResponse,
    report: &ReportResponse,
) -> Result<(Option<Hash>, Option<Pending>), EpochError> {
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
