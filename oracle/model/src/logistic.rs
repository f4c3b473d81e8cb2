//! Logistic regression with an L2 penalty, fitted by Newton's method (iteratively reweighted least squares).
//!
//! Minimises `J(b, w) = (1/n) Σ ln-loss(b + w·z, y) + (l2/2)·|w|²` over standardised features z; the
//! intercept b is not penalised (Hastie, Tibshirani and Friedman, Elements of Statistical Learning, 4.4.1).

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codec::{Body, Reader, Writer};
use crate::linalg::solve_spd;
use crate::math::{canonical, log_loss_of_logit, sigmoid};
use crate::{Dataset, Fit, ModelError, ParamGuard, Predict, Standardiser, TrainedOn};

/// Most Newton rounds a fit may be asked for.
pub const NEWTON_ROUNDS_MAX: u32 = 100;
/// How often a Newton step that does not lower the objective is halved before the fit keeps where it is.
const HALVINGS_MAX: u32 = 10;
const L2_MICRO_MAX: u32 = 1_000_000_000;

/// Unchecked hyper-parameters, integers so that a specification can hash them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogisticParams {
    /// L2 penalty on the standardised weights in millionths, 1 to 10^9 (0 could make the system singular).
    pub l2_micro: u32,
    /// Newton rounds, 1 to [`NEWTON_ROUNDS_MAX`]; exactly that many, unless no step lowers the objective.
    pub newton_rounds: u32,
}

impl Default for LogisticParams {
    /// What the interest model of the sales uses.
    fn default() -> Self {
        Self { l2_micro: 1_000, newton_rounds: 8 }
    }
}

/// Hyper-parameters within their ranges; made by [`LogisticParams::check`] alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedLogisticParams(LogisticParams);

impl ParamGuard for LogisticParams {
    type Checked = CheckedLogisticParams;

    fn check(self) -> Result<CheckedLogisticParams, ModelError> {
        let out_of_range = |name, value: u32, range| {
            Err(ModelError::Hyperparameter { name, value: value.to_string(), range })
        };
        if self.l2_micro == 0 || self.l2_micro > L2_MICRO_MAX {
            return out_of_range("l2_micro", self.l2_micro, "1 to 1000000000");
        }
        if self.newton_rounds == 0 || self.newton_rounds > NEWTON_ROUNDS_MAX {
            return out_of_range("newton_rounds", self.newton_rounds, "1 to 100");
        }
        Ok(CheckedLogisticParams(self))
    }
}

impl CheckedLogisticParams {
    /// The checked values.
    pub fn values(&self) -> &LogisticParams {
        &self.0
    }

    fn l2(&self) -> f64 {
        f64::from(self.0.l2_micro) / 1_000_000.0
    }
}

/// A fitted logistic regression.
#[derive(Debug, Clone, PartialEq)]
pub struct LogisticModel {
    pub(crate) trained_on: TrainedOn,
    pub(crate) params: LogisticParams,
    pub(crate) standardiser: Standardiser,
    pub(crate) intercept: f64,
    pub(crate) weights: Vec<f64>,
}

impl LogisticModel {
    /// Log-odds of a row whose standardised features are all 0.
    pub fn intercept(&self) -> f64 {
        self.intercept
    }

    /// Change of the log-odds per standard deviation of each feature.
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }
}

impl Body for LogisticModel {
    const KIND: u8 = 1;

    fn trained_on(&self) -> &TrainedOn {
        &self.trained_on
    }

    /// `l2_micro u32 ‖ newton_rounds u32 ‖ intercept ‖ per feature (mean ‖ deviation ‖ weight)`.
    fn write(&self, out: &mut Writer) {
        out.u32(self.params.l2_micro);
        out.u32(self.params.newton_rounds);
        out.f64(self.intercept);
        for (index, &weight) in self.weights.iter().enumerate() {
            out.f64(self.standardiser.means[index]);
            out.f64(self.standardiser.deviations[index]);
            out.f64(weight);
        }
    }

