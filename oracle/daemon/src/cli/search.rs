//! `search`: hyper-parameters for a model of a table, as a specification.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use attention_tasks::estimator::Kind;
use attention_tasks::fit_spec::FitSpec;
use attention_tasks::search::halving::{ETA_MAX, RUNGS_MAX};
use attention_tasks::search::{Metric, Search, SearchOptions, SearchReport, Space, TRIALS_MAX};
use clap::Args;
use serde::Serialize;

use super::columns::{ColumnArgs, FoldArgs};
use super::progress::bar;
use super::report_text::{print_cross_validation, print_report};
use super::table::kind_parser;
use super::table_file::read_table;
use super::train::{THREADS_MAX, on_threads};
use super::trials_file::TrialsFile;
use super::{Cli, CliError};
use crate::output::{ExitStatus, print_json};
use crate::store::{read_bounded, write_atomic};

/// Largest file of a search space.
const SPACE_BYTES_MAX: u64 = 1 << 20;
/// Folds where none are asked for.
const FOLDS: u64 = 5;
/// Trials of the last rung that are printed.
const SHOWN: usize = 5;

/// What to search, and how long.
#[derive(Debug, Args)]
pub struct SearchArgs {
    /// The table (CSV with a header, or Parquet).
    #[arg(long, value_name = "FILE", required_unless_present = "print_space")]
    data: Option<PathBuf>,
    #[command(flatten)]
    columns: ColumnArgs,
    #[command(flatten)]
    folds: FoldArgs,
    /// The estimators; trials go round them.
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_parser = kind_parser(), default_value = "gbdt")]
    model: Vec<String>,
    /// Trials: the first of each estimator is its defaults, the others are drawn.
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=i64::from(TRIALS_MAX)))]
    trials: u32,
    /// What trials are ranked by; log_loss, or mse if the target is a number.
    #[arg(long, value_name = "METRIC", value_parser = clap::builder::PossibleValuesParser::new(Metric::ALL.map(Metric::name)))]
    metric: Option<String>,
    /// Where parameters are searched, as JSON, over the declared space (see --print-space).
    #[arg(long, value_name = "FILE")]
    space: Option<PathBuf>,
    /// Of the trials of a rung one in so many goes on, on so many times the rows.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(2..=i64::from(ETA_MAX)))]
    eta: u32,
    /// Most rungs; 1 measures every trial on all rows.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=i64::from(RUNGS_MAX)))]
    rungs: u32,
    /// Keep what is measured in this file; a search that ended early goes on from it.
    #[arg(long, value_name = "FILE")]
    trials_file: Option<PathBuf>,
    /// Begin no evaluation after so many seconds; run the same again to go on.
    #[arg(long, value_name = "SECONDS", requires = "trials_file")]
    seconds: Option<u64>,
    /// Where to write the specification.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Seed of everything that is drawn.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Threads; they change the time, not the result. 0 takes all.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u64).range(0..=THREADS_MAX))]
    threads: u64,
    /// Print the search space as JSON and end.
    #[arg(long)]
    print_space: bool,
}

/// What `search` prints.
#[derive(Debug, Serialize)]
struct SearchOutput<'a> {
    #[serde(flatten)]
    report: &'a SearchReport,
    /// Evaluations that the file of trials held already.
    resumed: usize,
    search_s: f64,
    /// sha256 of the specification's file.
    spec_hash: String,
    spec: &'a FitSpec,
    out: Option<&'a Path>,
}

pub(super) fn run(cli: &Cli, args: &SearchArgs) -> Result<(), CliError> {
    let space = match &args.space {
        None => Space::declared(),
        Some(path) => {
            Space::with(&read_bounded(path, SPACE_BYTES_MAX)?).map_err(|error| CliError::file(path, error))?
        }
    };
    if args.print_space {
        return Ok(print_json(&space)?);
    }
    let data =
        args.data.as_deref().ok_or_else(|| CliError::new(ExitStatus::Usage, "--data FILE is needed"))?;
    let options = SearchOptions {
        typing: args.columns.typing()?,
        allow_leak: args.columns.allow_leak(),
        kinds: args.model.iter().map(|name| Kind::from_name(name)).collect::<Result<_, _>>()?,
        space,
        trials: args.trials,
        metric: args.metric.as_deref().map(Metric::from_name).transpose()?,
        folds: args.folds.plan_or(FOLDS, args.seed),
        eta: args.eta,
        rungs: args.rungs,
        seed: args.seed,
    };
    let bytes = read_table(data)?;
    let start = Instant::now();
    let mut search = Search::prepare(&bytes, &data.display().to_string(), options)?;
    let mut file = args.trials_file.as_deref().map(|path| TrialsFile::open(path, &mut search)).transpose()?;
    let resumed = search.evaluated();
    let (spec, report) = on_threads(args.threads, || {
        measure(&mut search, file.as_mut(), args.seconds.map(Duration::from_secs), start)?;
        Ok(search.finish()?)
    })?;
    let content = spec.to_bytes()?;
    if let Some(out) = &args.out {
        write_atomic(out, &content)?;
    }
    let output = SearchOutput {
        report: &report,
        resumed,
        search_s: start.elapsed().as_secs_f64(),
        spec_hash: hex::encode(FitSpec::hash_of(&content)),
        spec: &spec,
        out: args.out.as_deref(),
    };
    if cli.json {
        return Ok(print_json(&output)?);
    }
    print(&output);
    Ok(())
}

/// Measures what is left, one trial after the other.
fn measure(
    search: &mut Search,
    mut file: Option<&mut TrialsFile>,
    limit: Option<Duration>,
    start: Instant,
) -> Result<(), CliError> {
    let progress = bar("searching", search.evaluations() as u64);
    progress.set_position(search.evaluated() as u64);
    let before = search.evaluated();
    while let Some(job) = search.next_job() {
        // One at least, so that repeating it comes to an end.
        if search.evaluated() > before && limit.is_some_and(|limit| start.elapsed() >= limit) {
            let problem = format!(
                "stopped after {} s with {} of {} evaluations made; run the same again to go on",
                start.elapsed().as_secs(),
                search.evaluated(),
                search.evaluations()
            );
            return Err(CliError::new(ExitStatus::Failed, problem));
        }
        let outcome = search.evaluate(&job);
        let line = search.record(&job, outcome)?;
        if let Some(file) = &mut file {
            file.append(&line)?;
        }
        progress.inc(1);
    }
    progress.finish_and_clear();
    Ok(())
}

fn print(output: &SearchOutput<'_>) {
    let report = output.report;
    let metric = report.metric.name().replace('_', " ");
    println!(
        "{} won: {metric} {:.4} ± {:.4}, trial {} of {}, {} evaluations ({} from the file) in {:.0} s",
        report.kind,
        report.value.mean,
        report.value.standard_error,
        report.trial,
        output.spec.chosen.trials,
        report.evaluations,
        output.resumed,
        output.search_s
    );
    for rung in &report.rungs {
        println!("{:>9} trials on {} training rows, {} failed", rung.trials, rung.training_rows, rung.failed);
    }
    for ranked in report.ranking.iter().take(SHOWN) {
        println!("{:>9.4} {} {}", ranked.value.mean, ranked.kind, ranked.drawn);
    }
    if let Some(against) = &report.against_defaults {
        println!(
            "{:+9.4} ± {:.4} against its defaults {:.4}, over the folds that chose it",
            against.difference.mean, against.difference.standard_error, against.value.mean
        );
    }
    print_cross_validation(&report.cross_validation);
    print_report(&report.report);
    println!("spec_hash {}", output.spec_hash);
}
