//! Dirt: rows that cleaning has to find, put between those of the world and counted by the reason they should be found for.

use std::collections::BTreeMap;

use attention_features::{BehaviourEvent, EventReason as Reason, EventRow};

use crate::SimulationParams;
use crate::stream::Stream;

/// Lines that are no rows at all: with more of them a file is refused.
pub const MALFORMED_MAX: u64 = 500;

const PURPOSE: u64 = 7;

/// What is put in, each with the same chance: every reason but late conflicts, which take two epochs.
const FAULTS: [Reason; 23] = [
    Reason::MalformedRow,
    Reason::MissingValue,
    Reason::BadIdentifier,
    Reason::UnknownKind,
    Reason::UnreadableNumber,
    Reason::NegativeQuantity,
    Reason::UnreadableTime,
    Reason::TimeOutOfBounds,
    Reason::MissingAsset,
    Reason::MissingCounterparty,
    Reason::UnknownAsset,
    Reason::WithOneself,
    Reason::ZeroQuantity,
    Reason::ExcessiveQuantity,
    Reason::ClockAhead,
    Reason::ClockBehind,
    Reason::DuplicateRow,
    Reason::ConflictingId,
    Reason::ImpossiblePrice,
    Reason::PriceWithoutTrade,
    Reason::ClockSkew,
    Reason::OutOfOrder,
    Reason::Outlier,
];

/// What was put in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Dirt {
    /// Rows put in.
    pub rows: u64,
    /// How many of them cleaning keeps.
    pub kept: u64,
    /// How often each reason applies to them.
    pub counts: BTreeMap<Reason, u64>,
}

/// Lines to put after an event's own.
pub type DirtyRows = Vec<String>;

impl Dirt {
    /// The lines after event number `index` of the file, mostly none. They are log-ins of its user, or other acts, with a fault, under ids of their
    /// own but for the duplicates, and received at the same time but for what is out of order.
    pub fn after(&mut self, params: &SimulationParams, index: u64, event: &BehaviourEvent) -> DirtyRows {
        let mut stream = Stream::new(params.seed, &[PURPOSE, index]);
        if !stream.chance(params.dirty_ppm) {
            return Vec::new();
        }
        let mut fault = FAULTS[stream.below(FAULTS.len() as u64) as usize];
        if fault == Reason::MalformedRow && self.count(fault) >= MALFORMED_MAX {
            fault = Reason::MissingValue;
        }
        let lines = faulty(fault, params, index, event);
        let count = lines.len() as u64;
        self.rows += count;
        *self.counts.entry(fault).or_default() += count;
        if !fault.drops() {
            self.kept += count;
        }
        lines
    }

    fn count(&self, reason: Reason) -> u64 {
        self.counts.get(&reason).copied().unwrap_or(0)
    }
}

fn faulty(fault: Reason, params: &SimulationParams, index: u64, event: &BehaviourEvent) -> DirtyRows {
    let text = |value: &str| Some(value.to_owned());
    let (user, receive_s) = (event.user.as_str(), event.receive_time_s);
    // A login of this user under an id of its own, received with the event; what is wrong comes below.
    let mut row = EventRow {
        source: text(event.source.as_str()),
        event_id: Some(format!("dirt-{index}")),
        user: text(user),
        kind: text("login"),
        quantity: text("1"),
        event_time_s: Some(receive_s.to_string()),
        receive_time_s: Some(receive_s.to_string()),
        ..EventRow::default()
    };
    let at = |time_s: i64| Some(time_s.to_string());
    match fault {
        Reason::MalformedRow => return vec![format!("{},dirt-{index},{user}\n", event.source)],
        Reason::MissingValue => row.user = None,
        Reason::BadIdentifier => row.user = Some("u".repeat(161)),
        Reason::UnknownKind => row.kind = text("theft"),
        Reason::UnreadableNumber => row.quantity = text("1.5"),
        Reason::NegativeQuantity => row.quantity = text("-1"),
        Reason::UnreadableTime => row.event_time_s = text("yesterday"),
        Reason::TimeOutOfBounds => row.receive_time_s = Some(format!("{receive_s}000")),
        Reason::MissingAsset => row.kind = text("ad_view"),
        Reason::MissingCounterparty => row.kind = text("message"),
        Reason::UnknownAsset => row.asset = Some(params.assets.to_string()),
        Reason::WithOneself => (row.kind, row.counterparty) = (text("friendship"), text(user)),
        Reason::ZeroQuantity => row.quantity = text("0"),
        Reason::ExcessiveQuantity => (row.kind, row.quantity) = (text("session"), text("86401")),
        Reason::ClockAhead => row.event_time_s = at(receive_s + 3_600),
        Reason::ClockBehind => row.event_time_s = at(receive_s - 31 * 86_400),
        Reason::DuplicateRow => return vec![EventRow::from(event).csv_line()],
        Reason::ConflictingId => {
            let other = EventRow { quantity: text("2"), ..row.clone() };
            return vec![row.csv_line(), other.csv_line()];
        }
        Reason::ImpossiblePrice => {
            (row.kind, row.asset, row.price) = (text("purchase"), text("0"), text("0"));
        }
        Reason::PriceWithoutTrade => row.price = text("5"),
        Reason::ClockSkew => row.event_time_s = at(receive_s + 120),
        Reason::OutOfOrder => {
            (row.event_time_s, row.receive_time_s) = (at(receive_s - 3_600), at(receive_s - 3_600));
        }
        // Within a day, so possible; but no session of the world is nearly as long.
        _ => (row.kind, row.quantity) = (text("session"), text("60000")),
    }
    vec![row.csv_line()]
}
