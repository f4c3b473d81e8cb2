//! What is measured in a group.

use attention_model::{ModelError, base_rate};
use serde::Serialize;

use super::{Estimate, Outcomes};
use crate::TaskError;
use crate::stats::{Interval, LEVEL, auc_interval, normal_interval, wilson_interval};

/// A group's measures, each with its 95 % interval.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GroupMeasures {
    /// Rows.
    pub rows: u64,
    /// Rows that turned out a yes.
    pub positives: u64,
    /// Rows that are selected.
    pub selected: u64,
    /// Rows that are selected and turned out a yes.
    pub selected_positives: u64,
    /// Share of yes (Wilson).
    pub base_rate: Estimate,
    /// Mean predicted probability (normal).
    pub mean_prediction: Estimate,
    /// Share that is selected (Wilson).
    pub selection_rate: Estimate,
    /// Share of yes that is selected (Wilson); absent without a yes.
    pub true_positive_rate: Option<Estimate>,
    /// Share of no that is selected (Wilson); absent without a no.
    pub false_positive_rate: Option<Estimate>,
    /// Area under the ROC curve (DeLong; Newcombe's score interval with fewer than ten of a class and for perfect ranking); absent with
    /// fewer than two of a class.
    pub auc: Option<Estimate>,
    /// Mean prediction less share of yes (normal, of the differences): above 0 the model promises too much.
    pub calibration: Estimate,
    /// Expected calibration error in bins of equal count beyond what chance adds, which is more in a small group (inverted bootstrap); the
    /// plain error of other reports is larger. Absent with fewer than two bins of ten rows.
    pub ece: Option<Estimate>,
}

/// Measures predictions that came true or not; all but the calibration error, which is resampled.
///
/// # Errors
/// [`TaskError::Model`] if there is no row or a score is not finite.
pub fn measure(outcomes: &Outcomes, threshold_ppm: u32) -> Result<GroupMeasures, TaskError> {
    let Outcomes { probabilities, labels } = outcomes;
    let threshold = f64::from(threshold_ppm) / 1e6;
    let share = |of: u64, among: u64| Estimate {
        value: of as f64 / among as f64,
        interval: wilson_interval(of, among, LEVEL),
    };
    base_rate(labels)?;
    let rows = labels.len() as u64;
    let (mut positives, mut selected, mut selected_positives) = (0, 0, 0);
    for (&probability, &label) in probabilities.iter().zip(labels) {
        positives += u64::from(label);
        selected += u64::from(probability >= threshold);
        selected_positives += u64::from(label && probability >= threshold);
    }
    let negatives = rows - positives;
    let differences = probabilities.iter().zip(labels).map(|(p, &label)| p - f64::from(u8::from(label)));
    let auc = match auc_interval(probabilities, labels, LEVEL) {
        Ok(found) => found.map(|(value, interval)| Estimate { value, interval }),
        Err(ModelError::OneClass { .. }) => None,
        Err(other) => return Err(other.into()),
    };
    Ok(GroupMeasures {
        rows,
        positives,
        selected,
        selected_positives,
        base_rate: share(positives, rows),
        mean_prediction: mean(probabilities.iter().copied()),
        selection_rate: share(selected, rows),
        true_positive_rate: (positives > 0).then(|| share(selected_positives, positives)),
        false_positive_rate: (negatives > 0).then(|| share(selected - selected_positives, negatives)),
        auc,
        calibration: mean(differences),
        ece: None,
    })
}

/// The mean with its normal interval; that of one value, which says nothing of the spread, is infinite.
fn mean(values: impl Iterator<Item = f64> + Clone) -> Estimate {
    let (mut sum, mut n) = (0.0, 0u64);
    for value in values.clone() {
        sum += value;
        n += 1;
    }
    let mean = sum / n as f64;
    let mut squares = 0.0;
    for value in values {
        squares += (value - mean) * (value - mean);
    }
    if n < 2 {
        return Estimate { value: mean, interval: Interval { low: f64::NEG_INFINITY, high: f64::INFINITY } };
    }
    let standard_error = libm::sqrt(squares / (n as f64 - 1.0) / n as f64);
    Estimate { value: mean, interval: normal_interval(mean, standard_error, LEVEL) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// .9 .8 .4 .6 .2 with yes, yes, yes, no, no at a threshold of .6: two of three yes and one of two no are selected. Pairs: .9 and .8
    /// beat both, .4 beats one: 5/6. Mean .58, share .6.
    #[test]
    fn by_hand() {
        let outcomes = Outcomes {
            probabilities: vec![0.9, 0.8, 0.4, 0.6, 0.2],
            labels: vec![true, true, true, false, false],
        };
        let found = measure(&outcomes, 600_000).unwrap();
        assert_eq!((found.rows, found.positives, found.selected, found.selected_positives), (5, 3, 3, 2));
        let rate = |of: Option<Estimate>| of.unwrap().value;
        assert_eq!((found.base_rate.value, found.selection_rate.value), (0.6, 0.6));
        assert_eq!((rate(found.true_positive_rate), rate(found.false_positive_rate)), (2.0 / 3.0, 0.5));
        assert!((rate(found.auc) - 5.0 / 6.0).abs() < 1e-15);
        assert!((found.mean_prediction.value - 0.58).abs() < 1e-15);
        assert!((found.calibration.value + 0.02).abs() < 1e-15);
        // Differences −.1 −.2 −.6 .6 .2, mean −.02: squares .0064 + .0324 + .3364 + .3844 + .0484 = .808, /4/5 = .0404: ± .393947.
        assert!(
            (found.calibration.interval.high - (1.959_964 * 0.0404f64.sqrt() - 0.02)).abs() < 1e-6,
            "{found:?}"
        );
        assert_eq!(found.base_rate.interval, wilson_interval(3, 5, 0.95));
    }

    #[test]
    fn one_class_has_no_rates_of_the_other() {
        let found =
            measure(&Outcomes { probabilities: vec![0.4, 0.6], labels: vec![false; 2] }, 500_000).unwrap();
        assert_eq!((found.true_positive_rate, found.auc), (None, None));
        assert_eq!(found.false_positive_rate.unwrap().value, 0.5);
        assert!(measure(&Outcomes { probabilities: vec![], labels: vec![] }, 1).is_err());
    }
}
