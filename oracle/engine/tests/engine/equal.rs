//! The engine's rows equal the reference evaluator's, over any partitions, order and file.

use attention_engine::{EngineError, EngineOptions, ParquetEvents, Past, write_events};
use attention_features::{AssetId, BehaviourEvent, EventKind, FeaturesError, PRICE_MAX, QUANTITY_MAX};
use proptest::prelude::*;

use super::{DAY_S, catalog, computed, event, log_of, options, reference, user};

const KINDS: [EventKind; 6] = [
    EventKind::Purchase,
    EventKind::Sale,
    EventKind::Login,
    EventKind::Session,
    EventKind::Message,
    EventKind::Friendship,
];
const CUT_S: i64 = 200 * DAY_S;

fn any_event() -> impl Strategy<Value = BehaviourEvent> {
    let who = || {
        prop_oneof![
            (0..7u8).prop_map(|n| format!("user-{n}")),
            Just("Ünïcode".to_owned()),
            Just("Z".to_owned())
        ]
    };
    let price = proptest::option::of(prop_oneof![4 => 0..1_000u128, 1 => Just(PRICE_MAX)]);
    let quantity = prop_oneof![4 => 0..100u64, 1 => Just(QUANTITY_MAX)];
    // Days near the cut and the ends of the windows, to the second.
    let time_s = prop_oneof![
        3 => 0..CUT_S + 20 * DAY_S,
        1 => Just(CUT_S - 30 * DAY_S),
        1 => Just(CUT_S - 30 * DAY_S - 1),
        1 => Just(CUT_S - 90 * DAY_S),
        1 => Just(CUT_S - 1),
        1 => Just(CUT_S),
    ];
    let asset = proptest::option::weighted(0.8, 0..8u32); // 6 and 7 are not in the catalogue
    (who(), 0..KINDS.len(), asset, proptest::option::of(who()), quantity, price, time_s).prop_map(
        |(who, kind, asset, other, quantity, price, time_s)| BehaviourEvent {
            asset: asset.map(AssetId),
            counterparty: other.map(|name| user(&name)),
            quantity,
            price,
            ..event(0, &who, KINDS[kind], time_s)
        },
    )
}

fn numbered(events: Vec<BehaviourEvent>) -> Vec<BehaviourEvent> {
    let name = |(number, event): (usize, BehaviourEvent)| BehaviourEvent {
        event_id: super::event(number, "x", EventKind::Login, 0).event_id,
        ..event
    };
    events.into_iter().enumerate().map(name).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Memory and Parquet, 1 to 5 partitions, the set's own pairs and given ones.
    #[test]
    fn tables_and_roots_are_equal(
        events in proptest::collection::vec(any_event(), 0..80),
        partitions in 1..5u64,
    ) {
        let (catalog, events) = (catalog(), numbered(events));
        let log = log_of(events.clone());
        let past = log.before(CUT_S);
        let expected = reference(past, &catalog, None);
        prop_assert_eq!(&computed(Past::Memory(past), &catalog, None, &options(partitions)).unwrap(), &expected);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("events.parquet");
        // The whole history, as it came: the file's order and what is after the cut change nothing.
        write_events(&file, &events).unwrap();
        let past_file = ParquetEvents::open(&file).unwrap().before(CUT_S);
        prop_assert_eq!(&computed(Past::Parquet(&past_file), &catalog, None, &options(partitions)).unwrap(), &expected);
        let pairs = [(user("user-1"), AssetId(2)), (user("nobody"), AssetId(77)), (user("user-1"), AssetId(2))];
        let expected = reference(past, &catalog, Some(&pairs));
        prop_assert_eq!(expected.0.len(), 2);
        prop_assert_eq!(
            computed(Past::Memory(past), &catalog, Some(&pairs), &options(partitions)).unwrap(),
            expected
        );
    }
}

