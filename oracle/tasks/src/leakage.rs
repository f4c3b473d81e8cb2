//! A feature that tells the target is refused: it is a copy, or was known only after.

use attention_model::{Dataset, FeatureKind, MISSING, Target, auc};

use crate::TaskError;

/// From this AUC of a single feature on, it is taken for a leak.
pub const LEAK_AUC: f64 = 0.995;
/// From this correlation with a real target on, a single feature is taken for a leak: what is left is rounding.
pub const LEAK_CORRELATION: f64 = 0.999;
/// Fewest rows of a real target that make a correlation mean anything here.
const ROWS_MIN: usize = 30;
/// Fewest rows of either class that make an AUC mean anything here.
const ROWS_OF_A_CLASS_MIN: u64 = 20;

/// How well each feature alone ranks the label: its AUC, folded to at least ½. Numbers rank by size or by being missing,
/// whichever ranks better; categories by the share of positives among the *other* rows of the category, smoothed by the
/// share of all, so that a category of one row tells nothing.
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
                    folded(&category_scores(&column, labels, usize::from(*levels), data.positives()))?
                }
            };
            let by_missing = folded(&missing)?;
            Ok(if by_missing > own { by_missing } else { own })
        })
        .collect()
}

fn category_scores(column: &[i64], labels: &[bool], levels: usize, positives: u64) -> Vec<f64> {
    let place = |value: i64| usize::try_from(value).unwrap_or(levels);
    let mut counts = vec![(0u64, 0u64); levels + 1];
    for (&value, &label) in column.iter().zip(labels) {
        let (rows, hits) = &mut counts[place(value)];
        *rows += 1;
        *hits += u64::from(label);
    }
    let share = positives as f64 / labels.len() as f64;
    column
        .iter()
        .zip(labels)
        .map(|(&value, &label)| {
            let (rows, hits) = counts[place(value)];
            ((hits - u64::from(label)) as f64 + share) / rows as f64
        })
        .collect()
}

/// The correlation (Pearson) of each numeric feature with a real target, over the rows where the feature is known; 0 for
/// categories, for constant features, and with fewer than 30 such rows.
pub fn single_feature_correlation(data: &Dataset<'_>, targets: &[f64]) -> Vec<f64> {
    let column = |feature: usize| {
        let known = (0..data.rows()).map(move |row| (data.row(row)[feature], targets[row]));
        let pairs: Vec<(f64, f64)> = known
            .filter(|(value, _)| *value != MISSING)
            .map(|(value, target)| (value as f64, target))
            .collect();
        if pairs.len() < ROWS_MIN { 0.0 } else { correlation(&pairs) }
    };
    let kinds = data.schema().kinds().iter().enumerate();
    kinds.map(|(feature, kind)| if *kind == FeatureKind::Numeric { column(feature) } else { 0.0 }).collect()
}

fn correlation(pairs: &[(f64, f64)]) -> f64 {
    let n = pairs.len() as f64;
    let (mut x_sum, mut y_sum) = (0.0, 0.0);
    for (x, y) in pairs {
        x_sum += x;
        y_sum += y;
    }
    let (x_mean, y_mean) = (x_sum / n, y_sum / n);
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for (x, y) in pairs {
        let (dx, dy) = (x - x_mean, y - y_mean);
        xx += dx * dx;
        yy += dy * dy;
        xy += dx * dy;
    }
    let scale = libm::sqrt(xx) * libm::sqrt(yy);
    if scale > 0.0 { xy / scale } else { 0.0 }
}

