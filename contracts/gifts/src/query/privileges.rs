//! Privileges, and who holds them now.

use attention_protocol::AccountId;
use attention_protocol::gift::{HasPrivilegeResponse, PrivilegeResponse, PrivilegesResponse};
use cosmwasm_std::Storage;

use crate::error::{ContractError, Result};
use crate::state::config::CONFIG;
use crate::state::pause::PAUSE;
use crate::state::privilege::{HISTORIES, PRIVILEGES, load_privilege};

/// The answer about whoever has proven nothing.
const NOTHING: HasPrivilegeResponse =
    HasPrivilegeResponse { has: false, level: 0, score: 0, expires_epoch: None, stale_epochs: 0 };

/// One privilege.
pub(super) fn privilege(storage: &dyn Storage, privilege: u64) -> Result<PrivilegeResponse> {
    let row = load_privilege(storage, privilege)?;
    Ok(PrivilegeResponse { privilege, terms: row.terms(), retained_e18: row.rule.retained_e18 })
}

/// A page of a campaign's privileges.
pub(super) fn privileges(
    storage: &dyn Storage,
    campaign: u64,
    start_after: Option<u64>,
    limit: usize,
) -> Result<PrivilegesResponse> {
    let ids = PRIVILEGES.ids(storage, campaign, start_after).take(limit);
    Ok(PrivilegesResponse { privileges: ids.map(|id| privilege(storage, id?)).collect::<Result<_>>()? })
}

/// Whether an account holds a level. `has` starts as false, and only one line can make it true.
pub(super) fn has_privilege(
    storage: &dyn Storage,
    now_s: u64,
    (privilege, asked): (u64, u8),
    account: &AccountId,
) -> Result<HasPrivilegeResponse> {
    let Some(row) = PRIVILEGES.may_load(storage, privilege)? else {
        return Ok(NOTHING);
    };
    let history = HISTORIES.may_load(storage, (privilege, account.as_slice()))?.unwrap_or_default();
    let Some(newest) = history.standing(&row.rule)? else {
        return Ok(NOTHING);
    };
    let overflow = || ContractError::overflow("the epoch in which the privilege expires");
    let next = newest.epoch.checked_add(1).ok_or_else(overflow)?;
    let expires = next.checked_add(u64::from(row.ttl_epochs)).ok_or_else(overflow)?;
    // A proven epoch has closed, so the current one is at least the next.
    let current = CONFIG.load(storage, ())?.clock.epoch_at(now_s).unwrap_or(0);
    let Some(stale_epochs) = current.checked_sub(next) else {
        return Ok(NOTHING);
    };
    let closed = current.checked_sub(1).and_then(|closed| row.rule.fade(newest, closed));
    let Some(now) = closed else {
        return Ok(NOTHING);
    };
    let is_paused = PAUSE.may_load(storage, ())?.is_some_and(|pause| pause.is_active(now_s));
    let level = if is_paused || current >= expires { 0 } else { now.level };
    Ok(HasPrivilegeResponse {
        has: asked > 0 && level >= asked,
        level,
        score: now.score,
        expires_epoch: Some(expires),
        stale_epochs,
    })
}
