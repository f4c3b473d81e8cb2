//! Two predictions of the same rows compared row by row.

use serde::Serialize;

use crate::TaskError;
use crate::validation::Mean;

/// Half the width of a 95 % interval of a normal distribution, in standard deviations.
const NORMAL_95: f64 = 1.959_963_984_540_054;

/// The mean of a difference of losses, row by row: below 0 the first is better.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PairedDifference {
    /// The mean.
    pub mean: f64,
    /// Its standard error, taking the rows as independent.
    pub standard_error: f64,
    /// Lower end of the 95 % interval `mean ± 1.96 · standard error`.
    pub low_95: f64,
    /// Its upper end.
    pub high_95: f64,
}

impl PairedDifference {
    /// Of the first losses less the second.
    ///
    /// # Errors
    /// [`TaskError::Range`] unless both are of the same rows, at least one.
    pub fn of(first: &[f64], second: &[f64]) -> Result<Self, TaskError> {
        if first.len() != second.len() || first.is_empty() {
            return Err(TaskError::Range {
                name: "the numbers of compared rows",
                value: format!("{} and {}", first.len(), second.len()),
                range: "equal and at least 1",
            });
        }
        let differences: Vec<f64> = first.iter().zip(second).map(|(a, b)| a - b).collect();
        let Mean { mean, standard_error } = Mean::of(&differences);
        let half = NORMAL_95 * standard_error;
        Ok(Self { mean, standard_error, low_95: mean - half, high_95: mean + half })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Differences −1, −2, −3: mean −2, standard error √(1/3) = .57735; 1.959964 of it is 1.131585734.
    #[test]
    fn differences_by_hand() {
        let got = PairedDifference::of(&[1.0, 1.0, 1.0], &[2.0, 3.0, 4.0]).unwrap();
        assert_eq!(got.mean, -2.0);
        assert!((got.standard_error - 0.577_350_269_189_625_8).abs() < 1e-15);
        assert!((got.low_95 + 3.131_585_734).abs() < 1e-9 && (got.high_95 + 0.868_414_266).abs() < 1e-9);
        assert!(PairedDifference::of(&[1.0], &[]).is_err());
        assert!(PairedDifference::of(&[], &[]).is_err());
    }
}
