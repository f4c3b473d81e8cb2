//! A file as integers, by the rules of its training file.

use std::collections::{BTreeMap, BTreeSet};

use attention_model::{Dataset, FeatureSchema, MISSING, TARGET_ABS_MAX, Target};

use super::cell::{is_missing, number, yes_or_no};
use super::reading::{Counts, Reading};
use super::scale::{Scale, Scaled};
use super::spec::{ColumnKind, TableSpec, TargetType};
use super::{each_row, missing_column, open};
use crate::TaskError;

/// The target of every row.
#[derive(Debug, Clone, PartialEq)]
enum Targets {
    Binary(Vec<bool>),
    Real(Vec<f64>),
}

/// Integer rows with their targets.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    schema: FeatureSchema,
    values: Vec<i64>,
    targets: Targets,
    times_s: Option<Vec<i64>>,
    /// What was read.
    pub reading: Reading,
}

impl Table {
    /// A table of binary labels that was computed and not read, with the time of every row.
    ///
    /// # Errors
    /// As [`Dataset::from_rows`]; [`attention_model::ModelError::Shape`] unless there are as many times as labels.
    pub fn of_rows(
        schema: FeatureSchema,
        values: Vec<i64>,
        labels: Vec<bool>,
        times_s: Vec<i64>,
    ) -> Result<Self, TaskError> {
        let reading = Reading { rows: labels.len(), ..Reading::default() };
        let table = Self { schema, values, targets: Targets::Binary(labels), times_s: None, reading };
        table.data()?;
        table.with_times(times_s)
    }

    /// The table with the time of every row, by which folds can be ordered.
    ///
    /// # Errors
    /// [`attention_model::ModelError::Shape`] unless there is one for each row.
    pub fn with_times(self, times_s: Vec<i64>) -> Result<Self, TaskError> {
        let (expected, got) = (self.reading.rows, times_s.len());
        if expected != got {
            return Err(attention_model::ModelError::Shape { what: "times", expected, got }.into());
        }
        Ok(Self { times_s: Some(times_s), ..self })
    }

    /// The time of every row, if the table has any.
    pub fn times_s(&self) -> Option<&[i64]> {
        self.times_s.as_deref()
    }

    /// The same rows with one feature alone. Every place from 0 to the number of features less one has one.
    ///
    /// # Errors
    /// [`TaskError::Range`] for another place.
    pub fn only(&self, feature: usize) -> Result<Self, TaskError> {
        let columns = self.schema.len();
        let Some((name, kind)) = self.schema.names().get(feature).zip(self.schema.kinds().get(feature))
        else {
            let (name, range) = ("the place of a feature", "below the number of features");
            return Err(TaskError::Range { name, value: feature.to_string(), range });
        };
        let schema = FeatureSchema::typed(self.schema.version(), vec![(name.clone(), *kind)])?;
        let values = self.values.iter().skip(feature).step_by(columns).copied().collect();
        let (targets, times_s) = (self.targets.clone(), self.times_s.clone());
        Ok(Self { schema, values, targets, times_s, reading: self.reading.clone() })
    }

