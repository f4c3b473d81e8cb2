//! Logistic regression with L2 and L1 penalties and class weights.
//!
//! Minimises `J(b, w) = (1/Σc) Σ c·ln-loss(b + w·z, y) + l1·|w|₁ + (l2/2)·|w|²` over encoded features z, with c the
//! weight of the row's class; the intercept b is not penalised (Hastie, Tibshirani and Friedman, Elements of Statistical
//! Learning, 4.4). Without L1 by Newton's method (iteratively reweighted least squares), with it by proximal Newton
//! steps, which set weights to exactly 0.
//!
//! A number that is missing stands at the centre and sets the feature's column for missing values; a missing category
//! sets no column of the feature but that one.

mod objective;
mod proximal;

use crate::codec::{Body, Reader, Writer};
use crate::encoder::EncodedRows;
use crate::traits::in_range;
use crate::weighted::WeightedSum;
use crate::{
    Dataset, Encoder, Fit, ModelError, Normalisation, Output, ParamGuard, Parts, Predict, TrainedOn,
    class_weight,
};
use objective::Objective;
use serde::{Deserialize, Serialize};

/// Most Newton rounds a fit may be asked for.
pub const NEWTON_ROUNDS_MAX: u32 = 100;
/// Most columns of a fit that solves for all weights at once; its matrix has the square of it.
pub const DENSE_COLUMNS_MAX: usize = 2048;
const PENALTY_MICRO_MAX: u32 = 1_000_000_000;
/// The warm rounds look at every row whose number is a multiple of this.
const WARM_STEP: usize = 16;
/// From this many rows on, warm rounds look at a part of them.
const WARM_ROWS_MIN: usize = 1 << 16;

/// Unchecked hyper-parameters, integers so that a specification can hash them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogisticParams {
    /// L2 penalty on the weights in millionths of the mean loss, up to 10^9. At least 1 without L1 (0 could make the
    /// system singular). scikit-learn's `C` is `10^6 / (l2_micro · rows)`.
    pub l2_micro: u32,
    /// L1 penalty in millionths, up to 10^9; 0 for none.
    pub l1_micro: u32,
    /// Newton rounds over all rows, 1 to [`NEWTON_ROUNDS_MAX`]; fewer only if no step lowers the objective, or if the
    /// next one would lower it by less than its rounding.
    pub newton_rounds: u32,
    /// Newton rounds before those, up to [`NEWTON_ROUNDS_MAX`], over every 16th row; over all if there are fewer than
    /// 65,536. Most of the way costs a sixteenth.
    pub warm_rounds: u32,
    /// Weight of a positive row in millionths, 1 to 10^9, where a negative row has 10^6. Other than 10^6, margins are
    /// those of a population with that share of positives.
    pub positive_weight_ppm: u32,
    /// How numbers are brought to one scale.
    pub normalisation: Normalisation,
}

impl Default for LogisticParams {
    /// Near the penalty of scikit-learn's `C = 1` at a few thousand rows, ranks as features (measured: what people do has
    /// long tails), and rounds enough for any data met so far.
    fn default() -> Self {
        Self {
            l2_micro: 300,
            l1_micro: 0,
            newton_rounds: 3,
            warm_rounds: 6,
            positive_weight_ppm: class_weight::UNIT_PPM,
            normalisation: Normalisation::Quantile,
        }
    }
}

/// Hyper-parameters within their ranges; made by [`LogisticParams::check`] alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedLogisticParams(LogisticParams);

impl ParamGuard for LogisticParams {
    type Checked = CheckedLogisticParams;

