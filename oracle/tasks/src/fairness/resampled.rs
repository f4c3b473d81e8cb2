//! What has no formula for its spread: resampled within every group, so that a resample has groups of the same sizes.

use attention_model::CounterRng;

use super::beyond_chance::beyond_chance;
use super::{Estimate, FairnessOptions, Group, GroupMeasures, Outcomes};
use crate::TaskError;
use crate::interest::CALIBRATION_BINS;
use crate::stats::{LEVEL, Resample, interval_of_difference, percentile_interval};

/// Fewest rows of a bin.
const BIN_ROWS_MIN: usize = 10;

/// Adds calibration errors and the gaps of areas and calibration errors to the groups, and returns the whole's.
pub(super) fn with_error(
    outcomes: &Outcomes,
    whole: GroupMeasures,
    groups: &mut [(Group, Vec<usize>)],
    options: &FairnessOptions,
) -> Result<GroupMeasures, TaskError> {
    let streams: Vec<Vec<usize>> = groups.iter().map(|(_, rows)| rows.clone()).collect();
    let everyone: Vec<usize> = (0..outcomes.labels.len()).collect();
    let resampled = |rows: &[usize], from: usize, to: usize| {
        Part::new(outcomes, rows).resampled(outcomes, &streams[from..to], from, options)
    };
    let of_whole = resampled(&everyone, 0, streams.len());
    for (at, (group, rows)) in groups.iter_mut().enumerate() {
        let own = resampled(rows, at, at + 1);
        group.measures.ece = own.ece;
        // A group that is the whole has no gap.
        if rows.len() == everyone.len() {
            continue;
        }
        group.gaps.auc = group
            .measures
            .auc
            .zip(whole.auc)
            .and_then(|(group, whole)| area_gap(group, whole, &own, &of_whole));
        group.gaps.ece = own.ece.zip(of_whole.ece).map(|(group, whole)| difference(group, whole));
    }
    Ok(GroupMeasures { ece: of_whole.ece, ..whole })
}

/// The gap of areas with the quantiles of its resamples; where one of both is perfect, so that every resample of it is the same, by
/// the intervals of both.
fn area_gap(
    group: Estimate,
    whole: Estimate,
    of_group: &Resampled,
    of_whole: &Resampled,
) -> Option<Estimate> {
    if [group, whole].iter().any(|area| area.value <= 0.0 || area.value >= 1.0) {
        return Some(difference(group, whole));
    }
    let pairs = of_group.areas.iter().zip(&of_whole.areas);
    let differences =
        pairs.map(|(group, whole)| Some((*group)? - (*whole)?)).collect::<Option<Vec<f64>>>()?;
    Some(Estimate { value: group.value - whole.value, interval: percentile_interval(differences, LEVEL)? })
}

fn difference(group: Estimate, whole: Estimate) -> Estimate {
    Estimate {
        value: group.value - whole.value,
        interval: interval_of_difference((group.value, group.interval), (whole.value, whole.interval)),
    }
}

/// What resamples say of a group or the whole.
struct Resampled {
    /// The area of each resample; `None` if it has one class only.
    areas: Vec<Option<f64>>,
    /// The calibration error beyond chance; `None` with fewer than two bins.
    ece: Option<Estimate>,
}

/// Rows in the order of their predictions, in bins of equal count that resamples keep.
struct Part {
    order: Vec<usize>,
    bins: usize,
}

impl Part {
    fn new(outcomes: &Outcomes, rows: &[usize]) -> Self {
        let mut order = rows.to_vec();
        let score = |row: usize| outcomes.probabilities[row];
        order.sort_by(|&a, &b| score(a).total_cmp(&score(b)).then(a.cmp(&b)));
        Self { order, bins: CALIBRATION_BINS.min(rows.len() / BIN_ROWS_MIN) }
    }

