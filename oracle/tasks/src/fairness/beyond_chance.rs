//! How large a calibration error is beyond what chance adds to it.
//!
//! The plain error is a sum of magnitudes: chance never makes a deviation cancel, so a perfectly calibrated model shows an error, a
//! resample of it a larger one, and the quantiles of resamples lie above the truth. Asked here is the other way round: which true
//! errors would show the error that was seen?

use super::Estimate;
use crate::stats::{Interval, LEVEL, nearest_rank};

/// Halvings of the search for a true error: 40 leave 10^-12 of where it begins.
const HALVINGS: u32 = 40;

/// The true calibration error, by inverting the bootstrap. `deviations` are the bins' sums of prediction less outcome over the number of
/// rows, whose magnitudes add up to the plain error; `noise` holds what each resample adds to each.
///
/// Supposed are true deviations of the same pattern, t times as large (t ≥ 0; without any deviation, as large as the bins' noise): with
/// the noise of a resample they show the error `Σ |t·deviation + noise|`, with t a growing one. The estimate is the true error of
/// which half of the resamples show more than was seen, or 0 if that is so without any; its 95 % interval is what leaves 2.5 % of them on
/// either side. An error smaller than chance alone makes it counts for the upper end as large as chance makes it in the middle, so
/// that luck is not taken for certainty. `None` for fewer than 2 resamples.
pub(super) fn beyond_chance(deviations: &[f64], noise: &[Vec<f64>]) -> Option<Estimate> {
    if noise.len() < 2 {
        return None;
    }
    let seen = magnitude(deviations.iter().copied());
    let pattern: Vec<f64> = if seen > 0.0 {
        deviations.to_vec()
    } else {
        (0..deviations.len()).map(|bin| magnitude(noise.iter().map(|of| of[bin]))).collect()
    };
    let whole = magnitude(pattern.iter().copied());
    if whole <= 0.0 {
        return Some(Estimate { value: 0.0, interval: Interval { low: 0.0, high: 0.0 } });
    }
    let shown = |true_error: f64, q_ppm: u32| -> Option<f64> {
        let scale = true_error / whole;
        let mut shown: Vec<f64> = noise
            .iter()
            .map(|of| magnitude(pattern.iter().zip(of).map(|(deviation, noise)| scale * deviation + noise)))
            .collect();
        shown.sort_by(f64::total_cmp);
        nearest_rank(&shown, q_ppm)
    };
    let loudest = noise.iter().map(|of| magnitude(of.iter().copied())).fold(0.0, f64::max);
    let true_error = |seen: f64, q_ppm: u32| -> Option<f64> {
        if shown(0.0, q_ppm)? >= seen {
            return Some(0.0);
        }
        // What is shown is at least the true error less the noise.
        let (mut low, mut high) = (0.0, seen + loudest);
        for _ in 0..HALVINGS {
            let middle = 0.5 * (low + high);
            if shown(middle, q_ppm)? < seen {
                low = middle;
            } else {
                high = middle;
            }
        }
        Some(0.5 * (low + high))
    };
    // At most half a million.
    let tail_ppm = libm::rint((0.5 - 0.5 * LEVEL) * 1e6) as u32;
    let by_chance = shown(0.0, 500_000)?;
    let value = true_error(seen, 500_000)?;
    let low = true_error(seen, 1_000_000 - tail_ppm)?;
    let high = true_error(seen.max(by_chance), tail_ppm)?;
    Some(Estimate { value, interval: Interval { low: low.min(value), high: high.max(value) } })
}

fn magnitude(values: impl Iterator<Item = f64>) -> f64 {
    let mut sum = 0.0;
    for value in values {
        sum += libm::fabs(value);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One bin, seen .3, noise −.2 −.1 0 .1 .2: t·.3 + noise. Half of them show .3 or more at a true .3; nearest rank 3 of 5 is the middle.
    /// The largest shows .3 at a true .1 (.1 + .2), the least at .5 (.5 − .2).
    #[test]
    fn one_bin_by_hand() {
        let noise: Vec<Vec<f64>> = [-0.2, -0.1, 0.0, 0.1, 0.2].map(|of| vec![of]).to_vec();
        let found = beyond_chance(&[-0.3], &noise).unwrap();
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-9, "{found:?}");
        near(found.value, 0.3);
        near(found.interval.low, 0.1);
        near(found.interval.high, 0.5);
        // A plain error of .05 is what chance makes: nothing, or up to what shows .1 at least, the middle magnitude of the noise.
        let small = beyond_chance(&[0.05], &noise).unwrap();
        assert_eq!((small.value, small.interval.low), (0.0, 0.0));
        assert!((small.interval.high - 0.3).abs() < 1e-9, "{small:?}");
        // The same without any deviation.
        assert_eq!(beyond_chance(&[0.0], &noise).unwrap().value, 0.0);
        assert!((beyond_chance(&[0.0], &noise).unwrap().interval.high - 0.3).abs() < 1e-9);
        assert_eq!(beyond_chance(&[0.0], &noise[..1]), None);
        let none = Estimate { value: 0.0, interval: Interval { low: 0.0, high: 0.0 } };
        assert_eq!(beyond_chance(&[0.0], &[vec![0.0], vec![0.0]]), Some(none));
    }
}
