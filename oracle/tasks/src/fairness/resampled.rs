//! What has no formula for its spread: resampled within every group, so that a resample has groups of the same sizes.

use attention_model::{CounterRng, calibration_error};

use super::{Estimate, FairnessOptions, Group, GroupMeasures, Outcomes};
use crate::TaskError;
use crate::interest::CALIBRATION_BINS;
use crate::stats::{LEVEL, Resample, percentile_interval};

/// Fewest rows of a bin.
const BIN_ROWS_MIN: usize = 10;

/// Adds calibration errors and the gaps of areas and calibration errors to the groups, and returns the whole's.
pub(super) fn with_error(
    outcomes: &Outcomes,
    whole: GroupMeasures,
    groups: &mut [(Group, Vec<usize>)],
    options: &FairnessOptions,
) -> Result<GroupMeasures, TaskError> {
    let everyone: Vec<usize> = (0..outcomes.labels.len()).collect();
    let parts = groups.iter().map(|(_, rows)| rows.as_slice()).chain([everyone.as_slice()]);
    let parts = parts.map(|rows| Part::new(outcomes, rows)).collect::<Result<Vec<_>, _>>()?;
    let mut replicates = vec![[Vec::new(), Vec::new()]; parts.len()];
    for number in 0..options.resamples {
        let mut weights = vec![0u32; outcomes.labels.len()];
        for (stream, (_, rows)) in groups.iter().enumerate() {
            let draw = Resample::draw(CounterRng::new(options.seed, stream as u64), number, rows.len());
            for (&row, count) in rows.iter().zip(draw.counts) {
                weights[row] = count;
            }
        }
        for (part, replicates) in parts.iter().zip(&mut replicates) {
            replicates[0].push(part.area(outcomes, &weights));
            replicates[1].push(part.error(outcomes, &weights));
        }
    }
    let whole_at = parts.len() - 1;
    let spread = |of: &[Option<f64>]| -> Option<_> {
        percentile_interval(of.iter().copied().collect::<Option<Vec<f64>>>()?, LEVEL)
    };
    let gap = |at: usize, which: usize, value: Option<f64>| -> Option<Estimate> {
        let pairs = replicates[at][which].iter().zip(&replicates[whole_at][which]);
        let differences: Vec<Option<f64>> = pairs.map(|(group, whole)| Some((*group)? - (*whole)?)).collect();
        Some(Estimate { value: value?, interval: spread(&differences)? })
    };
    let error_of = |at: usize| -> Option<Estimate> {
        Some(Estimate { value: parts[at].observed_error?, interval: spread(&replicates[at][1])? })
    };
    for (at, (group, _)) in groups.iter_mut().enumerate() {
        group.measures.ece = error_of(at);
        let area = group.measures.auc.zip(whole.auc).map(|(group, whole)| group.value - whole.value);
        group.gaps.auc = gap(at, 0, area);
        let error = parts[at].observed_error.zip(parts[whole_at].observed_error);
        group.gaps.ece = gap(at, 1, error.map(|(group, whole)| group - whole));
    }
    Ok(GroupMeasures { ece: error_of(whole_at), ..whole })
}

/// Rows in the order of their predictions, in bins of equal count that resamples keep.
struct Part {
    order: Vec<usize>,
    bins: usize,
    observed_error: Option<f64>,
}

impl Part {
    fn new(outcomes: &Outcomes, rows: &[usize]) -> Result<Self, TaskError> {
        let mut order = rows.to_vec();
        let score = |row: usize| outcomes.probabilities[row];
        order.sort_by(|&a, &b| score(a).total_cmp(&score(b)).then(a.cmp(&b)));
        let bins = CALIBRATION_BINS.min(rows.len() / BIN_ROWS_MIN);
        let own = outcomes.chosen(&order);
        let observed_error = match bins {
            0 | 1 => None,
            bins => Some(calibration_error(&own.probabilities, &own.labels, bins)?.0),
        };
        Ok(Self { order, bins, observed_error })
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

    /// The calibration error of a resample; `None` with fewer than two bins.
    fn error(&self, outcomes: &Outcomes, weights: &[u32]) -> Option<f64> {
        if self.bins < 2 {
            return None;
        }
        let (mut error, mut rows) = (0.0, 0u64);
        for bin in 0..self.bins {
            let members =
                &self.order[bin * self.order.len() / self.bins..(bin + 1) * self.order.len() / self.bins];
            let (mut off, mut drawn) = (0.0, 0u64);
            for &row in members {
                let weight = f64::from(weights[row]);
                off += weight * (outcomes.probabilities[row] - f64::from(u8::from(outcomes.labels[row])));
                drawn += u64::from(weights[row]);
            }
            error += libm::fabs(off);
            rows += drawn;
        }
        (rows > 0).then(|| error / rows as f64)
    }
}

#[cfg(test)]
mod tests {
    use attention_model::auc;

    use super::*;

    /// With every row drawn once, a resample's area and error are those of the rows.
    #[test]
    fn a_resample_of_everyone_is_everyone() {
        let outcomes = Outcomes {
            probabilities: (0..100).map(|row| f64::from(row * 37 % 50) / 50.0).collect(),
            labels: (0..100).map(|row| row * 11 % 7 < 3).collect(),
        };
        let rows: Vec<usize> = (0..100).collect();
        let part = Part::new(&outcomes, &rows).unwrap();
        let weights = [1u32; 100];
        let area = auc(&outcomes.probabilities, &outcomes.labels).unwrap();
        assert_eq!(part.area(&outcomes, &weights), Some(area));
        let (error, _) = calibration_error(&outcomes.probabilities, &outcomes.labels, 10).unwrap();
        assert!((part.error(&outcomes, &weights).unwrap() - error).abs() < 1e-12);
        assert_eq!(part.observed_error, Some(error));
        assert_eq!(part.area(&outcomes, &[0; 100]), None);
        assert_eq!(Part::new(&outcomes, &rows[..15]).unwrap().observed_error, None);
    }
}
