//! Bounds on campaigns, fees and pauses: checked alike when they are first set and whenever they change.

use attention_protocol::msg::Limits;
use attention_protocol::rule::AMOUNT_MAX;
use cosmwasm_std::{Api, Storage};

use crate::bounds::{GRACE_MIN_S, PERIOD_MAX_S, check_bounds};
use crate::denom::check_asset;
use crate::error::{ContractError, Result, check_count};
use crate::state::config::{DENOMS, DenomRow, LIMITS, LimitsRow};

/// Most assets of a deployment.
const DENOMS_MAX: usize = 32;
/// A tenth: the most that operators take of a funding.
const OPERATOR_FEE_MAX_PPM: u64 = 100_000;
/// Thirty days: the longest pause.
const PAUSE_MAX_S: u64 = 2_592_000;

/// Checks the limits and stores them as those in force from `first_epoch` on, in place of such ones set before.
pub(crate) fn store_limits(
    storage: &mut dyn Storage,
    api: &dyn Api,
    first_epoch: u64,
    limits: &Limits,
) -> Result<()> {
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
    LIMITS.save(storage, first_epoch, &row);
    store_denoms(storage, api, first_epoch, limits)
}

fn store_denoms(storage: &mut dyn Storage, api: &dyn Api, first_epoch: u64, limits: &Limits) -> Result<()> {
    check_count("limits.denoms", limits.denoms.len(), DENOMS_MAX)?;
    let before: Result<Vec<_>, _> = DENOMS.named(storage, first_epoch).collect();
    for (denom, _) in before? {
        DENOMS.remove(storage, (first_epoch, &denom));
    }
    for policy in &limits.denoms {
        let key = (first_epoch, policy.denom.as_str());
        check_asset(api, "limits.denoms.denom", &policy.denom)?;
        if DENOMS.has(storage, key) {
            return Err(ContractError::invalid("limits.denoms.denom", &policy.denom, "named only once"));
        }
        let (funding_min, creation_fee) = (policy.funding_min.u128(), policy.creation_fee.u128());
        let needed = funding_min.checked_add(creation_fee);
        if funding_min == 0 || needed.is_none_or(|needed| needed > AMOUNT_MAX) {
            let requirement = "at least 1, and at most 2^120 together with the creation fee";
            return Err(ContractError::invalid("limits.denoms.funding_min", funding_min, requirement));
        }
        DENOMS.save(storage, key, &DenomRow { funding_min, creation_fee });
    }
    Ok(())
}
