//! Invariants of the money maths: I1 (nobody earns what is not there), I2 (order), I3 (splitting), I4 (totality).

use attention_protocol::rule::{next_streak, unlocked};
use attention_protocol::{PPM, Score};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::strategies;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// I1: the leaves of an epoch never earn more than its budget, whatever their weights.
    #[test]
    fn earnings_never_exceed_the_budget(
        rule in strategies::rule(),
        weights in vec(0..=3_000_000u64, 1..50),
        budget in prop_oneof![0u128..1_000, 0u128..=1 << 120],
    ) {
        let total = weights.iter().sum::<u64>();
        let earned: u128 = weights.iter().map(|weight| rule.earned(*weight, total, budget)).sum();
        prop_assert!(earned <= budget, "{earned} of {budget}");
    }

    /// I2: what an account earns depends on its weight and the totals alone, so the order of accounts cannot matter.
    #[test]
    fn order_never_matters(
        rule in strategies::rule(),
        scores in vec(strategies::score(), 2..30),
        budget in 0u128..=1 << 120,
        rotation in 0usize..30,
    ) {
        let pay = |scores: &[Score]| -> Vec<u128> {
            let weights: Vec<u64> = scores.iter().map(|score| rule.weight(*score, 1, 0)).collect();
            let total = weights.iter().sum();
            weights.iter().map(|weight| rule.earned(*weight, total, budget)).collect()
        };
        let mut moved = scores.clone();
        moved.reverse();
        moved.rotate_left(rotation % scores.len());
        let mut expected: Vec<_> = scores.iter().map(|score| score.ppm()).zip(pay(&scores)).collect();
        let mut actual: Vec<_> = moved.iter().map(|score| score.ppm()).zip(pay(&moved)).collect();
        expected.sort_unstable();
        actual.sort_unstable();
        prop_assert_eq!(actual, expected);
    }

    /// I3: under linear and convergent-linear curves, at equal multipliers, one score split over 2..100 accounts never
    /// earns more than it did in one, whatever the others have and however the epoch pays.
    #[test]
    fn splitting_a_score_never_gains(
        rule in strategies::neutral_rule(),
        score in 2..=PPM,
        cuts in vec(0..=PPM, 1..100),
        others in vec(0..=3_000_000u64, 0..20),
        streak: u16,
        boost: u32,
        budget in prop_oneof![0u128..200, 0u128..100_000_000, 0u128..=1 << 120],
    ) {
        let mut cuts: Vec<u32> = cuts.iter().map(|cut| cut % (score + 1)).chain([0, score]).collect();
        cuts.sort_unstable();
        let parts: Vec<u32> = cuts.windows(2).map(|pair| pair[1] - pair[0]).collect();
        prop_assert_eq!(parts.iter().sum::<u32>(), score);
        let weigh = |ppm: u32| rule.weight(Score::try_from(ppm).unwrap(), streak, boost);
        let rest: u64 = others.iter().sum();
        let whole = weigh(score);
        let split: Vec<u64> = parts.iter().map(|part| weigh(*part)).collect();
        let split_total = split.iter().sum::<u64>();
        let before = rule.earned(whole, whole + rest, budget);
        let after: u128 = split.iter().map(|weight| rule.earned(*weight, split_total + rest, budget)).sum();
        prop_assert!(after <= before, "{after} > {before}, weights {split:?} instead of {whole}, others {rest}");
    }

    /// I3 again where rounding is coarsest: few units of weight, money and price, where one base unit is a large part.
    #[test]
    fn splitting_never_gains_one_unit_by_rounding(
        rule in strategies::neutral_rule(),
        score in 2..60u32,
        part in 1..30u32,
        others in 0..60u64,
        budget in 0u128..60,
    ) {
        let part = part.min(score - 1);
        let weigh = |ppm: u32| rule.weight(Score::try_from(ppm).unwrap(), 1, 0);
        let (whole, split) = (weigh(score), [weigh(part), weigh(score - part)]);
        let before = rule.earned(whole, whole + others, budget);
        let total = split[0] + split[1] + others;
        let after = rule.earned(split[0], total, budget) + rule.earned(split[1], total, budget);
        prop_assert!(after <= before, "{after} > {before}");
    }

    /// I4: no validated rule can fail, or leave its range, on any leaf with a valid score.
    #[test]
    fn every_rule_is_total(
        rule in strategies::rule(),
        score in strategies::score(),
        streak: u16,
        boost: u32,
        total: u64,
        available in 0u128..=1 << 120,
        epochs_left: u64,
        cumulative: u128,
        now_s: u64,
    ) {
        let weight = rule.weight(score, streak, boost);
        prop_assert!(weight <= 3_000_000);
        prop_assert!(rule.gate(score) <= rule.rule().cap);
        let multiplier = rule.multiplier_ppm(streak, boost);
        prop_assert!((PPM..=rule.rule().multiplier_max_ppm).contains(&multiplier));
        prop_assert!(u32::from(next_streak(&rule, streak, score)) <= u32::from(streak) + 1);
        let budget = rule.rule().schedule.budget(available, epochs_left);
        prop_assert!(budget <= available);
        prop_assert!(rule.earned(weight, total, budget) <= budget);
        prop_assert!(unlocked(rule.rule().unlock, cumulative, now_s) <= cumulative);
    }

    /// The gate is where weight begins, and the streak with it.
    #[test]
    fn no_weight_without_passing_the_gate(rule in strategies::rule(), score in strategies::score(), streak: u16) {
        let shut = score.ppm() < rule.rule().min_score.max(1);
        prop_assert_eq!(rule.gate(score) == 0, shut);
        if shut {
            prop_assert_eq!(rule.weight(score, streak, 0), 0);
            prop_assert_eq!(next_streak(&rule, streak, score), 0);
        }
    }
}
