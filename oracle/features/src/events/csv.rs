//! Reading an events file in CSV, line by line and bounded: its columns in any order, its rows unchecked.

use std::io::{BufRead, BufReader, Read};

use super::row::{EVENT_COLUMNS, EventRow};
use crate::error::shorten;
use crate::{FeaturesError, ROWS_MAX};

/// Largest events file.
pub const EVENT_FILE_BYTES_MAX: u64 = 4 << 30;
/// Longest line of an events file, in bytes, its end included.
pub const EVENT_LINE_BYTES_MAX: usize = 8 << 10;
/// Longest cell of an events file, in bytes.
pub const EVENT_CELL_BYTES_MAX: usize = 1 << 10;

/// Reads an events file. The first line names columns of [`EVENT_COLUMNS`] in any order; those that are not
/// required may be absent. Every further line is a row, but an empty one; a cell may stand in double quotes, with `""`
/// for a quote, and never goes over the end of its line, so that an open quote cannot swallow the lines after it.
/// `sink` gets every row with its line, counted from 1, or what is wrong with a line that is no row.
///
/// # Errors
/// [`FeaturesError::File`] for a header with an unknown, repeated or absent column, or a file that cannot be read
/// or is longer than [`EVENT_FILE_BYTES_MAX`]; [`FeaturesError::TooMany`] above [`ROWS_MAX`] rows; those of `sink`.
pub fn read_event_rows(
    reader: impl Read,
    file: &str,
    sink: impl FnMut(u64, Result<EventRow, String>) -> Result<(), FeaturesError>,
) -> Result<(), FeaturesError> {
    read_bounded(reader, file, EVENT_FILE_BYTES_MAX, ROWS_MAX, sink)
}

fn read_bounded(
    reader: impl Read,
    file: &str,
    bytes_max: u64,
    rows_max: usize,
    mut sink: impl FnMut(u64, Result<EventRow, String>) -> Result<(), FeaturesError>,
) -> Result<(), FeaturesError> {
    let whole = |problem: String| FeaturesError::File { file: file.to_owned(), problem };
    // One byte more than allowed, so that a longer file is seen to be one.
    let reader = reader.take(bytes_max.checked_add(1).unwrap_or(bytes_max));
    let mut lines = Lines { reader: BufReader::with_capacity(1 << 16, reader), line: Vec::new(), bytes: 0 };
    let first = lines.next().map_err(|error| whole(error.to_string()))?;
    if first.is_none() {
        return Err(whole(format!("is empty; its first line must name its columns: {}", names())));
    }
    let columns = header(&lines.line).map_err(whole)?;
    let (mut number, mut rows) = (1, 0);
    loop {
        let read = lines.next().map_err(|error| whole(error.to_string()))?;
        if lines.bytes > bytes_max {
            return Err(whole(format!("is longer than the limit of {bytes_max} bytes")));
        }
        let Some(length) = read else { return Ok(()) };
        number += 1;
        if length > 0 && lines.line.is_empty() {
            continue;
        }
        rows += 1;
        if rows > rows_max {
            let (got, limit) = (rows as u64, rows_max as u64);
            return Err(FeaturesError::TooMany { what: "rows of the events file", got, limit });
        }
        let row = if length > EVENT_LINE_BYTES_MAX {
            Err(format!("the line has {length} bytes, more than the {EVENT_LINE_BYTES_MAX} allowed"))
        } else {
            parse(&lines.line, &columns)
        };
        sink(number, row)?;
    }
}

/// The names of the known columns, for messages.
fn names() -> String {
    EVENT_COLUMNS.map(|column| column.name).join(", ")
}

/// Bounded lines of a reader.
struct Lines<R> {
    reader: BufReader<R>,
    /// The line without its end; of a line that is too long, its first bytes.
    line: Vec<u8>,
    bytes: u64,
}

impl<R: Read> Lines<R> {
    /// Reads the next line and returns its length with its end, `None` at the end of the file.
    fn next(&mut self) -> std::io::Result<Option<usize>> {
        self.line.clear();
        let mut length = 0;
        loop {
            let buffer = self.reader.fill_buf()?;
            if buffer.is_empty() {
                break;
            }
            let end = buffer.iter().position(|&byte| byte == b'\n').map(|position| position + 1);
            let taken = end.unwrap_or(buffer.len());
            // Beyond the limit the line is counted and forgotten: no line is held whole that is too long.
            let room = EVENT_LINE_BYTES_MAX - self.line.len(); // never held longer than that
            self.line.extend_from_slice(&buffer[..taken.min(room)]);
            length += taken;
            self.reader.consume(taken);
            if end.is_some() {
                break;
            }
        }
        self.bytes += length as u64;
        for end in [b'\n', b'\r'] {
            if self.line.last() == Some(&end) {
                self.line.pop();
            }
        }
        Ok((length > 0).then_some(length))
    }
}

