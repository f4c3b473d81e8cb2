//! What a rule must satisfy at creation, so that none of its functions can fail later.

use super::{
    AMOUNT_MAX, Curve, MULTIPLIER_MAX_PPM, PRICE_MAX, Payout, Rule, Schedule, TIERS_MAX, Tier, ValidRule,
};
use crate::error::ProtocolError;
use crate::score::PPM;

/// The highest growth rate: a hundredfold.
const GROWTH_MAX_PPM: u32 = 100_000_000;

impl TryFrom<Rule> for ValidRule {
    type Error = ProtocolError;

    fn try_from(rule: Rule) -> Result<Self, ProtocolError> {
        check_score(&rule)?;
        check_multiplier(&rule)?;
        check_money(&rule)?;
        check_split_gain(&rule)?;
        Ok(Self(rule))
    }
}

fn check_score(rule: &Rule) -> Result<(), ProtocolError> {
    if rule.scale.is_zero() {
        return Err(ProtocolError::invalid("rule.scale", 0, "at least 1 engagement micro-unit"));
    }
    if rule.min_score > PPM {
        return Err(ProtocolError::invalid("rule.min_score", rule.min_score, "at most 1000000 ppm"));
    }
    if rule.cap == 0 || rule.cap > PPM {
        return Err(ProtocolError::invalid("rule.cap", rule.cap, "1 to 1000000 ppm"));
    }
    match &rule.curve {
        Curve::ConvergentLinear { k } if *k == 0 || *k > PPM => {
            Err(ProtocolError::invalid("rule.curve.k", k, "1 to 1000000 ppm"))
        }
        Curve::Tiered { tiers } => check_tiers(tiers),
        _ => Ok(()),
    }
}

fn check_tiers(tiers: &[Tier]) -> Result<(), ProtocolError> {
    if tiers.is_empty() {
        return Err(ProtocolError::invalid("rule.curve.tiers", "empty", "1 to 16 brackets"));
    }
    if tiers.len() > TIERS_MAX {
        let what = "rule.curve.tiers";
        return Err(ProtocolError::TooMany { what, max: TIERS_MAX, actual: tiers.len() });
    }
    for tier in tiers {
        if tier.threshold >= PPM {
            let requirement = "below 1000000 ppm";
            return Err(ProtocolError::invalid("rule.curve.tiers.threshold", tier.threshold, requirement));
        }
        if tier.rate_ppm > PPM {
            let requirement = "at most 1000000 ppm";
            return Err(ProtocolError::invalid("rule.curve.tiers.rate_ppm", tier.rate_ppm, requirement));
        }
    }
    let falls = |pair: &[Tier]| matches!(pair, [a, b] if a.threshold >= b.threshold);
    match tiers.windows(2).position(falls) {
        Some(index) => Err(ProtocolError::NotRising {
            what: "rule.curve.tiers.threshold",
            index: index.checked_add(1).unwrap_or(index),
        }),
        None => Ok(()),
    }
}

fn check_multiplier(rule: &Rule) -> Result<(), ProtocolError> {
    let max = rule.multiplier_max_ppm;
    if !(PPM..=MULTIPLIER_MAX_PPM).contains(&max) {
        return Err(ProtocolError::invalid("rule.multiplier_max_ppm", max, "1000000 to 3000000 ppm"));
    }
    let bounded = [
        ("rule.streak.step_ppm", rule.streak.step_ppm),
        ("rule.streak.cap_ppm", rule.streak.cap_ppm),
        ("rule.boost_max_ppm", rule.boost_max_ppm),
    ];
    for (field, value) in bounded {
        if value > MULTIPLIER_MAX_PPM {
            return Err(ProtocolError::invalid(field, value, "at most 3000000 ppm"));
        }
    }
    Ok(())
}

