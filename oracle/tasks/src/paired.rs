//! Two predictions of the same rows compared row by row.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::TaskError;
use crate::stats::{LEVEL, two_sided_t};
use crate::validation::Mean;

/// The mean of a difference of losses, row by row: below 0 the first is better.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PairedDifference {
    /// The mean.
    pub mean: f64,
    /// Its standard error, taking the rows, or the clusters that they fall into, as independent. Infinite, as are the ends of the
    /// interval (in JSON `null`), for a single row, which says nothing of it.
    pub standard_error: f64,
    /// Lower end of the 95 % interval `mean ± t · standard error`, t being the quantile of Student's distribution with a degree of
    /// freedom less than rows (or clusters): 12.7 for 2 of them, 2.26 for 10, 1.96 for many.
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
        let differences = differences(first, second)?;
        Ok(Self::around(Mean::of(&differences), differences.len()))
    }

    /// As [`PairedDifference::of`], where the rows of one cluster (a number for each row, such as that of its user) may depend
    /// on each other in any way: the standard error of the mean is `√(G/(G − 1) · Σ (Σ of the cluster (dᵢ − mean))²) / rows` over
    /// G clusters (Liang and Zeger 1986; Cameron and Miller 2015, equation 8). With a cluster a row it is that of [`Mean::of`].
    ///
    /// # Errors
    /// [`TaskError::Range`] also unless there is a cluster for each row and two different ones.
    pub fn of_clusters(first: &[f64], second: &[f64], clusters: &[u32]) -> Result<Self, TaskError> {
        let differences = differences(first, second)?;
        let mean = Mean::of(&differences).mean;
        let mut sums: BTreeMap<u32, f64> = BTreeMap::new();
        for (difference, cluster) in differences.iter().zip(clusters) {
            *sums.entry(*cluster).or_insert(0.0) += difference - mean;
        }
        if clusters.len() != differences.len() || sums.len() < 2 {
            return Err(TaskError::Range {
                name: "the number of clusters",
                value: format!("{} in {} of {} rows", sums.len(), clusters.len(), differences.len()),
                range: "at least 2, in all rows",
            });
        }
        let mut squares = 0.0;
        for sum in sums.values() {
            squares += sum * sum;
        }
        let (groups, rows) = (sums.len() as f64, differences.len() as f64);
        let standard_error = libm::sqrt(groups / (groups - 1.0) * squares) / rows;
        Ok(Self::around(Mean { mean, standard_error }, sums.len()))
    }

    /// With the interval of a mean of `parts` independent ones.
    fn around(Mean { mean, standard_error }: Mean, parts: usize) -> Self {
        let half = match parts {
            0 | 1 => f64::INFINITY,
            parts => two_sided_t(LEVEL, (parts - 1) as f64) * standard_error,
        };
        Self { mean, standard_error, low_95: mean - half, high_95: mean + half }
    }
}

fn differences(first: &[f64], second: &[f64]) -> Result<Vec<f64>, TaskError> {
    if first.len() != second.len() || first.is_empty() {
        return Err(TaskError::Range {
            name: "the numbers of compared rows",
            value: format!("{} and {}", first.len(), second.len()),
            range: "equal and at least 1",
        });
    }
    Ok(first.iter().zip(second).map(|(a, b)| a - b).collect())
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

    /// Differences 1, 3 of cluster 7 and 2, 6 of cluster 4: mean 3; the clusters' sums about it are −2 and 2;
    /// √(2/1 · (4 + 4)) / 4 = 1. Taken as independent the error were √(14 / 3 / 4) = 1.0801.
    #[test]
    fn clusters_by_hand() {
        let (first, second) = ([1.0, 3.0, 2.0, 6.0], [0.0; 4]);
        let got = PairedDifference::of_clusters(&first, &second, &[7, 7, 4, 4]).unwrap();
        assert_eq!((got.mean, got.standard_error), (3.0, 1.0));
        // Whoever is drawn again and again is one: twice the same rows tell no more.
        let twice = |of: &[f64]| [of, of].concat();
        let same = PairedDifference::of_clusters(&twice(&first), &twice(&second), &[7, 7, 4, 4, 7, 7, 4, 4])
            .unwrap();
        assert_eq!((same.mean, same.standard_error), (3.0, 1.0));
        let alone = PairedDifference::of_clusters(&first, &second, &[0, 1, 2, 3]).unwrap();
        let rows = PairedDifference::of(&first, &second).unwrap();
        assert!((alone.standard_error - rows.standard_error).abs() < 1e-15);
        assert!((rows.standard_error - (14.0f64 / 12.0).sqrt()).abs() < 1e-15);
        for clusters in [&[1, 1, 1, 1][..], &[1, 2, 3], &[]] {
            let error = PairedDifference::of_clusters(&first, &second, clusters).unwrap_err().to_string();
            assert!(error.contains("at least 2, in all rows"), "{error}");
        }
    }
}
