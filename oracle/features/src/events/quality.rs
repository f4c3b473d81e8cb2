//! The data-quality report of an events file.

use std::collections::BTreeMap;

use serde::Serialize;

use super::reason::EventReason;
use super::row::EVENT_COLUMNS;
use super::rules::EventCleaningRules;
use crate::event::decimal_option;
use crate::report::{CleaningExample, note};
use crate::{BehaviourEvent, EventKind};

/// Cells of a column that gave no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct ColumnTally {
    pub missing: u64,
    pub unreadable: u64,
}

/// One column: its cells over all rows that could be split into cells, and its values over the events kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ColumnReport {
    /// Its name.
    pub column: &'static str,
    /// Empty cells.
    pub missing: u64,
    /// Cells that are not of the column's type.
    pub unreadable: u64,
    /// Cells that are.
    pub typed: u64,
    /// Different values among the events kept.
    pub distinct: u64,
    /// The smallest of them: as a decimal number, or the first text in byte order. `None` without any.
    pub min: Option<String>,
    /// The lower median of a number's values over the events kept; `None` for texts.
    pub median: Option<String>,
    /// The largest.
    pub max: Option<String>,
}

/// One kind of events.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct KindReport {
    /// Rows that say they are of the kind.
    pub rows: u64,
    /// Events kept.
    pub kept: u64,
    /// Different users among them.
    pub users: u64,
    /// Sum of their quantities, in the kind's unit.
    pub quantity: u64,
}

/// What outliers were looked for in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OutlierFeature {
    /// The quantity of an event.
    Quantity,
    /// The price of an event.
    Price,
    /// How many events a user has on one day (UTC, by receipt), over days with any.
    EventsPerUserDay,
}

/// Outliers of one feature among the events of one kind. They are reported and flagged, never changed or dropped: what
/// an event is must not depend on which others stood in the same file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OutlierReport {
    /// The kind.
    pub kind: EventKind,
    /// The feature.
    pub feature: OutlierFeature,
    /// How many values there are.
    pub values: u64,
    /// Their lower median, rounded down by less than a sixteenth of an octave.
    #[serde(with = "decimal")]
    pub median: u128,
    /// Their median absolute deviation on the scale of logarithms, in sixteenths of an octave, or the rules' minimum.
    pub deviation_x16: u64,
    /// The smallest value that is none.
    #[serde(with = "decimal")]
    pub low: u128,
    /// The largest value that is none; `None` if no number is too large.
    #[serde(serialize_with = "decimal_option::serialize")]
    pub high: Option<u128>,
    /// How many are outside.
    pub outliers: u64,
}

/// What was read, kept, dropped and flagged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DataQualityReport {
    /// The file's name as the caller gave it.
    pub file: String,
    /// Rows read: lines after the header, but empty ones.
    pub rows: u64,
    /// Events kept. `kept` and the counts of the reasons that drop add up to `rows`.
    pub kept: u64,
    /// How often each reason applied.
    pub counts: BTreeMap<EventReason, u64>,
    /// The first rows of each reason.
    pub examples: BTreeMap<EventReason, Vec<CleaningExample>>,
    /// The columns, in canonical order.
    pub columns: Vec<ColumnReport>,
    /// The kinds that occur.
    pub kinds: BTreeMap<EventKind, KindReport>,
    /// Outliers for each kind and feature with enough values.
    pub outliers: Vec<OutlierReport>,
    /// Different users among the events kept, counterparties included.
    pub users: u64,
    /// Different assets among them.
    pub assets: u64,
    /// The earliest time of receipt among them, unix seconds.
    pub first_receive_time_s: Option<i64>,
    /// The latest.
    pub last_receive_time_s: Option<i64>,
    /// The rules that were applied.
    pub rules: EventCleaningRules,
}

mod decimal {
    use serde::Serializer;

    pub(super) fn serialize<S: Serializer>(value: &u128, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }
}

impl DataQualityReport {
    pub(super) fn new(file: &str, rules: EventCleaningRules) -> Self {
        Self {
            file: file.to_owned(),
            rows: 0,
            kept: 0,
            counts: BTreeMap::new(),
            examples: BTreeMap::new(),
            columns: Vec::new(),
            kinds: BTreeMap::new(),
            outliers: Vec::new(),
            users: 0,
            assets: 0,
            first_receive_time_s: None,
            last_receive_time_s: None,
            rules,
        }
    }

