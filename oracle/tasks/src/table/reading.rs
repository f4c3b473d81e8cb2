//! What was read of a file, and what of it could not be taken as it stood.

use std::collections::BTreeMap;

use serde::Serialize;

/// What was read, and what of it could not be taken as it stood.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Reading {
    /// Rows.
    pub rows: usize,
    /// Columns of the file that the model does not know: not used. A first column without a name, as data frames write their
    /// index, is `(unnamed)`.
    pub ignored_columns: Vec<String>,
    /// Cells without a value, by column.
    pub missing: BTreeMap<String, u64>,
    /// Cells with a category that the training file did not have, by column: taken as missing.
    pub unknown_categories: BTreeMap<String, u64>,
    /// Numbers beyond the range of the column, by column: taken as its end.
    pub out_of_range: BTreeMap<String, u64>,
    /// Numbers with more digits than the column keeps, by column: rounded by more than half a percent of the number.
    pub rounded: BTreeMap<String, u64>,
}

/// What was counted of a column.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counts {
    pub(super) missing: u64,
    pub(super) unknown_categories: u64,
    pub(super) out_of_range: u64,
    pub(super) rounded: u64,
}

impl Reading {
    /// Of a header, the columns that are not used.
    pub(super) fn of_ignored<'a>(names: impl Iterator<Item = &'a String>) -> Self {
        let told = |name: &String| if name.is_empty() { "(unnamed)".to_owned() } else { name.clone() };
        Self { ignored_columns: names.map(told).collect(), ..Self::default() }
    }

    /// Takes over what was counted of a column.
    pub(super) fn take(&mut self, column: &str, counts: Counts) {
        for (map, count) in [
            (&mut self.missing, counts.missing),
            (&mut self.unknown_categories, counts.unknown_categories),
            (&mut self.out_of_range, counts.out_of_range),
            (&mut self.rounded, counts.rounded),
        ] {
            if count > 0 {
                map.insert(column.to_owned(), count);
            }
        }
    }
}

/// What a feature column of a training file was taken for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ColumnSummary {
    /// Its name in the header.
    pub name: String,
    /// What its cells are.
    #[serde(flatten)]
    pub kind: SummaryKind,
}

/// What the cells of a feature column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum SummaryKind {
    /// Numbers.
    Number {
        /// Digits after the point that are kept.
        decimals: i16,
        /// Different numbers; absent where every digit is kept.
        #[serde(skip_serializing_if = "Option::is_none")]
        distinct: Option<usize>,
        /// How many of them remain different with the digits that are kept.
        #[serde(skip_serializing_if = "Option::is_none")]
        told_apart: Option<usize>,
    },
    /// Names.
    Category {
        /// Different names.
        values: usize,
    },
}
