//! Poisson regression of counts on 0/1 columns, with standard errors that hold whatever the counts' spread.
//!
//! `ln μ = b + Σ w of the row's columns`; maximises `Σ (y ln μ − μ) − (ridge/2) Σ w²` by Newton's method (McCullagh and Nelder,
//! Generalized Linear Models, 1989, 2.5). Standard errors are the sandwich's (Huber 1967; White 1982), `H⁻¹ (Σ e² x xᵀ) H⁻¹`
//! times `n / (n − p)`: a row is a cluster, and its count may be spread more than a Poisson variable.

use attention_model::{ModelError, solve_spd};

/// Newton rounds, always as many; they double the number of right digits each.
const ROUNDS: u32 = 30;
/// Halvings of a step that overshoots.
const HALVINGS: u32 = 30;
/// Exponents beyond it are taken as it: e^30 is beyond any count.
const EXPONENT_MAX: f64 = 30.0;

/// Coefficients, the intercept first, with their standard errors.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fitted {
    pub(super) coefficients: Vec<f64>,
    pub(super) standard_errors: Vec<f64>,
}

/// Counts with the columns that are 1 in each row; columns are numbered from 1, 0 is the intercept's.
#[derive(Debug)]
pub(super) struct Counts<'a> {
    pub(super) counts: &'a [u32],
    pub(super) rows: &'a [Vec<usize>],
    pub(super) columns: usize,
    pub(super) ridge: f64,
}

impl Counts<'_> {
    /// Fits; at least one count is above 0.
    pub(super) fn fit(&self) -> Result<Fitted, ModelError> {
        let size = self.columns + 1;
        let total: u64 = self.counts.iter().map(|&count| u64::from(count)).sum();
        let mut beta = vec![0.0; size];
        beta[0] = libm::log(total as f64 / self.counts.len() as f64);
        let mut objective = self.objective(&beta);
        for _ in 0..ROUNDS {
            let (gradient, hessian) = self.derivatives(&beta);
            let step = solve_spd(&hessian, &gradient)?;
            let mut share = 1.0;
            for _ in 0..HALVINGS {
                let moved: Vec<f64> =
                    beta.iter().zip(&step).map(|(beta, step)| beta + share * step).collect();
                let reached = self.objective(&moved);
                if reached >= objective {
                    (beta, objective) = (moved, reached);
                    break;
                }
                share *= 0.5;
            }
        }
        let standard_errors = self.standard_errors(&beta)?;
        Ok(Fitted { coefficients: beta, standard_errors })
    }

    fn mean(&self, row: &[usize], beta: &[f64]) -> f64 {
        let mut exponent = beta[0];
        for &column in row {
            exponent += beta[column];
        }
        libm::exp(if exponent > EXPONENT_MAX { EXPONENT_MAX } else { exponent })
    }

    fn objective(&self, beta: &[f64]) -> f64 {
        let mut sum = 0.0;
        for (row, &count) in self.rows.iter().zip(self.counts) {
            let mean = self.mean(row, beta);
            sum += f64::from(count) * libm::log(mean) - mean;
        }
        let mut squares = 0.0;
        for weight in &beta[1..] {
            squares += weight * weight;
        }
        sum - 0.5 * self.ridge * squares
    }

    /// Gradient, and the negative Hessian as a packed lower triangle.
    fn derivatives(&self, beta: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let mut gradient = vec![0.0; beta.len()];
        let mut hessian = vec![0.0; triangle(beta.len(), 0)];
        for (row, &count) in self.rows.iter().zip(self.counts) {
            let mean = self.mean(row, beta);
            for_pairs(row, |i, j| hessian[triangle(i, j)] += mean);
            gradient[0] += f64::from(count) - mean;
            for &column in row {
                gradient[column] += f64::from(count) - mean;
            }
        }
        for column in 1..beta.len() {
            gradient[column] -= self.ridge * beta[column];
            hessian[triangle(column, column)] += self.ridge;
        }
        (gradient, hessian)
    }

    fn standard_errors(&self, beta: &[f64]) -> Result<Vec<f64>, ModelError> {
        let size = beta.len();
        let (_, hessian) = self.derivatives(beta);
        let mut meat = vec![0.0; triangle(size, 0)];
        for (row, &count) in self.rows.iter().zip(self.counts) {
            let error = f64::from(count) - self.mean(row, beta);
            for_pairs(row, |i, j| meat[triangle(i, j)] += error * error);
        }
        let rows = self.counts.len() as f64;
        let correction = if self.counts.len() > size { rows / (rows - size as f64) } else { 1.0 };
        let mut out = Vec::with_capacity(size);
        for column in 0..size {
            let mut unit = vec![0.0; size];
            unit[column] = 1.0;
            // The column of H⁻¹; the variance is its square by the meat.
            let spread = solve_spd(&hessian, &unit)?;
            let mut variance = 0.0;
            for i in 0..size {
                for j in 0..size {
                    variance += spread[i] * meat[triangle(i.max(j), i.min(j))] * spread[j];
                }
            }
            out.push(libm::sqrt(variance * correction));
        }
        Ok(out)
    }
}

