//! Automatic search of hyper-parameters: seeded draws, successive halving, cross-validation; resumable.
//!
//! The first trial of each kind is its defaults, the others are drawn; kinds take turns. All trials are measured on a part
//! of each fold's training rows, the best of them on more, the last on all ([`halving`]). Everything is a function of data,
//! options and seed: the same search finds the same winner on any number of threads, and however often it was interrupted.
//!
//! Nothing here reads a clock or a file: the caller asks for the next [`Job`], has it measured, and keeps the line that
//! [`Search::record`] returns. A search is never part of an epoch: its result is a specification ([`crate::fit_spec`]).

pub mod halving;
mod metric;
mod outcome;
mod space;
mod trials;

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::TaskError;
use crate::estimator::{Estimator, Kind};
use crate::folds::Fold;
use crate::interest::training_table;
use crate::table::{Table, TableSpec, TypingOptions};
use crate::validation::{FoldPlan, OutOfFold};
use halving::{Rung, folds_of, rungs};

pub use metric::Metric;
pub use outcome::{AgainstDefaults, Ranked, SearchReport, SearchedRung};
pub use space::{CHOICES_MAX, DIMENSIONS_MAX, RANGE_END_MAX, Range, Space};
pub use trials::{Header, Outcome, ReadTrials, TRIALS_BYTES_MAX, read_trials};

/// Most trials of a search.
pub const TRIALS_MAX: u32 = 10_000;

/// What to search, and how long.
#[derive(Debug, Clone)]
pub struct SearchOptions {
    /// Target and columns.
    pub typing: TypingOptions,
    /// Columns that may tell the target.
    pub allow_leak: Vec<String>,
    /// The estimators, each once.
    pub kinds: Vec<Kind>,
    /// Where their parameters are searched.
    pub space: Space,
    /// Trials, at least one a kind, at most [`TRIALS_MAX`].
    pub trials: u32,
    /// What they are ranked by; `None`: log loss, or squared error of a real target.
    pub metric: Option<Metric>,
    /// How they are measured.
    pub folds: FoldPlan,
    /// Of the trials of a rung one in `eta` reaches the next, on `eta` times the rows; 2 to [`halving::ETA_MAX`].
    pub eta: u32,
    /// Most rungs, 1 (all trials on all rows) to [`halving::RUNGS_MAX`].
    pub rungs: u32,
    /// Seed of draws, folds and estimators.
    pub seed: u64,
}

/// One evaluation.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// The rung, from 0.
    pub rung: usize,
    /// The trial, from 0.
    pub trial: u32,
    /// The estimator.
    pub kind: Kind,
    /// Its parameters beside the defaults.
    pub params: Map<String, Value>,
}

/// A search under way.
#[derive(Debug)]
pub struct Search {
    options: SearchOptions,
    spec: TableSpec,
    table: Table,
    header: Header,
    metric: Metric,
    rungs: Vec<Rung>,
    /// The folds of each rung.
    folds: Vec<Vec<Fold>>,
    /// By rung and trial.
    outcomes: Vec<BTreeMap<u32, Outcome>>,
}

impl Search {
    /// Reads the table and cuts folds and rungs.
    ///
    /// # Errors
    /// [`TaskError`] naming what of the file or the options cannot be used.
    pub fn prepare(bytes: &[u8], source_name: &str, mut options: SearchOptions) -> Result<Self, TaskError> {
        let kinds: Vec<String> = options.kinds.iter().map(|kind| kind.name().to_owned()).collect();
        let repeated = (1..kinds.len()).any(|at| kinds[..at].contains(&kinds[at]));
        if kinds.is_empty() || repeated {
            return Err(TaskError::Search(format!(
                "the estimators are {kinds:?}; name one or more, each once"
            )));
        }
        if !(kinds.len() as u64..=u64::from(TRIALS_MAX)).contains(&u64::from(options.trials)) {
            return Err(TaskError::Range {
                name: "the number of trials",
                value: options.trials.to_string(),
                range: "at least one a kind of estimator, at most 10000",
            });
        }
        let (spec, table) = training_table(bytes, source_name, &options.typing, &options.allow_leak)?;
        let metric = Metric::of_table(options.metric, &table)?;
        let division = options.folds.division_of(&table)?;
        options.folds.division = Some(division);
        let whole = options.folds.cut(&table)?;
        let rungs = rungs(options.trials, options.eta, options.rungs, &whole)?;
        let folds = rungs
            .iter()
            .map(|rung| folds_of(*rung, &whole, &table, options.seed))
            .collect::<Result<Vec<_>, _>>()?;
        let header = Header {
            format: Header::format(),
            data_hash: hex::encode(Sha256::digest(bytes)),
            target: spec.target.name.clone(),
            ignore: options.typing.ignore.clone(),
            categorical: options.typing.categorical.clone(),
            allow_leak: options.allow_leak.clone(),
            time_column: options.typing.time.clone(),
            space_hash: hex::encode(options.space.of_kinds(&options.kinds).hash()),
            kinds,
            trials: options.trials,
            metric,
            division,
            folds: options.folds.folds,
            gap: options.folds.gap,
            eta: options.eta,
            rungs: rungs.len(),
            seed: options.seed,
        };
        let outcomes = rungs.iter().map(|_| BTreeMap::new()).collect();
        Ok(Self { options, spec, table, header, metric, rungs, folds, outcomes })
    }

