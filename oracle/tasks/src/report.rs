//! The final report: how much better a model is than what needs no model, on rows that neither was fitted on.

use attention_model::{
    Dataset, Fit, LinearParams, LogisticParams, Model, ParamGuard, Predict, PriorModel, Target,
};
use serde::Serialize;

use crate::TaskError;
use crate::folds::Fold;
use crate::leakage::single_feature_auc;
use crate::paired::PairedDifference;
use crate::quality::{losses, quality};
use crate::table::Table;
use crate::validation::{Mean, OutOfFold};

/// The baseline that looks at one column.
const SINGLE_FEATURE: &str = "single_feature";

/// A model beside the simple baselines of its target.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// What is compared row by row: `log_loss` in nats, or `squared_error`.
    pub loss: &'static str,
    /// Rows, each held out once.
    pub rows: usize,
    /// The model's mean loss over them.
    pub model_loss: f64,
    /// The model's AUC over them; absent for a real target, or with one class only.
    pub model_auc: Option<f64>,
    /// The baselines, fitted on the same folds.
    pub baselines: Vec<Baseline>,
}

/// One baseline.
#[derive(Debug, Clone, Serialize)]
pub struct Baseline {
    /// `base_rate`, `mean`, `median`, `last` or `single_feature`.
    pub name: &'static str,
    /// Its mean loss.
    pub loss: f64,
    /// Its AUC; absent for a real target, or with one class only.
    pub auc: Option<f64>,
    /// The model's loss less this one's, row by row: below 0 the model is better.
    pub difference: PairedDifference,
    /// Of `single_feature`: the column that each fold's training rows chose.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
}

/// Compares out-of-fold predictions with the baselines: for a binary target the training rows' share of positives; for a
/// real one their mean, their median and, where rows have times, the mean of the latest earlier targets; for both the best
/// single feature, chosen (by AUC, or by squared error) and fitted by regression on the training rows.
///
/// # Errors
/// [`TaskError::Model`] for what a baseline's regression refuses.
pub fn report(table: &Table, folds: &[Fold], predicted: &OutOfFold) -> Result<Report, TaskError> {
    let (rows, margins) = predicted.rows();
    let held_out = table.chosen(&rows);
    let data = held_out.data()?;
    let own = losses(&margins, &data)?;
    let constant = |of: &(dyn Fn(&Dataset<'_>) -> f64 + Sync)| {
        OutOfFold::by(folds, |fold| {
            Ok(vec![of(&table.chosen(&fold.training).data()?); fold.validation.len()])
        })
    };
    let prior = |data: &Dataset<'_>| PriorModel::measure(data).base_margin();
    let (loss, mut found) = match data.target() {
        Target::Binary(_) => ("log_loss", vec![("base_rate", constant(&prior)?)]),
        Target::Real(_) => {
            let mut found = vec![("mean", constant(&prior)?), ("median", constant(&median)?)];
            if let Some(times) = table.times_s() {
                found.push(("last", OutOfFold::by(folds, |fold| last(table, times, fold))?));
            }
            ("squared_error", found)
        }
    };
    let (features, by): (Vec<usize>, Vec<Vec<f64>>) = folds
        .iter()
        .map(|fold| single_feature(table, fold))
        .collect::<Result<Vec<_>, _>>()?
        .into_iter()
        .unzip();
    found.push((SINGLE_FEATURE, OutOfFold::new(folds, by)));
    let names = data.schema().names();
    let baselines = found.into_iter().map(|(name, by)| {
        let (_, margins) = by.rows();
        let theirs = losses(&margins, &data)?;
        let columns = match name {
            SINGLE_FEATURE => features.iter().map(|&feature| names[feature].clone()).collect(),
            _ => Vec::new(),
        };
        Ok(Baseline {
            name,
            loss: Mean::of(&theirs).mean,
            auc: quality(&margins, &data)?.auc,
            difference: PairedDifference::of(&own, &theirs)?,
            columns,
        })
    });
    Ok(Report {
        loss,
        rows: rows.len(),
        model_loss: Mean::of(&own).mean,
        model_auc: quality(&margins, &data)?.auc,
        baselines: baselines.collect::<Result<_, TaskError>>()?,
    })
}

/// The lower median of a real target; 0 without rows.
fn median(data: &Dataset<'_>) -> f64 {
    let Target::Real(values) = data.target() else { return 0.0 };
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len().div_ceil(2).max(1) - 1).copied().unwrap_or(0.0)
}

/// For each validated row the mean target of the latest moment strictly before it, whatever part that is in: what was known
/// then. The training mean where nothing came before.
fn last(table: &Table, times: &[i64], fold: &Fold) -> Result<Vec<f64>, TaskError> {
    let training = table.chosen(&fold.training);
    let first = PriorModel::measure(&training.data()?).base_margin();
    let data = table.data()?;
    let Target::Real(values) = data.target() else { return Ok(vec![first; fold.validation.len()]) };
    let mut order: Vec<usize> = (0..times.len()).collect();
    order.sort_by_key(|&row| times[row]);
    let moments: Vec<(i64, f64)> = order
        .chunk_by(|&a, &b| times[a] == times[b])
        .map(|rows| (times[rows[0]], Mean::of(&rows.iter().map(|&row| values[row]).collect::<Vec<_>>()).mean))
        .collect();
    let before = |row: &usize| {
        let end = moments.partition_point(|&(time, _)| time < times[*row]);
        end.checked_sub(1).and_then(|at| moments.get(at)).map_or(first, |&(_, value)| value)
    };
    Ok(fold.validation.iter().map(before).collect())
}

