//! One column of a file as it is written.

use super::cell::is_missing;
use super::{each_row, open, place_of};
use crate::TaskError;

/// The cells of a column as they stand, in the order of the file. The column may be one that no model knows.
///
/// # Errors
/// [`TaskError`] naming the file, and the column if there is none of that name.
pub fn read_column(bytes: &[u8], source_name: &str, column: &str) -> Result<Vec<String>, TaskError> {
    let (mut reader, header) = open(bytes, source_name)?;
    let place = place_of(&header, source_name, column)?;
    let mut cells = Vec::new();
    each_row(&mut reader, source_name, |_, record| {
        cells.push(record[place].to_owned());
        Ok(())
    })?;
    Ok(cells)
}

/// As [`read_column`]; `None` where a cell is missing.
///
/// # Errors
/// As [`read_column`].
pub fn read_labels(bytes: &[u8], source_name: &str, column: &str) -> Result<Vec<Option<String>>, TaskError> {
    let cells = read_column(bytes, source_name, column)?;
    Ok(cells.into_iter().map(|cell| (!is_missing(&cell)).then_some(cell)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_stand_as_they_are_written() {
        let text = "a,region,y\n1,01,TRUE\n2,,FALSE\n3,North East,no\n";
        let found = read_labels(text.as_bytes(), "t.csv", "region").unwrap();
        assert_eq!(found, [Some("01".to_owned()), None, Some("North East".to_owned())]);
        let refused = read_labels(text.as_bytes(), "t.csv", "regio").unwrap_err().to_string();
        assert_eq!(refused, "t.csv has no column \"regio\"; its columns are a, region, y");
    }
}
