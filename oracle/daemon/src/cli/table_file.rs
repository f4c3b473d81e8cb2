//! A table that a command reads: CSV as it stands, Parquet as the CSV that it stands for.

use std::fs::File;
use std::io::{Cursor, Read};
use std::path::Path;

use attention_engine::{TableLimits, is_parquet, read_parquet_as_csv};
use attention_tasks::table::{FILE_BYTES_MAX, FILE_ROWS_MAX};

use super::CliError;
use super::progress::spinner;
use crate::store::read_bounded;

/// Most columns of a Parquet file; a model takes fewer, but a file may have some that are left out.
const COLUMNS_MAX: usize = 4_096;
/// The CSV of a Parquet file is bounded as a CSV file is.
const LIMITS: TableLimits =
    TableLimits { rows: FILE_ROWS_MAX as u64, columns: COLUMNS_MAX, bytes: FILE_BYTES_MAX as u64 };

/// The bytes of a table as CSV. Whoever hashes them gets one hash for a table, whichever of the two it comes as.
///
/// # Errors
/// What cannot be read or is above a limit, naming the file.
pub(super) fn read_table(path: &Path) -> Result<Vec<u8>, CliError> {
    if is_parquet(path) {
        return parquet(path, &LIMITS);
    }
    Ok(read_bounded(path, FILE_BYTES_MAX as u64)?)
}

/// As [`read_table`] for who reads a CSV file piece by piece, and bounds its bytes; of a Parquet file at most `rows_max` rows.
///
/// # Errors
/// As [`read_table`].
pub(super) fn open_table(path: &Path, rows_max: u64) -> Result<Box<dyn Read + Send>, CliError> {
    if is_parquet(path) {
        return Ok(Box::new(Cursor::new(parquet(path, &TableLimits { rows: rows_max, ..LIMITS })?)));
    }
    let file = File::open(path).map_err(|error| CliError::file(path, error))?;
    Ok(Box::new(file))
}

fn parquet(path: &Path, limits: &TableLimits) -> Result<Vec<u8>, CliError> {
    let reading = spinner("reading Parquet");
    let csv = read_parquet_as_csv(path, limits);
    reading.finish_and_clear();
    Ok(csv?)
}
