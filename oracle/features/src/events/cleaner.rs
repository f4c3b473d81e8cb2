//! Cleaning events of every kind: from rows as they stand to events that can be believed, and a report of the rest.

use std::collections::BTreeMap;
use std::io::Read;

use super::csv::read_event_rows;
use super::outliers::{Bounds, Spread};
use super::quality::{ColumnTally, DataQualityReport, OutlierFeature, OutlierReport};
use super::reason::EventReason as Reason;
use super::row::{EVENT_COLUMNS, EventRow};
use super::rules::EventCleaningRules;
use super::typed::{Fault, TypedEvent, kind_of, typed};
use crate::log::{Fate, judge_events};
use crate::{AssetCatalog, BehaviourEvent, EVENTS_MAX, EventKind, FeaturesError, UserId};

const DAY_S: i64 = 86_400;

/// Events and what became of the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CleanEvents {
    /// The events kept, in order of (receive time, source, event id), each id once.
    pub events: Vec<BehaviourEvent>,
    /// Events whose id came with other contents. A store keeps them beside the others: the event log then drops the
    /// same copies, however rows are spread over files.
    pub conflicting: Vec<BehaviourEvent>,
    /// What was found.
    pub report: DataQualityReport,
}

/// Reads and cleans an events file in CSV. `epoch_of` maps a receive time to the epoch it belongs to, as in
/// [`crate::EventLog::new`].
///
/// # Errors
/// Those of [`read_event_rows`], [`EventCleaner::new`] and [`EventCleaner::push`].
pub fn read_clean_events(
    reader: impl Read,
    file: &str,
    catalog: &AssetCatalog,
    rules: &EventCleaningRules,
    epoch_of: impl Fn(i64) -> i64,
) -> Result<CleanEvents, FeaturesError> {
    let mut cleaner = EventCleaner::new(file, catalog, rules)?;
    read_event_rows(reader, file, |line, row| cleaner.push(line, row))?;
    Ok(cleaner.finish(epoch_of))
}

/// Takes the rows of a file of any format, one after another.
#[derive(Debug)]
pub struct EventCleaner<'a> {
    catalog: &'a AssetCatalog,
    rules: &'a EventCleaningRules,
    report: DataQualityReport,
    tallies: [ColumnTally; EVENT_COLUMNS.len()],
    /// Events that pass every check of a single row, with their lines.
    passed: Vec<(BehaviourEvent, u64)>,
    latest_s: i64,
}

impl<'a> EventCleaner<'a> {
    /// For a file of this name, as errors and the report give it.
    ///
    /// # Errors
    /// [`FeaturesError::Spec`] for rules out of range.
    pub fn new(
        file: &str,
        catalog: &'a AssetCatalog,
        rules: &'a EventCleaningRules,
    ) -> Result<Self, FeaturesError> {
        rules.check()?;
        Ok(Self {
            catalog,
            rules,
            report: DataQualityReport::new(file, rules.clone()),
            tallies: [ColumnTally::default(); EVENT_COLUMNS.len()],
            passed: Vec::new(),
            latest_s: i64::MIN,
        })
    }

    /// Takes a row, or what is wrong with a line that is no row. `line` is its number in the file, from 1.
    ///
    /// # Errors
    /// [`FeaturesError::File`] above `malformed_rows_max` lines that are no rows: that is another file, not a dirty
    /// one; [`FeaturesError::TooMany`] above [`EVENTS_MAX`] events.
    pub fn push(&mut self, line: u64, row: Result<EventRow, String>) -> Result<(), FeaturesError> {
        self.report.rows += 1;
        let row = match row {
            Ok(row) => row,
            Err(problem) => return self.malformed(line, problem),
        };
        if let Some(kind) = kind_of(&row) {
            self.report.kinds.entry(kind).or_default().rows += 1;
        }
        let judged = typed(&row, &mut self.tallies).and_then(|typed| {
            self.judge(&typed.event)?;
            Ok(typed)
        });
        match judged {
            Ok(typed) => self.keep(line, typed),
            Err(Fault { reason, found }) => {
                self.report.note(reason, line, || found);
                Ok(())
            }
        }
    }

    fn malformed(&mut self, line: u64, problem: String) -> Result<(), FeaturesError> {
        let most = u64::from(self.rules.malformed_rows_max);
        if self.report.count(Reason::MalformedRow) >= most {
            let file = self.report.file.clone();
            let problem = format!(
                "more than {most} malformed rows; is this the right file? The last: line {line}: {problem}"
            );
            return Err(FeaturesError::File { file, problem });
        }
        self.report.note(Reason::MalformedRow, line, || problem);
        Ok(())
    }

