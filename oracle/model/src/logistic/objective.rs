//! What a logistic fit minimises, its derivatives, and the damped Newton rounds that do it.

use crate::ModelError;
use crate::blocks::{BLOCK_ROWS, Block, BlockTerms, Sums, Wanted, sums};
use crate::encoder::EncodedRows;
use crate::linalg::solve_spd;
use crate::math::log_loss_of_logit;

use super::proximal::proximal_step;

/// How often a step that does not lower the objective is halved before the fit keeps where it is.
const HALVINGS_MAX: u32 = 10;
/// A step that promises less than this share of the objective cannot be judged by it: rounding is larger. 2^-50.
const ROUNDING: f64 = 8.881_784_197_001_252e-16;

pub(super) struct Objective<'a> {
    pub(super) labels: &'a [bool],
    pub(super) encoded: EncodedRows<'a>,
    pub(super) l1: f64,
    pub(super) l2: f64,
    /// Weight of a positive row; a negative one has 1.
    pub(super) positive_weight: f64,
}

/// The objective, and the gradient and packed lower triangle of the Hessian of its smooth part (all but L1).
pub(super) struct Derivatives {
    pub(super) loss: f64,
    pub(super) gradient: Vec<f64>,
    pub(super) hessian: Vec<f64>,
}

impl Objective<'_> {
    /// True if rows 0, `step`, 2·`step`, … hold positive and negative ones.
    pub(super) fn has_both_classes(&self, step: usize) -> bool {
        let (positives, rows) = self.count(step);
        positives > 0 && positives < rows
    }

    /// The objective where all weights are 0, given the intercept.
    pub(super) fn without_features(&self, intercept: f64) -> f64 {
        let (positives, rows) = self.count(1);
        let positive = positives as f64 * self.positive_weight;
        let negative = (rows - positives) as f64;
        (positive * log_loss_of_logit(intercept, true) + negative * log_loss_of_logit(intercept, false))
            / (positive + negative)
    }

    fn count(&self, step: usize) -> (u64, u64) {
        let labels = self.labels.iter().step_by(step);
        (labels.clone().filter(|&&label| label).count() as u64, labels.len() as u64)
    }

    /// Where `rounds` damped Newton rounds over rows 0, `step`, 2·`step`, … end; `None` if the objective where they would
    /// begin is not below `bound`.
    pub(super) fn minimise(
        &self,
        mut beta: Vec<f64>,
        rounds: u32,
        step: usize,
        bound: f64,
    ) -> Result<Option<Vec<f64>>, ModelError> {
        let mut here = self.derivatives(&beta, step);
        if here.loss.is_nan() || here.loss >= bound {
            return Ok(None);
        }
        for round in 1..=rounds {
            let change = if self.l1 > 0.0 {
                proximal_step(&beta, &here, self.l1)
            } else {
                let mut change = solve_spd(&here.hessian, &here.gradient)?;
                change.iter_mut().for_each(|entry| *entry = -*entry);
                change
            };
            let moved =
                |length: f64| -> Vec<f64> { beta.iter().zip(&change).map(|(b, d)| b + length * d).collect() };
            if self.promise(&beta, &here, &change) <= ROUNDING * here.loss {
                beta = moved(1.0);
                break;
            }
            let mut length = 1.0;
            let mut better = None;
            for _ in 0..=HALVINGS_MAX {
                let trial = moved(length);
                // The next round needs the derivatives there; after the last one the loss is enough.
                let there = if round < rounds {
                    self.derivatives(&trial, step)
                } else {
                    self.evaluate(&trial, step, Wanted::Scalar)
                };
                if there.loss.is_finite() && there.loss < here.loss {
                    better = Some((trial, there));
                    break;
                }
                length *= 0.5;
            }
            let Some((trial, there)) = better else {
                break;
            };
            (beta, here) = (trial, there);
        }
        Ok(Some(beta))
    }

    /// By how much the quadratic model of the objective falls over a whole step.
    fn promise(&self, beta: &[f64], here: &Derivatives, change: &[f64]) -> f64 {
        let (mut linear, mut quadratic, mut start) = (0.0, 0.0, 0);
        for (i, (&slope, &d)) in here.gradient.iter().zip(change).enumerate() {
            linear += slope * d;
            for (j, h) in here.hessian[start..=start + i].iter().enumerate() {
                let twice = if i == j { 1.0 } else { 2.0 };
                quadratic += twice * d * h * change[j];
            }
            start += i + 1;
        }
        let mut penalty = 0.0;
        for (weight, d) in beta[1..].iter().zip(&change[1..]) {
            penalty += libm::fabs(weight + d) - libm::fabs(*weight);
        }
        -(linear + 0.5 * quadratic + self.l1 * penalty)
    }

    pub(super) fn derivatives(&self, beta: &[f64], step: usize) -> Derivatives {
        self.evaluate(beta, step, Wanted::Everything)
    }

    fn evaluate(&self, beta: &[f64], step: usize, wanted: Wanted) -> Derivatives {
        let Sums { scalar, mut gradient, gram: mut hessian } =
            sums(&self.encoded, step, wanted, |block| self.block_terms(block, beta));
        let (positives, rows) = self.count(step);
        let total = positives as f64 * self.positive_weight + (rows - positives) as f64;
        let (mut absolute, mut square) = (0.0, 0.0);
        for weight in &beta[1..] {
            absolute += libm::fabs(*weight);
            square += weight * weight;
        }
        for (index, (entry, value)) in gradient.iter_mut().zip(beta).enumerate() {
            *entry /= total;
            if index > 0 {
                *entry += self.l2 * value;
            }
        }
        hessian.iter_mut().for_each(|entry| *entry /= total);
        for index in 1..gradient.len() {
            hessian[index * (index + 1) / 2 + index] += self.l2;
        }
        let loss = scalar / total + self.l1 * absolute + 0.5 * self.l2 * square;
        Derivatives { loss, gradient, hessian }
    }

    /// Loss, residual `c·(p − y)` and curvature `c·p·(1 − p)` of every row of a block.
    fn block_terms(&self, block: &Block, beta: &[f64]) -> BlockTerms {
        let logits = block.weighted_sums(beta);
        let mut terms = BlockTerms { scalar: 0.0, gradient: [0.0; BLOCK_ROWS], gram: [0.0; BLOCK_ROWS] };
        // ln(1 + e^-|x|) is summed as the logarithm of a product of factors within [1, 2], at most 2^128.
        let (mut linear, mut product) = ([0.0; 2], [1.0; 2]);
        for (index, &row) in block.rows().iter().enumerate() {
            let (logit, label) = (logits[index], self.labels[row]);
            let e = libm::exp(-libm::fabs(logit));
            let inverse = 1.0 / (1.0 + e);
            let p = if logit >= 0.0 { inverse } else { e * inverse };
            let class = usize::from(label);
            if (logit > 0.0) != label {
                linear[class] += libm::fabs(logit);
            }
            product[class] *= 1.0 + e;
            let weight = if label { self.positive_weight } else { 1.0 };
            terms.gradient[index] = weight * if label { p - 1.0 } else { p };
            terms.gram[index] = weight * (e * inverse * inverse);
        }
        terms.scalar =
            (linear[0] + libm::log(product[0])) + self.positive_weight * (linear[1] + libm::log(product[1]));
        terms
    }
}
