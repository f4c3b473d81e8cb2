//! Puts the proposal in force from the next epoch on.

use attention_protocol::hash::Deployment;
use cosmwasm_std::{Response, Storage};

use crate::bonds::check_bonded;
use crate::configuration::{Configuration, check_not_suspended};
use crate::error::{OperatorError, Result, refuse};
use crate::state::proposal::{PROPOSAL, ProposedSet};
use crate::timeline::Moment;

/// The owner's right was checked before. The timelock protects users from a silent change; while there is no quorum it would
/// protect nothing but the standstill.
pub(crate) fn accept_config(
    storage: &mut dyn Storage,
    now: Moment,
    deployment: &Deployment,
) -> Result<Response> {
    let proposal = PROPOSAL.may_load(storage, ())?.ok_or(OperatorError::NoProposal {})?;
    let mut next = Configuration::newest(storage)?;
    let ready_s = proposal.ready_s;
    if now.time_s < ready_s && !next.is_stuck() {
        return refuse(OperatorError::Timelocked { ready_s });
    }
    if let Some(ProposedSet { set, named }) = proposal.operators {
        for (_, admin) in &named {
            check_not_suspended(storage, admin)?;
            check_bonded(storage, admin)?;
        }
        next.operators.set = set;
        next.operators.suspended = 0;
        next.about.operators = named;
    }
    if let Some(spec_hash) = proposal.spec_hash {
        next.about.spec_hash = spec_hash;
    }
    PROPOSAL.remove(storage, ());
    Ok(Response::new().add_event(next.change(storage, deployment, now)?))
}
