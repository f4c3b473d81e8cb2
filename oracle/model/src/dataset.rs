//! Rows of integer features with binary labels, checked once.

use ndarray::ArrayView2;

use crate::ModelError;

/// Rows per chunk of every parallel pass; part of the definition of a model's bytes.
pub const CHUNK_ROWS: usize = 4096;
/// Most rows of a data set. With [`FEATURE_ABS_MAX`] it keeps `rows · Σx²` below 2^126.
pub const ROWS_MAX: usize = 1 << 32;
/// Largest magnitude of a feature value.
pub const FEATURE_ABS_MAX: i64 = 1 << 31;
/// Most features of a schema.
pub const FEATURES_MAX: usize = 1024;
/// Longest feature name, in bytes.
pub const NAME_BYTES_MAX: usize = 64;

/// Names, order and version of the features a model reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeatureSchema {
    version: u32,
    names: Vec<String>,
}

impl FeatureSchema {
    /// A schema of at most [`FEATURES_MAX`] distinct names of printable ASCII, 1 to [`NAME_BYTES_MAX`] bytes.
    ///
    /// # Errors
    /// [`ModelError::TooMany`] or [`ModelError::FeatureName`].
    pub fn new(version: u32, names: Vec<String>) -> Result<Self, ModelError> {
        if names.len() > FEATURES_MAX {
            return Err(ModelError::TooMany { what: "features", got: names.len(), limit: FEATURES_MAX });
        }
        let mut seen = std::collections::BTreeSet::new();
        for (index, name) in names.iter().enumerate() {
            let problem = if name.is_empty() {
                "empty"
            } else if name.len() > NAME_BYTES_MAX {
                "longer than 64 bytes"
            } else if !name.bytes().all(|b| b.is_ascii_graphic()) {
                "not printable ASCII without spaces"
            } else if !seen.insert(name.as_str()) {
                "a repetition"
            } else {
                continue;
            };
            return Err(ModelError::FeatureName { index, name: name.clone(), problem });
        }
        Ok(Self { version, names })
    }

    /// The version of the features' definitions.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// The names, in the order of the columns.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The number of features.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// True if there is no feature at all.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    pub(crate) fn check_row(&self, row: &[i64]) -> Result<(), ModelError> {
        if row.len() == self.len() {
            return Ok(());
        }
        Err(ModelError::Shape { what: "features of a row", expected: self.len(), got: row.len() })
    }
}

/// Rows of integer features (row-major), with a label each.
#[derive(Debug, Clone)]
pub struct Dataset<'a> {
    schema: &'a FeatureSchema,
    values: &'a [i64],
    labels: &'a [bool],
    positives: u64,
}

impl<'a> Dataset<'a> {
    /// Checks shapes and ranges. `features` must be in standard (row-major, contiguous) layout.
    ///
    /// # Errors
    /// [`ModelError::Shape`], [`ModelError::TooMany`] or [`ModelError::FeatureRange`].
    pub fn new(
        schema: &'a FeatureSchema,
        features: ArrayView2<'a, i64>,
        labels: &'a [bool],
    ) -> Result<Self, ModelError> {
        let (rows, columns) = features.dim();
        if columns != schema.len() {
            return Err(ModelError::Shape { what: "columns", expected: schema.len(), got: columns });
        }
        if labels.len() != rows {
            return Err(ModelError::Shape { what: "labels", expected: rows, got: labels.len() });
        }
        if rows > ROWS_MAX {
            return Err(ModelError::TooMany { what: "rows", got: rows, limit: ROWS_MAX });
        }
        let values = features.to_slice().ok_or(ModelError::Shape {
            what: "stride between columns (row-major layout)",
            expected: 1,
            got: features.strides().get(1).map_or(0, |stride| stride.unsigned_abs()),
        })?;
        for (at, &value) in values.iter().enumerate() {
            if value.unsigned_abs() > FEATURE_ABS_MAX.unsigned_abs() {
                let (row, feature) = (at / columns, at % columns);
                return Err(ModelError::FeatureRange { row, feature, value, limit: FEATURE_ABS_MAX });
            }
        }
        let positives = labels.iter().filter(|&&label| label).count() as u64;
        Ok(Self { schema, values, labels, positives })
    }

