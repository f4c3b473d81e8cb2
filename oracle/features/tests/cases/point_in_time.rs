//! Features of a cut do not depend on anything received at or after it. Holds I16.

use attention_features::{AssetId, FEATURES, FeatureView, FeaturesError, PRICE_MAX, build_table};
use proptest::prelude::*;

use super::{DAY_S, catalog, log_of, sale, spec, wallet, world};

fn cut_s(day: i64) -> i64 {
    spec().values().data_start_s + day * DAY_S
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Whatever is added at or after the cut, every row at the cut stays the same.
    #[test]
    fn later_events_change_no_feature(
        added in proptest::collection::vec((0i64..200, 0u32..60, 1u64..45, 1u64..45, 1u128..10_000), 1..20),
        day in 100i64..300,
    ) {
        let (catalog, spec) = (catalog(60), spec());
        let events = world(400);
        let mut more = events.clone();
        for (after, asset, seller, buyer, price) in added {
            more.extend(sale(day + after, asset, seller, buyer + 100, Some(price * 1_000_000_000_000_000)));
        }
        let (log, longer) = (log_of(events), log_of(more));
        let view = FeatureView::new(log.before(cut_s(day)), &catalog, &spec).unwrap();
        let same = FeatureView::new(longer.before(cut_s(day)), &catalog, &spec).unwrap();
        let users: Vec<_> = view.active_users().collect();
        prop_assert_eq!(&users, &same.active_users().collect::<Vec<_>>());
        for user in users {
            for asset in 0..60 {
                prop_assert_eq!(view.row(user, AssetId(asset)), same.row(user, AssetId(asset)));
            }
        }
    }
}

/// The training table of a window: later events change nothing, and a purchase inside the horizon does.
#[test]
fn a_table_sees_no_further_than_what_is_known() {
    let (catalog, spec) = (catalog(60), spec());
    let (known_s, cuts) = (cut_s(240), [cut_s(120), cut_s(150)]);
    let log = log_of(world(400));
    let table = build_table(log.before(known_s), &cuts, &catalog, &spec).unwrap();
    let with = |day| {
        let mut events = world(400);
        events.extend(sale(day, 5, 3, 22, Some(1_000_000_000_000_000_000)));
        build_table(log_of(events).before(known_s), &cuts, &catalog, &spec).unwrap()
    };
    assert_eq!(with(240), table);
    assert_eq!(with(399), table);
    assert_ne!(with(239), table);
    let late = build_table(log.before(known_s), &[known_s + 1], &catalog, &spec).unwrap_err();
    assert_eq!(late, FeaturesError::CutAfterKnown { cut_s: known_s + 1, known_s });
}

#[test]
fn strangers_have_no_row() {
    let (catalog, spec) = (catalog(60), spec());
    let log = log_of(world(400));
    let view = FeatureView::new(log.before(cut_s(100)), &catalog, &spec).unwrap();
    assert!(matches!(view.row(&wallet(9_999), AssetId(0)), Err(FeaturesError::UnknownUser { .. })));
    assert!(!view.is_active(&wallet(9_999)));
    assert_eq!(
        view.row(&wallet(21), AssetId(60)),
        Err(FeaturesError::UnknownAsset { asset: 60, assets: 60 })
    );
}

