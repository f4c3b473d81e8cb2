//! Linear regression: a weighted sum of encoded features, by closed form or by mini-batch gradient descent.
//!
//! A real target is predicted as it is. For a binary one the sum is read as the probability that the label is 1 (a *linear
//! probability model*), clipped to [10^-6, 1 − 10^-6]; the margin is its log-odds. Missing values are treated as in
//! logistic regression.

mod closed_form;
mod descent;

pub use closed_form::{CheckedLinearParams, LinearParams};
pub use descent::{BATCH_ROWS_MAX, CheckedDescentParams, DescentParams, EPOCHS_MAX};

use crate::attribution::proportional;
use crate::blocks::{BLOCK_ROWS, Block, BlockTerms, Wanted, sums};
use crate::codec::{Body, Reader, Writer};
use crate::encoder::EncodedRows;
use crate::logistic::measure;
use crate::weighted::WeightedSum;
use crate::{
    Dataset, Encoder, ModelError, Normalisation, Output, ParamGuard, Parts, Predict, Target, TargetKind,
    TrainedOn,
};

/// Probabilities closer to 0 or 1 than this are taken for it.
const CLIP: f64 = 1e-6;

/// How a linear regression was fitted.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Method {
    ClosedForm(LinearParams),
    Descent(DescentParams),
}

/// A fitted linear regression.
#[derive(Debug, Clone, PartialEq)]
pub struct LinearModel {
    trained_on: TrainedOn,
    method: Method,
    sum: WeightedSum,
}

impl LinearModel {
    /// The sum for a row whose encoded columns are all 0.
    pub fn intercept(&self) -> f64 {
        self.sum.intercept
    }

    /// Change of the sum per unit of each encoded column.
    pub fn weights(&self) -> &[f64] {
        &self.sum.weights
    }

    /// How features become columns.
    pub fn encoder(&self) -> &Encoder {
        &self.sum.encoder
    }

    pub(crate) fn parts(&self) -> Parts<'_> {
        self.sum.parts(match self.trained_on.target {
            TargetKind::Real { .. } => Output::Margin,
            TargetKind::Binary { .. } => Output::Probability { clip: CLIP },
        })
    }

    fn margin_of(&self, sum: f64) -> f64 {
        match self.trained_on.target {
            TargetKind::Real { .. } => sum,
            TargetKind::Binary { .. } => {
                let p = sum.clamp(CLIP, 1.0 - CLIP);
                libm::log(p / (1.0 - p))
            }
        }
    }
}

impl Body for LinearModel {
    const KIND: u8 = 2;

    fn trained_on(&self) -> &TrainedOn {
        &self.trained_on
    }

    /// For a closed form `0 ‖ l2_micro u32 ‖ normalisation u8`, for gradient descent `1 ‖ learning_rate_ppm u32 ‖
    /// momentum_ppm u32 ‖ batch_rows u32 ‖ epochs u32 ‖ seed u64 ‖ normalisation u8`; then `encoder ‖ intercept ‖ per column
    /// weight`.
    fn write(&self, out: &mut Writer) {
        match &self.method {
            Method::ClosedForm(params) => {
                out.u8(0);
                out.u32(params.l2_micro);
                out.u8(params.normalisation.number());
            }
            Method::Descent(params) => {
                out.u8(1);
                out.u32(params.learning_rate_ppm);
                out.u32(params.momentum_ppm);
                out.u32(params.batch_rows);
                out.u32(params.epochs);
                out.u64(params.seed);
                out.u8(params.normalisation.number());
            }
        }
        self.sum.write(out);
    }

    fn read(trained_on: TrainedOn, input: &mut Reader<'_>) -> Result<Self, ModelError> {
        let method = match input.u8()? {
            0 => {
                let params =
                    LinearParams { l2_micro: input.u32()?, normalisation: Normalisation::read(input)? };
                Method::ClosedForm(params.check()?.values().clone())
            }
            1 => {
                let params = DescentParams {
                    learning_rate_ppm: input.u32()?,
                    momentum_ppm: input.u32()?,
                    batch_rows: input.u32()?,
                    epochs: input.u32()?,
                    seed: input.u64()?,
                    normalisation: Normalisation::read(input)?,
                };
                Method::Descent(params.check()?.values().clone())
            }
            other => return Err(input.error(format!("unknown method {other}; this version knows 0 and 1"))),
        };
        let sum = WeightedSum::read(&trained_on.schema, input)?;
        Ok(Self { trained_on, method, sum })
    }
}

