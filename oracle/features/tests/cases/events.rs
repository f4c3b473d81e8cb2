//! Events of every kind from a file: what is kept, what goes and why, and that nothing goes silently.

use attention_features::{
    AssetId, BehaviourEvent, CleanEvents, EVENT_COLUMNS, EventCleaner, EventCleaningRules, EventId,
    EventKind, EventLog, EventReason as Reason, EventRow, OutlierFeature, build_table, cuts_between,
    read_clean_events,
};
use proptest::prelude::*;

use super::{DAY_S, catalog, log_of, spec, wallet, world};

const HEADER: &str =
    "source,event_id,user,kind,asset,counterparty,quantity,price,event_time_s,receive_time_s\n";
const T: i64 = 1_600_000_000;

fn clean(rows: &str) -> CleanEvents {
    clean_by(rows, &EventCleaningRules::default())
}

fn clean_by(rows: &str, rules: &EventCleaningRules) -> CleanEvents {
    let text = format!("{HEADER}{rows}");
    read_clean_events(text.as_bytes(), "e.csv", &catalog(10), rules, |time_s| time_s / DAY_S).unwrap()
}

/// A row received at second `T + at`.
fn row(id: u64, user: &str, rest: &str, at: i64) -> String {
    format!("s,{id},{user},{rest},{0},{0}\n", T + at)
}

#[test]
fn every_reason_to_drop_or_flag_a_row() {
    let late = EventCleaningRules::default().late_max_s;
    let rows = [
        row(1, "ann", "login,,,1,", 0),
        "s,2,ann\n".to_owned(),                                        // malformed
        row(3, "", "login,,,1,", 1),                                   // missing user
        row(4, &"u".repeat(161), "login,,,1,", 2),                     // identifier too long
        row(5, "ann", "theft,,,1,", 3),                                // no such kind
        row(6, "ann", "session,,,1.5,", 4),                            // no whole number
        row(7, "ann", "session,,,-20,", 5),                            // negative
        "s,8,ann,login,,,1,,yesterday,1600000000\n".to_owned(),        // no time
        "s,9,ann,login,,,1,,1600000000000,1600000000000\n".to_owned(), // milliseconds
        row(10, "ann", "ad_view,,,1,", 6),                             // no asset
        row(11, "ann", "message,,,1,", 7),                             // no counterparty
        row(12, "ann", "session,10,,60,", 8),                          // the catalogue holds 0 to 9
        row(13, "ann", "friendship,,ann,1,", 9),                       // with oneself
        row(14, "ann", "login,,,0,", 10),                              // nothing
        row(15, "ann", "session,,,86401,", 11),                        // more than a day
        format!("s,16,ann,login,,,1,,{},{}\n", T + 313, T + 12),       // 301 s ahead
        format!("s,17,ann,login,,,1,,{},{}\n", T + 12 - late, T + 13), // one second too late
        row(18, "ann", "purchase,3,bob,1,0", 14),                      // no price
        row(19, "ann", "message,,bob,2,5", 15),                        // a price for talking
        format!("s,20,ann,login,,,1,,{},{}\n", T + 316, T + 16),       // 300 s ahead
        row(21, "bob", "sale,3,ann,1,7", 17),
        row(21, "bob", "sale,3,ann,1,7", 17), // again
        row(22, "ann", "login,,,1,", 18),
        row(22, "ann", "login,,,2,", 18), // two stories of one day
        row(23, "ann", "login,,,1,", 19),
        row(23, "ann", "login,,,9,", 19 + DAY_S), // another story a day later
        row(24, "bob", "attendance,9,eve,3600,", 20), // out of order: the row before came later
        format!("s,25,ann,login,,,1,,{},{}\n", T + 21 - late, T + 21), // as late as may be
    ];
    let got = clean(&rows.concat());
    let want = [
        (Reason::MalformedRow, 1, 3, "the row has 3 cells, the header 10"),
        (Reason::MissingValue, 1, 4, "column user: empty"),
        (Reason::BadIdentifier, 1, 5, "column user: \"uuuuuuuuuu"),
        (Reason::UnknownKind, 1, 6, "column kind: \"theft\" is none of purchase, sale, login, "),
        (Reason::UnreadableNumber, 1, 7, "column quantity: \"1.5\" is not a whole number (u64)"),
        (Reason::NegativeQuantity, 1, 8, "column quantity: \"-20\" is below zero"),
        (Reason::UnreadableTime, 1, 9, "column event_time_s: \"yesterday\" is neither unix seconds nor"),
        (
            Reason::TimeOutOfBounds,
            1,
            10,
            "column event_time_s: 1600000000000 is outside 946684800 to 4102444800 (unix seconds)",
        ),
        (Reason::MissingAsset, 1, 11, "ad_view of user ann, no asset"),
        (Reason::MissingCounterparty, 1, 12, "message of user ann, no counterparty"),
        (Reason::UnknownAsset, 1, 13, "asset 10 is not among the 10 of the catalogue"),
        (Reason::WithOneself, 1, 14, "friendship of user ann with itself"),
        (Reason::ZeroQuantity, 1, 15, "login of quantity 0"),
        (Reason::ExcessiveQuantity, 1, 16, "session of quantity 86401, more than 86400"),
        (Reason::ClockAhead, 1, 17, "happened 1600000313, received 1600000012"),
        (Reason::ClockBehind, 1, 18, "happened 1597408012, received 1600000013"),
        (Reason::DuplicateRow, 1, 23, "event 21 of s"),
        (Reason::ConflictingId, 2, 24, "event 22 of s"),
        (Reason::LateConflictingId, 1, 27, "event 23 of s"),
        (Reason::ImpossiblePrice, 1, 19, "purchase at a price of 0"),
        (Reason::PriceWithoutTrade, 1, 20, "message at a price of 5"),
        (Reason::ClockSkew, 1, 21, "happened 1600000316, received 1600000016"),
        (Reason::OutOfOrder, 2, 28, "received 1600000020, after a row received 1600086419"),
    ];
    let report = &got.report;
    assert_eq!(report.counts.keys().copied().collect::<Vec<_>>(), want.map(|(reason, ..)| reason));
    for (reason, count, line, found) in want {
        let example = &report.examples[&reason][0];
        assert_eq!((report.count(reason), example.line), (count, line), "{reason:?}");
        assert!(example.found.starts_with(found), "{reason:?}: {}", example.found);
    }
    let ids: Vec<&str> = got.events.iter().map(|event| event.event_id.as_str()).collect();
    assert_eq!(ids, ["1", "18", "19", "20", "21", "23", "24", "25"]);
    assert_eq!((report.rows, report.kept, report.dropped()), (28, 8, 20));
    assert!(got.events.iter().all(|event| event.price.is_none() || event.event_id.as_str() == "21"));
    let aside: Vec<(&str, u64)> =
        got.conflicting.iter().map(|event| (event.event_id.as_str(), event.quantity)).collect();
    assert_eq!(aside, [("22", 1), ("22", 2), ("23", 9)]);
}

