//! The losses of gradient boosting: where it starts, gradients and hessians, values of leaves.

use std::ops::Range;

use super::params::{GbdtParams, Objective};
use crate::math::{log_loss_of_logit, sigmoid};
use crate::trees::sums::{RowStats, Scale};
use crate::{Dataset, ModelError, Target, class_weight};

const MILLION: f64 = 1_000_000.0;

/// A loss over the targets of a data set.
#[derive(Debug, Clone, Copy)]
pub(super) enum Loss<'a> {
    /// Log-loss with a weight for positive rows.
    Log { labels: &'a [bool], positive_weight: f64 },
    /// Half the squared error.
    Squared { targets: &'a [f64] },
    /// The pinball loss of the quantile of so many ppm; the absolute error is twice that of the median.
    Pinball { targets: &'a [f64], ppm: u32, slopes: [f64; 2] },
}

impl<'a> Loss<'a> {
    /// The loss of `params` on a data set of the right kind.
    pub(super) fn of(params: &GbdtParams, data: &Dataset<'a>) -> Result<Self, ModelError> {
        let real = || match data.target() {
            Target::Real(targets) => Ok(targets),
            Target::Binary(_) => Err(ModelError::TargetKind {
                what: "gradient boosting of a real target",
                expected: "real",
                got: "binary",
            }),
        };
        class_weight::check_target(params.positive_weight_ppm, data)?;
        Ok(match params.objective {
            Objective::BinaryLogLoss => Self::Log {
                labels: data.labels("gradient boosting of log-loss")?,
                positive_weight: class_weight::of(params.positive_weight_ppm),
            },
            Objective::SquaredError => Self::Squared { targets: real()? },
            Objective::AbsoluteError => Self::Pinball { targets: real()?, ppm: 500_000, slopes: [1.0, 1.0] },
            Objective::Quantile { ppm } => {
                let quantile = f64::from(ppm) / MILLION;
                Self::Pinball { targets: real()?, ppm, slopes: [quantile, 1.0 - quantile] }
            }
        })
    }

    /// The constant that has the least loss.
    pub(super) fn start(&self) -> f64 {
        match *self {
            Self::Log { labels, positive_weight } => {
                let positives = labels.iter().filter(|&&label| label).count();
                let negatives = (labels.len() - positives) as f64;
                libm::log(positive_weight * positives as f64 / negatives)
            }
            Self::Squared { targets } => {
                let mut sum = 0.0;
                for target in targets {
                    sum += target;
                }
                sum / targets.len() as f64
            }
            Self::Pinball { targets, ppm, .. } => quantile(&mut targets.to_vec(), ppm),
        }
    }

    /// What a split of no use gains on average: mean squared gradient over mean hessian at the start (the gain is then
    /// this times a chi-squared variable of one degree of freedom). 1 for log-loss without weights, the variance of the target for
    /// squared error.
    pub(super) fn chance_gain(&self, start: f64) -> f64 {
        let (mut squares, mut hessians) = (0.0, 0.0);
        match *self {
            Self::Log { labels, positive_weight } => {
                let p = sigmoid(start);
                let positives = labels.iter().filter(|&&label| label).count() as f64;
                let negatives = labels.len() as f64 - positives;
                let gradient = positive_weight * (1.0 - p);
                squares += positives * gradient * gradient + negatives * p * p;
                hessians += (positives * positive_weight + negatives) * p * (1.0 - p);
            }
            Self::Squared { targets } => {
                for target in targets {
                    squares += (start - target) * (start - target);
                }
                hessians += targets.len() as f64;
            }
            Self::Pinball { targets, slopes, .. } => {
                for &target in targets {
                    let slope = if start > target { slopes[1] } else { slopes[0] };
                    squares += slope * slope;
                }
                hessians += targets.len() as f64;
            }
        }
        if hessians > 0.0 { squares / hessians } else { 0.0 }
    }

    /// The scale of integers that fits the statistics of the first round.
    pub(super) fn scale(&self, rows: usize, start: f64) -> Scale {
        match *self {
            Self::Log { positive_weight, .. } => {
                let weight = positive_weight.max(1.0);
                Scale::new(rows, weight, 0.25 * weight)
            }
            Self::Squared { targets } => {
                let mut largest: f64 = 0.0;
                for target in targets {
                    largest = largest.max(libm::fabs(target - start));
                }
                Scale::new(rows, largest, 1.0)
            }
            Self::Pinball { .. } => Scale::new(rows, 1.0, 1.0),
        }
    }

    /// Gradient and hessian of the loss by the margin, of some rows of the data set.
    pub(super) fn statistics(
        &self,
        scale: &Scale,
        rows: Range<usize>,
        margins: &[f64],
        out: &mut [RowStats],
    ) {
        match *self {
            Self::Log { labels, positive_weight } => {
                for ((out, &margin), &label) in out.iter_mut().zip(margins).zip(&labels[rows]) {
                    let p = sigmoid(margin);
                    let (target, weight) = if label { (1.0, positive_weight) } else { (0.0, 1.0) };
                    *out = scale.row(weight * (p - target), weight * (p * (1.0 - p)));
                }
            }
            Self::Squared { targets } => {
                for ((out, &margin), &target) in out.iter_mut().zip(margins).zip(&targets[rows]) {
                    *out = scale.row(margin - target, 1.0);
                }
            }
            Self::Pinball { targets, slopes, .. } => {
                for ((out, &margin), &target) in out.iter_mut().zip(margins).zip(&targets[rows]) {
                    *out = scale.row(if margin > target { slopes[1] } else { -slopes[0] }, 1.0);
                }
            }
        }
    }

    /// The value of a leaf as an exact order statistic of what its rows lack, for losses that are no parabola; `None` where
    /// the value follows from the sums.
    pub(super) fn refit(&self, rows: &[u32], margins: &[f64]) -> Option<f64> {
        let Self::Pinball { targets, ppm, .. } = *self else {
            return None;
        };
        let mut lacks: Vec<f64> =
            rows.iter().map(|&row| targets[row as usize] - margins[row as usize]).collect();
        Some(quantile(&mut lacks, ppm))
    }

    /// The summed loss of some rows.
    pub(super) fn sum(&self, rows: Range<usize>, margins: &[f64]) -> f64 {
        let mut sum = 0.0;
        match *self {
            Self::Log { labels, positive_weight } => {
                for (&margin, &label) in margins.iter().zip(&labels[rows]) {
                    sum += log_loss_of_logit(margin, label) * if label { positive_weight } else { 1.0 };
                }
            }
            Self::Squared { targets } => {
                for (&margin, &target) in margins.iter().zip(&targets[rows]) {
                    sum += 0.5 * (margin - target) * (margin - target);
                }
            }
            Self::Pinball { targets, slopes, .. } => {
                for (&margin, &target) in margins.iter().zip(&targets[rows]) {
                    let lack = target - margin;
                    sum += if lack > 0.0 { slopes[0] * lack } else { -slopes[1] * lack };
                }
            }
        }
        sum
    }
}

/// The nearest-rank quantile: number ⌈n·q⌉ of the values in rising order, counted from 1; 0 of none.
fn quantile(values: &mut [f64], ppm: u32) -> f64 {
    if values.is_empty() {
        return 0.0;
    }
    // At most 2^24 values.
    let rank = (values.len() as u64 * u64::from(ppm)).div_ceil(1_000_000).max(1) as usize;
    *values.select_nth_unstable_by(rank - 1, f64::total_cmp).1
}

#[cfg(test)]
mod tests {
    use super::*;

    const LABELS: [bool; 4] = [true, false, true, false];
    const TARGETS: [f64; 4] = [3.0, -1.0, 0.5, 8.0];

    fn losses() -> [Loss<'static>; 4] {
        [
            Loss::Log { labels: &LABELS, positive_weight: 2.5 },
            Loss::Squared { targets: &TARGETS },
            Loss::Pinball { targets: &TARGETS, ppm: 500_000, slopes: [1.0, 1.0] },
            Loss::Pinball { targets: &TARGETS, ppm: 900_000, slopes: [0.9, 0.1] },
        ]
    }

    #[test]
    fn gradients_agree_with_finite_differences() {
        let margins = [0.3, -0.7, 1.2, 2.0];
        for (number, loss) in losses().iter().enumerate() {
            let scale = loss.scale(4, 0.0);
            for row in 0..4 {
                let at = |margin: f64| loss.sum(row..row + 1, &[margin]);
                let mut stats = [RowStats::default()];
                loss.statistics(&scale, row..row + 1, &margins[row..=row], &mut stats);
                let sums = scale.sums(stats[0]);
                let step = 1e-5;
                let slope = (at(margins[row] + step) - at(margins[row] - step)) / (2.0 * step);
                let gradient = scale.gradient(sums);
                assert!((gradient - slope).abs() < 1e-7, "loss {number}, row {row}: {gradient}, {slope}");
                if number < 2 {
                    let step = 1e-3;
                    let bend = (at(margins[row] + step) - 2.0 * at(margins[row]) + at(margins[row] - step))
                        / (step * step);
                    let hessian = scale.hessian(sums);
                    assert!((hessian - bend).abs() < 1e-6, "loss {number}, row {row}: {hessian}, {bend}");
                }
            }
        }
    }

    /// The start has no smaller loss nearby.
    #[test]
    fn boosting_starts_from_the_best_constant() {
        for loss in losses() {
            let start = loss.start();
            let at = |margin: f64| loss.sum(0..4, &[margin; 4]);
            for nearby in [start - 0.01, start + 0.01] {
                assert!(at(start) <= at(nearby) + 1e-12, "{loss:?}");
            }
        }
    }

    /// Two of four positive: 1. Weight 3 for them: p = ¾, g² = 9/16 and 9/16, h = 9/16 and 3/16, so 9/8 over ¾. Targets of
    /// variance 46.6875 / 4. The median's slopes are ±1.
    #[test]
    fn chance_gains_by_hand() {
        for (loss, want) in [
            (Loss::Log { labels: &LABELS, positive_weight: 1.0 }, 1.0),
            (Loss::Log { labels: &LABELS, positive_weight: 3.0 }, 1.5),
            (Loss::Squared { targets: &TARGETS }, 11.671_875),
            (losses()[2], 1.0),
        ] {
            assert!((loss.chance_gain(loss.start()) - want).abs() < 1e-12, "{loss:?}");
        }
    }

    #[test]
    fn quantiles_are_nearest_ranks() {
        let values = [5.0, 1.0, 4.0, 2.0, 3.0];
        for (ppm, want) in [(1, 1.0), (200_000, 1.0), (200_001, 2.0), (500_000, 3.0), (999_999, 5.0)] {
            assert_eq!(quantile(&mut values.clone(), ppm), want, "{ppm}");
        }
        assert_eq!(quantile(&mut [], 1), 0.0);
    }
}