    fn read(trained_on: TrainedOn, input: &mut Reader<'_>) -> Result<Self, ModelError> {
        let params = LogisticParams { l2_micro: input.u32()?, newton_rounds: input.u32()? };
        let params = params.check()?.0;
        let intercept = input.f64()?;
        let mut standardiser = Standardiser { means: Vec::new(), deviations: Vec::new() };
        let mut weights = Vec::new();
        for _ in 0..trained_on.schema.len() {
            standardiser.means.push(input.f64()?);
            let deviation = input.f64()?;
            if deviation <= 0.0 {
                return Err(input.error(format!("standard deviation {deviation} is not positive")));
            }
            standardiser.deviations.push(deviation);
            weights.push(input.f64()?);
        }
        Ok(Self { trained_on, params, standardiser, intercept, weights })
    }
}

impl Predict for LogisticModel {
    fn trained_on(&self) -> &TrainedOn {
        &self.trained_on
    }

    fn margin(&self, row: &[i64]) -> Result<f64, ModelError> {
        let mut sum = self.intercept;
        for term in self.explain(row)? {
            sum += term;
        }
        if sum.is_finite() { Ok(sum) } else { Err(ModelError::NotFinite { what: "a margin", value: sum }) }
    }

    fn explain(&self, row: &[i64]) -> Result<Vec<f64>, ModelError> {
        self.trained_on.schema.check_row(row)?;
        let mut terms = self.standardiser.standardise(row)?;
        for (term, weight) in terms.iter_mut().zip(&self.weights) {
            *term *= weight;
        }
        Ok(terms)
    }

    fn base_margin(&self) -> f64 {
        self.intercept
    }
}

impl Fit for CheckedLogisticParams {
    type Model = LogisticModel;

    fn fit(&self, data: &Dataset<'_>) -> Result<LogisticModel, ModelError> {
        let labels = complete("logistic regression", data)?;
        let objective = Objective { data, labels, standardiser: Standardiser::measure(data), l2: self.l2() };
        // Start from the exact optimum of the model without features.
        let mut beta = vec![0.0; data.schema().len() + 1];
        beta[0] = libm::log(data.positives() as f64 / (data.rows() as u64 - data.positives()) as f64);
        for _ in 0..self.0.newton_rounds {
            let Some(next) = objective.newton_step(&beta)? else {
                break;
            };
            beta = next;
        }
        let weights = beta.split_off(1);
        let model = LogisticModel {
            trained_on: TrainedOn::of(data),
            params: self.0.clone(),
            standardiser: objective.standardiser,
            intercept: canonical(beta[0]),
            weights: weights.into_iter().map(canonical).collect(),
        };
        for &value in model.weights.iter().chain([&model.intercept]) {
            if !value.is_finite() {
                return Err(ModelError::NotFinite { what: "a fitted weight", value });
            }
        }
        Ok(model)
    }
}

/// The objective J and its gradient (intercept first, then one entry a feature) at `beta`, as the fit
/// itself computes them; public so that anyone can check a fitted model against its definition.
///
/// # Errors
/// [`ModelError::Shape`] if `beta` does not hold one entry more than there are features.
pub fn loss_and_gradient(
    data: &Dataset<'_>,
    params: &CheckedLogisticParams,
    beta: &[f64],
) -> Result<(f64, Vec<f64>), ModelError> {
    let expected = data.schema().len() + 1;
    if beta.len() != expected {
        return Err(ModelError::Shape { what: "coefficients", expected, got: beta.len() });
    }
    let labels = data.labels("the loss of a logistic regression")?;
    let objective = Objective { data, labels, standardiser: Standardiser::measure(data), l2: params.l2() };
    let derivatives = objective.derivatives(beta);
    Ok((derivatives.loss, derivatives.gradient))
}

/// The labels of data that this estimator can learn from: both classes, nothing missing.
fn complete<'a>(what: &'static str, data: &Dataset<'a>) -> Result<&'a [bool], ModelError> {
    if let Some((row, feature)) = data.first_missing() {
        return Err(ModelError::Missing { what, row, feature });
    }
    data.labels_of_both_classes(what)
}

struct Objective<'a> {
    data: &'a Dataset<'a>,
    labels: &'a [bool],
    standardiser: Standardiser,
    l2: f64,
}

/// Loss, gradient and packed lower triangle of the Hessian.
struct Derivatives {
    loss: f64,
    gradient: Vec<f64>,
    hessian: Vec<f64>,
}

