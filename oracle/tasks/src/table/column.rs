//! One column of a file as it is written.

use super::cell::is_missing;
use super::{each_row, open};
use crate::TaskError;

/// The cells of a column, in the order of the file; `None` where one is missing. The column may be one that no model knows.
///
/// # Errors
/// [`TaskError`] naming the file, and the column if there is none of that name.
pub fn read_column(bytes: &[u8], source_name: &str, column: &str) -> Result<Vec<Option<String>>, TaskError> {
    let (mut reader, header) = open(bytes, source_name)?;
    let Some(at) = header.iter().position(|name| name == column) else {
        return Err(TaskError::MissingColumn {
            source_name: source_name.into(),
            column: column.into(),
            found: header.join(", "),
        });
    };
    let mut cells = Vec::new();
    each_row(&mut reader, source_name, |_, record| {
        let cell = &record[at];
        cells.push((!is_missing(cell)).then(|| cell.to_owned()));
        Ok(())
    })?;
    Ok(cells)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_stand_as_they_are_written() {
        let text = "a,region,y\n1,01,TRUE\n2,,FALSE\n3,North East,no\n";
        let found = read_column(text.as_bytes(), "t.csv", "region").unwrap();
        assert_eq!(found, [Some("01".to_owned()), None, Some("North East".to_owned())]);
        let refused = read_column(text.as_bytes(), "t.csv", "regio").unwrap_err().to_string();
        assert_eq!(refused, "t.csv has no column \"regio\"; its columns are a, region, y");
    }
}