    /// The rows as a data set.
    ///
    /// # Errors
    /// As [`Dataset::rows_with_target`].
    pub fn data(&self) -> Result<Dataset<'_>, TaskError> {
        let target = match &self.targets {
            Targets::Binary(labels) => Target::Binary(labels),
            Targets::Real(values) => Target::Real(values),
        };
        Ok(Dataset::rows_with_target(&self.schema, &self.values, target)?)
    }

    /// The same rows sorted by their values: what is fitted on them does not depend on the file's order.
    #[must_use]
    pub fn sorted(&self) -> Self {
        let columns = self.schema.len();
        let row = |at: usize| &self.values[at * columns..(at + 1) * columns];
        let mut order: Vec<usize> = (0..self.reading.rows).collect();
        order.sort_by(|&a, &b| {
            row(a)
                .cmp(row(b))
                .then_with(|| match &self.targets {
                    Targets::Binary(labels) => labels[a].cmp(&labels[b]),
                    Targets::Real(values) => values[a].total_cmp(&values[b]),
                })
                .then_with(|| self.times_s.as_ref().map_or(std::cmp::Ordering::Equal, |t| t[a].cmp(&t[b])))
        });
        self.chosen(&order)
    }

    /// The rows at `order`, in that order. Places beyond the end are left out.
    #[must_use]
    pub fn chosen(&self, order: &[usize]) -> Self {
        let columns = self.schema.len();
        let order: Vec<usize> = order.iter().copied().filter(|&at| at < self.reading.rows).collect();
        let mut values = Vec::with_capacity(order.len() * columns);
        for &at in &order {
            values.extend_from_slice(&self.values[at * columns..(at + 1) * columns]);
        }
        let targets = match &self.targets {
            Targets::Binary(labels) => Targets::Binary(order.iter().map(|&at| labels[at]).collect()),
            Targets::Real(values) => Targets::Real(order.iter().map(|&at| values[at]).collect()),
        };
        let times_s = self.times_s.as_ref().map(|times_s| order.iter().map(|&at| times_s[at]).collect());
        let reading = Reading { rows: order.len(), ..self.reading.clone() };
        Self { schema: self.schema.clone(), values, targets, times_s, reading }
    }
}

/// Reads a file whose columns a specification describes; their order in the file does not matter.
///
/// # Errors
/// [`TaskError`] naming the file, the line and the column.
pub fn read_table(bytes: &[u8], source_name: &str, spec: &TableSpec) -> Result<Table, TaskError> {
    read(bytes, source_name, spec, true)
}

/// As [`read_table`], for a file whose target is not known yet: that column may be missing and is not looked at. In its place the
/// table has no and 0.
///
/// # Errors
/// As [`read_table`].
pub fn read_features(bytes: &[u8], source_name: &str, spec: &TableSpec) -> Result<Table, TaskError> {
    read(bytes, source_name, spec, false)
}

