//! `train --data` and `evaluate --data`: a model of any table.

use std::path::{Path, PathBuf};
use std::time::Instant;

use attention_model::Calibration;
use attention_tasks::estimator::{Estimator, Kind};
use attention_tasks::fit_spec::{FitSpec, SPEC_BYTES_MAX};
use attention_tasks::interest::{self, Evaluation, TrainOptions, Trained};
use attention_tasks::table::{ColumnSummary, Reading, SummaryKind};
use attention_tasks::{BUNDLE_BYTES_MAX, Bundle, TaskError};
use clap::{Args, ValueEnum};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::columns::{ColumnArgs, FoldArgs, HEADING};
use super::progress::spinner;
use super::report_text::{print_cross_validation, print_report};
use super::table_file::read_table;
use super::train::FileArgs;
use super::{Cli, CliError, curves};
use crate::output::{ExitStatus, print_json};
use crate::plot::{check_path, write_plot};
use crate::store::{read_bounded, write_atomic};

/// What to train on a table, and how.
#[derive(Debug, Args)]
pub struct TableArgs {
    #[command(flatten)]
    columns: ColumnArgs,
    /// Fit what `search --out` wrote: target, columns, estimator, parameters, seed and folds.
    #[arg(long, value_name = "FILE", requires = "data", help_heading = HEADING, conflicts_with_all = ["target", "target_kind", "ignore",
        "categorical", "allow_leak", "time_column", "model", "params", "seed", "folds", "cv", "time_gap"])]
    spec: Option<PathBuf>,
    /// The estimator.
    #[arg(long, value_name = "KIND", value_parser = kind_parser(), default_value = DEFAULT_KIND.name(), requires = "data",
        help_heading = HEADING)]
    model: String,
    #[command(flatten)]
    folds: FoldArgs,
    /// Calibrate the probabilities on predictions out of those folds (or of five).
    #[arg(long, value_enum, value_name = "HOW", requires = "data", help_heading = HEADING)]
    calibrate: Option<Calibrate>,
    /// Write the losses of every epoch or round as an event file for TensorBoard into this folder (gbdt, mlp).
    #[arg(long, value_name = "DIR", requires = "data", help_heading = HEADING)]
    tensorboard: Option<PathBuf>,
    /// Draw the losses of every epoch or round (gbdt, mlp): a file that ends in .svg or .png.
    #[arg(long, value_name = "FILE", requires = "data", help_heading = HEADING)]
    plot: Option<PathBuf>,
}

/// How probabilities are calibrated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Calibrate {
    /// A logistic function of the log-odds.
    Platt,
    /// Any rising function: for a thousand rows and more.
    Isotonic,
}

/// What else to say of a model on a table.
#[derive(Debug, Args)]
pub struct TableEvaluateArgs {
    /// Also shuffle every column and say how much worse the predictions get.
    #[arg(long, requires = "data", help_heading = HEADING)]
    importance: bool,
}

/// What `train` prints.
#[derive(Debug, Serialize)]
struct TrainOutput<'a> {
    task: &'static str,
    #[serde(flatten)]
    trained: &'a Trained,
    seed: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    spec: Option<FittedSpec>,
    fit_s: f64,
    out: Option<&'a Path>,
    bytes: usize,
    /// The event file of the curves.
    #[serde(skip_serializing_if = "Option::is_none")]
    tensorboard: Option<PathBuf>,
}

/// The specification that was fitted.
#[derive(Debug, Serialize)]
struct FittedSpec {
    /// sha256 of its file.
    spec_hash: String,
    /// True if its parameters were chosen on the very file that was fitted on: then its folds flatter.
    chosen_on_these_data: bool,
}

const DEFAULT_KIND: Kind = Kind::ALL[0];

/// Takes the name of an estimator.
pub(super) fn kind_parser() -> clap::builder::PossibleValuesParser {
    clap::builder::PossibleValuesParser::new(Kind::ALL.map(Kind::name))
}

