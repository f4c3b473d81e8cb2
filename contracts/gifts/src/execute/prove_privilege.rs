//! Counts a settled score towards an account's privilege.

use attention_protocol::gift::GiftEvent;
use cosmwasm_std::{CanonicalAddr, Response, Storage};

use crate::error::{ContractError, Result, refuse};
use crate::rewards::{LeafProof, Rewards};
use crate::state::privilege::{HISTORIES, load_privilege};

/// Anyone may prove for anyone: the leaf names the account, and no order of proofs makes it worse off.
pub(crate) fn prove_privilege(
    storage: &mut dyn Storage,
    rewards: &Rewards<'_>,
    privilege: u64,
    shown: &LeafProof<'_>,
) -> Result<Response> {
    let row = load_privilege(storage, privilege)?;
    let leaf = rewards.leaf(row.campaign, shown)?;
    let epoch = shown.epoch;
    let key = (privilege, leaf.account.as_slice());
    let mut history = HISTORIES.may_load(storage, key)?.unwrap_or_default();
    if !history.prove(&row.rule, epoch, leaf.score)? {
        return refuse(ContractError::AlreadyProven { privilege, epoch });
    }
    HISTORIES.save(storage, key, &history);
    let (score, level) = history.standing(&row.rule)?.map_or((0, 0), |at| (at.score, at.level));
    let account = rewards.api.addr_humanize(&CanonicalAddr::from(leaf.account.as_slice()))?.into_string();
    let event = GiftEvent::PrivilegeProven { privilege, epoch, account, score, level };
    Ok(Response::new().add_event(event))
}
