//! Reserves a proof.

use attention_protocol::Hash;
use attention_protocol::dispute_event::DisputeEvent;
use attention_protocol::event::Event;
use cosmwasm_std::{Response, Storage};

use crate::error::{DisputeError, Result, refuse};
use crate::hex::hex;
use crate::state::dispute::PROOF_COMMITS;

/// Stores at which height the hash came first: a later copy of it does not move that.
pub(crate) fn commit_proof(storage: &mut dyn Storage, height: u64, hash: &Hash) -> Result<Response> {
    if let Some(height) = PROOF_COMMITS.may_load(storage, hash.as_slice())? {
        return refuse(DisputeError::AlreadyCommitted { height });
    }
    PROOF_COMMITS.save(storage, hash.as_slice(), &height);
    Ok(Response::new().add_event(Event::Dispute(DisputeEvent::ProofCommitted { hash: hex(hash) })))
}
