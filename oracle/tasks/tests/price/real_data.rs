//! The real sales, where they are at hand.

#[path = "../../../../tests/shared/real_data.rs"]
mod real;

use std::fs::File;

use attention_tasks::price::{Market, PriceParams, evaluate, parse_day, train};
use real::real_data;

fn market() -> Option<Market> {
    let folder = real_data("punks", &["sales.csv", "assets.csv"])?;
    let open = |name: &str| File::open(folder.join(name)).unwrap();
    Some(Market::read(open("assets.csv"), open("sales.csv")).unwrap())
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
