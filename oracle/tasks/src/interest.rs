//! Interest: how likely a yes is, or how large a number, from the other columns of a table.

mod explanation;

use attention_model::{
    CalibratedModel, Calibration, Calibrator, Curve, Dataset, Model, ModelError, Predict, Target, auc,
    base_rate, calibration_error, mean_log_loss, permutation_importance, sigmoid,
};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::estimator::Estimator;
use crate::folds::{Fold, k_fold, stratified};
use crate::leakage::check_leakage;
use crate::table::{Reading, Table, TypingOptions, infer_spec, read_table};
use crate::{Bundle, TaskError};

pub use explanation::{RowExplanation, Term, explain_row};

/// Bins of the expected calibration error, of equal count.
pub const CALIBRATION_BINS: usize = 10;

/// What to train, and how.
#[derive(Debug, Clone)]
pub struct TrainOptions {
    /// Target and columns.
    pub typing: TypingOptions,
    /// The estimator with its parameters.
    pub estimator: Estimator,
    /// Columns that may tell the target.
    pub allow_leak: Vec<String>,
    /// Cross-validate with so many folds before fitting on all rows.
    pub folds: Option<usize>,
    /// Calibrate the probabilities on predictions for rows that were not fitted on: those of `folds`, or of five.
    pub calibrate: Option<Calibration>,
    /// Seed of the folds.
    pub seed: u64,
}

/// Folds of a calibration where none are asked for.
const CALIBRATION_FOLDS: usize = 5;
/// Permutations of each feature.
const IMPORTANCE_REPEATS: u32 = 5;

/// What was trained.
#[derive(Debug, Clone, Serialize)]
pub struct Trained {
    /// The estimator.
    pub model: &'static str,
    /// Whether its probabilities were calibrated.
    pub calibrated: bool,
    /// The target column.
    pub target: String,
    /// `binary` or `real`.
    pub target_kind: crate::table::TargetType,
    /// Training rows.
    pub rows: u64,
    /// Training rows with a yes; 0 for a real target.
    pub positives: u64,
    /// Feature columns.
    pub features: usize,
    /// Hyper-parameters, all of them.
    pub params: serde_json::Value,
    /// sha256 of the bundle.
    pub model_hash: String,
    /// Measured on rows that were not fitted on, before any calibration; if folds were asked for or needed.
    pub cross_validation: Option<CrossValidation>,
    /// What was read, and what of it could not be taken as it stood.
    pub reading: Reading,
    /// The course of the fit of each network; empty for an estimator that is not fitted in epochs.
    #[serde(skip)]
    pub curves: Vec<Curve>,
}

/// Mean and standard error over the folds.
#[derive(Debug, Clone, Serialize)]
pub struct CrossValidation {
    /// How many folds.
    pub folds: usize,
    /// AUC; absent for a real target.
    pub auc: Option<Mean>,
    /// Log loss in nats; absent for a real target.
    pub log_loss: Option<Mean>,
    /// Mean squared error: of the probability (Brier score), or of the value.
    pub mse: Mean,
    /// Expected calibration error; absent for a real target.
    pub ece: Option<Mean>,
}

/// A mean over folds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Mean {
    /// The mean.
    pub mean: f64,
    /// Its standard error, taking the folds as independent (they share training rows, so it is a little small).
    pub standard_error: f64,
}

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

/// A bundle's quality on a file.
#[derive(Debug, Clone, Serialize)]
pub struct Evaluation {
    /// The estimator.
    pub model: &'static str,
    /// The target column.
    pub target: String,
    /// How good.
    #[serde(flatten)]
    pub quality: Quality,
    /// sha256 of the bundle.
    pub model_hash: String,
    /// sha256 over all scores, sorted: a probability in millionths as u32, a value as the bits of its f64.
    pub score_hash: String,
    /// How much worse the predictions get when a column is shuffled, the most important first; if asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub importance: Option<Vec<ColumnImportance>>,
    /// What was read, and what of it could not be taken as it stood.
    pub reading: Reading,
}

/// What a column is worth to the model on a table: its permutation importance (Breiman 2001).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ColumnImportance {
    /// The column.
    pub column: String,
    /// Mean increase of the log loss, or of the squared error for a real target, when the column is shuffled.
    pub increase: f64,
    /// Its standard error over five permutations.
    pub standard_error: f64,
}

