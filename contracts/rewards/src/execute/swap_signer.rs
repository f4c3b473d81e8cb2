//! An operator replaces its own hot key: a stolen one is worth nothing from the next epoch on.

use attention_protocol::config::Pubkey;
use attention_protocol::event::Event;
use attention_protocol::hash::Deployment;
use cosmwasm_std::{Addr, Api, Binary, Response, Storage};

use crate::configuration::{Configuration, check_not_suspended, check_possession, with_key};
use crate::error::{ContractError, Result, refuse};
use crate::state::proposal::PROPOSAL;
use crate::timeline::Moment;

/// The key changes in the newest configuration, and in the proposal if that keeps the operator: an acceptance afterwards does
/// not bring the old key back.
pub(crate) fn swap_signer(
    storage: &mut dyn Storage,
    api: &dyn Api,
    now: Moment,
    deployment: &Deployment,
    admin: &Addr,
    (pubkey, possession): (&Binary, &Binary),
) -> Result<Response> {
    let mut next = Configuration::newest(storage)?;
    let Some((index, old)) = next.operator(admin) else {
        let allowed = "the admin of an operator of the newest configuration";
        return refuse(ContractError::Unauthorized { sender: admin.clone(), allowed });
    };
    check_not_suspended(storage, admin)?;
    let invalid = |requirement| ContractError::invalid("pubkey", pubkey, requirement);
    let key =
        Pubkey::try_from(pubkey.as_slice()).map_err(|_| invalid("a compressed secp256k1 key of 33 bytes"))?;
    if key == *old {
        return Err(invalid("another key than the operator's newest"));
    }
    check_possession(api, deployment, next.next_version()?, (admin, &key), possession)?;
    next.operators.set = with_key(&next.operators.set, index, &key)?;
    swap_in_proposal(storage, admin, &key)?;
    let swapped = Event::SignerSwapped { admin: admin.to_string(), index };
    Ok(Response::new().add_event(swapped).add_event(next.change(storage, deployment, now)?))
}

fn swap_in_proposal(storage: &mut dyn Storage, admin: &Addr, key: &Pubkey) -> Result<()> {
    let Some(mut proposal) = PROPOSAL.may_load(storage, ())? else {
        return Ok(());
    };
    let Some(operators) = &mut proposal.operators else {
        return Ok(());
    };
    let place = (0u8..).zip(&operators.named).find(|(_, (_, other))| other == admin);
    if let Some((index, _)) = place {
        operators.set = with_key(&operators.set, index, key)?;
        PROPOSAL.save(storage, (), &proposal);
    }
    Ok(())
}
