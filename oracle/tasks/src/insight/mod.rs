//! Insight for creators: which attributes of assets draw attention, how surely, at what price, and whether that is rising.
//!
//! For every attribute, over one period:
//! - how often an asset that has it is acted on, against one that has not ([`RateRatio`]), exactly, with clusters by asset;
//! - the same with all other attributes held equal ([`Adjusted`]), so that a hat that only comes on rare apes gets no credit;
//! - what more or less an asset that has it sells for ([`Premium`]), relative to the market of the moment;
//! - whether its share of attention has grown since the period before ([`Trend`]).
//!
//! An attribute is called sought or shunned only if its q-value over all attributes of the catalogue is at most
//! [`DISCOVERY_RATE`]: of what is called so, at most that share is expected to be chance.

mod acts;
mod adjusted;
mod poisson;
mod premium;
mod rate;
mod trend;

use attention_features::AssetCatalog;
use rayon::prelude::*;
use serde::Serialize;

use crate::TaskError;
use crate::stats::{Interval, RESAMPLES_MAX, benjamini_hochberg};

pub use acts::{Act, acts_on_assets};
pub use adjusted::{ADJUSTED_ACTS_MIN, ADJUSTED_COLUMNS_MAX, Adjusted};
pub use premium::{PREMIUM_ASSETS_MIN, Premium};
pub use rate::RateRatio;
pub use trend::Trend;

/// Share of false ones expected among the attributes that are called sought or shunned.
pub const DISCOVERY_RATE: f64 = 0.05;
/// Most attributes of a catalogue that are compared.
pub const ATTRIBUTES_MAX: usize = 10_000;

/// Which period, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InsightOptions {
    /// Its first second, unix.
    pub from_s: i64,
    /// The second after its last one; later than `from_s`.
    pub until_s: i64,
    /// Bootstrap resamples of the price premium, 100 to [`RESAMPLES_MAX`].
    pub resamples: u32,
    /// Seed of the resamples.
    pub seed: u64,
}

impl InsightOptions {
    fn check(&self) -> Result<(), TaskError> {
        let bad = |name, value: String, range| Err(TaskError::Range { name, value, range });
        if self.until_s <= self.from_s {
            let value = format!("{} to {}", self.from_s, self.until_s);
            return bad("the period (unix seconds)", value, "one that ends after it begins");
        }
        if !(100..=RESAMPLES_MAX).contains(&self.resamples) {
            return bad("resamples", self.resamples.to_string(), "100 to 100,000");
        }
        Ok(())
    }

    /// The period of equal length that ends where this one begins.
    fn before(&self) -> (i64, i64) {
        // Times are within 0 and 2^40.
        (self.from_s - (self.until_s - self.from_s), self.from_s)
    }
}

/// What is known of one attribute.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AttributeInsight {
    /// What it is of, such as `accessory`.
    pub name: String,
    /// What it is, such as `Beanie`.
    pub value: String,
    /// Assets that have it.
    pub assets: u64,
    /// Acts on them in the period.
    pub acts: u64,
    /// How often an asset with it is acted on, against one without.
    #[serde(flatten)]
    pub rate: RateRatio,
    /// Its q-value over all attributes (Benjamini and Hochberg 1995).
    pub q_value: f64,
    /// What the q-value says.
    pub reading: Reading,
    /// The ratio with the other attributes held equal; absent for what others are compared with, and for what is too rare.
    pub adjusted: Option<Adjusted>,
    /// What more or less it sells for; absent if too few assets were sold.
    pub premium: Option<Premium>,
    /// How its share of the acts changed since the period before; absent if nothing happened in that.
    pub trend: Option<Trend>,
}

/// What can be said of an attribute's attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reading {
    /// Assets with it draw more attention.
    Sought,
    /// Assets with it draw less.
    Shunned,
    /// The difference may be chance.
    Unclear,
}

/// All attributes over a period.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Insight {
    /// The period's first second, unix.
    pub from_s: i64,
    /// The second after its last one.
    pub until_s: i64,
    /// Assets of the catalogue.
    pub assets: u64,
    /// Assets that were acted on in the period.
    pub assets_acted_on: u64,
    /// Acts in the period; a sale is one, whoever took part.
    pub acts: u64,
    /// Acts in the period of equal length before.
    pub acts_before: u64,
    /// Acts in the period whose price is believed.
    pub priced: u64,
    /// Every attribute that some assets have and some have not, the surest of attention first: by the lower end of the ratio's
    /// interval.
    pub attributes: Vec<AttributeInsight>,
    /// The false discovery rate of `reading`.
    pub discovery_rate: f64,
}

