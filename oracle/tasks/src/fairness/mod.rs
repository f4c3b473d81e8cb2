//! Whether a model treats groups alike, by a definition that has to be chosen.
//!
//! For every group of a column's values, with 95 % intervals: how often a yes occurs, what is predicted, how often the group is
//! selected (a prediction at or above a declared threshold), true and false positive rates, ranking (AUC) and calibration; and how far
//! each is from the whole. Which of these ought to be equal is a decision that no statistic makes: see [`Definition`].

mod beyond_chance;
mod gap;
mod measure;
mod resampled;
mod words;

use std::collections::BTreeMap;

use attention_model::{Predict, Target, sigmoid};
use serde::Serialize;

use crate::stats::{Interval, LEVEL, RESAMPLES_MAX};
use crate::table::{read_labels, read_table};
use crate::{Bundle, TaskError};

pub use gap::Gaps;
pub use measure::{GroupMeasures, measure};

/// Most groups of a column.
pub const GROUPS_MAX: usize = 200;
/// What cells without a value are called.
const MISSING_GROUP: &str = "(missing)";
/// What small groups together are called.
const POOLED_GROUP: &str = "(small groups together)";

/// What has to be equal between groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Definition {
    /// The selection rate.
    DemographicParity,
    /// The true positive rate: the selection rate of those who turn out a yes (Hardt, Price and Srebro 2016).
    EqualOpportunity,
    /// The mean prediction less the share of yes, which should be 0 in each.
    Calibration,
}

/// What to compare, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FairnessOptions {
    /// The column whose values are the groups.
    pub group: String,
    /// What has to be equal.
    pub definition: Definition,
    /// Who is selected: predictions at or above it, in millionths, at most 1,000,000.
    pub threshold_ppm: u32,
    /// Groups with fewer rows are put together; at least 1.
    pub min_rows: u64,
    /// Bootstrap resamples of the intervals of AUC gaps and calibration errors, 100 to [`RESAMPLES_MAX`].
    pub resamples: u32,
    /// Seed of the resamples.
    pub seed: u64,
}

/// A quantity with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    /// The quantity.
    pub value: f64,
    /// Its interval.
    pub interval: Interval,
}

/// One group.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Group {
    /// The column's value.
    pub group: String,
    /// The values that were put together, if this is what became of small groups.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pooled: Vec<String>,
    /// Whether it has fewer rows than were asked for; then it is told but not judged.
    pub small: bool,
    /// What was measured in it.
    #[serde(flatten)]
    pub measures: GroupMeasures,
    /// How far each measure is from the whole.
    pub gaps: Gaps,
    /// Whether the definition's measure differs from the whole beyond chance, taking all groups together: its interval at a level of
    /// 1 − .05 / groups excludes 0 (Bonferroni). Absent where it is not judged or cannot be measured.
    pub differs: Option<bool>,
}

/// All groups.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FairnessReport {
    /// The estimator.
    pub model: &'static str,
    /// How its probabilities were calibrated, if they were: `platt` or `isotonic`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calibration: Option<&'static str>,
    /// The target column.
    pub target: String,
    /// The column whose values are the groups.
    pub column: String,
    /// Whether the model reads that column itself.
    pub column_is_feature: bool,
    /// What has to be equal.
    pub definition: Definition,
    /// Who is selected, in millionths.
    pub threshold_ppm: u32,
    /// All rows.
    pub whole: GroupMeasures,
    /// The groups, by name.
    pub groups: Vec<Group>,
    /// Which definition was chosen, what it means, and what was found.
    pub finding: String,
    /// Why the other definitions may say something else.
    pub conflict: String,
    /// sha256 of the bundle.
    pub model_hash: String,
}

/// Predictions with what came of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcomes {
    /// Predicted probabilities.
    pub probabilities: Vec<f64>,
    /// What came of them.
    pub labels: Vec<bool>,
}

impl Outcomes {
    fn chosen(&self, rows: &[usize]) -> Self {
        Self {
            probabilities: rows.iter().map(|&row| self.probabilities[row]).collect(),
            labels: rows.iter().map(|&row| self.labels[row]).collect(),
        }
    }
}

