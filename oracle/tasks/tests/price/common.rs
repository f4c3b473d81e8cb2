//! Markets to test with.

use attention_features::{AssetCatalog, AssetId};
use attention_model::CounterRng;
use attention_tasks::price::{Market, PRICE_FEATURES, PriceParams, PricedSale};

pub(crate) const DAY_S: i64 = 86_400;

/// A catalogue of assets 0, 1, … with attributes named by letters.
pub(crate) fn catalog(attributes: &[&str]) -> AssetCatalog {
    let asset = |(id, letters): (usize, &&str)| {
        let of = letters.chars().map(|letter| ("trait".to_owned(), letter.to_string())).collect();
        (AssetId(id as u32), of)
    };
    AssetCatalog::new(attributes.iter().enumerate().map(asset).collect()).unwrap()
}

pub(crate) fn sale(time_s: i64, asset: u32, price_wei: u128) -> PricedSale {
    PricedSale { time_s, asset, price_wei }
}

/// A feature of a row, by name.
pub(crate) fn feature(row: &[i64], name: &str) -> i64 {
    row[PRICE_FEATURES.iter().position(|(known, _)| *known == name).unwrap()]
}

/// How far the prices of [`synthetic`] and [`steady`] lie from their medians at most, in nats: evenly.
pub(crate) const SPREAD: f64 = 0.2;

/// 80 assets of two of ten attributes, each worth something; the market's level wanders; every eighth sale is of the same
/// moment as the one before. Prices around 10^18 wei.
pub(crate) fn synthetic(seed: u64, sales: u64) -> Market {
    drawn(seed, sales, 0.03).0
}

/// The same at a level that stays, and the median of ln price (wei) of each asset at any time.
pub(crate) fn steady(seed: u64, sales: u64) -> (Market, Vec<f64>) {
    drawn(seed, sales, 0.0)
}

fn drawn(seed: u64, sales: u64, drift: f64) -> (Market, Vec<f64>) {
    let rng = CounterRng::new(seed, 9);
    // Uniform within ±1.
    let noise = |at: u64| rng.below(at, 2_000_001) as f64 / 1e6 - 1.0;
    let traits: Vec<(u64, u64)> = (0..80).map(|asset| (asset % 10, (asset / 10 + asset + 1) % 10)).collect();
    let letters: Vec<String> =
        traits.iter().map(|&(a, b)| [a, b].iter().map(|&t| char::from(b'a' + t as u8)).collect()).collect();
    let names: Vec<&str> = letters.iter().map(String::as_str).collect();
    let worth = |t: u64| 0.8 * noise(1_000_000 + t);
    let (mut level, mut time_s) = (0.0, 1_600_000_000);
    let rows = (0..sales).map(|at| {
        if at % 8 != 0 {
            time_s += 1 + rng.below(2_000_000 + at, 40_000) as i64;
        }
        level += drift * noise(3_000_000 + at);
        let asset = rng.below(4_000_000 + at, 80);
        let (a, b) = traits[asset as usize];
        let ln_price = level + worth(a) + worth(b) + SPREAD * noise(5_000_000 + at);
        sale(time_s, asset as u32, (libm::exp(ln_price) * 1e18) as u128)
    });
    let market = Market::new(catalog(&names), rows.collect()).unwrap();
    let medians = traits.iter().map(|&(a, b)| worth(a) + worth(b) + libm::log(1e18)).collect();
    (market, medians)
}

pub(crate) fn quick() -> PriceParams {
    PriceParams { members: 4, rounds: 30, learning_rate_ppm: 100_000, ..PriceParams::default() }
}
