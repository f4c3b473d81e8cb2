//! From text to types: a row becomes an event, or the first thing that is wrong with it is named.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::quality::ColumnTally;
use super::reason::EventReason;
use super::row::{EVENT_COLUMNS, EventRow};
use crate::error::shorten;
use crate::{AssetId, BehaviourEvent, EventId, EventKind, FeaturesError, PRICE_MAX, SourceId, UserId};

/// Why a row gives no event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub reason: EventReason,
    pub found: String,
}

/// An event whose price may still be impossible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TypedEvent {
    pub event: BehaviourEvent,
    /// What stood in place of a price, if that is a number of zero or below or above [`PRICE_MAX`].
    pub impossible_price: Option<String>,
}

/// The text of a price: what it is worth, if anything.
enum Price {
    Possible(u128),
    Impossible(String),
}

type Column<T> = Result<Option<T>, Fault>;

/// Every cell is looked at and counted, whatever the others hold.
struct Cells<'a> {
    cells: [Option<&'a str>; EVENT_COLUMNS.len()],
    tallies: &'a mut [ColumnTally; EVENT_COLUMNS.len()],
}

impl Cells<'_> {
    fn read<T>(
        &mut self,
        index: usize,
        parse: impl FnOnce(&str) -> Result<T, (EventReason, String)>,
    ) -> Column<T> {
        let tally = &mut self.tallies[index];
        let Some(text) = self.cells[index] else {
            tally.missing += 1;
            return Ok(None);
        };
        parse(text).map(Some).map_err(|(reason, problem)| {
            tally.unreadable += 1;
            let found = format!("column {}: {:?} {problem}", EVENT_COLUMNS[index].name, shorten(text));
            Fault { reason, found }
        })
    }
}

/// The kind that a row says it is of; `None` if it cannot be read.
pub(super) fn kind_of(row: &EventRow) -> Option<EventKind> {
    row.kind.as_deref().and_then(EventKind::from_name)
}

/// The event of a row, its columns typed but not yet judged.
pub(super) fn typed(
    row: &EventRow,
    tallies: &mut [ColumnTally; EVENT_COLUMNS.len()],
) -> Result<TypedEvent, Fault> {
    let mut cells = Cells { cells: row.cells(), tallies };
    let source = cells.read(0, |text| SourceId::new(text).map_err(identifier));
    let event_id = cells.read(1, |text| EventId::new(text).map_err(identifier));
    let user = cells.read(2, |text| UserId::new(text).map_err(identifier));
    let kind = cells.read(3, kind);
    let asset = cells.read(4, asset);
    let counterparty = cells.read(5, |text| UserId::new(text).map_err(identifier));
    let quantity = cells.read(6, quantity);
    let price = cells.read(7, price);
    let event_time = cells.read(8, time_s);
    let receive_time = cells.read(9, time_s);
    let (mut believed, mut impossible_price) = (None, None);
    let event = BehaviourEvent {
        source: required(0, source)?,
        event_id: required(1, event_id)?,
        user: required(2, user)?,
        kind: required(3, kind)?,
        asset: asset?,
        counterparty: counterparty?,
        quantity: required(6, quantity)?,
        price: {
            match price? {
                Some(Price::Possible(price)) => believed = Some(price),
                Some(Price::Impossible(text)) => impossible_price = Some(text),
                None => {}
            }
            believed
        },
        event_time_s: required(8, event_time)?,
        receive_time_s: required(9, receive_time)?,
    };
    Ok(TypedEvent { event, impossible_price })
}

fn required<T>(index: usize, cell: Column<T>) -> Result<T, Fault> {
    cell?.ok_or_else(|| Fault {
        reason: EventReason::MissingValue,
        found: format!("column {}: empty", EVENT_COLUMNS[index].name),
    })
}

fn identifier(error: FeaturesError) -> (EventReason, String) {
    let problem = match error {
        FeaturesError::Identifier { problem, limit, .. } => {
            format!("is {problem}; 1 to {limit} bytes without control characters are allowed")
        }
        error => error.to_string(),
    };
    (EventReason::BadIdentifier, problem)
}

fn kind(text: &str) -> Result<EventKind, (EventReason, String)> {
    EventKind::from_name(text).ok_or_else(|| {
        let kinds = EventKind::ALL.map(EventKind::name).join(", ");
        (EventReason::UnknownKind, format!("is none of {kinds}"))
    })
}

/// Digits alone, for `from_str` would take a plus sign too.
fn digits<T: std::str::FromStr>(text: &str) -> Option<T> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| plain)
}

/// True for a number below zero: a minus sign and digits that are not all zeros.
fn is_negative(text: &str) -> bool {
    text.strip_prefix('-').is_some_and(|digits| {
        digits.bytes().all(|byte| byte.is_ascii_digit()) && digits.bytes().any(|byte| byte != b'0')
    })
}

fn asset(text: &str) -> Result<AssetId, (EventReason, String)> {
    let problem = || (EventReason::UnreadableNumber, "is not an asset number (u32)".to_owned());
    digits(text).map(AssetId).ok_or_else(problem)
}

fn quantity(text: &str) -> Result<u64, (EventReason, String)> {
    if is_negative(text) {
        return Err((EventReason::NegativeQuantity, "is below zero".to_owned()));
    }
    digits(text).ok_or_else(|| (EventReason::UnreadableNumber, "is not a whole number (u64)".to_owned()))
}

