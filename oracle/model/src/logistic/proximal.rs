//! One proximal Newton step: the minimum of the quadratic model plus the L1 penalty, by coordinate descent (Friedman,
//! Hastie and Tibshirani 2010; Lee, Sun and Saunders 2014).

use super::objective::Derivatives;

/// Most sweeps over all coordinates.
const SWEEPS_MAX: u32 = 500;

/// The change of `beta` that minimises `g·d + ½ d·H·d + l1·|w + d_w|₁`; the intercept, entry 0, is not penalised. A weight
/// that ends at 0 has the change `−w` exactly.
pub(super) fn proximal_step(beta: &[f64], here: &Derivatives, l1: f64) -> Vec<f64> {
    let n = beta.len();
    let at = |i: usize, j: usize| if j <= i { i * (i + 1) / 2 + j } else { j * (j + 1) / 2 + i };
    let mut now = beta.to_vec();
    // The quadratic model's gradient where coordinate descent stands.
    let mut gradient = here.gradient.clone();
    for _ in 0..SWEEPS_MAX {
        let mut changed = false;
        for i in 0..n {
            let curvature = here.hessian[at(i, i)];
            // A column that is 0 in every row, or a loss that is flat in double precision.
            if curvature <= 0.0 {
                continue;
            }
            let target = curvature * now[i] - gradient[i];
            let next = (if i == 0 { target } else { shrink(target, l1) }) / curvature;
            let change = next - now[i];
            if change == 0.0 {
                continue;
            }
            changed = true;
            now[i] = next;
            for (j, slot) in gradient.iter_mut().enumerate() {
                *slot += here.hessian[at(i, j)] * change;
            }
        }
        if !changed {
            break;
        }
    }
    now.iter().zip(beta).map(|(now, before)| now - before).collect()
}

/// The soft threshold: `value` moved towards 0 by `by`, and no further.
fn shrink(value: f64, by: f64) -> f64 {
    if value > by {
        value - by
    } else if value < -by {
        value + by
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// H = diag(1, 2, 2), g = (1, −3, −1) at b = 0.5, w = 0, l1 = 2: the intercept moves by −1; w1 by (3 − 2)/2; w2 stays.
    #[test]
    fn separable_step_by_hand() {
        let here = Derivatives {
            loss: 0.0,
            gradient: vec![1.0, -3.0, -1.0],
            hessian: vec![1.0, 0.0, 2.0, 0.0, 0.0, 2.0],
        };
        assert_eq!(proximal_step(&[0.5, 0.0, 0.0], &here, 2.0), [-1.0, 0.5, 0.0]);
    }

    /// H = [[2, 1], [1, 2]] over weights 0.25 and 0 with g such that both end at a vertex: the optimality conditions
    /// of the quadratic model hold there.
    #[test]
    fn coupled_step_meets_its_conditions() {
        let hessian = vec![1.0, 0.5, 2.0, 0.25, 1.0, 2.0];
        let here = Derivatives { loss: 0.0, gradient: vec![0.1, -2.0, -0.9], hessian };
        let beta = [0.3, 0.25, 0.0];
        let (l1, change) = (0.5, proximal_step(&beta, &here, 0.5));
        let full = [[1.0, 0.5, 0.25], [0.5, 2.0, 1.0], [0.25, 1.0, 2.0]];
        for i in 0..3 {
            let slope: f64 = here.gradient[i] + full[i].iter().zip(&change).map(|(h, d)| h * d).sum::<f64>();
            let weight = beta[i] + change[i];
            match i {
                0 => assert!(slope.abs() < 1e-12),
                _ if weight == 0.0 => assert!(slope.abs() <= l1),
                _ => assert!((slope + l1 * weight.signum()).abs() < 1e-12),
            }
        }
        assert_eq!(beta[2] + change[2], 0.0);
        assert!(beta[1] + change[1] > 0.25);
    }
}