/// A world of some size by integer arithmetic: 3,000 events of 60 users, half of the time after the cut.
fn world() -> Vec<BehaviourEvent> {
    let one = |n: u64| BehaviourEvent {
        asset: (!n.is_multiple_of(5)).then_some(AssetId(((n / 60 * 5 + n % 7) % 6) as u32)),
        counterparty: (!n.is_multiple_of(3)).then(|| user(&format!("user-{}", n * n % 61))),
        quantity: n % 50,
        price: (!n.is_multiple_of(4)).then_some(u128::from(n % 97)),
        ..event(
            n as usize,
            &format!("user-{}", n * 31 % 60),
            KINDS[(n % 6) as usize],
            (n as i64 * 1_000_003) % (2 * CUT_S),
        )
    };
    (0..3_000).map(one).collect()
}

/// `feature_root` is one over 1, 4 and 16 partitions, over threads, little memory, reversed rows and a file.
#[test]
fn the_root_is_the_same_over_everything_that_may_differ() {
    let (catalog, events) = (catalog(), world());
    let log = log_of(events.clone());
    let past = log.before(CUT_S);
    let expected = reference(past, &catalog, None);
    assert!(expected.1.rows > 200, "{}", expected.1.rows);
    for (memory_mb, partitions, threads) in [(500, 1, 1), (500, 4, 2), (500, 16, 3), (32, 2, 2)] {
        let options = EngineOptions::new(memory_mb, partitions, threads).unwrap();
        assert_eq!(computed(Past::Memory(past), &catalog, None, &options).unwrap(), expected, "{options:?}");
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("events.parquet");
    write_events(&file, &events.into_iter().rev().collect::<Vec<_>>()).unwrap();
    let opened = ParquetEvents::open(&file).unwrap();
    assert_eq!(opened.rows(), 3_000);
    for partitions in [1, 4, 16] {
        let past = opened.before(CUT_S);
        assert_eq!(computed(Past::Parquet(&past), &catalog, None, &options(partitions)).unwrap(), expected);
    }
}

/// Nothing received at or after the cut changes a row: not in memory, not in a file that holds it.
#[test]
fn nothing_after_the_cut_is_seen() {
    let catalog = catalog();
    let early = world().into_iter().filter(|event| event.receive_time_s < CUT_S).collect::<Vec<_>>();
    assert!(early.len() > 1_000 && early.len() < 2_000);
    let (log, longer) = (log_of(early), log_of(world()));
    let rows = computed(Past::Memory(log.before(CUT_S)), &catalog, None, &options(2)).unwrap();
    assert_eq!(computed(Past::Memory(longer.before(CUT_S)), &catalog, None, &options(2)).unwrap(), rows);
    // The same events at a later cut are other rows: the cut counts, and what came between.
    let later = computed(Past::Memory(log.before(CUT_S + 1)), &catalog, None, &options(2)).unwrap();
    assert_ne!(later.1, rows.1);
}

#[test]
fn events_beyond_the_proofs_are_refused() {
    let catalog = catalog();
    let big = [
        BehaviourEvent { quantity: QUANTITY_MAX + 1, ..event(1, "a", EventKind::Session, 5) },
        BehaviourEvent { price: Some(PRICE_MAX + 1), ..event(1, "a", EventKind::Sale, 5) },
    ];
    for (event, field) in big.into_iter().zip(["quantity", "price"]) {
        let log = log_of(vec![event]);
        let error = computed(Past::Memory(log.before(9)), &catalog, None, &options(1)).unwrap_err();
        assert!(
            matches!(&error, EngineError::Features(FeaturesError::EventValue { field: found, .. }) if *found == field),
            "{error}"
        );
    }
}

/// What the caller cannot take ends the work with the caller's error.
#[test]
fn a_failing_caller_ends_the_work() {
    let log = log_of(world());
    let error = attention_engine::compute_features(
        &attention_features::BEHAVIOUR_V1,
        Past::Memory(log.before(CUT_S)),
        &catalog(),
        None,
        &options(1),
        &mut |_| Err(EngineError::Engine { what: "mine".into(), detail: "full".into() }),
    );
    assert_eq!(error.unwrap_err().to_string(), "mine: full");
}