fn price(text: &str) -> Result<Price, (EventReason, String)> {
    match digits::<u128>(text) {
        Some(price @ 1..=PRICE_MAX) => Ok(Price::Possible(price)),
        Some(_) => Ok(Price::Impossible(text.to_owned())),
        None if is_negative(text) => Ok(Price::Impossible(text.to_owned())),
        None => Err((EventReason::UnreadableNumber, "is not a whole number (u128)".to_owned())),
    }
}

/// Unix seconds, possibly before 1970, or RFC 3339; parts of a second are cut off towards the past.
fn time_s(text: &str) -> Result<i64, (EventReason, String)> {
    if is_negative(text)
        && let Ok(time_s) = text.parse()
    {
        return Ok(time_s);
    }
    let rfc = || OffsetDateTime::parse(text, &Rfc3339).ok().map(OffsetDateTime::unix_timestamp);
    digits(text).or_else(rfc).ok_or_else(|| {
        let problem = "is neither unix seconds nor a time like 2020-01-31T12:00:00Z";
        (EventReason::UnreadableTime, problem.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> EventRow {
        let text = |text: &str| Some(text.to_owned());
        EventRow {
            source: text("s"),
            event_id: text("1"),
            user: text("u"),
            kind: text("sale"),
            asset: text("4294967295"),
            counterparty: None,
            quantity: text("18446744073709551615"),
            price: text("1000000000000000000000000000000"),
            event_time_s: text("1970-01-02T00:00:00.9+01:00"),
            receive_time_s: text("82800"),
        }
    }

    fn read(row: &EventRow) -> (Result<TypedEvent, Fault>, [ColumnTally; EVENT_COLUMNS.len()]) {
        let mut tallies = [ColumnTally::default(); EVENT_COLUMNS.len()];
        (typed(row, &mut tallies), tallies)
    }

    #[test]
    fn the_greatest_values_and_both_forms_of_time_are_read() {
        let typed = read(&row()).0.unwrap();
        let event = typed.event;
        assert_eq!((event.asset, event.quantity), (Some(AssetId(u32::MAX)), u64::MAX));
        assert_eq!(event.price, Some(PRICE_MAX));
        // Midnight of 2 January one hour east of Greenwich is 23 h after the epoch.
        assert_eq!((event.event_time_s, event.receive_time_s), (82_800, 82_800));
        assert_eq!(typed.impossible_price, None);
    }

    #[test]
    fn the_first_fault_is_told_and_every_column_is_counted() {
        let faulty = EventRow { user: None, quantity: Some("x".into()), asset: None, ..row() };
        let (result, tallies) = read(&faulty);
        let want = Fault { reason: EventReason::MissingValue, found: "column user: empty".into() };
        assert_eq!(result, Err(want));
        assert_eq!(tallies.map(|tally| tally.missing), [0, 0, 1, 0, 1, 1, 0, 0, 0, 0]);
        assert_eq!(tallies.map(|tally| tally.unreadable), [0, 0, 0, 0, 0, 0, 1, 0, 0, 0]);
    }

    #[test]
    fn every_unreadable_cell_is_named() {
        let fault = |change: &dyn Fn(&mut EventRow)| {
            let mut row = row();
            change(&mut row);
            let fault = read(&row).0.unwrap_err();
            (fault.reason, fault.found)
        };
        let some = |text: &str| Some(text.to_owned());
        let id = "1 to 160 bytes without control characters are allowed";
        assert_eq!(
            fault(&|row| row.user = some("a\tb")),
            (EventReason::BadIdentifier, format!("column user: \"a\\tb\" is not printable; {id}"))
        );
        assert_eq!(
            fault(&|row| row.kind = some("Sale")),
            (
                EventReason::UnknownKind,
                "column kind: \"Sale\" is none of purchase, sale, login, session, message, friendship, ad_view, \
                 attendance"
                    .to_owned()
            )
        );
        for (text, reason, problem) in [
            ("-3", EventReason::NegativeQuantity, "is below zero"),
            ("-0", EventReason::UnreadableNumber, "is not a whole number (u64)"),
            ("+3", EventReason::UnreadableNumber, "is not a whole number (u64)"),
            ("3.0", EventReason::UnreadableNumber, "is not a whole number (u64)"),
            ("18446744073709551616", EventReason::UnreadableNumber, "is not a whole number (u64)"),
        ] {
            let want = (reason, format!("column quantity: {text:?} {problem}"));
            assert_eq!(fault(&|row| row.quantity = some(text)), want);
        }
        assert_eq!(
            fault(&|row| row.asset = some("4294967296")).1,
            "column asset: \"4294967296\" is not an asset number (u32)"
        );
        assert_eq!(
            fault(&|row| row.price = some("1e18")).1,
            "column price: \"1e18\" is not a whole number (u128)"
        );
        for text in ["2020-01-31", "2020-13-01T00:00:00Z", "9223372036854775808", "now"] {
            let problem = "is neither unix seconds nor a time like 2020-01-31T12:00:00Z";
            let want = (EventReason::UnreadableTime, format!("column event_time_s: {text:?} {problem}"));
            assert_eq!(fault(&|row| row.event_time_s = some(text)), want);
        }
    }

    #[test]
    fn a_price_of_nothing_or_of_more_than_there_is_is_no_price() {
        let (above, most) = ("1000000000000000000000000000001", "340282366920938463463374607431768211455");
        for text in ["0", "000", "-1", above, most] {
            let typed = read(&EventRow { price: Some(text.into()), ..row() }).0.unwrap();
            assert_eq!((typed.event.price, typed.impossible_price.as_deref()), (None, Some(text)));
        }
        let before = EventRow { event_time_s: Some("-1".into()), ..row() };
        assert_eq!(read(&before).0.unwrap().event.event_time_s, -1);
    }
}
