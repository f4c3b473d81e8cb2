//! Champion and challenger on the same rows.

use serde::Serialize;

use super::held::Held;
use super::judged::{Judged, Loss, Losses};
use super::rows::Rows;
use crate::paired::PairedDifference;
use crate::price::first_day_from;
use crate::{Task, TaskError};

/// One of the two.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Side {
    /// The estimator; or the task's baseline: `base`, `median_7d`, `popularity`, `recency` or `share`.
    pub model: &'static str,
    /// Mean loss.
    pub loss: f64,
    /// AUC; absent without two classes.
    pub auc: Option<f64>,
    /// Share of users whose item is among the first ten, of recommenders.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hit_rate_10: Option<f64>,
}

impl From<&Losses> for Side {
    fn from(losses: &Losses) -> Self {
        let Losses { model, auc, hit_rate_10, .. } = *losses;
        Self { model, loss: losses.mean(), auc, hit_rate_10 }
    }
}

/// What the rows say.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// The task of both.
    pub task: Task,
    /// Rows.
    pub rows: usize,
    /// What rows that may depend on each other have in common: their `user` or `day`; `null` if all count as independent.
    pub clustered_by: Option<&'static str>,
    /// How many such clusters.
    pub clusters: Option<usize>,
    /// What is compared row by row.
    pub loss: Loss,
    /// What losses are counted in; margins in millionths of it.
    pub unit: &'static str,
    /// The challenger.
    pub challenger: Side,
    /// The champion; without one, the task's baseline.
    pub champion: Side,
    /// The challenger's loss less the champion's: below 0 the challenger is better.
    pub difference: PairedDifference,
    /// The challenger's AUC less the champion's.
    pub auc_difference: Option<f64>,
    /// From when on rows are predicted, unix seconds, where the task has it.
    pub from_s: Option<i64>,
    /// Hash of the data; see [`Rows::hash`].
    pub data_hash: String,
}

impl Comparison {
    /// True if the whole 95 % interval of the difference lies below `−margin`, in millionths of the loss.
    pub fn better_by(&self, margin_micro: u32) -> bool {
        self.difference.high_95 < -f64::from(margin_micro) / 1e6
    }
}

/// Measures both on the same rows.
///
/// # Errors
/// [`TaskError`] naming what of the data one of them cannot read; [`TaskError::Registry`] if they are of different tasks or
/// predict different things, if one of them learnt from the rows, or if there are too few rows to tell how sure a difference is.
pub fn compare(challenger: &Held, champion: Option<&Held>, rows: &Rows) -> Result<Comparison, TaskError> {
    for (who, held) in [("challenger", Some(challenger)), ("champion", champion)] {
        let until_s = held.and_then(Held::until_s);
        if let Some((until_s, from_s)) =
            until_s.zip(rows.from_s()).filter(|(until_s, from_s)| from_s < until_s)
        {
            return Err(TaskError::Registry(format!(
                "the {who} learnt from what was before {until_s} (unix seconds), so it cannot be measured from {from_s} on: \
                 take --from {} or later",
                first_day_from(until_s)
            )));
        }
    }
    match challenger {
        Held::Interest(own) => against(own.as_ref(), champion, rows),
        Held::Price(own) => against(own.as_ref(), champion, rows),
        Held::Recommend(own) => against(own.as_ref(), champion, rows),
        Held::Churn(own) => against(own.as_ref(), champion, rows),
    }
}

fn against<M: Judged>(own: &M, champion: Option<&Held>, rows: &Rows) -> Result<Comparison, TaskError> {
    let other_task = |held: &Held| {
        let (own, theirs) = (M::TASK.name(), held.task().name());
        TaskError::Registry(format!(
            "the challenger is of the task {own}, the champion of the task {theirs}: they cannot be compared"
        ))
    };
    let champion = champion.map(|held| M::of(held).ok_or_else(|| other_task(held))).transpose()?;
    champion.map_or(Ok(()), |champion| own.agrees(champion))?;
    let data = own.read(rows)?;
    let losses = own.losses(&data)?;
    let theirs = champion.map_or_else(|| own.baseline(&data), |champion| champion.losses(&data))?;
    let clusters = M::clusters(&data);
    let independent = clusters.as_ref().map_or(losses.values.len(), |clusters| clusters.count());
    if independent < 2 {
        let what = clusters.as_ref().map_or("row", |clusters| clusters.by);
        return Err(TaskError::Registry(format!(
            "there is {independent} {what} to compare on; at least 2 are needed to tell how sure a difference is"
        )));
    }
    let difference = match &clusters {
        Some(clusters) => PairedDifference::of_clusters(&losses.values, &theirs.values, &clusters.of_rows)?,
        None => PairedDifference::of(&losses.values, &theirs.values)?,
    };
    Ok(Comparison {
        task: M::TASK,
        rows: losses.values.len(),
        clustered_by: clusters.as_ref().map(|clusters| clusters.by),
        clusters: clusters.as_ref().map(|clusters| clusters.count()),
        loss: losses.loss,
        unit: losses.loss.unit(),
        challenger: Side::from(&losses),
        champion: Side::from(&theirs),
        difference,
        auc_difference: losses.auc.zip(theirs.auc).map(|(own, theirs)| own - theirs),
        from_s: rows.from_s(),
        data_hash: rows.hash(),
    })
}

