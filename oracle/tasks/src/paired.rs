//! Two predictions of the same rows compared row by row.

use serde::Serialize;

use crate::TaskError;
use crate::stats::{LEVEL, two_sided_t};
use crate::validation::Mean;

/// The mean of a difference of losses, row by row: below 0 the first is better.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PairedDifference {
    /// The mean.
    pub mean: f64,
    /// Its standard error, taking the rows as independent. Infinite, as are the ends of the interval (in JSON `null`), for a single
    /// row, which says nothing of it.
    pub standard_error: f64,
    /// Lower end of the 95 % interval `mean ± t · standard error`, t being the quantile of Student's distribution with a degree of
    /// freedom less than rows: 12.7 for 2 rows, 2.26 for 10, 1.96 for many.
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
        let half = match differences.len() - 1 {
            0 => f64::INFINITY,
            degrees => two_sided_t(LEVEL, degrees as f64) * standard_error,
        };
        Ok(Self { mean, standard_error, low_95: mean - half, high_95: mean + half })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Differences −1, −2, −3: mean −2, standard error √(1/3) = .57735; 4.30265273 of it (two degrees of freedom) is 2.484137714.
    #[test]
    fn differences_by_hand() {
        let got = PairedDifference::of(&[1.0, 1.0, 1.0], &[2.0, 3.0, 4.0]).unwrap();
        assert_eq!(got.mean, -2.0);
        assert!((got.standard_error - 0.577_350_269_189_625_8).abs() < 1e-15);
        assert!((got.low_95 + 4.484_137_714).abs() < 1e-8 && (got.high_95 - 0.484_137_714).abs() < 1e-8);
        assert!(PairedDifference::of(&[1.0], &[]).is_err());
        assert!(PairedDifference::of(&[], &[]).is_err());
    }

    /// One row says nothing of the spread, two hardly anything: 2 ± 12.7062 · 1.
    #[test]
    fn few_rows_are_certain_of_nothing() {
        let one = PairedDifference::of(&[1.0], &[3.0]).unwrap();
        assert_eq!(
            (one.mean, one.standard_error, one.low_95, one.high_95),
            (-2.0, f64::INFINITY, f64::NEG_INFINITY, f64::INFINITY)
        );
        assert_eq!(
            serde_json::to_string(&one).unwrap(),
            "{\"mean\":-2.0,\"standard_error\":null,\"low_95\":null,\"high_95\":null}"
        );
        let two = PairedDifference::of(&[1.0, 3.0], &[0.0, 0.0]).unwrap();
        assert!((two.high_95 - 14.706_204_736).abs() < 1e-8 && (two.low_95 + 10.706_204_736).abs() < 1e-8);
    }
}
