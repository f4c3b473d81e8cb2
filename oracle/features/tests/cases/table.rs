//! The training table: labels, sampling, order.

use std::collections::BTreeMap;

use attention_features::{
    AssetId, CUTS_MAX, EventKind, FeaturesError, InterestSpecValues, build_table, cuts_between,
};

use super::{DAY_S, catalog, log_of, sale, spec, wallet, world};

fn day_s(day: i64) -> i64 {
    spec().values().data_start_s + day * DAY_S
}

/// y = 1 for purchases in (cut, cut + 90 d] alone: not at the cut, at its end, not after, and not for sellers.
#[test]
fn the_horizon_is_open_at_the_cut_and_closed_at_its_end() {
    let mut events = sale(1, 50, 1, 2, None).to_vec();
    for (asset, day) in [(1, 30), (2, 31), (3, 120), (4, 121)] {
        events.extend(sale(day, asset, 1, 2, None));
    }
    let log = log_of(events);
    let table = build_table(log.before(day_s(500)), &[day_s(30)], &catalog(100), &spec()).unwrap();
    let positive: Vec<u32> =
        (0..table.rows()).filter(|&row| table.labels[row]).map(|row| table.assets[row].0).collect();
    assert_eq!(positive, [2, 3]);
}

/// 50 negatives for each user and cut, none of them a positive, none twice; rows in (cut, user, asset) order.
#[test]
fn negatives_are_distinct_and_no_positives() {
    let (catalog, spec) = (catalog(60), spec());
    let cuts = [day_s(90), day_s(120)];
    let table = build_table(log_of(world(400)).before(day_s(400)), &cuts, &catalog, &spec).unwrap();
    let mut of_group: BTreeMap<u64, Vec<(AssetId, bool)>> = BTreeMap::new();
    for row in 0..table.rows() {
        of_group.entry(table.groups[row]).or_default().push((table.assets[row], table.labels[row]));
    }
    assert!(of_group.len() > 20);
    for rows in of_group.values() {
        assert!(rows.windows(2).all(|pair| pair[0].0 < pair[1].0), "rising and distinct");
        let negatives = rows.iter().filter(|(_, label)| !label).count();
        assert_eq!(negatives, 50.min(60 - (rows.len() - negatives)));
    }
    assert!(table.cuts_s.is_sorted() && table.groups.is_sorted());
    let until = table.rows_until(day_s(90));
    assert!(until > 0 && until < table.rows() && table.cuts_s[until] == day_s(120));
    assert_eq!(table.rows_until(day_s(89)), 0);
}

#[test]
fn users_count_who_acted_within_the_lookback() {
    let events = [sale(0, 1, 1, 2, None), sale(366, 2, 3, 4, None)].concat();
    let log = log_of(events);
    let view = |day| {
        attention_features::FeatureView::new(log.before(day_s(day)), &catalog(10), &spec())
            .map(|view| view.active_users().cloned().collect::<Vec<_>>())
            .unwrap()
    };
    assert_eq!(view(0), []);
    assert_eq!(view(365), [wallet(1), wallet(2)]);
    assert_eq!(view(366), []);
    assert_eq!(view(367), [wallet(3), wallet(4)]);
}

#[test]
fn the_seed_changes_the_negatives_and_nothing_else() {
    let catalog = catalog(1_000);
    let log = log_of(world(400));
    let table = |seed| {
        let spec = InterestSpecValues { seed, ..InterestSpecValues::sales() }.check().unwrap();
        build_table(log.before(day_s(400)), &[day_s(90)], &catalog, &spec).unwrap()
    };
    let (a, b) = (table(1), table(2));
    assert_eq!(a, table(1));
    assert_ne!(a.assets, b.assets);
    let positives = |t: &attention_features::InterestTable| -> Vec<AssetId> {
        t.assets.iter().zip(&t.labels).filter(|(_, label)| **label).map(|(asset, _)| *asset).collect()
    };
    assert_eq!(positives(&a), positives(&b));
}

/// 10,000 assets, about 20,000 draws: every tenth of the catalogue gets its share within four standard
/// deviations (√(20,000 · .1 · .9) = 42).
#[test]
fn negatives_are_uniform() {
    let catalog = catalog(10_000);
    let cuts = cuts_between(&spec(), 3, day_s(390)).unwrap();
    assert_eq!(cuts.len(), 11);
    let table = build_table(log_of(world(400)).before(day_s(400)), &cuts, &catalog, &spec()).unwrap();
    let negatives: Vec<u32> =
        table.assets.iter().zip(&table.labels).filter(|(_, label)| !**label).map(|(a, _)| a.0).collect();
    assert!(negatives.len() > 15_000, "{}", negatives.len());
    let expected = negatives.len() as f64 / 10.0;
    for tenth in 0..10 {
        let count = negatives.iter().filter(|&&asset| asset / 1_000 == tenth).count() as f64;
        assert!((count - expected).abs() < 4.0 * (expected * 0.9).sqrt(), "{tenth}: {count} of {expected}");
    }
}

#[test]
fn the_world_holds_both_kinds() {
    let kinds: Vec<EventKind> = world(400).iter().map(|event| event.kind).collect();
    assert!(kinds.contains(&EventKind::Purchase) && kinds.contains(&EventKind::Sale));
}

/// The shortest epochs there may be, 2 s: as many cuts as are allowed, and one more.
#[test]
fn cuts_are_counted() {
    let spec = InterestSpecValues { epoch_length_s: 2, ..InterestSpecValues::sales() }.check().unwrap();
    let last_s = |count: i64| spec.values().data_start_s + 2 * (count - 1);
    let cuts = cuts_between(&spec, 0, last_s(CUTS_MAX as i64)).unwrap();
    assert_eq!((cuts.len(), cuts[CUTS_MAX - 1]), (65_536, last_s(65_536)));
    let refused = cuts_between(&spec, 0, last_s(CUTS_MAX as i64 + 1)).unwrap_err();
    assert!(matches!(refused, FeaturesError::TooMany { got: 65_537, limit: 65_536, .. }), "{refused}");
    assert!(refused.to_string().contains("epoch_length_s"));
    // Later cuts alone are as many as they are.
    assert_eq!(cuts_between(&spec, 10, last_s(CUTS_MAX as i64 + 1)).unwrap().len(), 65_527);
}
