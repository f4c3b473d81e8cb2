//! What analyses share: events from where they are, days, plots.

use std::fs::File;
use std::io::BufRead;
use std::path::{Path, PathBuf};

use attention_features::{AssetCatalog, BehaviourEvent, EVENTS_MAX, EventLog, read_assets, read_clean_sales};
use attention_tasks::price::{CLEANING, parse_day};
use clap::Args;
use time::OffsetDateTime;

use super::progress::spinner;
use super::{Cli, CliError};
use crate::output::print_json;
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

/// The events of a folder with sales.csv and assets.csv, or of a file of JSON lines as `export` writes them, in order, each once.
pub(super) fn events(path: &Path) -> Result<Vec<BehaviourEvent>, CliError> {
    let found = if path.is_dir() { sales_folder(path)?.1 } else { json_lines(path)? };
    // One epoch for all: copies that contradict each other are all dropped.
    let (log, report) = EventLog::new(found, |_| 0)?;
    if !report.conflicting.is_empty() {
        tracing::warn!(
            ids = report.conflicting.len(),
            "events of one name that contradict each other are left out"
        );
    }
    Ok(log.events().to_vec())
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
