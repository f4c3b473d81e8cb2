//! Whether an attribute's share of attention grows.

use serde::Serialize;

use super::rate::dispersion;
use crate::stats::{Interval, LEVEL, two_sided_p, two_sided_z};

/// Added to every count, so that none is 0 (Haldane 1956, Anscombe 1956).
const HALF: f64 = 0.5;

/// This period's rate ratio over that of the period before.
///
/// The numbers of assets cancel: it is the odds ratio of acts with and without the attribute, now and before, with half an act
/// added to each; its interval is Woolf's (1955), on the scale of logarithms, the variance times the larger dispersion.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Trend {
    /// Acts on assets with it in the period before.
    pub acts_before: u64,
    /// Above 1: its share grows.
    pub ratio: f64,
    /// Its 95 % interval.
    pub interval: Interval,
    /// Two-sided, by the normal approximation.
    pub p_value: f64,
}

/// Compares the two periods; `None` if nothing happened before.
pub(super) fn compare(has: &[bool], now: &[u32], before: &[u32]) -> Option<Trend> {
    let [now_without, now_with] = acts(has, now);
    let [before_without, before_with] = acts(has, before);
    if before_without + before_with == 0 {
        return None;
    }
    let cells = [now_with, now_without, before_with, before_without].map(|count| count as f64 + HALF);
    let [a, b, c, d] = cells;
    let ln_ratio = libm::log(a * d / (b * c));
    let spread = spread(has, now).max(spread(has, before));
    let standard_error = libm::sqrt(spread * (1.0 / a + 1.0 / b + 1.0 / c + 1.0 / d));
    let reach = two_sided_z(LEVEL) * standard_error;
    Some(Trend {
        acts_before: before_with,
        ratio: libm::exp(ln_ratio),
        interval: Interval { low: libm::exp(ln_ratio - reach), high: libm::exp(ln_ratio + reach) },
        p_value: two_sided_p(ln_ratio / standard_error),
    })
}

/// Acts on assets without and with the attribute.
fn acts(has: &[bool], counts: &[u32]) -> [u64; 2] {
    let mut acts = [0u64; 2];
    for (&has, &count) in has.iter().zip(counts) {
        acts[usize::from(has)] += u64::from(count);
    }
    acts
}

fn spread(has: &[bool], counts: &[u32]) -> f64 {
    let with = has.iter().filter(|&&has| has).count();
    let assets = [has.len() - with, with].map(|assets| assets.max(1) as f64);
    let [without, with] = acts(has, counts);
    dispersion(has, counts, [without as f64 / assets[0], with as f64 / assets[1]])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Before 4 with and 16 without, now 9 and 9: (9.5 · 16.5) / (9.5 · 4.5) = 3.66667, variance
    /// 2/9.5 + 1/4.5 + 1/16.5 = .493355, hence ln 1.299283 ± 1.376660: .925538 to 14.526087, p .0643.
    #[test]
    fn by_hand() {
        let has: Vec<bool> = (0..40).map(|asset| asset < 20).collect();
        let acts = |with: usize, without: usize| -> Vec<u32> {
            (0..40)
                .map(|asset| u32::from(if asset < 20 { asset < with } else { asset - 20 < without }))
                .collect()
        };
        let found = compare(&has, &acts(9, 9), &acts(4, 16)).unwrap();
        assert!((found.ratio - 3.666_666_7).abs() < 1e-6, "{found:?}");
        assert!((found.interval.low - 0.925_54).abs() < 1e-4, "{found:?}");
        assert!((found.interval.high - 14.526_1).abs() < 1e-3, "{found:?}");
        assert!((found.p_value - 0.064_3).abs() < 2e-4, "{found:?}");
        assert_eq!(found.acts_before, 4);
        assert_eq!(compare(&has, &acts(1, 1), &acts(0, 0)), None);
    }
}
