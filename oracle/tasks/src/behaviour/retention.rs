//! How long until users fall silent.

use std::collections::BTreeMap;

use attention_features::BehaviourEvent;
use serde::Serialize;
use time::OffsetDateTime;

use super::kaplan_meier::{Step, Watched, kaplan_meier, median, survival_at};
use super::users::{User, users};
use crate::TaskError;
use crate::price::window::DAY_S;
use crate::stats::Interval;

/// Longest silence that may be asked for, in days.
pub const GAP_DAYS_MAX: u32 = 3_650;
/// After how many days the survival is told.
const MILESTONES_DAYS: [i64; 6] = [0, 30, 90, 180, 365, 730];
/// Fewest users of a group with a curve of its own.
const GROUP_USERS_MIN: usize = 20;

/// One curve.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RetentionCurve {
    /// `all`, or the year (UTC) in which its users began.
    pub group: String,
    /// Users.
    pub users: u64,
    /// Those who fell silent while they were watched.
    pub silent: u64,
    /// The day by which half of them had fallen silent; absent if more than half had not.
    pub median_days: Option<i64>,
    /// Share not silent after 0, 30, 90, 180, 365 and 730 days, as far as they were watched.
    pub milestones: Vec<Milestone>,
    /// The curve (days): Kaplan and Meier's, with Greenwood's interval.
    pub steps: Vec<Step>,
}

/// A curve at one day.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Milestone {
    /// Days since the first act.
    pub days: i64,
    /// Share not silent by then.
    pub survival: f64,
    /// Its 95 % interval; absent before anybody fell silent, and when all have.
    pub interval: Option<Interval>,
}

/// All curves.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RetentionReport {
    /// Only what happened before is known.
    pub until_s: i64,
    /// The silence after which a user counts as lost, days.
    pub gap_days: u32,
    /// Users who began too late to have been watched for such a silence, in no curve.
    pub too_late: u64,
    /// All users first, then by year of the first act, years with at least 20 users.
    pub curves: Vec<RetentionCurve>,
}

/// When users fall silent: a user is lost at the last act before the first silence of more than `gap_days`.
///
/// Whether an act is the last before such a silence is known only if it lies more than `gap_days` before `until_s`; so a user is
/// watched from the first act to `until_s − gap_days`, and who has not fallen silent by then counts as watched no longer. Who comes
/// back after a silence was lost all the same: that is another beginning.
///
/// # Errors
/// [`TaskError::Argument`] for a gap of 0 or more than [`GAP_DAYS_MAX`] days, [`TaskError::Range`] if there is no user to watch.
pub fn retention(
    events: &[BehaviourEvent],
    until_s: i64,
    gap_days: u32,
) -> Result<RetentionReport, TaskError> {
    if !(1..=GAP_DAYS_MAX).contains(&gap_days) {
        let value = gap_days.to_string();
        return Err(TaskError::Argument { name: "--gap-days", value, range: "1 to 3650" });
    }
    let gap_s = i64::from(gap_days) * DAY_S;
    let mut too_late = 0;
    let mut by_year: BTreeMap<i32, Vec<Watched>> = BTreeMap::new();
    let mut all = Vec::new();
    for user in users(events, 0, until_s)? {
        match watch(&user, until_s, gap_s) {
            None => too_late += 1,
            Some(watched) => {
                let first = OffsetDateTime::from_unix_timestamp(user.first_s());
                by_year.entry(first.map_or(i32::MAX, OffsetDateTime::year)).or_default().push(watched);
                all.push(watched);
            }
        }
    }
    if all.is_empty() {
        return Err(TaskError::Range {
            name: "the number of users whose first act lies more than --gap-days before --until",
            value: "0".into(),
            range: "at least 1",
        });
    }
    let mut curves = vec![curve("all".into(), all)];
    let large = by_year.into_iter().filter(|(_, watched)| watched.len() >= GROUP_USERS_MIN);
    curves.extend(large.map(|(year, watched)| curve(year.to_string(), watched)));
    Ok(RetentionReport { until_s, gap_days, too_late, curves })
}

/// `None` if the user began too late.
fn watch(user: &User<'_>, until_s: i64, gap_s: i64) -> Option<Watched> {
    let first_s = user.first_s();
    let end_s = until_s - gap_s;
    if first_s >= end_s {
        return None;
    }
    let times = || user.events.iter().map(|event| event.event_time_s);
    let next = times().skip(1).map(Some).chain([None]);
    let last_s = times().zip(next).find_map(|(at_s, next_s)| {
        let silent = next_s.is_none_or(|next_s| next_s - at_s > gap_s);
        silent.then_some(at_s)
    });
    let days = |until_s: i64| (until_s - first_s) / DAY_S;
    Some(match last_s.filter(|&last_s| last_s < end_s) {
        Some(last_s) => Watched { time: days(last_s), happened: true },
        None => Watched { time: days(end_s), happened: false },
    })
}

fn curve(group: String, watched: Vec<Watched>) -> RetentionCurve {
    let users = watched.len() as u64;
    let silent = watched.iter().filter(|one| one.happened).count() as u64;
    let longest = watched.iter().map(|one| one.time).max().unwrap_or(0);
    let steps = kaplan_meier(watched);
    let milestones = MILESTONES_DAYS
        .into_iter()
        .filter(|&days| days <= longest)
        .map(|days| Milestone {
            days,
            survival: survival_at(&steps, days),
            interval: steps.iter().rfind(|step| step.time <= days).and_then(|step| step.interval),
        })
        .collect();
    RetentionCurve { group, users, silent, median_days: median(&steps), milestones, steps }
}

#[cfg(test)]
mod tests {
    use super::super::users::tests::act;
    use super::*;

    /// Gap 10 days, known until day 100, so watched until day 90. a: days 0, 5, 12, then silent: lost at 12. b: 0, then back at 30:
    /// lost at 0. c: every 9 days to the end: watched for 90 days. d: 85 and 92, watched for 5. e: first at 95: too late. f: 80 and
    /// 90, not lost before day 90: watched for 10.
    #[test]
    fn by_hand() {
        let mut events = Vec::new();
        let mut add = |user: &str, days: &[i64]| events.extend(days.iter().map(|day| act(user, day * DAY_S)));
        add("a", &[0, 5, 12]);
        add("b", &[0, 30]);
        add("c", &[0, 9, 18, 27, 36, 45, 54, 63, 72, 81, 90, 99]);
        add("d", &[85, 92]);
        add("e", &[95]);
        add("f", &[80, 90]);
        let report = retention(&events, 100 * DAY_S, 10).unwrap();
        assert_eq!((report.too_late, report.curves.len()), (1, 1));
        let all = &report.curves[0];
        assert_eq!((all.users, all.silent), (5, 2));
        // At day 0 five are at risk, one is lost; at 12 two are left (a and c), one is lost.
        let told: Vec<(i64, u64, u64)> =
            all.steps.iter().map(|step| (step.time, step.at_risk, step.events)).collect();
        assert_eq!(told, [(0, 5, 1), (12, 2, 1)]);
        assert!((all.steps[1].survival - 0.4).abs() < 1e-15);
        assert_eq!(all.median_days, Some(12));
        assert_eq!(all.milestones.iter().map(|at| at.days).collect::<Vec<_>>(), [0, 30, 90]);
        assert!(retention(&events, 100 * DAY_S, 0).is_err());
        assert!(retention(&events, 5 * DAY_S, 10).is_err());
    }
}
