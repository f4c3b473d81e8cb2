//! `features`: the rows of the behaviour set at a cut, and the linter of feature SQL.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Instant;

use attention_engine::{
    ColumnFacts, EngineError, EngineOptions, FeatureWriter, LintFinding, Linter, ParquetEvents, Past,
    PastParquet, SQL_BYTES_MAX, compute_features,
};
use attention_features::{AssetId, BEHAVIOUR_V1, EventLog, FeatureRow, PastEvents, UserId};
use attention_tasks::price::parse_day;
use clap::Args;
use serde::Serialize;

use super::context::config;
use super::progress::spinner;
use super::{Cli, CliError};
use crate::epoch::{World, catalog};
use crate::output::{ExitStatus, print_json};
use crate::store::{OutputTarget, read_bounded};

/// What to compute, or which file to check.
#[derive(Debug, Args)]
pub struct FeaturesArgs {
    /// The cut, 00:00 UTC of a day such as 2020-05-08: only what was received before it is seen.
    #[arg(long, value_name = "DATE", required_unless_present = "lint")]
    at: Option<String>,
    /// Only the rows of the first so many users, in order of their names.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=100_000_000), conflicts_with = "events")]
    users: Option<u64>,
    /// Events from this Parquet file instead of those that were imported; the catalogue is that of the data folder.
    #[arg(long, value_name = "FILE", conflicts_with = "lint")]
    events: Option<PathBuf>,
    /// Split the work by user into so many parts. Changes no result.
    #[arg(long, value_name = "N", default_value_t = 4)]
    partitions: u64,
    /// Memory for the engine, in MB; what needs more is spilled to disk.
    #[arg(long, value_name = "MB", default_value_t = 2_000)]
    memory_mb: u64,
    /// Threads (by default those of the configuration); 0 takes all. Changes no result.
    #[arg(long, value_name = "N")]
    threads: Option<u64>,
    /// Write the rows to this Parquet file.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Check a file of feature SQL instead: it may read the events and every relation of the set.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["at", "users", "out"])]
    lint: Option<PathBuf>,
}

/// What `features` prints.
#[derive(Debug, Serialize)]
struct Output<'a> {
    set: &'static str,
    version: u32,
    set_hash: String,
    cut_s: i64,
    rows: u64,
    columns: usize,
    feature_root: String,
    partitions: u64,
    run_s: f64,
    out: Option<&'a Path>,
}

/// What `features --lint` prints of a file.
#[derive(Debug, Serialize)]
struct Linted<'a> {
    file: &'a str,
    findings: &'a [LintFinding],
    /// Of an exact query: name, type and bounds of each column.
    columns: Vec<String>,
}

impl From<EngineError> for CliError {
    fn from(error: EngineError) -> Self {
        let status = match &error {
            EngineError::Engine { .. } | EngineError::Memory { .. } => ExitStatus::Failed,
            EngineError::Option { .. } => ExitStatus::Usage,
            _ => ExitStatus::Input,
        };
        Self::new(status, error)
    }
}

pub(super) fn run(cli: &Cli, args: &FeaturesArgs) -> Result<(), CliError> {
    match (&args.lint, &args.at) {
        (Some(file), _) => lint(cli, file),
        (None, Some(at)) => compute(cli, args, parse_day(at)?),
        (None, None) => Err(CliError::new(ExitStatus::Usage, "--at or --lint is needed")),
    }
}

