//! The interval of an area under the ROC curve.

use attention_model::ModelError;

use super::{Interval, auc_with_variance, normal_interval, two_sided_z};

/// Fewest rows of either class for the variance that the rows themselves show.
const ROWS_OF_A_CLASS_MIN: usize = 10;
/// Halvings of the search for an end.
const HALVINGS: u32 = 60;

/// An area with its interval, within 0 and 1; `None` with fewer than two rows of a class.
///
/// The interval is normal with DeLong's variance (see [`auc_with_variance`]). Where that knows too little, with fewer than ten rows of
/// a class, or none of the pairs against all the others, it is [`score_interval`]'s: perfect ranking of four rows is not certain.
///
/// # Errors
/// As [`attention_model::auc`].
pub fn auc_interval(
    scores: &[f64],
    labels: &[bool],
    level: f64,
) -> Result<Option<(f64, Interval)>, ModelError> {
    let (area, variance) = auc_with_variance(scores, labels)?;
    let positives = labels.iter().filter(|&&label| label).count();
    let negatives = labels.len() - positives;
    if !variance.is_finite() {
        return Ok(None);
    }
    if variance <= 0.0 || positives.min(negatives) < ROWS_OF_A_CLASS_MIN {
        return Ok(Some((area, score_interval(area, positives as f64, negatives as f64, level))));
    }
    let interval = normal_interval(area, libm::sqrt(variance), level);
    Ok(Some((area, Interval { low: interval.low.max(0.0), high: interval.high.min(1.0) })))
}

/// Newcombe's interval of an area (2006, part 2, method 5): all θ with `|area − θ| ≤ z · √V(θ)`, the variance being that of Hanley and
/// McNeil (1982) at θ itself and not at the area, with (m + n)/2 for both numbers of rows:
/// `V = θ(1 − θ) (1 + ((m + n)/2 − 1) ((1 − θ)/(2 − θ) + θ/(1 + θ))) / (m n)`.
fn score_interval(area: f64, positives: f64, negatives: f64, level: f64) -> Interval {
    let z = two_sided_z(level);
    let half = 0.5 * (positives + negatives) - 1.0;
    let within = |theta: f64| {
        let spread = 1.0 + half * ((1.0 - theta) / (2.0 - theta) + theta / (1.0 + theta));
        let variance = theta * (1.0 - theta) * spread / (positives * negatives);
        (area - theta) * (area - theta) <= z * z * variance
    };
    // From the area, which is within, to an end of the scale.
    let towards = |end: f64| {
        let (mut inside, mut outside) = (area, end);
        for _ in 0..HALVINGS {
            let middle = 0.5 * (inside + outside);
            if within(middle) {
                inside = middle;
            } else {
                outside = middle;
            }
        }
        outside
    };
    Interval { low: towards(0.0), high: towards(1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All θ within, solved by scipy 1.17's `brentq`.
    #[test]
    fn score_intervals_as_solved_by_scipy() {
        for (area, positives, negatives, low, high) in [
            (1.0, 2.0, 2.0, 0.385_635_704_5, 1.0),
            (1.0, 20.0, 30.0, 0.915_938_927_9, 1.0),
            (0.75, 2.0, 2.0, 0.227_187_470_7, 0.966_781_569_8),
            (0.0, 3.0, 5.0, 0.0, 0.433_843_231_5),
            (0.9, 50.0, 70.0, 0.823_745_312_3, 0.943_719_962_8),
        ] {
            let found = score_interval(area, positives, negatives, 0.95);
            assert!((found.low - low).abs() < 1e-9 && (found.high - high).abs() < 1e-9, "{area}: {found:?}");
        }
    }

    #[test]
    fn perfect_ranking_is_not_certain() {
        let of = |positives: usize, negatives: usize| {
            let labels: Vec<bool> = (0..positives + negatives).map(|row| row < positives).collect();
            let scores: Vec<f64> = labels.iter().map(|&label| f64::from(u8::from(label))).collect();
            auc_interval(&scores, &labels, 0.95).unwrap()
        };
        let (area, four) = of(2, 2).unwrap();
        assert!(area == 1.0 && four.high == 1.0 && four.low < 0.4, "{four:?}");
        let (_, many) = of(200, 300).unwrap();
        assert!(0.98 < many.low && many.low < 1.0, "{many:?}");
        assert_eq!(of(1, 5), None);
    }

    /// With rows enough it is DeLong's: 1.96 of its standard errors.
    #[test]
    fn otherwise_it_is_delong() {
        let labels: Vec<bool> = (0..60).map(|row| row % 2 == 0).collect();
        let scores: Vec<f64> = (0..60).map(|row| f64::from(row * 7 % 23 + row % 2 * 4)).collect();
        let (area, interval) = auc_interval(&scores, &labels, 0.95).unwrap().unwrap();
        let (same, variance) = auc_with_variance(&scores, &labels).unwrap();
        assert_eq!(area, same);
        assert!((interval.high - area - 1.959_963_984_540_054 * variance.sqrt()).abs() < 1e-12);
        assert!((area - interval.low - 1.959_963_984_540_054 * variance.sqrt()).abs() < 1e-12);
    }
}