    /// `groups` are those that the part is made of, the first having stream `first`: a group is drawn alike for itself and for the whole.
    fn resampled(
        &self,
        outcomes: &Outcomes,
        groups: &[Vec<usize>],
        first: usize,
        options: &FairnessOptions,
    ) -> Resampled {
        let mut weights = vec![1u32; outcomes.labels.len()];
        let observed = self.deviations(outcomes, &weights);
        let (mut areas, mut noise) = (Vec::new(), Vec::new());
        for number in 0..options.resamples {
            for (stream, rows) in (first as u64..).zip(groups) {
                let draw = Resample::draw(CounterRng::new(options.seed, stream), number, rows.len());
                for (&row, count) in rows.iter().zip(draw.counts) {
                    weights[row] = count;
                }
            }
            areas.push(self.area(outcomes, &weights));
            let deviations = self.deviations(outcomes, &weights);
            noise.push(deviations.iter().zip(&observed).map(|(of, seen)| of - seen).collect::<Vec<f64>>());
        }
        let ece = if self.bins < 2 { None } else { beyond_chance(&observed, &noise) };
        Resampled { areas, ece }
    }

    /// Of each bin the sum of prediction less outcome over the number of rows of a resample, equal predictions having the share of yes
    /// among all of them as outcome: the magnitudes add up to the calibration error as of [`attention_model::calibration_error`].
    fn deviations(&self, outcomes: &Outcomes, weights: &[u32]) -> Vec<f64> {
        let mut sums = vec![0.0; self.bins];
        let (mut place, mut bin, mut drawn) = (0, 0, 0u64);
        let same = |a: &usize, b: &usize| outcomes.probabilities[*a] == outcomes.probabilities[*b];
        for tied in self.order.chunk_by(same) {
            let (mut rows, mut positives) = (0u64, 0u64);
            for &row in tied {
                rows += u64::from(weights[row]);
                positives += u64::from(weights[row]) * u64::from(outcomes.labels[row]);
            }
            let share = if rows == 0 { 0.0 } else { positives as f64 / rows as f64 };
            for &row in tied {
                while bin + 1 < self.bins && place >= (bin + 1) * self.order.len() / self.bins {
                    bin += 1;
                }
                place += 1;
                if let Some(sum) = sums.get_mut(bin) {
                    *sum += f64::from(weights[row]) * (outcomes.probabilities[row] - share);
                }
            }
            drawn += rows;
        }
        sums.into_iter().map(|sum| sum / drawn.max(1) as f64).collect()
    }

    /// The area of a resample; `None` if it has one class only.
    fn area(&self, outcomes: &Outcomes, weights: &[u32]) -> Option<f64> {
        let (mut twice_won, mut below, mut positives) = (0u128, 0u128, 0u128);
        let same = |a: &usize, b: &usize| outcomes.probabilities[*a] == outcomes.probabilities[*b];
        for tied in self.order.chunk_by(same) {
            let (mut tied_positives, mut tied_negatives) = (0u128, 0u128);
            for &row in tied {
                let of = if outcomes.labels[row] { &mut tied_positives } else { &mut tied_negatives };
                *of += u128::from(weights[row]);
            }
            twice_won += tied_positives * (2 * below + tied_negatives);
            below += tied_negatives;
            positives += tied_positives;
        }
        (positives > 0 && below > 0).then(|| twice_won as f64 / (2 * positives * below) as f64)
    }
}

#[cfg(test)]
mod tests {
    use attention_model::{auc, calibration_error};

    use super::super::Definition;
    use super::*;

    fn options(resamples: u32) -> FairnessOptions {
        FairnessOptions {
            group: "g".into(),
            definition: Definition::Calibration,
            threshold_ppm: 500_000,
            min_rows: 1,
            resamples,
            seed: 3,
        }
    }

