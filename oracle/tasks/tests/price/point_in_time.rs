//! What comes later changes nothing, nor does the level of prices.

use attention_features::AssetId;
use attention_tasks::price::{Hindsight, Market, MarketView, PriceTable, evaluate, predict, train};
use proptest::prelude::*;

use super::common::{quick, sale, synthetic};

fn rows(market: &Market, count: usize) -> Vec<Vec<i64>> {
    PriceTable::build(market, None).unwrap().rows().take(count).map(|row| row.features.to_vec()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Other sales from some moment on: all rows before it, and at it, stay as they were.
    #[test]
    fn no_feature_knows_the_future(seed in 0u64..1_000, cut in 20usize..110, swap: u64) {
        let market = synthetic(seed, 120);
        let sales = market.sales().to_vec();
        let at_s = sales[cut].time_s;
        let first_later = sales.partition_point(|sale| sale.time_s <= at_s);
        let mut other = sales.clone();
        for (at, sale) in other.iter_mut().enumerate().skip(first_later) {
            sale.asset = (u64::from(sale.asset) * 7 + swap + at as u64) as u32 % 80;
            sale.price_wei = 1 + u128::from(swap % 1_000_000) * sale.price_wei / 3;
            sale.time_s += 5_000;
        }
        let other = Market::new(market.catalog().clone(), other).unwrap();
        // One row less than sales: the first has no past.
        prop_assert_eq!(rows(&market, first_later - 1), rows(&other, first_later - 1));
        let cut_off = PriceTable::build(&market, Some(at_s)).unwrap();
        prop_assert_eq!(cut_off.len(), sales.partition_point(|sale| sale.time_s < at_s) - 1);
    }
}

#[test]
fn sales_of_one_moment_do_not_see_each_other() {
    let market = synthetic(3, 40);
    let mut view = MarketView::new(market.catalog());
    view.observe(&[sale(10, 1, 1_000)]).unwrap();
    let before = view.at(20).unwrap().unwrap().row(2).unwrap();
    let sales = [sale(10, 1, 1_000), sale(20, 5, 9_000), sale(20, 2, 3_000)];
    for order in [[0, 1, 2], [0, 2, 1]] {
        let market = Market::new(market.catalog().clone(), order.map(|at| sales[at]).to_vec()).unwrap();
        let table = PriceTable::build(&market, None).unwrap();
        let row = table.rows().find(|row| row.sale.asset == 2).unwrap();
        assert_eq!(row.features, before);
    }
    assert!(view.observe(&[sale(10, 1, 1)]).is_err() && view.at(10).is_err());
    assert!(view.observe(&[sale(30, 1, 1), sale(31, 1, 1)]).is_err());
}

/// The level of prices is nowhere in the features: at ten times the prices they are the same but for the rounding of
/// logarithms, and so is what is predicted relative to the level.
#[test]
fn ten_times_the_prices_change_nothing() {
    let market = synthetic(5, 400);
    let dear: Vec<_> = market.sales().iter().map(|s| sale(s.time_s, s.asset, s.price_wei * 10)).collect();
    let dear = Market::new(market.catalog().clone(), dear).unwrap();
    for (cheap, dear) in rows(&market, 399).iter().zip(&rows(&dear, 399)) {
        for (a, b) in cheap.iter().zip(dear) {
            assert!((a - b).abs() <= 20, "{a}, {b}");
        }
    }
    let from_s = market.sales()[300].time_s;
    let (model, _) = train(&market, Some(from_s), &quick()).unwrap();
    let (a, b) =
        (evaluate(&market, &model, from_s, None).unwrap(), evaluate(&dear, &model, from_s, None).unwrap());
    assert!(
        (a.quality.mae_log - b.quality.mae_log).abs() < 0.002,
        "{} {}",
        a.quality.mae_log,
        b.quality.mae_log
    );
    let time_s = market.sales()[399].time_s + 5;
    let assets: Vec<AssetId> = (0..80).map(AssetId).collect();
    let (a, b) = (
        predict(&market, &model, &assets, time_s, Hindsight::Refused).unwrap(),
        predict(&dear, &model, &assets, time_s, Hindsight::Refused).unwrap(),
    );
    let close = a
        .iter()
        .zip(&b)
        .filter(|(a, b)| b.price_wei.abs_diff(10 * a.price_wei) < a.price_wei / 1_000)
        .count();
    // A value at a threshold may fall on its other side.
    assert!(close >= 72, "{close} of 80");
}
