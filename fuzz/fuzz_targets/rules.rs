//! Incentive rules: one that passed validation is total, pays within its budget, and does not reward splitting unless it
//! says so.
#![no_main]

use attention_fuzz::draw;
use attention_protocol::rule::{AMOUNT_MAX, Curve, admitted_leaves, next_streak, unlocked};
use attention_protocol::{PPM, Score, ValidRule};
use libfuzzer_sys::arbitrary::{Result, Unstructured};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let u = &mut Unstructured::new(input);
    let Ok(rule) = draw::rule(u) else { return };
    if let Ok(rule) = ValidRule::try_from(rule) {
        let _ = epoch(u, &rule);
        let _ = split(u, &rule);
    }
});

/// One epoch over arbitrary leaves with valid scores.
fn epoch(u: &mut Unstructured<'_>, rule: &ValidRule) -> Result<()> {
    let available = u.int_in_range(0..=AMOUNT_MAX)?;
    let budget = rule.rule().schedule.budget(available, u.arbitrary()?);
    assert!(budget <= available);
    let weights = (0..u.int_in_range(1..=40)?)
        .map(|_| weight(rule, draw::score(u)?, u.arbitrary()?, u.arbitrary()?))
        .collect::<Result<Vec<u64>>>()?;
    let total = weights.iter().sum();
    let earned = weights.iter().map(|weight| rule.earned(*weight, total, budget));
    let sum = earned.clone().try_fold(0u128, u128::checked_add).expect("what is earned can be added up");
    assert!(sum <= budget, "{sum} of {budget}");
    let (now_s, further_s): (u64, u32) = (u.arbitrary()?, u.arbitrary()?);
    for cumulative in earned {
        let free = unlocked(rule.rule().unlock, cumulative, now_s);
        let later_s = now_s.checked_add(further_s.into()).unwrap_or(u64::MAX);
        let later = unlocked(rule.rule().unlock, cumulative, later_s);
        assert!(free <= later && later <= cumulative);
    }
    // Any weights, also those that no tree has.
    assert!(rule.earned(u.arbitrary()?, u.arbitrary()?, budget) <= budget);
    let base: u32 = u.arbitrary()?;
    assert!(base == u32::MAX || admitted_leaves(rule.rule().growth, base) > base);
    Ok(())
}

/// The weight of a leaf, with every step in its range.
fn weight(rule: &ValidRule, score: Score, streak: u16, boost_ppm: u32) -> Result<u64> {
    let gated = rule.gate(score);
    assert!(gated <= rule.rule().cap && gated <= score.ppm());
    assert!((PPM..=rule.rule().multiplier_max_ppm).contains(&rule.multiplier_ppm(streak, boost_ppm)));
    let next = next_streak(rule, streak, score);
    let longer = (u32::from(streak) + 1).min(u32::from(u16::MAX));
    assert_eq!(u32::from(next), if gated == 0 { 0 } else { longer });
    let weight = rule.weight(score, streak, boost_ppm);
    assert!(weight <= 3_000_000 && (gated > 0 || weight == 0));
    Ok(weight)
}

/// Under linear and convergent-linear curves two accounts never earn more than one with both scores.
fn split(u: &mut Unstructured<'_>, rule: &ValidRule) -> Result<()> {
    let neutral = matches!(rule.rule().curve, Curve::Linear {} | Curve::ConvergentLinear { .. });
    if !neutral || rule.rule().cap != PPM || rule.rule().share_cap_ppm != PPM {
        return Ok(());
    }
    let score = u.int_in_range(2..=PPM)?;
    let part = u.int_in_range(1..=score - 1)?;
    let (streak, boost_ppm) = (u.arbitrary()?, u.arbitrary()?);
    let weigh = |ppm| rule.weight(Score::try_from(ppm).expect("it is in range"), streak, boost_ppm);
    let (whole, parts) = (weigh(score), [weigh(part), weigh(score - part)]);
    let others = u.int_in_range(0..=1_000_000_000u64)?;
    let budget = u.int_in_range(0..=AMOUNT_MAX)?;
    let total = parts[0] + parts[1] + others;
    let before = rule.earned(whole, whole + others, budget);
    let after = rule.earned(parts[0], total, budget) + rule.earned(parts[1], total, budget);
    assert!(after <= before, "{after} in two accounts, {before} in one");
    Ok(())
}
