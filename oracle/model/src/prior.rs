//! The class prior: what is predicted without any history.

use crate::{Dataset, FeatureSchema, ModelError, Predict};

/// A model that knows only how many of how many rows were positive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriorModel {
    pub(crate) schema: FeatureSchema,
    pub(crate) rows: u64,
    pub(crate) positives: u64,
}

impl PriorModel {
    /// Counts the rows; an empty data set is allowed and gives even odds.
    pub fn measure(data: &Dataset<'_>) -> Self {
        Self { schema: data.schema().clone(), rows: data.rows() as u64, positives: data.positives() }
    }
}

/// ln((positives + 1) / (negatives + 1)): Laplace's rule of succession, finite for every count.
pub(crate) fn laplace_logit(rows: u64, positives: u64) -> f64 {
    let negatives = (rows - positives) as f64;
    libm::log((positives as f64 + 1.0) / (negatives + 1.0))
}

impl Predict for PriorModel {
    fn schema(&self) -> &FeatureSchema {
        &self.schema
    }

    fn logit(&self, row: &[i64]) -> Result<f64, ModelError> {
        self.schema.check_row(row)?;
        Ok(self.prior_logit())
    }

    fn explain(&self, row: &[i64]) -> Result<Vec<f64>, ModelError> {
        self.schema.check_row(row)?;
        Ok(vec![0.0; row.len()])
    }

    fn base_logit(&self) -> f64 {
        self.prior_logit()
    }

    fn prior_logit(&self) -> f64 {
        laplace_logit(self.rows, self.positives)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn laplace_by_hand() {
        assert_eq!(laplace_logit(0, 0), 0.0);
        // (1 + 1) / (2 + 1)
        assert!((laplace_logit(3, 1) - (2.0f64 / 3.0).ln()).abs() < 1e-15);
    }
}
