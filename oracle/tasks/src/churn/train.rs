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
    let plan = folds.map(|(folds, seed)| fold_plan(rules, folds, seed));
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

/// Folds in the order of the cuts. What a row says of its user was known a second after `cut + horizon`, the last moment that it
/// looks at: no row is learnt from before the cut that it is validated at has come.
fn fold_plan(rules: &ChurnRules, folds: usize, seed: u64) -> FoldPlan {
    // The horizon was checked when rows were made: ten years at most.
    FoldPlan { division: Some(Division::Time), folds, gap: rules.horizon_s + 1, seed }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folds::time_ordered;

    /// Labels look at `(cut, cut + horizon]`, features at what came before their cut: between the last second of the one and the
    /// first cut validated at there must be one second at least. Cuts every second leave no room for more.
    #[test]
    fn nothing_is_learnt_from_what_happens_at_the_cut_that_is_validated() {
        let rules = ChurnRules { horizon_s: 3, ..ChurnRules::default() };
        let times: Vec<i64> = (0..40).collect();
        let plan = fold_plan(&rules, 3, 1);
        for fold in time_ordered(&times, plan.folds, plan.gap).unwrap() {
            let last_label_s = fold.training.iter().map(|&row| times[row] + rules.horizon_s).max().unwrap();
            let first_cut_s = fold.validation.iter().map(|&row| times[row]).min().unwrap();
            assert_eq!(last_label_s + 1, first_cut_s);
        }
    }
}