    /// What is impossible about an event by itself.
    fn judge(&self, event: &BehaviourEvent) -> Result<(), Fault> {
        let kind = event.kind.name();
        let fault = |reason, found: String| Err(Fault { reason, found });
        let bounds = self.rules.time_min_s..=self.rules.time_max_s;
        for (column, time_s) in
            [("event_time_s", event.event_time_s), ("receive_time_s", event.receive_time_s)]
        {
            if !bounds.contains(&time_s) {
                let (least, most) = (bounds.start(), bounds.end());
                let found = format!("column {column}: {time_s} is outside {least} to {most} (unix seconds)");
                return fault(Reason::TimeOutOfBounds, found);
            }
        }
        if event.kind.needs_asset() && event.asset.is_none() {
            return fault(Reason::MissingAsset, format!("{kind} of user {}, no asset", event.user));
        }
        if event.kind.needs_counterparty() && event.counterparty.is_none() {
            return fault(
                Reason::MissingCounterparty,
                format!("{kind} of user {}, no counterparty", event.user),
            );
        }
        if let Some(asset) = event.asset.filter(|asset| self.catalog.position(*asset).is_err()) {
            let found = format!("asset {} is not among the {} of the catalogue", asset.0, self.catalog.len());
            return fault(Reason::UnknownAsset, found);
        }
        let takes_two = event.kind.is_trade() || event.kind.needs_counterparty();
        if takes_two && event.counterparty.as_ref() == Some(&event.user) {
            return fault(Reason::WithOneself, format!("{kind} of user {} with itself", event.user));
        }
        let most = self.rules.quantity_max(event.kind);
        if event.quantity == 0 {
            return fault(Reason::ZeroQuantity, format!("{kind} of quantity 0"));
        }
        if event.quantity > most {
            let found = format!("{kind} of quantity {}, more than {most}", event.quantity);
            return fault(Reason::ExcessiveQuantity, found);
        }
        // Both times are within 0..=2^40 by the rules: no difference overflows.
        let ahead_s = event.event_time_s - event.receive_time_s;
        let found = || format!("happened {}, received {}", event.event_time_s, event.receive_time_s);
        if ahead_s > self.rules.skew_max_s {
            return fault(Reason::ClockAhead, found());
        }
        if -ahead_s > self.rules.late_max_s {
            return fault(Reason::ClockBehind, found());
        }
        Ok(())
    }

    fn keep(&mut self, line: u64, typed: TypedEvent) -> Result<(), FeaturesError> {
        let TypedEvent { mut event, impossible_price } = typed;
        if self.passed.len() >= EVENTS_MAX {
            let (got, limit) = (self.passed.len() as u64 + 1, EVENTS_MAX as u64);
            return Err(FeaturesError::TooMany { what: "events", got, limit });
        }
        let kind = event.kind.name();
        if let Some(text) = impossible_price.filter(|_| event.kind.is_trade()) {
            self.report.note(Reason::ImpossiblePrice, line, || format!("{kind} at a price of {text}"));
        }
        if let Some(price) = event.price.filter(|_| !event.kind.is_trade()) {
            self.report.note(Reason::PriceWithoutTrade, line, || format!("{kind} at a price of {price}"));
            event.price = None;
        }
        if event.event_time_s > event.receive_time_s {
            let found = || format!("happened {}, received {}", event.event_time_s, event.receive_time_s);
            self.report.note(Reason::ClockSkew, line, found);
        }
        if event.receive_time_s < self.latest_s {
            let latest_s = self.latest_s;
            let found = || format!("received {}, after a row received {latest_s}", event.receive_time_s);
            self.report.note(Reason::OutOfOrder, line, found);
        }
        self.latest_s = self.latest_s.max(event.receive_time_s);
        self.passed.push((event, line));
        Ok(())
    }

