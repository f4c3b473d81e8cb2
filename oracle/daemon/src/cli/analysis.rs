//! What analyses share: events from where they are, days, plots.

use std::fs::File;
use std::io::{BufRead, Read};
use std::path::{Path, PathBuf};

use attention_engine::is_parquet;
use attention_features::{
    AssetCatalog, BehaviourEvent, CleanEvents, EVENTS_MAX, EventLog, read_assets, read_clean_sales,
};
use attention_tasks::price::{CLEANING, parse_day};
use clap::Args;
use time::OffsetDateTime;

use super::event_file::read_events;
use super::progress::spinner;
use super::{Cli, CliError};
use crate::output::{print_json, tell};
use crate::plot::{Chart, check_path, write_plot};

const DAY_S: i64 = 86_400;
/// Longest line of a file of events.
const LINE_BYTES_MAX: usize = 1 << 16;

/// Where a plot goes.
#[derive(Debug, Args)]
pub struct PlotArgs {
    /// Draw it, too: a file that ends in .svg or .png.
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,
}

impl PlotArgs {
    /// Refuses a file of another format before any work.
    pub(super) fn check(&self) -> Result<(), CliError> {
        Ok(self.plot.as_deref().map_or(Ok(()), check_path)?)
    }

    /// Draws, if asked to.
    pub(super) fn draw(&self, chart: impl FnOnce() -> Chart) -> Result<(), CliError> {
        if let Some(path) = &self.plot {
            write_plot(path, &chart())?;
        }
        Ok(())
    }
}

/// The files assets.csv and sales.csv of a folder.
pub(super) fn open_sales(folder: &Path) -> Result<(File, File), CliError> {
    let open = |name: &str| {
        let path = folder.join(name);
        File::open(&path).map_err(|error| CliError::file(&path, error))
    };
    Ok((open("assets.csv")?, open("sales.csv")?))
}

/// Assets and what happened to them.
pub(super) fn sales_folder(folder: &Path) -> Result<(AssetCatalog, Vec<BehaviourEvent>), CliError> {
    let (assets, sales) = open_sales(folder)?;
    let reading = spinner("reading sales");
    let catalog = read_assets(assets, "assets.csv")?;
    let clean = read_clean_sales(sales, "sales.csv", &catalog, &CLEANING)?;
    reading.finish_and_clear();
    Ok((catalog, clean.events))
}

/// The events of a folder with sales.csv and assets.csv, or of a file, in order, each once. A file is CSV or Parquet, cleaned as by
/// `import`, or JSON lines as `export` writes them; of the first two `assets` is the catalogue, else assets.csv beside the file.
pub(super) fn events(path: &Path, assets: Option<&Path>) -> Result<Vec<BehaviourEvent>, CliError> {
    if path.is_dir() {
        return each_once(sales_folder(path)?.1);
    }
    if holds_json_lines(path)? {
        return each_once(json_lines(path)?);
    }
    let assets = catalog_path(path, assets);
    cleaned(path, &catalog(&assets)?, &assets)
}

/// As [`events`], and the assets that they are about.
pub(super) fn assets_and_events(
    path: &Path,
    assets: Option<&Path>,
) -> Result<(AssetCatalog, Vec<BehaviourEvent>), CliError> {
    if path.is_dir() {
        return sales_folder(path);
    }
    let is_lines = holds_json_lines(path)?;
    let assets = catalog_path(path, assets);
    let catalog = catalog(&assets)?;
    let events = if is_lines { each_once(json_lines(path)?)? } else { cleaned(path, &catalog, &assets)? };
    Ok((catalog, events))
}

fn catalog_path(events: &Path, given: Option<&Path>) -> PathBuf {
    given.map_or_else(|| events.with_file_name("assets.csv"), Path::to_owned)
}

fn catalog(path: &Path) -> Result<AssetCatalog, CliError> {
    let file = File::open(path)
        .map_err(|error| CliError::file(path, format!("{error}; name the catalogue with --assets FILE")))?;
    Ok(read_assets(file, &path.display().to_string())?)
}

