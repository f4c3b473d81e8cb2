//! Matrix products in single precision whose sums have one order: every element of a product adds its terms from the first
//! to the last, whatever the blocks are and whatever vector units the compiler uses across elements.

/// Rows of a block. Matrices have a multiple of it.
pub(super) const BLOCK_ROWS: usize = 4;
/// Columns of a block. Matrices have a multiple of it.
pub(super) const LANES: usize = 8;

/// Eight neighbouring columns of one row.
pub(super) type Lanes = [f32; LANES];

/// The least multiple of `step` that is not below `n`.
pub(super) fn padded(n: usize, step: usize) -> usize {
    n.div_ceil(step) * step
}

/// Reorders a row-major matrix of `columns` (a multiple of [`LANES`]) so that the rows of each eight columns are adjacent.
pub(super) fn pack(matrix: &[f32], columns: usize, panels: &mut [Lanes]) {
    let rows = matrix.len() / columns;
    for (row, values) in matrix.chunks_exact(columns).enumerate() {
        for (panel, lanes) in values.as_chunks::<LANES>().0.iter().enumerate() {
            panels[panel * rows + row] = *lanes;
        }
    }
}

/// As [`pack`], of the transpose of a matrix whose number of rows is a multiple of [`LANES`].
pub(super) fn pack_transposed(matrix: &[f32], columns: usize, panels: &mut [Lanes]) {
    for (row, values) in matrix.chunks_exact(columns).enumerate() {
        let (panel, lane) = (row / LANES, row % LANES);
        for (column, value) in values.iter().enumerate() {
            panels[panel * columns + column][lane] = *value;
        }
    }
}

/// `out = start + left · right`: `left` has rows of `depth`, a multiple of [`BLOCK_ROWS`] of them; `right` is packed;
/// `start` is added to every row.
// Not inlined: within a larger function the compiler does not keep the sums in vector registers.
#[inline(never)]
pub(super) fn multiply(left: &[f32], depth: usize, right: &[Lanes], start: &[Lanes], out: &mut [f32]) {
    let columns = start.len() * LANES;
    for (rows, out) in left.chunks_exact(depth * BLOCK_ROWS).zip(out.chunks_exact_mut(columns * BLOCK_ROWS)) {
        let (first, rest) = rows.split_at(depth);
        let (second, rest) = rest.split_at(depth);
        let (third, fourth) = rest.split_at(depth);
        for (at, (panel, start)) in right.chunks_exact(depth).zip(start).enumerate() {
            let mut sums = [*start; BLOCK_ROWS];
            for ((((lanes, a), b), c), d) in panel.iter().zip(first).zip(second).zip(third).zip(fourth) {
                for (sum, factor) in sums.iter_mut().zip([a, b, c, d]) {
                    for (slot, value) in sum.iter_mut().zip(lanes) {
                        *slot += factor * value;
                    }
                }
            }
            for (row, sum) in out.chunks_exact_mut(columns).zip(&sums) {
                row.as_chunks_mut::<LANES>().0[at] = *sum;
            }
        }
    }
}

/// `out = leftᵀ · right` for row-major matrices of `left_columns` (a multiple of [`BLOCK_ROWS`]) and `right_columns` (of
/// [`LANES`]); `out` is row-major with `left_columns` rows.
// Not inlined: within a larger function the compiler does not keep the sums in vector registers.
#[inline(never)]
pub(super) fn multiply_transposed(
    left: &[f32],
    left_columns: usize,
    right: &[f32],
    right_columns: usize,
    out: &mut [f32],
) {
    let (left, right) = (left.as_chunks::<BLOCK_ROWS>().0, right.as_chunks::<LANES>().0);
    let (left_blocks, right_blocks) = (left_columns / BLOCK_ROWS, right_columns / LANES);
    for (i, out) in out.chunks_exact_mut(right_columns * BLOCK_ROWS).enumerate() {
        for j in 0..right_blocks {
            let mut sums = [[0.0f32; LANES]; BLOCK_ROWS];
            let factors = left.iter().skip(i).step_by(left_blocks);
            let values = right.iter().skip(j).step_by(right_blocks);
            for (factors, values) in factors.zip(values) {
                for (sum, factor) in sums.iter_mut().zip(factors) {
                    for (slot, value) in sum.iter_mut().zip(values) {
                        *slot += factor * value;
                    }
                }
            }
            for (row, sum) in out.chunks_exact_mut(right_columns).zip(&sums) {
                row.as_chunks_mut::<LANES>().0[j] = *sum;
            }
        }
    }
}

