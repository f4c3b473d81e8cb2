//! Of those who began in a month, the share that was active in each later month.

use std::collections::BTreeMap;

use attention_features::BehaviourEvent;
use serde::Serialize;

use super::users::users;
use crate::TaskError;
use crate::price::{month_name, month_of};
use crate::stats::{Interval, LEVEL, wilson_interval};

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
/// [`TaskError::Range`] if there is no event in a month that has ended, or too many users.
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
    let all_users: u64 = by_month.values().map(|(users, _)| users).sum();
    let cell = |since: i64, watched: &dyn Fn(i64) -> bool| {
        let (mut users, mut active) = (0, 0);
        for (_, (of_month, by_since)) in by_month.iter().filter(|(month, _)| watched(**month)) {
            users += of_month;
            active += by_since.get(&since).copied().unwrap_or(0);
        }
        // Months of years up to 9999.
        CohortCell::new(since as u32, users, active)
    };
    let cohorts = by_month
        .iter()
        .map(|(&month, (users, _))| Cohort {
            month: month_name(month),
            users: *users,
            months: (1..=last_month - month).map(|since| cell(since, &|other| other == month)).collect(),
        })
        .collect();
    let all = Cohort {
        month: "all".into(),
        users: all_users,
        months: (1..=last_month - oldest)
            .map(|since| cell(since, &|month| month + since <= last_month))
            .collect(),
    };
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
}
