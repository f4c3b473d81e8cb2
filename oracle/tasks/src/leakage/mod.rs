//! A feature that tells the target is refused: it is a copy, or was known only after.

mod binary;
mod real;

use attention_model::{Dataset, Target};

use crate::TaskError;

pub use binary::single_feature_auc;
pub use real::{Telling, single_feature_telling};

/// From this AUC of a single feature on, it is taken for a leak.
pub const LEAK_AUC: f64 = 0.995;
/// From this correlation with a real target on (of values or of ranks; of a category the correlation ratio; or the share of rows in
/// ranges of their own) a single feature is taken for a leak: what is left is rounding.
pub const LEAK_CORRELATION: f64 = 0.999;
/// Fewest rows of either class that make an AUC mean anything here.
const ROWS_OF_A_CLASS_MIN: u64 = 20;

/// Refuses the first feature whose single AUC reaches [`LEAK_AUC`], or that tells a real target by [`LEAK_CORRELATION`] (see
/// [`single_feature_telling`]), unless `allowed` names it. With fewer than 20 rows of a class, or 30 of a real target, nothing is
/// concluded.
///
/// # Errors
/// [`TaskError::Leak`] naming the column.
pub fn check_leakage(
    data: &Dataset<'_>,
    columns: &[&str],
    target: &str,
    allowed: &[String],
) -> Result<(), TaskError> {
    let (found, limit) = match data.target() {
        Target::Binary(_) => {
            let negatives = data.rows() as u64 - data.positives();
            if data.positives().min(negatives) < ROWS_OF_A_CLASS_MIN {
                return Ok(());
            }
            let areas = single_feature_auc(data)?.into_iter();
            (areas.map(|strength| Telling { measure: "an AUC", strength }).collect(), LEAK_AUC)
        }
        Target::Real(targets) => (single_feature_telling(data, targets), LEAK_CORRELATION),
    };
    for (column, Telling { measure, strength }) in columns.iter().zip(found) {
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
    use attention_model::{FeatureKind, FeatureSchema, MISSING};

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
        let found: Vec<f64> =
            single_feature_telling(&data, &targets).into_iter().map(|found| found.strength).collect();
        assert!((found[0] - 1.0).abs() < 1e-12 && found[1] < 0.1 && found[2] == 0.0, "{found:?}");
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
