//! How good predictions are: ranking, loss, calibration.

use crate::ModelError;
use crate::math::log_loss_of_logit;

/// Area under the ROC curve: the share of (positive, negative) pairs in which the positive scores higher, a
/// tie counting half (Mann and Whitney 1947). Exact: pairs are counted in integers.
///
/// # Errors
/// [`ModelError::Shape`], [`ModelError::NotFinite`], or [`ModelError::OneClass`] where it is undefined.
pub fn auc(scores: &[f64], labels: &[bool]) -> Result<f64, ModelError> {
    same_length(scores.len(), labels.len())?;
    finite(scores)?;
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[a].total_cmp(&scores[b]).then(a.cmp(&b)));
    let (mut twice_won, mut negatives_below, mut positives) = (0u128, 0u128, 0u128);
    let mut start = 0;
    while start < order.len() {
        let mut end = start;
        let (mut tied_positives, mut tied_negatives) = (0u128, 0u128);
        // == and not total_cmp: −0 and 0 are a tie.
        while end < order.len() && scores[order[end]] == scores[order[start]] {
            if labels[order[end]] {
                tied_positives += 1;
            } else {
                tied_negatives += 1;
            }
            end += 1;
        }
        twice_won += tied_positives * (2 * negatives_below + tied_negatives);
        negatives_below += tied_negatives;
        positives += tied_positives;
        start = end;
    }
    if positives == 0 || negatives_below == 0 {
        return Err(ModelError::OneClass {
            what: "AUC",
            positives: positives as u64,
            rows: labels.len() as u64,
        });
    }
    Ok(twice_won as f64 / (2 * positives * negatives_below) as f64)
}

/// The unweighted mean of the AUC of every group in which both classes occur.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GroupedAuc {
    /// The mean.
    pub mean: f64,
    /// How many groups had both classes.
    pub groups: u64,
    /// How many groups had one class only and are left out.
    pub skipped: u64,
}

/// Mean AUC within groups; `groups[i]` names the group of row i, and the rows of a group are adjacent.
///
/// # Errors
/// As [`auc`]; [`ModelError::OneClass`] if no group has both classes.
pub fn grouped_auc(scores: &[f64], labels: &[bool], groups: &[u64]) -> Result<GroupedAuc, ModelError> {
    same_length(scores.len(), labels.len())?;
    same_length(scores.len(), groups.len())?;
    let (mut sum, mut counted, mut skipped) = (0.0, 0u64, 0u64);
    let mut start = 0;
    while start < groups.len() {
        let mut end = start;
        while end < groups.len() && groups[end] == groups[start] {
            end += 1;
        }
        match auc(&scores[start..end], &labels[start..end]) {
            Ok(value) => {
                sum += value;
                counted += 1;
            }
            Err(ModelError::OneClass { .. }) => skipped += 1,
            Err(other) => return Err(other),
        }
        start = end;
    }
    if counted == 0 {
        return Err(ModelError::OneClass { what: "grouped AUC", positives: 0, rows: labels.len() as u64 });
    }
    Ok(GroupedAuc { mean: sum / counted as f64, groups: counted, skipped })
}

/// Mean negative log-likelihood in nats, from log-odds.
///
/// # Errors
/// [`ModelError::Shape`] on unequal lengths or no rows, [`ModelError::NotFinite`].
pub fn mean_log_loss(logits: &[f64], labels: &[bool]) -> Result<f64, ModelError> {
    same_length(logits.len(), labels.len())?;
    some_rows(labels)?;
    finite(logits)?;
    let mut sum = 0.0;
    for (&logit, &label) in logits.iter().zip(labels) {
        sum += log_loss_of_logit(logit, label);
    }
    Ok(sum / labels.len() as f64)
}

