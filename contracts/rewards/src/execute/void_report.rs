//! Voids a pending report on the word of the owner or the guardian.

use attention_protocol::msg::VoidReason;
use cosmwasm_std::{Response, Storage};

use crate::disputing::void;
use crate::error::Result;
use crate::timeline::Timeline;

/// Nobody is slashed on a word: it opens the epoch for another report and can set nothing.
pub(crate) fn void_report(
    storage: &mut dyn Storage,
    timeline: &Timeline,
    epoch: u64,
    revision: u32,
) -> Result<Response> {
    let pending = timeline.disputed(epoch, revision)?;
    let voided = void(storage, timeline, &pending, VoidReason::Guardian)?;
    Ok(Response::new().add_event(voided.event))
}
