//! `train --task recommend` and `evaluate --task recommend`.

use std::io::Read;
use std::path::Path;
use std::time::Instant;

use attention_tasks::recommend::{
    self, BUNDLE_BYTES_MAX, Bundle, Evaluation, Measured, Options, ROWS_MAX, ReadReport, RecommendError,
    Report,
};
use clap::Args;
use serde::Serialize;

use super::progress::spinner;
use super::table_file::open_table;
use super::train::FileArgs;
use super::{Cli, CliError};
use crate::output::print_json;
use crate::store::{read_bounded, write_atomic};

/// How to train a recommender.
#[derive(Debug, Args)]
pub struct RecommendArgs {
    /// Task recommend: train on each user's last interaction too, for use; nothing is left to measure by.
    #[arg(long, requires = "data", help_heading = "Task recommend")]
    all: bool,
}

/// What `train` prints.
#[derive(Debug, Serialize)]
struct TrainOutput<'a> {
    task: &'static str,
    #[serde(flatten)]
    report: &'a Report,
    seed: u64,
    fit_s: f64,
    out: Option<&'a Path>,
}

/// What `evaluate` prints.
#[derive(Debug, Serialize)]
struct EvaluateOutput<'a> {
    task: &'static str,
    #[serde(flatten)]
    measured: &'a Measured,
    model_hash: String,
}

impl From<RecommendError> for CliError {
    fn from(error: RecommendError) -> Self {
        Self::input(error)
    }
}

/// The table and its name.
fn table(file: &FileArgs) -> Result<(Box<dyn Read + Send>, String), CliError> {
    let path = file.path()?;
    Ok((open_table(path, ROWS_MAX)?, path.display().to_string()))
}

/// A fitted recommender, its report and its seed.
fn fit(file: &FileArgs, all: bool) -> Result<(Bundle, Report, u64), CliError> {
    let mut options = Options { all, ..Options::default() };
    if let Some(params) = file.params()? {
        options.params = params;
    } else {
        options.params.als.seed = file.seed();
    }
    let (table, name) = table(file)?;
    let working = spinner("training");
    let fitted = file.on_threads(|| Ok(recommend::train(table, &name, &options)?));
    working.finish_and_clear();
    let (bundle, report) = fitted?;
    Ok((bundle, report, options.params.als.seed))
}

pub(super) fn train(
    cli: &Cli,
    file: &FileArgs,
    args: &RecommendArgs,
    out: Option<&Path>,
) -> Result<(), CliError> {
    let start = Instant::now();
    let (bundle, report, seed) = fit(file, args.all)?;
    let fit_s = start.elapsed().as_secs_f64();
    if let Some(out) = out {
        write_atomic(out, &bundle.to_bytes()?)?;
    }
    if cli.json {
        let output = TrainOutput { task: "recommend", report: &report, seed, fit_s, out };
        return Ok(print_json(&output)?);
    }
    println!(
        "{} users, {} items, {} interactions trained on; {} held out",
        report.trained_users, report.trained_items, report.trained_interactions, report.held_out
    );
    print_read(&report.read);
    if let Some(evaluation) = &report.evaluation {
        print_evaluation(evaluation);
    }
    println!("model_hash {}", report.model_hash);
    Ok(())
}

pub(super) fn evaluate(cli: &Cli, file: &FileArgs, model: Option<&Path>) -> Result<(), CliError> {
    let (measured, model_hash) = match model {
        // What training measured, and not a second reading: of a pipe there is none.
        None => {
            let (_, Report { read, evaluation, model_hash, .. }, _) = fit(file, false)?;
            let Some(evaluation) = evaluation else {
                let problem = "has no user with two items, so that nothing can be held out";
                return Err(CliError::file(file.path()?, problem));
            };
            (Measured { read, evaluation }, model_hash)
        }
        Some(path) => {
            let bytes = read_bounded(path, BUNDLE_BYTES_MAX as u64)?;
            let bundle = Bundle::from_bytes(&bytes).map_err(|error| CliError::file(path, error))?;
            let (table, name) = table(file)?;
            let measured = file.on_threads(|| Ok(recommend::evaluate(table, &name, &bundle)?))?;
            (measured, hex::encode(bundle.hash()?))
        }
    };
    if cli.json {
        return Ok(print_json(&EvaluateOutput { task: "recommend", measured: &measured, model_hash })?);
    }
    print_read(&measured.read);
    print_evaluation(&measured.evaluation);
    println!("model_hash {model_hash}");
    Ok(())
}

/// Says what of a file was left out, and what names decided.
fn print_read(read: &ReadReport) {
    if read.malformed > 0 {
        println!("{:>8} rows left out: {}", read.malformed, read.malformed_rows.join("; "));
    }
    if read.last_by_name > 0 {
        println!(
            "{:>8} users have two newest items of one moment: the one of the greater name counts as the last",
            read.last_by_name
        );
    }
}

fn print_evaluation(evaluation: &Evaluation) {
    println!(
        "{} users: hit rate at 10 {:.4} ± {:.4}, NDCG at 10 {:.4}; popularity {:.4} and {:.4}",
        evaluation.users,
        evaluation.hit_rate_10,
        evaluation.hit_rate_10_standard_error,
        evaluation.ndcg_10,
        evaluation.popularity_hit_rate_10,
        evaluation.popularity_ndcg_10
    );
}