    fn check(self) -> Result<CheckedLogisticParams, ModelError> {
        let l2_min = u32::from(self.l1_micro == 0);
        for (name, value, low, high, range) in [
            ("l1_micro", self.l1_micro, 0, PENALTY_MICRO_MAX, "0 to 1000000000"),
            ("l2_micro", self.l2_micro, l2_min, PENALTY_MICRO_MAX, "1 (0 with l1_micro) to 1000000000"),
            ("newton_rounds", self.newton_rounds, 1, NEWTON_ROUNDS_MAX, "1 to 100"),
            ("warm_rounds", self.warm_rounds, 0, NEWTON_ROUNDS_MAX, "0 to 100"),
        ] {
            in_range(name, value, low, high, range)?;
        }
        class_weight::check(self.positive_weight_ppm)?;
        Ok(CheckedLogisticParams(self))
    }
}

impl CheckedLogisticParams {
    /// The checked values.
    pub fn values(&self) -> &LogisticParams {
        &self.0
    }

    /// The optimum by way of warm rounds; `None` if there are none, or if they end where it is no better than without
    /// features: rows in an unlucky order can lead a part of them astray.
    fn warm(&self, objective: &Objective<'_>, cold: &[f64]) -> Result<Option<Vec<f64>>, ModelError> {
        let step = if objective.labels.len() < WARM_ROWS_MIN { 1 } else { WARM_STEP };
        if self.0.warm_rounds == 0 || !objective.has_both_classes(step) {
            return Ok(None);
        }
        let Ok(Some(start)) = objective.minimise(cold.to_vec(), self.0.warm_rounds, step, f64::INFINITY)
        else {
            return Ok(None);
        };
        objective.minimise(start, self.0.newton_rounds, 1, objective.without_features(cold[0]))
    }

    fn objective<'a>(
        &self,
        data: &'a Dataset<'a>,
        encoder: &'a Encoder,
    ) -> Result<Objective<'a>, ModelError> {
        let micro = |value: u32| f64::from(value) / 1_000_000.0;
        Ok(Objective {
            labels: data.labels("logistic regression")?,
            encoded: EncodedRows::new(encoder, data),
            l1: micro(self.0.l1_micro),
            l2: micro(self.0.l2_micro),
            positive_weight: class_weight::of(self.0.positive_weight_ppm),
        })
    }
}

/// A fitted logistic regression.
#[derive(Debug, Clone, PartialEq)]
pub struct LogisticModel {
    trained_on: TrainedOn,
    params: LogisticParams,
    sum: WeightedSum,
}

impl LogisticModel {
    /// Log-odds of a row whose encoded columns are all 0.
    pub fn intercept(&self) -> f64 {
        self.sum.intercept
    }

    /// Change of the log-odds per unit of each encoded column.
    pub fn weights(&self) -> &[f64] {
        &self.sum.weights
    }

    /// How features become columns.
    pub fn encoder(&self) -> &Encoder {
        &self.sum.encoder
    }

    pub(crate) fn parts(&self) -> Parts<'_> {
        self.sum.parts(Output::Margin)
    }
}

impl Body for LogisticModel {
    const KIND: u8 = 1;

    fn trained_on(&self) -> &TrainedOn {
        &self.trained_on
    }

    /// `l2_micro u32 ‖ l1_micro u32 ‖ newton_rounds u32 ‖ warm_rounds u32 ‖ positive_weight_ppm u32 ‖ normalisation u8 ‖
    /// encoder ‖ intercept ‖ per column weight`.
    fn write(&self, out: &mut Writer) {
        out.u32(self.params.l2_micro);
        out.u32(self.params.l1_micro);
        out.u32(self.params.newton_rounds);
        out.u32(self.params.warm_rounds);
        out.u32(self.params.positive_weight_ppm);
        out.u8(self.params.normalisation.number());
        self.sum.write(out);
    }

    fn read(trained_on: TrainedOn, input: &mut Reader<'_>) -> Result<Self, ModelError> {
        let params = LogisticParams {
            l2_micro: input.u32()?,
            l1_micro: input.u32()?,
            newton_rounds: input.u32()?,
            warm_rounds: input.u32()?,
            positive_weight_ppm: input.u32()?,
            normalisation: Normalisation::read(input)?,
        };
        let params = params.check()?.0;
        trained_on.expect_binary(input)?;
        let sum = WeightedSum::read(&trained_on.schema, input)?;
        Ok(Self { trained_on, params, sum })
    }
}

