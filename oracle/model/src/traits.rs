//! The trait family every estimator implements.

use crate::{Dataset, FeatureSchema, ModelError};

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

/// Checked hyper-parameters that learn a model from data.
pub trait Fit {
    /// The fitted model.
    type Model;
    /// Learns from all rows of `data`. The result is a function of the rows in their order alone: the
    /// number of threads of the surrounding rayon pool does not change a bit of it.
    ///
    /// # Errors
    /// If the data hold one class only, or a number leaves the finite range.
    fn fit(&self, data: &Dataset<'_>) -> Result<Self::Model, ModelError>;
}

/// A fitted model that predicts and explains.
pub trait Predict {
    /// The features the model was fitted on.
    fn schema(&self) -> &FeatureSchema;
    /// The log-odds that the label is 1 for a row of integer features in schema order.
    ///
    /// # Errors
    /// [`ModelError::Shape`] if the row's length is not the schema's.
    fn logit(&self, row: &[i64]) -> Result<f64, ModelError>;
    /// How much each feature adds to the log-odds, beside [`Predict::base_logit`]: their sum and the base
    /// are the logit up to rounding.
    ///
    /// # Errors
    /// [`ModelError::Shape`] if the row's length is not the schema's.
    fn explain(&self, row: &[i64]) -> Result<Vec<f64>, ModelError>;
    /// The log-odds of an average row.
    fn base_logit(&self) -> f64;
    /// The log-odds of the class prior, the prediction for somebody without history:
    /// ln((positives + 1) / (negatives + 1)), Laplace's rule of succession.
    fn prior_logit(&self) -> f64;
}
