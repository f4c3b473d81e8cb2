//! The arithmetic of alternating least squares: sums of outer products and their solution, in one fixed order.
//!
//! A symmetric matrix is its lower triangle packed by rows: `A[i][j]` at `i(i+1)/2 + j`, j ≤ i. The inner loops run over
//! independent cells, so that the compiler may use vector units without reordering any sum.

use rayon::prelude::*;

use crate::ModelError;

/// Rows whose outer products are summed by one thread; the sums of chunks are added in order.
const CHUNK: usize = 1024;

/// Length of the packed triangle of an n × n matrix.
pub(super) fn packed_len(n: usize) -> usize {
    n * (n + 1) / 2
}

/// `A += weight · y yᵀ`.
pub(super) fn add_outer(packed: &mut [f64], weight: f64, y: &[f64]) {
    let mut start = 0;
    for (i, &value) in y.iter().enumerate() {
        let scaled = weight * value;
        for (cell, other) in packed[start..=start + i].iter_mut().zip(y) {
            *cell += scaled * other;
        }
        start += i + 1;
    }
}

/// `Yᵀ Y` of factors with `width` columns.
pub(super) fn gramian(factors: &[f64], width: usize) -> Vec<f64> {
    let partials: Vec<Vec<f64>> = factors
        .par_chunks(CHUNK * width)
        .map(|rows| {
            let mut sum = vec![0.0; packed_len(width)];
            for row in rows.chunks(width) {
                add_outer(&mut sum, 1.0, row);
            }
            sum
        })
        .collect();
    let mut total = vec![0.0; packed_len(width)];
    for partial in partials {
        for (cell, value) in total.iter_mut().zip(partial) {
            *cell += value;
        }
    }
    total
}

/// Replaces `b` by the x with `A x = b`, A symmetric positive definite, and A by its Cholesky factor (Golub and Van Loan,
/// 4.2.6, outer products). `b` has n entries and A the [`packed_len`] of n.
///
/// # Errors
/// [`ModelError::Singular`] if A is not positive definite.
pub(super) fn solve_in_place(a: &mut [f64], b: &mut [f64]) -> Result<(), ModelError> {
    let n = b.len();
    let row = |i: usize| i * (i + 1) / 2;
    let mut column = vec![0.0; n];
    for j in 0..n {
        let pivot = a[row(j) + j];
        if pivot.is_nan() || pivot <= 0.0 || pivot.is_infinite() {
            return Err(ModelError::Singular { column: j, pivot });
        }
        let root = libm::sqrt(pivot);
        a[row(j) + j] = root;
        for i in j + 1..n {
            let value = a[row(i) + j] / root;
            a[row(i) + j] = value;
            column[i] = value;
        }
        for i in j + 1..n {
            let factor = column[i];
            let start = row(i);
            for (cell, value) in a[start + j + 1..=start + i].iter_mut().zip(&column[j + 1..=i]) {
                *cell -= factor * value;
            }
        }
    }
    for i in 0..n {
        let start = row(i);
        let mut sum = b[i];
        for (l, x) in a[start..start + i].iter().zip(&b[..i]) {
            sum -= l * x;
        }
        b[i] = sum / a[start + i];
    }
    for i in (0..n).rev() {
        let start = row(i);
        let x = b[i] / a[start + i];
        b[i] = x;
        for (cell, l) in b[..i].iter_mut().zip(&a[start..start + i]) {
            *cell -= l * x;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn solves_by_hand() {
        // [[4, 2], [2, 5]] x = [8, 12] has x = [1, 2].
        let mut x = [8.0, 12.0];
        solve_in_place(&mut [4.0, 2.0, 5.0], &mut x).unwrap();
        assert_eq!(x, [1.0, 2.0]);
    }

    #[test]
    fn agrees_with_the_other_solver() {
        let factors: Vec<f64> = (0..50 * 7).map(|i| f64::from((i * 37 + i * i % 11) % 23) - 11.0).collect();
        let a = gramian(&factors, 7);
        let b: Vec<f64> = (0..7).map(f64::from).collect();
        let expected = crate::linalg::solve_spd(&a, &b).unwrap();
        let mut got = b;
        solve_in_place(&mut a.clone(), &mut got).unwrap();
        for (got, expected) in got.iter().zip(expected) {
            assert!((got - expected).abs() < 1e-12, "{got} and {expected}");
        }
    }

    #[test]
    fn refuses_what_is_not_positive_definite() {
        for a in [[1.0, 2.0, 4.0], [f64::NAN, 0.0, 1.0], [-1.0, 0.0, 1.0]] {
            assert!(matches!(
                solve_in_place(&mut a.clone(), &mut [1.0, 1.0]),
                Err(ModelError::Singular { .. })
            ));
        }
    }

    #[test]
    fn gramian_by_hand() {
        // Rows (1, 2) and (3, 4): [[10, 14], [14, 20]].
        assert_eq!(gramian(&[1.0, 2.0, 3.0, 4.0], 2), [10.0, 14.0, 20.0]);
    }
}