fn check_money(rule: &Rule) -> Result<(), ProtocolError> {
    if let Schedule::Fixed { amount } = &rule.schedule
        && (amount.is_zero() || amount.u128() > AMOUNT_MAX)
    {
        return Err(ProtocolError::invalid("rule.schedule.amount", amount, "1 to 2^120 base units"));
    }
    if let Payout::CappedRate { price } = &rule.payout
        && (price.is_zero() || price.u128() > PRICE_MAX)
    {
        return Err(ProtocolError::invalid("rule.payout.price", price, "1 to 2^64 base units"));
    }
    if rule.share_cap_ppm == 0 || rule.share_cap_ppm > PPM {
        return Err(ProtocolError::invalid("rule.share_cap_ppm", rule.share_cap_ppm, "1 to 1000000 ppm"));
    }
    if rule.growth.ppm > GROWTH_MAX_PPM {
        return Err(ProtocolError::invalid("rule.growth.ppm", rule.growth.ppm, "at most 100000000 ppm"));
    }
    if rule.growth.abs == 0 {
        return Err(ProtocolError::invalid("rule.growth.abs", 0, "at least 1, or nobody could ever enter"));
    }
    if rule.unlock.start_s > rule.unlock.end_s {
        return Err(ProtocolError::invalid(
            "rule.unlock.start_s",
            rule.unlock.start_s,
            "not after rule.unlock.end_s",
        ));
    }
    Ok(())
}

/// A cap per account, a falling rate and a square root all pay more to two accounts than to one.
fn check_split_gain(rule: &Rule) -> Result<(), ProtocolError> {
    if rule.split_gain {
        return Ok(());
    }
    let falls = |pair: &[Tier]| matches!(pair, [a, b] if a.rate_ppm > b.rate_ppm);
    let field = match &rule.curve {
        Curve::Sqrt {} => Some("rule.curve sqrt"),
        Curve::Tiered { tiers } if tiers.windows(2).any(falls) => Some("rule.curve.tiers (a falling rate)"),
        _ if rule.cap < PPM => Some("rule.cap"),
        _ if rule.share_cap_ppm < PPM => Some("rule.share_cap_ppm"),
        _ => None,
    };
    field.map_or(Ok(()), |field| Err(ProtocolError::SplitGain { field }))
}

#[cfg(test)]
mod tests {
    use cosmwasm_std::{Uint64, Uint128};

    use super::super::fixture::plain_rule;
    use super::super::{Growth, Streak, Unlock};
    use super::*;

    fn refused(change: impl FnOnce(&mut Rule)) -> String {
        let mut rule = plain_rule();
        change(&mut rule);
        ValidRule::try_from(rule).unwrap_err().to_string()
    }

    fn tiers(tiers: &[(u32, u32)]) -> Curve {
        Curve::Tiered {
            tiers: tiers.iter().map(|&(threshold, rate_ppm)| Tier { threshold, rate_ppm }).collect(),
        }
    }

    #[test]
    fn each_bound_is_named() {
        assert!(refused(|r| r.scale = Uint64::zero()).starts_with("rule.scale is 0"));
        assert!(refused(|r| r.min_score = PPM + 1).starts_with("rule.min_score is 1000001"));
        assert!(refused(|r| r.cap = 0).starts_with("rule.cap is 0"));
        assert!(refused(|r| r.curve = Curve::ConvergentLinear { k: 0 }).starts_with("rule.curve.k is 0"));
        assert!(refused(|r| r.curve = Curve::ConvergentLinear { k: PPM + 1 }).contains("1000001"));
        assert!(refused(|r| r.curve = tiers(&[])).contains("empty"));
        assert!(refused(|r| r.curve = tiers(&[(PPM, 1)])).contains("threshold"));
        assert!(refused(|r| r.curve = tiers(&[(0, PPM + 1)])).contains("rate_ppm"));
        assert!(refused(|r| r.curve = tiers(&[(5, 1), (5, 2)])).contains("entry 1"));
        let many: Vec<_> = (0..17).map(|i| (i, i)).collect();
        assert!(refused(|r| r.curve = tiers(&many)).contains("at most 16, got 17"));
        assert!(refused(|r| r.multiplier_max_ppm = PPM - 1).contains("999999"));
        assert!(refused(|r| r.multiplier_max_ppm = 3_000_001).contains("3000001"));
        assert!(refused(|r| r.streak = Streak { step_ppm: 3_000_001, cap_ppm: 0 }).contains("step_ppm"));
        assert!(refused(|r| r.boost_max_ppm = u32::MAX).contains("boost_max_ppm"));
        assert!(refused(|r| r.schedule = Schedule::Fixed { amount: Uint128::zero() }).contains("amount"));
        let price = Uint128::new(PRICE_MAX + 1);
        assert!(refused(|r| r.payout = Payout::CappedRate { price }).contains("price"));
        assert!(refused(|r| r.share_cap_ppm = 0).contains("share_cap_ppm"));
        assert!(refused(|r| r.growth = Growth { ppm: 100_000_001, abs: 1 }).contains("growth.ppm"));
        assert!(refused(|r| r.growth = Growth { ppm: 0, abs: 0 }).contains("growth.abs"));
        assert!(refused(|r| r.unlock = Unlock { start_s: 2, end_s: 1 }).contains("unlock.start_s"));
    }

