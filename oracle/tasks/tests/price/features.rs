//! Features against values worked by hand or, where an expression is long, by another program (numpy).

use attention_model::MISSING;
use attention_tasks::price::{MarketView, PRICE_FEATURES};

use super::common::{DAY_S, catalog, feature, sale};

const LN_2: i64 = 693_147;

/// Apes (p) are one of three assets, hats (h) too, humans (u) two of three.
#[test]
fn a_tiny_market_by_hand() {
    let catalog = catalog(&["p", "hu", "u"]);
    let mut view = MarketView::new(&catalog);
    assert!(view.at(5).unwrap().is_none());
    view.observe(&[sale(0, 0, 100)]).unwrap();
    view.observe(&[sale(DAY_S, 1, 200), sale(DAY_S, 2, 400)]).unwrap();
    view.observe(&[sale(10 * DAY_S, 0, 800)]).unwrap();
    let moment = view.at(12 * DAY_S).unwrap().unwrap();
    assert_eq!(moment.level_wei(), 800);
    assert!((moment.distance_micro(200) + 2 * LN_2).abs() <= 1);
    let check = |asset, expected: &[(&str, i64)]| {
        let row = moment.row(asset).unwrap();
        assert_eq!(row.len(), PRICE_FEATURES.len());
        for &(name, value) in expected {
            assert!((feature(&row, name) - value).abs() <= 1, "{name}: {}, not {value}", feature(&row, name));
        }
    };
    check(
        0,
        &[
            ("market_1d", MISSING),
            ("market_3d", 0),
            ("market_30d", -2 * LN_2), // 200, the second of 100, 200, 400, 800
            ("pace_1d_7d", -LN_2),     // ln(1/2)
            ("pace_7d_30d", -916_291), // ln(2/5)
            ("pace_30d_90d", 0),
            ("last_1", 0),
            ("last_5_low", -3 * LN_2),
            ("last_5_median", -2 * LN_2),
            ("last_20_p10", -3 * LN_2),
            ("last_20_p75", -LN_2),
            ("last_60_p90", 0),
            ("week_p25", 0),
            ("low_3d", 0),
            ("quiet", 12_059_896), // ln(172801)
            ("own_sales", 2),
            ("own_age", 12_059_896),
            ("own_relative", 2 * LN_2), // the level then was that of 30 days: 200
            ("own_price", 0),
            ("own_best", 0),
            ("own_relative_mean", LN_2), // the first sale of all is its own market
            ("rarity_sum", 1_098_612),
            ("rarity_first", 1_098_612),
            ("rarity_second", MISSING),
            ("attributes", 1),
        ],
    );
    check(
        1,
        &[
            ("own_sales", 1),
            ("own_relative", LN_2),
            ("own_price", -2 * LN_2),
            ("rarity_sum", 1_504_077), // ln 3 + ln 1.5
            ("rarity_second", 405_465),
            ("alike", 725_090),
            ("alike_weight", -179_160),
        ],
    );
    // Sold at the moment that asset 1 was: it is measured by what was before both.
    check(2, &[("own_relative", 2 * LN_2), ("own_best", -LN_2)]);
    assert!(moment.row(3).is_err());
}

#[test]
fn an_asset_never_sold_has_no_past() {
    let catalog = catalog(&["p", "p"]);
    let mut view = MarketView::new(&catalog);
    view.observe(&[sale(0, 0, 100)]).unwrap();
    let row = view.at(400 * DAY_S).unwrap().unwrap().row(1).unwrap();
    for (name, value) in
        [("own_sales", 0), ("own_age", MISSING), ("own_price", MISSING), ("market_365d", MISSING)]
    {
        assert_eq!(feature(&row, name), value, "{name}");
    }
    assert_eq!(feature(&row, "last_1"), 0);
}

/// Without attributes the filter is a scalar: variance 1 − 1/1.08 after the first sale, + 0.01 a day later, then
/// K = 0.0840741/0.1640741 of a surprise of 0.1.
#[test]
fn the_level_is_filtered_by_hand() {
    let catalog = catalog(&[""]);
    let mut view = MarketView::new(&catalog);
    view.observe(&[sale(0, 0, 1_000_000_000)]).unwrap();
    view.observe(&[sale(DAY_S, 0, 1_105_170_918)]).unwrap(); // e^0.1
    let row = view.at(2 * DAY_S).unwrap().unwrap().row(0).unwrap();
    assert!((feature(&row, "hedonic") - 51_242).abs() <= 1);
    assert!((feature(&row, "hedonic_variance") - 50_993).abs() <= 1);
    assert!((feature(&row, "own_surprise") - 100_000).abs() <= 1);
    assert_eq!(feature(&row, "own_surprise_mean"), feature(&row, "own_surprise") * 2 / 5);
    // The surprises are 0 and 0.1.
    let last = feature(&row, "own_surprise");
    for (name, value) in [("surprise_1", last), ("surprise_5", last / 2), ("surprise_spread", last / 2)] {
        assert_eq!(feature(&row, name), value, "{name}");
    }
}

