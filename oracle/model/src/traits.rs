//! The trait family every estimator implements.

use rayon::prelude::*;

use crate::{Dataset, FeatureSchema, ModelError, TrainedOn};

/// Unchecked hyper-parameters that become checked ones; only checked ones can fit.
pub trait ParamGuard {
    /// The checked form.
    type Checked;
    /// Checks every parameter.
    ///
    /// # Errors
    /// [`ModelError::Hyperparameter`] naming the first parameter outside its range.
    fn check(self) -> Result<Self::Checked, ModelError>;
}

/// An error if a hyper-parameter is outside `least..=most`, which `range` says in words.
pub(crate) fn in_range<T: PartialOrd + ToString>(
    name: &'static str,
    value: T,
    least: T,
    most: T,
    range: &'static str,
) -> Result<(), ModelError> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    Err(ModelError::Hyperparameter { name, value: value.to_string(), range })
}

/// Checked hyper-parameters that learn a model from data.
pub trait Fit {
    /// The fitted model.
    type Model;
    /// Learns from all rows of `data`. The result is a function of the rows in their order alone: the
    /// number of threads of the surrounding rayon pool does not change a bit of it.
    ///
    /// # Errors
    /// If the target is not of the estimator's kind, the data hold one class only, or a number leaves the finite
    /// range.
    fn fit(&self, data: &Dataset<'_>) -> Result<Self::Model, ModelError>;
}

/// A fitted model that predicts and explains.
///
/// What it predicts is a *margin*: the log-odds that the label is 1 for a binary target, the value itself for a real
/// one.
pub trait Predict: Sync {
    /// What the model was fitted on.
    fn trained_on(&self) -> &TrainedOn;
    /// The margin of a row of integer features in schema order.
    ///
    /// # Errors
    /// [`ModelError::Shape`], [`ModelError::FeatureRange`] or [`ModelError::Category`] if the row is not of the schema.
    fn margin(&self, row: &[i64]) -> Result<f64, ModelError>;
    /// How much each feature adds to the margin, beside [`Predict::base_margin`]: their sum and the base are the
    /// margin up to rounding.
    ///
    /// # Errors
    /// As [`Predict::margin`]; [`ModelError::Unexplained`] if the model has no exact attribution.
    fn explain(&self, row: &[i64]) -> Result<Vec<f64>, ModelError>;
    /// The margin of an average row.
    fn base_margin(&self) -> f64;

    /// The features the model was fitted on.
    fn schema(&self) -> &FeatureSchema {
        &self.trained_on().schema
    }

    /// The margins of all rows of a data set, whatever its target.
    ///
    /// # Errors
    /// [`ModelError::OtherSchema`] if the data's features are not the model's; as [`Predict::margin`].
    fn margins(&self, data: &Dataset<'_>) -> Result<Vec<f64>, ModelError> {
        if data.schema() != self.schema() {
            return Err(ModelError::OtherSchema);
        }
        let chunks: Result<Vec<Vec<f64>>, ModelError> = data
            .chunks()
            .into_par_iter()
            .map(|rows| rows.map(|row| self.margin(data.row(row))).collect())
            .collect();
        Ok(chunks?.concat())
    }
}