#[test]
fn columns_and_kinds_by_hand() {
    let rows = [
        row(1, "ann", "purchase,3,bob,1,50", 0),
        row(2, "bob", "sale,3,ann,2,7", 1),
        row(3, "eve", "session,7,,x,", 2),
        row(4, "ann", "session,7,,60,", 3),
        row(5, "ann", "login,,,1,", 4),
    ];
    let report = clean(&rows.concat()).report;
    let column = |name: &str| {
        let column = report.columns.iter().find(|column| column.column == name).unwrap();
        let text = |value: &Option<String>| value.clone().unwrap_or("-".into());
        (
            [column.missing, column.unreadable, column.typed, column.distinct],
            [text(&column.min), text(&column.median), text(&column.max)].join(" "),
        )
    };
    assert_eq!(column("user"), ([0, 0, 5, 2], "ann - bob".into()));
    assert_eq!(column("kind"), ([0, 0, 5, 4], "login - session".into()));
    assert_eq!(column("asset"), ([1, 0, 4, 2], "3 3 7".into()));
    assert_eq!(column("counterparty"), ([3, 0, 2, 2], "ann - bob".into()));
    // 1, 1, 2, 60: the lower median is 1.
    assert_eq!(column("quantity"), ([0, 1, 4, 3], "1 1 60".into()));
    assert_eq!(column("price"), ([3, 0, 2, 2], "7 7 50".into()));
    assert_eq!(column("receive_time_s"), ([0, 0, 5, 4], "1600000000 1600000001 1600000004".into()));
    assert_eq!(report.columns.iter().map(|c| c.column).collect::<Vec<_>>(), EVENT_COLUMNS.map(|c| c.name));
    let session = &report.kinds[&EventKind::Session];
    assert_eq!((session.rows, session.kept, session.users, session.quantity), (2, 1, 1, 60));
    assert_eq!((report.users, report.assets), (2, 2));
    assert_eq!((report.first_receive_time_s, report.last_receive_time_s), (Some(T), Some(T + 4)));
    let empty = clean("").report;
    assert_eq!((empty.rows, empty.kept, empty.first_receive_time_s), (0, 0, None));
    assert_eq!(empty.columns[6].median, None);
}

