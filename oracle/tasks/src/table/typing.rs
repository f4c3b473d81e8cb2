//! What the columns of a training file are.

use std::collections::BTreeSet;

use attention_model::{FEATURE_ABS_MAX, FEATURES_MAX, LEVELS_MAX, ModelError};

use super::cell::{decimals, is_missing, number, shifted, yes_or_no};
use super::spec::{Column, ColumnKind, DECIMALS_MAX, DECIMALS_MIN, TableSpec, TargetColumn, TargetType};
use super::{each_row, open, place_of};
use crate::TaskError;

/// What the person who trains says about the columns.
#[derive(Debug, Clone, Default)]
pub struct TypingOptions {
    /// The column to predict.
    pub target: String,
    /// Columns that are no features, such as identifiers.
    pub ignore: Vec<String>,
    /// Columns whose numbers are codes of categories.
    pub categorical: Vec<String>,
    /// The column that says when a row happened: it orders the rows and is no feature.
    pub time: Option<String>,
}

/// What is known of a column so far.
#[derive(Debug, Default)]
struct Seen {
    /// The first cell that is no number, with its line.
    text: Option<(u64, String)>,
    /// The first value beyond the most that a category may have.
    excess: Option<(u64, String)>,
    values: BTreeSet<String>,
    max_abs: f64,
    decimals: i8,
    all_yes_or_no: bool,
}

impl Seen {
    fn new() -> Self {
        Self { all_yes_or_no: true, ..Self::default() }
    }

    fn take(&mut self, line: u64, cell: &str) {
        self.all_yes_or_no &= yes_or_no(cell).is_some();
        match number(cell) {
            Some(value) => {
                let magnitude = value.abs();
                if magnitude > self.max_abs {
                    self.max_abs = magnitude;
                }
                self.decimals = self.decimals.max(decimals(cell, DECIMALS_MAX));
            }
            None if self.text.is_none() => self.text = Some((line, cell.to_owned())),
            None => {}
        }
        if self.excess.is_none() && !self.values.contains(cell) {
            if self.values.len() == usize::from(LEVELS_MAX) {
                self.excess = Some((line, cell.to_owned()));
            } else {
                self.values.insert(cell.to_owned());
            }
        }
    }

    fn category(self, source_name: &str, column: &str) -> Result<ColumnKind, TaskError> {
        if let Some((line, value)) = self.excess {
            return Err(TaskError::TooManyCategories {
                source_name: source_name.into(),
                line,
                column: column.into(),
                value,
                limit: usize::from(LEVELS_MAX),
            });
        }
        Ok(ColumnKind::Category { values: self.values.into_iter().collect() })
    }

    /// As many digits as all cells have, but no more than keep the largest within the features' range.
    fn number(&self) -> ColumnKind {
        let mut decimals = self.decimals;
        while decimals > DECIMALS_MIN && shifted(self.max_abs, decimals) > FEATURE_ABS_MAX as f64 {
            decimals -= 1;
        }
        ColumnKind::Number { decimals }
    }
}

/// Types every column of a training file.
///
/// # Errors
/// [`TaskError`] naming the file, the line and the column.
pub fn infer_spec(bytes: &[u8], source_name: &str, options: &TypingOptions) -> Result<TableSpec, TaskError> {
    let (mut reader, header) = open(bytes, source_name)?;
    let named =
        [&options.target].into_iter().chain(&options.ignore).chain(&options.categorical).chain(&options.time);
    for column in named {
        place_of(&header, source_name, column)?;
    }
    let ignored: BTreeSet<&String> = options.ignore.iter().chain(&options.time).collect();
    let is_feature = |name: &String| *name != options.target && !ignored.contains(name);
    let features = header.iter().filter(|name| is_feature(name)).count();
    if features > FEATURES_MAX {
        // Before the rows are read, all of whose values would be kept.
        let what = "features: name those that are none with --ignore; their number";
        return Err(ModelError::TooMany { what, got: features, limit: FEATURES_MAX }.into());
    }
    let mut seen: Vec<Seen> = header.iter().map(|_| Seen::new()).collect();
    each_row(&mut reader, source_name, |line, record| {
        for (column, cell) in seen.iter_mut().zip(record) {
            if !is_missing(cell) {
                column.take(line, cell);
            }
        }
        Ok(())
    })?;
    let mut columns = Vec::new();
    let mut target = None;
    for (name, seen) in header.into_iter().zip(seen) {
        if name == options.target {
            target = Some(TargetColumn { kind: target_type(&seen, source_name, &name)?, name });
        } else if is_feature(&name) {
            // A column without any value is a number that is always missing.
            let text = seen.text.is_some() || options.categorical.contains(&name);
            let kind = if text && !seen.values.is_empty() {
                seen.category(source_name, &name)?
            } else {
                seen.number()
            };
            columns.push(Column { name, kind });
        }
    }
    let Some(target) = target else {
        // The header was searched for it above.
        return Err(TaskError::Empty { source_name: source_name.into() });
    };
    if columns.is_empty() {
        return Err(TaskError::NoFeatures { source_name: source_name.into(), target: target.name });
    }
    Ok(TableSpec { columns, target })
}

