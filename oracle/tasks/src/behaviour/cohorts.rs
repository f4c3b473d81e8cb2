//! Of those who began in a month, the share that was active in each later month.

use std::collections::BTreeMap;

use attention_features::BehaviourEvent;
use serde::Serialize;

use super::users::users;
use crate::TaskError;
use crate::price::{month_name, month_of};
use crate::stats::{Interval, LEVEL, wilson_interval};

/// Most months from the first that holds an event to the last that has ended.
pub const COHORT_MONTHS_MAX: i64 = 1_200;

/// Those who began in one month.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cohort {
    /// The month (UTC) of their first act, such as `2020-07`; `all` for all of them together.
    pub month: String,
    /// How many.
    pub users: u64,
    /// From the month after the first on, as far as months have ended.
    pub months: Vec<CohortCell>,
}

/// A cohort in one later month.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CohortCell {
    /// Months since the cohort's own.
    pub months_since: u32,
    /// Users whose cohorts have been watched for so long.
    pub users: u64,
    /// Those of them with an act in that month.
    pub active: u64,
    /// Their share.
    pub retained: f64,
    /// Its 95 % interval (Wilson).
    pub interval: Interval,
}

impl CohortCell {
    fn new(months_since: u32, users: u64, active: u64) -> Self {
        Self {
            months_since,
            users,
            active,
            retained: if users == 0 { 0.0 } else { active as f64 / users as f64 },
            interval: wilson_interval(active, users, LEVEL),
        }
    }
}

/// All cohorts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CohortReport {
    /// Only what happened before is known.
    pub until_s: i64,
    /// The last month that had ended by then.
    pub last_month: String,
    /// Users in all cohorts.
    pub users: u64,
    /// By month; months in which nobody began are left out.
    pub cohorts: Vec<Cohort>,
    /// All together: of the users whose cohorts have been watched for so long, the share that was active.
    pub all: Cohort,
}

/// Cohorts by the calendar month (UTC) of the first act before `until_s`; a month that has not ended by then is no month.
///
/// # Errors
/// [`TaskError::Range`] if there is no event in a month that has ended, more than [`COHORT_MONTHS_MAX`] months, or too many users.
pub fn cohorts(events: &[BehaviourEvent], until_s: i64) -> Result<CohortReport, TaskError> {
    let last_month = month_of(until_s) - 1;
    let mut by_month: BTreeMap<i64, (u64, BTreeMap<i64, u64>)> = BTreeMap::new();
    for user in users(events, 0, until_s)? {
        let mut months: Vec<i64> = user.events.iter().map(|event| month_of(event.event_time_s)).collect();
        months.dedup();
        let Some(&first) = months.first().filter(|&&first| first <= last_month) else { continue };
        let (users, active) = by_month.entry(first).or_default();
        *users += 1;
        for &month in months[1..].iter().filter(|&&month| month <= last_month) {
            *active.entry(month - first).or_default() += 1;
        }
    }
    let Some(&oldest) = by_month.keys().next() else {
        return Err(TaskError::Range {
            name: "the number of months that have ended by --until and hold an event",
            value: "0".into(),
            range: "at least 1",
        });
    };
    let span = last_month - oldest + 1;
    if span > COHORT_MONTHS_MAX {
        return Err(TaskError::Range {
            name: "the number of months from the first event to --until",
            value: span.to_string(),
            range: "at most 1200: choose an earlier --until, or leave out events of impossible times",
        });
    }
    let all_users: u64 = by_month.values().map(|(users, _)| users).sum();
    let active_after = |of: &BTreeMap<i64, u64>, since: i64| of.get(&since).copied().unwrap_or(0);
    // A span of at most 1,200 months.
    let cell = |since: i64, users: u64, active: u64| CohortCell::new(since as u32, users, active);
    let cohorts = by_month
        .iter()
        .map(|(&month, (users, active))| Cohort {
            month: month_name(month),
            users: *users,
            months: (1..=last_month - month)
                .map(|since| cell(since, *users, active_after(active, since)))
                .collect(),
        })
        .collect();
    let mut active_in_all: BTreeMap<i64, u64> = BTreeMap::new();
    for (&since, &active) in by_month.values().flat_map(|(_, active)| active) {
        *active_in_all.entry(since).or_default() += active;
    }
    // Cohorts that have been watched for so long: fewer from month to month, those who began last first.
    let mut watched = all_users;
    let months = (1..=last_month - oldest)
        .map(|since| {
            watched -= by_month.get(&(last_month - since + 1)).map_or(0, |(users, _)| *users);
            cell(since, watched, active_after(&active_in_all, since))
        })
        .collect();
    let all = Cohort { month: "all".into(), users: all_users, months };
    Ok(CohortReport { until_s, last_month: month_name(last_month), users: all_users, cohorts, all })
}

