//! `behaviour`: segments, cohorts, retention, drift.

mod plots;
mod text;

use std::path::PathBuf;

use attention_features::BehaviourEvent;
use attention_tasks::behaviour::{SegmentsOptions, cohorts, drift, retention, segments, table_drift};
use attention_tasks::{BUNDLE_BYTES_MAX, Bundle};
use clap::{Args, Subcommand};

use super::analysis::{PlotArgs, days_before, events, print, until_s};
use super::progress::spinner;
use super::table_file::read_table;
use super::{Cli, CliError};
use crate::output::ExitStatus;
use crate::store::read_bounded;

/// Each period of a drift where none is given.
const DRIFT_DAYS: i64 = 365;

/// Where the events are, and until when they are known.
#[derive(Debug, Args)]
pub struct EventArgs {
    /// A folder with sales.csv and assets.csv, or a file of events: CSV or Parquet as `import --events` takes them, or JSON lines
    /// as `export` writes them.
    #[arg(long, value_name = "PATH")]
    data: PathBuf,
    /// Of a CSV or Parquet file of events: the catalogue of its assets; assets.csv beside the file if absent.
    #[arg(long, value_name = "FILE")]
    assets: Option<PathBuf>,
    /// Only what happened before this day (UTC) is known; all if absent.
    #[arg(long, value_name = "DATE")]
    until: Option<String>,
}

/// Of which numbers of segments the best is taken.
#[derive(Debug, Args)]
pub struct SegmentArgs {
    #[command(flatten)]
    events: EventArgs,
    /// How many segments; of the stable ones among 2 to 8 that of the highest silhouette if absent.
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u32).range(2..=12))]
    segments: Option<u32>,
    /// Seed of starts and refits.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    #[command(flatten)]
    plot: PlotArgs,
}

/// How many months to print and draw.
#[derive(Debug, Args)]
pub struct CohortArgs {
    #[command(flatten)]
    events: EventArgs,
    /// Months since the first that are printed and drawn; --json tells all.
    #[arg(long, default_value_t = 12, value_parser = clap::value_parser!(u32).range(1..=36))]
    months: u32,
    #[command(flatten)]
    plot: PlotArgs,
}

/// What counts as silence.
#[derive(Debug, Args)]
pub struct RetentionArgs {
    #[command(flatten)]
    events: EventArgs,
    /// Days without an act after which a user counts as lost.
    #[arg(long, value_name = "DAYS", default_value_t = 180, value_parser = clap::value_parser!(u32).range(1..=3_650))]
    gap_days: u32,
    #[command(flatten)]
    plot: PlotArgs,
}

/// Which two periods, or which two tables.
#[derive(Debug, Args)]
pub struct DriftArgs {
    /// A folder with sales.csv and assets.csv, or a file of events as for the other commands; with --model the earlier table (CSV
    /// with a header, or Parquet).
    #[arg(long, value_name = "PATH")]
    data: PathBuf,
    /// Of a CSV or Parquet file of events: the catalogue of its assets; assets.csv beside the file if absent.
    #[arg(long, value_name = "FILE", conflicts_with = "model")]
    assets: Option<PathBuf>,
    /// First day (UTC) of the first period; 365 days before the second if absent.
    #[arg(long, value_name = "DATE", conflicts_with = "model")]
    from: Option<String>,
    /// First day (UTC) of the second period; 365 days before its end if absent.
    #[arg(long, value_name = "DATE", conflicts_with = "model")]
    split: Option<String>,
    /// The day (UTC) after the second period; the day after the last event if absent.
    #[arg(long, value_name = "DATE", conflicts_with = "model")]
    until: Option<String>,
    /// A model that `train --data --out` wrote: drift of its columns and its score between two tables.
    #[arg(long, value_name = "FILE", requires = "later")]
    model: Option<PathBuf>,
    /// The later table (CSV with a header, or Parquet).
    #[arg(long, value_name = "FILE", requires = "model")]
    later: Option<PathBuf>,
    #[command(flatten)]
    plot: PlotArgs,
}

