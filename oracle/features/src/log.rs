//! All accepted events, de-duplicated and in one order; and views of it that cannot see the future.

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
        mut events: Vec<BehaviourEvent>,
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
        let fates = judge_events(&mut events, |event| event, epoch_of);
        let mut report = LogReport::default();
        for (event, fate) in events.iter().zip(&fates) {
            let ids = match fate {
                Fate::Kept => continue,
                Fate::Repeated => {
                    report.repeated += 1;
                    continue;
                }
                Fate::Conflicting => &mut report.conflicting,
                Fate::LateConflicting => &mut report.late_conflicting,
            };
            // Copies of one id stand together.
            if ids.last().is_none_or(|(source, id)| (source, id) != (&event.source, &event.event_id)) {
                ids.push((event.source.clone(), event.event_id.clone()));
            }
        }
        let mut fates = fates.into_iter();
        events.retain(|_| fates.next() == Some(Fate::Kept));
        // Stable: they stand in (source, event_id) order, which stays within one second.
        events.sort_by_key(|event| event.receive_time_s);
        Ok((Self { events }, report))
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

/// What becomes of one of several events with one id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It stays.
    Kept,
    /// The same bytes again.
    Repeated,
    /// Other bytes in the earliest epoch: no copy stays.
    Conflicting,
    /// Other bytes than those of an earlier epoch, which stand.
    LateConflicting,
}

/// Puts events into order (source, event id, receive time, bytes) and says what becomes of each; the rule of
/// [`EventLog::new`].
pub(crate) fn judge_events<T>(
    events: &mut [T],
    event: impl Fn(&T) -> &BehaviourEvent,
    epoch_of: impl Fn(i64) -> i64,
) -> Vec<Fate> {
    fn id(event: &BehaviourEvent) -> (&SourceId, &EventId) {
        (&event.source, &event.event_id)
    }
    events.sort_by(|a, b| id(event(a)).cmp(&id(event(b))));
    let mut fates = Vec::with_capacity(events.len());
    for copies in events.chunk_by_mut(|a, b| id(event(a)) == id(event(b))) {
        judge_copies(copies, &event, &epoch_of, &mut fates);
    }
    fates
}

/// The same for the copies of one id.
fn judge_copies<T>(
    copies: &mut [T],
    event: impl Fn(&T) -> &BehaviourEvent,
    epoch_of: impl Fn(i64) -> i64,
    fates: &mut Vec<Fate>,
) {
    copies.sort_by(|a, b| {
        let (a, b) = (event(a), event(b));
        a.receive_time_s.cmp(&b.receive_time_s).then_with(|| a.canonical_bytes().cmp(&b.canonical_bytes()))
    });
    let epoch = |index: usize| epoch_of(event(&copies[index]).receive_time_s);
    let repeats = |index: usize| index > 0 && event(&copies[index]) == event(&copies[index - 1]);
    let in_first = (0..copies.len()).filter(|&index| epoch(index) == epoch(0) && !repeats(index)).count();
    fates.extend((0..copies.len()).map(|index| match index {
        _ if repeats(index) => Fate::Repeated,
        _ if in_first > 1 => Fate::Conflicting,
        0 => Fate::Kept,
        _ => Fate::LateConflicting,
    }));
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