/// The events that cleaning keeps; of the rest one line is told.
fn cleaned(path: &Path, catalog: &AssetCatalog, assets: &Path) -> Result<Vec<BehaviourEvent>, CliError> {
    // One epoch for all: copies that contradict each other are all dropped.
    let CleanEvents { events, report, .. } = read_events(path, catalog, |_| 0)?;
    let dropped = report.dropped();
    if dropped > 0 {
        let (file, assets, rows) = (path.display(), assets.display(), report.rows);
        tell(format_args!(
            "{file}: {dropped} of {rows} rows left out by cleaning; \
             `attention-oracle import --events {file} --assets {assets} --dry-run` says why"
        ));
    }
    each_once(events)
}

fn each_once(events: Vec<BehaviourEvent>) -> Result<Vec<BehaviourEvent>, CliError> {
    // One epoch for all: copies that contradict each other are all dropped.
    let (log, report) = EventLog::new(events, |_| 0)?;
    if !report.conflicting.is_empty() {
        tracing::warn!(
            ids = report.conflicting.len(),
            "events of one name that contradict each other are left out"
        );
    }
    Ok(log.events().to_vec())
}

/// Whether a file begins as JSON lines do, or holds nothing: a header of a CSV file is neither. What is no regular file, such as a
/// pipe from `export`, is taken for them, for what is read of it is gone.
fn holds_json_lines(path: &Path) -> Result<bool, CliError> {
    if is_parquet(path) {
        return Ok(false);
    }
    let mut start = Vec::new();
    let read = File::open(path).and_then(|file| {
        let is_file = file.metadata()?.is_file();
        if is_file {
            file.take(LINE_BYTES_MAX as u64).read_to_end(&mut start)?;
        }
        Ok(is_file)
    });
    if !read.map_err(|error| CliError::file(path, error))? {
        return Ok(true);
    }
    Ok(start.iter().find(|byte| !byte.is_ascii_whitespace()).is_none_or(|&first| first == b'{'))
}

fn json_lines(path: &Path) -> Result<Vec<BehaviourEvent>, CliError> {
    let file = File::open(path).map_err(|error| CliError::file(path, error))?;
    let mut events = Vec::new();
    for (at, line) in std::io::BufReader::new(file).lines().enumerate() {
        let wrong = |problem: String| CliError::file(path, format!("line {}: {problem}", at + 1));
        let line = line.map_err(|error| wrong(error.to_string()))?;
        if line.len() > LINE_BYTES_MAX {
            return Err(wrong(format!("{} bytes, at most {LINE_BYTES_MAX}", line.len())));
        }
        if events.len() == EVENTS_MAX {
            return Err(wrong(format!("more than {EVENTS_MAX} events")));
        }
        if !line.trim().is_empty() {
            events.push(serde_json::from_str(&line).map_err(|error| wrong(error.to_string()))?);
        }
    }
    Ok(events)
}

/// A day's first second (UTC); without a day, the first of the day after the last event.
pub(super) fn until_s(day: Option<&str>, events: &[BehaviourEvent]) -> Result<i64, CliError> {
    match day {
        Some(day) => Ok(parse_day(day)?),
        None => {
            let last = events.iter().map(|event| event.event_time_s).max();
            let last = last.ok_or_else(|| CliError::input("there is no event to analyse"))?;
            Ok((last.div_euclid(DAY_S) + 1) * DAY_S)
        }
    }
}

/// A day's first second (UTC); without a day, so many days before another time.
pub(super) fn days_before(day: Option<&str>, days: i64, time_s: i64) -> Result<i64, CliError> {
    Ok(day.map_or(Ok((time_s - days * DAY_S).max(0)), parse_day)?)
}

/// Such as `2020-07-01`.
pub(super) fn day_name(time_s: i64) -> String {
    OffsetDateTime::from_unix_timestamp(time_s)
        .map_or_else(|_| format!("{time_s} s"), |time| time.date().to_string())
}

/// One JSON document, or what `text` prints.
pub(super) fn print<T: serde::Serialize>(
    cli: &Cli,
    report: &T,
    text: impl FnOnce(&T),
) -> Result<(), CliError> {
    if cli.json {
        return Ok(print_json(report)?);
    }
    text(report);
    Ok(())
}
