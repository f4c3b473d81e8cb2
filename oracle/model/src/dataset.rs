//! Rows of integer features with a target each, checked once.

use ndarray::ArrayView2;

use crate::{FeatureSchema, MISSING, ModelError};

/// Rows per chunk of every parallel pass; part of the definition of a model's bytes.
pub const CHUNK_ROWS: usize = 4096;
/// Most rows of a data set. With [`crate::FEATURE_ABS_MAX`] it keeps `rows · Σx²` below 2^126.
pub const ROWS_MAX: usize = 1 << 32;
/// Largest magnitude of a real target.
pub const TARGET_ABS_MAX: f64 = 1e12;

/// What is to be predicted, one entry a row.
#[derive(Debug, Clone, Copy)]
pub enum Target<'a> {
    /// Did it happen?
    Binary(&'a [bool]),
    /// How much? Finite, within ±[`TARGET_ABS_MAX`].
    Real(&'a [f64]),
}

impl Target<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Binary(labels) => labels.len(),
            Self::Real(values) => values.len(),
        }
    }
}

/// What kind of target a model was fitted on, with what has to be known of it for a prediction without features.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TargetKind {
    /// Binary; how many rows were positive.
    Binary {
        /// Rows labelled 1.
        positives: u64,
    },
    /// Real; the mean.
    Real {
        /// The mean over the training rows.
        mean: f64,
    },
}

/// Rows of integer features (row-major), with a target each.
#[derive(Debug, Clone)]
pub struct Dataset<'a> {
    schema: &'a FeatureSchema,
    values: &'a [i64],
    target: Target<'a>,
    kind: TargetKind,
}

impl<'a> Dataset<'a> {
    /// Checks shapes and ranges. `features` must be in standard (row-major, contiguous) layout.
    ///
    /// # Errors
    /// As [`Dataset::with_target`].
    pub fn new(
        schema: &'a FeatureSchema,
        features: ArrayView2<'a, i64>,
        labels: &'a [bool],
    ) -> Result<Self, ModelError> {
        Self::with_target(schema, features, Target::Binary(labels))
    }

    /// As [`Dataset::new`], for any target.
    ///
    /// # Errors
    /// [`ModelError::Shape`], [`ModelError::TooMany`], [`ModelError::FeatureRange`], [`ModelError::Category`]
    /// or [`ModelError::TargetRange`].
    pub fn with_target(
        schema: &'a FeatureSchema,
        features: ArrayView2<'a, i64>,
        target: Target<'a>,
    ) -> Result<Self, ModelError> {
        let (rows, columns) = features.dim();
        if columns != schema.len() {
            return Err(ModelError::Shape { what: "columns", expected: schema.len(), got: columns });
        }
        if target.len() != rows {
            return Err(ModelError::Shape { what: "labels", expected: rows, got: target.len() });
        }
        if rows > ROWS_MAX {
            return Err(ModelError::TooMany { what: "rows", got: rows, limit: ROWS_MAX });
        }
        let values = features.to_slice().ok_or(ModelError::Shape {
            what: "stride between columns (row-major layout)",
            expected: 1,
            got: features.strides().get(1).map_or(0, |stride| stride.unsigned_abs()),
        })?;
        // A schema without features has rows without values: there is no chunk to check.
        for (row, values) in values.chunks_exact(columns.max(1)).enumerate() {
            schema.check_values(row, values)?;
        }
        let kind = match target {
            Target::Binary(labels) => {
                TargetKind::Binary { positives: labels.iter().filter(|&&label| label).count() as u64 }
            }
            Target::Real(values) => TargetKind::Real { mean: checked_mean(values)? },
        };
        Ok(Self { schema, values, target, kind })
    }

    /// As [`Dataset::new`], from a slice of rows one after the other.
    ///
    /// # Errors
    /// As [`Dataset::with_target`].
    pub fn from_rows(
        schema: &'a FeatureSchema,
        values: &'a [i64],
        labels: &'a [bool],
    ) -> Result<Self, ModelError> {
        Self::rows_with_target(schema, values, Target::Binary(labels))
    }

    /// As [`Dataset::with_target`], from a slice of rows one after the other.
    ///
    /// # Errors
    /// As [`Dataset::with_target`].
    pub fn rows_with_target(
        schema: &'a FeatureSchema,
        values: &'a [i64],
        target: Target<'a>,
    ) -> Result<Self, ModelError> {
        if target.len() > ROWS_MAX {
            return Err(ModelError::TooMany { what: "rows", got: target.len(), limit: ROWS_MAX });
        }
        let features = ArrayView2::from_shape((target.len(), schema.len()), values).map_err(|_| {
            // Below 2^43: both factors are limited.
            let expected = target.len() * schema.len();
            ModelError::Shape { what: "feature values", expected, got: values.len() }
        })?;
        Self::with_target(schema, features, target)
    }