    /// With every row drawn once, a resample's area and error are those of the rows; half of the predictions are of ties.
    #[test]
    fn a_resample_of_everyone_is_everyone() {
        let outcomes = Outcomes {
            probabilities: (0..100).map(|row| f64::from(row * 37 % 50) / 50.0).collect(),
            labels: (0..100).map(|row| row * 11 % 7 < 3).collect(),
        };
        let rows: Vec<usize> = (0..100).collect();
        let part = Part::new(&outcomes, &rows);
        let weights = [1u32; 100];
        let area = auc(&outcomes.probabilities, &outcomes.labels).unwrap();
        assert_eq!(part.area(&outcomes, &weights), Some(area));
        let (error, _) = calibration_error(&outcomes.probabilities, &outcomes.labels, 10).unwrap();
        let sum: f64 = part.deviations(&outcomes, &weights).iter().map(|of| of.abs()).sum();
        assert!((sum - error).abs() < 1e-12);
        assert_eq!(part.area(&outcomes, &[0; 100]), None);
        let few = Part::new(&outcomes, &rows[..15]);
        assert_eq!(few.resampled(&outcomes, &[rows[..15].to_vec()], 0, &options(10)).ece, None);
    }

    /// 1,000 predictions of 0 to 1 that come true with `slope` times their distance from ½.
    fn drawn(slope: f64, seed: u64) -> Outcomes {
        let rng = CounterRng::new(seed, 77);
        let probabilities: Vec<f64> = (0..1_000).map(|row| rng.unit(2 * row)).collect();
        let comes_true = |(row, p): (usize, &f64)| rng.unit(2 * row as u64 + 1) < 0.5 + slope * (p - 0.5);
        let labels = probabilities.iter().enumerate().map(comes_true).collect();
        Outcomes { probabilities, labels }
    }

    /// Of predictions that are right the true error is 0, and of predictions of which a fifth of the distance from ½ is too much it is the
    /// mean of .2 · |p − ½|, .05. Over fifty draws the interval holds it nearly always, and the estimate is not biased; the
    /// plain error of right predictions is .03 and more.
    #[test]
    fn the_interval_holds_the_true_error() {
        let everyone: Vec<usize> = (0..1_000).collect();
        for (slope, truth) in [(1.0, 0.0), (0.8, 0.05), (0.4, 0.15)] {
            let (mut held, mut sum, mut plain, mut length) = (0, 0.0, 0.0, 0.0);
            for seed in 0..50 {
                let outcomes = drawn(slope, seed);
                let part = Part::new(&outcomes, &everyone);
                let found = part.resampled(&outcomes, std::slice::from_ref(&everyone), 0, &options(200));
                let Estimate { value, interval } = found.ece.unwrap();
                assert!(interval.low <= value && value <= interval.high);
                held += usize::from(interval.holds(truth));
                sum += value / 50.0;
                length += (interval.high - interval.low) / 50.0;
                plain += calibration_error(&outcomes.probabilities, &outcomes.labels, 10).unwrap().0 / 50.0;
            }
            assert!(held >= 45, "{truth}: {held} of 50");
            assert!((sum - truth).abs() < 0.012 && plain > sum + 0.002, "{truth}: {sum}, plain {plain}");
            assert!(length < 0.08, "{truth}: {length}");
        }
    }

    /// One group of 40 is ranked perfectly and the other is not: the gap is not certain.
    #[test]
    fn a_gap_of_perfect_ranking_is_not_certain() {
        let labels: Vec<bool> = (0..80).map(|row| row % 2 == 0).collect();
        let score = |row: usize| {
            if row < 40 { f64::from(u8::from(labels[row])) } else { (row * 7 % 11) as f64 / 11.0 }
        };
        let outcomes = Outcomes { probabilities: (0..80).map(score).collect(), labels: labels.clone() };
        let whole = super::super::measure(&outcomes, 500_000).unwrap();
        let named = vec![
            ("a".into(), vec![], (0..40).collect::<Vec<usize>>()),
            ("b".into(), vec![], (40..80).collect()),
        ];
        let mut groups = super::super::compare(&outcomes, &whole, named, &options(200)).unwrap();
        with_error(&outcomes, whole, &mut groups, &options(200)).unwrap();
        let perfect = groups[0].0.gaps.auc.unwrap();
        assert_eq!(groups[0].0.measures.auc.unwrap().value, 1.0);
        assert!(perfect.interval.low < perfect.value && perfect.value < perfect.interval.high, "{perfect:?}");
    }
}
