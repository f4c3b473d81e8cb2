//! Creating a deployment: every bound is checked here, once.

use attention_protocol::config::OperatorSet;
use attention_protocol::hash::{Deployment, Hash};
use attention_protocol::msg::{InstantiateMsg, Limits, OperatorInfo, Security, cw20_token};
use attention_protocol::rule::AMOUNT_MAX;
use attention_protocol::{ConfigDigestInput, EpochClock, PPM};
use cosmwasm_std::{Addr, Api, Binary, Storage};

use crate::error::{ContractError, Result, check_count};
use crate::state::campaign::CAMPAIGN_COUNT;
use crate::state::config::{
    ABOUT, About, CLOCK, DENOMS, DenomRow, LIMITS, LimitsRow, OPERATORS, OperatorsRow, SECURITY, SecurityRow,
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
/// The largest bond, base units: its doublings stay far inside `u128`.
const BOND_MAX: u128 = 1 << 100;
/// A tenth: the most that operators take of a funding.
const OPERATOR_FEE_MAX_PPM: u64 = 100_000;
/// Thirty days: the longest pause.
const PAUSE_MAX_S: u64 = 2_592_000;

/// Checks and stores the configuration; `ownership` holds validated addresses.
pub(crate) fn instantiate(
    storage: &mut dyn Storage,
    api: &dyn Api,
    now_s: u64,
    (deployment, ownership): (&Deployment, &Ownership),
    msg: InstantiateMsg,
) -> Result<Hash> {
    msg.clock.validate(now_s)?;
    let keys: Vec<Binary> = msg.operators.iter().map(|operator| operator.pubkey.clone()).collect();
    let set = OperatorSet::new(&keys, msg.faulty_max)?;
    let operators = named_operators(api, &msg.operators)?;
    let spec_hash = Hash::try_from(msg.spec_hash.as_slice())
        .map_err(|_| ContractError::invalid("spec_hash", &msg.spec_hash, "32 bytes in base64"))?;
    store_limits(storage, api, &msg.limits)?;
    SECURITY.save(storage, (), &security(api, &msg.clock, msg.security)?);
    let config_digest = digest(deployment, &set, &spec_hash, &msg.clock);
    CLOCK.save(storage, (), &msg.clock);
    OPERATORS.save(storage, 0, &OperatorsRow { config_digest, suspended: 0, set });
    OWNERSHIP.save(storage, (), ownership);
    CAMPAIGN_COUNT.save(storage, (), &0);
    let about = About { config_version: FIRST_CONFIG_VERSION, spec_hash, operators };
    ABOUT.save(storage, 0, &about);
    Ok(config_digest)
}

/// Names and validated admins, in index order.
pub(crate) fn named_operators(api: &dyn Api, operators: &[OperatorInfo]) -> Result<Vec<(String, Addr)>> {
    let mut named = Vec::<(String, Addr)>::with_capacity(operators.len());
    for operator in operators {
        let name = &operator.name;
        check_length("operators.name", name, 1..=OPERATOR_NAME_MAX_BYTES, "1 to 64 bytes long")?;
        let admin = api.addr_validate(&operator.admin)?;
        if named.iter().any(|(_, other)| *other == admin) {
            return Err(ContractError::invalid("operators.admin", admin, "different from the others"));
        }
        named.push((name.clone(), admin));
    }
    Ok(named)
}

/// Checks the bounds of bonds, disputes and timelocks.
fn security(api: &dyn Api, clock: &EpochClock, msg: Security) -> Result<SecurityRow> {
    check_denom("security.bond_denom", &msg.bond_denom)?;
    let ppm = 1..=u64::from(PPM);
    check_bounds("security.slash_ppm", msg.slash_ppm.into(), ppm, "1 to 1000000")?;
    for (field, amount) in [
        ("security.demand_bond", msg.demand_bond.u128()),
        ("security.challenge_bond", msg.challenge_bond.u128()),
    ] {
        if amount == 0 || amount > BOND_MAX {
            return Err(ContractError::invalid(field, amount, "1 to 2^100"));
        }
    }
    let operator_bond_min = msg.operator_bond_min.u128();
    if operator_bond_min > BOND_MAX {
        return Err(ContractError::invalid("security.operator_bond_min", operator_bond_min, "at most 2^100"));
    }
    let period = "1 to 3153600000 (100 years)";
    check_bounds("security.arbiter_period_s", msg.arbiter_period_s, 1..=PERIOD_MAX_S, period)?;
    check_bounds("security.timelock_s", msg.timelock_s, 0..=PERIOD_MAX_S, "at most 3153600000 (100 years)")?;
    let liable_s = clock.epoch_length_s.checked_mul(2).and_then(|s| s.checked_add(msg.arbiter_period_s));
    let liable_s = liable_s.ok_or_else(|| ContractError::overflow("security.unbonding_s"))?;
    let unbonding = "at least two epochs and arbiter_period_s, at most 3153600000 (100 years)";
    check_bounds("security.unbonding_s", msg.unbonding_s, liable_s..=PERIOD_MAX_S, unbonding)?;
    if let Some(grace_s) = msg.anchor_grace_s.filter(|grace_s| *grace_s >= clock.report_period_s) {
        return Err(ContractError::invalid(
            "security.anchor_grace_s",
            grace_s,
            "below clock.report_period_s",
        ));
    }
    let address = |text: Option<String>| text.map(|text| api.addr_validate(&text)).transpose();
    Ok(SecurityRow {
        bond_denom: msg.bond_denom,
        operator_bond_min,
        slash_ppm: msg.slash_ppm,
        slash_recipient: address(msg.slash_recipient)?,
        unbonding_s: msg.unbonding_s,
        demand_bond: msg.demand_bond.u128(),
        challenge_bond: msg.challenge_bond.u128(),
        arbiter: address(msg.arbiter)?,
        arbiter_period_s: msg.arbiter_period_s,
        timelock_s: msg.timelock_s,
        anchor_grace_s: msg.anchor_grace_s,
    })
}

fn digest(deployment: &Deployment, operators: &OperatorSet, spec_hash: &Hash, clock: &EpochClock) -> Hash {
    let config_version = FIRST_CONFIG_VERSION;
    ConfigDigestInput { deployment, config_version, operators, spec_hash, clock }.digest()
}

fn store_limits(storage: &mut dyn Storage, api: &dyn Api, limits: &Limits) -> Result<()> {
    let grace = "604800 (7 days) to 3153600000 (100 years)";
    check_bounds("limits.settle_grace_s", limits.settle_grace_s, GRACE_MIN_S..=PERIOD_MAX_S, grace)?;
    check_bounds("limits.claim_period_s", limits.claim_period_s, GRACE_MIN_S..=PERIOD_MAX_S, grace)?;
    let pause = "1 to 2592000 (30 days)";
    check_bounds("limits.pause_max_s", limits.pause_max_s, 1..=PAUSE_MAX_S, pause)?;
    let fee = 0..=OPERATOR_FEE_MAX_PPM;
    check_bounds("limits.operator_fee_ppm", limits.operator_fee_ppm.into(), fee, "at most 100000 (10 %)")?;
    let change = 1..=u64::from(u32::MAX);
    check_bounds("limits.price_change_max_ppm", limits.price_change_max_ppm.into(), change, "at least 1")?;
    let row = LimitsRow {
        settle_grace_s: limits.settle_grace_s,
        claim_period_s: limits.claim_period_s,
        pause_max_s: limits.pause_max_s,
        operator_fee_ppm: limits.operator_fee_ppm,
        price_change_max_ppm: limits.price_change_max_ppm,
    };
    LIMITS.save(storage, (), &row);
    store_denoms(storage, api, limits)
}

fn store_denoms(storage: &mut dyn Storage, api: &dyn Api, limits: &Limits) -> Result<()> {
    check_count("limits.denoms", limits.denoms.len(), DENOMS_MAX)?;
    for policy in &limits.denoms {
        check_asset(api, &policy.denom)?;
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

/// A bank denom, or the address of a cw20 token in its one spelling.
fn check_asset(api: &dyn Api, asset: &str) -> Result<()> {
    match cw20_token(asset) {
        Some(token) => api.addr_validate(token).map(|_| ()).map_err(Into::into),
        None => check_denom("limits.denoms.denom", asset),
    }
}

/// The bank module's rule: a letter, then letters, digits and `/ : . _ -`.
fn check_denom(field: &'static str, denom: &str) -> Result<()> {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || b"/:._-".contains(&byte);
    let starts_with_letter = denom.as_bytes().first().is_some_and(u8::is_ascii_alphabetic);
    let is_native = starts_with_letter && cw20_token(denom).is_none();
    if DENOM_BYTES.contains(&denom.len()) && is_native && denom.bytes().all(inner) {
        return Ok(());
    }
    let requirement = "a bank denom: a letter, then 2 to 127 letters, digits or any of / : . _ -";
    Err(ContractError::invalid(field, format!("{denom:?}"), requirement))
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
