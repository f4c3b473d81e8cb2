//! Tables from CSV: columns are typed once, on the training file, and every other file is read the same way.
//!
//! A column whose cells are all numbers is numeric; any other is categorical, with at most
//! [`attention_model::LEVELS_MAX`] values. An empty cell, `NA`, `NaN`, `null`, `?` and the like are missing. A number is kept as
//! an integer: the value times a power of ten that loses no digit if the column allows it ([`ColumnKind::Number`]).

mod cell;
mod column;
mod encode;
mod reading;
mod scale;
mod seen;
mod spec;
mod times;
mod typing;

pub use column::{read_column, read_labels};
pub use encode::{Table, read_features, read_table};
pub use reading::{ColumnSummary, Reading, SummaryKind};
pub use scale::power_of_ten;
pub use spec::{Column, ColumnKind, TableSpec, TargetColumn, TargetType};
pub use times::read_times;
pub use typing::{TypingOptions, infer_spec, infer_summarised};

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

/// Refuses names that are no columns of a file.
pub(crate) fn check_columns(bytes: &[u8], source_name: &str, names: &[String]) -> Result<(), TaskError> {
    let (_, header) = open(bytes, source_name)?;
    names.iter().try_for_each(|name| place_of(&header, source_name, name).map(drop))
}

fn missing_column(header: &[String], source_name: &str, column: &str) -> TaskError {
    TaskError::MissingColumn {
        source_name: source_name.into(),
        column: column.into(),
        found: header.join(", "),
    }
}

/// A CSV reader over a whole file, which it keeps at hand to count lines in.
struct Rows<'a> {
    reader: csv::Reader<&'a [u8]>,
    bytes: &'a [u8],
}

impl Rows<'_> {
    /// The line that a record begins in, from 1. The reader takes the position of a record before it has read the line ends that
    /// are left of the one before: the second half of a Windows line end, and empty lines.
    fn line(&self, position: &csv::Position) -> u64 {
        let start = usize::try_from(position.byte()).unwrap_or(usize::MAX);
        let left =
            self.bytes.get(start..).unwrap_or_default().iter().take_while(|b| matches!(b, b'\r' | b'\n'));
        position.line() + left.filter(|&&b| b == b'\n').count() as u64
    }
}

/// A reader over a whole file, and its header.
fn open<'a>(bytes: &'a [u8], source_name: &str) -> Result<(Rows<'a>, Vec<String>), TaskError> {
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
    if header.is_empty() {
        return Err(TaskError::NoHeader { source_name: source_name.into() });
    }
    let mut seen = std::collections::BTreeSet::new();
    if let Some(column) = header.iter().find(|name| !seen.insert(name.as_str())) {
        if let Some(place) = header.iter().rposition(String::is_empty).filter(|_| column.is_empty()) {
            return Err(TaskError::UnnamedColumn { source_name: source_name.into(), place: place + 1 });
        }
        return Err(TaskError::RepeatedColumn { source_name: source_name.into(), column: column.clone() });
    }
    Ok((Rows { reader, bytes }, header))
}

/// Calls `each` with every row and its line; rows are counted against [`FILE_ROWS_MAX`].
fn each_row(
    rows_of_file: &mut Rows<'_>,
    source_name: &str,
    mut each: impl FnMut(u64, &csv::StringRecord) -> Result<(), TaskError>,
) -> Result<usize, TaskError> {
    let mut record = csv::StringRecord::new();
    let mut rows = 0usize;
    loop {
        let more = rows_of_file
            .reader
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
        each(record.position().map_or(0, |position| rows_of_file.line(position)), &record)?;
    }
    if rows == 0 {
        return Err(TaskError::Empty { source_name: source_name.into() });
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_as_an_editor_counts_them() {
        for text in
            ["a\nx\ny\n", "a\r\nx\r\ny\r\n", "a\n\nx\n\n\ny", "\u{feff}a\r\n\r\nx\r\ny", "a\n\"x\n2\"\ny\n"]
        {
            let want: Vec<(u64, char)> = (1u64..)
                .zip(text.lines())
                .filter_map(|(line, of_line)| {
                    of_line.chars().find(|c| matches!(c, 'x' | 'y')).map(|c| (line, c))
                })
                .collect();
            let (mut rows, _) = open(text.as_bytes(), "t.csv").unwrap();
            let mut got = Vec::new();
            each_row(&mut rows, "t.csv", |line, record| {
                got.extend(record[0].chars().next().map(|c| (line, c)));
                Ok(())
            })
            .unwrap();
            assert_eq!(got, want, "{text:?}");
        }
    }
}