/// Types the columns, looks for leaks, cross-validates if asked to, and fits on all rows, in the order of their values and
/// not of the file.
///
/// # Errors
/// [`TaskError`] naming the file, the line and the column, or the estimator's refusal.
pub fn train(
    bytes: &[u8],
    source_name: &str,
    options: &TrainOptions,
) -> Result<(Bundle, Trained), TaskError> {
    let spec = infer_spec(bytes, source_name, &options.typing)?;
    let table = read_table(bytes, source_name, &spec)?.sorted();
    let data = table.data()?;
    let names: Vec<&str> = spec.columns.iter().map(|column| column.name.as_str()).collect();
    check_leakage(&data, &names, &spec.target.name, &options.allow_leak)?;
    let folds = options.folds.or(options.calibrate.map(|_| CALIBRATION_FOLDS));
    let out_of_fold = folds.map(|k| OutOfFold::predict(&table, options, k)).transpose()?;
    // Asked for or not: what calibration was fitted on does not measure it.
    let cross_validation = out_of_fold.as_ref().map(|folds| folds.measure(&table)).transpose()?;
    let (inner, curves) = options.estimator.fit_with_curves(&data)?;
    let kind = inner.kind();
    let model = match (options.calibrate, out_of_fold) {
        (Some(calibration), Some(folds)) => {
            let calibrator = Calibrator::fit(calibration, &folds.margins, data.labels("calibration")?)?;
            Model::Calibrated(CalibratedModel::new(inner, calibrator)?)
        }
        _ => inner,
    };
    let trained = Trained {
        model: kind,
        calibrated: options.calibrate.is_some(),
        target: spec.target.name.clone(),
        target_kind: spec.target.kind,
        rows: model.rows(),
        positives: model.positives(),
        features: spec.columns.len(),
        params: options.estimator.params(),
        model_hash: String::new(),
        cross_validation,
        reading: table.reading.clone(),
        curves,
    };
    let bundle = Bundle::new(spec, model)?;
    let model_hash = hex::encode(bundle.hash()?);
    Ok((bundle, Trained { model_hash, ..trained }))
}

/// Predicts every row of a file and measures the predictions; with `importance_seed` also what each column is worth.
///
/// # Errors
/// [`TaskError`] naming the file, the line and the column.
pub fn evaluate(
    bytes: &[u8],
    source_name: &str,
    bundle: &Bundle,
    importance_seed: Option<u64>,
) -> Result<Evaluation, TaskError> {
    let table = read_table(bytes, source_name, bundle.spec())?;
    let data = table.data()?;
    let margins = bundle.model().margins(&data)?;
    Ok(Evaluation {
        model: bundle.model().kind(),
        target: bundle.spec().target.name.clone(),
        quality: quality(&margins, &data)?,
        model_hash: hex::encode(bundle.hash()?),
        score_hash: hex::encode(score_hash(&margins, data.target())),
        importance: importance_seed.map(|seed| importance(bundle, &data, seed)).transpose()?,
        reading: table.reading.clone(),
    })
}

fn importance(bundle: &Bundle, data: &Dataset<'_>, seed: u64) -> Result<Vec<ColumnImportance>, TaskError> {
    let found = permutation_importance(bundle.model(), data, IMPORTANCE_REPEATS, seed)?;
    let mut all: Vec<ColumnImportance> = bundle
        .spec()
        .columns
        .iter()
        .zip(found)
        .map(|(column, found)| ColumnImportance {
            column: column.name.clone(),
            increase: found.increase,
            standard_error: found.standard_error,
        })
        .collect();
    // Stable: equal ones stay in the order of the columns.
    all.sort_by(|a, b| b.increase.total_cmp(&a.increase));
    Ok(all)
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
                log_loss: Some(mean_log_loss(margins, labels)?),
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
            let mut sum = 0.0;
            for value in values {
                sum += value;
            }
            let mean = sum / values.len() as f64;
            Ok(Quality {
                rows: values.len() as u64,
                positives: None,
                auc: None,
                log_loss: None,
                mse: mean_squares(margins.iter().copied(), values.iter().copied()),
                ece: None,
                base_log_loss: None,
                base_mse: mean_squares(values.iter().map(|_| mean), values.iter().copied()),
            })
        }
    }
}

