//! Order, de-duplication and roots of the event log.

use attention_features::{
    BehaviourEvent, EventLog, FeaturesError, InputRootParts, TIME_MAX_S, chain_history, event_leaf,
    events_root, input_root,
};

use super::{DAY_S, log_of, sale, spec, world};

fn start_s() -> i64 {
    spec().values().data_start_s
}

fn build(events: Vec<BehaviourEvent>) -> (EventLog, attention_features::LogReport) {
    EventLog::new(events, |time_s| spec().data_epoch_of(time_s)).unwrap()
}

#[test]
fn equal_copies_count_once() {
    let [event, _] = sale(1, 1, 1, 2, None);
    let (log, report) = build(vec![event.clone(), event.clone(), event.clone()]);
    assert_eq!(log.events(), [event]);
    assert_eq!((report.repeated, report.conflicting.len()), (2, 0));
}

#[test]
fn contradictions_within_an_epoch_are_both_dropped_and_reported() {
    let [event, other] = sale(1, 1, 1, 2, None);
    let changed = BehaviourEvent { quantity: 2, ..event.clone() };
    let id = (event.source.clone(), event.event_id.clone());
    let (log, report) = build(vec![event.clone(), changed, other.clone(), event]);
    assert_eq!(log.events(), [other]);
    assert_eq!((report.conflicting, report.repeated), (vec![id], 1));
}

#[test]
fn the_earlier_epochs_event_stands() {
    let [event, _] = sale(1, 1, 1, 2, None);
    let late = BehaviourEvent { receive_time_s: start_s() + 31 * DAY_S, ..event.clone() };
    let id = (event.source.clone(), event.event_id.clone());
    for order in [vec![event.clone(), late.clone()], vec![late, event.clone()]] {
        let (log, report) = build(order);
        assert_eq!(log.events(), std::slice::from_ref(&event));
        assert_eq!(report.late_conflicting, std::slice::from_ref(&id));
        assert!(report.conflicting.is_empty());
    }
}

#[test]
fn times_are_limited() {
    let [event, _] = sale(1, 1, 1, 2, None);
    for time_s in [-1, TIME_MAX_S + 1, i64::MIN, i64::MAX] {
        let bad = BehaviourEvent { receive_time_s: time_s, ..event.clone() };
        let error = EventLog::new(vec![bad], |_| 0).unwrap_err();
        assert!(
            matches!(error, FeaturesError::EventTime { field: "receive_time_s", time_s: got, .. } if got == time_s)
        );
    }
}

#[test]
fn any_order_gives_one_log_and_one_root() {
    let events = world(400);
    let log = log_of(events.clone());
    let mut shuffled = events;
    shuffled.reverse();
    shuffled.rotate_left(137);
    let other = log_of(shuffled);
    assert_eq!(log, other);
    let (from, to) = (start_s(), start_s() + 30 * DAY_S);
    assert_eq!(log.window_root(from, to), other.window_root(from, to));
    assert_ne!(log.window_root(from, to), [0; 32]);
}

#[test]
fn windows_are_half_open_and_roots_sorted_by_id() {
    let [a, _] = sale(2, 1, 1, 2, None);
    let [b, _] = sale(1, 2, 3, 4, None);
    // Received later, but its id sorts first.
    let b = BehaviourEvent { receive_time_s: a.receive_time_s + 1, ..b };
    let log = log_of(vec![a.clone(), b.clone()]);
    let (at_a, at_b) = (a.receive_time_s, b.receive_time_s);
    assert_eq!(log.window(at_a, at_b), std::slice::from_ref(&a));
    assert_eq!(log.window(at_b, at_b + 1), std::slice::from_ref(&b));
    assert!(log.window(at_b, at_a).is_empty());
    assert_eq!(log.before(at_a).events(), []);
    let leaf = |event| event_leaf(&[0; 32], event);
    assert_eq!(log.window_root(i64::MIN, i64::MAX), events_root(&[leaf(&b), leaf(&a)]));
    assert_eq!(log.window_root(0, at_a), [0; 32]);
}

/// The chain of histories binds every earlier epoch: moving an event across a boundary changes the root.
#[test]
fn history_binds_the_epoch_of_each_event() {
    let root = |boundary_day: i64| {
        let log = log_of(world(100));
        let at = start_s() + boundary_day * DAY_S;
        let history = chain_history(&log.window_root(i64::MIN, start_s()), &log.window_root(start_s(), at));
        input_root(&InputRootParts {
            history,
            epoch_events: log.window_root(at, i64::MAX),
            ..Default::default()
        })
    };
    assert_eq!(root(50), root(50));
    assert_ne!(root(50), root(51));
}