/// Which column of [`EVENT_COLUMNS`] each cell of a row is.
fn header(line: &[u8]) -> Result<Vec<usize>, String> {
    // Spreadsheets put a byte order mark before the first name.
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    let mut columns = Vec::new();
    for name in split(line).map_err(|problem| format!("the header cannot be read: {problem}"))? {
        let known = EVENT_COLUMNS.iter().position(|column| column.name == name);
        let column = known.ok_or_else(|| {
            format!("unknown column {:?} in the header; the columns are {}", shorten(&name), names())
        })?;
        if columns.contains(&column) {
            return Err(format!("column {name:?} comes twice in the header"));
        }
        columns.push(column);
    }
    for (index, column) in EVENT_COLUMNS.iter().enumerate() {
        if column.required && !columns.contains(&index) {
            return Err(format!("the header lacks column {:?}; the columns are {}", column.name, names()));
        }
    }
    Ok(columns)
}

fn parse(line: &[u8], columns: &[usize]) -> Result<EventRow, String> {
    let found = split(line)?;
    if found.len() != columns.len() {
        return Err(format!("the row has {} cells, the header {}", found.len(), columns.len()));
    }
    let mut cells = [const { None }; EVENT_COLUMNS.len()];
    for (&column, cell) in columns.iter().zip(found) {
        if cell.len() > EVENT_CELL_BYTES_MAX {
            let (name, length) = (EVENT_COLUMNS[column].name, cell.len());
            return Err(format!(
                "column {name}: the cell has {length} bytes, more than the {EVENT_CELL_BYTES_MAX} allowed"
            ));
        }
        cells[column] = Some(cell).filter(|cell| !cell.is_empty());
    }
    Ok(EventRow::from_cells(cells))
}

/// The cells of a line (RFC 4180, but for line ends inside quotes).
fn split(line: &[u8]) -> Result<Vec<String>, String> {
    let text = std::str::from_utf8(line)
        .map_err(|_| format!("{:?} is not UTF-8", shorten(&String::from_utf8_lossy(line))))?;
    let (mut cells, mut rest) = (Vec::new(), text);
    loop {
        let (cell, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted_cell(quoted)?,
            None => {
                let end = rest.find(',').unwrap_or(rest.len());
                (rest[..end].to_owned(), &rest[end..])
            }
        };
        cells.push(cell);
        match after.strip_prefix(',') {
            Some(next) => rest = next,
            None if after.is_empty() => return Ok(cells),
            None => return Err(format!("{:?} follows a closing quote", shorten(after))),
        }
    }
}

