//! `train --task churn`, `evaluate --task churn`.

use std::path::Path;
use std::time::Instant;

use attention_tasks::BUNDLE_BYTES_MAX;
use attention_tasks::churn::{self, ChurnEvaluation, ChurnModel, ChurnRules, ChurnTrained, People};
use attention_tasks::estimator::{Estimator, Kind};
use attention_tasks::price::parse_day;
use clap::Args;
use serde::Serialize;

use super::analysis::open_sales;
use super::progress::spinner;
use super::report_text::{print_cross_validation, print_report};
use super::train::FileArgs;
use super::{Cli, CliError};
use crate::output::{ExitStatus, print_json};
use crate::store::{read_bounded, write_atomic};

/// What is trained if there is no model to evaluate: with few thousand rows, what bends least.
const KIND: Kind = Kind::Logistic;

/// Who counts as gone.
#[derive(Debug, Args)]
pub struct ChurnArgs {
    /// Task churn: gone is who neither buys nor sells for so many days after a cut.
    #[arg(long, value_name = "DAYS", default_value_t = 90, requires = "data", help_heading = "Task churn")]
    horizon_days: u64,
}

/// How a churn model is trained.
pub(super) struct ChurnTraining {
    /// The estimator.
    pub(super) estimator: Estimator,
    /// Folds, if it is cross-validated.
    pub(super) folds: Option<u64>,
    /// Learn from what was before this day.
    pub(super) until: Option<String>,
}

/// What `train` prints.
#[derive(Debug, Serialize)]
struct TrainOutput<'a> {
    task: &'static str,
    #[serde(flatten)]
    trained: &'a ChurnTrained,
    fit_s: f64,
    out: Option<&'a Path>,
}

/// What `evaluate` prints.
#[derive(Debug, Serialize)]
struct EvaluateOutput<'a> {
    task: &'static str,
    #[serde(flatten)]
    evaluation: &'a ChurnEvaluation,
}

fn people(folder: &Path) -> Result<People, CliError> {
    let (assets, sales) = open_sales(folder)?;
    People::read(assets, sales).map_err(|error| CliError::file(folder, error))
}

pub(super) fn train(
    cli: &Cli,
    file: &FileArgs,
    args: &ChurnArgs,
    training: &ChurnTraining,
    out: Option<&Path>,
) -> Result<(), CliError> {
    let rules = ChurnRules::with_horizon_days(args.horizon_days)?;
    let until_s = training.until.as_deref().map(parse_day).transpose()?;
    let people = people(file.path()?)?;
    let start = Instant::now();
    let working = spinner("training");
    // At most 50 folds.
    let folds = training.folds.map(|folds| (folds as usize, file.seed_with(&training.estimator)));
    let fitted = file.on_threads(|| Ok(churn::train(&people, until_s, &rules, &training.estimator, folds)?));
    working.finish_and_clear();
    let (model, trained) = fitted?;
    let fit_s = start.elapsed().as_secs_f64();
    if let Some(out) = out {
        write_atomic(out, &model.to_bytes()?)?;
    }
    if cli.json {
        return Ok(print_json(&TrainOutput { task: "churn", trained: &trained, fit_s, out })?);
    }
    println!(
        "{} on {} users at {} cuts ({} gone), {} features",
        trained.model, trained.rows, trained.cuts, trained.positives, trained.features
    );
    if let Some(measured) = &trained.cross_validation {
        print_cross_validation(measured);
    }
    if let Some(report) = &trained.report {
        print_report(report);
    }
    println!("model_hash {}", trained.model_hash);
    Ok(())
}

pub(super) fn evaluate(
    cli: &Cli,
    file: &FileArgs,
    args: &ChurnArgs,
    from: Option<&str>,
    model: Option<&Path>,
) -> Result<(), CliError> {
    let from =
        from.ok_or_else(|| CliError::new(ExitStatus::Usage, "--from DATE is needed for task churn"))?;
    let from_s = parse_day(from)?;
    let people = people(file.path()?)?;
    let model = match model {
        Some(path) => {
            let bytes = read_bounded(path, BUNDLE_BYTES_MAX as u64)?;
            ChurnModel::from_bytes(&bytes).map_err(|error| CliError::file(path, error))?
        }
        None => {
            let rules = ChurnRules::with_horizon_days(args.horizon_days)?;
            let estimator = Estimator::new(KIND, file.params()?, file.seed())?;
            file.on_threads(|| Ok(churn::train(&people, Some(from_s), &rules, &estimator, None)?))?.0
        }
    };
    let evaluation = file.on_threads(|| Ok(churn::evaluate(&people, &model, from_s)?))?;
    if cli.json {
        return Ok(print_json(&EvaluateOutput { task: "churn", evaluation: &evaluation })?);
    }
    print(&evaluation);
    Ok(())
}

fn print(evaluation: &ChurnEvaluation) {
    println!(
        "{} on {} users at {} cuts, {} gone",
        evaluation.model,
        evaluation.rows,
        evaluation.cuts.len(),
        evaluation.positives
    );
    let rows = [
        ("AUC", evaluation.auc, evaluation.recency_auc),
        ("log loss", evaluation.log_loss, evaluation.recency_log_loss),
    ];
    for (name, own, recency) in rows {
        if let Some((own, recency)) = own.zip(recency) {
            println!("{name:>9} {own:.4}   days since the last act alone {recency:.4}");
        }
    }
    if let Some(base) = evaluation.base_log_loss {
        println!("{:>9} {base:.4} by the share of gone users alone", "log loss");
    }
    if let Some(ece) = evaluation.ece {
        println!("{:>9} {ece:.4}", "ECE");
    }
    let gain = evaluation.auc_gain_by_cut;
    println!("{:+9.4} ± {:.4} AUC above recency, cut by cut", gain.mean, gain.standard_error);
    println!("model_hash {}", evaluation.model_hash);
}
