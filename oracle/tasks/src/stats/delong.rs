//! The variance of an area under the ROC curve.

use attention_model::{ModelError, auc};

/// An area with the variance of its estimate by DeLong, DeLong and Clarke-Pearson (1988): the variances of every positive's share of
/// beaten negatives and of every negative's share of positives above it, each over its number. By midranks (Sun and Xu 2014).
/// At least two rows of each class, else the variance is infinite.
///
/// # Errors
/// As [`attention_model::auc`].
pub fn auc_with_variance(scores: &[f64], labels: &[bool]) -> Result<(f64, f64), ModelError> {
    let area = auc(scores, labels)?;
    let of_class = |class: bool| -> Vec<f64> {
        scores.iter().zip(labels).filter(|(_, label)| **label == class).map(|(score, _)| *score).collect()
    };
    let (positives, negatives) = (of_class(true), of_class(false));
    let (m, n) = (positives.len() as f64, negatives.len() as f64);
    // A score's rank among both less its rank among its own is what it beats of the others, ties half.
    let beaten = |own: &[f64], others: &[f64]| -> Vec<f64> {
        let mut sorted = others.to_vec();
        sorted.sort_by(f64::total_cmp);
        own.iter()
            .map(|score| {
                let below = sorted.partition_point(|other| other < score);
                let ties = sorted.partition_point(|other| other <= score) - below;
                below as f64 + 0.5 * ties as f64
            })
            .collect()
    };
    let of_positives: Vec<f64> = beaten(&positives, &negatives).into_iter().map(|count| count / n).collect();
    let of_negatives: Vec<f64> =
        beaten(&negatives, &positives).into_iter().map(|count| 1.0 - count / m).collect();
    Ok((area, variance(&of_positives, area) / m + variance(&of_negatives, area) / n))
}

fn variance(values: &[f64], mean: f64) -> f64 {
    if values.len() < 2 {
        return f64::INFINITY;
    }
    let mut squares = 0.0;
    for value in values {
        squares += (value - mean) * (value - mean);
    }
    squares / (values.len() as f64 - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Positives 3, 5, 6 and negatives 1, 3, 4, 2: beaten by 3: 1, 2 and half of 3 = 2.5 of 4; by 5 and 6: all. Area
    /// (2.5 + 4 + 4) / 12 = .875. Positives' shares .625, 1, 1: variance .046875, a third of it .015625. Negatives' shares 1, 2.5/3,
    /// 2/3, 1: deviations .125, −.041667, −.208333, .125: squares .076389, variance .025463, a quarter .006366.
    #[test]
    fn by_hand() {
        let scores = [3.0, 5.0, 6.0, 1.0, 3.0, 4.0, 2.0];
        let labels = [true, true, true, false, false, false, false];
        let (area, variance) = auc_with_variance(&scores, &labels).unwrap();
        assert!((area - 0.875).abs() < 1e-15);
        assert!((variance - (0.015_625 + 0.006_365_741)).abs() < 1e-8, "{variance}");
        assert_eq!(auc_with_variance(&[1.0, 2.0], &[false, true]).unwrap(), (1.0, f64::INFINITY));
        assert!(auc_with_variance(&[1.0], &[true]).is_err());
    }
}
