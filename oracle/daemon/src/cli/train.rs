//! `train` and `evaluate`: which task, on what.

use std::path::{Path, PathBuf};

use attention_tasks::estimator::Estimator;
use attention_tasks::json;
use clap::{ArgMatches, Args, ValueEnum};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Cli, CliError, churn, model, price, recommend, table, task_options};
use crate::output::ExitStatus;
use crate::store::read_bounded;

/// Largest parameter file.
const PARAMS_BYTES_MAX: u64 = 1 << 16;
/// Most threads that a fit may be given.
pub(super) const THREADS_MAX: u64 = 256;
const ON_FILES: &str = "On files";

/// What is predicted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Task {
    /// The interest of a user in an asset; with --data, a column of any table.
    Interest,
    /// What an asset would sell for, from a folder of sales and assets.
    Price,
    /// Which items a user acts on next, from a table of users, items and times.
    Recommend,
    /// Which active users will do nothing for a while, from a folder of sales and assets.
    Churn,
}

/// What every task on files takes.
#[derive(Debug, Args)]
pub struct FileArgs {
    /// The table (CSV with a header, or Parquet); for tasks price and churn the folder with sales.csv and assets.csv.
    #[arg(long, value_name = "PATH", help_heading = ON_FILES)]
    pub(super) data: Option<PathBuf>,
    /// Hyper-parameters as a JSON object; those it leaves out keep their defaults.
    #[arg(long, value_name = "FILE", requires = "data", help_heading = ON_FILES)]
    params: Option<PathBuf>,
    /// Seed of everything that is drawn; without it that of --params, or 0.
    #[arg(long, requires = "data", help_heading = ON_FILES)]
    seed: Option<u64>,
    /// Threads; they change the time, not the model. 0 takes all.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u64).range(0..=THREADS_MAX), requires = "data",
        help_heading = ON_FILES)]
    threads: u64,
}

/// Which model, trained on what.
#[derive(Debug, Args)]
pub struct TrainArgs {
    /// What is predicted.
    #[arg(long, value_enum, default_value_t = Task::Interest)]
    task: Task,
    #[command(flatten)]
    epochs: model::EpochArgs,
    #[command(flatten)]
    file: FileArgs,
    /// Where to write the model; without it, it is only measured.
    #[arg(long, value_name = "FILE", requires = "data", help_heading = ON_FILES)]
    out: Option<PathBuf>,
    #[command(flatten)]
    table: table::TableArgs,
    #[command(flatten)]
    price: price::PriceTrainArgs,
    #[command(flatten)]
    recommend: recommend::RecommendArgs,
    #[command(flatten)]
    churn: churn::ChurnArgs,
}

/// What to evaluate.
#[derive(Debug, Args)]
pub struct EvaluateArgs {
    /// What is predicted.
    #[arg(long, value_enum, default_value_t = Task::Interest)]
    task: Task,
    #[command(flatten)]
    file: FileArgs,
    /// The model that `train --out` wrote; tasks price, recommend and churn train one without it.
    #[arg(long, value_name = "FILE", requires = "data", help_heading = ON_FILES)]
    model: Option<PathBuf>,
    #[command(flatten)]
    table: table::TableEvaluateArgs,
    #[command(flatten)]
    price: price::PriceEvaluateArgs,
    #[command(flatten)]
    churn: churn::ChurnArgs,
}

impl Task {
    /// As on the command line.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Interest => "interest",
            Self::Price => "price",
            Self::Recommend => "recommend",
            Self::Churn => "churn",
        }
    }
}

impl TrainArgs {
    /// Refuses options that the task does not take.
    pub(super) fn check(&self, given: &ArgMatches) -> Result<(), CliError> {
        task_options::check_train(given, self.task)
    }
}

impl EvaluateArgs {
    /// Refuses options that the task does not take.
    pub(super) fn check(&self, given: &ArgMatches) -> Result<(), CliError> {
        task_options::check_evaluate(given, self.task)
    }
}

impl FileArgs {
    /// The table's path.
    pub(super) fn path(&self) -> Result<&Path, CliError> {
        self.data.as_deref().ok_or_else(|| {
            CliError::new(ExitStatus::Usage, "--data PATH is needed for this task; see --help")
        })
    }

    /// The seed, 0 if none was given.
    pub(super) fn seed(&self) -> u64 {
        self.seed.unwrap_or(0)
    }

    /// The seed of everything else that is drawn beside an estimator: its own, where it has one.
    pub(super) fn seed_with(&self, estimator: &Estimator) -> u64 {
        estimator.params()["seed"].as_u64().unwrap_or(self.seed())
    }

    /// The hyper-parameters, if a file of them was named. A seed among them, at the top or in one of its objects, must be that of
    /// `--seed` if there is one.
    pub(super) fn params<P: DeserializeOwned>(&self) -> Result<Option<P>, CliError> {
        let Some(path) = &self.params else { return Ok(None) };
        let bytes = read_bounded(path, PARAMS_BYTES_MAX)?;
        let refused = |error: serde_json::Error| CliError::file(path, error);
        let params: Value = json::from_slice(&bytes).map_err(refused)?;
        if let (Some(own), Some(given)) = (self.seed, seed_in(&params))
            && given.as_u64() != Some(own)
        {
            let problem = format!("the seed is {given}, but --seed is {own}: give it once");
            return Err(CliError::new(ExitStatus::Usage, format!("{}: {problem}", path.display())));
        }
        serde_json::from_value(params).map(Some).map_err(refused)
    }

    /// Runs `work` on the threads that were asked for.
    pub(super) fn on_threads<T: Send>(
        &self,
        work: impl FnOnce() -> Result<T, CliError> + Send,
    ) -> Result<T, CliError> {
        on_threads(self.threads, work)
    }
}

/// The seed among parameters.
fn seed_in(params: &Value) -> Option<&Value> {
    params.get("seed").or_else(|| params.as_object()?.values().find_map(|part| part.get("seed")))
}

/// Runs `work` on so many threads; 0 takes all.
pub(super) fn on_threads<T: Send>(
    threads: u64,
    work: impl FnOnce() -> Result<T, CliError> + Send,
) -> Result<T, CliError> {
    // At most THREADS_MAX.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads as usize).build();
    pool.map_err(|error| CliError::new(ExitStatus::Failed, error))?.install(work)
}

pub(super) fn train(cli: &Cli, args: &TrainArgs) -> Result<(), CliError> {
    let out = args.out.as_deref();
    match args.task {
        Task::Interest if args.file.data.is_none() => model::train(cli, &args.epochs),
        Task::Interest => table::train(cli, &args.file, &args.table, out),
        Task::Price => price::train(cli, &args.file, &args.price, out),
        Task::Recommend => recommend::train(cli, &args.file, &args.recommend, out),
        Task::Churn => {
            let training = churn::ChurnTraining {
                estimator: args.table.estimator(&args.file)?,
                folds: args.table.folds(),
                until: args.price.until.clone(),
            };
            churn::train(cli, &args.file, &args.churn, &training, out)
        }
    }
}

pub(super) fn evaluate(cli: &Cli, args: &EvaluateArgs) -> Result<(), CliError> {
    let model = args.model.as_deref();
    match args.task {
        Task::Interest if args.file.data.is_none() => model::evaluate(cli),
        Task::Interest => table::evaluate(cli, &args.file, &args.table, model),
        Task::Price => price::evaluate(cli, &args.file, &args.price, model),
        Task::Recommend => recommend::evaluate(cli, &args.file, model),
        Task::Churn => churn::evaluate(cli, &args.file, &args.churn, args.price.from.as_deref(), model),
    }
}