/// Where (i, j), j ≤ i, stands in a packed lower triangle.
fn triangle(i: usize, j: usize) -> usize {
    i * (i + 1) / 2 + j
}

/// Calls `each` with every pair (i ≥ j) of the row's columns and the intercept.
fn for_pairs(row: &[usize], mut each: impl FnMut(usize, usize)) {
    each(0, 0);
    for (at, &i) in row.iter().enumerate() {
        each(i, 0);
        for &j in &row[..=at] {
            each(i, j);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One column, no penalty: the coefficient is ln of the rates' quotient, and its sandwich variance is the sum over both groups of
    /// squared deviations over the squared sum, times n / (n − 2). Rates 3 (1, 3, 5) and 1 (0, 0, 2, 2): ln 3;
    /// 8 / 81 + 4 / 16 = .348765, times 7/5 = .488272, whose root is .698765.
    #[test]
    fn one_column_by_hand() {
        let counts = [1, 3, 5, 0, 0, 2, 2];
        let rows: Vec<Vec<usize>> = (0..7).map(|row| if row < 3 { vec![1] } else { vec![] }).collect();
        let fitted = Counts { counts: &counts, rows: &rows, columns: 1, ridge: 0.0 }.fit().unwrap();
        assert!((fitted.coefficients[0]).abs() < 1e-12);
        assert!((fitted.coefficients[1] - libm::log(3.0)).abs() < 1e-12);
        assert!((fitted.standard_errors[1] - 0.698_765).abs() < 1e-6, "{fitted:?}");
    }

    /// statsmodels 0.15: `GLM(y, X, family=Poisson()).fit(cov_type="HC0")` on the same 40 rows, whose standard errors lack the
    /// factor sqrt(40 / 36).
    #[test]
    fn three_columns_as_statsmodels() {
        let (mut counts, mut rows) = (Vec::new(), Vec::new());
        for row in 0..40u32 {
            let columns: Vec<usize> = [(row % 2 == 0, 1), (row % 3 == 0, 2), (row % 5 < 2, 3)]
                .into_iter()
                .filter_map(|(has, column)| has.then_some(column))
                .collect();
            counts.push(row * 7 % 5 + if columns.contains(&1) { row % 4 } else { 0 });
            rows.push(columns);
        }
        let coefficients = [
            0.956_102_207_066_851_8,
            0.400_472_328_781_133_6,
            -0.076_369_168_357_551_23,
            -0.740_959_171_113_295_7,
        ];
        let standard_errors = [
            0.152_962_665_884_502_05,
            0.172_019_769_235_454_7,
            0.170_159_200_522_163_18,
            0.225_431_225_359_138_26,
        ];
        let fitted = Counts { counts: &counts, rows: &rows, columns: 3, ridge: 0.0 }.fit().unwrap();
        for (found, wanted) in fitted.coefficients.iter().zip(coefficients) {
            assert!((found - wanted).abs() < 1e-8, "{fitted:?}");
        }
        for (found, wanted) in fitted.standard_errors.iter().zip(standard_errors) {
            assert!((found - wanted * f64::sqrt(40.0 / 36.0)).abs() < 1e-8, "{fitted:?}");
        }
    }

    /// A column without any count has no finite coefficient but by the penalty.
    #[test]
    fn a_penalty_keeps_it_finite() {
        let rows = [vec![1], vec![1], vec![], vec![]];
        let fitted = Counts { counts: &[0, 0, 2, 3], rows: &rows, columns: 1, ridge: 0.25 }.fit().unwrap();
        let found = fitted.coefficients[1];
        assert!((-10.0..-1.0).contains(&found), "{fitted:?}");
        // Stationary: −Σ μ of the column's rows = ridge · w.
        let mean = libm::exp(fitted.coefficients[0] + found);
        assert!((2.0 * mean + 0.25 * found).abs() < 1e-9, "{fitted:?}");
    }
}