    pub(super) fn note(&mut self, reason: EventReason, line: u64, found: impl FnOnce() -> String) {
        note(&mut self.counts, &mut self.examples, reason, line, found);
    }

    /// How often a reason applied.
    pub fn count(&self, reason: EventReason) -> u64 {
        self.counts.get(&reason).copied().unwrap_or(0)
    }

    /// Rows that gave no event.
    pub fn dropped(&self) -> u64 {
        self.counts.iter().filter(|(reason, _)| reason.drops()).map(|(_, count)| count).sum()
    }

    /// Fills in what is known of the events kept, and of the cells of `rows` rows.
    pub(super) fn describe(
        &mut self,
        events: &[BehaviourEvent],
        tallies: &[ColumnTally; EVENT_COLUMNS.len()],
        rows: u64,
    ) {
        self.kept = events.len() as u64;
        self.columns = columns(events, tallies, rows);
        let mut users =
            distinct(events.iter().flat_map(|event| [Some(&event.user), event.counterparty.as_ref()]));
        self.users = users.len() as u64;
        for kind in EventKind::ALL {
            let own = || events.iter().filter(|event| event.kind == kind);
            let Some(report) = self.kinds.get_mut(&kind) else { continue };
            users = distinct(own().map(|event| Some(&event.user)));
            report.users = users.len() as u64;
            report.kept = own().count() as u64;
            // Below 2^63: at most EVENTS_MAX events of the largest quantity that rules allow.
            report.quantity = own().map(|event| event.quantity).sum();
        }
        self.assets = distinct(events.iter().map(|event| event.asset)).len() as u64;
        self.first_receive_time_s = events.iter().map(|event| event.receive_time_s).min();
        self.last_receive_time_s = events.iter().map(|event| event.receive_time_s).max();
    }
}

/// The different values, rising.
fn distinct<T: Ord>(values: impl Iterator<Item = Option<T>>) -> Vec<T> {
    let mut values: Vec<T> = values.flatten().collect();
    values.sort_unstable();
    values.dedup();
    values
}

fn columns(
    events: &[BehaviourEvent],
    tallies: &[ColumnTally; EVENT_COLUMNS.len()],
    rows: u64,
) -> Vec<ColumnReport> {
    let text = |index: usize, of: &dyn Fn(&BehaviourEvent) -> Option<&str>| {
        let values = distinct(events.iter().map(of));
        let ends = [values.first(), values.last()].map(|end| end.map(|text| (*text).to_owned()));
        column(index, &tallies[index], rows, values.len(), ends, None)
    };
    let number = |index: usize, of: &dyn Fn(&BehaviourEvent) -> Option<u128>| {
        let mut values: Vec<u128> = events.iter().filter_map(of).collect();
        values.sort_unstable();
        let median = values.get(values.len().div_ceil(2).max(1) - 1).map(u128::to_string);
        values.dedup();
        let ends = [values.first(), values.last()].map(|end| end.map(u128::to_string));
        column(index, &tallies[index], rows, values.len(), ends, median)
    };
    vec![
        text(0, &|event| Some(event.source.as_str())),
        text(1, &|event| Some(event.event_id.as_str())),
        text(2, &|event| Some(event.user.as_str())),
        text(3, &|event| Some(event.kind.name())),
        number(4, &|event| event.asset.map(|asset| u128::from(asset.0))),
        text(5, &|event| event.counterparty.as_ref().map(crate::UserId::as_str)),
        number(6, &|event| Some(u128::from(event.quantity))),
        number(7, &|event| event.price),
        // No time that is kept lies before 1970.
        number(8, &|event| u128::try_from(event.event_time_s).ok()),
        number(9, &|event| u128::try_from(event.receive_time_s).ok()),
    ]
}

fn column(
    index: usize,
    tally: &ColumnTally,
    rows: u64,
    distinct: usize,
    [min, max]: [Option<String>; 2],
    median: Option<String>,
) -> ColumnReport {
    ColumnReport {
        column: EVENT_COLUMNS[index].name,
        missing: tally.missing,
        unreadable: tally.unreadable,
        // Each cell of a row is missing, unreadable or typed.
        typed: rows - tally.missing - tally.unreadable,
        distinct: distinct as u64,
        min,
        median,
        max,
    }
}