#[cfg(test)]
mod tests {
    use attention_model::{Model, PriorModel};

    use super::*;
    use crate::Bundle;
    use crate::table::{TypingOptions, infer_spec, read_table};

    /// A model that knows the share of positives of its training rows alone.
    fn prior(text: &str) -> Held {
        let options = TypingOptions { target: "y".into(), ..Default::default() };
        let spec = infer_spec(text.as_bytes(), "t.csv", &options).unwrap();
        let table = read_table(text.as_bytes(), "t.csv", &spec).unwrap();
        let model = Model::Prior(PriorModel::measure(&table.data().unwrap()));
        Held::Interest(Box::new(Bundle::new(spec, model).unwrap()))
    }

    fn rows(text: &str) -> Rows {
        Rows::File { name: "o.csv".into(), bytes: text.into() }
    }

    /// By Laplace's rule one of one gives 2/3, none of one 1/3. On yes, yes, no the first costs ln 3 − ln 2, twice, and ln 3;
    /// the second the other way round: the differences are −ln 2, −ln 2, ln 2; mean −ln 2 / 3, standard error 2/3 ln 2.
    #[test]
    fn comparisons_by_hand() {
        let (yes, no) = (prior("a,y\n1,1\n"), prior("b,a,y\n1,1,0\n"));
        let text = rows("a,b,y\n1,1,1\n2,2,1\n3,3,0\n");
        let found = compare(&yes, Some(&no), &text).unwrap();
        let ln2 = std::f64::consts::LN_2;
        assert!((found.difference.mean + ln2 / 3.0).abs() < 1e-12, "{found:?}");
        assert!((found.difference.standard_error - 2.0 / 3.0 * ln2).abs() < 1e-12);
        assert_eq!((found.rows, found.loss, found.auc_difference), (3, Loss::LogLoss, Some(0.0)));
        assert_eq!((found.task, found.unit, found.clusters), (Task::Interest, "nat", None));
        assert!((found.challenger.loss - ((3.0f64).ln() - 2.0 / 3.0 * ln2)).abs() < 1e-12);
        assert!(!found.better_by(0), "one row is against it");
        let back = compare(&no, Some(&yes), &text).unwrap();
        assert_eq!(back.difference.mean, -found.difference.mean);
        let base = compare(&yes, None, &text).unwrap();
        assert_eq!(base.champion.model, "base");
    }

    #[test]
    fn a_margin_is_in_millionths() {
        let zero = PairedDifference { mean: -0.02, standard_error: 0.0, low_95: -0.02, high_95: -0.02 };
        let (yes, no) = (prior("a,y\n1,1\n"), prior("a,y\n1,0\n"));
        let found = compare(&yes, Some(&no), &rows("a,y\n1,1\n2,0\n")).unwrap();
        let comparison = Comparison { difference: zero, ..found };
        assert!(comparison.better_by(19_999) && !comparison.better_by(20_000));
    }

    #[test]
    fn other_targets_and_too_few_rows_are_refused() {
        let refused = |a: &str, b: &str, text| {
            compare(&prior(a), Some(&prior(b)), &rows(text)).unwrap_err().to_string()
        };
        let other = refused("a,y\n1,1\n", "a,y\n1,2.5\n", "a,y\n1,1\n2,1\n");
        assert!(other.contains("cannot be compared"), "{other}");
        let one = refused("a,y\n1,1\n", "a,y\n1,0\n", "a,y\n1,1\n");
        assert!(one.contains("there is 1 row to compare on; at least 2"), "{one}");
    }
}