/// Sixty sessions of 255 s (16·8 on the scale), one of 40,000 s: the deviation is the rules' least, 8; six of them are three
/// octaves: 80 to 176, so from 2^5 − 1 = 31 s to below 2^(177/16) − 1 = 2,137.6 s.
#[test]
fn outliers_are_flagged_with_their_bounds_and_stay() {
    let mut rows: Vec<String> = (0..60).map(|n| row(n, "ann", "session,,,255,", n as i64 * DAY_S)).collect();
    rows.push(row(60, "bob", "session,,,40000,", 60 * DAY_S));
    rows.extend((0..50).map(|n| row(61 + n, "eve", "session,,,31,", 61 * DAY_S + n as i64)));
    let got = clean(&rows.concat());
    assert_eq!((got.report.kept, got.report.count(Reason::Outlier)), (111, 1));
    let example = &got.report.examples[&Reason::Outlier][0];
    assert_eq!(
        (example.line, example.found.as_str()),
        (62, "session with quantity 40000; usual are 31 to 2137")
    );
    assert_eq!(got.events.iter().filter(|event| event.quantity == 40_000).count(), 1);
    let told: Vec<_> =
        got.report.outliers.iter().map(|o| (o.feature, o.values, o.low, o.high, o.outliers)).collect();
    assert_eq!(
        told,
        [
            (OutlierFeature::Quantity, 111, 31, Some(2_137), 1),
            // One event a day on 61 days, fifty on another: 1 is 16 on the scale, so up to below 2^(65/16) − 1 = 15.7.
            (OutlierFeature::EventsPerUserDay, 62, 0, Some(15), 1),
        ]
    );
    let few = EventCleaningRules { outlier_values_min: 112, ..EventCleaningRules::default() };
    assert_eq!(clean_by(&rows.concat(), &few).report.outliers, []);
}

#[test]
fn too_many_malformed_rows_are_another_file() {
    let rules = EventCleaningRules { malformed_rows_max: 2, ..EventCleaningRules::default() };
    assert_eq!(clean_by("x\ny\n", &rules).report.count(Reason::MalformedRow), 2);
    let text = format!("{HEADER}x\ny\nz\n");
    let error = read_clean_events(text.as_bytes(), "e.csv", &catalog(10), &rules, |_| 0).unwrap_err();
    assert_eq!(
        error.to_string(),
        "e.csv: more than 2 malformed rows; is this the right file? The last: line 4: the row has 1 cells, the \
         header 10"
    );
}

/// Cells that are right, wrong or missing, from small sets, so that ids collide.
fn any_row() -> impl Strategy<Value = EventRow> {
    let pick = |values: &'static [&'static str]| {
        prop::sample::select(values).prop_map(|text| Some(text.to_owned()).filter(|text| !text.is_empty()))
    };
    let times = || pick(&["1600000000", "1600000100", "1600090000", "2020-09-13T12:26:40Z", "9", "", "soon"]);
    (
        pick(&["s", "s", "t", ""]),
        pick(&["1", "2", "3", "4", "5", "\u{1}"]),
        pick(&["ann", "bob", "ann", ""]),
        pick(&[
            "login",
            "session",
            "sale",
            "purchase",
            "message",
            "friendship",
            "ad_view",
            "attendance",
            "x",
        ]),
        pick(&["1", "9", "10", "", "y"]),
        pick(&["ann", "bob", "eve", ""]),
        pick(&["1", "60", "1", "0", "-4", "99999", "", "z"]),
        pick(&["", "5", "0", "-1", "q"]),
        (times(), times()),
    )
        .prop_map(|(source, event_id, user, kind, asset, counterparty, quantity, price, times)| {
            EventRow {
                source,
                event_id,
                user,
                kind,
                asset,
                counterparty,
                quantity,
                price,
                event_time_s: times.0,
                receive_time_s: times.1,
            }
        })
}