    /// Judges what takes more than one row: copies, and outliers.
    pub fn finish(self, epoch_of: impl Fn(i64) -> i64) -> CleanEvents {
        let Self { rules, mut report, tallies, mut passed, .. } = self;
        let split_rows = report.rows - report.count(Reason::MalformedRow);
        let fates = judge_events(&mut passed, |(event, _)| event, epoch_of);
        note_copies(&passed, &fates, &mut report);
        let (mut kept, mut conflicting) = (Vec::with_capacity(passed.len()), Vec::new());
        for ((event, line), fate) in passed.into_iter().zip(fates) {
            match fate {
                Fate::Kept => kept.push((event, line)),
                Fate::Repeated => {}
                Fate::Conflicting | Fate::LateConflicting => conflicting.push(event),
            }
        }
        note_outliers(&mut kept, rules, &mut report);
        let mut events: Vec<BehaviourEvent> = kept.into_iter().map(|(event, _)| event).collect();
        events.sort_by(|a, b| {
            (a.receive_time_s, &a.source, &a.event_id).cmp(&(b.receive_time_s, &b.source, &b.event_id))
        });
        report.describe(&events, &tallies, split_rows);
        CleanEvents { events, conflicting, report }
    }
}

fn note_copies(passed: &[(BehaviourEvent, u64)], fates: &[Fate], report: &mut DataQualityReport) {
    let mut dropped: Vec<(u64, Reason, &BehaviourEvent)> = passed
        .iter()
        .zip(fates)
        .filter_map(|((event, line), fate)| {
            let reason = match fate {
                Fate::Kept => return None,
                Fate::Repeated => Reason::DuplicateRow,
                Fate::Conflicting => Reason::ConflictingId,
                Fate::LateConflicting => Reason::LateConflictingId,
            };
            Some((*line, reason, event))
        })
        .collect();
    dropped.sort_by_key(|(line, ..)| *line);
    for (line, reason, event) in dropped {
        report.note(reason, line, || format!("event {} of {}", event.event_id, event.source));
    }
}

/// Looks for outliers in quantities, prices and the days of users; flags the rows of the first two.
fn note_outliers(
    kept: &mut [(BehaviourEvent, u64)],
    rules: &EventCleaningRules,
    report: &mut DataQualityReport,
) {
    kept.sort_by_key(|(_, line)| *line);
    let mut bounds: BTreeMap<(EventKind, OutlierFeature), Bounds> = BTreeMap::new();
    for kind in report.kinds.keys().copied().collect::<Vec<_>>() {
        let own = || kept.iter().map(|(event, _)| event).filter(|event| event.kind == kind);
        let quantities: Vec<u128> = own().map(|event| u128::from(event.quantity)).collect();
        let prices = own().filter_map(|event| event.price).collect();
        let mut days: BTreeMap<(&UserId, i64), u128> = BTreeMap::new();
        for event in own() {
            *days.entry((&event.user, event.receive_time_s.div_euclid(DAY_S))).or_default() += 1;
        }
        for (feature, values) in [
            (OutlierFeature::Quantity, quantities),
            (OutlierFeature::Price, prices),
            (OutlierFeature::EventsPerUserDay, days.into_values().collect()),
        ] {
            if let Some((found, told)) = judge_feature(kind, feature, &values, rules) {
                bounds.insert((kind, feature), found);
                report.outliers.push(told);
            }
        }
    }
    for (event, line) in kept {
        let outside = |feature, value: u128| {
            let bounds = bounds.get(&(event.kind, feature)).filter(|bounds| bounds.is_outlier(value))?;
            Some((value, *bounds))
        };
        let kind = event.kind.name();
        let quantity =
            outside(OutlierFeature::Quantity, event.quantity.into()).map(|found| ("quantity", found));
        let price = event.price.and_then(|price| outside(OutlierFeature::Price, price));
        if let Some((what, (value, bounds))) = quantity.or(price.map(|found| ("price", found))) {
            let usual = format!("usual are {} to {}", bounds.low, bounds.high);
            report.note(Reason::Outlier, *line, || format!("{kind} with {what} {value}; {usual}"));
        }
    }
}

fn judge_feature(
    kind: EventKind,
    feature: OutlierFeature,
    values: &[u128],
    rules: &EventCleaningRules,
) -> Option<(Bounds, OutlierReport)> {
    let mut spread = Spread::default();
    values.iter().for_each(|&value| spread.add(value));
    let bounds = spread.bounds(rules)?;
    let report = OutlierReport {
        kind,
        feature,
        values: spread.values(),
        median: bounds.median,
        deviation_x16: bounds.deviation_x16,
        low: bounds.low,
        high: Some(bounds.high).filter(|high| *high < u128::MAX),
        outliers: values.iter().filter(|value| bounds.is_outlier(**value)).count() as u64,
    };
    Some((bounds, report))
}
