//! Whether what users do, or what a model says, is distributed as it was.

use attention_features::BehaviourEvent;
use attention_model::{Dataset, FeatureKind, MISSING, Predict};
use serde::Serialize;

use super::users::{MEASURES, Measures, users};
use crate::stats::chi_square_quantile;
use crate::table::read_table;
use crate::{Bundle, TaskError};

/// Bins of a number: tenths of the first period.
pub const BINS: usize = 10;
/// From here on a shift is moderate, by common practice (Siddiqi 2006).
pub const PSI_MODERATE: f64 = 0.1;
/// From here on it is large.
pub const PSI_LARGE: f64 = 0.25;
/// Added to every bin's count, so that an empty one does not make the index infinite.
const HALF: f64 = 0.5;
/// A model's margin as an integer.
const MARGIN_UNITS: f64 = 1e6;

/// How far a distribution moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Shift {
    /// Below [`PSI_MODERATE`], or no more than chance makes of as many rows.
    Stable,
    /// Below [`PSI_LARGE`].
    Moderate,
    /// All else.
    Large,
}

/// One column's drift.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DriftedColumn {
    /// Its name; `score` for a model's.
    pub column: String,
    /// Population stability index.
    pub psi: f64,
    /// What it exceeds in one case of twenty without any drift: the 95 % quantile of chi-square with one degree less than bins, times
    /// `1 / rows before + 1 / rows after` (Yurdakul 2018).
    pub psi_by_chance: f64,
    /// What it says.
    pub shift: Shift,
    /// Bins.
    pub bins: usize,
}

/// All columns, the most drifted first.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DriftReport {
    /// Rows (users, for events) of the first period.
    pub rows_before: u64,
    /// Rows of the second.
    pub rows_after: u64,
    /// The columns.
    pub columns: Vec<DriftedColumn>,
}

impl DriftReport {
    fn new(rows_before: usize, rows_after: usize, mut columns: Vec<DriftedColumn>) -> Self {
        // Stable: equal ones stay in the order of the columns.
        columns.sort_by(|a, b| b.psi.total_cmp(&a.psi));
        Self { rows_before: rows_before as u64, rows_after: rows_after as u64, columns }
    }
}

/// Drift of what users do from `[from_s, split_s)` to `[split_s, until_s)`: each measure of the users active in a period, from the
/// events of that period alone.
///
/// # Errors
/// [`TaskError::Range`] if a period has no event or the times do not rise.
pub fn drift(
    events: &[BehaviourEvent],
    from_s: i64,
    split_s: i64,
    until_s: i64,
) -> Result<DriftReport, TaskError> {
    if from_s >= split_s || split_s >= until_s {
        return Err(TaskError::Range {
            name: "the periods (unix seconds)",
            value: format!("{from_s}, {split_s}, {until_s}"),
            range: "three rising times: --from, --split, --until",
        });
    }
    let values = |from_s: i64, until_s: i64| -> Result<Vec<[i64; MEASURES.len()]>, TaskError> {
        let users = users(events, from_s, until_s)?;
        Ok(users.iter().map(|user| Measures::of(user, until_s).values()).collect())
    };
    let (before, after) = (values(from_s, split_s)?, values(split_s, until_s)?);
    let columns = MEASURES
        .iter()
        .enumerate()
        .map(|(measure, name)| {
            let of = |rows: &[[i64; MEASURES.len()]]| rows.iter().map(|row| row[measure]).collect::<Vec<_>>();
            population_stability(name, &of(&before), &of(&after), FeatureKind::Numeric)
        })
        .collect();
    Ok(DriftReport::new(before.len(), after.len(), columns))
}

/// Drift of a model's features and score from one table to another.
///
/// # Errors
/// [`TaskError`] naming file, line and column.
pub fn table_drift(
    bundle: &Bundle,
    before: (&[u8], &str),
    after: (&[u8], &str),
) -> Result<DriftReport, TaskError> {
    let tables =
        [read_table(before.0, before.1, bundle.spec())?, read_table(after.0, after.1, bundle.spec())?];
    let data = [tables[0].data()?, tables[1].data()?];
    let mut columns: Vec<DriftedColumn> = bundle
        .spec()
        .columns
        .iter()
        .zip(data[0].schema().kinds())
        .enumerate()
        .map(|(at, (column, kind))| {
            let of = |data: &Dataset<'_>| (0..data.rows()).map(|row| data.row(row)[at]).collect::<Vec<_>>();
            population_stability(&column.name, &of(&data[0]), &of(&data[1]), *kind)
        })
        .collect();
    let scores = |data: &Dataset<'_>| -> Result<Vec<i64>, TaskError> {
        let units = |margin: f64| libm::rint((margin * MARGIN_UNITS).clamp(-1e18, 1e18)) as i64;
        Ok(bundle.model().margins(data)?.into_iter().map(units).collect())
    };
    let (before, after) = (scores(&data[0])?, scores(&data[1])?);
    columns.push(population_stability("score", &before, &after, FeatureKind::Numeric));
    Ok(DriftReport::new(data[0].rows(), data[1].rows(), columns))
}

