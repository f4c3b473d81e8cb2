//! What was known of a market at a moment: one pass over the sales in the order of time.
//!
//! [`MarketView::observe`] takes in the sales of one moment, all at once; [`MarketView::at`] looks at a later moment. What is
//! asked at a moment sees no sale of it or after it, so features are point-in-time by construction.

use std::collections::{BTreeMap, VecDeque};

use attention_features::AssetCatalog;
use attention_model::MISSING;

use super::attributes::{SaleSeen, neighbours, rarities};
use super::features::PRICE_FEATURES;
use super::hedonic::Hedonic;
use super::sales::PricedSale;
use super::units::{ln_micro, nats_to_micro};
use super::window::{Past, quantile};
use crate::TaskError;

/// The market's level is the lower median price of the last 7 days; if nothing was sold in them, of the last 30, 90 or 365
/// days, else of all earlier sales (at most the latest 20,000 of each).
pub const LEVEL_DAYS: [i64; 4] = [7, 30, 90, 365];

/// Surprises looked back on.
const SURPRISES_MAX: usize = 20;

/// What is known of one asset's sales. Sums stay below 2^63: at most 10^6 sales of at most 2^27 micro-nats.
#[derive(Debug, Clone, Copy, Default)]
struct Own {
    sales: i64,
    time_s: i64,
    ln_last: i64,
    ln_best: i64,
    relative: i64,
    relative_sum: i64,
    surprise: i64,
    surprise_sum: i64,
}

/// A market up to a moment.
#[derive(Debug, Clone)]
pub struct MarketView<'a> {
    catalog: &'a AssetCatalog,
    rarities: Vec<f64>,
    past: Past,
    seen: Vec<SaleSeen>,
    hedonic: Hedonic,
    /// The linear model's surprises at the latest sales, micro-nats, at most [`SURPRISES_MAX`].
    surprises: VecDeque<i64>,
    own: BTreeMap<u32, Own>,
}

impl<'a> MarketView<'a> {
    /// A market before its first sale.
    pub fn new(catalog: &'a AssetCatalog) -> Self {
        Self {
            catalog,
            rarities: rarities(catalog),
            past: Past::default(),
            seen: Vec::new(),
            hedonic: Hedonic::new(catalog),
            surprises: VecDeque::with_capacity(SURPRISES_MAX),
            own: BTreeMap::new(),
        }
    }

    /// Takes in the sales of one moment, later than all before.
    ///
    /// # Errors
    /// [`TaskError::Range`] if they are not of one moment, or it is not later.
    pub fn observe(&mut self, sales: &[PricedSale]) -> Result<(), TaskError> {
        let Some(first) = sales.first() else { return Ok(()) };
        let time_s = self.later(first.time_s)?;
        if let Some(other) = sales.iter().find(|sale| sale.time_s != time_s) {
            let value = format!("{} beside {time_s}", other.time_s);
            return Err(TaskError::Range { name: "a sale's time", value, range: "that of its moment" });
        }
        let level = self.level_wei(time_s).map(ln_micro);
        self.hedonic.advance(time_s);
        let expected: Vec<_> =
            sales.iter().map(|sale| self.hedonic.expected(self.attributes(sale.asset), time_s)).collect();
        for (sale, expected) in sales.iter().zip(expected) {
            let ln_price = ln_micro(sale.price_wei);
            // The first sale of all is its own market.
            let relative = level.map_or(0, |level| ln_price - level);
            let surprise = expected
                .map_or(0, |expected| nats_to_micro(self.hedonic.relative(ln_price) - expected.ln_price));
            let own = self.own.entry(sale.asset).or_insert(Own { ln_best: ln_price, ..Own::default() });
            *own = Own {
                sales: own.sales + 1,
                time_s,
                ln_last: ln_price,
                ln_best: own.ln_best.max(ln_price),
                relative,
                relative_sum: own.relative_sum + relative,
                surprise,
                surprise_sum: own.surprise_sum + surprise,
            };
            let attributes = &self.catalog.assets()[sale.asset as usize].attributes;
            self.hedonic.observe(attributes, ln_price);
            if self.surprises.len() == SURPRISES_MAX {
                self.surprises.pop_front();
            }
            self.surprises.push_back(surprise);
            self.seen.push(SaleSeen { time_s, asset: sale.asset, relative_micro: relative });
            self.past.push(sale);
        }
        Ok(())
    }