/// Sales of one moment leave no time to drift: the filter must equal Bayesian linear regression with prior variances 1 and
/// 0.15 and noise 0.08, here solved by numpy for levels and attributes a, b.
#[test]
fn worths_are_those_of_bayesian_regression() {
    let catalog = catalog(&["a", "ab", "b"]);
    let mut view = MarketView::new(&catalog);
    view.observe(&[sale(0, 0, 1_000), sale(0, 1, 1_100), sale(0, 2, 900)]).unwrap();
    let moment = view.at(DAY_S).unwrap().unwrap();
    for (asset, hedonic, worth, variance) in
        [(0, 15_405, 86_878, 65_934), (1, 33_570, 105_042, 57_114), (2, -53_308, 18_164, 65_934)]
    {
        let row = moment.row(asset).unwrap();
        for (name, value) in [("hedonic", hedonic), ("hedonic_worth", worth), ("hedonic_variance", variance)]
        {
            assert!((feature(&row, name) - value).abs() <= 2, "{asset} {name}: {}", feature(&row, name));
        }
    }
    let both = moment.row(1).unwrap();
    assert!((feature(&both, "hedonic_best") - 86_878).abs() <= 2);
    assert!((feature(&both, "hedonic_worst") - 18_164).abs() <= 2);
    assert!((feature(&both, "hedonic_market") + 71_472).abs() <= 2);
}

/// A price a hundred thousand times the market's moves the level as one at 1.5 standard deviations does: by K · 1.5 · √S.
#[test]
fn one_absurd_price_moves_little() {
    let catalog = catalog(&[""]);
    let mut view = MarketView::new(&catalog);
    view.observe(&[sale(0, 0, 1_000)]).unwrap();
    view.observe(&[sale(DAY_S, 0, 100_000_000)]).unwrap();
    let row = view.at(2 * DAY_S).unwrap().unwrap().row(0).unwrap();
    // 0.512415 · 1.5 · √0.1640741
    assert!((feature(&row, "hedonic") - 311_340).abs() <= 2, "{}", feature(&row, "hedonic"));
}

/// Without attributes the filter is a scalar; all prices after the first are e^7 times it, a day apart, worked by hand:
/// variance P after the first sale 0.08/1.08, then P + 0.01 before each, S = P + 0.08, the level moves by P/S · 1.5 · √S and P
/// shrinks by P²/S times 1.5 · √S over the surprise. Three such surprises are a break: the level's variance is larger by the
/// square of the third, the smallest, and the fourth sale brings the level to the price.
#[test]
fn three_absurd_prices_in_a_row_are_a_break() {
    let catalog = catalog(&[""]);
    let mut view = MarketView::new(&catalog);
    view.observe(&[sale(0, 0, 1_000_000_000)]).unwrap();
    let (mut level, mut variance, mut shown) = (0.0f64, 1.0 - 1.0 / 1.08, Vec::new());
    let ln_price = (1_096_633_158_428.0f64 / 1e9).ln(); // e^7
    for day in 1..=4 {
        view.observe(&[sale(day * DAY_S, 0, 1_096_633_158_428)]).unwrap();
        let (p, surprise): (f64, f64) = (variance + 0.01, ln_price - level);
        let s = p + 0.08;
        let belief = (1.5 * s.sqrt() / surprise.abs()).min(1.0);
        level += p / s * surprise * belief;
        variance = p - p * p / s * belief;
        if day == 3 {
            variance += surprise * surprise;
        }
        shown.push(level);
        // What the market's level is does not matter: hedonic is relative to it, and from the fourth day on it is the price.
        let row = view.at((day + 1) * DAY_S).unwrap().unwrap().row(0).unwrap();
        let distance = if day == 1 { 0.0 } else { 7.0 };
        assert!((feature(&row, "hedonic") as f64 / 1e6 - (level - distance)).abs() < 3e-6, "day {day}");
    }
    assert!(shown[2] < 1.2 && (shown[3] - 7.0).abs() < 0.05, "{shown:?}");
}

/// A run is one only on one side and far off: prices that swing, or are off by less than a factor of two, are no break.
#[test]
fn swings_are_no_break() {
    let catalog = catalog(&[""]);
    for prices in [[2_980, 135, 2_980, 135], [1_960, 1_960, 1_960, 1_960]] {
        let mut view = MarketView::new(&catalog);
        view.observe(&[sale(0, 0, 1_000)]).unwrap();
        for (at, &price) in prices.iter().enumerate() {
            view.observe(&[sale(at as i64 + 1, 0, price)]).unwrap();
        }
        let row = view.at(10).unwrap().unwrap().row(0).unwrap();
        // A break adds at least 0.49 and the next sale leaves 0.08 of it at least.
        assert!(feature(&row, "hedonic_variance") < 60_000, "{}", feature(&row, "hedonic_variance"));
    }
}
