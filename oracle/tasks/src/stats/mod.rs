//! The statistics that analyses state their uncertainty with: intervals, tests, multiplicity, resampling.
//!
//! Every function names its formula's source. Transcendental functions come from `libm`, resampling from a counter RNG, and
//! every search has a fixed number of steps: the same bits everywhere.

mod bootstrap;
mod delong;
mod distributions;
mod mann_whitney;
mod multiplicity;
mod proportion;

pub use bootstrap::{RESAMPLES_MAX, Resample, nearest_rank, percentile_interval};
pub use delong::auc_with_variance;
pub use distributions::{
    beta_cdf, beta_quantile, chi_square_quantile, normal_cdf, normal_quantile, two_sided_t,
};
pub use mann_whitney::auc_interval;
pub use multiplicity::benjamini_hochberg;
pub use proportion::{binomial_interval, difference_interval, interval_of_difference, wilson_interval};

use serde::Serialize;

/// The level that intervals have where nothing else is said.
pub const LEVEL: f64 = 0.95;

/// What a quantity lies in with a stated probability. In JSON an end that is infinite is `null`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    /// Its lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

impl Interval {
    /// Whether the value lies in it, ends included.
    pub fn holds(self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }

    /// Both ends times a factor that is not negative.
    #[must_use]
    pub fn times(self, factor: f64) -> Self {
        Self { low: self.low * factor, high: self.high * factor }
    }
}

/// `centre ± z · standard error` at a level (0 to 1, exclusive).
pub fn normal_interval(centre: f64, standard_error: f64, level: f64) -> Interval {
    let reach = two_sided_z(level) * standard_error;
    Interval { low: centre - reach, high: centre + reach }
}

/// How many standard errors an interval of this level reaches to each side: 1.96 for 95 %.
pub fn two_sided_z(level: f64) -> f64 {
    normal_quantile(0.5 + 0.5 * level)
}

/// The probability of a standard normal variable at least as far from 0 as `z`.
pub fn two_sided_p(z: f64) -> f64 {
    2.0 * normal_cdf(-libm::fabs(z))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 1.959963984540054 is scipy's `norm.ppf(0.975)`; P(|Z| ≥ 1.96) = 0.04999579 by the same.
    #[test]
    fn normal_intervals() {
        let found = normal_interval(10.0, 2.0, 0.95);
        assert!((found.low - (10.0 - 2.0 * 1.959_963_984_540_054)).abs() < 1e-12);
        assert!((found.high - (10.0 + 2.0 * 1.959_963_984_540_054)).abs() < 1e-12);
        assert!((two_sided_p(-1.96) - 0.049_995_790_296_440_87).abs() < 1e-14);
        assert!(found.holds(10.0) && !found.holds(14.0));
        assert_eq!(Interval { low: 1.0, high: 2.0 }.times(3.0), Interval { low: 3.0, high: 6.0 });
    }
}