fn clean_rows(rows: &[EventRow]) -> CleanEvents {
    let (catalog, rules) = (catalog(10), EventCleaningRules::default());
    let mut cleaner = EventCleaner::new("rows", &catalog, &rules).unwrap();
    for (line, row) in (2..).zip(rows) {
        cleaner.push(line, Ok(row.clone())).unwrap();
    }
    cleaner.finish(|time_s| time_s / DAY_S)
}

/// The log of what several cleanings hand to a store.
fn log(parts: &[CleanEvents]) -> Vec<BehaviourEvent> {
    let all = parts.iter().flat_map(|part| part.events.iter().chain(&part.conflicting)).cloned().collect();
    EventLog::new(all, |time_s| time_s / DAY_S).unwrap().0.events().to_vec()
}

proptest! {
    #[test]
    fn nothing_is_dropped_silently(rows in prop::collection::vec(any_row(), 0..200)) {
        let got = clean_rows(&rows);
        let report = &got.report;
        prop_assert_eq!(report.rows, rows.len() as u64);
        prop_assert_eq!(report.kept, got.events.len() as u64);
        prop_assert_eq!(report.kept + report.dropped(), report.rows);
        for column in &report.columns {
            prop_assert_eq!(column.missing + column.unreadable + column.typed, report.rows);
        }
        prop_assert_eq!(report.kinds.values().map(|kind| kind.kept).sum::<u64>(), report.kept);
        prop_assert_eq!(log(std::slice::from_ref(&got)), got.events);
    }

    #[test]
    fn order_and_files_change_nothing(rows in prop::collection::vec(any_row(), 0..120), cut in 0usize..120) {
        let whole = clean_rows(&rows);
        let (first, second) = rows.split_at(cut.min(rows.len()));
        prop_assert_eq!(log(&[clean_rows(first), clean_rows(second)]), whole.events.clone());
        let backwards: Vec<EventRow> = rows.iter().rev().cloned().collect();
        let turned = clean_rows(&backwards);
        prop_assert_eq!(turned.events, whole.events);
        let without_order = |report: &attention_features::DataQualityReport| {
            let mut counts = report.counts.clone();
            counts.remove(&Reason::OutOfOrder);
            (counts, report.columns.clone(), report.kinds.clone(), report.outliers.clone())
        };
        prop_assert_eq!(without_order(&turned.report), without_order(&whole.report));
    }
}

/// The interest model's features know trades alone: logins, sessions, talk, advertisements and attendances change no row.
#[test]
fn other_kinds_leave_the_interest_table_as_it_is() {
    let trades = world(600);
    let template = trades[0].clone();
    let (first_s, last_s) = (trades[0].receive_time_s, trades[799].receive_time_s);
    let mut all = trades.clone();
    for (number, kind) in
        (0..).zip(EventKind::ALL.into_iter().filter(|kind| !kind.is_trade()).cycle().take(300))
    {
        let time_s = first_s + (last_s - first_s) / 300 * number;
        all.push(BehaviourEvent {
            event_id: EventId::new(format!("other/{number}")).unwrap(),
            // Some of the traders, and some who never trade.
            user: wallet(number.unsigned_abs() * 3 % 60),
            kind,
            asset: (number % 2 == 0).then_some(AssetId(number as u32 % 60)),
            price: None,
            event_time_s: time_s,
            receive_time_s: time_s,
            ..template.clone()
        });
    }
    let spec = spec();
    let catalog = catalog(60);
    let table = |events: Vec<BehaviourEvent>| {
        let log = log_of(events);
        let known_s = last_s + 1;
        let cuts = cuts_between(&spec, 1, known_s - 90 * DAY_S).unwrap();
        build_table(log.before(known_s), &cuts, &catalog, &spec).unwrap()
    };
    let without = table(trades);
    assert!(without.rows() > 1_000);
    assert_eq!(table(all), without);
}
