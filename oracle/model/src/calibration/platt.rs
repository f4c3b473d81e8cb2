//! Platt scaling: two parameters by Newton's method with halved steps (Platt 1999; Lin, Lin and Weng 2007).

use crate::ModelError;
use crate::linalg::solve_spd;
use crate::math::{canonical, sigmoid};

use super::{Calibrator, Targets};

const ROUNDS_MAX: u32 = 100;
const HALVINGS_MAX: u32 = 20;
/// Keeps the system positive definite where all margins are equal.
const RIDGE: f64 = 1e-12;

/// The curve of greatest likelihood for targets that are a little inside of 0 and 1.
pub(super) fn fit(margins: &[f64], labels: &[bool], targets: Targets) -> Result<Calibrator, ModelError> {
    let rows = Rows { margins, labels, targets };
    let start = libm::log((targets.positives as f64 + 1.0) / (targets.negatives as f64 + 1.0));
    let mut now = [0.0, start];
    let mut loss = rows.loss(now);
    for _ in 0..ROUNDS_MAX {
        let (gradient, hessian) = rows.derivatives(now);
        let step = solve_spd(&hessian, &gradient)?;
        let mut length = 1.0;
        let mut lower = None;
        for _ in 0..=HALVINGS_MAX {
            let trial = [now[0] - length * step[0], now[1] - length * step[1]];
            let there = rows.loss(trial);
            if there < loss {
                lower = Some((trial, there));
                break;
            }
            length *= 0.5;
        }
        let Some(better) = lower else {
            break;
        };
        (now, loss) = better;
    }
    Ok(Calibrator::Platt { slope: canonical(now[0]), intercept: canonical(now[1]) })
}

struct Rows<'a> {
    margins: &'a [f64],
    labels: &'a [bool],
    targets: Targets,
}

impl Rows<'_> {
    fn each(&self) -> impl Iterator<Item = (f64, f64)> {
        let (high, low) = (self.targets.high(), self.targets.low());
        self.margins.iter().zip(self.labels).map(move |(&m, &label)| (m, if label { high } else { low }))
    }

    /// Mean cross-entropy `ln(1 + e^x) − t·x` at `x = slope · margin + intercept`.
    fn loss(&self, [slope, intercept]: [f64; 2]) -> f64 {
        let mut sum = 0.0;
        for (margin, target) in self.each() {
            let x = slope * margin + intercept;
            let positive_part = if x > 0.0 { x } else { 0.0 };
            sum += positive_part - target * x + libm::log1p(libm::exp(-libm::fabs(x)));
        }
        sum / self.margins.len() as f64
    }

    /// Gradient, and the lower triangle of the Hessian, of [`Rows::loss`].
    fn derivatives(&self, [slope, intercept]: [f64; 2]) -> ([f64; 2], [f64; 3]) {
        let (mut gradient, mut hessian) = ([0.0; 2], [0.0; 3]);
        for (margin, target) in self.each() {
            let p = sigmoid(slope * margin + intercept);
            let (error, curvature) = (p - target, p * (1.0 - p));
            gradient[0] += error * margin;
            gradient[1] += error;
            hessian[0] += curvature * margin * margin;
            hessian[1] += curvature * margin;
            hessian[2] += curvature;
        }
        let rows = self.margins.len() as f64;
        let [a, b, c] = hessian.map(|entry| entry / rows);
        (gradient.map(|entry| entry / rows), [a + RIDGE, b, c + RIDGE])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn derivatives_of(point: [f64; 2]) -> ([f64; 2], [f64; 3], impl Fn([f64; 2]) -> f64) {
        let margins = [-2.0, -0.5, 0.25, 1.0, 3.0];
        let labels = [false, true, false, true, true];
        let targets = Targets { positives: 3, negatives: 2 };
        let rows = Rows { margins: &margins, labels: &labels, targets };
        let (gradient, hessian) = rows.derivatives(point);
        let loss = move |at| Rows { margins: &margins, labels: &labels, targets }.loss(at);
        (gradient, hessian, loss)
    }

    #[test]
    fn derivatives_agree_with_finite_differences() {
        let at = [0.7, -0.3];
        let (gradient, hessian, loss) = derivatives_of(at);
        let step = 1e-5;
        for axis in 0..2 {
            let moved = |by: f64| {
                let mut point = at;
                point[axis] += by;
                point
            };
            let numeric = (loss(moved(step)) - loss(moved(-step))) / (2.0 * step);
            assert!((numeric - gradient[axis]).abs() < 1e-9);
            let (up, _, _) = derivatives_of(moved(step));
            let (down, _, _) = derivatives_of(moved(-step));
            for other in 0..2 {
                let second = (up[other] - down[other]) / (2.0 * step);
                assert!((second - hessian[axis + other]).abs() < 1e-8);
            }
        }
    }

    /// Margins ±1, each class on one side but for its exception: two of three positives at 1, two of three negatives at −1.
    /// Targets 4/5 and 1/5, so at margin 1 the mean target is (2·4/5 + 1/5)/3 = 3/5, at −1 2/5: slope ln(3/2), intercept 0.
    #[test]
    fn two_margins_by_hand() {
        let labels = [true, true, false, false, false, true];
        let targets = Targets { positives: 3, negatives: 3 };
        match fit(&[1.0, 1.0, 1.0, -1.0, -1.0, -1.0], &labels, targets).unwrap() {
            Calibrator::Platt { slope, intercept } => {
                assert!((slope - 1.5f64.ln()).abs() < 1e-9, "{slope}");
                assert!(intercept.abs() < 1e-9, "{intercept}");
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn equal_margins_give_the_share_of_positives() {
        let targets = Targets { positives: 1, negatives: 1 };
        match fit(&[4.0, 4.0], &[true, false], targets).unwrap() {
            Calibrator::Platt { slope, intercept } => assert!((4.0 * slope + intercept).abs() < 1e-6),
            other => panic!("{other:?}"),
        }
    }
}
