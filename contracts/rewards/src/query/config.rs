//! Configuration, pause and ownership.

use attention_protocol::RULES_VERSION;
use attention_protocol::msg::{
    ConfigResponse, DenomPolicy, Limits, OperatorInfo, OwnershipResponse, PauseResponse,
};
use cosmwasm_std::{Binary, Storage};

use crate::error::Result;
use crate::state::config::{ABOUT, CLOCK, DENOMS, LIMITS, OPERATORS};
use crate::state::owner::OWNERSHIP;
use crate::state::pause::PAUSE;

/// Everything fixed at instantiation.
pub(super) fn config(storage: &dyn Storage) -> Result<ConfigResponse> {
    let operators = OPERATORS.load(storage, ())?;
    let about = ABOUT.load(storage, ())?;
    let named = about.names.into_iter().zip(operators.set.pubkeys());
    Ok(ConfigResponse {
        config_version: about.config_version,
        config_digest: Binary::from(operators.config_digest),
        rules_version: RULES_VERSION,
        operators: named.map(|(name, key)| OperatorInfo { name, pubkey: Binary::from(key) }).collect(),
        faulty_max: operators.set.faulty_max(),
        quorum: operators.set.quorum(),
        clock: CLOCK.load(storage, ())?,
        spec_hash: Binary::from(about.spec_hash),
        limits: limits(storage)?,
    })
}

/// The limits; denoms in their own order, at most 32.
fn limits(storage: &dyn Storage) -> Result<Limits> {
    let row = LIMITS.load(storage, ())?;
    let policy = |(denom, row): (String, crate::state::config::DenomRow)| DenomPolicy {
        denom,
        funding_min: row.funding_min.into(),
        creation_fee: row.creation_fee.into(),
    };
    let denoms = DENOMS.all(storage).map(|entry| entry.map(policy)).collect::<Result<_, _>>()?;
    Ok(Limits {
        denoms,
        settle_grace_s: row.settle_grace_s,
        claim_period_s: row.claim_period_s,
        pause_max_s: row.pause_max_s,
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
