//! Tables from CSV: columns are typed once, on the training file, and every other file is read the same way.
//!
//! A column whose cells are all numbers is numeric; any other is categorical, with at most
//! [`attention_model::LEVELS_MAX`] values. An empty cell, `NA`, `NaN`, `null` and `?` are missing. A number is kept as an
//! integer: the value times a power of ten that loses no digit if the column allows it ([`ColumnKind::Number`]).

mod cell;
mod column;
mod encode;
mod spec;
mod times;
mod typing;

pub use column::{read_column, read_labels};
pub use encode::{Reading, Table, read_features, read_table};
pub use spec::{Column, ColumnKind, TableSpec, TargetColumn, TargetType};
pub use times::read_times;
pub use typing::{TypingOptions, infer_spec};

use crate::TaskError;

/// Largest file that is read, in bytes.
pub const FILE_BYTES_MAX: usize = 1 << 31;
/// Most rows of a file.
pub const FILE_ROWS_MAX: usize = 5_000_000;
/// Most columns of a file: [`attention_model::FEATURES_MAX`] of them can be features, the others are ignored.
pub const FILE_COLUMNS_MAX: usize = 1 << 14;

/// Where a column stands in the header.
fn place_of(header: &[String], source_name: &str, column: &str) -> Result<usize, TaskError> {
    let place = header.iter().position(|name| name == column);
    place.ok_or_else(|| missing_column(header, source_name, column))
}

fn missing_column(header: &[String], source_name: &str, column: &str) -> TaskError {
    TaskError::MissingColumn {
        source_name: source_name.into(),
        column: column.into(),
        found: header.join(", "),
    }
}

/// A CSV reader over a whole file, and its header.
fn open<'a>(bytes: &'a [u8], source_name: &str) -> Result<(csv::Reader<&'a [u8]>, Vec<String>), TaskError> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(TaskError::TooLarge {
            source_name: source_name.into(),
            what: "bytes",
            limit: FILE_BYTES_MAX,
        });
    }
    // A byte-order mark is no part of the first name.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes);
    let failed = |error| TaskError::Csv { source_name: source_name.into(), error };
    let header = reader.headers().map_err(failed)?;
    if header.len() > FILE_COLUMNS_MAX {
        return Err(TaskError::TooLarge {
            source_name: source_name.into(),
            what: "columns",
            limit: FILE_COLUMNS_MAX,
        });
    }
    let header: Vec<String> = header.iter().map(str::to_owned).collect();
    let mut seen = std::collections::BTreeSet::new();
    if let Some(column) = header.iter().find(|name| !seen.insert(name.as_str())) {
        return Err(TaskError::RepeatedColumn { source_name: source_name.into(), column: column.clone() });
    }
    Ok((reader, header))
}

/// Calls `each` with every row and its line; rows are counted against [`FILE_ROWS_MAX`].
fn each_row(
    reader: &mut csv::Reader<&[u8]>,
    source_name: &str,
    mut each: impl FnMut(u64, &csv::StringRecord) -> Result<(), TaskError>,
) -> Result<usize, TaskError> {
    let mut record = csv::StringRecord::new();
    let mut rows = 0usize;
    loop {
        let more = reader
            .read_record(&mut record)
            .map_err(|error| TaskError::Csv { source_name: source_name.into(), error })?;
        if !more {
            break;
        }
        rows += 1;
        if rows > FILE_ROWS_MAX {
            return Err(TaskError::TooLarge {
                source_name: source_name.into(),
                what: "rows",
                limit: FILE_ROWS_MAX,
            });
        }
        each(record.position().map_or(0, csv::Position::line), &record)?;
    }
    if rows == 0 {
        return Err(TaskError::Empty { source_name: source_name.into() });
    }
    Ok(rows)
}