/// What to look at.
#[derive(Debug, Subcommand)]
pub enum BehaviourCommand {
    /// Users who behave alike: how many groups there are, how surely, and what each does.
    Segments(SegmentArgs),
    /// Of those who began in a month, the share that was active in each later month.
    Cohorts(CohortArgs),
    /// How long until users fall silent, those included who have not yet.
    Retention(RetentionArgs),
    /// Whether what users do, or a model's columns and score, is distributed as it was.
    Drift(DriftArgs),
}

impl EventArgs {
    fn read(&self) -> Result<Vec<BehaviourEvent>, CliError> {
        events(&self.data, self.assets.as_deref())
    }
}

pub(super) fn run(cli: &Cli, command: &BehaviourCommand) -> Result<(), CliError> {
    match command {
        BehaviourCommand::Segments(args) => run_segments(cli, args),
        BehaviourCommand::Cohorts(args) => run_cohorts(cli, args),
        BehaviourCommand::Retention(args) => run_retention(cli, args),
        BehaviourCommand::Drift(args) => run_drift(cli, args),
    }
}

fn run_segments(cli: &Cli, args: &SegmentArgs) -> Result<(), CliError> {
    args.plot.check()?;
    let events = args.events.read()?;
    let options = SegmentsOptions {
        until_s: until_s(args.events.until.as_deref(), &events)?,
        // At most 12.
        segments: args.segments.map(|segments| segments as usize),
        seed: args.seed,
    };
    let working = spinner("making segments");
    let report = segments(&events, &options);
    working.finish_and_clear();
    let report = report?;
    args.plot.draw(|| plots::segments(&report))?;
    print(cli, &report, text::segments)
}

fn run_cohorts(cli: &Cli, args: &CohortArgs) -> Result<(), CliError> {
    args.plot.check()?;
    let events = args.events.read()?;
    let report = cohorts(&events, until_s(args.events.until.as_deref(), &events)?)?;
    // At most 36.
    let months = args.months as usize;
    args.plot.draw(|| plots::cohorts(&report, months))?;
    print(cli, &report, |report| text::cohorts(report, months))
}

fn run_retention(cli: &Cli, args: &RetentionArgs) -> Result<(), CliError> {
    args.plot.check()?;
    let events = args.events.read()?;
    let report = retention(&events, until_s(args.events.until.as_deref(), &events)?, args.gap_days)?;
    args.plot.draw(|| plots::retention(&report))?;
    print(cli, &report, text::retention)
}

fn run_drift(cli: &Cli, args: &DriftArgs) -> Result<(), CliError> {
    args.plot.check()?;
    let (report, what) = match (&args.model, &args.later) {
        (Some(model), Some(later)) => {
            let bundle = read_bounded(model, BUNDLE_BYTES_MAX as u64)?;
            let bundle = Bundle::from_bytes(&bundle).map_err(|error| CliError::file(model, error))?;
            let (before, after) = (read_table(&args.data)?, read_table(later)?);
            let names = (args.data.display().to_string(), later.display().to_string());
            (table_drift(&bundle, (&before, &names.0), (&after, &names.1))?, "rows")
        }
        (None, None) => {
            let events = events(&args.data, args.assets.as_deref())?;
            let until_s = until_s(args.until.as_deref(), &events)?;
            let split_s = days_before(args.split.as_deref(), DRIFT_DAYS, until_s)?;
            let from_s = days_before(args.from.as_deref(), DRIFT_DAYS, split_s)?;
            (drift(&events, from_s, split_s, until_s)?, "active users")
        }
        _ => return Err(CliError::new(ExitStatus::Usage, "--model and --later go together")),
    };
    args.plot.draw(|| plots::drift(&report, what))?;
    print(cli, &report, |report| text::drift(report, what))
}
