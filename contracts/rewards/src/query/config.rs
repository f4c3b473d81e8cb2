//! Configuration, pause and ownership.

use attention_protocol::RULES_VERSION;
use attention_protocol::msg::{
    ConfigResponse, DenomPolicy, Limits, OwnershipResponse, PauseResponse, Security,
};
use cosmwasm_std::{Addr, Binary, Storage};

use super::operators::infos;
use crate::error::Result;
use crate::state::config::{CLOCK, DenomRow, SECURITY, about_at, denoms_at, limits_at, operators_at};
use crate::state::owner::OWNERSHIP;
use crate::state::pause::PAUSE;

/// The configuration that reports on `epoch` are made for.
pub(super) fn config(storage: &dyn Storage, epoch: u64) -> Result<ConfigResponse> {
    let operators = operators_at(storage, epoch)?;
    let about = about_at(storage, epoch)?;
    let is_suspended = |index: &u8| operators.suspended.checked_shr((*index).into()).unwrap_or(0) & 1 == 1;
    Ok(ConfigResponse {
        config_version: about.config_version,
        config_digest: Binary::from(operators.config_digest),
        rules_version: RULES_VERSION,
        operators: infos(about.operators, operators.set.pubkeys()),
        suspended: (0..operators.set.count()).filter(is_suspended).collect(),
        faulty_max: operators.set.faulty_max(),
        quorum: operators.set.quorum(),
        clock: CLOCK.load(storage, ())?,
        spec_hash: Binary::from(about.spec_hash),
        limits: limits(storage, epoch)?,
        security: security(storage)?,
    })
}

fn security(storage: &dyn Storage) -> Result<Security> {
    let row = SECURITY.load(storage, ())?;
    Ok(Security {
        bond_denom: row.bond_denom,
        operator_bond_min: row.operator_bond_min.into(),
        slash_ppm: row.slash_ppm,
        slash_recipient: row.slash_recipient.map(Addr::into_string),
        unbonding_s: row.unbonding_s,
        demand_bond: row.demand_bond.into(),
        challenge_bond: row.challenge_bond.into(),
        arbiter: row.arbiter.map(Addr::into_string),
        arbiter_period_s: row.arbiter_period_s,
        timelock_s: row.timelock_s,
        anchor_grace_s: row.anchor_grace_s,
    })
}

/// The limits in force in an epoch; denoms in their own order, at most 32.
fn limits(storage: &dyn Storage, epoch: u64) -> Result<Limits> {
    let (_, row) = limits_at(storage, epoch)?;
    let policy = |(denom, row): (String, DenomRow)| DenomPolicy {
        denom,
        funding_min: row.funding_min.into(),
        creation_fee: row.creation_fee.into(),
    };
    Ok(Limits {
        denoms: denoms_at(storage, epoch)?.into_iter().map(policy).collect(),
        settle_grace_s: row.settle_grace_s,
        claim_period_s: row.claim_period_s,
        pause_max_s: row.pause_max_s,
        operator_fee_ppm: row.operator_fee_ppm,
        price_change_max_ppm: row.price_change_max_ppm,
    })
}

/// The current or last pause.
pub(super) fn pause(storage: &dyn Storage, now_s: u64) -> Result<PauseResponse> {
    let row = PAUSE.may_load(storage, ())?;
    Ok(PauseResponse {
        paused: row.is_some_and(|pause| pause.is_active(now_s)),
        until_s: row.map(|pause| pause.end_s),
        paused_seconds: row.map_or(Ok(0), |pause| pause.total_s(now_s))?,
    })
}

/// Who may do what.
pub(super) fn ownership(storage: &dyn Storage) -> Result<OwnershipResponse> {
    let roles = OWNERSHIP.load(storage, ())?;
    Ok(OwnershipResponse { owner: roles.owner, proposed: roles.proposed, guardian: roles.guardian })
}
