//! What is known of a column of a training file after its cells have been looked at, and what it is taken for.

use std::collections::BTreeSet;

use attention_model::LEVELS_MAX;

use super::cell::{decimals, is_infinite, number, yes_or_no};
use super::reading::SummaryKind;
use super::scale::Numbers;
use super::spec::{ColumnKind, TargetType};
use crate::TaskError;

/// Of so many cells with a value one may be no number, or a column that has numbers is refused: it is no column of names, but one
/// of numbers with an error in it.
const ODD_ONE_IN: u64 = 10;
/// The same of a target of zeros and ones.
const OTHER_ONE_IN: u64 = 100;

/// A cell with its line.
type Place = Option<(u64, String)>;

fn keep_first(place: &mut Place, line: u64, cell: &str) {
    if place.is_none() {
        *place = Some((line, cell.to_owned()));
    }
}

/// What is known of a column so far.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Only then yes and no are counted.
    is_target: bool,
    numbers: Numbers,
    /// Cells that are neither a number nor infinite, and the first of them.
    texts: u64,
    text: Place,
    /// Infinite cells, and the first of them.
    infinites: u64,
    infinite: Place,
    /// Cells that are a yes or a no, and the first that is neither.
    binary: u64,
    other: Place,
    /// The first value beyond the most that a category may have.
    excess: Place,
    values: BTreeSet<String>,
}

impl Seen {
    /// Nothing yet, of the target or of a feature.
    pub(super) fn of(is_target: bool) -> Self {
        Self { is_target, ..Self::default() }
    }

    /// Takes a cell that is not missing.
    pub(super) fn take(&mut self, line: u64, cell: &str) {
        if self.is_target {
            if yes_or_no(cell).is_some() {
                self.binary += 1;
            } else {
                keep_first(&mut self.other, line, cell);
            }
        }
        if let Some(value) = number(cell) {
            self.numbers.take(value, decimals(cell));
        } else if is_infinite(cell) {
            self.infinites += 1;
            keep_first(&mut self.infinite, line, cell);
        } else {
            self.texts += 1;
            keep_first(&mut self.text, line, cell);
        }
        if self.excess.is_none() && !self.values.contains(cell) {
            if self.values.len() == usize::from(LEVELS_MAX) {
                self.excess = Some((line, cell.to_owned()));
            } else {
                self.values.insert(cell.to_owned());
            }
        }
    }

    /// Cells with a value.
    fn filled(&self) -> u64 {
        self.numbers.count() as u64 + self.infinites + self.texts
    }

    /// What a feature column is taken for: numbers if all its cells are, names if it is said to be `categorical` or less than nine
    /// in ten of its cells are numbers. A column without any value is a number that is always missing.
    ///
    /// # Errors
    /// [`TaskError::OddCell`] for what lies between, [`TaskError::TooManyCategories`].
    pub(super) fn feature(
        self,
        source_name: &str,
        column: &str,
        categorical: bool,
    ) -> Result<(ColumnKind, SummaryKind), TaskError> {
        let (odd, filled) = (self.texts + self.infinites, self.filled());
        if filled == 0 || (odd == 0 && !categorical) {
            let chosen = self.numbers.choose();
            let (distinct, told_apart) = chosen.distinct.unzip();
            let summary = SummaryKind::Number { decimals: chosen.decimals, distinct, told_apart };
            return Ok((ColumnKind::Number { decimals: chosen.decimals }, summary));
        }
        // An infinity is a number that has gone wrong.
        let numeric = self.texts == 0 || (self.numbers.count() > 0 && self.texts * ODD_ONE_IN <= filled);
        if numeric && !categorical {
            return Err(self.odd(source_name, column));
        }
        if let Some((line, value)) = self.excess {
            return Err(TaskError::TooManyCategories {
                source_name: source_name.into(),
                line,
                column: column.into(),
                value,
                limit: usize::from(LEVELS_MAX),
            });
        }
        let summary = SummaryKind::Category { values: self.values.len() };
        Ok((ColumnKind::Category { values: self.values.into_iter().collect() }, summary))
    }

    /// The error that the first cell which is no finite number makes.
    fn odd(self, source_name: &str, column: &str) -> TaskError {
        let (numbers, filled) = (self.numbers.count() as u64, self.filled());
        let text = self.text.map(|place| (place, "no number"));
        let infinite = self.infinite.map(|place| (place, "infinite"));
        let first = text.into_iter().chain(infinite).min_by_key(|((line, _), _)| *line);
        // There is one, or nobody would ask.
        let ((line, value), what) = first.unwrap_or_default();
        TaskError::OddCell {
            source_name: source_name.into(),
            line,
            column: column.into(),
            value,
            what,
            numbers,
            filled,
        }
    }

