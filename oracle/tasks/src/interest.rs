//! Interest: how likely a yes is, or how large a number, from the other columns of a table.

mod explanation;
mod prediction;
mod words;

use attention_model::{
    CalibratedModel, Calibration, Calibrator, Curve, Dataset, Model, Predict, Target, permutation_importance,
    sigmoid,
};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::estimator::Estimator;
use crate::leakage::check_leakage;
use crate::report::{Report, report};
use crate::table::{
    ColumnSummary, Reading, Table, TableSpec, TypingOptions, check_columns, infer_summarised, read_table,
    read_times,
};
use crate::validation::{FoldPlan, OutOfFold};
use crate::{Bundle, TaskError};

pub use crate::quality::{CALIBRATION_BINS, Quality, quality};
pub use crate::validation::{CrossValidation, Mean};
pub use explanation::{RowExplanation, Term, explain_row};
pub use prediction::{Predictions, predict};

/// What to train, and how.
#[derive(Debug, Clone)]
pub struct TrainOptions {
    /// Target and columns.
    pub typing: TypingOptions,
    /// The estimator with its parameters.
    pub estimator: Estimator,
    /// Columns that may tell the target.
    pub allow_leak: Vec<String>,
    /// Cross-validate with these folds before fitting on all rows.
    pub folds: Option<FoldPlan>,
    /// Calibrate the probabilities on predictions for rows that were not fitted on: those of `folds`, or of five.
    pub calibrate: Option<Calibration>,
    /// Seed of the folds of a calibration where none are asked for.
    pub seed: u64,
    /// Keep the curves of the fit on all rows (see [`Estimator::fit_with_curves`]). The bundle is the same.
    pub curves: bool,
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
    /// How: `platt` or `isotonic`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calibration: Option<&'static str>,
    /// The target column.
    pub target: String,
    /// `binary` or `real`.
    pub target_kind: crate::table::TargetType,
    /// Training rows.
    pub rows: u64,
    /// Training rows with a yes; 0 for a real target.
    pub positives: u64,
    /// How many feature columns.
    pub features: usize,
    /// The feature columns, and what each was taken for.
    pub columns: Vec<ColumnSummary>,
    /// Hyper-parameters, all of them.
    pub params: serde_json::Value,
    /// sha256 of the bundle.
    pub model_hash: String,
    /// Measured on rows that were not fitted on, before any calibration; if folds were asked for or needed.
    pub cross_validation: Option<CrossValidation>,
    /// On the same rows beside simple baselines.
    pub report: Option<Report>,
    /// What was read, and what of it could not be taken as it stood.
    pub reading: Reading,
    /// The losses of every epoch or round, in double precision, if asked for; one curve a network of an ensemble.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub curves: Vec<Curve>,
}

/// A bundle's quality on a file.
#[derive(Debug, Clone, Serialize)]
pub struct Evaluation {
    /// The estimator.
    pub model: &'static str,
    /// How its probabilities were calibrated: `platt` or `isotonic`; absent if they were not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calibration: Option<&'static str>,
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
    let (spec, columns, table) = summarised_table(bytes, source_name, &options.typing, &options.allow_leak)?;
    let data = table.data()?;
    let plan = options.folds.or(options.calibrate.map(|_| FoldPlan {
        division: None,
        folds: CALIBRATION_FOLDS,
        gap: 0,
        seed: options.seed,
    }));
    // Asked for or not: what calibration was fitted on does not measure it.
    let validated = plan.map(|plan| Validated::of(&table, &options.estimator, &plan)).transpose()?;
    let (inner, curves) = if options.curves {
        options.estimator.fit_with_curves(&data)?
    } else {
        (options.estimator.fit(&data)?, Vec::new())
    };
    let kind = inner.kind();
    let model = match (options.calibrate, &validated) {
        (Some(calibration), Some(validated)) => {
            let (rows, margins) = validated.predicted.rows();
            let labels = table.chosen(&rows);
            let calibrator = Calibrator::fit(calibration, &margins, labels.data()?.labels("calibration")?)?;
            Model::Calibrated(CalibratedModel::new(inner, calibrator)?)
        }
        _ => inner,
    };
    let trained = Trained {
        model: kind,
        calibrated: options.calibrate.is_some(),
        calibration: None,
        target: spec.target.name.clone(),
        target_kind: spec.target.kind,
        rows: model.rows(),
        positives: model.positives(),
        features: spec.columns.len(),
        columns,
        params: options.estimator.params(),
        model_hash: String::new(),
        cross_validation: validated.as_ref().map(|validated| validated.measured.clone()),
        report: validated.map(|validated| validated.report),
        reading: table.reading.clone(),
        curves,
    };
    let bundle = Bundle::new(spec, model)?;
    let (model_hash, calibration) = (hex::encode(bundle.hash()?), bundle.calibration());
    Ok((bundle, Trained { model_hash, calibration, ..trained }))
}

/// The typed, leak-checked rows of a training file, in the order of their values and not of the file.
///
/// # Errors
/// [`TaskError`] naming the file, the line and the column.
pub fn training_table(
    bytes: &[u8],
    source_name: &str,
    typing: &TypingOptions,
    allow_leak: &[String],
) -> Result<(TableSpec, Table), TaskError> {
    summarised_table(bytes, source_name, typing, allow_leak).map(|(spec, _, table)| (spec, table))
}

fn summarised_table(
    bytes: &[u8],
    source_name: &str,
    typing: &TypingOptions,
    allow_leak: &[String],
) -> Result<(TableSpec, Vec<ColumnSummary>, Table), TaskError> {
    check_columns(bytes, source_name, allow_leak)?;
    let (spec, summaries) = infer_summarised(bytes, source_name, typing)?;
    let mut table = read_table(bytes, source_name, &spec)?;
    if let Some(column) = &typing.time {
        table = table.with_times(read_times(bytes, source_name, column)?)?;
    }
    let table = table.sorted();
    let names: Vec<&str> = spec.columns.iter().map(|column| column.name.as_str()).collect();
    check_leakage(&table.data()?, &names, &spec.target.name, allow_leak)?;
    Ok((spec, summaries, table))
}

/// What rows that were not fitted on say of an estimator.
pub(crate) struct Validated {
    predicted: OutOfFold,
    /// Means over the folds.
    pub(crate) measured: CrossValidation,
    /// Beside simple baselines.
    pub(crate) report: Report,
}

impl Validated {
    pub(crate) fn of(table: &Table, estimator: &Estimator, plan: &FoldPlan) -> Result<Self, TaskError> {
        let folds = plan.cut(table)?;
        let predicted = OutOfFold::predict(table, estimator, &folds)?;
        let measured = predicted.measure(table, plan.division_of(table)?)?;
        let report = report(table, &folds, &predicted)?;
        Ok(Self { predicted, measured, report })
    }
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
        model: bundle.kind(),
        calibration: bundle.calibration(),
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

#[cfg(test)]
mod tests {
    use super::*;

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
