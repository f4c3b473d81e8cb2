//! Intervals that adapt until they hold as often as they say: adaptive conformal inference (Gibbs and Candès 2021, arXiv
//! 2106.00170) on quantile models (conformalised quantile regression, Romano, Patterson and Candès 2019).
//!
//! Each side on its own: a sale's *score* is how far the price lay outside the predicted quantile (negative: inside). The
//! quantile is moved out by the score of rank `ceil((n + 1)(1 − α))`, at most n, among the last n, and after each sale
//! `α ← α + γ(miss − 1{missed})`: more misses than agreed widen it, fewer narrow it. A sale is missed if it lay outside the
//! interval that was shown for it. All in integers, and exact.
//!
//! The paper promises a share of misses within `(1 + γ) / (γ T)` of the one agreed on, after T sales of any market. That holds
//! here as long as α stays between its bounds of .001 and .5 and its rank among the scores looked back on. Beyond, the promise
//! is lost: no interval reaches further than the largest of the last scores, so prices that keep leaving all that was seen are
//! missed more often than agreed; and one that the quantiles or the point make too wide by themselves is not narrowed further.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::TaskError;

/// One in ppm.
const MILLION: i64 = 1_000_000;
/// Most scores looked back on.
const SCORES_MAX: u32 = 100_000;
/// One in millionths of a ppm, the unit of α: γ times a share is a whole number of them.
const ONE: i64 = MILLION * MILLION;
/// α stays within these bounds, so that the interval is neither infinite nor empty.
const ALPHA_MIN: i64 = 1_000 * MILLION;
const ALPHA_MAX: i64 = 500_000 * MILLION;

/// How intervals adapt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct IntervalRules {
    /// Share of sales that may lie below, and the same above: 1,000 to 400,000 ppm; 100,000 makes an 80 % interval.
    pub miss_ppm: u32,
    /// γ: how far one sale moves α, 1 to 200,000 ppm.
    pub step_ppm: u32,
    /// Latest scores among which the rank is taken, 10 to 100,000.
    pub scores: u32,
}

impl Default for IntervalRules {
    fn default() -> Self {
        Self { miss_ppm: 100_000, step_ppm: 20_000, scores: 100 }
    }
}

impl IntervalRules {
    /// Checks every rule.
    ///
    /// # Errors
    /// [`TaskError::Range`] naming the first that is out of range.
    pub fn check(&self) -> Result<(), TaskError> {
        for (name, value, least, most, range) in [
            ("interval.miss_ppm", self.miss_ppm, 1_000, 400_000, "1000 to 400000"),
            ("interval.step_ppm", self.step_ppm, 1, 200_000, "1 to 200000"),
            ("interval.scores", self.scores, 10, SCORES_MAX, "10 to 100000"),
        ] {
            if !(least..=most).contains(&value) {
                return Err(TaskError::Range { name, value: value.to_string(), range });
            }
        }
        Ok(())
    }
}

/// One side of the interval.
#[derive(Debug, Clone)]
struct Side {
    /// α in millionths of a ppm.
    alpha: i64,
    scores: VecDeque<i64>,
}

impl Side {
    /// How far to move the quantile out, micro-nats; may be negative. 0 without any score.
    fn margin(&self) -> i64 {
        let mut scores: Vec<i64> = self.scores.iter().copied().collect();
        let count = scores.len() as i64;
        if count == 0 {
            return 0;
        }
        // ceil((n + 1)(1 − α)), at most n: the product is at most 10^5 · 10^12.
        let rank = ((count + 1) * (ONE - self.alpha) + ONE - 1) / ONE;
        // α is at most ½, so the rank is at least 1.
        *scores.select_nth_unstable((rank.clamp(1, count) - 1) as usize).1
    }

