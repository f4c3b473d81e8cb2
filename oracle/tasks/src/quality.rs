//! How good predictions are against the targets of the same rows.

use attention_model::{
    Dataset, ModelError, Target, auc, base_rate, calibration_error, log_loss_of_logit, sigmoid,
};
use serde::Serialize;

use crate::TaskError;

/// Bins of the expected calibration error, of equal count.
pub const CALIBRATION_BINS: usize = 10;

/// How good the predictions for a table are.
#[derive(Debug, Clone, Serialize)]
pub struct Quality {
    /// Rows.
    pub rows: u64,
    /// Rows with a yes; absent for a real target.
    pub positives: Option<u64>,
    /// Area under the ROC curve; absent for a real target, or if one class is missing.
    pub auc: Option<f64>,
    /// Mean log loss in nats; absent for a real target.
    pub log_loss: Option<f64>,
    /// Mean squared error: of the probability (Brier score), or of the value.
    pub mse: f64,
    /// Expected calibration error over [`CALIBRATION_BINS`] bins of equal count (fewer for fewer rows); absent for a real
    /// target.
    pub ece: Option<f64>,
    /// Log loss of predicting this table's own share of positives for every row; absent for a real target.
    pub base_log_loss: Option<f64>,
    /// Mean squared error of predicting this table's own mean for every row.
    pub base_mse: f64,
}

/// Measures margins against the targets of the same rows.
///
/// # Errors
/// [`TaskError::Model`] if the lengths differ or a margin is not finite.
pub fn quality(margins: &[f64], data: &Dataset<'_>) -> Result<Quality, TaskError> {
    match data.target() {
        Target::Binary(labels) => {
            let probabilities: Vec<f64> = margins.iter().map(|&margin| sigmoid(margin)).collect();
            let share = base_rate(labels)?;
            let truths = || labels.iter().map(|&label| if label { 1.0 } else { 0.0 });
            let (ece, _) = calibration_error(&probabilities, labels, CALIBRATION_BINS.min(labels.len()))?;
            Ok(Quality {
                rows: labels.len() as u64,
                positives: Some(data.positives()),
                auc: match auc(margins, labels) {
                    Ok(area) => Some(area),
                    Err(ModelError::OneClass { .. }) => None,
                    Err(other) => return Err(other.into()),
                },
                log_loss: Some(mean(losses(margins, data)?)),
                mse: mean_squares(probabilities.iter().copied(), truths()),
                ece: Some(ece),
                base_log_loss: Some(entropy(share)),
                base_mse: share * (1.0 - share),
            })
        }
        Target::Real(values) => {
            if margins.len() != values.len() {
                return Err(
                    ModelError::Shape { what: "rows", expected: values.len(), got: margins.len() }.into()
                );
            }
            let own = mean(values.to_vec());
            Ok(Quality {
                rows: values.len() as u64,
                positives: None,
                auc: None,
                log_loss: None,
                mse: mean_squares(margins.iter().copied(), values.iter().copied()),
                ece: None,
                base_log_loss: None,
                base_mse: mean_squares(values.iter().map(|_| own), values.iter().copied()),
            })
        }
    }
}

fn mean_squares(predicted: impl Iterator<Item = f64>, truths: impl Iterator<Item = f64>) -> f64 {
    mean(predicted.zip(truths).map(|(predicted, truth)| (predicted - truth) * (predicted - truth)).collect())
}

/// The mean, added up in rising order: equal numbers give equal bits in whatever order the rows stand.
fn mean(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let mut sum = 0.0;
    for value in &values {
        sum += value;
    }
    sum / values.len() as f64
}

/// Entropy in nats of a yes with this probability.
fn entropy(share: f64) -> f64 {
    let part = |p: f64| if p > 0.0 { -p * libm::log(p) } else { 0.0 };
    part(share) + part(1.0 - share)
}

