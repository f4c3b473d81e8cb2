//! One row for each active user at each cut.

use std::collections::BTreeSet;

use attention_features::{InterestSpec, PastEvents, UserId, cuts_between};

use super::features::{ChurnView, churn_feature_names, churn_schema, is_act};
use super::people::People;
use super::rules::ChurnRules;
use crate::TaskError;
use crate::table::Table;

/// Most rows of a table.
pub const ROWS_MAX: usize = 20_000_000;

/// Rows in the order of cut and user; the times of the table are the cuts.
#[derive(Debug, Clone)]
pub struct ChurnTable {
    /// Features, y, cuts.
    pub table: Table,
    /// Seconds from the user's last act to the cut.
    pub silence_s: Vec<i64>,
    /// The user of each row.
    pub users: Vec<UserId>,
}

impl ChurnTable {
    /// The rows of all cuts from `from_s` on whose whole horizon lies before `known_s`: nothing at or after it is looked at.
    ///
    /// # Errors
    /// [`TaskError::Range`] if there is no such row, or too many; [`TaskError::Features`] for rules out of range.
    pub fn build(people: &People, rules: &ChurnRules, from_s: i64, known_s: i64) -> Result<Self, TaskError> {
        let spec = rules.spec()?;
        let known = people.before(known_s);
        // The last act that counts is at cut + horizon.
        let last_cut_s = known.cut_s() - 1 - rules.horizon_s;
        let cuts_s = cuts_between(&spec, spec.values().first_cut, last_cut_s)?;
        let (mut values, mut labels, mut times_s) = (Vec::new(), Vec::new(), Vec::new());
        let (mut silence_s, mut users) = (Vec::new(), Vec::new());
        for cut_s in cuts_s.into_iter().filter(|&cut_s| cut_s >= from_s) {
            let view = ChurnView::new(known.before(cut_s)?, people.catalog(), &spec)?;
            let back = active_after(known, cut_s, &spec);
            for row in view.rows()? {
                values.extend(row.features);
                labels.push(!back.contains(row.user));
                times_s.push(cut_s);
                silence_s.push(row.silence_s);
                users.push(row.user.clone());
            }
            if labels.len() > ROWS_MAX {
                let (name, range) = ("the number of rows", "at most 20,000,000: take fewer cuts");
                return Err(TaskError::Range { name, value: labels.len().to_string(), range });
            }
        }
        if labels.is_empty() {
            return Err(TaskError::Range {
                name: "the number of rows",
                value: "0".into(),
                range: "at least 1: a cut with active users before it and its horizon known; take other days",
            });
        }
        debug_assert_eq!(values.len(), labels.len() * churn_feature_names().len());
        Ok(Self { table: Table::of_rows(churn_schema()?, values, labels, times_s)?, silence_s, users })
    }

    /// How many rows.
    pub fn rows(&self) -> usize {
        self.silence_s.len()
    }
}

/// The users with an act in `(cut, cut + horizon]`.
fn active_after<'a>(known: PastEvents<'a>, cut_s: i64, spec: &InterestSpec) -> BTreeSet<&'a UserId> {
    // No overflow: a cut is at most TIME_MAX_S + 1 and the horizon ten years.
    let end_s = cut_s + spec.values().horizon_s;
    let events = known.events();
    let start = events.partition_point(|event| event.receive_time_s <= cut_s);
    let end = events.partition_point(|event| event.receive_time_s <= end_s);
    events[start..end.max(start)].iter().filter(|event| is_act(event.kind)).map(|event| &event.user).collect()
}
