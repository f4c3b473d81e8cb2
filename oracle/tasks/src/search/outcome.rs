//! What a search found.

use serde::Serialize;
use serde_json::Value;

use super::{Job, Metric, Outcome, Search};
use crate::TaskError;
use crate::fit_spec::{Chosen, FitSpec};
use crate::interest::Validated;
use crate::report::Report;
use crate::validation::{CrossValidation, Mean};

/// One rung of a search that has ended.
#[derive(Debug, Clone, Serialize)]
pub struct SearchedRung {
    /// Training rows of the smallest fold.
    pub training_rows: usize,
    /// Trials that were measured.
    pub trials: usize,
    /// Of which the estimator refused so many.
    pub failed: usize,
}

/// A trial of the last rung.
#[derive(Debug, Clone, Serialize)]
pub struct Ranked {
    /// Its number.
    pub trial: u32,
    /// The estimator.
    pub kind: &'static str,
    /// The metric over the folds.
    pub value: Mean,
    /// The parameters that were drawn; none are the defaults.
    pub drawn: Value,
}

/// The winner beside the default parameters of its kind.
#[derive(Debug, Clone, Serialize)]
pub struct AgainstDefaults {
    /// The defaults' metric.
    pub value: Mean,
    /// The winner's less the defaults', fold by fold.
    pub difference: Mean,
}

/// What a search found.
#[derive(Debug, Clone, Serialize)]
pub struct SearchReport {
    /// The winning estimator.
    pub kind: &'static str,
    /// Its trial.
    pub trial: u32,
    /// All its parameters.
    pub params: Value,
    /// What trials were ranked by.
    pub metric: Metric,
    /// The winner's metric over the folds; the best of many is a little too good.
    pub value: Mean,
    /// Beside the defaults of the kind; absent if these failed.
    pub against_defaults: Option<AgainstDefaults>,
    /// Evaluations made.
    pub evaluations: usize,
    /// The rungs.
    pub rungs: Vec<SearchedRung>,
    /// The trials of the last rung, the best first.
    pub ranking: Vec<Ranked>,
    /// All metrics of the winner.
    pub cross_validation: CrossValidation,
    /// The winner beside simple baselines.
    pub report: Report,
    /// sha256 of the file that was searched on.
    pub data_hash: String,
    /// sha256 of the search space.
    pub space_hash: String,
}

impl Search {
    /// The winner, as a specification and beside the defaults and the baselines; it is measured once more for them.
    ///
    /// # Errors
    /// [`TaskError::Search`] before the end, or if every trial of the last rung failed.
    pub fn finish(&self) -> Result<(FitSpec, SearchReport), TaskError> {
        if let Some(Job { rung, trial, .. }) = self.next_job() {
            return Err(TaskError::Search(format!("trial {trial} of rung {rung} was not measured yet")));
        }
        let last = self.rungs.len() - 1;
        let order = self.ranked(last);
        let Some(&(_, winner)) = order.first() else {
            let why = self.outcomes[last].values().find_map(|outcome| match outcome {
                Outcome::Failed(why) => Some(why.as_str()),
                Outcome::Values(_) => None,
            });
            return Err(TaskError::Search(format!(
                "every trial failed, the first: {}",
                why.unwrap_or("none was made")
            )));
        };
        let ranking: Vec<Ranked> =
            order.iter().filter_map(|&(_, trial)| self.ranked_trial(last, trial)).collect();
        let value = ranking[0].value;
        let (kind, drawn) = self.trial(winner);
        let estimator = self.estimator(kind, &drawn)?;
        let validated = Validated::of(&self.table, &estimator, &self.options.folds)?;
        let spec = FitSpec {
            format: FitSpec::format(),
            target: self.header.target.clone(),
            target_kind: self.spec.target.kind,
            ignore: self.header.ignore.clone(),
            categorical: self.header.categorical.clone(),
            allow_leak: self.header.allow_leak.clone(),
            time_column: self.header.time_column.clone(),
            kind: kind.name().into(),
            params: estimator.params(),
            seed: self.options.seed,
            cross_validation: self.options.folds,
            chosen: Chosen {
                metric: self.metric,
                value,
                trials: self.options.trials,
                data_hash: self.header.data_hash.clone(),
                space_hash: self.header.space_hash.clone(),
            },
        };
        let report = SearchReport {
            kind: kind.name(),
            trial: winner,
            params: estimator.params(),
            metric: self.metric,
            value,
            against_defaults: self.against_defaults(last, winner),
            evaluations: self.evaluated(),
            rungs: (0..self.rungs.len()).map(|rung| self.searched(rung)).collect(),
            ranking,
            cross_validation: validated.measured,
            report: validated.report,
            data_hash: self.header.data_hash.clone(),
            space_hash: self.header.space_hash.clone(),
        };
        Ok((spec, report))
    }

    fn ranked_trial(&self, rung: usize, trial: u32) -> Option<Ranked> {
        let value = self.outcomes[rung].get(&trial)?.mean()?;
        let (kind, drawn) = self.trial(trial);
        Some(Ranked { trial, kind: kind.name(), value, drawn: Value::Object(drawn) })
    }

    fn searched(&self, rung: usize) -> SearchedRung {
        let outcomes = &self.outcomes[rung];
        SearchedRung {
            training_rows: self.folds[rung].iter().map(|fold| fold.training.len()).min().unwrap_or(0),
            trials: outcomes.len(),
            failed: outcomes.values().filter(|outcome| outcome.mean().is_none()).count(),
        }
    }

    fn against_defaults(&self, last: usize, winner: u32) -> Option<AgainstDefaults> {
        let of = |trial: u32| match self.outcomes[last].get(&trial)? {
            Outcome::Values(values) => Some(values),
            Outcome::Failed(_) => None,
        };
        // Kinds take turns, and begin with their defaults.
        let (own, defaults) = (of(winner)?, of(winner % self.defaults())?);
        let differences: Vec<f64> = own.iter().zip(defaults).map(|(own, theirs)| own - theirs).collect();
        Some(AgainstDefaults { value: Mean::of(defaults), difference: Mean::of(&differences) })
    }
}