/// The loss of every row: log loss in nats of a label, squared error of a value.
///
/// # Errors
/// [`TaskError::Model`] if the lengths differ.
pub fn losses(margins: &[f64], data: &Dataset<'_>) -> Result<Vec<f64>, TaskError> {
    if margins.len() != data.rows() {
        let (expected, got) = (data.rows(), margins.len());
        return Err(ModelError::Shape { what: "rows", expected, got }.into());
    }
    Ok(match data.target() {
        Target::Binary(labels) => {
            margins.iter().zip(labels).map(|(&margin, &label)| log_loss_of_logit(margin, label)).collect()
        }
        Target::Real(values) => {
            margins.iter().zip(values).map(|(margin, value)| (margin - value) * (margin - value)).collect()
        }
    })
}

#[cfg(test)]
mod tests {
    use attention_model::FeatureSchema;

    use super::*;

    #[test]
    fn quality_by_hand() {
        let schema = FeatureSchema::new(1, vec!["a".into()]).unwrap();
        let labels = [true, false, false, false];
        let data = Dataset::from_rows(&schema, &[0; 4], &labels).unwrap();
        // Even odds for all: Brier ¼, log loss ln 2; the share is ¼: ¼·¾ and ¼ ln 4 + ¾ ln(4/3).
        let measured = quality(&[0.0; 4], &data).unwrap();
        assert_eq!((measured.mse, measured.auc, measured.base_mse), (0.25, Some(0.5), 0.1875));
        assert!((measured.log_loss.unwrap() - std::f64::consts::LN_2).abs() < 1e-15);
        assert!((measured.base_log_loss.unwrap() - 0.562_335_144_618_808_4).abs() < 1e-15);
        let one = Dataset::from_rows(&schema, &[0; 2], &[false, false]).unwrap();
        assert_eq!(quality(&[0.0; 2], &one).unwrap().auc, None);

        let real = Dataset::rows_with_target(&schema, &[0; 2], Target::Real(&[1.0, 3.0])).unwrap();
        let measured = quality(&[1.0, 1.0], &real).unwrap();
        assert_eq!((measured.mse, measured.base_mse, measured.auc), (2.0, 1.0, None));
        assert!(quality(&[1.0], &real).is_err());
    }

    /// Rows in another order measure the same to the bit, where sums in the order of the file would not.
    #[test]
    fn quality_does_not_depend_on_the_order_of_rows() {
        let schema = FeatureSchema::new(1, vec!["a".into()]).unwrap();
        let margins: Vec<f64> = (1..=200).map(|i| 3.0 / f64::from(i) - 0.7).collect();
        let labels: Vec<bool> = (1..=200).map(|i| i % 3 == 0).collect();
        let (mut far, mut other) = (margins.clone(), labels.clone());
        far.reverse();
        other.reverse();
        let features = vec![0; 200];
        let one = quality(&margins, &Dataset::from_rows(&schema, &features, &labels).unwrap()).unwrap();
        let two = quality(&far, &Dataset::from_rows(&schema, &features, &other).unwrap()).unwrap();
        assert_eq!((one.log_loss, one.mse), (two.log_loss, two.mse));
        let naive = |margins: &[f64], labels: &[bool]| {
            margins.iter().zip(labels).map(|(&margin, &label)| log_loss_of_logit(margin, label)).sum::<f64>()
        };
        assert_ne!(naive(&margins, &labels), naive(&far, &other), "the rows have to show a difference");
        let real = |values| {
            quality(values, &Dataset::rows_with_target(&schema, &features, Target::Real(values)).unwrap())
        };
        assert_eq!(real(&margins).unwrap().base_mse, real(&far).unwrap().base_mse);
    }

    /// Even odds cost ln 2 whatever the label; 3 for 1 costs 4.
    #[test]
    fn losses_by_hand() {
        let schema = FeatureSchema::new(1, vec!["a".into()]).unwrap();
        let data = Dataset::from_rows(&schema, &[0; 2], &[true, false]).unwrap();
        let got = losses(&[0.0, 0.0], &data).unwrap();
        assert!(got.iter().all(|loss| (loss - std::f64::consts::LN_2).abs() < 1e-15), "{got:?}");
        assert!(losses(&[0.0], &data).is_err());
        let real = Dataset::rows_with_target(&schema, &[0], Target::Real(&[1.0])).unwrap();
        assert_eq!(losses(&[3.0], &real).unwrap(), [4.0]);
    }
}
