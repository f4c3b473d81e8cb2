//! Fixes the input that the awaited report has to be computed from.

use attention_protocol::anchor::anchor_digest;
use attention_protocol::dispute_event::DisputeEvent;
use attention_protocol::event::Event;
use attention_protocol::hash::Deployment;
use attention_protocol::quorum::{IndexedSignature, verify_signature};
use attention_protocol::{Hash, phase::Awaited};
use cosmwasm_std::{Api, Response, Storage};

use crate::error::{DisputeError, Result, refuse};
use crate::hex::hex;
use crate::signatures::verifier;
use crate::state::config::{SECURITY, operators_at};
use crate::state::progress::save_progress;
use crate::timeline::Timeline;

/// An operator's word on an input.
pub(crate) struct Anchor<'a> {
    pub(crate) epoch: u64,
    pub(crate) revision: u32,
    pub(crate) input_root: Hash,
    pub(crate) index: u8,
    pub(crate) signature: &'a [u8],
}

/// Checks turn and signature, and stores the input. The first counts: there is no second one in a revision.
pub(crate) fn anchor_input(
    storage: &mut dyn Storage,
    api: &dyn Api,
    timeline: &Timeline,
    deployment: &Deployment,
    anchor: &Anchor<'_>,
) -> Result<Response> {
    let Some(grace_s) = SECURITY.load(storage, ())?.anchor_grace_s else {
        return refuse(DisputeError::AnchorsOff {});
    };
    let awaited = awaited(timeline, anchor)?;
    let (epoch, revision) = (awaited.epoch, awaited.revision);
    let operators = operators_at(storage, epoch)?;
    check_turn(timeline, &awaited, (grace_s, operators.set.count()), anchor.index)?;
    let digest = anchor_digest(deployment, epoch, revision, &anchor.input_root);
    let signature = IndexedSignature { index: anchor.index, signature: anchor.signature };
    verify_signature(&operators.set, operators.suspended, &digest, &signature, verifier(api))?;
    save_progress(storage, &timeline.progress.anchored(awaited, anchor.input_root));
    let input_root = hex(&anchor.input_root);
    let event = DisputeEvent::InputAnchored { epoch, revision, input_root, operator: anchor.index };
    Ok(Response::new().add_event(Event::Dispute(event)))
}

/// The awaited report, if the anchor is for it and comes first.
fn awaited(timeline: &Timeline, anchor: &Anchor<'_>) -> Result<Awaited> {
    let (epoch, revision) = (anchor.epoch, anchor.revision);
    let Some(awaited) = timeline.awaited()? else {
        return Err(timeline.previous_pending());
    };
    if (awaited.epoch, awaited.revision) != (epoch, revision) {
        let (awaited, awaited_revision) = (awaited.epoch, awaited.revision);
        return refuse(DisputeError::AnchorNotAwaited { epoch, revision, awaited, awaited_revision });
    }
    match awaited.input_root {
        Some(input_root) => {
            refuse(DisputeError::AlreadyAnchored { epoch, revision, input_root: hex(&input_root) })
        }
        None => Ok(awaited),
    }
}

/// The grace has passed, and the operator comes first or the first half of the time is over.
fn check_turn(
    timeline: &Timeline,
    awaited: &Awaited,
    (grace_s, operators): (u64, u8),
    index: u8,
) -> Result<()> {
    let now_s = timeline.now.time_s;
    let (from_s, by_any_from_s) = awaited.anchor_times_s(&timeline.clock, grace_s)?;
    if now_s < from_s {
        return refuse(DisputeError::AnchorTooSoon { epoch: awaited.epoch, from_s, now_s });
    }
    let rank = awaited.anchor_rank(operators)?;
    if index != rank && now_s < by_any_from_s {
        return refuse(DisputeError::NotAnchorTurn { index, rank, from_s: by_any_from_s });
    }
    Ok(())
}
