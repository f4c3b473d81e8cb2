//! The class prior: what is predicted without any history. Its body in a model file (kind 0) is empty.

use crate::codec::{Body, Reader, Writer};
use crate::{Dataset, ModelError, Predict, TrainedOn};

/// A model that knows only how many of how many rows were positive, or their mean.
#[derive(Debug, Clone, PartialEq)]
pub struct PriorModel {
    pub(crate) trained_on: TrainedOn,
}

impl PriorModel {
    /// Counts the rows; an empty data set is allowed and gives even odds.
    pub fn measure(data: &Dataset<'_>) -> Self {
        Self { trained_on: TrainedOn::of(data) }
    }
}

impl Body for PriorModel {
    const KIND: u8 = 0;

    fn trained_on(&self) -> &TrainedOn {
        &self.trained_on
    }

    fn write(&self, _: &mut Writer) {}

    fn read(trained_on: TrainedOn, _: &mut Reader<'_>) -> Result<Self, ModelError> {
        Ok(Self { trained_on })
    }
}

impl Predict for PriorModel {
    fn trained_on(&self) -> &TrainedOn {
        &self.trained_on
    }

    fn margin(&self, row: &[i64]) -> Result<f64, ModelError> {
        self.trained_on.schema.check_row(row)?;
        Ok(self.base_margin())
    }

    fn explain(&self, row: &[i64]) -> Result<Vec<f64>, ModelError> {
        self.trained_on.schema.check_row(row)?;
        Ok(vec![0.0; row.len()])
    }

    fn base_margin(&self) -> f64 {
        self.trained_on.prior_margin()
    }
}