/// Share of rows labelled 1.
///
/// # Errors
/// [`ModelError::Shape`] if there is no row.
pub fn base_rate(labels: &[bool]) -> Result<f64, ModelError> {
    some_rows(labels)?;
    Ok(labels.iter().filter(|&&label| label).count() as f64 / labels.len() as f64)
}

/// One bin of a reliability diagram.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reliability {
    /// Rows in the bin.
    pub rows: u64,
    /// Mean predicted probability.
    pub predicted: f64,
    /// Share of rows labelled 1; of rows whose probability goes on in the next bin, the share among all of it.
    pub observed: f64,
}

/// Expected calibration error over `bins` bins of equal count in rising order of probability,
/// `Σ (rows_b / rows) · |predicted_b − observed_b|` (Naeini, Cooper and Hauskrecht 2015), and the bins. Bins
/// of equal width would put nearly all rows of a rare event in one.
///
/// Rows of one probability (a leaf of a tree, a step of an isotonic curve) cannot be told apart, so each counts
/// with the share of positives among all of them, wherever the ends of bins fall: the order of rows does not
/// matter.
///
/// # Errors
/// [`ModelError::Shape`], [`ModelError::Probability`], or [`ModelError::Hyperparameter`] for no bins.
pub fn calibration_error(
    probabilities: &[f64],
    labels: &[bool],
    bins: usize,
) -> Result<(f64, Vec<Reliability>), ModelError> {
    same_length(probabilities.len(), labels.len())?;
    some_rows(labels)?;
    if bins == 0 || bins > labels.len() {
        return Err(ModelError::Hyperparameter {
            name: "bins",
            value: bins.to_string(),
            range: "1 to the number of rows",
        });
    }
    for (row, &value) in probabilities.iter().enumerate() {
        if !(0.0..=1.0).contains(&value) {
            return Err(ModelError::Probability { row, value });
        }
    }
    let mut order: Vec<usize> = (0..labels.len()).collect();
    order.sort_by(|&a, &b| probabilities[a].total_cmp(&probabilities[b]).then(a.cmp(&b)));
    let mut shares = Vec::with_capacity(order.len());
    for tied in order.chunk_by(|&a, &b| probabilities[a] == probabilities[b]) {
        let positives = tied.iter().filter(|&&row| labels[row]).count();
        shares.extend(std::iter::repeat_n(positives as f64 / tied.len() as f64, tied.len()));
    }
    let mut error = 0.0;
    let mut diagram = Vec::with_capacity(bins);
    for bin in 0..bins {
        let places = bin * order.len() / bins..(bin + 1) * order.len() / bins;
        let (mut predicted, mut positives) = (0.0, 0.0);
        for (&row, &share) in order[places.clone()].iter().zip(&shares[places.clone()]) {
            predicted += probabilities[row];
            positives += share;
        }
        let rows = places.len() as f64;
        let entry = Reliability {
            rows: places.len() as u64,
            predicted: predicted / rows,
            observed: positives / rows,
        };
        error += rows / labels.len() as f64 * libm::fabs(entry.predicted - entry.observed);
        diagram.push(entry);
    }
    Ok((error, diagram))
}

fn same_length(expected: usize, got: usize) -> Result<(), ModelError> {
    if expected == got { Ok(()) } else { Err(ModelError::Shape { what: "rows", expected, got }) }
}

fn some_rows(labels: &[bool]) -> Result<(), ModelError> {
    if labels.is_empty() {
        Err(ModelError::Shape { what: "rows (at least)", expected: 1, got: 0 })
    } else {
        Ok(())
    }
}