fn compute(cli: &Cli, args: &FeaturesArgs, cut_s: i64) -> Result<(), CliError> {
    let start = Instant::now();
    let config = config(cli)?;
    // As everywhere, 0 takes all processors.
    let threads = match args.threads.unwrap_or(config.threads as u64) {
        0 => std::thread::available_parallelism().map_or(1, std::num::NonZero::get) as u64,
        threads => threads,
    };
    let options = EngineOptions::new(args.memory_mb, args.partitions, threads)?;
    let (catalog, source) = match &args.events {
        // What was imported is not needed then, and may not be there.
        Some(path) => (catalog(&config)?, Source::File(ParquetEvents::open(path)?.before(cut_s))),
        None => {
            let World { catalog, log, .. } = World::load(&config)?;
            (catalog, Source::Imported(log))
        }
    };
    let (past, pairs) = match &source {
        Source::File(past) => (Past::Parquet(past), None),
        Source::Imported(log) => {
            let past = log.before(cut_s);
            (Past::Memory(past), args.users.map(|users| pairs_of_first(past, users)))
        }
    };
    let mut writer = match &args.out {
        Some(path) => Some(FeatureWriter::create(&OutputTarget::of(path)?.file()?, &BEHAVIOUR_V1)?),
        None => None,
    };
    let working = spinner("computing features, rows");
    let mut take = |row: FeatureRow| {
        working.inc(1);
        match &mut writer {
            Some(writer) => writer.push(row),
            None => Ok(()),
        }
    };
    let digest = compute_features(&BEHAVIOUR_V1, past, &catalog, pairs.as_deref(), &options, &mut take)?;
    working.finish_and_clear();
    if let Some(writer) = writer {
        writer.finish()?;
    }
    let output = Output {
        set: BEHAVIOUR_V1.name,
        version: BEHAVIOUR_V1.version,
        set_hash: hex::encode(BEHAVIOUR_V1.hash()),
        cut_s,
        rows: digest.rows,
        columns: BEHAVIOUR_V1.columns.len(),
        feature_root: hex::encode(digest.root),
        partitions: args.partitions,
        run_s: start.elapsed().as_secs_f64(),
        out: args.out.as_deref(),
    };
    if cli.json {
        return Ok(print_json(&output)?);
    }
    println!("set {} version {} hash {}", output.set, output.version, output.set_hash);
    println!("{} rows of {} features at {}", output.rows, output.columns, output.cut_s);
    println!("feature_root {}", output.feature_root);
    Ok(())
}

/// Where the events are.
enum Source {
    File(PastParquet),
    Imported(EventLog),
}

/// The user and asset of every event of the first users that have one on an asset.
fn pairs_of_first(past: PastEvents<'_>, users: u64) -> Vec<(UserId, AssetId)> {
    let touched: BTreeSet<(&UserId, AssetId)> =
        past.events().iter().filter_map(|event| event.asset.map(|asset| (&event.user, asset))).collect();
    let (mut last, mut left) = (None, users);
    let mut pairs = Vec::new();
    for (user, asset) in touched {
        if last != Some(user) {
            if left == 0 {
                break;
            }
            left -= 1;
            last = Some(user);
        }
        pairs.push((user.clone(), asset));
    }
    pairs
}

fn lint(cli: &Cli, path: &Path) -> Result<(), CliError> {
    let bytes = read_bounded(path, SQL_BYTES_MAX as u64)?;
    let text = String::from_utf8(bytes).map_err(|error| CliError::file(path, error))?;
    let file = path.display().to_string();
    let checked = Linter::beside(&BEHAVIOUR_V1)?.check(&file, &text);
    let (columns, findings) = match &checked {
        Ok(facts) => (facts.columns.iter().map(line).collect(), &[][..]),
        Err(EngineError::Lint(findings)) => (Vec::new(), findings.as_slice()),
        Err(_) => (Vec::new(), &[][..]),
    };
    if cli.json {
        print_json(&Linted { file: &file, findings, columns })?;
        return Ok(checked.map(drop)?);
    }
    let rows_max = checked?.rows_max;
    println!("{file}: exact; at most {rows_max} rows");
    columns.iter().for_each(|column| println!("  {column}"));
    Ok(())
}

fn line(column: &ColumnFacts) -> String {
    let range = column.range.map_or(String::new(), |range| format!(" {} to {}", range.low, range.high));
    let null = if column.nullable { " or NULL" } else { "" };
    format!("{} {:?}{range}{null}", column.name, column.kind)
}