/// Compares all attributes.
///
/// # Errors
/// [`TaskError::Range`] for a period without an act, or options and catalogues out of their bounds; [`TaskError::Model`] if the
/// adjustment cannot be computed.
pub fn insight(catalog: &AssetCatalog, acts: &[Act], options: &InsightOptions) -> Result<Insight, TaskError> {
    options.check()?;
    if catalog.attributes().len() > ATTRIBUTES_MAX {
        return Err(TaskError::Range {
            name: "the number of attributes",
            value: catalog.attributes().len().to_string(),
            range: "at most 10,000",
        });
    }
    let within = |from_s: i64, until_s: i64| -> Vec<Act> {
        acts.iter().filter(|act| (from_s..until_s).contains(&act.time_s)).copied().collect()
    };
    let now = within(options.from_s, options.until_s);
    let (before_s, _) = options.before();
    let before = within(before_s, options.from_s);
    if now.is_empty() {
        return Err(TaskError::Range {
            name: "the number of acts in the period",
            value: "0".into(),
            range: "at least 1: choose --from and --until within the data",
        });
    }
    let counts = counts_by_asset(catalog, &now);
    let counts_before = counts_by_asset(catalog, &before);
    let compared: Vec<u32> =
        (0..catalog.attributes().len() as u32) // at most ATTRIBUTES_MAX
            .filter(|&attribute| catalog.supply()[attribute as usize] < catalog.len() as u64)
            .collect();
    let adjusted = adjusted::adjust(catalog, &counts)?;
    let prices = premium::Prices::new(&now);
    // One attribute is worked on by one thread, and the results stand in the attributes' order.
    let mut attributes: Vec<AttributeInsight> = compared
        .par_iter()
        .map(|&attribute| {
            let has = holders(catalog, attribute);
            let (rate, acts) = rate::compare(&has, &counts);
            let (name, value) = catalog.attributes()[attribute as usize].clone();
            AttributeInsight {
                name,
                value,
                assets: catalog.supply()[attribute as usize],
                acts,
                rate,
                q_value: 1.0,
                reading: Reading::Unclear,
                adjusted: adjusted[attribute as usize],
                premium: prices.compare(&has, options.seed, attribute, options.resamples),
                trend: trend::compare(&has, &counts, &counts_before),
            }
        })
        .collect();
    let p_values: Vec<f64> = attributes.iter().map(|found| found.rate.p_value).collect();
    for (found, q_value) in attributes.iter_mut().zip(benjamini_hochberg(&p_values)) {
        found.q_value = q_value;
        found.reading = match (q_value <= DISCOVERY_RATE, found.rate.ratio > 1.0) {
            (false, _) => Reading::Unclear,
            (true, true) => Reading::Sought,
            (true, false) => Reading::Shunned,
        };
    }
    // Stable: equal ones stay in the attributes' order.
    attributes.sort_by(|a, b| low(&b.rate.interval).total_cmp(&low(&a.rate.interval)));
    Ok(Insight {
        from_s: options.from_s,
        until_s: options.until_s,
        assets: catalog.len() as u64,
        assets_acted_on: counts.iter().filter(|&&count| count > 0).count() as u64,
        acts: now.len() as u64,
        acts_before: before.len() as u64,
        priced: now.iter().filter(|act| act.relative_micro.is_some()).count() as u64,
        attributes,
        discovery_rate: DISCOVERY_RATE,
    })
}

fn low(interval: &Interval) -> f64 {
    interval.low
}

/// Whether each asset of the catalogue has the attribute.
fn holders(catalog: &AssetCatalog, attribute: u32) -> Vec<bool> {
    catalog.assets().iter().map(|asset| asset.attributes.binary_search(&attribute).is_ok()).collect()
}

/// Acts on each asset of the catalogue.
fn counts_by_asset(catalog: &AssetCatalog, acts: &[Act]) -> Vec<u32> {
    let mut counts = vec![0u32; catalog.len()];
    for act in acts {
        // At most EVENTS_MAX, which is below 2^32.
        if let Some(count) = counts.get_mut(act.asset as usize) {
            *count += 1;
        }
    }
    counts
}
