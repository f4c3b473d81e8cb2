//! How well a churn model foresees who is gone, beside days since the last act.

use attention_model::{Fit, LogisticParams, ParamGuard, Predict, auc};
use serde::Serialize;

use super::features::churn_feature_names;
use super::model::ChurnModel;
use super::people::People;
use super::table::ChurnTable;
use crate::TaskError;
use crate::quality::{Quality, quality};
use crate::validation::Mean;

/// The feature that is the baseline's only one.
const RECENCY: &str = "silence_hours";

/// One cut.
#[derive(Debug, Clone, Serialize)]
pub struct CutQuality {
    /// The cut, unix seconds.
    pub cut_s: i64,
    /// Active users.
    pub rows: usize,
    /// Of which so many were gone.
    pub positives: u64,
    /// The model's AUC; absent if all or none are gone.
    pub auc: Option<f64>,
    /// That of the time since the last act.
    pub recency_auc: Option<f64>,
}

/// How good the predictions are.
#[derive(Debug, Clone, Serialize)]
pub struct ChurnEvaluation {
    /// The estimator.
    pub model: &'static str,
    /// Users at cuts.
    pub rows: u64,
    /// Of which so many were gone.
    pub positives: u64,
    /// Area under the ROC curve.
    pub auc: Option<f64>,
    /// Mean log loss in nats.
    pub log_loss: Option<f64>,
    /// Brier score.
    pub mse: f64,
    /// Expected calibration error.
    pub ece: Option<f64>,
    /// Log loss of predicting these rows' own share of gone users.
    pub base_log_loss: Option<f64>,
    /// AUC of the seconds since the last act.
    pub recency_auc: Option<f64>,
    /// Log loss of a logistic regression on the time since the last act, fitted on the model's training rows.
    pub recency_log_loss: Option<f64>,
    /// The model's AUC less that of recency, mean over the cuts; their rows overlap, so its error is a little small.
    pub auc_gain_by_cut: Mean,
    /// The cuts.
    pub cuts: Vec<CutQuality>,
    /// sha256 of the model's file.
    pub model_hash: String,
}

/// Predicts the active users of all cuts from `from_s` on whose horizon is known, each from what was known before the cut.
///
/// # Errors
/// [`TaskError::Range`] if `from_s` lies before the end of training, or there is no such cut.
pub fn evaluate(people: &People, model: &ChurnModel, from_s: i64) -> Result<ChurnEvaluation, TaskError> {
    let test = rows_from(people, model, from_s)?;
    let data = test.table.data()?;
    let labels = data.labels("the evaluation of churn")?;
    let margins = model.model().margins(&data)?;
    let silence: Vec<f64> = test.silence_s.iter().map(|&silence_s| silence_s as f64).collect();
    let Quality { rows, positives, auc, log_loss, mse, ece, base_log_loss, .. } = quality(&margins, &data)?;
    let cuts = by_cut(&test, labels, &margins, &silence);
    let gains: Vec<f64> = cuts
        .iter()
        .filter_map(|cut| cut.auc.zip(cut.recency_auc))
        .map(|(own, recency)| own - recency)
        .collect();
    Ok(ChurnEvaluation {
        model: model.model().kind(),
        rows,
        positives: positives.unwrap_or(0),
        auc,
        log_loss,
        mse,
        ece,
        base_log_loss,
        recency_auc: defined_auc(&silence, labels),
        recency_log_loss: quality(&recency_margins(people, model, &test)?, &data)?.log_loss,
        auc_gain_by_cut: Mean::of(&gains),
        cuts,
        model_hash: hex::encode(model.hash()?),
    })
}

/// The rows of the cuts from `from_s` (unix seconds) on whose horizon is known.
///
/// # Errors
/// As [`evaluate`].
pub(crate) fn rows_from(people: &People, model: &ChurnModel, from_s: i64) -> Result<ChurnTable, TaskError> {
    let spec = model.spec();
    if from_s < spec.until_s {
        return Err(TaskError::Range {
            name: "the first moment to predict",
            value: from_s.to_string(),
            range: "not before the end of training: take a later --from",
        });
    }
    ChurnTable::build(people, &spec.rules, from_s, people.end_s())
}

/// The AUC where it is defined.
fn defined_auc(scores: &[f64], labels: &[bool]) -> Option<f64> {
    // The scores are finite and as many as the labels: what is left is a class that is missing.
    auc(scores, labels).ok()
}

fn by_cut(test: &ChurnTable, labels: &[bool], margins: &[f64], silence: &[f64]) -> Vec<CutQuality> {
    let times_s = test.table.times_s().unwrap_or_default();
    let mut start = 0;
    times_s
        .chunk_by(|a, b| a == b)
        .map(|cut| {
            let rows = start..start + cut.len();
            start = rows.end;
            let labels = &labels[rows.clone()];
            CutQuality {
                cut_s: cut[0],
                rows: cut.len(),
                positives: labels.iter().filter(|&&gone| gone).count() as u64,
                auc: defined_auc(&margins[rows.clone()], labels),
                recency_auc: defined_auc(&silence[rows], labels),
            }
        })
        .collect()
}

/// The baseline's margins, fitted on what the model was fitted on: of the time since the last act alone.
///
/// # Errors
/// [`TaskError::Model`] for what the regression refuses.
pub(crate) fn recency_margins(
    people: &People,
    model: &ChurnModel,
    test: &ChurnTable,
) -> Result<Vec<f64>, TaskError> {
    let spec = model.spec();
    let training = ChurnTable::build(people, &spec.rules, 0, spec.until_s)?;
    let feature = churn_feature_names().iter().position(|name| *name == RECENCY).unwrap_or_default();
    let only = training.table.only(feature)?;
    let fitted = LogisticParams::default().check()?.fit(&only.data()?)?;
    Ok(fitted.margins(&test.table.only(feature)?.data()?)?)
}
