//! Training a churn model on the cuts before a moment.

use serde::Serialize;

use super::features::{CHURN_FEATURES_VERSION, churn_feature_names};
use super::model::{ChurnModel, ChurnSpec};
use super::people::People;
use super::rules::ChurnRules;
use super::table::ChurnTable;
use crate::TaskError;
use crate::estimator::Estimator;
use crate::interest::Validated;
use crate::report::Report;
use crate::validation::{CrossValidation, Division, FoldPlan};

/// Fewest rows to learn from.
pub const TRAINING_ROWS_MIN: usize = 100;

/// What was trained.
#[derive(Debug, Clone, Serialize)]
pub struct ChurnTrained {
    /// The estimator.
    pub model: &'static str,
    /// Users at cuts that were learnt from.
    pub rows: u64,
    /// Of which so many were gone.
    pub positives: u64,
    /// Cuts.
    pub cuts: usize,
    /// Nothing at or after this moment was looked at, unix seconds.
    pub until_s: i64,
    /// Features.
    pub features: usize,
    /// How rows are made.
    pub rules: ChurnRules,
    /// Hyper-parameters, all of them.
    pub params: serde_json::Value,
    /// sha256 of the file.
    pub model_hash: String,
    /// Measured on later cuts than fitted on; if folds were asked for.
    pub cross_validation: Option<CrossValidation>,
    /// On the same rows beside simple baselines.
    pub report: Option<Report>,
}

/// Learns from the cuts whose whole horizon lies before `until_s` (unix seconds; `None`: after the last event). With `folds`
/// it is cross-validated first, in the order of the cuts: what is validated begins after the horizons of what was fitted on.
///
/// # Errors
/// [`TaskError::Range`] for rules out of range, or fewer than [`TRAINING_ROWS_MIN`] rows; [`TaskError::Folds`];
/// [`TaskError::Model`] for what the estimator refuses.
pub fn train(
    people: &People,
    until_s: Option<i64>,
    rules: &ChurnRules,
    estimator: &Estimator,
    folds: Option<(usize, u64)>,
) -> Result<(ChurnModel, ChurnTrained), TaskError> {
    let until_s = until_s.unwrap_or_else(|| people.end_s());
    let ChurnTable { table, .. } = ChurnTable::build(people, rules, 0, until_s)?;
    let data = table.data()?;
    if data.rows() < TRAINING_ROWS_MIN {
        let (name, range) =
            ("the number of rows to learn from", "at least 100: take more, or a later --until");
        return Err(TaskError::Range { name, value: data.rows().to_string(), range });
    }
    let plan = folds.map(|(folds, seed)| FoldPlan {
        division: Some(Division::Time),
        folds,
        gap: rules.horizon_s,
        seed,
    });
    let validated = plan.map(|plan| Validated::of(&table, estimator, &plan)).transpose()?;
    let (cross_validation, report) = match validated {
        Some(validated) => (Some(validated.measured), Some(validated.report)),
        None => (None, None),
    };
    let spec = ChurnSpec { features_version: CHURN_FEATURES_VERSION, rules: *rules, until_s };
    let model = ChurnModel::new(spec, estimator.fit(&data)?)?;
    let mut cuts_s = table.times_s().unwrap_or_default().to_vec();
    cuts_s.dedup();
    let trained = ChurnTrained {
        model: model.model().kind(),
        rows: model.model().rows(),
        positives: model.model().positives(),
        cuts: cuts_s.len(),
        until_s,
        features: churn_feature_names().len(),
        rules: *rules,
        params: estimator.params(),
        model_hash: hex::encode(model.hash()?),
        cross_validation,
        report,
    };
    Ok((model, trained))
}
