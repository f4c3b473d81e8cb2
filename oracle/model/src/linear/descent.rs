//! Linear regression by mini-batch gradient descent on the mean squared error, with the curve of its epochs.

use serde::{Deserialize, Serialize};

use crate::blocks::{BLOCK_ROWS, Block, Wanted, sums};
use crate::encoder::EncodedRows;
use crate::traits::in_range;
use crate::weighted::WeightedSum;
use crate::{
    CounterRng, Curve, Dataset, Encoder, EpochLoss, Fit, ModelError, Normalisation, ParamGuard, TrainedOn,
};

use super::{LinearModel, Method, block_terms, mean_target};

/// Most rows of a mini-batch.
pub const BATCH_ROWS_MAX: u32 = 1 << 16;
/// Most passes over the rows.
pub const EPOCHS_MAX: u32 = 100_000;

/// Unchecked hyper-parameters of gradient descent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DescentParams {
    /// Step per unit of gradient in millionths, 1 to 10^6. Above 10^6 divided by the number of columns a step may
    /// overshoot.
    pub learning_rate_ppm: u32,
    /// Share of the last step that is added to the next one in millionths, 0 to 999,999.
    pub momentum_ppm: u32,
    /// Rows of a mini-batch, 1 to [`BATCH_ROWS_MAX`]; the last batch of an epoch may have fewer.
    pub batch_rows: u32,
    /// Passes over the rows, 1 to [`EPOCHS_MAX`].
    pub epochs: u32,
    /// Seed of the order of rows, which every epoch draws anew.
    pub seed: u64,
    /// How numbers are brought to one scale.
    pub normalisation: Normalisation,
}

impl Default for DescentParams {
    fn default() -> Self {
        Self {
            learning_rate_ppm: 1_000,
            momentum_ppm: 0,
            batch_rows: 32,
            epochs: 500,
            seed: 42,
            normalisation: Normalisation::Standard,
        }
    }
}

/// Hyper-parameters within their ranges; made by [`DescentParams::check`] alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedDescentParams(DescentParams);

impl ParamGuard for DescentParams {
    type Checked = CheckedDescentParams;

    fn check(self) -> Result<CheckedDescentParams, ModelError> {
        for (name, value, low, high, range) in [
            ("learning_rate_ppm", self.learning_rate_ppm, 1, 1_000_000, "1 to 1000000"),
            ("momentum_ppm", self.momentum_ppm, 0, 999_999, "0 to 999999"),
            ("batch_rows", self.batch_rows, 1, BATCH_ROWS_MAX, "1 to 65536"),
            ("epochs", self.epochs, 1, EPOCHS_MAX, "1 to 100000"),
        ] {
            in_range(name, value, low, high, range)?;
        }
        Ok(CheckedDescentParams(self))
    }
}

impl CheckedDescentParams {
    /// The checked values.
    pub fn values(&self) -> &DescentParams {
        &self.0
    }

    /// As [`Fit::fit`], with the mean squared error of every epoch (for a binary target that of the probability before
    /// clipping). The validation rows change nothing but the curve; the last epoch is the one that is kept.
    ///
    /// # Errors
    /// As [`Fit::fit`]; [`ModelError::OtherSchema`] or [`ModelError::Shape`] for validation data of other features or
    /// without a row; [`ModelError::NotFinite`] if the error grows without bound, because the learning rate is too high.
    pub fn fit_with_curve(
        &self,
        data: &Dataset<'_>,
        validation: Option<&Dataset<'_>>,
    ) -> Result<(LinearModel, Curve), ModelError> {
        let params = &self.0;
        let mean = mean_target("rows of a linear regression (at least)", data)?;
        let encoder = Encoder::measure(data, params.normalisation)?;
        if let Some(other) = validation {
            mean_target("validation rows (at least)", other)?;
            if other.schema() != data.schema() {
                return Err(ModelError::OtherSchema);
            }
        }
        let rows = u32::try_from(data.rows()).map_err(|_| ModelError::TooMany {
            what: "rows of gradient descent",
            got: data.rows(),
            limit: u32::MAX as usize,
        })?;
        let encoded = EncodedRows::new(&encoder, data);
        let kept_out = validation.map(|other| EncodedRows::new(&encoder, other));
        let mut descent = Descent::new(params, &encoder, mean);
        let mut curve = Curve { epochs: Vec::new(), best: params.epochs as usize - 1 };
        for epoch in 0..params.epochs {
            let order = CounterRng::new(params.seed, u64::from(epoch)).permutation(rows);
            let mut squares = 0.0;
            for batch in order.chunks(params.batch_rows as usize) {
                squares += descent.step(&encoded, batch);
            }
            let training = finite(squares / f64::from(rows))?;
            let validation = kept_out.as_ref().map(|rows| mean_squared_error(rows, &descent.beta));
            curve.epochs.push(EpochLoss { training, validation: validation.transpose()? });
        }
        let sum = WeightedSum::new(encoder.clone(), &descent.beta)?;
        let method = Method::Descent(params.clone());
        Ok((LinearModel { trained_on: TrainedOn::of(data), method, sum }, curve))
    }
}

impl Fit for CheckedDescentParams {
    type Model = LinearModel;

    /// Begins with all weights 0 and the intercept at the mean target, and steps along `−(2/B) Σ (y − A(x))·(1, z)` over
    /// every batch.
    fn fit(&self, data: &Dataset<'_>) -> Result<LinearModel, ModelError> {
        Ok(self.fit_with_curve(data, None)?.0)
    }
}

/// Where gradient descent stands.
struct Descent {
    learning_rate: f64,
    momentum: f64,
    beta: Vec<f64>,
    velocity: Vec<f64>,
    gradient: Vec<f64>,
    block: Block,
}

impl Descent {
    fn new(params: &DescentParams, encoder: &Encoder, mean: f64) -> Self {
        let n = encoder.columns() + 1;
        let mut beta = vec![0.0; n];
        beta[0] = mean;
        Self {
            learning_rate: f64::from(params.learning_rate_ppm) / 1_000_000.0,
            momentum: f64::from(params.momentum_ppm) / 1_000_000.0,
            beta,
            velocity: vec![0.0; n],
            gradient: vec![0.0; n],
            block: Block::new(encoder.columns()),
        }
    }

    /// One step; returns the sum of the batch's squared errors before it.
    fn step(&mut self, encoded: &EncodedRows<'_>, batch: &[u32]) -> f64 {
        self.gradient.fill(0.0);
        let mut squares = 0.0;
        for part in batch.chunks(BLOCK_ROWS) {
            self.block.fill(encoded, part.iter().map(|&row| row as usize));
            let terms = block_terms(encoded.data(), &self.block, &self.beta);
            self.block.add_products(&terms.gradient, &mut self.gradient);
            squares += terms.scalar;
        }
        let scale = 2.0 * self.learning_rate / batch.len() as f64;
        for ((weight, velocity), slope) in self.beta.iter_mut().zip(&mut self.velocity).zip(&self.gradient) {
            *velocity = self.momentum * *velocity + scale * slope;
            *weight += *velocity;
        }
        squares
    }
}

fn mean_squared_error(encoded: &EncodedRows<'_>, beta: &[f64]) -> Result<f64, ModelError> {
    let data = encoded.data();
    let sums = sums(encoded, 1, Wanted::Scalar, |block| block_terms(data, block, beta));
    finite(sums.scalar / data.rows() as f64)
}

fn finite(error: f64) -> Result<f64, ModelError> {
    if error.is_finite() {
        Ok(error)
    } else {
        Err(ModelError::NotFinite { what: "the mean squared error (lower learning_rate_ppm)", value: error })
    }
}
