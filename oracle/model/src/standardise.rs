//! Integer features to f64 with mean 0 and standard deviation 1, from exact integer statistics.

use crate::math::canonical;
use crate::{Dataset, ModelError};

/// Mean and standard deviation of every feature over the training rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Standardiser {
    pub(crate) means: Vec<f64>,
    pub(crate) deviations: Vec<f64>,
}

impl Standardiser {
    /// Measures all rows. Sums are i128 and exact, so no order of rows changes a bit. The deviation is the
    /// population's, `sqrt(n·Σx² − (Σx)²) / n`; that of a constant feature is set to 1, which makes its
    /// standardised value 0.
    pub fn measure(data: &Dataset<'_>) -> Self {
        let columns = data.schema().len();
        let mut sums = vec![0i128; columns];
        let mut squares = vec![0i128; columns];
        for row in 0..data.rows() {
            for (column, &value) in data.row(row).iter().enumerate() {
                let value = i128::from(value);
                sums[column] += value;
                squares[column] += value * value;
            }
        }
        // No overflow: |x| ≤ 2^31 and n ≤ 2^32 (checked by Dataset) keep n·Σx² ≤ 2^126.
        let n = data.rows().max(1) as i128;
        let means = sums.iter().map(|&sum| canonical(sum as f64 / n as f64)).collect();
        let deviations = sums
            .iter()
            .zip(&squares)
            .map(|(&sum, &square)| {
                let scaled_variance = n * square - sum * sum;
                if scaled_variance > 0 { libm::sqrt(scaled_variance as f64) / n as f64 } else { 1.0 }
            })
            .collect();
        Self { means, deviations }
    }

    /// Mean of each feature over the training rows.
    pub fn means(&self) -> &[f64] {
        &self.means
    }

    /// Standard deviation of each feature over the training rows; 1 for a constant feature.
    pub fn deviations(&self) -> &[f64] {
        &self.deviations
    }

    /// The standardised row.
    ///
    /// # Errors
    /// [`ModelError::Shape`] if the row's length differs from the number of measured features.
    pub fn standardise(&self, row: &[i64]) -> Result<Vec<f64>, ModelError> {
        if row.len() != self.means.len() {
            return Err(ModelError::Shape {
                what: "features of a row",
                expected: self.means.len(),
                got: row.len(),
            });
        }
        let mut out = vec![0.0; row.len()];
        self.write_into(row, &mut out);
        Ok(out)
    }

    /// As [`Standardiser::standardise`], for rows whose length is known to be right.
    pub(crate) fn write_into(&self, row: &[i64], out: &mut [f64]) {
        for (column, slot) in out.iter_mut().enumerate() {
            *slot = (row[column] as f64 - self.means[column]) / self.deviations[column];
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::FeatureSchema;

    #[test]
    fn statistics_by_hand() {
        let schema = FeatureSchema::new(1, vec!["a".into(), "constant".into()]).unwrap();
        let features = array![[1, 7], [3, 7]];
        let data = Dataset::new(&schema, features.view(), &[true, false]).unwrap();
        let measured = Standardiser::measure(&data);
        assert_eq!(measured.means(), [2.0, 7.0]);
        assert_eq!(measured.deviations(), [1.0, 1.0]);
        assert_eq!(measured.standardise(&[3, 7]).unwrap(), [1.0, 0.0]);
        assert!(matches!(measured.standardise(&[3]), Err(ModelError::Shape { expected: 2, got: 1, .. })));
    }

    #[test]
    fn largest_values_do_not_overflow() {
        let schema = FeatureSchema::new(1, vec!["a".into()]).unwrap();
        let (low, high) = (-crate::FEATURE_ABS_MAX, crate::FEATURE_ABS_MAX);
        let features = array![[low], [high]];
        let data = Dataset::new(&schema, features.view(), &[true, false]).unwrap();
        let measured = Standardiser::measure(&data);
        assert_eq!((measured.means()[0], measured.deviations()[0]), (0.0, 2_147_483_648.0));
    }
}