/// Predicts every row of a file and compares the groups.
///
/// # Errors
/// [`TaskError`] naming file, line and column; [`TaskError::Range`] for options out of range, a target that is no yes or no, or too many
/// groups.
pub fn fairness(
    bytes: &[u8],
    source_name: &str,
    bundle: &Bundle,
    options: &FairnessOptions,
) -> Result<FairnessReport, TaskError> {
    check(options)?;
    let cells = read_labels(bytes, source_name, &options.group)?;
    let table = read_table(bytes, source_name, bundle.spec())?;
    let data = table.data()?;
    let Target::Binary(labels) = data.target() else {
        let value = bundle.spec().target.name.clone();
        return Err(TaskError::Range { name: "the target", value, range: "yes or no for a fairness report" });
    };
    let probabilities = bundle.model().margins(&data)?.into_iter().map(sigmoid).collect();
    let outcomes = Outcomes { probabilities, labels: labels.to_vec() };
    let named = grouped(&cells, options.min_rows)?;
    let whole = measure(&outcomes, options.threshold_ppm)?;
    let mut groups = compare(&outcomes, &whole, named, options)?;
    let whole = resampled::with_error(&outcomes, whole, &mut groups, options)?;
    let (finding, conflict) = words::tell(options, &whole, &groups);
    Ok(FairnessReport {
        model: bundle.kind(),
        calibration: bundle.calibration(),
        target: bundle.spec().target.name.clone(),
        column: options.group.clone(),
        column_is_feature: bundle.spec().columns.iter().any(|column| column.name == options.group),
        definition: options.definition,
        threshold_ppm: options.threshold_ppm,
        whole,
        groups: groups.into_iter().map(|(group, _)| group).collect(),
        finding,
        conflict,
        model_hash: hex::encode(bundle.hash()?),
    })
}

fn check(options: &FairnessOptions) -> Result<(), TaskError> {
    let bad = |name, value: String, range| Err(TaskError::Range { name, value, range });
    if options.threshold_ppm > 1_000_000 {
        return bad("--threshold-ppm", options.threshold_ppm.to_string(), "0 to 1000000");
    }
    if options.min_rows == 0 {
        return bad("--min-rows", "0".into(), "at least 1");
    }
    if !(100..=RESAMPLES_MAX).contains(&options.resamples) {
        return bad("--resamples", options.resamples.to_string(), "100 to 100000");
    }
    Ok(())
}

/// A group's name, the values it is made of if there are several, and its rows.
type Named = (String, Vec<String>, Vec<usize>);

fn grouped(cells: &[Option<String>], min_rows: u64) -> Result<Vec<Named>, TaskError> {
    let mut by_value: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (row, cell) in cells.iter().enumerate() {
        by_value.entry(cell.as_deref().unwrap_or(MISSING_GROUP)).or_default().push(row);
        if by_value.len() > GROUPS_MAX {
            return Err(TaskError::Range {
                name: "the number of groups of --group",
                value: format!("more than {GROUPS_MAX}"),
                range: "at most 200: choose a column of few values",
            });
        }
    }
    let (large, small): (Vec<_>, Vec<_>) =
        by_value.into_iter().partition(|(_, rows)| rows.len() as u64 >= min_rows);
    let mut named: Vec<Named> =
        large.into_iter().map(|(value, rows)| (value.to_owned(), Vec::new(), rows)).collect();
    match small.as_slice() {
        [] => {}
        [(value, rows)] => named.push(((*value).to_owned(), Vec::new(), rows.clone())),
        several => {
            let values = several.iter().map(|(value, _)| (*value).to_owned()).collect();
            let mut rows: Vec<usize> = several.iter().flat_map(|(_, rows)| rows).copied().collect();
            rows.sort_unstable();
            named.push((POOLED_GROUP.into(), values, rows));
        }
    }
    Ok(named)
}

/// Every group with its rows.
fn compare(
    outcomes: &Outcomes,
    whole: &GroupMeasures,
    named: Vec<Named>,
    options: &FairnessOptions,
) -> Result<Vec<(Group, Vec<usize>)>, TaskError> {
    let judged = named.iter().filter(|(_, _, rows)| rows.len() as u64 >= options.min_rows).count();
    let level = 1.0 - (1.0 - LEVEL) / judged.max(1) as f64;
    named
        .into_iter()
        .map(|(group, pooled, rows)| {
            let measures = measure(&outcomes.chosen(&rows), options.threshold_ppm)?;
            let small = (rows.len() as u64) < options.min_rows;
            let strict = gap::gaps(&measures, whole, level).of(options.definition);
            let differs = strict.filter(|_| !small && judged > 1).map(|gap| !gap.interval.holds(0.0));
            let gaps = gap::gaps(&measures, whole, LEVEL);
            Ok((Group { group, pooled, small, measures, gaps, differs }, rows))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_groups_are_put_together() {
        let cells: Vec<Option<String>> = ["a", "b", "a", "c", "a", "", "b"]
            .iter()
            .map(|cell| (!cell.is_empty()).then(|| (*cell).to_owned()))
            .collect();
        let named = |min_rows| grouped(&cells, min_rows).unwrap();
        assert_eq!(
            named(2),
            [
                ("a".to_owned(), vec![], vec![0, 2, 4]),
                ("b".to_owned(), vec![], vec![1, 6]),
                (POOLED_GROUP.to_owned(), vec![MISSING_GROUP.to_owned(), "c".to_owned()], vec![3, 5]),
            ]
        );
        assert_eq!(named(1).len(), 4);
        assert_eq!(named(3)[1].1, [MISSING_GROUP, "b", "c"]);
        let many: Vec<Option<String>> = (0..201).map(|value| Some(value.to_string())).collect();
        assert!(grouped(&many, 1).unwrap_err().to_string().contains("more than 200"));
    }
}