fn target_type(seen: &Seen, source_name: &str, column: &str) -> Result<TargetType, TaskError> {
    if seen.all_yes_or_no {
        return Ok(TargetType::Binary);
    }
    match &seen.text {
        None => Ok(TargetType::Real),
        Some((line, value)) => Err(TaskError::Cell {
            source_name: source_name.into(),
            line: *line,
            column: column.into(),
            value: value.clone(),
            problem: "is neither a number nor true/false, yes/no, 1/0: a target has to be one of them throughout",
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::super::FILE_COLUMNS_MAX;
    use super::*;

    fn infer(text: &str, target: &str) -> Result<TableSpec, TaskError> {
        infer_spec(text.as_bytes(), "t.csv", &TypingOptions { target: target.into(), ..Default::default() })
    }

    #[test]
    fn columns_are_typed_by_their_cells() {
        let text = "a,month,big,empty,y\n1.25,Feb,3e12,,TRUE\n-3,Jan,1,NA,FALSE\nNaN,,2,,TRUE\n";
        let spec = infer(text, "y").unwrap();
        let kinds: Vec<&ColumnKind> = spec.columns.iter().map(|column| &column.kind).collect();
        assert_eq!(kinds[0], &ColumnKind::Number { decimals: 2 });
        assert_eq!(kinds[1], &ColumnKind::Category { values: vec!["Feb".into(), "Jan".into()] });
        // 3·10^12 is above 2^31 by a factor of 1,397: four digits go.
        assert_eq!(kinds[2], &ColumnKind::Number { decimals: -4 });
        assert_eq!(kinds[3], &ColumnKind::Number { decimals: 0 });
        assert_eq!(spec.target, TargetColumn { name: "y".into(), kind: TargetType::Binary });
        assert_eq!(infer("a,y\n1,2\n2,0.5\n", "y").unwrap().target.kind, TargetType::Real);
    }

    #[test]
    fn options_ignore_and_recode() {
        let options = TypingOptions {
            target: "y".into(),
            ignore: vec!["id".into()],
            categorical: vec!["code".into()],
            time: Some("at".into()),
        };
        let spec = infer_spec(b"id,code,y,at\nx,10,1,5\nz,9,0,6\n", "t.csv", &options).unwrap();
        assert_eq!(
            spec.columns,
            [Column {
                name: "code".into(),
                kind: ColumnKind::Category { values: vec!["10".into(), "9".into()] }
            }]
        );
    }

    /// The header is counted before anything else is done with it: a million short names are refused as 16,385 are.
    #[test]
    fn columns_are_counted_first() {
        let file = |columns: usize| {
            let names: Vec<String> = (0..columns - 1).map(|at| format!("c{at}")).collect();
            format!("{},y\n{}1\n", names.join(","), "0,".repeat(columns - 1))
        };
        for columns in [FILE_COLUMNS_MAX + 1, 1_000_000] {
            let refused = infer(&file(columns), "y").unwrap_err().to_string();
            assert_eq!(refused, "t.csv has more than 16384 columns; use a part of it");
        }
        let refused = infer(&file(FEATURES_MAX + 2), "y").unwrap_err().to_string();
        assert!(refused.contains("--ignore") && refused.contains("1025"), "{refused}");
        assert_eq!(infer(&file(FEATURES_MAX + 1), "y").unwrap().columns.len(), FEATURES_MAX);
        // As many columns as there may be, all but one ignored.
        let wide = file(FILE_COLUMNS_MAX);
        let ignore = (1..FILE_COLUMNS_MAX - 1).map(|at| format!("c{at}")).collect();
        let options = TypingOptions { target: "y".into(), ignore, ..TypingOptions::default() };
        let spec = infer_spec(wide.as_bytes(), "t.csv", &options).unwrap();
        assert_eq!(spec.columns.len(), 1);
        let table = super::super::read_table(wide.as_bytes(), "t.csv", &spec).unwrap();
        assert_eq!(table.reading.ignored_columns.len(), FILE_COLUMNS_MAX - 2);
    }

    #[test]
    fn errors_name_file_line_and_column() {
        let text = |error: Result<TableSpec, TaskError>| error.unwrap_err().to_string();
        assert_eq!(text(infer("a,b\n1,2\n", "y")), "t.csv has no column \"y\"; its columns are a, b");
        assert_eq!(text(infer("a,y\n", "y")), "t.csv has no rows below its header");
        assert_eq!(text(infer("a,a,y\n1,2,1\n", "y")), "t.csv: the header names \"a\" twice");
        assert_eq!(text(infer("y\n1\n", "y")), "t.csv has no column beside the target \"y\"");
        assert!(
            text(infer("a,y\n1,maybe\n", "y"))
                .starts_with("t.csv, line 2, column \"y\": \"maybe\" is neither")
        );
        assert!(text(infer("a,y\n1\n", "y")).contains("line: 2"));
        let many: String = (0..=usize::from(LEVELS_MAX)).map(|i| format!("user{i},1\n")).collect();
        let many = text(infer(&format!("id,y\n{many}"), "y"));
        assert!(many.contains("\"user4096\" in line 4098") && many.contains("--ignore id"), "{many}");
    }
}
