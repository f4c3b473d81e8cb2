//! Encoded rows in small blocks of columns, and the sums over all of them that fits of weighted sums are made of.
//!
//! Every sum has one order: eight lanes over the rows of a block, lanes added pairwise, blocks of a chunk one after the
//! other, chunks in order. Vector units may hold the lanes; no thread count and no processor changes the order.

use rayon::prelude::*;

use crate::dataset::chunks_of;
use crate::encoder::EncodedRows;

/// Rows of a block: its columns stay in the processor's nearest caches.
pub(crate) const BLOCK_ROWS: usize = 128;
const LANES: usize = 8;
/// Numbers that the partial sums of the chunks worked on at a time may hold.
const PARTIAL_NUMBERS_MAX: usize = 1 << 22;

/// One number a row of a block.
pub(crate) type Column = [f64; BLOCK_ROWS];

/// Up to [`BLOCK_ROWS`] encoded rows: column 0 is the intercept's constant 1, the encoder's follow. Places without a row
/// are 0 in every column.
pub(crate) struct Block {
    columns: Vec<Column>,
    /// True for a column that is 0 in every row, which no sum needs to visit.
    zero: Vec<bool>,
    rows: Vec<usize>,
}

impl Block {
    /// An empty block of `columns` encoded columns.
    pub(crate) fn new(columns: usize) -> Self {
        Self {
            columns: vec![[0.0; BLOCK_ROWS]; columns + 1],
            zero: vec![true; columns + 1],
            rows: Vec::with_capacity(BLOCK_ROWS),
        }
    }

    /// Encodes at most [`BLOCK_ROWS`] rows of the data, given by number.
    pub(crate) fn fill(&mut self, encoded: &EncodedRows<'_>, rows: impl Iterator<Item = usize>) {
        let before = self.rows.len();
        self.rows.clear();
        self.rows.extend(rows.take(BLOCK_ROWS));
        let now = self.rows.len();
        self.columns[0] = [0.0; BLOCK_ROWS];
        self.columns[0][..now].fill(1.0);
        encoded.write_columns(&self.rows, BLOCK_ROWS, self.columns[1..].as_flattened_mut());
        for (column, zero) in self.columns.iter_mut().zip(&mut self.zero) {
            if now < before {
                column[now..before].fill(0.0);
            }
            *zero = column.iter().all(|&value| value == 0.0);
        }
    }

    /// The numbers of the rows.
    pub(crate) fn rows(&self) -> &[usize] {
        &self.rows
    }

    /// `beta[0] + Σ beta[c] · column c` of every row, added from left to right: as a row by itself is predicted.
    pub(crate) fn weighted_sums(&self, beta: &[f64]) -> Column {
        let mut out = [beta[0]; BLOCK_ROWS];
        for ((column, &weight), &zero) in self.columns.iter().zip(beta).zip(&self.zero).skip(1) {
            if zero || weight == 0.0 {
                continue;
            }
            for (slot, value) in out.iter_mut().zip(column) {
                *slot += weight * value;
            }
        }
        out
    }

    /// Adds `Σ factors · column c` over the rows to `total[c]`.
    pub(crate) fn add_products(&self, factors: &Column, total: &mut [f64]) {
        for ((column, &zero), slot) in self.columns.iter().zip(&self.zero).zip(total) {
            if !zero {
                *slot += dot(factors, column);
            }
        }
    }

    /// Adds `Σ factors · column i · column j` over the rows to the lower triangle packed by rows.
    fn add_gram(&self, factors: &Column, feature_of: &[usize], packed: &mut [f64]) {
        let mut scaled = [0.0; BLOCK_ROWS];
        let mut start = 0;
        for (i, column) in self.columns.iter().enumerate() {
            if !self.zero[i] {
                for ((slot, factor), value) in scaled.iter_mut().zip(factors).zip(column) {
                    *slot = factor * value;
                }
                for (j, slot) in packed[start..=start + i].iter_mut().enumerate() {
                    // Two columns of one feature are never both set in a row.
                    if !self.zero[j] && (i == j || feature_of[i] != feature_of[j]) {
                        *slot += dot(&scaled, &self.columns[j]);
                    }
                }
            }
            start += i + 1;
        }
    }
}

/// Σ a·b in the fixed order of lanes.
fn dot(a: &Column, b: &Column) -> f64 {
    let mut lanes = [0.0; LANES];
    for (a, b) in a.chunks_exact(LANES).zip(b.chunks_exact(LANES)) {
        for lane in 0..LANES {
            lanes[lane] += a[lane] * b[lane];
        }
    }
    ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]))
}

/// What one block adds to the sums: a factor a row for the gradient and, if there is one, for the Gram matrix.
pub(crate) struct BlockTerms {
    /// Added to [`Sums::scalar`].
    pub(crate) scalar: f64,
    /// Factor of each row in the gradient.
    pub(crate) gradient: Column,
    /// Factor of each row in the Gram matrix.
    pub(crate) gram: Column,
}

/// Which sums are wanted beside the scalar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// None.
    Scalar,
    /// `Σ gradient · column` and the lower triangle of `Σ gram · columnᵀ · column`.
    Everything,
}

