//! When each row of a table happened.

use super::{each_row, open, place_of};
use crate::TaskError;
use crate::recommend::timestamp;

/// The times of a column, one a row: a number as it is (in whatever unit), a date or a moment as unix seconds.
///
/// # Errors
/// [`TaskError`] naming the file, the line and the column.
pub fn read_times(bytes: &[u8], source_name: &str, column: &str) -> Result<Vec<i64>, TaskError> {
    let (mut reader, header) = open(bytes, source_name)?;
    let place = place_of(&header, source_name, column)?;
    let mut times = Vec::new();
    each_row(&mut reader, source_name, |line, record| {
        let cell = &record[place];
        times.push(timestamp::parse(cell).ok_or_else(|| TaskError::Cell {
            source_name: source_name.into(),
            line,
            column: column.into(),
            value: cell.into(),
            problem: timestamp::WANTED,
        })?);
        Ok(())
    })?;
    Ok(times)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_by_name() {
        let read = |text: &str| read_times(text.as_bytes(), "t.csv", "day");
        assert_eq!(read("a,day\n1,1970-01-02\n2,5\n").unwrap(), [86_400, 5]);
        let text = |text: &str| read(text).unwrap_err().to_string();
        assert_eq!(text("a\n1\n"), "t.csv has no column \"day\"; its columns are a");
        assert!(
            text("a,day\n1,soon\n")
                .starts_with("t.csv, line 2, column \"day\": \"soon\" is no time: a number")
        );
    }
}