    /// The market as it stands at a moment later than all its sales; `None` before the first.
    ///
    /// # Errors
    /// [`TaskError::Range`] if the moment is not later.
    pub fn at(&self, time_s: i64) -> Result<Option<Moment<'_>>, TaskError> {
        let time_s = self.later(time_s)?;
        Ok(self.level_wei(time_s).map(|level_wei| {
            let level = ln_micro(level_wei);
            Moment { view: self, time_s, level_wei, level, market: self.market(time_s, level) }
        }))
    }

    fn later(&self, time_s: i64) -> Result<i64, TaskError> {
        if self.past.last_time_s().is_some_and(|last_s| time_s <= last_s)
            || !(0..=attention_features::TIME_MAX_S).contains(&time_s)
        {
            let range = "later than every sale known, and at most 2^40 s";
            return Err(TaskError::Range { name: "the moment asked for", value: time_s.to_string(), range });
        }
        Ok(time_s)
    }

    fn attributes(&self, asset: u32) -> &[u32] {
        &self.catalog.assets()[asset as usize].attributes
    }

    fn level_wei(&self, time_s: i64) -> Option<u128> {
        self.past.level_wei(time_s)
    }

    /// The features that are the same for all assets, in their order.
    fn market(&self, time_s: i64, level: i64) -> Vec<i64> {
        let past = &self.past;
        let over = |value: Option<i64>| value.map_or(MISSING, |value| value - level);
        let days = |days| past.count(time_s, days);
        let median = |count| over(quantile(&mut past.last_lns(count), 50));
        let pace = |few, many| ln_ratio(days(few), days(many));
        let mut out =
            vec![median(days(1)), median(days(3)), median(days(30)), median(days(90)), median(days(365))];
        out.extend([pace(1, 7), pace(7, 30), pace(30, 90)]);
        let (mut five, mut week) = (past.last_lns(5), past.last_lns(if days(7) > 0 { days(7) } else { 5 }));
        out.extend([over(past.last_ln()), over(quantile(&mut five, 0)), over(quantile(&mut five, 50))]);
        for count in [20, 60] {
            let mut last = past.last_lns(count);
            out.extend([10, 25, 50, 75, 90].map(|percent| over(quantile(&mut last, percent))));
        }
        out.extend([10, 25, 75].map(|percent| over(quantile(&mut week, percent))));
        out.push(over(quantile(&mut past.last_lns(days(3)), 0)));
        out.push(past.last_time_s().map_or(MISSING, |last_s| ln_seconds(time_s - last_s)));
        let latest = |count: usize| self.surprises.iter().rev().take(count);
        // Below 20 · 2^28.
        let mean = |sum: i64, count: usize| sum / self.surprises.len().clamp(1, count) as i64;
        out.push(mean(latest(1).sum(), 1));
        out.push(mean(latest(5).sum(), 5));
        out.push(mean(latest(SURPRISES_MAX).map(|surprise| surprise.abs()).sum(), SURPRISES_MAX));
        out
    }
}

/// `ln((1 + a) / (1 + b))` in micro-nats.
fn ln_ratio(a: usize, b: usize) -> i64 {
    nats_to_micro(libm::log((1 + a) as f64 / (1 + b) as f64))
}

/// `ln(1 + seconds)` in micro-nats.
fn ln_seconds(seconds: i64) -> i64 {
    nats_to_micro(libm::log1p(seconds as f64))
}

/// A market at a moment.
#[derive(Debug, Clone)]
pub struct Moment<'a> {
    view: &'a MarketView<'a>,
    time_s: i64,
    level_wei: u128,
    level: i64,
    market: Vec<i64>,
}

impl Moment<'_> {
    /// The market's level in wei; see [`LEVEL_DAYS`].
    pub fn level_wei(&self) -> u128 {
        self.level_wei
    }

    /// How far a price is from the level: `ln(price) − ln(level)`, micro-nats. What the model predicts.
    pub fn distance_micro(&self, price_wei: u128) -> i64 {
        ln_micro(price_wei) - self.level
    }

    /// The features of an asset, by its place in the catalogue, in the order of [`PRICE_FEATURES`].
    ///
    /// # Errors
    /// [`TaskError::Range`] if there is no such place.
    pub fn row(&self, asset: u32) -> Result<Vec<i64>, TaskError> {
        let view = self.view;
        if asset as usize >= view.catalog.len() {
            let range = "one of the catalogue";
            return Err(TaskError::Range { name: "an asset's place", value: asset.to_string(), range });
        }
        let attributes = view.attributes(asset);
        let mut row = Vec::with_capacity(PRICE_FEATURES.len());
        row.extend_from_slice(&self.market);
        row.extend(self.hedonic(attributes));
        row.extend(self.rarity(attributes));
        row.extend(self.own(asset));
        row.extend(neighbours(view.catalog, &view.rarities, &view.seen, attributes, self.time_s));
        Ok(row)
    }

    fn hedonic(&self, attributes: &[u32]) -> [i64; 6] {
        let hedonic = &self.view.hedonic;
        let Some(expected) = hedonic.expected(attributes, self.time_s) else { return [MISSING; 6] };
        let level = hedonic.relative(self.level);
        let (best, worst) = hedonic.best_and_worst(attributes).unzip();
        [
            nats_to_micro(expected.ln_price - level),
            nats_to_micro(expected.ln_price - expected.worth - level),
            nats_to_micro(expected.worth),
            best.map_or(MISSING, nats_to_micro),
            worst.map_or(MISSING, nats_to_micro),
            nats_to_micro(expected.variance),
        ]
    }

    fn rarity(&self, attributes: &[u32]) -> [i64; 4] {
        let mut own: Vec<f64> =
            attributes.iter().map(|&attribute| self.view.rarities[attribute as usize]).collect();
        own.sort_unstable_by(|a, b| b.total_cmp(a));
        let sum = own.iter().fold(0.0, |sum, rarity| sum + rarity);
        let nth = |place: usize| own.get(place).map_or(MISSING, |&rarity| nats_to_micro(rarity));
        // At most 32 attributes.
        [nats_to_micro(sum), nth(0), nth(1), attributes.len() as i64]
    }

    fn own(&self, asset: u32) -> [i64; 8] {
        let Some(own) = self.view.own.get(&asset) else {
            let unsold = MISSING;
            return [0, unsold, unsold, unsold, 0, unsold, unsold, unsold];
        };
        [
            own.sales,
            ln_seconds(self.time_s - own.time_s),
            own.relative,
            own.surprise,
            // sum / (sales + 1/2)
            2 * own.surprise_sum / (2 * own.sales + 1),
            own.ln_last - self.level,
            own.ln_best - self.level,
            own.relative_sum / own.sales,
        ]
    }
}
