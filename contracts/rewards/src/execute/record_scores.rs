//! Copies scores of a settled allocation into state, where other contracts can query them.

use attention_protocol::Leaf;
use attention_protocol::event::Event;
use attention_protocol::hash::Deployment;
use attention_protocol::msg::RECORD_SCORES_MAX;
use attention_protocol::tree::verify_range;
use cosmwasm_std::{Binary, Response, Storage};

use crate::error::{ContractError, Result, check_count};
use crate::payout::{allocation_shape, settled_allocation};
use crate::state::score::{self, ScoreRow};

/// A contiguous range of leaves with one proof.
pub(crate) struct ScoreRange<'a> {
    pub(crate) campaign: u64,
    pub(crate) epoch: u64,
    pub(crate) start: u32,
    pub(crate) leaves: &'a Binary,
    pub(crate) siblings: &'a Binary,
}

/// Proves the range and records each score, unless that of the account and epoch is recorded. An older epoch may follow a newer
/// one: queries for the newest score find the newest.
pub(crate) fn record_scores(
    storage: &mut dyn Storage,
    deployment: &Deployment,
    range: &ScoreRange<'_>,
) -> Result<Response> {
    let (campaign, epoch) = (range.campaign, range.epoch);
    let leaves = Leaf::unpack_all(range.leaves.as_slice(), RECORD_SCORES_MAX)?;
    check_count("leaves", leaves.len(), RECORD_SCORES_MAX)?;
    let allocation = settled_allocation(storage, campaign, epoch)?;
    let shape = allocation_shape(deployment, campaign, epoch, &allocation);
    verify_range(&shape, range.start, &leaves, range.siblings.as_slice())?;
    let (mut recorded, mut skipped) = (0u32, 0u32);
    for leaf in &leaves {
        let counter = if record(storage, (campaign, epoch), leaf)? { &mut recorded } else { &mut skipped };
        *counter = counter.checked_add(1).ok_or_else(|| ContractError::overflow("leaves"))?;
    }
    Ok(Response::new().add_event(Event::ScoresRecorded { campaign, epoch, recorded, skipped }))
}

/// Writes the leaf's score unless it was recorded before.
fn record(storage: &mut dyn Storage, (campaign, epoch): (u64, u64), leaf: &Leaf) -> Result<bool> {
    let row = ScoreRow { epoch, score: leaf.score, streak: leaf.streak, weight: leaf.weight };
    score::record(storage, campaign, &leaf.account, &row)
}