/// The population stability index, `Σ (q − p) ln(q / p)` over bins, of shares p before and q after, half a row being added to each
/// bin. Bins of a number are the tenths of the values before (fewer where they repeat), of a category its values; missing values are a
/// bin of their own, if there are any.
pub fn population_stability(column: &str, before: &[i64], after: &[i64], kind: FeatureKind) -> DriftedColumn {
    let edges = match kind {
        FeatureKind::Numeric => tenths(before),
        FeatureKind::Categorical { levels } => (1..i64::from(levels)).collect(),
    };
    // Bin 0 holds what is missing; bin i + 1 what i edges are not above.
    let bin =
        |value: &i64| if *value == MISSING { 0 } else { 1 + edges.partition_point(|edge| edge <= value) };
    let count = |values: &[i64]| {
        let mut counts = vec![0u64; edges.len() + 2];
        for value in values {
            counts[bin(value)] += 1;
        }
        counts
    };
    let (counts_before, counts_after) = (count(before), count(after));
    // A bin that nobody was in, before or after, is none.
    let used: Vec<(u64, u64)> =
        counts_before.into_iter().zip(counts_after).filter(|&(before, after)| before + after > 0).collect();
    let (n_before, n_after) = (before.len() as f64, after.len() as f64);
    let added = HALF * used.len() as f64;
    let mut psi = 0.0;
    for &(before, after) in &used {
        let p = (before as f64 + HALF) / (n_before + added);
        let q = (after as f64 + HALF) / (n_after + added);
        psi += (q - p) * libm::log(q / p);
    }
    let psi_by_chance = match used.len() {
        0 | 1 => 0.0,
        bins => chi_square_quantile(0.95, (bins - 1) as f64) * (1.0 / n_before + 1.0 / n_after),
    };
    let shift = match psi {
        psi if psi < PSI_MODERATE || psi <= psi_by_chance => Shift::Stable,
        psi if psi < PSI_LARGE => Shift::Moderate,
        _ => Shift::Large,
    };
    DriftedColumn { column: column.to_owned(), psi, psi_by_chance, shift, bins: used.len() }
}

/// The values at the nearest ranks of one to nine tenths, each once and none the lowest: what is below the first is the first bin.
fn tenths(values: &[i64]) -> Vec<i64> {
    let mut sorted: Vec<i64> = values.iter().copied().filter(|&value| value != MISSING).collect();
    sorted.sort_unstable();
    let Some(&lowest) = sorted.first() else { return Vec::new() };
    let mut edges: Vec<i64> = (1..BINS).map(|tenth| sorted[tenth * sorted.len() / BINS]).collect();
    edges.dedup();
    edges.retain(|&edge| edge > lowest);
    edges
}

#[cfg(test)]
mod tests {
    use super::super::users::tests::act;
    use super::*;

    /// Two categories, before 59.5 and 39.5, after 29.5 and 69.5 (half a row more of each of 100 + 1):
    /// p = .6, .4, q = .3, .7: −.3 ln .5 + .3 ln 1.75 = .2079442 + .1678847.
    #[test]
    fn by_hand() {
        let of = |zeros: usize, ones: usize| [vec![0; zeros], vec![1; ones]].concat();
        // 60 / 101 and so on: half a row moves the shares a little.
        let found =
            population_stability("c", &of(60, 40), &of(30, 70), FeatureKind::Categorical { levels: 2 });
        let (p, q) = (60.5 / 101.0, 30.5 / 101.0);
        let wanted = (q - p) * f64::ln(q / p) + (p - q) * f64::ln((1.0 - q) / (1.0 - p));
        assert!((found.psi - wanted).abs() < 1e-15 && (found.psi - 0.3758).abs() < 0.01, "{found:?}");
        assert_eq!((found.bins, found.shift), (2, Shift::Large));
        // chi-square of one degree: 3.841459 · .02.
        assert!((found.psi_by_chance - 0.076_829).abs() < 1e-6, "{found:?}");
    }

    #[test]
    fn bins_are_tenths_of_the_first() {
        let values: Vec<i64> = (0..100).collect();
        assert_eq!(tenths(&values), [10, 20, 30, 40, 50, 60, 70, 80, 90]);
        assert_eq!(tenths(&[5; 30]), Vec::<i64>::new());
        assert_eq!(tenths(&[MISSING, 1, 1, 1, 2]), [2]);
        let same = population_stability("n", &values, &values, FeatureKind::Numeric);
        assert_eq!((same.psi, same.shift, same.bins), (0.0, Shift::Stable, 10));
        // All beyond the last edge: .0998 … → .9998: far more than any threshold.
        let moved = population_stability("n", &values, &[500; 100], FeatureKind::Numeric);
        assert_eq!(moved.shift, Shift::Large);
        let missing =
            population_stability("n", &values, &[&values[..], &[MISSING; 20]].concat(), FeatureKind::Numeric);
        assert_eq!(missing.bins, 11);
    }

    /// Ten rows against ten: what looks large is within chance.
    #[test]
    fn few_rows_say_little() {
        let found = population_stability(
            "n",
            &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
            &[0, 0, 2, 3, 4, 5, 6, 8, 8, 9],
            FeatureKind::Numeric,
        );
        assert!(found.psi > 0.1 && found.shift == Shift::Stable, "{found:?}");
    }

    #[test]
    fn users_who_do_more_drift() {
        const DAY_S: i64 = 86_400;
        let mut events = Vec::new();
        for user in 0..200i64 {
            let name = format!("u{user:03}");
            for step in 0..1 + user % 3 {
                events.push(act(&name, (user % 90 + step) * DAY_S));
            }
            for step in 0..4 + user % 3 {
                events.push(act(&name, (100 + user % 90 + step) * DAY_S));
            }
        }
        let report = drift(&events, 0, 100 * DAY_S, 200 * DAY_S).unwrap();
        assert_eq!((report.rows_before, report.rows_after), (200, 200));
        let of = |name: &str| report.columns.iter().find(|column| column.column == name).unwrap();
        assert_eq!((of("acts").shift, of("days_since_last").shift), (Shift::Large, Shift::Stable));
        assert_eq!((of("money").psi, of("money").bins), (0.0, 1));
        assert!(drift(&events, 0, 0, DAY_S).is_err());
        assert!(drift(&events, 0, 100 * DAY_S, 101 * DAY_S - 86_399).is_ok());
    }
}
