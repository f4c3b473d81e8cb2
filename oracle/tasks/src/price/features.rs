//! The features of the price model: names, order, version, meaning. [`super::MarketView`] computes them.
//!
//! All are relative: no price, date or absolute count of sales of the market goes in, so that a model learnt at one level of
//! prices holds at another. *Level* is the market's level of the moment ([`super::LEVEL_DAYS`]); all is known strictly before
//! the moment. Differences of ln prices are in micro-nats, as are logarithms of counts; a missing value stands where there was
//! no sale to measure.

use attention_model::{FeatureSchema, MISSING, ModelError};

/// Version of the definitions; any change of a definition, name or order raises it.
pub const PRICE_FEATURES_VERSION: u32 = 2;

/// Each feature's name and how it is computed.
pub const PRICE_FEATURES: [(&str, &str); 49] = [
    ("market_1d", "ln of the median price of the last day, less ln level"),
    ("market_3d", "the same over 3 days"),
    ("market_30d", "the same over 30 days"),
    ("market_90d", "the same over 90 days"),
    ("market_365d", "the same over 365 days"),
    ("pace_1d_7d", "ln((1 + sales in 1 day) / (1 + sales in 7 days))"),
    ("pace_7d_30d", "the same of 7 and 30 days"),
    ("pace_30d_90d", "the same of 30 and 90 days"),
    ("last_1", "ln price of the last sale, less ln level"),
    ("last_5_low", "the lowest of the last 5"),
    ("last_5_median", "their lower median"),
    ("last_20_p10", "the 10 % quantile (nearest rank) of the last 20"),
    ("last_20_p25", "their 25 % quantile"),
    ("last_20_p50", "their median"),
    ("last_20_p75", "their 75 % quantile"),
    ("last_20_p90", "their 90 % quantile"),
    ("last_60_p10", "the 10 % quantile of the last 60"),
    ("last_60_p25", "their 25 % quantile"),
    ("last_60_p50", "their median"),
    ("last_60_p75", "their 75 % quantile"),
    ("last_60_p90", "their 90 % quantile"),
    ("week_p10", "the 10 % quantile of the last 7 days; of the last 5 sales if there was none"),
    ("week_p25", "their 25 % quantile"),
    ("week_p75", "their 75 % quantile"),
    ("low_3d", "the lowest of the last 3 days"),
    ("quiet", "ln(1 + seconds since the last sale)"),
    ("surprise_1", "ln of the last sale's price, less what the linear model expected then"),
    ("surprise_5", "the mean of the last 5 surprises, towards zero"),
    ("surprise_spread", "the mean size of the last 20 surprises, downwards"),
    ("hedonic", "ln price that the drifting linear model expects of the asset, less ln level"),
    ("hedonic_market", "the level part of it, less ln level"),
    ("hedonic_worth", "the attributes' part of it"),
    ("hedonic_best", "the largest worth among the asset's attributes"),
    ("hedonic_worst", "the smallest of them"),
    ("hedonic_variance", "variance of the expectation, millionths of nat²"),
    ("rarity_sum", "sum over the asset's attributes of ln(assets / assets that have it)"),
    ("rarity_first", "the largest of these"),
    ("rarity_second", "the second largest of these"),
    ("attributes", "how many attributes the asset has"),
    ("own_sales", "how often the asset was sold at a known price"),
    ("own_age", "ln(1 + seconds since it was sold last)"),
    ("own_relative", "ln of its last price, less ln level of that moment"),
    ("own_surprise", "ln of its last price, less what the linear model expected then"),
    ("own_surprise_mean", "the sum of all these surprises by their number and a half"),
    ("own_price", "ln of its last price, less ln level of now"),
    ("own_best", "ln of its highest price, less ln level of now"),
    ("own_relative_mean", "the mean of its relative prices"),
    (
        "alike",
        "relative price of recent sales of assets with the same attributes, by likeness and age, smoothed",
    ),
    ("alike_weight", "ln of 0.001 and the weight of these sales"),
];

/// The schema of the features.
///
/// # Errors
/// None that the list above could raise.
pub fn price_schema() -> Result<FeatureSchema, ModelError> {
    let names = PRICE_FEATURES.iter().map(|(name, _)| (*name).to_owned()).collect();
    FeatureSchema::new(PRICE_FEATURES_VERSION, names)
}

/// Where `hedonic` stands in a row.
const HEDONIC: usize = 29;

/// The feature `hedonic` of a row, micro-nats: what the linear model alone would predict; 0 if it is missing.
pub(crate) fn hedonic_of(row: &[i64]) -> i64 {
    row.get(HEDONIC).copied().filter(|&value| value != MISSING).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_a_schema() {
        assert_eq!(price_schema().unwrap().len(), PRICE_FEATURES.len());
        assert_eq!(PRICE_FEATURES[HEDONIC].0, "hedonic");
        assert_eq!(hedonic_of(&[]), 0);
    }
}