/// Sums over rows; index 0 of a gradient or matrix is the intercept.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sums {
    pub(crate) scalar: f64,
    pub(crate) gradient: Vec<f64>,
    /// Lower triangle, packed by rows.
    pub(crate) gram: Vec<f64>,
}

impl Sums {
    fn zero(columns: usize, wanted: Wanted) -> Self {
        let n = if wanted == Wanted::Everything { columns + 1 } else { 0 };
        Self { scalar: 0.0, gradient: vec![0.0; n], gram: vec![0.0; n * (n + 1) / 2] }
    }

    fn add(&mut self, other: &Self) {
        self.scalar += other.scalar;
        for (slot, value) in self.gradient.iter_mut().zip(&other.gradient) {
            *slot += value;
        }
        for (slot, value) in self.gram.iter_mut().zip(&other.gram) {
            *slot += value;
        }
    }
}

/// Sums over rows 0, `step`, 2·`step`, … of the data, of what `terms` makes of each block.
pub(crate) fn sums(
    encoded: &EncodedRows<'_>,
    step: usize,
    wanted: Wanted,
    terms: impl Fn(&Block) -> BlockTerms + Sync,
) -> Sums {
    let encoder = encoded.encoder();
    let mut total = Sums::zero(encoder.columns(), wanted);
    let mut feature_of = vec![usize::MAX];
    for (feature, columns) in encoder.columns_of_features().into_iter().enumerate() {
        feature_of.extend(columns.map(|_| feature));
    }
    let chunks = chunks_of(encoded.data().rows().div_ceil(step));
    let at_a_time = (PARTIAL_NUMBERS_MAX / (total.gram.len() + 1)).clamp(4, chunks.len().max(4));
    for group in chunks.chunks(at_a_time) {
        let partials: Vec<Sums> = group
            .par_iter()
            .map(|chunk| {
                let mut partial = Sums::zero(encoder.columns(), wanted);
                let mut block = Block::new(encoder.columns());
                for start in chunk.clone().step_by(BLOCK_ROWS) {
                    block.fill(encoded, (start..chunk.end).map(|row| row * step));
                    let terms = terms(&block);
                    partial.scalar += terms.scalar;
                    if wanted == Wanted::Everything {
                        block.add_products(&terms.gradient, &mut partial.gradient);
                        block.add_gram(&terms.gram, &feature_of, &mut partial.gram);
                    }
                }
                partial
            })
            .collect();
        for partial in &partials {
            total.add(partial);
        }
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Dataset, Encoder, FeatureKind, FeatureSchema, MISSING, Normalisation};

    /// Sums by blocks against sums row by row over the encoder's own rows.
    #[test]
    fn sums_are_those_of_single_rows() {
        let schema = FeatureSchema::typed(
            1,
            vec![
                ("number".into(), FeatureKind::Numeric),
                ("category".into(), FeatureKind::Categorical { levels: 3 }),
            ],
        )
        .unwrap();
        let rows = 4096 + 300;
        let values: Vec<i64> = (0..rows as i64)
            .flat_map(|row| {
                let category = if row % 7 == 0 { MISSING } else { row % 2 };
                [if row % 11 == 0 { MISSING } else { row * row % 101 }, category]
            })
            .collect();
        let labels = vec![false; rows];
        let data = Dataset::from_rows(&schema, &values, &labels).unwrap();
        for (normalisation, step) in
            [(Normalisation::Standard, 1), (Normalisation::Robust, 16), (Normalisation::Quantile, 3)]
        {
            let encoder = Encoder::measure(&data, normalisation).unwrap();
            let n = encoder.columns() + 1;
            let factor = |row: usize| row as f64 % 5.0 - 1.5;
            let encoded = EncodedRows::new(&encoder, &data);
            let got = sums(&encoded, step, Wanted::Everything, |block| {
                let mut terms =
                    BlockTerms { scalar: 0.0, gradient: [0.0; BLOCK_ROWS], gram: [0.0; BLOCK_ROWS] };
                for (index, &row) in block.rows().iter().enumerate() {
                    terms.scalar += factor(row);
                    terms.gradient[index] = factor(row);
                    terms.gram[index] = factor(row) * factor(row);
                }
                terms
            });
            let mut want = Sums::zero(n - 1, Wanted::Everything);
            for row in (0..rows).step_by(step) {
                let mut x = vec![1.0];
                x.extend(encoder.encode(data.row(row)).unwrap());
                want.scalar += factor(row);
                for i in 0..n {
                    want.gradient[i] += factor(row) * x[i];
                    for j in 0..=i {
                        want.gram[i * (i + 1) / 2 + j] += factor(row) * factor(row) * x[i] * x[j];
                    }
                }
            }
            let close = |a: f64, b: f64| (a - b).abs() <= 1e-9 * (1.0 + b.abs());
            assert!(close(got.scalar, want.scalar));
            assert!(got.gradient.iter().zip(&want.gradient).all(|(a, b)| close(*a, *b)));
            assert!(got.gram.iter().zip(&want.gram).all(|(a, b)| close(*a, *b)));
            assert!(want.gram.iter().any(|&value| value != 0.0));
        }
    }
}