    /// As [`Dataset::new`], from a slice of rows one after the other.
    ///
    /// # Errors
    /// As [`Dataset::new`].
    pub fn from_rows(
        schema: &'a FeatureSchema,
        values: &'a [i64],
        labels: &'a [bool],
    ) -> Result<Self, ModelError> {
        if labels.len() > ROWS_MAX {
            return Err(ModelError::TooMany { what: "rows", got: labels.len(), limit: ROWS_MAX });
        }
        let features = ArrayView2::from_shape((labels.len(), schema.len()), values).map_err(|_| {
            // Below 2^43: both factors are limited.
            let expected = labels.len() * schema.len();
            ModelError::Shape { what: "feature values", expected, got: values.len() }
        })?;
        Self::new(schema, features, labels)
    }

    /// The features' names, order and version.
    pub fn schema(&self) -> &FeatureSchema {
        self.schema
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.labels.len()
    }

    /// The number of rows labelled 1.
    pub fn positives(&self) -> u64 {
        self.positives
    }

    /// The features of one row.
    pub fn row(&self, index: usize) -> &'a [i64] {
        let columns = self.schema.len();
        &self.values[index * columns..(index + 1) * columns]
    }

    /// All labels.
    pub fn labels(&self) -> &'a [bool] {
        self.labels
    }

    /// Start and end of every chunk of [`CHUNK_ROWS`] rows, in order.
    pub(crate) fn chunks(&self) -> Vec<std::ops::Range<usize>> {
        (0..self.rows())
            .step_by(CHUNK_ROWS)
            .map(|start| start..(start + CHUNK_ROWS).min(self.rows()))
            .collect()
    }

    /// An error unless both classes occur.
    pub(crate) fn require_both_classes(&self, what: &'static str) -> Result<(), ModelError> {
        let rows = self.rows() as u64;
        if self.positives == 0 || self.positives == rows {
            return Err(ModelError::OneClass { what, positives: self.positives, rows });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::*;

    fn schema(names: &[&str]) -> FeatureSchema {
        FeatureSchema::new(1, names.iter().map(|name| (*name).to_owned()).collect()).unwrap()
    }

    #[test]
    fn names_are_checked() {
        for (names, problem) in [
            (vec![String::new()], "empty"),
            (vec!["a b".into()], "not printable ASCII without spaces"),
            (vec!["a".into(), "a".into()], "a repetition"),
            (vec!["x".repeat(65)], "longer than 64 bytes"),
        ] {
            match FeatureSchema::new(1, names) {
                Err(ModelError::FeatureName { problem: got, .. }) => assert_eq!(got, problem),
                other => panic!("{other:?}"),
            }
        }
        let too_many = (0..=FEATURES_MAX).map(|i| format!("f{i}")).collect();
        assert!(matches!(FeatureSchema::new(1, too_many), Err(ModelError::TooMany { .. })));
    }

    #[test]
    fn shapes_and_ranges_are_checked() {
        let two = schema(&["a", "b"]);
        let features = array![[1, 2], [3, 4]];
        assert!(matches!(
            Dataset::new(&two, features.view(), &[true]),
            Err(ModelError::Shape { what: "labels", expected: 2, got: 1 })
        ));
        assert!(matches!(
            Dataset::new(&schema(&["a"]), features.view(), &[true, false]),
            Err(ModelError::Shape { what: "columns", expected: 1, got: 2 })
        ));
        assert!(matches!(
            Dataset::new(&two, features.t(), &[true, false]),
            Err(ModelError::Shape { what: "stride between columns (row-major layout)", .. })
        ));
        assert_eq!(
            Dataset::from_rows(&two, &[1, 2, 3], &[true, false]).unwrap_err(),
            ModelError::Shape { what: "feature values", expected: 4, got: 3 }
        );
        let large = array![[0, 0], [0, -FEATURE_ABS_MAX - 1]];
        assert_eq!(
            Dataset::new(&two, large.view(), &[true, false]).unwrap_err(),
            ModelError::FeatureRange {
                row: 1,
                feature: 1,
                value: -FEATURE_ABS_MAX - 1,
                limit: FEATURE_ABS_MAX
            }
        );
    }

    #[test]
    fn chunks_cover_every_row_once_in_order() {
        let one = schema(&["a"]);
        let features = Array2::<i64>::zeros((CHUNK_ROWS * 2 + 1, 1));
        let labels = vec![false; CHUNK_ROWS * 2 + 1];
        let data = Dataset::new(&one, features.view(), &labels).unwrap();
        assert_eq!(data.chunks(), vec![0..4096, 4096..8192, 8192..8193]);
    }
}
