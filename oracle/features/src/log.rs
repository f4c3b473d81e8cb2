//! All accepted events, de-duplicated and in one order; and views of it that cannot see the future.

use std::collections::BTreeMap;

use crate::input_root::{EVENT_SALT_PUBLIC, event_leaf, events_root};
use crate::{BehaviourEvent, EventId, FeaturesError, SourceId, TIME_MAX_S};

/// Most events of one log in memory.
pub const EVENTS_MAX: usize = 50_000_000;

/// What de-duplication did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogReport {
    /// Copies with the same id and the same bytes; one stays.
    pub repeated: u64,
    /// Ids that came with different bytes within one batch: no copy stays.
    pub conflicting: Vec<(SourceId, EventId)>,
    /// Ids whose later copy differs from an earlier epoch's event: the earlier stands.
    pub late_conflicting: Vec<(SourceId, EventId)>,
}

/// A public source's events in (receive time, source, event id) order, each id once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventLog {
    events: Vec<BehaviourEvent>,
}

impl EventLog {
    /// Orders and de-duplicates events, whatever their order. `epoch_of` maps a receive time to the epoch it
    /// belongs to: copies with one id and different bytes are all dropped if they fall into one epoch;
    /// otherwise those of the earliest epoch decide and the later are dropped. Equal copies count once, in
    /// the earliest epoch.
    ///
    /// # Errors
    /// [`FeaturesError::TooMany`] above [`EVENTS_MAX`], [`FeaturesError::EventTime`] outside `0..=`[`TIME_MAX_S`].
    pub fn new(
        events: Vec<BehaviourEvent>,
        epoch_of: impl Fn(i64) -> i64,
    ) -> Result<(Self, LogReport), FeaturesError> {
        if events.len() > EVENTS_MAX {
            return Err(FeaturesError::TooMany {
                what: "events",
                got: events.len() as u64,
                limit: EVENTS_MAX as u64,
            });
        }
        events.iter().try_for_each(check_times)?;
        let mut by_id: BTreeMap<(SourceId, EventId), Vec<BehaviourEvent>> = BTreeMap::new();
        for event in events {
            by_id.entry((event.source.clone(), event.event_id.clone())).or_default().push(event);
        }
        let mut report = LogReport::default();
        let mut kept = Vec::with_capacity(by_id.len());
        for (id, mut copies) in by_id {
            copies.sort_by(|a, b| {
                a.receive_time_s
                    .cmp(&b.receive_time_s)
                    .then_with(|| a.canonical_bytes().cmp(&b.canonical_bytes()))
            });
            let before = copies.len();
            copies.dedup();
            report.repeated += (before - copies.len()) as u64;
            let first_epoch = epoch_of(copies[0].receive_time_s);
            let in_first = copies.iter().filter(|copy| epoch_of(copy.receive_time_s) == first_epoch).count();
            if in_first > 1 {
                report.conflicting.push(id);
                continue;
            }
            if copies.len() > 1 {
                report.late_conflicting.push(id);
            }
            kept.push(copies.swap_remove(0));
        }
        // Stable: by_id gave (source, event_id) order, which stays within one second.
        kept.sort_by_key(|event| event.receive_time_s);
        Ok((Self { events: kept }, report))
    }

    /// All events in order.
    pub fn events(&self) -> &[BehaviourEvent] {
        &self.events
    }

    /// The events received before `cut_s`, as the only type features are computed from. A cut outside
    /// `0..=`[`TIME_MAX_S`]` + 1` is moved to its nearer end, which no event lies beyond.
    pub fn before(&self, cut_s: i64) -> PastEvents<'_> {
        let end = self.events.partition_point(|event| event.receive_time_s < cut_s);
        PastEvents { cut_s: cut_s.clamp(0, TIME_MAX_S + 1), events: &self.events[..end] }
    }

    /// The events received in `[start_s, end_s)`.
    pub fn window(&self, start_s: i64, end_s: i64) -> &[BehaviourEvent] {
        let start = self.events.partition_point(|event| event.receive_time_s < start_s);
        let end = self.events.partition_point(|event| event.receive_time_s < end_s);
        &self.events[start..end.max(start)]
    }

    /// `E_e` of the window, or `H_0` with `start_s = i64::MIN`: leaves in (source, event_id) order.
    pub fn window_root(&self, start_s: i64, end_s: i64) -> [u8; 32] {
        let mut events: Vec<&BehaviourEvent> = self.window(start_s, end_s).iter().collect();
        events.sort_by_key(|event| (&event.source, &event.event_id));
        let leaves: Vec<[u8; 32]> =
            events.iter().map(|event| event_leaf(&EVENT_SALT_PUBLIC, event)).collect();
        events_root(&leaves)
    }
}

/// Events received before a cut. Only [`EventLog::before`] makes one, so whatever is computed from it cannot
/// depend on anything later.
#[derive(Debug, Clone, Copy)]
pub struct PastEvents<'a> {
    cut_s: i64,
    events: &'a [BehaviourEvent],
}

impl<'a> PastEvents<'a> {
    /// The cut: every event here was received before it.
    pub fn cut_s(&self) -> i64 {
        self.cut_s
    }

    /// The events in order.
    pub fn events(&self) -> &'a [BehaviourEvent] {
        self.events
    }

    /// The same past as seen from an earlier moment.
    ///
    /// # Errors
    /// [`FeaturesError::CutAfterKnown`] for a later one: what happened until then is not known here.
    pub fn before(&self, cut_s: i64) -> Result<PastEvents<'a>, FeaturesError> {
        if cut_s > self.cut_s {
            return Err(FeaturesError::CutAfterKnown { cut_s, known_s: self.cut_s });
        }
        let end = self.events.partition_point(|event| event.receive_time_s < cut_s);
        Ok(PastEvents { cut_s: cut_s.max(0), events: &self.events[..end] })
    }
}

fn check_times(event: &BehaviourEvent) -> Result<(), FeaturesError> {
    for (field, time_s) in [("event_time_s", event.event_time_s), ("receive_time_s", event.receive_time_s)] {
        if !(0..=TIME_MAX_S).contains(&time_s) {
            return Err(FeaturesError::EventTime {
                source_id: event.source.to_string(),
                event_id: event.event_id.to_string(),
                field,
                time_s,
                limit_s: TIME_MAX_S,
            });
        }
    }
    Ok(())
}
