//! The real sales, where they are at hand.

#[path = "../../../../tests/shared/real_data.rs"]
mod real;

use std::collections::BTreeSet;
use std::fs::File;
use std::path::PathBuf;

use attention_features::{
    AssetCatalog, BehaviourEvent, CleaningReason as Reason, EventKind, build_table, cuts_between,
    read_assets, read_clean_sales,
};

use super::{DAY_S, log_of, spec};
use real::real_data;

fn data() -> Option<PathBuf> {
    real_data("punks", &["sales.csv", "assets.csv"])
}

fn catalog(punks: &std::path::Path) -> AssetCatalog {
    read_assets(File::open(punks.join("assets.csv")).unwrap(), "assets.csv").unwrap()
}

/// What an independent count of the file says (awk over its columns): 6,130 rows, 1,190 of them with the zero
/// address as the buyer, 9 with the price -, 7 below 10^12 wei, nobody trading with themselves.
#[test]
fn real_sales_are_cleaned_as_counted() {
    let Some(punks) = data() else { return };
    let catalog = catalog(&punks);
    assert_eq!(catalog.len(), 10_000);
    let file = File::open(punks.join("sales.csv")).unwrap();
    let clean = read_clean_sales(file, "sales.csv", &catalog, &spec().values().cleaning).unwrap();
    let report = &clean.report;
    assert_eq!((report.rows, report.sales_kept), (6_130, 6_123));
    assert_eq!(report.count(Reason::UnknownBuyer), 1_190);
    assert_eq!(report.count(Reason::UnknownPrice), 9);
    assert_eq!(report.count(Reason::DustPrice), 7);
    assert_eq!(report.count(Reason::SelfTrade) + report.count(Reason::MalformedRow), 0);
    let far_below = report.count(Reason::FarBelowMarket);
    assert!((10..60).contains(&far_below), "{far_below}");
    let purchases = clean.events.iter().filter(|event| event.kind == EventKind::Purchase).count();
    assert_eq!((purchases, clean.events.len()), (6_123 - 1_190, 2 * 6_123 - 1_190));
    assert!(
        clean.events.iter().all(|event| event
            .user
            .as_str()
            .bytes()
            .any(|byte| (b'1'..=b'f').contains(&byte)))
    );
    // Active wallets in the 30-day epochs 35 to 40, counted from the file by another program.
    let active = (35..41).map(|epoch| {
        let (start_s, end_s) = (spec().cut_s(epoch).unwrap(), spec().cut_s(epoch + 1).unwrap());
        let inside = |event: &&BehaviourEvent| (start_s..end_s).contains(&event.receive_time_s);
        clean.events.iter().filter(inside).map(|event| &event.user).collect::<BTreeSet<_>>().len()
    });
    assert_eq!(active.collect::<Vec<_>>(), [175, 64, 64, 68, 316, 142]);
}

/// Rows in any order give the same events, roots and table.
#[test]
fn shuffled_real_rows_give_the_same_table() {
    let Some(punks) = data() else { return };
    let (catalog, spec) = (catalog(&punks), spec());
    let text = std::fs::read_to_string(punks.join("sales.csv")).unwrap();
    let (header, body) = text.split_once('\n').unwrap();
    let mut rows: Vec<&str> = body.lines().collect();
    let read = |rows: &[&str]| {
        let file = format!("{header}\n{}\n", rows.join("\n"));
        read_clean_sales(file.as_bytes(), "sales.csv", &catalog, &spec.values().cleaning).unwrap()
    };
    let straight = read(&rows);
    rows.sort_by_key(|row| row.bytes().rev().map(u64::from).fold(7, |hash, b| (hash * 31 + b) % 1_000_003));
    let shuffled = read(&rows);
    assert!(shuffled.report.count(Reason::OutOfOrder) > 1_000);
    assert_eq!(straight.events, shuffled.events);
    let (log, other) = (log_of(straight.events), log_of(shuffled.events));
    assert_eq!(log.window_root(i64::MIN, i64::MAX), other.window_root(i64::MIN, i64::MAX));
    let cuts = cuts_between(&spec, 9, spec.cut_s(10).unwrap()).unwrap();
    let known_s = spec.cut_s(10).unwrap() + 90 * DAY_S;
    let table = build_table(log.before(known_s), &cuts, &catalog, &spec).unwrap();
    assert_eq!(table, build_table(other.before(known_s), &cuts, &catalog, &spec).unwrap());
    assert!(table.rows() > 5_000);
}
