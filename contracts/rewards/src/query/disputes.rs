//! Challenges and opening demands.

use attention_protocol::msg::{ChallengeInfo, ChallengeResponse, DemandInfo, DemandsResponse};
use cosmwasm_std::{Binary, Storage};

use crate::error::{ContractError, Result};
use crate::state::dispute::{CHALLENGES, DEMANDS, DemandRow};

/// Bytes of a target.
const TARGET_BYTES: usize = 9;
/// No target is above it.
const LAST_TARGET: [u8; TARGET_BYTES] = [u8::MAX; TARGET_BYTES];

/// The challenge of a report.
pub(super) fn challenge(storage: &dyn Storage, epoch: u64, revision: u32) -> Result<ChallengeResponse> {
    let row = CHALLENGES.may_load(storage, (epoch, revision.into()))?;
    let challenge = row.map(|row| ChallengeInfo {
        challenger: row.challenger,
        reason: row.reason,
        bond: row.bond.into(),
        deadline_s: row.deadline_s,
        status: row.status,
    });
    Ok(ChallengeResponse { challenge })
}

/// A page of the demands on a report, by rising target.
pub(super) fn demands(
    storage: &dyn Storage,
    (epoch, revision): (u64, u32),
    start_after: Option<&Binary>,
    limit: u32,
) -> Result<DemandsResponse> {
    let first = match start_after {
        None => Vec::new(),
        Some(target) if target.len() == TARGET_BYTES => [target.as_slice(), &[0]].concat(),
        Some(target) => return Err(ContractError::invalid("start_after", target, "9 bytes in base64")),
    };
    let revision = u64::from(revision);
    let (from, to) = ((epoch, (revision, first.as_slice())), (epoch, (revision, &LAST_TARGET[..])));
    let rows = DEMANDS.ascending(storage, from, to).zip(0..limit);
    let rows = rows.map(|(row, _)| Ok(info(row?)));
    Ok(DemandsResponse { demands: rows.collect::<Result<_>>()? })
}

fn info(row: DemandRow) -> DemandInfo {
    DemandInfo {
        target: Binary::from(row.target),
        demander: row.demander,
        bond: row.bond.into(),
        deadline_s: row.deadline_s,
        deadline_height: row.deadline_height,
        status: row.status,
    }
}
