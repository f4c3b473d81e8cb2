//! The features a model reads: their names, kinds, order and version.

use crate::ModelError;

/// Most features of a schema.
pub const FEATURES_MAX: usize = 1024;
/// Longest feature name, in bytes.
pub const NAME_BYTES_MAX: usize = 64;
/// Most categories of a feature.
pub const LEVELS_MAX: u16 = 4096;
/// Largest magnitude of a feature value.
pub const FEATURE_ABS_MAX: i64 = 1 << 31;
/// A value that was not observed. It is allowed wherever a value is; what an estimator makes of it, it says.
pub const MISSING: i64 = i64::MIN;

/// What the integers of a feature mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeatureKind {
    /// A magnitude within ±[`FEATURE_ABS_MAX`]: order and distance count.
    Numeric,
    /// One of `levels` categories, 0 to `levels − 1`: neither order nor distance means anything.
    Categorical {
        /// How many categories there are, 1 to [`LEVELS_MAX`].
        levels: u16,
    },
}

impl FeatureKind {
    /// True if `value` may stand in a column of this kind.
    pub fn admits(self, value: i64) -> bool {
        value == MISSING
            || match self {
                Self::Numeric => value.unsigned_abs() <= FEATURE_ABS_MAX.unsigned_abs(),
                Self::Categorical { levels } => (0..i64::from(levels)).contains(&value),
            }
    }
}

/// Names, kinds, order and version of the features a model reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeatureSchema {
    version: u32,
    names: Vec<String>,
    kinds: Vec<FeatureKind>,
}

impl FeatureSchema {
    /// A schema of at most [`FEATURES_MAX`] numeric features with distinct names of printable ASCII, 1 to
    /// [`NAME_BYTES_MAX`] bytes.
    ///
    /// # Errors
    /// [`ModelError::TooMany`] or [`ModelError::FeatureName`].
    pub fn new(version: u32, names: Vec<String>) -> Result<Self, ModelError> {
        Self::typed(version, names.into_iter().map(|name| (name, FeatureKind::Numeric)).collect())
    }

    /// As [`FeatureSchema::new`], with a kind for each feature.
    ///
    /// # Errors
    /// As [`FeatureSchema::new`]; [`ModelError::Levels`] for no or too many categories.
    pub fn typed(version: u32, features: Vec<(String, FeatureKind)>) -> Result<Self, ModelError> {
        if features.len() > FEATURES_MAX {
            return Err(ModelError::TooMany { what: "features", got: features.len(), limit: FEATURES_MAX });
        }
        let mut seen = std::collections::BTreeSet::new();
        for (index, (name, kind)) in features.iter().enumerate() {
            if let FeatureKind::Categorical { levels } = kind
                && !(1..=LEVELS_MAX).contains(levels)
            {
                return Err(ModelError::Levels { feature: name.clone(), levels: *levels, limit: LEVELS_MAX });
            }
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
        let (names, kinds) = features.into_iter().unzip();
        Ok(Self { version, names, kinds })
    }

    /// The version of the features' definitions.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// The names, in the order of the columns.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The kinds, in the order of the columns.
    pub fn kinds(&self) -> &[FeatureKind] {
        &self.kinds
    }

    /// The number of features.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// True if there is no feature at all.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// An error unless `row` could be a row of a data set of this schema.
    pub(crate) fn check_row(&self, row: &[i64]) -> Result<(), ModelError> {
        if row.len() != self.len() {
            return Err(ModelError::Shape {
                what: "features of a row",
                expected: self.len(),
                got: row.len(),
            });
        }
        self.check_values(0, row)
    }

    /// An error naming the first value of row number `row` that its column does not admit.
    pub(crate) fn check_values(&self, row: usize, values: &[i64]) -> Result<(), ModelError> {
        for (feature, (&value, kind)) in values.iter().zip(&self.kinds).enumerate() {
            if !kind.admits(value) {
                return Err(match kind {
                    FeatureKind::Numeric => {
                        ModelError::FeatureRange { row, feature, value, limit: FEATURE_ABS_MAX }
                    }
                    FeatureKind::Categorical { levels } => {
                        ModelError::Category { row, feature, value, levels: *levels }
                    }
                });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn categories_are_checked() {
        for levels in [0, LEVELS_MAX + 1] {
            let kind = FeatureKind::Categorical { levels };
            assert_eq!(
                FeatureSchema::typed(1, vec![("month".into(), kind)]).unwrap_err(),
                ModelError::Levels { feature: "month".into(), levels, limit: LEVELS_MAX }
            );
        }
        let kind = FeatureKind::Categorical { levels: 3 };
        let schema =
            FeatureSchema::typed(1, vec![("a".into(), FeatureKind::Numeric), ("month".into(), kind)]);
        let schema = schema.unwrap();
        for good in [[-5, 0], [5, 2], [MISSING, MISSING]] {
            schema.check_row(&good).unwrap();
        }
        for value in [-1, 3] {
            assert_eq!(
                schema.check_row(&[0, value]).unwrap_err(),
                ModelError::Category { row: 0, feature: 1, value, levels: 3 }
            );
        }
        assert!(matches!(schema.check_row(&[0]), Err(ModelError::Shape { expected: 2, got: 1, .. })));
        assert!(matches!(
            schema.check_row(&[MISSING + 1, 0]),
            Err(ModelError::FeatureRange { feature: 0, .. })
        ));
    }
}
