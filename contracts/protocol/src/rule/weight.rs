//! Gate, streak and multiplier: what a leaf weighs.

use super::ValidRule;
use crate::score::{PPM, Score};

/// The longest streak that is counted.
pub const STREAK_MAX: u16 = u16::MAX;

/// An account's streak: one more than in the base tree if this epoch's score passes the gate, else zero.
pub fn next_streak(rule: &ValidRule, base_streak: u16, score: Score) -> u16 {
    if rule.gate(score) == 0 {
        return 0;
    }
    base_streak.checked_add(1).unwrap_or(STREAK_MAX)
}

impl ValidRule {
    /// Step 1: 0 if the score is below `max(min_score, 1)`, else `min(score, cap)`, ppm.
    pub fn gate(&self, score: Score) -> u32 {
        let rule = self.rule();
        if score.ppm() < rule.min_score.max(1) { 0 } else { score.ppm().min(rule.cap) }
    }

    /// Step 3a: `min(10^6 + streak bonus + boost, M_max)`, ppm, where the streak bonus is
    /// `min((max(streak, 1) − 1) · step, cap)`.
    pub fn multiplier_ppm(&self, streak: u16, boost_ppm: u32) -> u32 {
        let rule = self.rule();
        let further = u64::from(streak.max(1).abs_diff(1));
        let cap = u64::from(rule.streak.cap_ppm);
        let bonus = further.checked_mul(u64::from(rule.streak.step_ppm)).map_or(cap, |bonus| bonus.min(cap));
        let max = u64::from(rule.multiplier_max_ppm);
        let sum = u64::from(PPM).checked_add(bonus).and_then(|sum| sum.checked_add(u64::from(boost_ppm)));
        // M_max fits u32, so the minimum does.
        u32::try_from(sum.unwrap_or(max).min(max)).unwrap_or(rule.multiplier_max_ppm)
    }

    /// Step 3b: `floor(g(s) · M / 10^6)`, at most 3·10^6; zero where the gate is shut. A boost above the rule's
    /// maximum counts as the maximum (such a leaf is refused elsewhere).
    pub fn weight(&self, score: Score, streak: u16, boost_ppm: u32) -> u64 {
        let gated = self.gate(score);
        if gated == 0 {
            return 0;
        }
        let boost_ppm = boost_ppm.min(self.rule().boost_max_ppm);
        let base = self.rule().curve.base_weight(gated);
        let multiplier = u64::from(self.multiplier_ppm(streak, boost_ppm));
        base.checked_mul(multiplier).and_then(|product| product.checked_div(u64::from(PPM))).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{plain_rule, valid};
    use super::super::{Curve, Streak};
    use super::*;

    fn score(ppm: u32) -> Score {
        Score::try_from(ppm).unwrap()
    }

    #[test]
    fn gate_by_hand() {
        let mut rule = plain_rule();
        assert_eq!(valid(rule.clone()).gate(Score::ZERO), 0);
        assert_eq!(valid(rule.clone()).gate(score(1)), 1);
        rule.min_score = 100;
        rule.cap = 500;
        rule.split_gain = true;
        let rule = valid(rule);
        assert_eq!(rule.gate(score(99)), 0);
        assert_eq!(rule.gate(score(100)), 100);
        assert_eq!(rule.gate(score(501)), 500);
    }

    #[test]
    fn streak_counts_epochs_that_pass_the_gate() {
        let mut rule = plain_rule();
        rule.min_score = 10;
        let rule = valid(rule);
        assert_eq!(next_streak(&rule, 0, score(10)), 1);
        assert_eq!(next_streak(&rule, 7, score(10)), 8);
        assert_eq!(next_streak(&rule, 7, score(9)), 0);
        assert_eq!(next_streak(&rule, u16::MAX, score(10)), u16::MAX);
    }

    #[test]
    fn weight_by_hand() {
        let mut rule = plain_rule();
        rule.curve = Curve::ConvergentLinear { k: 250_000 };
        rule.streak = Streak { step_ppm: 50_000, cap_ppm: 200_000 };
        rule.boost_max_ppm = 100_000;
        rule.multiplier_max_ppm = 1_250_000;
        let rule = valid(rule);
        // streak 0 and 1: no bonus; 3: two steps; 5 and more: the cap
        let multipliers = [0, 1, 3, 5, 6, 65_535].map(|streak| rule.multiplier_ppm(streak, 0));
        assert_eq!(multipliers, [1_000_000, 1_000_000, 1_100_000, 1_200_000, 1_200_000, 1_200_000]);
        assert_eq!(rule.multiplier_ppm(5, 100_000), 1_250_000, "M_max");
        assert_eq!(rule.multiplier_ppm(65_535, u32::MAX), 1_250_000);
        // g(250,000) = 150,000; · 1.1 = 165,000
        assert_eq!(rule.weight(score(250_000), 3, 0), 165_000);
        assert_eq!(rule.weight(score(250_000), 3, 50_000), 172_500);
        assert_eq!(
            rule.weight(score(250_000), 1, 3_000_000),
            165_000,
            "a boost counts up to the rule's maximum"
        );
        assert_eq!(rule.weight(Score::ZERO, 65_535, 0), 0);
    }
}
