//! Proposes other operators or another specification; both wait for the timelock and the owner's acceptance.

use attention_protocol::Hash;
use attention_protocol::config::{OperatorSet, Pubkey};
use attention_protocol::event::Event;
use attention_protocol::hash::Deployment;
use attention_protocol::msg::{ProposeConfig, ProposedOperators};
use cosmwasm_std::{Addr, Api, Binary, Response, Storage};

use crate::bounds::hash_of;
use crate::configuration::{Configuration, check_not_suspended, check_possession};
use crate::error::{ContractError, OperatorError, Result, refuse};
use crate::instantiate::named_operators;
use crate::state::config::SECURITY;
use crate::state::proposal::{PROPOSAL, ProposalRow, ProposedSet};

/// The owner's right was checked before. Everything but the bonds is checked here: they may still come.
pub(crate) fn propose_config(
    storage: &mut dyn Storage,
    api: &dyn Api,
    now_s: u64,
    deployment: &Deployment,
    msg: ProposeConfig,
) -> Result<Response> {
    if let Some(ProposalRow { ready_s, .. }) = PROPOSAL.may_load(storage, ())? {
        return refuse(OperatorError::ProposalPending { ready_s });
    }
    let newest = Configuration::newest(storage)?;
    let spec_hash: Option<Hash> =
        msg.spec_hash.as_ref().map(|bytes| hash_of("spec_hash", bytes)).transpose()?;
    let operators = match msg.operators {
        Some(operators) => Some(checked(storage, api, deployment, &newest, operators)?),
        None => None,
    };
    let is_change = operators.is_some() || spec_hash.is_some_and(|hash| hash != newest.about.spec_hash);
    if !is_change {
        let requirement = "operators, or a spec_hash other than the newest configuration's";
        return Err(ContractError::invalid("propose_config", "without a change", requirement));
    }
    let timelock_s = SECURITY.load(storage, ())?.timelock_s;
    let ready_s = now_s.checked_add(timelock_s);
    let ready_s = ready_s.ok_or_else(|| ContractError::overflow("the end of the timelock"))?;
    PROPOSAL.save(storage, (), &ProposalRow { ready_s, spec_hash, operators });
    Ok(Response::new().add_event(Event::ConfigProposed { ready_s }))
}

/// A valid set of named operators none of whom was suspended, each key in its admin's hands.
fn checked(
    storage: &dyn Storage,
    api: &dyn Api,
    deployment: &Deployment,
    newest: &Configuration,
    msg: ProposedOperators,
) -> Result<ProposedSet> {
    let keys: Vec<Binary> = msg.operators.iter().map(|operator| operator.pubkey.clone()).collect();
    let set = OperatorSet::new(&keys, msg.faulty_max)?;
    let named = msg.operators.iter().map(|operator| (operator.name.as_str(), operator.admin.as_str()));
    let named = named_operators(api, named)?;
    let config_version = newest.next_version()?;
    for (((_, admin), pubkey), operator) in named.iter().zip(set.pubkeys()).zip(&msg.operators) {
        check_not_suspended(storage, admin)?;
        match &operator.possession {
            Some(possession) => {
                check_possession(api, deployment, config_version, (admin, pubkey), possession)?;
            }
            None if has_key(newest, admin, pubkey) => {}
            None => return refuse(OperatorError::NotPossessed { admin: admin.clone(), config_version }),
        }
    }
    Ok(ProposedSet { set, named })
}

/// Whether the admin proved this key before.
fn has_key(newest: &Configuration, admin: &Addr, pubkey: &Pubkey) -> bool {
    newest.operator(admin).is_some_and(|(_, key)| key == pubkey)
}
