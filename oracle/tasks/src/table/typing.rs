//! What the columns of a training file are.

use attention_model::FEATURES_MAX;

use super::cell::is_missing;
use super::reading::ColumnSummary;
use super::seen::Seen;
use super::spec::{Column, TableSpec, TargetColumn, TargetType};
use super::{each_row, open, place_of};
use crate::TaskError;

/// What the person who trains says about the columns.
#[derive(Debug, Clone, Default)]
pub struct TypingOptions {
    /// The column to predict.
    pub target: String,
    /// What its cells are; `None`: as they look.
    pub target_kind: Option<TargetType>,
    /// Columns that are no features, such as identifiers.
    pub ignore: Vec<String>,
    /// Columns whose numbers are codes of categories.
    pub categorical: Vec<String>,
    /// The column that says when a row happened: it orders the rows and is no feature.
    pub time: Option<String>,
}

/// Types every column of a training file.
///
/// # Errors
/// [`TaskError`] naming the file, the line and the column.
pub fn infer_spec(bytes: &[u8], source_name: &str, options: &TypingOptions) -> Result<TableSpec, TaskError> {
    infer_summarised(bytes, source_name, options).map(|(spec, _)| spec)
}

/// As [`infer_spec`], with what to tell of every feature column.
///
/// # Errors
/// As [`infer_spec`].
pub fn infer_summarised(
    bytes: &[u8],
    source_name: &str,
    options: &TypingOptions,
) -> Result<(TableSpec, Vec<ColumnSummary>), TaskError> {
    let (mut reader, header) = open(bytes, source_name)?;
    let named =
        [&options.target].into_iter().chain(&options.ignore).chain(&options.categorical).chain(&options.time);
    for column in named {
        place_of(&header, source_name, column)?;
    }
    let used: Vec<bool> = header.iter().enumerate().map(|(place, name)| uses(options, place, name)).collect();
    // A first column without a name is an index; any other is an accident.
    if let Some(place) = (1..header.len()).find(|&place| used[place] && header[place].is_empty()) {
        return Err(TaskError::UnnamedColumn { source_name: source_name.into(), place: place + 1 });
    }
    // One of them is the target.
    if used.iter().filter(|used| **used).count() > FEATURES_MAX + 1 {
        let (what, limit) = ("feature columns (--ignore leaves some out)", FEATURES_MAX);
        return Err(TaskError::TooLarge { source_name: source_name.into(), what, limit });
    }
    let mut seen: Vec<Seen> = header.iter().map(|name| Seen::of(*name == options.target)).collect();
    each_row(&mut reader, source_name, |line, record| {
        for ((column, cell), _) in seen.iter_mut().zip(record).zip(&used).filter(|(_, used)| **used) {
            if !is_missing(cell) {
                column.take(line, cell);
            }
        }
        Ok(())
    })?;
    let (mut columns, mut summaries) = (Vec::new(), Vec::new());
    let mut target = None;
    for ((name, seen), _) in header.into_iter().zip(seen).zip(used).filter(|(_, used)| *used) {
        if name == options.target {
            let kind = seen.target(source_name, &name, options.target_kind)?;
            target = Some(TargetColumn { kind, name });
        } else {
            let categorical = options.categorical.contains(&name);
            let (kind, summary) = seen.feature(source_name, &name, categorical)?;
            summaries.push(ColumnSummary { name: name.clone(), kind: summary });
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
    Ok((TableSpec { columns, target }, summaries))
}

/// Whether a column is the target or a feature.
fn uses(options: &TypingOptions, place: usize, name: &String) -> bool {
    let is_index = place == 0 && name.is_empty();
    let is_left_out = options.ignore.contains(name) || options.time.as_ref() == Some(name);
    *name == options.target || !(is_index || is_left_out)
}

#[cfg(test)]
mod tests {
    use super::super::FILE_COLUMNS_MAX;
    use attention_model::LEVELS_MAX;

    use super::super::reading::SummaryKind;
    use super::super::spec::ColumnKind;
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
        // 3·10^12 is beyond the range of a column that tells 1 from 2, and will be its end.
        assert_eq!(kinds[2], &ColumnKind::Number { decimals: 0 });
        assert_eq!(kinds[3], &ColumnKind::Number { decimals: 0 });
        assert_eq!(spec.target, TargetColumn { name: "y".into(), kind: TargetType::Binary });
        assert_eq!(infer("a,y\n1,2\n2,0.5\n", "y").unwrap().target.kind, TargetType::Real);
    }

    #[test]
    fn options_ignore_and_recode() {
        let options = TypingOptions {
            target: "y".into(),
            target_kind: None,
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
        assert!(refused.contains("more than 1024 feature columns (--ignore"), "{refused}");
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
        let wide: Vec<String> = (0..=FEATURES_MAX).map(|i| format!("c{i}")).collect();
        let wide = format!("{},y\n{}0\n", wide.join(","), "1,".repeat(FEATURES_MAX + 1));
        assert_eq!(
            text(infer(&wide, "y")),
            "t.csv has more than 1024 feature columns (--ignore leaves some out); use a part of it"
        );
        assert!(many.contains("\"user4096\" in line 4098") && many.contains("--ignore id"), "{many}");
        assert_eq!(text(infer("", "y")), "t.csv is empty: its first line has to name the columns");
        let unnamed = "t.csv: column 3 of the header has no name; name it or take it out of the file (only the first may go without: \
                       then it is taken for an index and not used)";
        assert_eq!(text(infer("a,y,\n1,0,1\n", "y")), unnamed);
        assert_eq!(text(infer(",y,\n1,0,1\n", "y")), unnamed);
    }

    /// pandas writes its index as a first column without a name.
    #[test]
    fn an_index_is_no_feature() {
        let text = b",a,y\n0,5,1\n1,6,0\n";
        let options = TypingOptions { target: "y".into(), ..Default::default() };
        let (spec, summaries) = infer_summarised(text, "t.csv", &options).unwrap();
        assert_eq!(summaries.len(), 1);
        assert_eq!(
            summaries[0],
            ColumnSummary {
                name: "a".into(),
                kind: SummaryKind::Number { decimals: 0, distinct: None, told_apart: None }
            }
        );
        let table = super::super::read_table(text, "t.csv", &spec).unwrap();
        assert_eq!(table.reading.ignored_columns, ["(unnamed)"]);
    }
}