    #[test]
    fn each_bound_is_inside() {
        let changes: [fn(&mut Rule); 17] = [
            |r| r.scale = Uint64::one(),
            |r| r.min_score = PPM,
            |r| r.cap = 1,
            |r| r.curve = Curve::ConvergentLinear { k: 1 },
            |r| r.curve = Curve::ConvergentLinear { k: PPM },
            |r| r.curve = tiers(&(0..16).map(|i| (PPM - 16 + i, PPM)).collect::<Vec<_>>()),
            |r| r.curve = tiers(&[(0, 0)]),
            |r| r.multiplier_max_ppm = MULTIPLIER_MAX_PPM,
            |r| r.streak = Streak { step_ppm: MULTIPLIER_MAX_PPM, cap_ppm: MULTIPLIER_MAX_PPM },
            |r| r.boost_max_ppm = MULTIPLIER_MAX_PPM,
            |r| r.schedule = Schedule::Fixed { amount: Uint128::one() },
            |r| r.schedule = Schedule::Fixed { amount: Uint128::new(AMOUNT_MAX) },
            |r| r.payout = Payout::CappedRate { price: Uint128::one() },
            |r| r.payout = Payout::CappedRate { price: Uint128::new(PRICE_MAX) },
            |r| r.share_cap_ppm = 1,
            |r| r.growth = Growth { ppm: GROWTH_MAX_PPM, abs: 1 },
            |r| r.unlock = Unlock { start_s: 7, end_s: 7 },
        ];
        for (index, change) in changes.into_iter().enumerate() {
            let mut rule = plain_rule();
            change(&mut rule);
            rule.split_gain = true;
            assert!(ValidRule::try_from(rule).is_ok(), "change {index}");
        }
    }

    #[test]
    fn each_bound_is_named_just_outside() {
        assert!(refused(|r| r.cap = PPM + 1).starts_with("rule.cap is 1000001"));
        assert!(
            refused(|r| r.streak = Streak { step_ppm: 0, cap_ppm: 3_000_001 }).contains("streak.cap_ppm")
        );
        assert!(refused(|r| r.boost_max_ppm = 3_000_001).contains("boost_max_ppm"));
        let amount = Uint128::new(AMOUNT_MAX + 1);
        assert!(refused(|r| r.schedule = Schedule::Fixed { amount }).contains("rule.schedule.amount"));
        let price = Uint128::zero();
        assert!(refused(|r| r.payout = Payout::CappedRate { price }).contains("rule.payout.price"));
        assert!(refused(|r| r.share_cap_ppm = PPM + 1).contains("rule.share_cap_ppm"));
    }

    #[test]
    fn an_equal_rate_rewards_nobody_for_splitting() {
        let mut rule = plain_rule();
        rule.curve = tiers(&[(0, 500_000), (10, 500_000)]);
        assert!(ValidRule::try_from(rule).is_ok());
    }

    #[test]
    fn what_rewards_splitting_says_so() {
        let changes: [fn(&mut Rule); 4] = [
            |r| r.curve = Curve::Sqrt {},
            |r| r.curve = tiers(&[(0, 900_000), (10, 100_000)]),
            |r| r.cap = PPM - 1,
            |r| r.share_cap_ppm = PPM - 1,
        ];
        for change in changes {
            assert!(refused(change).contains("split_gain"));
            let mut rule = plain_rule();
            change(&mut rule);
            rule.split_gain = true;
            assert!(ValidRule::try_from(rule).is_ok());
        }
        let mut rising = plain_rule();
        rising.curve = tiers(&[(10, 100_000), (20, 900_000)]);
        assert!(ValidRule::try_from(rising).is_ok());
    }
}