    /// The first line of the file of its trials, with its end.
    ///
    /// # Errors
    /// None in practice: every field is one of JSON's.
    pub fn header_line(&self) -> Result<String, TaskError> {
        trials::header_line(&self.header)
    }

    /// Takes over what a file of trials holds; how many evaluations that is.
    ///
    /// # Errors
    /// [`TaskError::Search`] if it is of another search, or a line is not what comes next.
    pub fn resume(&mut self, file: &ReadTrials) -> Result<usize, TaskError> {
        file.check(&self.header)?;
        for place in 0..file.evaluations() {
            let Some(job) = self.next_job() else {
                return Err(TaskError::Search("the trials file has more lines than the search".into()));
            };
            if let Some(outcome) = file.outcome(place, &job, self.options.folds.folds)? {
                self.take(&job, outcome);
            }
        }
        Ok(file.evaluations())
    }

    /// How many evaluations the search takes; fewer if trials fail.
    pub fn evaluations(&self) -> usize {
        (0..self.rungs.len()).map(|rung| self.quota(rung)).sum()
    }

    /// How many have been made.
    pub fn evaluated(&self) -> usize {
        self.outcomes.iter().map(BTreeMap::len).sum()
    }

    /// What is to be measured next; `None` at the end.
    pub fn next_job(&self) -> Option<Job> {
        for rung in 0..self.rungs.len() {
            let missing =
                self.candidates(rung).into_iter().find(|trial| !self.outcomes[rung].contains_key(trial));
            if let Some(trial) = missing {
                let (kind, params) = self.trial(trial);
                return Some(Job { rung, trial, kind, params });
            }
        }
        None
    }

    /// Measures a trial on the folds of its rung. What an estimator refuses is an outcome, too.
    pub fn evaluate(&self, job: &Job) -> Outcome {
        match self.values(job) {
            Ok(values) => Outcome::Values(values),
            Err(error) => Outcome::Failed(error.to_string()),
        }
    }

    /// Takes an outcome; the line of the file of trials that says so, with its end.
    ///
    /// # Errors
    /// [`TaskError::Search`] if a number is none of JSON's.
    pub fn record(&mut self, job: &Job, outcome: Outcome) -> Result<String, TaskError> {
        let line = trials::line(job, &outcome)?;
        self.take(job, outcome);
        Ok(line)
    }

    fn take(&mut self, job: &Job, outcome: Outcome) {
        if let Some(outcomes) = self.outcomes.get_mut(job.rung) {
            outcomes.insert(job.trial, outcome);
        }
    }

    fn values(&self, job: &Job) -> Result<Vec<f64>, TaskError> {
        let estimator = self.estimator(job.kind, &job.params)?;
        let folds = self.folds.get(job.rung).map_or(&[][..], Vec::as_slice);
        let predicted = OutOfFold::predict(&self.table, &estimator, folds)?;
        predicted.qualities(&self.table)?.iter().map(|quality| self.metric.value(quality)).collect()
    }

    fn estimator(&self, kind: Kind, params: &Map<String, Value>) -> Result<Estimator, TaskError> {
        Estimator::new(kind, Some(Value::Object(params.clone())), self.options.seed)
    }

    /// Trials before this number are the defaults of the kinds.
    fn defaults(&self) -> u32 {
        // At most as many as there are kinds of estimator.
        self.options.kinds.len() as u32
    }

    fn trial(&self, trial: u32) -> (Kind, Map<String, Value>) {
        let kinds = &self.options.kinds;
        let kind = kinds[trial as usize % kinds.len()];
        if trial < self.defaults() {
            return (kind, Map::new());
        }
        (kind, self.options.space.draw(kind, self.options.seed, trial))
    }

    /// How many trials a rung has if none fails.
    fn quota(&self, rung: usize) -> usize {
        if rung == 0 {
            return self.options.trials as usize;
        }
        let drawn = self.options.trials - self.defaults();
        (self.defaults() + self.rungs[rung].trials.min(drawn)) as usize
    }

    /// The trials of a rung, rising: all on the first; after it the defaults and the best of the others on the rung before,
    /// which has to be complete. Of equals the earlier is better.
    fn candidates(&self, rung: usize) -> Vec<u32> {
        let Some(before) = rung.checked_sub(1) else { return (0..self.options.trials).collect() };
        let mut ranked: Vec<(f64, u32)> = self.ranked(before);
        ranked.retain(|&(_, trial)| trial >= self.defaults());
        let best = ranked.into_iter().take(self.rungs[rung].trials as usize).map(|(_, trial)| trial);
        let mut all: Vec<u32> = (0..self.defaults()).chain(best).collect();
        all.sort_unstable();
        all
    }

    /// What did not fail on a rung, the best first: badness and trial.
    fn ranked(&self, rung: usize) -> Vec<(f64, u32)> {
        let measured = self.outcomes[rung].iter();
        let mut ranked: Vec<(f64, u32)> = measured
            .filter_map(|(&trial, outcome)| {
                outcome.mean().map(|mean| (self.metric.badness(mean.mean), trial))
            })
            .collect();
        ranked.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        ranked
    }
}