fn finite(values: &[f64]) -> Result<(), ModelError> {
    match values.iter().find(|value| !value.is_finite()) {
        Some(&value) => Err(ModelError::NotFinite { what: "a score", value }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn auc_by_hand() {
        // Positives .35 and .8, negatives .1 and .4: 3 of 4 pairs won.
        assert_eq!(auc(&[0.1, 0.4, 0.35, 0.8], &[false, false, true, true]).unwrap(), 0.75);
        // One tie of a pair counts half: (1 + .5 + 1 + 1) / 4.
        assert_eq!(auc(&[0.1, 0.4, 0.4, 0.8], &[false, false, true, true]).unwrap(), 0.875);
        assert_eq!(auc(&[0.0, -0.0], &[false, true]).unwrap(), 0.5);
        assert_eq!(auc(&[1.0, 0.0], &[false, true]).unwrap(), 0.0);
    }

    #[test]
    fn auc_refuses_what_is_undefined() {
        assert!(matches!(auc(&[0.1], &[true]), Err(ModelError::OneClass { positives: 1, rows: 1, .. })));
        assert!(matches!(auc(&[], &[]), Err(ModelError::OneClass { .. })));
        assert!(matches!(auc(&[f64::NAN, 0.0], &[true, false]), Err(ModelError::NotFinite { .. })));
        assert!(matches!(auc(&[0.0], &[true, false]), Err(ModelError::Shape { .. })));
    }

    #[test]
    fn grouped_auc_by_hand() {
        // Group 7: 1, group 8: one class only, group 9: 0.
        let scores = [0.2, 0.1, 0.5, 0.3, 0.4];
        let labels = [true, false, false, true, false];
        let got = grouped_auc(&scores, &labels, &[7, 7, 8, 9, 9]).unwrap();
        assert_eq!(got, GroupedAuc { mean: 0.5, groups: 2, skipped: 1 });
        assert!(matches!(grouped_auc(&[0.5], &[false], &[1]), Err(ModelError::OneClass { .. })));
    }

    #[test]
    fn log_loss_and_base_rate_by_hand() {
        // p = 1/2 and p = 3/4 for a 0: (ln 2 + ln 4) / 2.
        let got = mean_log_loss(&[0.0, 1.098_612_288_668_109_8], &[true, false]).unwrap();
        assert!((got - 1.039_720_770_839_917_9).abs() < 1e-14);
        assert_eq!(base_rate(&[true, false, false, false]).unwrap(), 0.25);
        assert!(mean_log_loss(&[], &[]).is_err());
        assert!(base_rate(&[]).is_err());
    }

    #[test]
    fn calibration_by_hand() {
        // Bins {.1, .3} with one positive, {.6, .8} with one: |.2 − .5|/2 + |.7 − .5|/2 = .25.
        let (error, bins) = calibration_error(&[0.6, 0.1, 0.3, 0.8], &[false, true, false, true], 2).unwrap();
        assert!((error - 0.25).abs() < 1e-15);
        assert_eq!(bins.iter().map(|bin| bin.rows).collect::<Vec<_>>(), [2, 2]);
        assert_eq!((bins[0].observed, bins[1].observed), (0.5, 0.5));
        // .2 .5 .5 .8 with no, no, yes, yes: bins {.2, .5} and {.5, .8}. Either .5 counts half a yes: |.35 − .25|/2 + |.65 − .75|/2 = .1,
        // whichever of them stands first.
        for labels in [[false, false, true, true], [false, true, false, true]] {
            let (error, bins) = calibration_error(&[0.2, 0.5, 0.5, 0.8], &labels, 2).unwrap();
            assert!(
                (error - 0.1).abs() < 1e-15 && (bins[0].observed - 0.25).abs() < 1e-15,
                "{error} {bins:?}"
            );
        }
        // One probability for all: right on average is right in every bin, in any order.
        let halves: Vec<bool> = (0..1_000).map(|row| row >= 500).collect();
        assert_eq!(calibration_error(&[0.5; 1_000], &halves, 10).unwrap().0, 0.0);
        assert!(matches!(calibration_error(&[1.5], &[true], 1), Err(ModelError::Probability { row: 0, .. })));
        assert!(matches!(calibration_error(&[0.5], &[true], 2), Err(ModelError::Hyperparameter { .. })));
    }
}