/// A tiny history worked by hand. Day 0: 1 sells asset 0 (Female, Light) to 2 at 1 ether. Day 10: 2 sells it
/// to 3 at 4 ether; day 20: 3 sells asset 2 to 2, price unknown. Cut: day 30.
#[test]
fn features_by_hand() {
    let ether = 1_000_000_000_000_000_000u128;
    let events = [sale(0, 0, 1, 2, Some(ether)), sale(10, 0, 2, 3, Some(4 * ether)), sale(20, 2, 3, 2, None)];
    let (catalog, spec) = (catalog(60), spec());
    let log = log_of(events.concat());
    let view = FeatureView::new(log.before(cut_s(30)), &catalog, &spec).unwrap();
    let value = |user: u64, asset: u32, name: &str| {
        let at = FEATURES.iter().position(|feature| feature.name == name).unwrap();
        view.row(&wallet(user), AssetId(asset)).unwrap()[at]
    };
    // User 2: purchases on days 0 and 20; 16·log2(1 + 2) = 25. The 30 days reach back to day 0.
    assert_eq!([value(2, 0, "user_buys_30d"), value(2, 0, "user_buys_365d")], [25, 25]);
    assert_eq!(value(2, 0, "user_sells_90d"), 16);
    // 10 days since the last purchase: 16·log2(11) = 55.3.
    assert_eq!(value(2, 0, "user_buy_recency"), 55);
    // Bought at no market (0) and without a price: nothing known to be spent. User 3 paid 4 markets.
    assert_eq!(value(2, 0, "user_spend_365d"), 0);
    assert_eq!(value(3, 0, "user_spend_365d"), 191); // 16·log2(4001) = 191.4
    assert_eq!([value(2, 0, "user_held"), value(3, 0, "user_held")], [16, 16]);
    assert_eq!(value(2, 0, "user_tenure"), 79); // 16·log2(31) = 79.3
    // Asset 0: two sales, the last 20 days ago at four times the market of its time (two octaves up); the
    // market now is the lower median of 1 and 4.
    assert_eq!(value(2, 0, "asset_trades"), 25);
    assert_eq!(value(2, 0, "asset_trade_recency"), 70); // 16·log2(21) = 70.3
    assert_eq!(value(2, 0, "asset_relative_price"), 32);
    assert_eq!(value(2, 0, "asset_price_to_market"), 32);
    // Half of all are female, a third light: 16·log2(3) = 25, 16·log2(4) = 32.
    assert_eq!([value(2, 0, "asset_rarity_max"), value(2, 0, "asset_rarity_sum")], [32, 57]);
    // Held by 3, who sold to 2 and bought from 2.
    assert_eq!([value(2, 0, "holder_known"), value(2, 0, "holder_sells_90d")], [1, 16]);
    assert_eq!([value(2, 0, "is_holder"), value(2, 0, "was_holder")], [0, 1]);
    assert_eq!([value(3, 0, "is_holder"), value(3, 0, "was_holder")], [1, 0]);
    assert_eq!([value(1, 0, "was_holder"), value(1, 1, "was_holder")], [1, 0]);
    assert_eq!(value(2, 0, "holder_deals"), 25);
    assert_eq!(value(1, 0, "common_partners"), 16); // both dealt with 2
    // Never traded.
    assert_eq!([value(2, 1, "asset_trades"), value(2, 1, "holder_known"), value(2, 1, "price_gap")], [0; 3]);
    // User 3's purchase is Female (½) and Light (⅓): (1·60 + 10·30)/(30·11) = 1.09, 16·log2 = 2.01;
    // (60 + 200)/(20·11) = 1.18, 16·log2 = 3.86.
    assert_eq!(value(3, 0, "attribute_lift_sum"), 5);
    assert_eq!(value(3, 0, "attribute_lift_max"), 3);
}

/// Two purchases at prices whose sum no integer holds, in a log that no cleaning saw: each counts as the limit of 10^30
/// thousandths of the market (1 wei, by the trades before), so that features are made of any log.
#[test]
fn no_prices_whatever_stop_the_features() {
    let trades = (0..3).map(|asset| sale(1, asset, 1, 2, Some(1)));
    for price in [1 << 127, u128::MAX, PRICE_MAX] {
        let dear = [sale(2, 3, 1, 3, Some(price)), sale(3, 4, 1, 3, Some(price))];
        let log = log_of(trades.clone().chain(dear).flatten().collect());
        let (catalog, spec) = (catalog(60), spec());
        let view = FeatureView::new(log.before(cut_s(30)), &catalog, &spec).unwrap();
        let at = FEATURES.iter().position(|feature| feature.name == "user_spend_365d").unwrap();
        // 16·log2(2·10^30 + 1) = 16 + 16·log2(10^30) = 16 + 1594.5.
        assert_eq!(view.row(&wallet(3), AssetId(0)).unwrap()[at], 1_610);
    }
}