/// `left · right` of two vectors of a multiple of [`LANES`]: eight partial sums, added pairwise.
pub(super) fn dot(left: &[f32], right: &[f32]) -> f32 {
    let mut sums = [0.0f32; LANES];
    for (a, b) in left.as_chunks::<LANES>().0.iter().zip(right.as_chunks::<LANES>().0) {
        for ((slot, x), y) in sums.iter_mut().zip(a).zip(b) {
            *slot += x * y;
        }
    }
    let [a, b, c, d, e, f, g, h] = sums;
    ((a + b) + (c + d)) + ((e + f) + (g + h))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Integers, so that every order of summation gives the exact product.
    fn matrix(rows: usize, columns: usize, salt: usize) -> Vec<f32> {
        (0..rows * columns).map(|at| ((at * 37 + salt) % 19) as f32 - 9.0).collect()
    }

    fn naive(left: &[f32], depth: usize, right: &[f32], columns: usize) -> Vec<f32> {
        let mut out = vec![0.0; left.len() / depth * columns];
        for (row, out) in left.chunks(depth).zip(out.chunks_mut(columns)) {
            for (k, a) in row.iter().enumerate() {
                for (j, slot) in out.iter_mut().enumerate() {
                    *slot += a * right[k * columns + j];
                }
            }
        }
        out
    }

    fn transposed(matrix: &[f32], columns: usize) -> Vec<f32> {
        (0..columns).flat_map(|j| matrix.iter().skip(j).step_by(columns).copied()).collect()
    }

    #[test]
    fn products_are_those_of_the_definition() {
        let (rows, depth, columns) = (12, 16, 24);
        let (left, right) = (matrix(rows, depth, 1), matrix(depth, columns, 5));
        let expected = naive(&left, depth, &right, columns);

        let mut panels = vec![[0.0; LANES]; depth * columns / LANES];
        pack(&right, columns, &mut panels);
        let mut out = vec![7.0; rows * columns];
        multiply(&left, depth, &panels, &vec![[0.0; LANES]; columns / LANES], &mut out);
        assert_eq!(out, expected);
        multiply(&left, depth, &panels, &vec![[2.0; LANES]; columns / LANES], &mut out);
        assert_eq!(out, expected.iter().map(|value| value + 2.0).collect::<Vec<_>>());

        pack_transposed(&transposed(&right, columns), depth, &mut panels);
        multiply(&left, depth, &panels, &vec![[0.0; LANES]; columns / LANES], &mut out);
        assert_eq!(out, expected);

        multiply_transposed(&transposed(&left, depth), rows, &right, columns, &mut out);
        assert_eq!(out, expected);
    }

    #[test]
    fn dot_by_hand() {
        let ones = [1.0; 16];
        let values: Vec<f32> = (1..=16).map(|value| value as f32).collect();
        assert_eq!(dot(&ones, &values), 136.0);
    }

    /// Blocks must not change a bit: a sum whose value depends on its order is the naive one's.
    #[test]
    fn sums_run_from_the_first_term_to_the_last() {
        let (rows, depth, columns) = (4, 40, 8);
        let left: Vec<f32> = (0..rows * depth).map(|at| 1.0 / (at as f32 + 3.0)).collect();
        let right: Vec<f32> = (0..depth * columns).map(|at| 1.0 / (at as f32 * 0.7 + 1.3)).collect();
        let expected = naive(&left, depth, &right, columns);
        let mut panels = vec![[0.0; LANES]; depth];
        pack(&right, columns, &mut panels);
        let mut out = vec![0.0; rows * columns];
        multiply(&left, depth, &panels, &[[0.0; LANES]], &mut out);
        assert_eq!(out, expected);
        multiply_transposed(&transposed(&left, depth), rows, &right, columns, &mut out);
        assert_eq!(out, expected);
    }
}