/// Refuses the first feature whose single AUC reaches [`LEAK_AUC`], or whose correlation with a real target reaches
/// [`LEAK_CORRELATION`], unless `allowed` names it. With fewer than 20 rows of a class nothing is concluded.
///
/// # Errors
/// [`TaskError::Leak`] naming the column.
pub fn check_leakage(
    data: &Dataset<'_>,
    columns: &[&str],
    target: &str,
    allowed: &[String],
) -> Result<(), TaskError> {
    let (measure, strengths, limit) = match data.target() {
        Target::Binary(_) => {
            let negatives = data.rows() as u64 - data.positives();
            if data.positives().min(negatives) < ROWS_OF_A_CLASS_MIN {
                return Ok(());
            }
            ("an AUC", single_feature_auc(data)?, LEAK_AUC)
        }
        Target::Real(targets) => {
            let signed = single_feature_correlation(data, targets);
            ("a correlation", signed.into_iter().map(libm::fabs).collect(), LEAK_CORRELATION)
        }
    };
    for (column, strength) in columns.iter().zip(strengths) {
        if strength >= limit && !allowed.iter().any(|name| name == column) {
            return Err(TaskError::Leak {
                column: (*column).into(),
                target: target.into(),
                measure,
                strength,
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use attention_model::FeatureSchema;

    use super::*;

    const ROWS: usize = 100;

    fn schema() -> FeatureSchema {
        let kind = FeatureKind::Categorical { levels: 100 };
        let number = FeatureKind::Numeric;
        let features = [("copy", number), ("gap", number), ("id", kind), ("noise", number), ("code", kind)];
        FeatureSchema::typed(1, features.map(|(name, kind)| (name.to_owned(), kind)).to_vec()).unwrap()
    }

    fn table() -> (Vec<i64>, Vec<bool>) {
        let labels: Vec<bool> = (0..ROWS).map(|row| row % 3 == 0).collect();
        let values = (0..ROWS as i64).flat_map(|row| {
            let label = row % 3 == 0;
            [
                -7 * i64::from(label),
                if label { MISSING } else { row % 5 },
                row,
                row * 37 % 11,
                i64::from(label) + 2 * (row % 2),
            ]
        });
        (values.collect(), labels)
    }

    #[test]
    fn copies_are_found_and_noise_is_not() {
        let (schema, (values, labels)) = (schema(), table());
        let data = Dataset::from_rows(&schema, &values, &labels).unwrap();
        let areas = single_feature_auc(&data).unwrap();
        assert_eq!((areas[0], areas[1], areas[4]), (1.0, 1.0, 1.0));
        assert!(areas[3] < 0.7, "{areas:?}");
        // Every row has an id of its own: nothing is known from other rows, so all scores are one.
        assert_eq!(areas[2], 0.5);
    }

    /// x = −3, …: y = 2 − x/2 is a copy; 1, −1 in turns tells nothing of it.
    #[test]
    fn a_copy_of_a_real_target_is_refused() {
        let schema = FeatureSchema::new(1, vec!["copy".into(), "turn".into(), "constant".into()]).unwrap();
        let values: Vec<i64> = (0..40).flat_map(|row| [row, row % 2 * 2 - 1, 7]).collect();
        let targets: Vec<f64> = (0..40).map(|row| 2.0 - f64::from(row) / 2.0).collect();
        let data = Dataset::rows_with_target(&schema, &values, Target::Real(&targets)).unwrap();
        let found = single_feature_correlation(&data, &targets);
        assert!((found[0] + 1.0).abs() < 1e-12 && found[1].abs() < 0.1 && found[2] == 0.0, "{found:?}");
        let error =
            check_leakage(&data, &["copy", "turn", "constant"], "price", &[]).unwrap_err().to_string();
        assert!(
            error.starts_with("column \"copy\" alone tells the target with a correlation of 1.0000"),
            "{error}"
        );
        check_leakage(&data, &["copy", "turn", "constant"], "price", &["copy".into()]).unwrap();
    }

    #[test]
    fn a_leak_is_refused_by_name_unless_allowed() {
        let (schema, (values, labels)) = (schema(), table());
        let data = Dataset::from_rows(&schema, &values, &labels).unwrap();
        let names = ["copy", "gap", "id", "noise", "code"];
        let check = |allowed: &[&str]| {
            check_leakage(
                &data,
                &names,
                "y",
                &allowed.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>(),
            )
        };
        let error = check(&[]).unwrap_err().to_string();
        assert!(error.starts_with("column \"copy\" alone tells the target with an AUC of 1.0000"), "{error}");
        assert!(matches!(check(&["copy", "gap"]), Err(TaskError::Leak { column, .. }) if column == "code"));
        check(&["copy", "gap", "code"]).unwrap();
    }
}
