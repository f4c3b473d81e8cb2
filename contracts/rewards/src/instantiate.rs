//! Creating a deployment: every bound is checked here, once.

use attention_protocol::config::OperatorSet;
use attention_protocol::hash::{Deployment, Hash};
use attention_protocol::msg::{InstantiateMsg, Security};
use attention_protocol::{ConfigDigestInput, EpochClock, PPM};
use cosmwasm_std::{Addr, Api, Binary, Storage};

use crate::bounds::{PERIOD_MAX_S, check_bounds, check_length, hash_of};
use crate::denom::check_denom;
use crate::error::{ContractError, Result};
use crate::limits::store_limits;
use crate::state::campaign::CAMPAIGN_COUNT;
use crate::state::config::{ABOUT, About, CLOCK, OPERATORS, OperatorsRow, SECURITY, SecurityRow};
use crate::state::owner::{OWNERSHIP, Ownership};

/// Version of a fresh configuration.
const FIRST_CONFIG_VERSION: u64 = 1;
/// The longest name of an operator, in bytes.
const OPERATOR_NAME_MAX_BYTES: usize = 64;
/// The largest bond, base units: its doublings stay far inside `u128`.
const BOND_MAX: u128 = 1 << 100;

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
    let named = msg.operators.iter().map(|operator| (operator.name.as_str(), operator.admin.as_str()));
    let operators = named_operators(api, named)?;
    let spec_hash = hash_of("spec_hash", &msg.spec_hash)?;
    store_limits(storage, api, 0, &msg.limits)?;
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
pub(crate) fn named_operators<'a>(
    api: &dyn Api,
    operators: impl Iterator<Item = (&'a str, &'a str)>,
) -> Result<Vec<(String, Addr)>> {
    let mut named = Vec::<(String, Addr)>::new();
    for (name, admin) in operators {
        check_length("operators.name", name, 1..=OPERATOR_NAME_MAX_BYTES, "1 to 64 bytes long")?;
        let admin = api.addr_validate(admin)?;
        if named.iter().any(|(_, other)| *other == admin) {
            return Err(ContractError::invalid("operators.admin", admin, "different from the others"));
        }
        named.push((name.to_string(), admin));
    }
    Ok(named)
}

/// Checks the bounds of bonds, disputes and timelocks.
pub(crate) fn security(api: &dyn Api, clock: &EpochClock, msg: Security) -> Result<SecurityRow> {
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