    /// What a target is taken for, unless it is said.
    ///
    /// # Errors
    /// [`TaskError::Cell`] or [`TaskError::NearlyBinary`] naming the first cell that does not fit.
    pub(super) fn target(
        self,
        source_name: &str,
        column: &str,
        said: Option<TargetType>,
    ) -> Result<TargetType, TaskError> {
        let refused = |place: Place, problem| {
            place.map(|(line, value)| TaskError::Cell {
                source_name: source_name.into(),
                line,
                column: column.into(),
                value,
                problem,
            })
        };
        let filled = self.filled();
        if self.other.is_none() && said != Some(TargetType::Real) {
            return Ok(TargetType::Binary);
        }
        let error = match said {
            Some(TargetType::Binary) => refused(
                self.other.clone(),
                "is not true/false, yes/no or 1/0, as a target must be that is said to be binary",
            ),
            Some(TargetType::Real) => refused(self.infinite, "is infinite, as no target may be")
                .or(refused(self.text, "is no number, as a target must be that is said to be real")),
            None => refused(self.infinite, "is infinite, as no target may be").or(refused(
                self.text,
                "is neither a number nor true/false, yes/no, 1/0: a target has to be one of them throughout",
            )),
        };
        if let Some(error) = error {
            return Err(error);
        }
        match self.other {
            Some((line, value)) if said.is_none() && (filled - self.binary) * OTHER_ONE_IN <= filled => {
                Err(TaskError::NearlyBinary {
                    source_name: source_name.into(),
                    line,
                    column: column.into(),
                    value,
                    binary: self.binary,
                    filled,
                })
            }
            _ => Ok(TargetType::Real),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(cells: &[&str]) -> Seen {
        let mut seen = Seen::of(true);
        for (line, cell) in (2..).zip(cells) {
            seen.take(line, cell);
        }
        seen
    }

    fn feature(cells: &[&str]) -> Result<(ColumnKind, SummaryKind), String> {
        seen(cells).feature("t.csv", "a", false).map_err(|error| error.to_string())
    }

    /// Nine numbers and a word are an error, eight and a word are names.
    #[test]
    fn one_odd_cell_is_refused_by_its_place() {
        let mut cells = vec!["1"; 4];
        cells.push("1,5");
        cells.extend(["2"; 5]);
        assert_eq!(
            feature(&cells).unwrap_err(),
            "t.csv, line 6, column \"a\": \"1,5\" is no number, but 9 of the column's 10 cells with a value are numbers; correct the \
             cell (an empty one is missing), or say --categorical a if the column's values are names"
        );
        assert_eq!(feature(&cells[..9]).unwrap().1, SummaryKind::Category { values: 3 });
        assert_eq!(
            seen(&cells).feature("t.csv", "a", true).unwrap().0,
            ColumnKind::Category { values: vec!["1".into(), "1,5".into(), "2".into()] }
        );
    }

    #[test]
    fn infinities_are_refused_where_there_is_no_name() {
        for infinite in ["inf", "-Infinity", "1e309"] {
            for cells in [&["1", infinite, "2"][..], &[infinite][..]] {
                let text = feature(cells).unwrap_err();
                assert!(text.contains(&format!("{infinite:?} is infinite")), "{text}");
            }
            assert_eq!(feature(&["a", infinite, "b"]).unwrap().1, SummaryKind::Category { values: 3 });
        }
        let both = feature(&["1", "inf", "2", "3", "4", "5", "6", "7", "8", "9", "x"]).unwrap_err();
        assert!(both.starts_with("t.csv, line 3, column \"a\": \"inf\" is infinite, but 9 of"), "{both}");
    }

    #[test]
    fn columns_without_numbers_are_names() {
        assert_eq!(feature(&["x"]).unwrap().1, SummaryKind::Category { values: 1 });
        let empty = SummaryKind::Number { decimals: 0, distinct: None, told_apart: None };
        assert_eq!(feature(&[]).unwrap().1, empty);
        assert_eq!(seen(&[]).feature("t.csv", "a", true).unwrap().1, empty);
    }

    #[test]
    fn targets_are_typed_or_refused_by_line() {
        let target =
            |cells: &[&str], said| seen(cells).target("t.csv", "y", said).map_err(|error| error.to_string());
        let (binary, real) = (Some(TargetType::Binary), Some(TargetType::Real));
        assert_eq!(target(&["1.0", "0.0"], None), Ok(TargetType::Binary));
        assert_eq!(target(&["y", "F", "1"], None), Ok(TargetType::Binary));
        assert_eq!(target(&["1.0", "0.0"], real), Ok(TargetType::Real));
        assert_eq!(target(&["1", "0", "2"], None), Ok(TargetType::Real));
        let mut cells = vec!["1"; 99];
        cells.push("0.5");
        assert_eq!(
            target(&cells, None).unwrap_err(),
            "t.csv, line 101, column \"y\": \"0.5\" is neither 0 nor 1, but 99 of the 100 cells of this target are; correct the cell, \
             or say --target-kind real if it is a number to be predicted"
        );
        assert_eq!(target(&cells[1..], None), Ok(TargetType::Real));
        assert_eq!(target(&cells, real), Ok(TargetType::Real));
        assert!(
            target(&cells, binary).unwrap_err().contains("line 101, column \"y\": \"0.5\" is not true/false")
        );
        assert!(target(&["yes", "no"], real).unwrap_err().contains("\"yes\" is no number"));
        assert!(target(&["1", "inf"], None).unwrap_err().contains("\"inf\" is infinite"));
        assert!(
            target(&["1", "perhaps"], None)
                .unwrap_err()
                .contains("line 3, column \"y\": \"perhaps\" is neither")
        );
    }
}