impl Predict for LinearModel {
    fn trained_on(&self) -> &TrainedOn {
        &self.trained_on
    }

    fn margin(&self, row: &[i64]) -> Result<f64, ModelError> {
        self.trained_on.schema.check_row(row)?;
        Ok(self.margin_of(self.sum.value(row)?))
    }

    /// For a real target what each feature adds to the sum. For a binary one the features share the change of the log-odds in
    /// proportion to what they add to the probability.
    fn explain(&self, row: &[i64]) -> Result<Vec<f64>, ModelError> {
        self.trained_on.schema.check_row(row)?;
        let terms = self.sum.terms(row)?;
        match self.trained_on.target {
            TargetKind::Real { .. } => Ok(terms),
            TargetKind::Binary { .. } => proportional(terms, self.margin(row)? - self.base_margin()),
        }
    }

    fn base_margin(&self) -> f64 {
        self.margin_of(self.sum.intercept)
    }

    fn margins(&self, data: &Dataset<'_>) -> Result<Vec<f64>, ModelError> {
        if data.schema() != self.schema() {
            return Err(ModelError::OtherSchema);
        }
        Ok(self.sum.values(data)?.into_iter().map(|sum| self.margin_of(sum)).collect())
    }
}

/// The target of a row as a number: a label is 0 or 1.
fn target_of(data: &Dataset<'_>, row: usize) -> f64 {
    match data.target() {
        Target::Binary(labels) => f64::from(u8::from(labels[row])),
        Target::Real(values) => values[row],
    }
}

/// The mean target of data that are not empty.
fn mean_target(what: &'static str, data: &Dataset<'_>) -> Result<f64, ModelError> {
    if data.rows() == 0 {
        return Err(ModelError::Shape { what, expected: 1, got: 0 });
    }
    Ok(match data.target_kind() {
        TargetKind::Binary { positives } => positives as f64 / data.rows() as f64,
        TargetKind::Real { mean } => mean,
    })
}

/// What every row of a block adds: its squared error, `y − (b + w·z)` for the gradient, and 1 for the Gram matrix.
fn block_terms(data: &Dataset<'_>, block: &Block, beta: &[f64]) -> BlockTerms {
    let sums = block.weighted_sums(beta);
    let mut terms = BlockTerms { scalar: 0.0, gradient: [0.0; BLOCK_ROWS], gram: [0.0; BLOCK_ROWS] };
    for (index, &row) in block.rows().iter().enumerate() {
        let error = target_of(data, row) - sums[index];
        terms.scalar += error * error;
        terms.gradient[index] = error;
        terms.gram[index] = 1.0;
    }
    terms
}

/// The mean squared error `(1/N) Σ (y − A(x))²` of `A(x) = b + w·z` over encoded features z, and its gradient `−(2/N) Σ (y −
/// A(x))·(1, z)`, the intercept's entry first: what gradient descent follows, over all rows instead of a batch.
///
/// # Errors
/// [`ModelError::Shape`] if `beta` does not hold one entry more than there are columns, or if there is no row;
/// [`ModelError::TooMany`] for too many columns.
pub fn squared_error_and_gradient(
    data: &Dataset<'_>,
    normalisation: Normalisation,
    beta: &[f64],
) -> Result<(f64, Vec<f64>), ModelError> {
    mean_target("rows of a squared error (at least)", data)?;
    let encoder = measure(data, normalisation)?;
    let expected = encoder.columns() + 1;
    if beta.len() != expected {
        return Err(ModelError::Shape { what: "coefficients", expected, got: beta.len() });
    }
    let encoded = EncodedRows::once(&encoder, data);
    let sums = sums(&encoded, 1, Wanted::Everything, |block| block_terms(data, block, beta));
    let rows = data.rows() as f64;
    Ok((sums.scalar / rows, sums.gradient.iter().map(|entry| -2.0 * entry / rows).collect()))
}
