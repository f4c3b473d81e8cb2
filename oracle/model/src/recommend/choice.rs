//! Conditional logit (McFadden 1974): how much each score counts when users choose one item of many.
//!
//! `P(u chooses i) = e^(β·z_ui) / Σ_j e^(β·z_uj)`. β maximises the mean log-likelihood of the choices less
//! `(l2/2)·|β − β₀|²`: with few choices it stays near β₀, what is usual.

use rayon::prelude::*;

use super::solve::{add_outer, packed_len, solve_in_place};
use crate::ModelError;
use crate::math::canonical;

/// Newton rounds; fewer if no step raises the likelihood.
const ROUNDS: u32 = 12;
const HALVINGS_MAX: u32 = 10;

/// One choice: the scores of the alternatives, `width` each, side by side; the first is the one that was chosen.
pub(super) struct Choice {
    pub(super) alternatives: Vec<f64>,
}

/// The β of these choices, by Newton's method from β₀.
///
/// # Errors
/// [`ModelError::Singular`] or [`ModelError::NotFinite`] if a number leaves the finite range.
pub(super) fn fit(choices: &[Choice], start: &[f64], l2: f64) -> Result<Vec<f64>, ModelError> {
    let mut beta = start.to_vec();
    let mut loss = objective(choices, start, &beta, l2);
    for _ in 0..ROUNDS {
        let (mut direction, mut hessian) = derivatives(choices, start, &beta, l2);
        solve_in_place(&mut hessian, &mut direction)?;
        let mut length = 1.0;
        let mut better = None;
        for _ in 0..=HALVINGS_MAX {
            let trial: Vec<f64> = beta.iter().zip(&direction).map(|(b, d)| b - length * d).collect();
            let there = objective(choices, start, &trial, l2);
            if there.is_finite() && there < loss {
                better = Some((trial, there));
                break;
            }
            length *= 0.5;
        }
        let Some(step) = better else { break };
        (beta, loss) = step;
    }
    match beta.iter().find(|value| !value.is_finite()) {
        Some(&value) => Err(ModelError::NotFinite { what: "a fitted weight", value }),
        None => Ok(beta.into_iter().map(canonical).collect()),
    }
}

/// Mean negative log-likelihood and the penalty.
fn objective(choices: &[Choice], start: &[f64], beta: &[f64], l2: f64) -> f64 {
    let losses: Vec<f64> = choices
        .par_iter()
        .map(|choice| {
            let (utilities, largest) = utilities(choice, beta);
            let mut sum = 0.0;
            for utility in &utilities {
                sum += libm::exp(utility - largest);
            }
            largest + libm::log(sum) - utilities[0]
        })
        .collect();
    let mut total = 0.0;
    for loss in losses {
        total += loss;
    }
    let mut penalty = 0.0;
    for (b, s) in beta.iter().zip(start) {
        penalty += (b - s) * (b - s);
    }
    total / choices.len().max(1) as f64 + 0.5 * l2 * penalty
}

/// Gradient and packed Hessian of [`objective`].
fn derivatives(choices: &[Choice], start: &[f64], beta: &[f64], l2: f64) -> (Vec<f64>, Vec<f64>) {
    let width = beta.len();
    let parts: Vec<(Vec<f64>, Vec<f64>)> = choices
        .par_iter()
        .map(|choice| {
            let (utilities, largest) = utilities(choice, beta);
            let (mut mean, mut second, mut sum) = (vec![0.0; width], vec![0.0; packed_len(width)], 0.0);
            for (utility, z) in utilities.iter().zip(choice.alternatives.chunks(width)) {
                let weight = libm::exp(utility - largest);
                sum += weight;
                for (cell, value) in mean.iter_mut().zip(z) {
                    *cell += weight * value;
                }
                add_outer(&mut second, weight, z);
            }
            for cell in mean.iter_mut().chain(&mut second) {
                *cell /= sum;
            }
            // The Hessian is the covariance of z under the model, the gradient its mean less the chosen z.
            add_outer(&mut second, -1.0, &mean);
            for (cell, chosen) in mean.iter_mut().zip(&choice.alternatives) {
                *cell -= chosen;
            }
            (mean, second)
        })
        .collect();
    let (mut gradient, mut hessian) = (vec![0.0; width], vec![0.0; packed_len(width)]);
    for (first, second) in parts {
        for (cell, value) in gradient.iter_mut().zip(first) {
            *cell += value;
        }
        for (cell, value) in hessian.iter_mut().zip(second) {
            *cell += value;
        }
    }
    let count = choices.len().max(1) as f64;
    for cell in gradient.iter_mut().chain(&mut hessian) {
        *cell /= count;
    }
    for index in 0..width {
        gradient[index] += l2 * (beta[index] - start[index]);
        hessian[packed_len(index) + index] += l2;
    }
    (gradient, hessian)
}

/// β·z of every alternative, and the largest.
fn utilities(choice: &Choice, beta: &[f64]) -> (Vec<f64>, f64) {
    let mut largest = f64::NEG_INFINITY;
    let utilities = choice
        .alternatives
        .chunks(beta.len())
        .map(|z| {
            let mut sum = 0.0;
            for (b, value) in beta.iter().zip(z) {
                sum += b * value;
            }
            largest = if sum > largest { sum } else { largest };
            sum
        })
        .collect();
    (utilities, largest)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One score of two alternatives, chosen 3 of 4 times where it is 1 and the other's 0: e^β/(e^β + 1) = 3/4, β = ln 3.
    #[test]
    fn weight_by_hand() {
        let choice = |chosen: f64| Choice { alternatives: vec![chosen, 1.0 - chosen] };
        let choices = [choice(1.0), choice(1.0), choice(1.0), choice(0.0)];
        let beta = fit(&choices, &[0.0], 0.0).unwrap();
        assert!((beta[0] - 3f64.ln()).abs() < 1e-9, "{beta:?}");
        // A heavy penalty keeps it where it starts, and so does no choice at all.
        assert!((fit(&choices, &[0.5], 1e9).unwrap()[0] - 0.5).abs() < 1e-6);
        assert_eq!(fit(&[], &[0.5], 1.0).unwrap(), [0.5]);
    }

    #[test]
    fn derivatives_agree_with_finite_differences() {
        let choices: Vec<Choice> = (0..20)
            .map(|row| Choice {
                alternatives: (0..30).map(|at| f64::from((row * 31 + at * at * 7) % 19) / 19.0).collect(),
            })
            .collect();
        let (start, beta, step) = ([0.1, 0.2, 0.3], [0.7, -0.4, 1.1], 1e-5);
        let (gradient, hessian) = derivatives(&choices, &start, &beta, 0.01);
        for i in 0..3 {
            let moved = |sign: f64| {
                let mut there = beta;
                there[i] += sign * step;
                there
            };
            let numeric = (objective(&choices, &start, &moved(1.0), 0.01)
                - objective(&choices, &start, &moved(-1.0), 0.01))
                / (2.0 * step);
            assert!((numeric - gradient[i]).abs() < 1e-8);
            let (up, down) = (
                derivatives(&choices, &start, &moved(1.0), 0.01).0,
                derivatives(&choices, &start, &moved(-1.0), 0.01).0,
            );
            for j in 0..=i {
                let numeric = (up[j] - down[j]) / (2.0 * step);
                assert!((numeric - hessian[packed_len(i) + j]).abs() < 1e-7);
            }
        }
    }
}