impl From<TaskError> for CliError {
    fn from(error: TaskError) -> Self {
        match &error {
            TaskError::Argument { .. } => Self::usage(error),
            _ => Self::input(error),
        }
    }
}

pub(super) fn train(
    cli: &Cli,
    file: &FileArgs,
    args: &TableArgs,
    out: Option<&Path>,
) -> Result<(), CliError> {
    let spec = args.spec.as_deref().map(read_spec).transpose()?;
    let calibrate = args.calibrate.map(|how| match how {
        Calibrate::Platt => Calibration::Platt,
        Calibrate::Isotonic => Calibration::Isotonic,
    });
    let curves = args.tensorboard.is_some() || args.plot.is_some();
    let options = match &spec {
        Some((_, spec)) => TrainOptions { calibrate, curves, ..spec.train_options()? },
        None => {
            let estimator = args.estimator(file)?;
            let seed = file.seed_with(&estimator);
            TrainOptions {
                typing: args.columns.typing()?,
                allow_leak: args.columns.allow_leak(),
                folds: args.folds.plan(seed)?,
                estimator,
                calibrate,
                seed,
                curves,
            }
        }
    };
    let kind = options.estimator.kind();
    if args.tensorboard.is_some() {
        curves::check("--tensorboard", kind)?;
    }
    if let Some(plot) = &args.plot {
        check_path(plot)?;
        curves::check("--plot", kind)?;
    }
    let data = file.path()?;
    let bytes = read_table(data)?;
    let start = Instant::now();
    let working = spinner("training");
    let name = data.display().to_string();
    let trained = file.on_threads(|| Ok(interest::train(&bytes, &name, &options)?));
    working.finish_and_clear();
    let (bundle, trained) = trained?;
    let fit_s = start.elapsed().as_secs_f64();
    let content = bundle.to_bytes()?;
    if let Some(out) = out {
        write_atomic(out, &content)?;
    }
    let tensorboard =
        args.tensorboard.as_deref().map(|folder| curves::write(folder, &trained.curves)).transpose()?;
    if let Some(plot) = &args.plot {
        write_plot(plot, &curves::chart(&trained))?;
    }
    if cli.json {
        let output = TrainOutput {
            task: "interest",
            trained: &trained,
            seed: options.seed,
            spec: spec.map(|(spec_hash, spec)| FittedSpec {
                spec_hash,
                chosen_on_these_data: spec.chosen.data_hash == hex::encode(Sha256::digest(&bytes)),
            }),
            fit_s,
            out,
            bytes: content.len(),
            tensorboard,
        };
        return Ok(print_json(&output)?);
    }
    println!(
        "{} of {:?} on {} rows ({} yes), {} features: {} bytes",
        trained.model,
        trained.target,
        trained.rows,
        trained.positives,
        trained.features,
        content.len()
    );
    print_columns(&trained.columns);
    if let Some(measured) = &trained.cross_validation {
        print_cross_validation(measured);
    }
    if let Some(report) = &trained.report {
        print_report(report);
    }
    print_reading(&trained.reading);
    if let Some(path) = tensorboard {
        println!("curves {}", path.display());
    }
    println!("model_hash {}", trained.model_hash);
    Ok(())
}

/// A specification and the hash of its file.
pub(super) fn read_spec(path: &Path) -> Result<(String, FitSpec), CliError> {
    let bytes = read_bounded(path, SPEC_BYTES_MAX as u64)?;
    let spec = FitSpec::from_bytes(&bytes).map_err(|error| CliError::file(path, error))?;
    Ok((hex::encode(FitSpec::hash_of(&bytes)), spec))
}

impl TableArgs {
    /// The estimator with its parameters.
    pub(super) fn estimator(&self, file: &FileArgs) -> Result<Estimator, CliError> {
        Ok(Estimator::new(Kind::from_name(&self.model)?, file.params()?, file.seed())?)
    }

