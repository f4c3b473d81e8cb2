//! Creating a deployment: every bound is checked here, once.

use attention_protocol::config::OperatorSet;
use attention_protocol::hash::{Deployment, Hash};
use attention_protocol::msg::{InstantiateMsg, Limits};
use attention_protocol::rule::AMOUNT_MAX;
use attention_protocol::{ConfigDigestInput, EpochClock};
use cosmwasm_std::{Binary, Storage};

use crate::error::{ContractError, Result, check_count};
use crate::state::campaign::CAMPAIGN_COUNT;
use crate::state::config::{
    ABOUT, About, CLOCK, DENOMS, DenomRow, LIMITS, LimitsRow, OPERATORS, OperatorsRow,
};
use crate::state::owner::{OWNERSHIP, Ownership};

/// Version of a fresh configuration.
const FIRST_CONFIG_VERSION: u64 = 1;
/// Most denoms of a deployment.
const DENOMS_MAX: usize = 32;
/// The bank module's own bounds on a denom, in bytes.
const DENOM_BYTES: std::ops::RangeInclusive<usize> = 3..=128;
/// The longest name of an operator, in bytes.
const OPERATOR_NAME_MAX_BYTES: usize = 64;
/// Seven days: the least time that users have to settle and to claim.
const GRACE_MIN_S: u64 = 604_800;
/// A hundred years: no period of a deployment is longer.
const PERIOD_MAX_S: u64 = 3_153_600_000;
/// Thirty days: the longest pause.
const PAUSE_MAX_S: u64 = 2_592_000;

/// Checks and stores the configuration; `ownership` holds validated addresses.
pub(crate) fn instantiate(
    storage: &mut dyn Storage,
    now_s: u64,
    deployment: &Deployment,
    ownership: &Ownership,
    msg: InstantiateMsg,
) -> Result<Hash> {
    msg.clock.validate(now_s)?;
    let keys: Vec<Binary> = msg.operators.iter().map(|operator| operator.pubkey.clone()).collect();
    let set = OperatorSet::new(&keys, msg.faulty_max)?;
    for operator in &msg.operators {
        check_length("operators.name", &operator.name, 1..=OPERATOR_NAME_MAX_BYTES, "1 to 64 bytes long")?;
    }
    let spec_hash = Hash::try_from(msg.spec_hash.as_slice())
        .map_err(|_| ContractError::invalid("spec_hash", &msg.spec_hash, "32 bytes in base64"))?;
    store_limits(storage, &msg.limits)?;
    let config_digest = digest(deployment, &set, &spec_hash, &msg.clock);
    CLOCK.save(storage, (), &msg.clock);
    OPERATORS.save(storage, (), &OperatorsRow { config_digest, set });
    OWNERSHIP.save(storage, (), ownership);
    CAMPAIGN_COUNT.save(storage, (), &0);
    let names = msg.operators.into_iter().map(|operator| operator.name).collect();
    let about = About { config_version: FIRST_CONFIG_VERSION, spec_hash, names };
    ABOUT.save(storage, (), &about);
    Ok(config_digest)
}

fn digest(deployment: &Deployment, operators: &OperatorSet, spec_hash: &Hash, clock: &EpochClock) -> Hash {
    let config_version = FIRST_CONFIG_VERSION;
    ConfigDigestInput { deployment, config_version, operators, spec_hash, clock }.digest()
}

fn store_limits(storage: &mut dyn Storage, limits: &Limits) -> Result<()> {
    let grace = "604800 (7 days) to 3153600000 (100 years)";
    check_bounds("limits.settle_grace_s", limits.settle_grace_s, GRACE_MIN_S..=PERIOD_MAX_S, grace)?;
    check_bounds("limits.claim_period_s", limits.claim_period_s, GRACE_MIN_S..=PERIOD_MAX_S, grace)?;
    let pause = "1 to 2592000 (30 days)";
    check_bounds("limits.pause_max_s", limits.pause_max_s, 1..=PAUSE_MAX_S, pause)?;
    let row = LimitsRow {
        settle_grace_s: limits.settle_grace_s,
        claim_period_s: limits.claim_period_s,
        pause_max_s: limits.pause_max_s,
    };
    LIMITS.save(storage, (), &row);
    store_denoms(storage, limits)
}

fn store_denoms(storage: &mut dyn Storage, limits: &Limits) -> Result<()> {
    check_count("limits.denoms", limits.denoms.len(), DENOMS_MAX)?;
    for policy in &limits.denoms {
        check_denom(&policy.denom)?;
        if DENOMS.has(storage, &policy.denom) {
            return Err(ContractError::invalid("limits.denoms.denom", &policy.denom, "named only once"));
        }
        let (funding_min, creation_fee) = (policy.funding_min.u128(), policy.creation_fee.u128());
        let needed = funding_min.checked_add(creation_fee);
        if funding_min == 0 || needed.is_none_or(|needed| needed > AMOUNT_MAX) {
            let requirement = "at least 1, and at most 2^120 together with the creation fee";
            return Err(ContractError::invalid("limits.denoms.funding_min", funding_min, requirement));
        }
        DENOMS.save(storage, &policy.denom, &DenomRow { funding_min, creation_fee });
    }
    Ok(())
}

/// The bank module's rule: a letter, then letters, digits and `/ : . _ -`.
fn check_denom(denom: &str) -> Result<()> {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || b"/:._-".contains(&byte);
    let starts_with_letter = denom.as_bytes().first().is_some_and(u8::is_ascii_alphabetic);
    if DENOM_BYTES.contains(&denom.len()) && starts_with_letter && denom.bytes().all(inner) {
        return Ok(());
    }
    let requirement = "a bank denom: a letter, then 2 to 127 letters, digits or any of / : . _ -";
    Err(ContractError::invalid("limits.denoms.denom", format!("{denom:?}"), requirement))
}

fn check_bounds(
    field: &'static str,
    value: u64,
    bounds: std::ops::RangeInclusive<u64>,
    requirement: &'static str,
) -> Result<()> {
    if bounds.contains(&value) {
        return Ok(());
    }
    Err(ContractError::invalid(field, value, requirement))
}

/// Refuses a text whose number of bytes is outside `bounds`.
pub(crate) fn check_length(
    field: &'static str,
    text: &str,
    bounds: std::ops::RangeInclusive<usize>,
    requirement: &'static str,
) -> Result<()> {
    if bounds.contains(&text.len()) {
        return Ok(());
    }
    Err(ContractError::invalid(field, format!("{text:?}"), requirement))
}
