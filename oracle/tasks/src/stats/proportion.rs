//! Intervals of proportions.

use super::{Interval, beta_quantile, two_sided_z};

/// Wilson's score interval (1927) of a proportion of `successes` among `trials`; 0 to 1 without a trial.
pub fn wilson_interval(successes: u64, trials: u64, level: f64) -> Interval {
    if trials == 0 {
        return Interval { low: 0.0, high: 1.0 };
    }
    let (x, n) = (successes as f64, trials as f64);
    let z2 = two_sided_z(level) * two_sided_z(level);
    let centre = (x + 0.5 * z2) / (n + z2);
    let reach = libm::sqrt(z2) / (n + z2) * libm::sqrt(x * (n - x) / n + 0.25 * z2);
    // At the ends rounding must not take the proportion itself out.
    let low = if successes == 0 { 0.0 } else { centre - reach };
    let high = if successes == trials { 1.0 } else { centre + reach };
    Interval { low, high }
}

/// Newcombe's hybrid score interval (1998, method 10) of the difference of two independent proportions, first less second.
pub fn difference_interval(first: (u64, u64), second: (u64, u64), level: f64) -> Interval {
    let share = |(successes, trials): (u64, u64)| {
        if trials == 0 { 0.5 } else { successes as f64 / trials as f64 }
    };
    let (p1, p2) = (share(first), share(second));
    let wilson = |(successes, trials)| wilson_interval(successes, trials, level);
    interval_of_difference((p1, wilson(first)), (p2, wilson(second)))
}

/// The interval of the difference of two independent quantities, first less second, from those of each (Zou and Donner 2008): what
/// lies between an estimate and the end of its interval is squared and added. Too long for quantities that move together.
pub fn interval_of_difference(first: (f64, Interval), second: (f64, Interval)) -> Interval {
    let far = |a: f64, b: f64| libm::sqrt(a * a + b * b);
    let ((one, of_one), (two, of_two)) = (first, second);
    Interval {
        low: one - two - far(one - of_one.low, of_two.high - two),
        high: one - two + far(of_one.high - one, two - of_two.low),
    }
}

/// The exact interval of a proportion (Clopper and Pearson 1934) by quantiles of the beta distribution, so that counts need not
/// be whole: those of clustered data are divided by their design effect (Rao and Scott 1992). Of 0 to `trials` successes.
pub fn binomial_interval(successes: f64, trials: f64, level: f64) -> Interval {
    let tail = 0.5 - 0.5 * level;
    let failures = trials - successes;
    Interval {
        low: if successes <= 0.0 { 0.0 } else { beta_quantile(tail, successes, failures + 1.0) },
        high: if failures <= 0.0 { 1.0 } else { beta_quantile(1.0 - tail, successes + 1.0, failures) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: Interval, low: f64, high: f64) {
        assert!((found.low - low).abs() < 1e-6 && (found.high - high).abs() < 1e-6, "{found:?}");
    }

    /// By hand for 8 of 10: z² = 3.841459, centre (8 + 1.920729) / 13.841459 = .716740, reach
    /// 1.959964 / 13.841459 · sqrt(1.6 + .960365) = .226578. 81 of 263 is Newcombe's (1998, table I): .2553 to .3662.
    #[test]
    fn wilson_by_hand() {
        near(wilson_interval(8, 10, 0.95), 0.490_162, 0.943_318);
        let published = wilson_interval(81, 263, 0.95);
        assert!(
            (published.low - 0.2553).abs() < 5e-5 && (published.high - 0.3662).abs() < 5e-5,
            "{published:?}"
        );
        assert_eq!(wilson_interval(0, 0, 0.95), Interval { low: 0.0, high: 1.0 });
        assert_eq!(wilson_interval(0, 20, 0.95).low, 0.0);
        assert_eq!(wilson_interval(20, 20, 0.95).high, 1.0);
    }

    /// Newcombe (1998, table II) for 56/70 − 48/80, method 10: .0524 to .3339, and 0/10 − 0/10: −.2775 to .2775.
    #[test]
    fn differences_as_published() {
        let found = difference_interval((56, 70), (48, 80), 0.95);
        assert!((found.low - 0.0524).abs() < 5e-5 && (found.high - 0.3339).abs() < 5e-5, "{found:?}");
        let none = difference_interval((0, 10), (0, 10), 0.95);
        assert!((none.low + 0.2775).abs() < 5e-5 && (none.high - 0.2775).abs() < 5e-5, "{none:?}");
    }

    /// 0 of 10: high end 1 − .025^(1/10) = .308498. 4 of 20 by scipy 1.17, `binomtest(4, 20).proportion_ci()`.
    #[test]
    fn exact_intervals() {
        near(binomial_interval(0.0, 10.0, 0.95), 0.0, 0.308_497_1);
        near(binomial_interval(10.0, 10.0, 0.95), 1.0 - 0.308_497_1, 1.0);
        near(binomial_interval(4.0, 20.0, 0.95), 0.057_334_0, 0.436_614_0);
        // Halved counts of a design effect of 2 widen it.
        assert!(binomial_interval(2.0, 10.0, 0.95).low < 0.057);
    }
}
