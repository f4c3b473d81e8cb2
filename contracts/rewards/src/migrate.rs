//! Brings the state of an older version to this one's layout.

use attention_protocol::RULES_VERSION;
use attention_protocol::hash::Deployment;
use attention_protocol::msg::{MigrateMsg, Security};
use attention_storage::Version;
use cosmwasm_std::{Api, Storage};

use crate::configuration::is_by_our_rules;
use crate::error::{ContractError, Result, refuse};
use crate::instantiate::{named_operators, security};
use crate::state::config::{
    ABOUT, About, CLOCK, DENOMS, LIMITS, LimitsRow, OPERATORS, OperatorsRow, SECURITY,
};
use crate::state::newest_report::convert_newest_report;
use crate::state::report::REPORTS;
use crate::state::v0_1_0;
use crate::timeline::Timeline;

/// The first version there was; it had fixed operators without admins, and fixed limits.
const FIRST: Version = [0, 1, 0];
/// The first one with the present layout.
const PRESENT: Version = [0, 2, 0];
/// Version 0.1.0 recorded no prices, so it had no bound: a price may double in an epoch until the owner sets another.
const PRICE_CHANGE_MAX_PPM: u32 = 1_000_000;

/// Converts what a version stored otherwise. The number of rows it touches is bounded: of what is kept by campaign, account or
/// epoch, only recorded scores have another layout now, and those are read where they stand.
pub(crate) fn migrate_state(
    storage: &mut dyn Storage,
    api: &dyn Api,
    (from, text): (Version, &str),
    msg: MigrateMsg,
) -> Result<()> {
    if from >= PRESENT {
        return refuse_given(&msg);
    }
    if from != FIRST {
        return refuse(ContractError::UnknownVersion { found: text.to_string() });
    }
    let missing = |field| ContractError::invalid(field, "absent", "given when migrating from 0.1.0");
    let security = msg.security.ok_or_else(|| missing("security"))?;
    let admins = msg.admins.ok_or_else(|| missing("admins"))?;
    convert_operators(storage, api, &admins)?;
    convert_limits(storage)?;
    convert_newest_report(storage)?;
    add_security(storage, api, security)
}

/// Refuses to change the rules under a report that is not terminal: by others than it was made by, nothing can be proven
/// of it. Looks at the state after the migration, so whatever that does to configurations counts.
pub(crate) fn check_pending_rules(
    storage: &dyn Storage,
    timeline: &Timeline,
    deployment: &Deployment,
) -> Result<()> {
    let Some(pending) = timeline.pending() else {
        return Ok(());
    };
    let (epoch, ends_at_s) = (pending.epoch, pending.window.ends_at_s);
    let report = REPORTS.load(storage, epoch)?.body;
    if !is_by_our_rules(storage, deployment, &timeline.clock, &report)? {
        return refuse(ContractError::RulesChange { epoch, rules_version: RULES_VERSION, ends_at_s });
    }
    Ok(())
}

fn refuse_given(msg: &MigrateMsg) -> Result<()> {
    let given = [("security", msg.security.is_some()), ("admins", msg.admins.is_some())];
    match given.into_iter().find(|(_, is_given)| *is_given) {
        Some((field, _)) => Err(ContractError::invalid(field, "given", "absent: only 0.1.0 did not have it")),
        None => Ok(()),
    }
}

/// The one configuration becomes the one of epoch 0; digest and version stay, so that operators sign on.
fn convert_operators(storage: &mut dyn Storage, api: &dyn Api, admins: &[String]) -> Result<()> {
    let (config_digest, set) = v0_1_0::take_operators(storage)?;
    let v0_1_0::OldAbout { config_version, spec_hash, names } = v0_1_0::take_about(storage)?;
    if admins.len() != names.len() {
        return Err(ContractError::invalid("the number of admins", admins.len(), "one for each operator"));
    }
    let named = names.iter().map(String::as_str).zip(admins.iter().map(String::as_str));
    let operators = named_operators(api, named)?;
    OPERATORS.save(storage, 0, &OperatorsRow { config_digest, suspended: 0, set });
    ABOUT.save(storage, 0, &About { config_version, spec_hash, operators });
    Ok(())
}

/// The limits become those of epoch 0 on; no fee is taken for operators.
fn convert_limits(storage: &mut dyn Storage) -> Result<()> {
    let v0_1_0::OldLimits { settle_grace_s, claim_period_s, pause_max_s } = v0_1_0::take_limits(storage)?;
    let row = LimitsRow {
        settle_grace_s,
        claim_period_s,
        pause_max_s,
        operator_fee_ppm: 0,
        price_change_max_ppm: PRICE_CHANGE_MAX_PPM,
    };
    LIMITS.save(storage, 0, &row);
    for (denom, row) in v0_1_0::take_denoms(storage)? {
        DENOMS.save(storage, (0, &denom), &row);
    }
    Ok(())
}

fn add_security(storage: &mut dyn Storage, api: &dyn Api, msg: Security) -> Result<()> {
    let clock = CLOCK.load(storage, ())?;
    SECURITY.save(storage, (), &security(api, &clock, msg)?);
    Ok(())
}