    fn observe(&mut self, score: i64, missed: bool, rules: &IntervalRules) {
        let error_ppm = i64::from(rules.miss_ppm) - if missed { MILLION } else { 0 };
        self.alpha = (self.alpha + i64::from(rules.step_ppm) * error_ppm).clamp(ALPHA_MIN, ALPHA_MAX);
        if self.scores.len() == rules.scores as usize {
            self.scores.pop_front();
        }
        self.scores.push_back(score);
    }
}

/// Both sides, as adapted so far.
#[derive(Debug, Clone)]
pub struct AdaptiveInterval {
    rules: IntervalRules,
    low: Side,
    high: Side,
}

impl AdaptiveInterval {
    /// Starts from scores of sales that the models did not learn from, oldest first: (below, above), micro-nats.
    ///
    /// # Errors
    /// As [`IntervalRules::check`].
    pub fn new(rules: IntervalRules, scores: &[(i64, i64)]) -> Result<Self, TaskError> {
        rules.check()?;
        let latest = &scores[scores.len().saturating_sub(rules.scores as usize)..];
        let side = |scores: VecDeque<i64>| Side { alpha: i64::from(rules.miss_ppm) * MILLION, scores };
        let (low, high) = latest.iter().copied().unzip();
        Ok(Self { low: side(low), high: side(high), rules })
    }

    /// The interval around predicted quantiles, micro-nats. The point predicted always lies in it.
    pub fn around(&self, low: i64, point: i64, high: i64) -> (i64, i64) {
        ((low - self.low.margin()).min(point), (high + self.high.margin()).max(point))
    }