fn read(bytes: &[u8], source_name: &str, spec: &TableSpec, with_target: bool) -> Result<Table, TaskError> {
    let (mut reader, header) = open(bytes, source_name)?;
    let by_name: BTreeMap<&str, usize> =
        header.iter().enumerate().map(|(at, name)| (name.as_str(), at)).collect();
    let place = |column: &str| {
        by_name.get(column).copied().ok_or_else(|| missing_column(&header, source_name, column))
    };
    let places = spec.columns.iter().map(|column| place(&column.name)).collect::<Result<Vec<_>, _>>()?;
    let target_place = if with_target { Some(place(&spec.target.name)?) } else { None };
    let known: BTreeSet<usize> = places.iter().copied().collect();
    let ignored = header
        .iter()
        .enumerate()
        .filter(|(at, name)| !known.contains(at) && name.as_str() != spec.target.name);
    let mut reading = Reading::of_ignored(ignored.map(|(_, name)| name));
    let mut counts = vec![Counts::default(); spec.columns.len()];
    let scales: Vec<Scale> = spec
        .columns
        .iter()
        .map(|column| match column.kind {
            ColumnKind::Number { decimals } => Scale::new(decimals),
            ColumnKind::Category { .. } => Scale::new(0),
        })
        .collect();
    let mut values = Vec::new();
    let mut targets = match spec.target.kind {
        TargetType::Binary => Targets::Binary(Vec::new()),
        TargetType::Real => Targets::Real(Vec::new()),
    };
    let cell_error = |line, column: &str, value: &str, problem| TaskError::Cell {
        source_name: source_name.into(),
        line,
        column: column.into(),
        value: value.into(),
        problem,
    };
    reading.rows = each_row(&mut reader, source_name, |line, record| {
        let columns = spec.columns.iter().zip(&places).zip(&scales).zip(&mut counts);
        for (((column, &at), scale), counts) in columns {
            let cell = &record[at];
            let value = match &column.kind {
                _ if is_missing(cell) => {
                    counts.missing += 1;
                    MISSING
                }
                ColumnKind::Category { values } => {
                    match values.binary_search_by(|known| known.as_str().cmp(cell)) {
                        // At most LEVELS_MAX.
                        Ok(category) => category as i64,
                        Err(_) => {
                            counts.unknown_categories += 1;
                            MISSING
                        }
                    }
                }
                ColumnKind::Number { .. } => {
                    let number = number(cell).ok_or_else(|| {
                        cell_error(
                            line,
                            &column.name,
                            cell,
                            "is no finite number, as all of the training file were",
                        )
                    })?;
                    let scaled = scale.apply(number);
                    counts.out_of_range += u64::from(matches!(scaled, Scaled::End(_)));
                    counts.rounded += u64::from(matches!(scaled, Scaled::Rounded(_)));
                    scaled.value()
                }
            };
            values.push(value);
        }
        let Some(target_place) = target_place else {
            match &mut targets {
                Targets::Binary(labels) => labels.push(false),
                Targets::Real(values) => values.push(0.0),
            }
            return Ok(());
        };
        let cell = &record[target_place];
        let bad = |problem| cell_error(line, &spec.target.name, cell, problem);
        match &mut targets {
            Targets::Binary(labels) => {
                labels.push(
                    yes_or_no(cell)
                        .ok_or_else(|| bad("is not true/false, yes/no or 1/0, as a target must be"))?,
                );
            }
            Targets::Real(values) => {
                let value = number(cell).ok_or_else(|| bad("is no finite number, as a target must be"))?;
                if libm::fabs(value) > TARGET_ABS_MAX {
                    return Err(bad("is beyond ±10^12, as no target may be: take a larger unit"));
                }
                values.push(value);
            }
        }
        Ok(())
    })?;
    for (column, counts) in spec.columns.iter().zip(counts) {
        reading.take(&column.name, counts);
    }
    Ok(Table { schema: spec.schema()?, values, targets, times_s: None, reading })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use attention_model::FEATURE_ABS_MAX;

    use super::super::typing::{TypingOptions, infer_spec};
    use super::*;

    const TRAINING: &str = "a,month,y\n1.5,Feb,TRUE\n-3,Jan,FALSE\n,Feb,no\n";

    fn spec() -> TableSpec {
        infer_spec(TRAINING.as_bytes(), "t.csv", &TypingOptions { target: "y".into(), ..Default::default() })
            .unwrap()
    }

    #[test]
    fn cells_become_integers() {
        let table = read_table(TRAINING.as_bytes(), "t.csv", &spec()).unwrap();
        assert_eq!(table.values, [15, 0, -30, 1, MISSING, 0]);
        assert_eq!(table.targets, Targets::Binary(vec![true, false, false]));
        assert_eq!(table.reading.missing, BTreeMap::from([("a".to_owned(), 1)]));
        assert_eq!(table.data().unwrap().positives(), 1);
    }

    #[test]
    fn another_file_is_read_by_name_and_reported() {
        let other = "\u{feff}y,extra,month,a\n1,x,Dec,9e30\n0,x,Jan,2\n";
        let table = read_table(other.as_bytes(), "o.csv", &spec()).unwrap();
        assert_eq!(table.values, [FEATURE_ABS_MAX, MISSING, 20, 1]);
        assert_eq!(table.reading.ignored_columns, ["extra"]);
        assert_eq!(table.reading.unknown_categories, BTreeMap::from([("month".to_owned(), 1)]));
        assert_eq!(table.reading.out_of_range, BTreeMap::from([("a".to_owned(), 1)]));
    }

    /// What is to be predicted need not be known, and is not looked at where it stands.
    #[test]
    fn features_are_read_without_a_target() {
        for text in ["month,a\nJan,2\n", "y,month,a\nperhaps,Jan,2\n"] {
            let table = read_features(text.as_bytes(), "o.csv", &spec()).unwrap();
            assert_eq!((&table.values[..], &table.reading.ignored_columns[..]), (&[20, 1][..], &[][..]));
        }
        assert_eq!(super::super::read_column(b"a,id\n1,x\n2,\n", "o.csv", "id").unwrap(), ["x", ""]);
    }

    #[test]
    fn errors_name_file_line_and_column() {
        let text = |other: &str| read_table(other.as_bytes(), "o.csv", &spec()).unwrap_err().to_string();
        assert_eq!(text("a,y\n1,1\n"), "o.csv has no column \"month\"; its columns are a, y");
        assert!(
            text("a,month,y\n1,Feb,1\nten,Feb,1\n")
                .starts_with("o.csv, line 3, column \"a\": \"ten\" is no finite")
        );
        assert!(
            text("a,month,y\n1,Feb,\n").starts_with("o.csv, line 2, column \"y\": \"\" is not true/false")
        );
        assert_eq!(text("a,month,y\n"), "o.csv has no rows below its header");
        assert_eq!(text(""), "o.csv is empty: its first line has to name the columns");
    }

    #[test]
    fn a_target_out_of_range_is_named_by_its_place() {
        let training = b"a,y\n1,2\n2,3.5\n";
        let options = TypingOptions { target: "y".into(), ..Default::default() };
        let spec = infer_spec(training, "t.csv", &options).unwrap();
        assert_eq!(
            read_table(b"a,y\n1,1e12\n2,-1.1e12\n", "o.csv", &spec).unwrap_err().to_string(),
            "o.csv, line 3, column \"y\": \"-1.1e12\" is beyond ±10^12, as no target may be: take a larger unit"
        );
    }

    /// Trained on whole numbers: what lies between is rounded, and said to be.
    #[test]
    fn fractions_that_a_column_does_not_keep_are_counted() {
        let training = b"a,y\n1,0\n2,1\n10,1\n";
        let options = TypingOptions { target: "y".into(), ..Default::default() };
        let spec = infer_spec(training, "t.csv", &options).unwrap();
        let table = read_features(b"a\n2\n2.5\n2.4999\n1000.1\n5e9\n", "o.csv", &spec).unwrap();
        assert_eq!(table.values, [2, 2, 2, 1_000, FEATURE_ABS_MAX]);
        assert_eq!(table.reading.rounded, BTreeMap::from([("a".to_owned(), 2)]));
        assert_eq!(table.reading.out_of_range, BTreeMap::from([("a".to_owned(), 1)]));
    }

    #[test]
    fn one_feature_is_taken_out_with_its_kind() {
        let table = read_table(TRAINING.as_bytes(), "t.csv", &spec()).unwrap();
        let month = table.only(1).unwrap();
        assert_eq!(month.values, [0, 1, 0]);
        assert_eq!(month.schema.names(), ["month"]);
        assert_eq!(month.schema.kinds(), [table.schema.kinds()[1]]);
        assert!(table.only(2).is_err());
        assert!(table.clone().with_times(vec![1, 2]).is_err());
        assert_eq!(table.with_times(vec![3, 1, 2]).unwrap().chosen(&[2, 0]).times_s(), Some(&[2, 3][..]));
    }

    #[test]
    fn sorted_rows_do_not_depend_on_the_file() {
        let rows = ["1,Feb,1", "1,Feb,0", "0,Jan,1"];
        let of = |order: [usize; 3]| {
            let body: Vec<&str> = order.iter().map(|&at| rows[at]).collect();
            let text = format!("a,month,y\n{}\n", body.join("\n"));
            read_table(text.as_bytes(), "o.csv", &spec()).unwrap().sorted()
        };
        assert_eq!(of([0, 1, 2]), of([2, 0, 1]));
        assert_eq!(of([0, 1, 2]).targets, Targets::Binary(vec![true, false, true]));
    }
}