impl Objective<'_> {
    /// The point one damped Newton step further, or `None` if no step of that direction lowers the objective.
    fn newton_step(&self, beta: &[f64]) -> Result<Option<Vec<f64>>, ModelError> {
        let here = self.derivatives(beta);
        let direction = solve_spd(&here.hessian, &here.gradient)?;
        let mut length = 1.0;
        for _ in 0..=HALVINGS_MAX {
            let trial: Vec<f64> = beta.iter().zip(&direction).map(|(b, d)| b - length * d).collect();
            let loss = self.loss(&trial);
            if loss.is_finite() && loss < here.loss {
                return Ok(Some(trial));
            }
            length *= 0.5;
        }
        Ok(None)
    }

    fn penalty(&self, beta: &[f64]) -> f64 {
        let mut sum = 0.0;
        for weight in &beta[1..] {
            sum += weight * weight;
        }
        0.5 * self.l2 * sum
    }

    fn loss(&self, beta: &[f64]) -> f64 {
        let partials: Vec<f64> = self
            .data
            .chunks()
            .into_par_iter()
            .map(|rows| {
                let mut z = vec![0.0; beta.len() - 1];
                let mut sum = 0.0;
                for row in rows {
                    self.standardiser.write_into(self.data.row(row), &mut z);
                    sum += log_loss_of_logit(linear(beta, &z), self.labels[row]);
                }
                sum
            })
            .collect();
        let mut total = 0.0;
        for partial in partials {
            total += partial;
        }
        total / self.data.rows() as f64 + self.penalty(beta)
    }

    fn derivatives(&self, beta: &[f64]) -> Derivatives {
        let n = beta.len();
        let partials: Vec<Derivatives> =
            self.data.chunks().into_par_iter().map(|rows| self.chunk_derivatives(beta, rows)).collect();
        let mut total =
            Derivatives { loss: 0.0, gradient: vec![0.0; n], hessian: vec![0.0; n * (n + 1) / 2] };
        for partial in partials {
            total.loss += partial.loss;
            add_into(&mut total.gradient, &partial.gradient);
            add_into(&mut total.hessian, &partial.hessian);
        }
        let rows = self.data.rows() as f64;
        total.loss = total.loss / rows + self.penalty(beta);
        for (index, entry) in total.gradient.iter_mut().enumerate() {
            *entry /= rows;
            if index > 0 {
                *entry += self.l2 * beta[index];
            }
        }
        for entry in &mut total.hessian {
            *entry /= rows;
        }
        for index in 1..n {
            total.hessian[index * (index + 1) / 2 + index] += self.l2;
        }
        total
    }

    fn chunk_derivatives(&self, beta: &[f64], rows: std::ops::Range<usize>) -> Derivatives {
        let n = beta.len();
        let mut sum = Derivatives { loss: 0.0, gradient: vec![0.0; n], hessian: vec![0.0; n * (n + 1) / 2] };
        // Entry 0 is the intercept's constant 1.
        let mut x = vec![1.0; n];
        for row in rows {
            self.standardiser.write_into(self.data.row(row), &mut x[1..]);
            let logit = linear(beta, &x[1..]);
            let label = self.labels[row];
            let p = sigmoid(logit);
            let residual = p - if label { 1.0 } else { 0.0 };
            let curvature = p * (1.0 - p);
            sum.loss += log_loss_of_logit(logit, label);
            let mut start = 0;
            for i in 0..n {
                sum.gradient[i] += residual * x[i];
                let scaled = curvature * x[i];
                // Independent sums side by side: the compiler may use vector units without reordering any.
                for (slot, value) in sum.hessian[start..=start + i].iter_mut().zip(&x) {
                    *slot += scaled * value;
                }
                start += i + 1;
            }
        }
        sum
    }
}

/// b + w·z, summed from left to right.
fn linear(beta: &[f64], z: &[f64]) -> f64 {
    let mut sum = beta[0];
    for (weight, value) in beta[1..].iter().zip(z) {
        sum += weight * value;
    }
    sum
}

fn add_into(total: &mut [f64], partial: &[f64]) {
    for (slot, value) in total.iter_mut().zip(partial) {
        *slot += value;
    }
}