    /// Learns what became of a sale whose quantiles were predicted and whose interval, as [`AdaptiveInterval::around`] gave
    /// it, was shown: (low, high) each, micro-nats.
    pub fn observe(&mut self, quantiles: (i64, i64), shown: (i64, i64), actual: i64) {
        self.low.observe(quantiles.0 - actual, actual < shown.0, &self.rules);
        self.high.observe(actual - quantiles.1, actual > shown.1, &self.rules);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(miss_ppm: u32, step_ppm: u32) -> IntervalRules {
        IntervalRules { miss_ppm, step_ppm, scores: 10 }
    }

    /// Nine scores 10 to 90 and α = 0.2: rank ceil(10 · 0.8) = 8, so 80 below; α = 0.05 takes the largest.
    #[test]
    fn margins_by_hand() {
        let scores: Vec<(i64, i64)> = (1..=9).map(|score| (score * 10, -score * 10)).collect();
        let interval = AdaptiveInterval::new(rules(200_000, 1), &scores).unwrap();
        // Above: the 8th of −90 to −10 is −20.
        assert_eq!(interval.around(1_000, 1_500, 2_000), (920, 1_980));
        let wide = AdaptiveInterval::new(rules(50_000, 1), &scores).unwrap();
        assert_eq!(wide.around(1_000, 1_500, 2_000), (910, 1_990));
        assert_eq!(wide.around(1_000, 800, 700), (800, 800));
        let empty = AdaptiveInterval::new(rules(50_000, 1), &[]).unwrap();
        assert_eq!(empty.around(1, 2, 3), (1, 3));
    }

    /// Shows the interval around quantiles and a point in their middle, and observes.
    fn follow(interval: &mut AdaptiveInterval, (low, high): (i64, i64), actual: i64) {
        let shown = interval.around(low, (low + high) / 2, high);
        interval.observe((low, high), shown, actual);
    }

    fn alphas_ppm(interval: &AdaptiveInterval) -> (f64, f64) {
        (interval.low.alpha as f64 / 1e6, interval.high.alpha as f64 / 1e6)
    }

    /// Nine scores of −100 on either side take 100 off each quantile: 100 to 100 around 0 to 200. A point of 50 widens that to 50;
    /// a price of 70 lies in what is shown, though not above 100. Above it is a hit as well, so both sides gain 0.1 · 0.2.
    /// What was shown decides even if the interval has moved since.
    #[test]
    fn what_was_shown_is_judged() {
        let mut interval = AdaptiveInterval::new(rules(200_000, 100_000), &[(-100, -100); 9]).unwrap();
        let shown = interval.around(0, 50, 200);
        assert_eq!(shown, (50, 100));
        interval.observe((0, 200), shown, 70);
        assert_eq!(alphas_ppm(&interval), (220_000.0, 220_000.0));
        interval.observe((0, 200), shown, 49);
        assert_eq!(alphas_ppm(&interval), (140_000.0, 240_000.0));
        assert!(interval.around(0, 50, 200).0 < 50, "the score of −49 is the largest now");
        interval.observe((0, 200), shown, 49);
        assert_eq!(alphas_ppm(&interval), (60_000.0, 260_000.0));
    }

    /// Steps that no ppm holds: at a tenth of misses agreed, nine hits and one miss leave α where it was, whatever γ is.
    #[test]
    fn the_smallest_steps_balance() {
        for step_ppm in [1, 7, 15, 20_000] {
            let mut interval = AdaptiveInterval::new(rules(100_000, step_ppm), &[]).unwrap();
            for round in 0..1_000 {
                for sale in 0..10 {
                    let missed = if sale == round % 10 { 500 } else { 0 };
                    interval.observe((-100, 100), (-100, 100), missed);
                }
            }
            // Above: 1,000 misses of 10,000. Below: none, so α rises by γ/10 a sale.
            let (low, high) = alphas_ppm(&interval);
            assert_eq!(high, 100_000.0, "{step_ppm}");
            assert!(
                (low - (100_000.0 + 1e3 * f64::from(step_ppm)).min(500_000.0)).abs() < 1e-6,
                "{step_ppm}: {low}"
            );
        }
    }

    /// γ = 0.1, miss 0.2: a hit adds 0.1 · 0.2 = 0.02 to α, a miss takes 0.1 · 0.8 = 0.08.
    #[test]
    fn alpha_moves_by_hand() {
        let mut interval = AdaptiveInterval::new(rules(200_000, 100_000), &[(0, 0); 9]).unwrap();
        follow(&mut interval, (100, 200), 150);
        assert_eq!(alphas_ppm(&interval), (220_000.0, 220_000.0));
        follow(&mut interval, (100, 200), 90);
        assert_eq!(alphas_ppm(&interval), (140_000.0, 240_000.0));
        // The first 50 is a miss, 0.14 − 0.08; then the margin is 50 and nine hits follow, + 9 · 0.02. Above: ten hits.
        for _ in 0..10 {
            follow(&mut interval, (100, 200), 50);
        }
        assert_eq!(alphas_ppm(&interval), (240_000.0, 440_000.0));
    }

    /// Noise whose spread grows sixfold: coverage returns to 80 % within the bound of the paper's proposition 4.1,
    /// |mean − target| ≤ (1 + γ) / (γ T) a side, as long as α meets no bound.
    #[test]
    fn coverage_follows_the_market() {
        let rng = attention_model::CounterRng::new(1, 1);
        let rules = IntervalRules::default();
        let mut interval = AdaptiveInterval::new(rules, &[]).unwrap();
        let mut hits = [0; 4];
        for sale in 0..4_000u64 {
            let spread = if sale < 2_000 { 100_000 } else { 600_000 };
            let actual = rng.below(sale, 2 * spread) as i64 - spread as i64;
            let (low, high) = interval.around(-50_000, 0, 50_000);
            hits[(sale / 1_000) as usize] += i64::from((low..=high).contains(&actual));
            interval.observe((-50_000, 50_000), (low, high), actual);
        }
        for hits in hits {
            assert!((750..=850).contains(&hits), "{hits} of 1000");
        }
    }

    #[test]
    fn rules_are_checked() {
        for (rules, name) in [(rules(0, 1), "miss_ppm"), (rules(1_000, 0), "step_ppm")] {
            assert!(AdaptiveInterval::new(rules, &[]).unwrap_err().to_string().contains(name));
        }
    }
}