/// The feature that the training rows choose, and a regression on it alone for the validation rows.
fn single_feature(table: &Table, fold: &Fold) -> Result<(usize, Vec<f64>), TaskError> {
    let training = table.chosen(&fold.training);
    let data = training.data()?;
    let fit = |feature: usize| -> Result<Model, TaskError> {
        let one = training.only(feature)?;
        Ok(match data.target() {
            Target::Binary(_) => Model::Logistic(LogisticParams::default().check()?.fit(&one.data()?)?),
            Target::Real(_) => Model::Linear(LinearParams::default().check()?.fit(&one.data()?)?),
        })
    };
    let badness: Vec<f64> = match data.target() {
        Target::Binary(_) => single_feature_auc(&data)?.into_iter().map(|area| -area).collect(),
        Target::Real(_) => (0..data.schema().len())
            .map(|feature| {
                let margins = fit(feature)?.margins(&training.only(feature)?.data()?)?;
                Ok(Mean::of(&losses(&margins, &data)?).mean)
            })
            .collect::<Result<_, TaskError>>()?,
    };
    // The first of equal ones.
    let best = (0..badness.len()).min_by(|&a, &b| badness[a].total_cmp(&badness[b])).unwrap_or_default();
    let validation = table.chosen(&fold.validation).only(best)?;
    Ok((best, fit(best)?.margins(&validation.data()?)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::{TypingOptions, infer_spec, read_table};

    fn table(text: &str) -> Table {
        let options = TypingOptions { target: "y".into(), ..Default::default() };
        let spec = infer_spec(text.as_bytes(), "t.csv", &options).unwrap();
        read_table(text.as_bytes(), "t.csv", &spec).unwrap()
    }

    fn named<'a>(report: &'a Report, name: &str) -> &'a Baseline {
        report.baselines.iter().find(|baseline| baseline.name == name).unwrap()
    }

    /// Trained on 1, 2, 3, 6 at times 0 to 3, validated on 5 and 9 at times 4 and 5. Mean 3: errors 2, 6, squares 4, 36;
    /// lower median 2: 9, 49; last: 6 for 5 and 5 for 9: 1, 16; the model says 5 and 8: 0, 1.
    #[test]
    fn baselines_of_a_real_target_by_hand() {
        let table = table("a,y\n1,1\n1,2\n2,3\n2,6\n3,5\n3,9\n").with_times((0..6).collect()).unwrap();
        let folds = [Fold { training: vec![0, 1, 2, 3], validation: vec![4, 5] }];
        let predicted = OutOfFold::new(&folds, vec![vec![5.0, 8.0]]);
        let found = report(&table, &folds, &predicted).unwrap();
        assert_eq!(
            (found.loss, found.rows, found.model_loss, found.model_auc),
            ("squared_error", 2, 0.5, None)
        );
        let losses: Vec<(&str, f64)> =
            found.baselines[..3].iter().map(|base| (base.name, base.loss)).collect();
        assert_eq!(losses, [("mean", 20.0), ("median", 29.0), ("last", 8.5)]);
        // Differences −1 and −15: mean −8, standard error √(98 / 2) = 7.
        let last = named(&found, "last").difference;
        assert_eq!(last.mean, -8.0);
        assert!((last.standard_error - 7.0).abs() < 1e-12);
        // A line through (1, 1), (1, 2), (2, 3), (2, 6): 4.5 − 1.5 = 3 a step, 7.5 at 3.
        assert!((named(&found, "single_feature").loss - (6.25 + 2.25) / 2.0).abs() < 1e-4, "{found:?}");
    }

    /// Column b decides, a is noise: every fold chooses b; the base rate ranks nothing.
    #[test]
    fn the_best_single_feature_is_chosen_on_the_training_rows() {
        let rows: String = (0..60)
            .map(|row| format!("{},{},{}\n", row * 7 % 5, row % 6, u8::from(row % 6 > 2 && row % 11 != 0)))
            .collect();
        let table = table(&format!("a,b,y\n{rows}"));
        let folds = crate::folds::k_fold(60, 3, 1).unwrap();
        let predicted = OutOfFold::by(&folds, |fold| Ok(vec![0.0; fold.validation.len()])).unwrap();
        let found = report(&table, &folds, &predicted).unwrap();
        assert_eq!(named(&found, "single_feature").columns, ["b", "b", "b"]);
        assert!(named(&found, "single_feature").auc.unwrap() > 0.9);
        assert!((found.model_loss - std::f64::consts::LN_2).abs() < 1e-12);
        assert!(named(&found, "single_feature").difference.low_95 > 0.0, "even odds are worse: {found:?}");
    }
}
