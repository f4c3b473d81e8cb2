//! Ridge regression in closed form, by the normal equations.

use crate::blocks::{Wanted, sums};
use crate::encoder::EncodedRows;
use crate::linalg::solve_spd;
use crate::logistic::measure;
use crate::traits::in_range;
use crate::weighted::WeightedSum;
use crate::{Dataset, Fit, ModelError, Normalisation, ParamGuard, TrainedOn};
use serde::{Deserialize, Serialize};

use super::{LinearModel, Method, block_terms, mean_target};

/// Unchecked hyper-parameters of the closed form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinearParams {
    /// L2 penalty on the weights in millionths of the mean squared error, 1 to 10^9: minimised is `(1/N) Σ (y − A(x))² +
    /// l2·|w|²`.
    pub l2_micro: u32,
    /// How numbers are brought to one scale.
    pub normalisation: Normalisation,
}

impl Default for LinearParams {
    /// As good as no penalty; enough to choose among the many best weights of columns that depend on each other.
    fn default() -> Self {
        Self { l2_micro: 1, normalisation: Normalisation::Standard }
    }
}

/// Hyper-parameters within their ranges; made by [`LinearParams::check`] alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedLinearParams(LinearParams);

impl CheckedLinearParams {
    /// The checked values.
    pub fn values(&self) -> &LinearParams {
        &self.0
    }
}

impl ParamGuard for LinearParams {
    type Checked = CheckedLinearParams;

    fn check(self) -> Result<CheckedLinearParams, ModelError> {
        in_range("l2_micro", self.l2_micro, 1, 1_000_000_000, "1 to 1000000000")?;
        Ok(CheckedLinearParams(self))
    }
}

impl Fit for CheckedLinearParams {
    type Model = LinearModel;

    /// Solves `(ZᵀZ/N + l2·I)·w = Zᵀ(y − ȳ)/N` with a constant column for the intercept, which is not penalised (Hastie,
    /// Tibshirani and Friedman, Elements of Statistical Learning, 3.4.1).
    fn fit(&self, data: &Dataset<'_>) -> Result<LinearModel, ModelError> {
        let mean = mean_target("rows of a linear regression (at least)", data)?;
        let encoder = measure(data, self.0.normalisation)?;
        let mut beta = vec![0.0; encoder.columns() + 1];
        // Errors of the mean alone: less rounding than with the targets themselves if they are far from 0.
        beta[0] = mean;
        let encoded = EncodedRows::once(&encoder, data);
        let mut sums = sums(&encoded, 1, Wanted::Everything, |block| block_terms(data, block, &beta));
        let rows = data.rows() as f64;
        sums.gram.iter_mut().chain(&mut sums.gradient).for_each(|entry| *entry /= rows);
        for index in 1..beta.len() {
            sums.gram[index * (index + 1) / 2 + index] += f64::from(self.0.l2_micro) / 1_000_000.0;
        }
        for (slot, change) in beta.iter_mut().zip(solve_spd(&sums.gram, &sums.gradient)?) {
            *slot += change;
        }
        Ok(LinearModel {
            trained_on: TrainedOn::of(data),
            method: Method::ClosedForm(self.0.clone()),
            sum: WeightedSum::new(encoder, &beta)?,
        })
    }
}