    /// The features' names, kinds, order and version.
    pub fn schema(&self) -> &'a FeatureSchema {
        self.schema
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.target.len()
    }

    /// What is to be predicted.
    pub fn target(&self) -> Target<'a> {
        self.target
    }

    /// The kind of target, with its positives or its mean.
    pub fn target_kind(&self) -> TargetKind {
        self.kind
    }

    /// The number of rows labelled 1; 0 for a real target.
    pub fn positives(&self) -> u64 {
        match self.kind {
            TargetKind::Binary { positives } => positives,
            TargetKind::Real { .. } => 0,
        }
    }

    /// The features of one row.
    pub fn row(&self, index: usize) -> &'a [i64] {
        let columns = self.schema.len();
        &self.values[index * columns..(index + 1) * columns]
    }

    /// All feature values, row after row.
    pub fn values(&self) -> &'a [i64] {
        self.values
    }

    /// The labels, for an estimator of probabilities.
    ///
    /// # Errors
    /// [`ModelError::TargetKind`] for a real target.
    pub fn labels(&self, what: &'static str) -> Result<&'a [bool], ModelError> {
        match self.target {
            Target::Binary(labels) => Ok(labels),
            Target::Real(_) => Err(ModelError::TargetKind { what, expected: "binary", got: "real" }),
        }
    }

    /// The labels, both of which occur.
    ///
    /// # Errors
    /// [`ModelError::TargetKind`] for a real target, [`ModelError::OneClass`] if a class is missing.
    pub fn labels_of_both_classes(&self, what: &'static str) -> Result<&'a [bool], ModelError> {
        let labels = self.labels(what)?;
        let (positives, rows) = (self.positives(), self.rows() as u64);
        if positives == 0 || positives == rows {
            return Err(ModelError::OneClass { what, positives, rows });
        }
        Ok(labels)
    }

    /// The first row and column with a missing value.
    pub fn first_missing(&self) -> Option<(usize, usize)> {
        let at = self.values.iter().position(|&value| value == MISSING)?;
        Some((at / self.schema.len(), at % self.schema.len()))
    }

    /// Start and end of every chunk of [`CHUNK_ROWS`] rows, in order.
    pub(crate) fn chunks(&self) -> Vec<std::ops::Range<usize>> {
        chunks_of(self.rows())
    }
}

/// Start and end of every chunk of [`CHUNK_ROWS`] of `rows` rows, in order.
pub(crate) fn chunks_of(rows: usize) -> Vec<std::ops::Range<usize>> {
    (0..rows).step_by(CHUNK_ROWS).map(|start| start..(start + CHUNK_ROWS).min(rows)).collect()
}

fn checked_mean(values: &[f64]) -> Result<f64, ModelError> {
    let mut sum = 0.0;
    for (row, &value) in values.iter().enumerate() {
        // Written so that NaN fails.
        if !(-TARGET_ABS_MAX..=TARGET_ABS_MAX).contains(&value) {
            return Err(ModelError::TargetRange { row, value, limit: TARGET_ABS_MAX });
        }
        sum += value;
    }
    Ok(crate::math::canonical(sum / values.len().max(1) as f64))
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::*;
    use crate::FEATURE_ABS_MAX;

    fn schema(names: &[&str]) -> FeatureSchema {
        FeatureSchema::new(1, names.iter().map(|name| (*name).to_owned()).collect()).unwrap()
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
    fn real_targets_are_checked() {
        let one = schema(&["a"]);
        let data = Dataset::rows_with_target(&one, &[1, MISSING], Target::Real(&[1.0, 4.0])).unwrap();
        assert_eq!(data.target_kind(), TargetKind::Real { mean: 2.5 });
        assert_eq!(data.first_missing(), Some((1, 0)));
        assert!(matches!(
            data.labels("a test"),
            Err(ModelError::TargetKind { what: "a test", expected: "binary", got: "real" })
        ));
        for bad in [f64::NAN, f64::INFINITY, -2e12] {
            assert!(matches!(
                Dataset::rows_with_target(&one, &[1, 2], Target::Real(&[1.0, bad])),
                Err(ModelError::TargetRange { row: 1, .. })
            ));
        }
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