fn mean_squares(predicted: impl Iterator<Item = f64>, truths: impl Iterator<Item = f64>) -> f64 {
    let (mut sum, mut rows) = (0.0, 0u64);
    for (predicted, truth) in predicted.zip(truths) {
        sum += (predicted - truth) * (predicted - truth);
        rows += 1;
    }
    sum / rows as f64
}

/// Entropy in nats of a yes with this probability.
fn entropy(share: f64) -> f64 {
    let part = |p: f64| if p > 0.0 { -p * libm::log(p) } else { 0.0 };
    part(share) + part(1.0 - share)
}

fn score_hash(margins: &[f64], target: Target<'_>) -> [u8; 32] {
    let mut scores: Vec<u64> = margins
        .iter()
        .map(|&margin| match target {
            Target::Binary(_) => libm::rint(sigmoid(margin) * 1e6) as u64,
            Target::Real(_) => margin.to_bits(),
        })
        .collect();
    scores.sort_unstable();
    let mut hash = Sha256::new();
    for score in scores {
        match target {
            // At most a million.
            Target::Binary(_) => hash.update((score as u32).to_be_bytes()),
            Target::Real(_) => hash.update(score.to_be_bytes()),
        }
    }
    hash.finalize().into()
}

/// A margin for every row, by a model that was not fitted on it.
struct OutOfFold {
    folds: Vec<Fold>,
    margins: Vec<f64>,
}

impl OutOfFold {
    fn predict(table: &Table, options: &TrainOptions, k: usize) -> Result<Self, TaskError> {
        let data = table.data()?;
        let folds = match data.target() {
            Target::Binary(labels) => stratified(labels, k, options.seed)?,
            Target::Real(_) => k_fold(data.rows(), k, options.seed)?,
        };
        let mut margins = vec![0.0; data.rows()];
        for fold in &folds {
            let training = table.chosen(&fold.training);
            let model = options.estimator.fit(&training.data()?)?;
            let validation = table.chosen(&fold.validation);
            for (&row, margin) in fold.validation.iter().zip(model.margins(&validation.data()?)?) {
                margins[row] = margin;
            }
        }
        Ok(Self { folds, margins })
    }

    fn measure(&self, table: &Table) -> Result<CrossValidation, TaskError> {
        let measured = self
            .folds
            .iter()
            .map(|fold| {
                let margins: Vec<f64> = fold.validation.iter().map(|&row| self.margins[row]).collect();
                quality(&margins, &table.chosen(&fold.validation).data()?)
            })
            .collect::<Result<Vec<_>, _>>()?;
        let over = |of: &dyn Fn(&Quality) -> Option<f64>| -> Option<Mean> {
            measured.iter().map(of).collect::<Option<Vec<f64>>>().map(|values| mean_of(&values))
        };
        Ok(CrossValidation {
            folds: self.folds.len(),
            auc: over(&|quality| quality.auc),
            log_loss: over(&|quality| quality.log_loss),
            mse: mean_of(&measured.iter().map(|quality| quality.mse).collect::<Vec<_>>()),
            ece: over(&|quality| quality.ece),
        })
    }
}

fn mean_of(values: &[f64]) -> Mean {
    let n = values.len() as f64;
    let mut sum = 0.0;
    for value in values {
        sum += value;
    }
    let mean = sum / n;
    let mut squares = 0.0;
    for value in values {
        squares += (value - mean) * (value - mean);
    }
    // Two folds at least, as `folds` sees to.
    Mean { mean, standard_error: libm::sqrt(squares / (n - 1.0) / n) }
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

    /// 1, 2, 3: mean 2, variance 1, standard error √(1/3).
    #[test]
    fn means_by_hand() {
        let got = mean_of(&[1.0, 2.0, 3.0]);
        assert_eq!(got.mean, 2.0);
        assert!((got.standard_error - (1.0f64 / 3.0).sqrt()).abs() < 1e-15);
    }

    #[test]
    fn score_hashes_do_not_depend_on_order() {
        let target = Target::Binary(&[]);
        assert_eq!(score_hash(&[0.5, -1.0, 2.0], target), score_hash(&[2.0, 0.5, -1.0], target));
        assert_ne!(score_hash(&[0.5], target), score_hash(&[0.51], target));
        // One score of ½: sha256 of 0x0007a120, by coreutils.
        assert_eq!(
            hex::encode(score_hash(&[0.0], target)),
            "f52f3d293e8bc277876dc6738489dd6e5bbf09ce9968dc65cb0a5d576476c733"
        );
    }
}
