//! How often assets with an attribute are acted on, against those without.

use serde::Serialize;

use crate::stats::{Interval, LEVEL, beta_cdf, binomial_interval};

/// Two rates compared.
///
/// Given all acts, the number on assets with the attribute is binomial with odds `ratio · with / without` (Przyborowski and
/// Wilenski 1940), so the exact interval of its share (Clopper and Pearson) gives that of the ratio, also for few acts or none.
/// Acts on one asset are not independent of each other: all counts are first divided by their dispersion, the mean over assets
/// of squared deviations from the two groups' rates in units of the rate (Rao and Scott 1992), where that is above 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RateRatio {
    /// Acts per asset that has it.
    pub rate: f64,
    /// Acts per asset that has it not.
    pub rate_without: f64,
    /// Their quotient; `null` in JSON if only assets with it were acted on.
    pub ratio: f64,
    /// Its 95 % interval.
    pub interval: Interval,
    /// Two-sided: twice the smaller tail under equal rates.
    pub p_value: f64,
    /// What counts were divided by, at least 1.
    pub dispersion: f64,
}

/// Compares the two groups; also the acts on assets with the attribute.
pub(super) fn compare(has: &[bool], counts: &[u32]) -> (RateRatio, u64) {
    let (mut assets, mut acts) = ([0u64; 2], [0u64; 2]);
    for (&has, &count) in has.iter().zip(counts) {
        assets[usize::from(has)] += 1;
        acts[usize::from(has)] += u64::from(count);
    }
    let mean = |group: usize| acts[group] as f64 / assets[group].max(1) as f64;
    let dispersion = dispersion(has, counts, [mean(0), mean(1)]);
    let [without, with] = assets.map(|count| count as f64);
    let x = acts[1] as f64 / dispersion;
    let n = (acts[0] + acts[1]) as f64 / dispersion;
    let share = binomial_interval(x, n, LEVEL);
    let odds = |share: f64| if share >= 1.0 { f64::INFINITY } else { share / (1.0 - share) * without / with };
    let even = with / (with + without);
    let at_least = if x <= 0.0 { 1.0 } else { beta_cdf(even, x, n - x + 1.0) };
    let at_most = if x >= n { 1.0 } else { 1.0 - beta_cdf(even, x + 1.0, n - x) };
    let tail = if at_least < at_most { at_least } else { at_most };
    let p_value = if tail < 0.5 { 2.0 * tail } else { 1.0 };
    let ratio = RateRatio {
        rate: mean(1),
        rate_without: mean(0),
        ratio: if acts[0] == 0 { f64::INFINITY } else { mean(1) / mean(0) },
        interval: Interval { low: odds(share.low), high: odds(share.high) },
        p_value,
        dispersion,
    };
    (ratio, acts[1])
}

/// Pearson's chi-square over its degrees of freedom, at least 1.
pub(super) fn dispersion(has: &[bool], counts: &[u32], means: [f64; 2]) -> f64 {
    let mut chi_square = 0.0;
    for (&has, &count) in has.iter().zip(counts) {
        let mean = means[usize::from(has)];
        if mean > 0.0 {
            let off = f64::from(count) - mean;
            chi_square += off * off / mean;
        }
    }
    let degrees = counts.len() as f64 - 2.0;
    if degrees > 0.0 && chi_square > degrees { chi_square / degrees } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten assets with 8 acts among them, ninety with 18: ratio .8 / .2 = 4. Given 26 acts, 8 with it: scipy 1.17,
    /// `binomtest(8, 26, 0.1)`: interval of the share .14331 to .51788, hence of the ratio s / (1 − s) · 9: 1.50494 to 9.66819.
    /// No asset is acted on twice but for one; the dispersion is below 1 and counts as 1.
    #[test]
    fn by_hand_and_as_scipy() {
        let has: Vec<bool> = (0..100).map(|asset| asset < 10).collect();
        let counts: Vec<u32> =
            (0..100).map(|asset| u32::from(asset < 8 || (20..38).contains(&asset))).collect();
        let (found, acts) = compare(&has, &counts);
        assert_eq!((acts, found.rate, found.rate_without, found.dispersion), (8, 0.8, 0.2, 1.0));
        assert!((found.ratio - 4.0).abs() < 1e-15);
        assert!((found.interval.low - 1.504_937).abs() < 1e-4, "{found:?}");
        assert!((found.interval.high - 9.668_188).abs() < 1e-4, "{found:?}");
        // Twice the upper tail: 2 · P(X ≥ 8) of a binomial of 26 and .1.
        assert!((found.p_value - 0.005_965_632_969_305).abs() < 1e-9, "{found:?}");
    }

    /// All acts on two assets: far more than chance, and the interval is as wide as for a quarter of the acts.
    #[test]
    fn clusters_widen() {
        let has: Vec<bool> = (0..40).map(|asset| asset < 20).collect();
        let even: Vec<u32> = (0..40).map(|asset| u32::from(asset % 5 == 0) * 2).collect();
        let mut heaped = vec![0u32; 40];
        (heaped[3], heaped[30]) = (8, 8);
        let (even, heaped) = (compare(&has, &even).0, compare(&has, &heaped).0);
        assert_eq!((even.ratio, heaped.ratio), (1.0, 1.0));
        // Means .4; (8 − .4)² / .4 · 2 + 38 · .4 = 304, over 38 degrees: 8.
        assert!((heaped.dispersion - 8.0).abs() < 1e-12, "{heaped:?}");
        assert!(heaped.interval.high > 3.0 * even.interval.high, "{heaped:?} {even:?}");
    }

    #[test]
    fn without_acts_one_end_is_open() {
        let has = [true, true, false, false];
        let (none, _) = compare(&has, &[0, 0, 3, 2]);
        assert_eq!((none.ratio, none.interval.low), (0.0, 0.0));
        let (all, _) = compare(&has, &[3, 2, 0, 0]);
        assert_eq!((all.ratio, all.interval.high), (f64::INFINITY, f64::INFINITY));
        // 1 / 2^5 a tail.
        assert!((none.p_value - 0.0625).abs() < 1e-12 && (all.p_value - 0.0625).abs() < 1e-12);
    }
}
