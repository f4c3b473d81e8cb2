//! How well one feature alone ranks a label.

use attention_model::{Dataset, FeatureKind, MISSING, auc};

use crate::TaskError;

/// How well each feature alone ranks the label: its AUC, at least ½. Numbers rank by size or by being missing, up or down,
/// whichever ranks better; categories by the share of positives of each (see [`category_auc`]).
///
/// # Errors
/// For a real target, or if one class is missing.
pub fn single_feature_auc(data: &Dataset<'_>) -> Result<Vec<f64>, TaskError> {
    let labels = data.labels_of_both_classes("the leakage check")?;
    let folded = |scores: &[f64]| -> Result<f64, TaskError> {
        let area = auc(scores, labels)?;
        Ok(if area < 0.5 { 1.0 - area } else { area })
    };
    data.schema()
        .kinds()
        .iter()
        .enumerate()
        .map(|(feature, kind)| {
            let column: Vec<i64> = (0..data.rows()).map(|row| data.row(row)[feature]).collect();
            let missing: Vec<f64> =
                column.iter().map(|&value| if value == MISSING { 1.0 } else { 0.0 }).collect();
            let own = match kind {
                FeatureKind::Numeric => {
                    folded(&column.iter().map(|&value| value as f64).collect::<Vec<_>>())?
                }
                FeatureKind::Categorical { levels } => {
                    category_auc(&column, labels, usize::from(*levels), data.positives())?
                }
            };
            let by_missing = folded(&missing)?;
            Ok(if by_missing > own { by_missing } else { own })
        })
        .collect()
}

/// The AUC of ranking rows by their category's share of positives, at least ½. Every pair of a positive and a negative is judged
/// by the shares among all rows *but these two*, smoothed by one row with the share of all (leave-pair-out, Airola et al. 2011): a
/// category of one row tells nothing, and two rows of one category are a tie, as they are to whoever sees the category alone.
///
/// Without its own row a category looks worse to each of its positives than to each of its negatives, so that an AUC of
/// leave-one-out shares counts every pair within a category as lost. These pairs are given back their half. The shares have a direction
/// already: an area below ½ is chance, and is not turned round.
fn category_auc(column: &[i64], labels: &[bool], levels: usize, positives: u64) -> Result<f64, TaskError> {
    let place = |value: i64| usize::try_from(value).unwrap_or(levels);
    let mut counts = vec![(0u64, 0u64); levels + 1];
    for (&value, &label) in column.iter().zip(labels) {
        let (rows, hits) = &mut counts[place(value)];
        *rows += 1;
        *hits += u64::from(label);
    }
    let share = positives as f64 / labels.len() as f64;
    let scores: Vec<f64> = column
        .iter()
        .zip(labels)
        .map(|(&value, &label)| {
            let (rows, hits) = counts[place(value)];
            ((hits - u64::from(label)) as f64 + share) / rows as f64
        })
        .collect();
    let within: u128 = counts.iter().map(|&(rows, hits)| u128::from(hits) * u128::from(rows - hits)).sum();
    let pairs = u128::from(positives) * (labels.len() as u128 - u128::from(positives));
    let area = auc(&scores, labels)? + 0.5 * within as f64 / pairs as f64;
    Ok(area.max(0.5))
}

#[cfg(test)]
mod tests {
    use attention_model::{CounterRng, FeatureSchema};

    use super::*;

    /// The AUC that the check sees in one category.
    fn area(values: &[i64], labels: &[bool]) -> f64 {
        let levels = u16::try_from(values.iter().max().unwrap() + 1).unwrap();
        let schema =
            FeatureSchema::typed(1, vec![("c".into(), FeatureKind::Categorical { levels })]).unwrap();
        single_feature_auc(&Dataset::from_rows(&schema, values, labels).unwrap()).unwrap()[0]
    }

    /// Every pair judged by counting all the other rows.
    fn by_every_pair(values: &[i64], labels: &[bool]) -> f64 {
        let share = labels.iter().filter(|&&label| label).count() as f64 / labels.len() as f64;
        let score = |of: usize, other: usize| {
            let rows = || (0..values.len()).filter(|&at| at != of && at != other && values[at] == values[of]);
            (rows().filter(|&at| labels[at]).count() as f64 + share) / (rows().count() + 1) as f64
        };
        let (mut won, mut pairs) = (0.0, 0.0);
        for positive in (0..values.len()).filter(|&at| labels[at]) {
            for negative in (0..values.len()).filter(|&at| !labels[at]) {
                let (a, b) = (score(positive, negative), score(negative, positive));
                won += if (a - b).abs() < 1e-12 { 0.5 } else { f64::from(u8::from(a > b)) };
                pairs += 1.0;
            }
        }
        won / pairs
    }

    #[test]
    fn it_is_the_share_of_pairs_won_by_the_other_rows() {
        let rng = CounterRng::new(3, 1);
        for trial in 0..20 {
            let draw = |slot: u64, below: u64| rng.below(200 * trial + slot, below);
            let values: Vec<i64> = (0..60).map(|row| draw(row, 7) as i64).collect();
            let labels: Vec<bool> =
                (0..60).map(|row| draw(100 + row, 10) < values[row as usize] as u64 + 1).collect();
            let wanted = by_every_pair(&values, &labels).max(0.5);
            assert!((area(&values, &labels) - wanted).abs() < 1e-12, "{wanted}");
        }
    }

    #[test]
    fn columns_that_tell_nothing_are_not_taken_for_copies() {
        let rng = CounterRng::new(7, 1);
        let rows = 1_000;
        let labels: Vec<bool> = (0..rows).map(|row| rng.below(row, 100) < 15).collect();
        let column = |of: &dyn Fn(u64) -> i64| -> Vec<i64> { (0..rows).map(of).collect() };
        assert_eq!(area(&column(&|_| 0), &labels), 0.5, "a constant");
        let nearly = area(&column(&|row| i64::from(row < 2)), &labels);
        assert!(nearly < 0.55, "99.8 % one value: {nearly}");
        let coin = area(&column(&|row| rng.below(rows + row, 2) as i64), &labels);
        assert!(coin < 0.6, "a coin: {coin}");
        let many = area(&column(&|row| rng.below(2 * rows + row, 100) as i64), &labels);
        assert!(many < 0.6, "a hundred values: {many}");
        assert_eq!(area(&column(&|row| row as i64), &labels), 0.5, "a value a row");
    }

    /// Of 500 in each of two values 300 and 200 are positive: a pair is across values and won in .6 · .6, lost in .4 · .4, a tie in the
    /// others: .36 + .48 / 2 = .6.
    #[test]
    fn columns_that_tell_something_get_what_they_tell() {
        let values: Vec<i64> = (0..1_000).map(|row| row % 2).collect();
        let labels: Vec<bool> = (0..1_000).map(|row| (row / 2 % 5 < 2) != (row % 2 == 0)).collect();
        assert!((area(&values, &labels) - 0.6).abs() < 1e-12);
        let copy: Vec<i64> = labels.iter().map(|&label| i64::from(label)).collect();
        assert_eq!(area(&copy, &labels), 1.0);
        // One row of a thousand is wrong: 500 of 500 and 499 of 500 are where they belong, and the last ties with its category.
        let mut near = copy;
        near[labels.iter().position(|&label| label).unwrap()] = 0;
        let found = area(&near, &labels);
        assert!((found - 0.999).abs() < 1e-12, "{found}");
    }
}
