//! `train --data` and `evaluate --data`: a model of any table.

use std::path::{Path, PathBuf};
use std::time::Instant;

use attention_tasks::estimator::{Estimator, Kind};
use attention_tasks::interest::{self, CrossValidation, Evaluation, Mean, TrainOptions, Trained};
use attention_tasks::table::{FILE_BYTES_MAX, Reading, TypingOptions};
use attention_tasks::{BUNDLE_BYTES_MAX, Bundle, TaskError};
use clap::Args;
use serde::Serialize;

use super::{Cli, CliError};
use crate::output::{ExitStatus, print_json};
use crate::store::{read_bounded, write_atomic};

/// Largest parameter file.
const PARAMS_BYTES_MAX: u64 = 1 << 16;
/// Most threads that a fit may be given.
const THREADS_MAX: u64 = 256;

/// What to train on a table.
#[derive(Debug, Args)]
pub struct TableTrainArgs {
    /// Train on this table (CSV with a header) instead of an epoch's events.
    #[arg(long, value_name = "FILE", requires_all = ["target", "out"], help_heading = "Training on a table")]
    data: Option<PathBuf>,
    /// The column to predict: true/false, yes/no, 1/0, or numbers.
    #[arg(long, value_name = "COLUMN", requires = "data", help_heading = "Training on a table")]
    target: Option<String>,
    /// The estimator.
    #[arg(long, value_name = "KIND", value_parser = kind_parser(), default_value = DEFAULT_KIND.name(),
        help_heading = "Training on a table")]
    model: String,
    /// Hyper-parameters as a JSON object; those it leaves out keep their defaults (`train` prints all).
    #[arg(long, value_name = "FILE", requires = "data", help_heading = "Training on a table")]
    params: Option<PathBuf>,
    /// Seed of everything that is drawn.
    #[arg(long, default_value_t = 0, help_heading = "Training on a table")]
    seed: u64,
    /// Threads; they change the time, not the model. 0 takes all.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u64).range(0..=THREADS_MAX),
        help_heading = "Training on a table")]
    threads: u64,
    /// Where to write the model.
    #[arg(long, value_name = "FILE", requires = "data", help_heading = "Training on a table")]
    out: Option<PathBuf>,
    /// Columns that are no features, such as identifiers.
    #[arg(
        long,
        value_name = "COLUMN",
        value_delimiter = ',',
        requires = "data",
        help_heading = "Training on a table"
    )]
    ignore: Vec<String>,
    /// Columns whose numbers are codes of categories.
    #[arg(
        long,
        value_name = "COLUMN",
        value_delimiter = ',',
        requires = "data",
        help_heading = "Training on a table"
    )]
    categorical: Vec<String>,
    /// Columns that may tell the target by themselves.
    #[arg(
        long,
        value_name = "COLUMN",
        value_delimiter = ',',
        requires = "data",
        help_heading = "Training on a table"
    )]
    allow_leak: Vec<String>,
    /// Cross-validate with so many folds first.
    #[arg(long, value_name = "K", requires = "data", value_parser = clap::value_parser!(u64).range(2..=50),
        help_heading = "Training on a table")]
    folds: Option<u64>,
}

/// Which model to evaluate on which table.
#[derive(Debug, Args)]
pub struct TableEvaluateArgs {
    /// The model that `train --out` wrote.
    #[arg(long, value_name = "FILE", requires = "data", help_heading = "Evaluating on a table")]
    model: Option<PathBuf>,
    /// The table (CSV with a header), with the columns that the model was trained on.
    #[arg(long, value_name = "FILE", requires = "model", help_heading = "Evaluating on a table")]
    data: Option<PathBuf>,
}

/// What `train` prints.
#[derive(Debug, Serialize)]
struct TrainOutput<'a> {
    task: &'static str,
    #[serde(flatten)]
    trained: &'a Trained,
    seed: u64,
    fit_s: f64,
    out: &'a Path,
    bytes: usize,
}

const DEFAULT_KIND: Kind = Kind::ALL[0];

fn kind_parser() -> clap::builder::PossibleValuesParser {
    clap::builder::PossibleValuesParser::new(Kind::ALL.map(Kind::name))
}

impl TableTrainArgs {
    pub(super) fn is_given(&self) -> bool {
        self.data.is_some()
    }
}

impl TableEvaluateArgs {
    pub(super) fn is_given(&self) -> bool {
        self.data.is_some()
    }
}

impl From<TaskError> for CliError {
    fn from(error: TaskError) -> Self {
        Self::input(error)
    }
}

/// Runs `work` with so many threads; 0 takes all.
pub(super) fn with_threads<T: Send>(
    threads: u64,
    work: impl FnOnce() -> Result<T, CliError> + Send,
) -> Result<T, CliError> {
    // At most THREADS_MAX.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads as usize).build();
    pool.map_err(|error| CliError::new(ExitStatus::Failed, error))?.install(work)
}