    /// The number of folds, if one was given.
    pub(super) fn folds(&self) -> Option<u64> {
        self.folds.folds()
    }
}

/// The model of a table that a file holds.
pub(super) fn read_bundle(path: &Path) -> Result<Bundle, CliError> {
    let bytes = read_bounded(path, BUNDLE_BYTES_MAX as u64)?;
    Bundle::from_bytes(&bytes).map_err(|error| CliError::file(path, error))
}

/// Says what each column was taken for, and where numbers cannot be told apart.
fn print_columns(columns: &[ColumnSummary]) {
    let (mut numbers, mut categories, mut blurred) = (Vec::new(), Vec::new(), Vec::new());
    for ColumnSummary { name, kind } in columns {
        match kind {
            SummaryKind::Number { distinct, told_apart, .. } => {
                numbers.push(name.clone());
                // Nine in ten are what a few digits more or less leave.
                if let Some((distinct, told_apart)) = distinct.zip(*told_apart)
                    && told_apart * 10 < distinct * 9
                {
                    blurred.push(format!(
                        "of {distinct} different numbers of {name:?} {told_apart} are told apart"
                    ));
                }
            }
            SummaryKind::Category { values } => categories.push(format!("{name} ({values})")),
        }
    }
    for (what, names) in [("numbers", numbers), ("categories", categories)] {
        if !names.is_empty() {
            println!("{:>8} columns of {what}: {}", names.len(), names.join(", "));
        }
    }
    for line in blurred {
        println!("         {line}: subtract what they have in common, or take a logarithm");
    }
}

/// Says what of a file could not be taken as it stood.
pub(super) fn print_reading(reading: &Reading) {
    reading_lines(reading).into_iter().for_each(|line| println!("{line}"));
}

/// What of a file could not be taken as it stood, for people.
pub(super) fn reading_lines(reading: &Reading) -> Vec<String> {
    let mut lines = Vec::new();
    let parts = [
        ("missing, taken as unknown", &reading.missing),
        ("of a category that the training file lacks, taken as missing", &reading.unknown_categories),
        ("out of range, taken as its end", &reading.out_of_range),
        ("rounded, as the column keeps fewer digits", &reading.rounded),
    ];
    for (what, counts) in parts {
        for (column, count) in counts {
            lines.push(format!("{count:>8} cells of {column:?} {what}"));
        }
    }
    if !reading.ignored_columns.is_empty() {
        lines.push(format!("         columns not used: {}", reading.ignored_columns.join(", ")));
    }
    lines
}

pub(super) fn evaluate(
    cli: &Cli,
    file: &FileArgs,
    args: &TableEvaluateArgs,
    model: Option<&Path>,
) -> Result<(), CliError> {
    let model =
        model.ok_or_else(|| CliError::new(ExitStatus::Usage, "--model FILE is needed with --data"))?;
    let bundle = read_bundle(model)?;
    let data = file.path()?;
    let bytes = read_table(data)?;
    let importance_seed = args.importance.then_some(file.seed());
    let evaluation = file.on_threads(|| {
        Ok(interest::evaluate(&bytes, &data.display().to_string(), &bundle, importance_seed)?)
    })?;
    if cli.json {
        return Ok(print_json(&evaluation)?);
    }
    print_evaluation(&evaluation);
    Ok(())
}

fn print_evaluation(evaluation: &Evaluation) {
    let quality = &evaluation.quality;
    let calibration = evaluation.calibration.map_or(String::new(), |how| format!(" ({how} calibration)"));
    println!("{}{calibration} of {:?} on {} rows", evaluation.model, evaluation.target, quality.rows);
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
    for found in evaluation.importance.iter().flatten() {
        println!("{:>9.5} ± {:.5} worse without {:?}", found.increase, found.standard_error, found.column);
    }
    print_reading(&evaluation.reading);
    println!("model_hash {}", evaluation.model_hash);
    println!("score_hash {}", evaluation.score_hash);
}
