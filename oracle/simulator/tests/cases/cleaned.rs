//! The cleaning against the truth: nothing is found in a clean world, and exactly what was put into a dirty one.

use std::collections::BTreeSet;

use attention_features::{
    CleanEvents, EventCleaningRules, EventKind, EventReason as Reason, OutlierFeature, OutlierReport,
    read_clean_events,
};
use attention_simulator::{Role, SimulationParams, Truth, World};

use super::{catalog, file, run};

fn clean(world: &World, text: &str) -> CleanEvents {
    let rules = EventCleaningRules::default();
    let epoch_of = |time_s: i64| time_s / (30 * 86_400);
    read_clean_events(text.as_bytes(), "events.csv", &catalog(world), &rules, epoch_of).unwrap()
}

#[test]
fn a_clean_world_is_kept_whole() {
    for seed in 0..3 {
        let params = SimulationParams::new(300, 60, seed);
        let (world, events) = run(&params);
        let got = clean(&world, &file(&params, &events).0);
        assert_eq!(got.report.counts, [].into(), "seed {seed}: {:?}", got.report.examples);
        assert_eq!(got.report.rows, events.len() as u64);
        assert!(got.events == events && got.conflicting.is_empty());
    }
}

/// The days of bots, and no others, have more sessions than is usual.
#[test]
fn bots_stand_out() {
    let params = SimulationParams::new(1_000, 30, 2);
    let (world, events) = run(&params);
    let report = clean(&world, &file(&params, &events).0).report;
    let bots = world.people().iter().filter(|person| person.role == Role::Bot);
    let bot_days: u64 = bots.map(|bot| u64::from(params.days - bot.join_day)).sum();
    let is_it = |found: &&OutlierReport| {
        (found.kind, found.feature) == (EventKind::Session, OutlierFeature::EventsPerUserDay)
    };
    assert_eq!(report.outliers.iter().find(is_it).unwrap().outliers, bot_days);
    assert_eq!(report.outliers.iter().map(|found| found.outliers).sum::<u64>(), bot_days);
}

#[test]
fn dirt_is_found_exactly() {
    let params = SimulationParams { dirty_ppm: 50_000, ..SimulationParams::new(300, 60, 7) };
    let (world, events) = run(&params);
    let (text, dirt) = file(&params, &events);
    let got = clean(&world, &text);
    let truth = Truth::new(&world, &dirt);
    assert!(dirt.counts.len() == 23 && dirt.counts.values().all(|count| *count > 20), "{:?}", dirt.counts);
    assert_eq!(got.report.counts, truth.dirt);
    assert_eq!(got.report.rows, events.len() as u64 + truth.dirt_rows);
    assert_eq!(got.report.kept, events.len() as u64 + truth.dirt_kept);
    assert_eq!(got.conflicting.len() as u64, truth.dirt[&Reason::ConflictingId]);
    // The world's own events are all there, byte for byte.
    let kept: BTreeSet<Vec<u8>> = got.events.iter().map(|event| event.canonical_bytes()).collect();
    assert!(events.iter().all(|event| kept.contains(&event.canonical_bytes())));
}