fn estimator(args: &TableTrainArgs) -> Result<Estimator, CliError> {
    let kind = Kind::from_name(&args.model)?;
    let params = match &args.params {
        None => None,
        Some(path) => {
            let bytes = read_bounded(path, PARAMS_BYTES_MAX)?;
            Some(serde_json::from_slice(&bytes).map_err(|error| CliError::file(path, error))?)
        }
    };
    Ok(Estimator::new(kind, params, args.seed)?)
}

pub(super) fn train(cli: &Cli, args: &TableTrainArgs) -> Result<(), CliError> {
    let (Some(data), Some(target), Some(out)) = (&args.data, &args.target, &args.out) else {
        return Err(CliError::new(ExitStatus::Usage, "--data, --target and --out go together"));
    };
    let options = TrainOptions {
        typing: TypingOptions {
            target: target.clone(),
            ignore: args.ignore.clone(),
            categorical: args.categorical.clone(),
        },
        estimator: estimator(args)?,
        allow_leak: args.allow_leak.clone(),
        // At most 50.
        folds: args.folds.map(|k| k as usize),
        seed: args.seed,
    };
    let bytes = read_bounded(data, FILE_BYTES_MAX as u64)?;
    let start = Instant::now();
    let spinner = super::progress::spinner("training");
    let (bundle, trained) =
        with_threads(args.threads, || Ok(interest::train(&bytes, &data.display().to_string(), &options)?))?;
    spinner.finish_and_clear();
    let fit_s = start.elapsed().as_secs_f64();
    let file = bundle.to_bytes()?;
    write_atomic(out, &file)?;
    if cli.json {
        let output = TrainOutput {
            task: "interest",
            trained: &trained,
            seed: args.seed,
            fit_s,
            out,
            bytes: file.len(),
        };
        return Ok(print_json(&output)?);
    }
    println!(
        "{} of {:?} on {} rows ({} yes), {} features: {} bytes in {}",
        trained.model,
        trained.target,
        trained.rows,
        trained.positives,
        trained.features,
        file.len(),
        out.display()
    );
    if let Some(measured) = &trained.cross_validation {
        print_cross_validation(measured);
    }
    print_reading(&trained.reading);
    println!("model_hash {}", trained.model_hash);
    Ok(())
}

fn print_cross_validation(measured: &CrossValidation) {
    let rows = [
        ("AUC", measured.auc),
        ("log loss", measured.log_loss),
        ("MSE", Some(measured.mse)),
        ("ECE", measured.ece),
    ];
    for (name, value) in rows {
        if let Some(Mean { mean, standard_error }) = value {
            println!("{name:>9} {mean:.4} ± {standard_error:.4} over {} folds", measured.folds);
        }
    }
}

/// Says what of a file could not be taken as it stood.
fn print_reading(reading: &Reading) {
    let parts = [
        ("missing, taken as unknown", &reading.missing),
        ("of a category that the training file lacks, taken as missing", &reading.unknown_categories),
        ("out of range, taken as its end", &reading.out_of_range),
    ];
    for (what, counts) in parts {
        for (column, count) in counts {
            println!("{count:>8} cells of {column:?} {what}");
        }
    }
    if !reading.ignored_columns.is_empty() {
        println!("         columns not used: {}", reading.ignored_columns.join(", "));
    }
}

pub(super) fn evaluate(cli: &Cli, args: &TableEvaluateArgs) -> Result<(), CliError> {
    let (Some(data), Some(model)) = (&args.data, &args.model) else {
        return Err(CliError::new(ExitStatus::Usage, "--data and --model go together"));
    };
    let bundle = read_bounded(model, BUNDLE_BYTES_MAX as u64)?;
    let bundle = Bundle::from_bytes(&bundle).map_err(|error| CliError::file(model, error))?;
    let bytes = read_bounded(data, FILE_BYTES_MAX as u64)?;
    let evaluation = interest::evaluate(&bytes, &data.display().to_string(), &bundle)?;
    if cli.json {
        return Ok(print_json(&evaluation)?);
    }
    print_evaluation(&evaluation);
    Ok(())
}

fn print_evaluation(evaluation: &Evaluation) {
    let quality = &evaluation.quality;
    println!("{} of {:?} on {} rows", evaluation.model, evaluation.target, quality.rows);
    let rows = [
        ("AUC", quality.auc, None),
        ("log loss", quality.log_loss, quality.base_log_loss),
        ("MSE", Some(quality.mse), Some(quality.base_mse)),
        ("ECE", quality.ece, None),
    ];
    for (name, value, base) in rows {
        let Some(value) = value else { continue };
        let base = base.map_or(String::new(), |base| format!("   without features {base:.4}"));
        println!("{name:>9} {value:.4}{base}");
    }
    print_reading(&evaluation.reading);
    println!("model_hash {}", evaluation.model_hash);
    println!("score_hash {}", evaluation.score_hash);
}