impl Predict for LogisticModel {
    fn trained_on(&self) -> &TrainedOn {
        &self.trained_on
    }

    fn margin(&self, row: &[i64]) -> Result<f64, ModelError> {
        self.trained_on.schema.check_row(row)?;
        self.sum.value(row)
    }

    fn explain(&self, row: &[i64]) -> Result<Vec<f64>, ModelError> {
        self.trained_on.schema.check_row(row)?;
        self.sum.terms(row)
    }

    fn base_margin(&self) -> f64 {
        self.sum.intercept
    }

    fn margins(&self, data: &Dataset<'_>) -> Result<Vec<f64>, ModelError> {
        if data.schema() != self.schema() {
            return Err(ModelError::OtherSchema);
        }
        self.sum.values(data)
    }
}

impl Fit for CheckedLogisticParams {
    type Model = LogisticModel;

    fn fit(&self, data: &Dataset<'_>) -> Result<LogisticModel, ModelError> {
        data.labels_of_both_classes("logistic regression")?;
        let encoder = measure(data, self.0.normalisation)?;
        let objective = self.objective(data, &encoder)?;
        // The exact optimum of the model without features.
        let mut cold = vec![0.0; encoder.columns() + 1];
        let (positives, rows) = (data.positives(), data.rows() as u64);
        cold[0] = libm::log(objective.positive_weight * positives as f64 / (rows - positives) as f64);
        let beta = match self.warm(&objective, &cold)? {
            Some(beta) => beta,
            None => objective
                .minimise(cold, self.0.newton_rounds, 1, f64::INFINITY)?
                .ok_or(ModelError::NotFinite { what: "the loss without features", value: f64::NAN })?,
        };
        let sum = WeightedSum::new(encoder, &beta)?;
        Ok(LogisticModel { trained_on: TrainedOn::of(data), params: self.0.clone(), sum })
    }
}

/// The encoder of data whose columns a dense system can hold.
pub(crate) fn measure(data: &Dataset<'_>, normalisation: Normalisation) -> Result<Encoder, ModelError> {
    let encoder = Encoder::measure(data, normalisation)?;
    if encoder.columns() > DENSE_COLUMNS_MAX {
        let names = data.schema().names().iter();
        let widths = encoder.columns_of_features().into_iter().map(|columns| columns.len());
        // There is one, or there were no columns.
        let widest = names.zip(widths).max_by_key(|(_, columns)| *columns);
        let (feature, columns) = widest.map_or((String::new(), 0), |(name, columns)| (name.clone(), columns));
        let (got, limit) = (encoder.columns(), DENSE_COLUMNS_MAX);
        return Err(ModelError::EncodedColumns { got, limit, feature, columns });
    }
    Ok(encoder)
}

/// The objective J and the gradient of its smooth part (intercept first, then one entry an encoded column) at `beta`, as
/// the fit itself computes them; public so that anyone can check a fitted model against its definition.
///
/// # Errors
/// [`ModelError::Shape`] if `beta` does not hold one entry more than there are columns; as the fit's for data it refuses.
pub fn loss_and_gradient(
    data: &Dataset<'_>,
    params: &CheckedLogisticParams,
    beta: &[f64],
) -> Result<(f64, Vec<f64>), ModelError> {
    let encoder = measure(data, params.0.normalisation)?;
    let expected = encoder.columns() + 1;
    if beta.len() != expected {
        return Err(ModelError::Shape { what: "coefficients", expected, got: beta.len() });
    }
    let derivatives = params.objective(data, &encoder)?.derivatives(beta, 1);
    Ok((derivatives.loss, derivatives.gradient))
}
