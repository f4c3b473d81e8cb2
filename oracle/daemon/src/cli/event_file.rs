//! A file of events of every kind, cleaned: CSV, or Parquet.

use std::fs::File;
use std::path::Path;

use attention_engine::{EventFile, is_parquet};
use attention_features::{
    AssetCatalog, CleanEvents, EventCleaner, EventCleaningRules, EventRow, FeaturesError, read_clean_events,
};
use indicatif::ProgressBarIter;

use super::CliError;
use super::progress::bar;

/// Reads and cleans a file by the default rules. `epoch_of` maps a receive time to the epoch that it belongs to.
///
/// The cells of Parquet are typed, so one of another type refuses the file; all other rules are those of CSV, and rows stand
/// for lines.
///
/// # Errors
/// What cannot be read, or has too many rows that are none, naming the file.
pub(super) fn read_events(
    path: &Path,
    catalog: &AssetCatalog,
    epoch_of: impl Fn(i64) -> i64,
) -> Result<CleanEvents, CliError> {
    let rules = EventCleaningRules::default();
    if is_parquet(path) {
        return parquet(path, catalog, &rules, epoch_of);
    }
    with_bar("reading events, bytes", path, |file, name| {
        read_clean_events(file, name, catalog, &rules, epoch_of)
    })
}

fn parquet(
    path: &Path,
    catalog: &AssetCatalog,
    rules: &EventCleaningRules,
    epoch_of: impl Fn(i64) -> i64,
) -> Result<CleanEvents, CliError> {
    let file = EventFile::open(path)?;
    let name = path.display().to_string();
    let mut cleaner = EventCleaner::new(&name, catalog, rules)?;
    let cleaning = bar("reading events", file.rows());
    let mut row = 0;
    let read = file.for_each(|event| {
        row += 1;
        cleaning.inc(1);
        cleaner.push(row, Ok(EventRow::from(&event)))
    });
    cleaning.finish_and_clear();
    read?;
    Ok(cleaner.finish(epoch_of))
}

/// Reads a file while a bar tells how far.
///
/// # Errors
/// If it cannot be opened, and those of `read`.
pub(super) fn with_bar<T>(
    what: &str,
    path: &Path,
    read: impl FnOnce(ProgressBarIter<File>, &str) -> Result<T, FeaturesError>,
) -> Result<T, CliError> {
    let file = File::open(path).map_err(|error| CliError::file(path, error))?;
    let length = file.metadata().map_err(|error| CliError::file(path, error))?.len();
    let reading = bar(what, length);
    let found = read(reading.wrap_read(file), &path.display().to_string());
    reading.finish_and_clear();
    Ok(found?)
}