#[cfg(test)]
mod tests {
    use super::super::users::tests::act;
    use super::*;

    const MONTH: [i64; 5] = [1_577_836_800, 1_580_515_200, 1_583_020_800, 1_585_699_200, 1_588_291_200];

    /// January to March 2020 have ended; a and b began in January, c in February, d in April, which has not ended. a comes back in
    /// February (twice, once counts) and March, b in March, c in April.
    #[test]
    fn by_hand() {
        let events = [
            act("a", MONTH[0]),
            act("b", MONTH[1] - 1),
            act("a", MONTH[1]),
            act("a", MONTH[1] + 5),
            act("c", MONTH[1] + 9),
            act("a", MONTH[2]),
            act("b", MONTH[2]),
            act("c", MONTH[3]),
            act("d", MONTH[3]),
        ];
        let report = cohorts(&events, MONTH[3] + 86_400).unwrap();
        assert_eq!((report.last_month.as_str(), report.users), ("2020-03", 3));
        let told = |cohort: &Cohort| -> (String, u64, Vec<(u32, u64, u64)>) {
            let months =
                cohort.months.iter().map(|cell| (cell.months_since, cell.users, cell.active)).collect();
            (cohort.month.clone(), cohort.users, months)
        };
        assert_eq!(told(&report.cohorts[0]), ("2020-01".into(), 2, vec![(1, 2, 1), (2, 2, 2)]));
        assert_eq!(told(&report.cohorts[1]), ("2020-02".into(), 1, vec![(1, 1, 0)]));
        assert_eq!(told(&report.all), ("all".into(), 3, vec![(1, 3, 1), (2, 2, 2)]));
        assert_eq!(report.cohorts[0].months[1].interval, wilson_interval(2, 2, 0.95));
        assert!(cohorts(&events, MONTH[0] + 5).is_err());
        // On the first of May April has ended.
        assert_eq!(cohorts(&events, MONTH[4]).unwrap().cohorts.len(), 3);
    }

    /// A user a month for 1,200 months (2000 to 2099), each back after a month and after two: quick, and bounded a month later.
    #[test]
    fn many_months_are_quick_and_too_many_are_refused() {
        // 1,200 months of 30.436875 days are a hundred years: a day in the middle of each.
        let begin = |month: i64| 946_684_800 + month * 2_629_746 + 15 * 86_400;
        let events: Vec<BehaviourEvent> = (0..1_200)
            .flat_map(|month| (0..3).map(move |back| act(&format!("u{month}"), begin(month + back))))
            .collect();
        let until = 4_102_444_800;
        let report = cohorts(&events, until).unwrap();
        assert_eq!(
            (report.last_month.as_str(), report.users, report.cohorts.len()),
            ("2099-12", 1_200, 1_200)
        );
        let all: Vec<(u64, u64)> = report.all.months.iter().map(|cell| (cell.users, cell.active)).collect();
        assert_eq!((all.len(), all[0], all[1], all[2]), (1_199, (1_199, 1_199), (1_198, 1_198), (1_197, 0)));
        assert_eq!(all[1_198], (1, 0));
        let error = cohorts(&events, until + 32 * 86_400).unwrap_err().to_string();
        assert!(
            error.starts_with(
                "the number of months from the first event to --until is 1201, must be at most 1200"
            ),
            "{error}"
        );
        assert!(cohorts(&[act("a", 0), act("b", 1 << 39)], 1 << 40).is_err());
    }
}
