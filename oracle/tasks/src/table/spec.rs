//! How the columns of a table are read.

use attention_model::{FeatureKind, FeatureSchema, MISSING};
use serde::{Deserialize, Serialize};

use crate::TaskError;

/// Version of the rules by which a table is read; part of a model's schema version.
pub(crate) const TABLE_VERSION: u32 = 1;

/// Most digits after the point that are kept: 10^308 is the largest power of ten that is a double.
pub(super) const DECIMALS_MAX: i16 = 308;
/// Fewest: by then the largest double is below 2^31.
pub(super) const DECIMALS_MIN: i16 = -300;
/// Numbers with more digits than this before or after the point are written with an exponent.
const PLAIN_DECIMALS_MAX: u16 = 15;

/// One feature column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Its name in the header.
    pub name: String,
    /// What its cells are.
    pub kind: ColumnKind,
}

/// What the cells of a column are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ColumnKind {
    /// Numbers, kept as integers: the value times `10^decimals`, rounded half to even.
    Number {
        /// Digits after the point that are kept, −300 to 308.
        decimals: i16,
    },
    /// One of these texts; any other is missing.
    Category {
        /// All texts, sorted by bytes; a text's place is its category.
        values: Vec<String>,
    },
}

impl ColumnKind {
    /// An integer of the column as its cell would be written.
    pub(crate) fn text(&self, value: i64) -> String {
        if value == MISSING {
            return "missing".into();
        }
        match self {
            Self::Category { values } => {
                usize::try_from(value).ok().and_then(|place| values.get(place)).cloned().unwrap_or_default()
            }
            Self::Number { decimals } => decimal_text(value, *decimals),
        }
    }
}

/// `value · 10^-decimals`, without zeros at the end of its fraction.
fn decimal_text(value: i64, decimals: i16) -> String {
    let digits = value.unsigned_abs().to_string();
    let sign = if value < 0 { "-" } else { "" };
    if decimals.unsigned_abs() > PLAIN_DECIMALS_MAX && value != 0 {
        // One digit before the point; there are at most 19.
        let exponent = digits.len() as i32 - 1 - i32::from(decimals);
        let (first, rest) = digits.split_at(1);
        let rest = rest.trim_end_matches('0');
        let point = if rest.is_empty() { "" } else { "." };
        return format!("{sign}{first}{point}{rest}e{exponent}");
    }
    let Ok(places) = usize::try_from(decimals) else {
        let zeros = if value == 0 { 0 } else { usize::from(decimals.unsigned_abs()) };
        return format!("{sign}{digits}{}", "0".repeat(zeros));
    };
    let padded = format!("{digits:0>width$}", width = places + 1);
    let (whole, fraction) = padded.split_at(padded.len() - places);
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{whole}{point}{fraction}")
}

/// What the target's cells are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TargetType {
    /// true, yes, t, y, 1 or false, no, f, n, 0.
    Binary,
    /// Numbers.
    Real,
}

/// The target column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetColumn {
    /// Its name in the header.
    pub name: String,
    /// What its cells are.
    pub kind: TargetType,
}

/// How a table is read: feature columns in the model's order, and the target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableSpec {
    /// Feature columns.
    pub columns: Vec<Column>,
    /// The target.
    pub target: TargetColumn,
}

impl TableSpec {
    /// What is wrong with a specification that was read from a file: numbers of digits and the order of categories.
    pub(crate) fn check(&self) -> Result<(), String> {
        for Column { name, kind } in &self.columns {
            match kind {
                ColumnKind::Number { decimals } if !(DECIMALS_MIN..=DECIMALS_MAX).contains(decimals) => {
                    return Err(format!(
                        "column {name:?} keeps {decimals} decimals, must be {DECIMALS_MIN} to {DECIMALS_MAX}"
                    ));
                }
                ColumnKind::Category { values } if !values.is_sorted_by(|a, b| a < b) => {
                    return Err(format!("the categories of column {name:?} do not rise"));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The features as estimators know them. A byte of a name that is no printable ASCII is written `%XX`.
    ///
    /// # Errors
    /// If a name is longer than a feature's may be, or there are too many columns or categories.
    pub fn schema(&self) -> Result<FeatureSchema, TaskError> {
        let features = self
            .columns
            .iter()
            .map(|column| {
                let kind = match &column.kind {
                    ColumnKind::Number { .. } => FeatureKind::Numeric,
                    ColumnKind::Category { values } => FeatureKind::Categorical {
                        // More than 2^16 categories are as many too many as 2^16.
                        levels: u16::try_from(values.len()).unwrap_or(u16::MAX),
                    },
                };
                (feature_name(&column.name), kind)
            })
            .collect();
        Ok(FeatureSchema::typed(TABLE_VERSION, features)?)
    }
}

fn feature_name(name: &str) -> String {
    let mut out = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_graphic() && byte != b'%' {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_as_cells() {
        let number = |value, decimals| ColumnKind::Number { decimals }.text(value);
        assert_eq!(
            (number(15, 1), number(-5, 2), number(120, 2), number(7, 0)),
            ("1.5".into(), "-0.05".into(), "1.2".into(), "7".into())
        );
        assert_eq!(
            (number(3, -2), number(0, -2), number(0, 3)),
            ("300".to_owned(), "0".to_owned(), "0".to_owned())
        );
        assert_eq!(
            (number(1230, 18), number(-7, -20), number(0, 300), number(5, -15)),
            ("1.23e-15".to_owned(), "-7e20".to_owned(), "0".to_owned(), "5000000000000000".to_owned())
        );
        let category = ColumnKind::Category { values: vec!["Feb".into(), "Jan".into()] };
        assert_eq!((category.text(1), category.text(MISSING)), ("Jan".to_owned(), "missing".to_owned()));
    }

    #[test]
    fn names_become_printable() {
        assert_eq!(feature_name("time spent %"), "time%20spent%20%25");
        assert_eq!(feature_name("é"), "%C3%A9");
    }
}
