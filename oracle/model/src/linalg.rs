//! A symmetric positive definite solve with a fixed order of operations.

use crate::ModelError;

/// Solves `A x = b` for a symmetric positive definite `A`, given as its lower triangle packed by rows
/// (`A[i][j]` at `i(i+1)/2 + j`, j ≤ i), by Cholesky factorisation (Golub and Van Loan, 4.2).
///
/// # Errors
/// [`ModelError::Shape`] if the triangle is not that of `b`, [`ModelError::Singular`] if `A` is not positive definite.
pub fn solve_spd(packed: &[f64], b: &[f64]) -> Result<Vec<f64>, ModelError> {
    let n = b.len();
    let at = |i: usize, j: usize| i * (i + 1) / 2 + j;
    if packed.len() != n * (n + 1) / 2 {
        return Err(ModelError::Shape {
            what: "packed triangle",
            expected: n * (n + 1) / 2,
            got: packed.len(),
        });
    }
    let mut l = packed.to_vec();
    for i in 0..n {
        for j in 0..=i {
            let mut sum = l[at(i, j)];
            for k in 0..j {
                sum -= l[at(i, k)] * l[at(j, k)];
            }
            if i == j {
                if sum.is_nan() || sum <= 0.0 || sum.is_infinite() {
                    return Err(ModelError::Singular { column: i, pivot: sum });
                }
                l[at(i, i)] = libm::sqrt(sum);
            } else {
                l[at(i, j)] = sum / l[at(j, j)];
            }
        }
    }
    let mut x = b.to_vec();
    for i in 0..n {
        for k in 0..i {
            x[i] -= l[at(i, k)] * x[k];
        }
        x[i] /= l[at(i, i)];
    }
    for i in (0..n).rev() {
        for k in i + 1..n {
            x[i] -= l[at(k, i)] * x[k];
        }
        x[i] /= l[at(i, i)];
    }
    Ok(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn solves_by_hand() {
        // [[4, 2], [2, 5]] x = [8, 12] has x = [1, 2].
        assert_eq!(solve_spd(&[4.0, 2.0, 5.0], &[8.0, 12.0]).unwrap(), vec![1.0, 2.0]);
    }

    #[test]
    fn refuses_what_is_not_positive_definite() {
        assert_eq!(
            solve_spd(&[1.0, 2.0, 4.0], &[1.0, 1.0]).unwrap_err(),
            ModelError::Singular { column: 1, pivot: 0.0 }
        );
        assert!(matches!(solve_spd(&[f64::NAN], &[1.0]), Err(ModelError::Singular { column: 0, .. })));
        assert!(matches!(solve_spd(&[1.0], &[1.0, 1.0]), Err(ModelError::Shape { .. })));
    }
}
