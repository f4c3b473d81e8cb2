//! The real sales, where they are at hand: `ATTENTION_DATA`, else `../shared/data` beside the repository.

use std::fs::File;
use std::io::{Write, stderr};
use std::path::PathBuf;

use attention_tasks::price::{Market, PriceParams, evaluate, parse_day, train};

#[allow(clippy::explicit_write, reason = "the test harness would swallow an eprintln")]
fn market() -> Option<Market> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");
    let folder = std::env::var_os("ATTENTION_DATA").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    let (assets, sales) = (folder.join("punks/assets.csv"), folder.join("punks/sales.csv"));
    if let (Ok(assets), Ok(sales)) = (File::open(assets), File::open(sales)) {
        return Some(Market::read(assets, sales).unwrap());
    }
    writeln!(
        stderr(),
        "SKIPPED: no punks/sales.csv and punks/assets.csv in {}; set ATTENTION_DATA",
        folder.display()
    )
    .unwrap();
    None
}

/// Learnt from all sales before 2020-07, on those after it: well below the 7-day median, and the interval holds month by
/// month.
#[test]
fn real_prices_are_predicted() {
    let Some(market) = market() else { return };
    let from_s = parse_day("2020-07-01").unwrap();
    let (model, trained) = train(&market, Some(from_s), &PriceParams::default()).unwrap();
    assert!(trained.rows > 4_000, "{}", trained.rows);
    let evaluation = evaluate(&market, &model, from_s, None).unwrap();
    assert!(evaluation.quality.gain > 0.4, "{:?}", evaluation.quality);
    assert_eq!(evaluation.months.len(), 6);
    for month in &evaluation.months {
        assert!((0.75..=0.85).contains(&month.quality.interval_coverage), "{month:?}");
    }
}