/// A cell whose opening quote was taken, and what follows its closing one.
fn quoted_cell(mut rest: &str) -> Result<(String, &str), String> {
    let mut cell = String::new();
    loop {
        let Some(quote) = rest.find('"') else {
            return Err(format!("the quote before {:?} is not closed on its line", shorten(&cell)));
        };
        cell.push_str(&rest[..quote]);
        rest = &rest[quote + 1..];
        let Some(more) = rest.strip_prefix('"') else { return Ok((cell, rest)) };
        cell.push('"');
        rest = more;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "kind,source,event_id,user,quantity,event_time_s,receive_time_s,asset\n";

    fn read(text: impl AsRef<[u8]>, bytes_max: u64, rows_max: usize) -> Result<Vec<String>, FeaturesError> {
        let mut told = Vec::new();
        read_bounded(text.as_ref(), "e.csv", bytes_max, rows_max, |line, row| {
            let row = row.map(|row| row.cells().map(|cell| cell.unwrap_or("-").to_owned()).join("|"));
            told.push(format!("{line} {}", row.unwrap_or_else(|problem| problem)));
            Ok(())
        })?;
        Ok(told)
    }

    fn all(text: impl AsRef<[u8]>) -> Vec<String> {
        read(text, 1 << 20, 100).unwrap()
    }

    #[test]
    fn columns_stand_in_any_order_and_quotes_are_undone() {
        let rows = "login,s,1,u,1,5,6,\r\n\n\"sale\",s,2,\"a, \"\"b\"\"\",1,5,6,\"7\"\nlogin,s,3,u\"x,1,5,6,";
        let told = all(format!("\u{feff}{HEADER}{rows}"));
        let want =
            ["2 s|1|u|login|-|-|1|-|5|6", "4 s|2|a, \"b\"|sale|7|-|1|-|5|6", "5 s|3|u\"x|login|-|-|1|-|5|6"];
        assert_eq!(told, want);
    }

    #[test]
    fn a_written_row_is_read_back() {
        let cells = ["s", "1,2", "say \"hi\"", "login", "", "\"", "1", "", "5", ", \",\""];
        let row =
            EventRow::from_cells(cells.map(|cell| Some(cell.to_owned()).filter(|cell| !cell.is_empty())));
        let mut told = Vec::new();
        let text = format!("{}{}", EventRow::csv_header(), row.csv_line());
        read_bounded(text.as_bytes(), "e.csv", 1 << 20, 9, |_, read| {
            told.push(read);
            Ok(())
        })
        .unwrap();
        assert_eq!(told, [Ok(row)]);
    }

    #[test]
    fn what_is_no_row_is_told_with_its_line() {
        let long = "x".repeat(EVENT_CELL_BYTES_MAX + 1);
        let longer = "x".repeat(EVENT_LINE_BYTES_MAX);
        let rows = [
            b"login,s,1\n".as_slice(),
            b"\"login,s,1,u,1,5,6,\n",
            b"\"login\"x,s,1,u,1,5,6,\n",
            b"login,\xff,1,u,1,5,6,\n",
            format!("login,{long},1,u,1,5,6,\n{longer}\n").as_bytes(),
            b"login,s,1,u,1,5,6,",
        ]
        .concat();
        let told = all([HEADER.as_bytes(), &rows].concat());
        let want = [
            "2 the row has 3 cells, the header 8",
            "3 the quote before \"\" is not closed on its line",
            "4 \"x,s,1,u,1,5,6,\" follows a closing quote",
            "5 \"login,\u{fffd},1,u,1,5,6,\" is not UTF-8",
            "6 column source: the cell has 1025 bytes, more than the 1024 allowed",
            "7 the line has 8193 bytes, more than the 8192 allowed",
            "8 s|1|u|login|-|-|1|-|5|6",
        ];
        assert_eq!(told, want);
    }

    #[test]
    fn cells_and_lines_of_the_greatest_length_are_read() {
        let cell = "x".repeat(EVENT_CELL_BYTES_MAX);
        assert!(all(format!("{HEADER}login,{cell},1,u,1,5,6,\n"))[0].starts_with("2 xxx"));
        // One byte shorter than what the test above is told of, but not of eight cells.
        let line = "x".repeat(EVENT_LINE_BYTES_MAX - 1);
        assert_eq!(all(format!("{HEADER}{line}\n")), ["2 the row has 1 cells, the header 8"]);
    }

    #[test]
    fn headers_that_cannot_be_used_are_refused() {
        let refused = |text: &str| read(text, 1 << 20, 9).unwrap_err().to_string();
        let columns = "source, event_id, user, kind, asset, counterparty, quantity, price, event_time_s, receive_time_s";
        assert_eq!(
            refused("source,colour\n"),
            format!("e.csv: unknown column \"colour\" in the header; the columns are {columns}")
        );
        assert_eq!(refused("user,user\n"), "e.csv: column \"user\" comes twice in the header");
        assert_eq!(
            refused("source,event_id,user,kind,quantity,receive_time_s\n"),
            format!("e.csv: the header lacks column \"event_time_s\"; the columns are {columns}")
        );
        assert!(refused("").starts_with("e.csv: is empty; its first line must name its columns: source, "));
        assert!(refused("\"a\n").contains("the header cannot be read: the quote before"));
        assert_eq!(all(HEADER), [""; 0]);
    }

    #[test]
    fn a_file_above_a_limit_is_refused() {
        let text = format!("{HEADER}{}", "login,s,1,u,1,5,6,\n".repeat(3));
        let length = text.len() as u64;
        assert_eq!(read(&text, length, 3).unwrap().len(), 3);
        let error = read(&text, length - 1, 3).unwrap_err().to_string();
        assert_eq!(error, format!("e.csv: is longer than the limit of {} bytes", length - 1));
        let error = read(&text, length, 2).unwrap_err().to_string();
        assert_eq!(error, "rows of the events file: 3 is more than the limit of 2");
    }
}
