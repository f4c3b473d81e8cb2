//! Leaves the deployment without an owner, for good.

use attention_protocol::event::Event;
use cosmwasm_std::{Response, Storage};

use crate::configuration::current_epoch;
use crate::error::{ContractError, Result, refuse};
use crate::state::config::denoms_at;
use crate::state::money::FEES;
use crate::state::owner::{OWNERSHIP, Ownership};
use crate::state::proposal::PROPOSAL;

/// Nothing may be left that only an owner could end, or take: that makes it a decision of several steps. The owner's right was
/// checked before.
pub(crate) fn renounce_ownership(storage: &mut dyn Storage, now_s: u64) -> Result<Response> {
    let roles = OWNERSHIP.load(storage, ())?;
    let current = current_epoch(storage, now_s)?;
    let mut policies = denoms_at(storage, current)?;
    policies.extend(denoms_at(storage, u64::MAX)?);
    let reason = if roles.proposed.is_some() {
        Some("an owner is proposed")
    } else if roles.guardian.is_some() {
        Some("nobody could take the guardian's right away")
    } else if PROPOSAL.has(storage, ()) {
        Some("a configuration is proposed")
    } else if policies.iter().any(|(_, policy)| policy.creation_fee > 0) {
        Some("nobody could withdraw the creation fees that are asked")
    } else if has_fees(storage, policies.iter().map(|(denom, _)| denom.as_str()))? {
        Some("creation fees are due")
    } else {
        None
    };
    if let Some(reason) = reason {
        return refuse(ContractError::NotRenounceable { reason });
    }
    OWNERSHIP.save(storage, (), &Ownership { owner: None, proposed: None, guardian: None });
    Ok(Response::new().add_event(Event::OwnershipRenounced {}))
}

fn has_fees<'a>(storage: &dyn Storage, denoms: impl Iterator<Item = &'a str>) -> Result<bool> {
    for denom in denoms {
        if FEES.may_load(storage, denom)?.unwrap_or(0) > 0 {
            return Ok(true);
        }
    }
    Ok(false)
}
