//! The specification of the interest score: everything its numbers depend on besides the events.

use serde::{Deserialize, Serialize};

use crate::features::{FEATURES, FEATURES_VERSION};
use crate::model_spec::{LogisticSpec, ModelSpec};
use crate::spec_bytes;
use crate::{AssetCatalog, FeaturesError, TIME_MAX_S};

const DAY_S: i64 = 86_400;
/// 2017-06-23T00:00:00Z.
const SALES_DATA_START_S: i64 = 1_498_176_000;

/// How sales are cleaned; see the crate's cleaning rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CleaningRules {
    /// A sale for less than this many wei is none.
    pub dust_price: u128,
    /// A price is far below the market if `price · factor < reference`; at least 2.
    pub below_market_factor: u32,
    /// Most sales in the reference window.
    pub reference_sales: u32,
    /// Fewest sales in the window for a judgement.
    pub reference_sales_min: u32,
    /// Oldest sale of the window, in seconds.
    pub reference_age_s: i64,
    /// Unreadable rows above which the file is refused.
    pub malformed_rows_max: u32,
}

/// What one action counts, in micro-units of engagement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EngagementWeights {
    /// A purchase, per unit of quantity.
    pub purchase_micro: u64,
    /// A sale, per unit of quantity.
    pub sale_micro: u64,
}

/// Maps chain epochs to data epochs: chain epoch e plays data epoch `first + e`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replay {
    /// Start of data epoch 0, unix seconds.
    pub data_start_s: i64,
    /// Length of a data epoch, seconds.
    pub data_epoch_length_s: i64,
    /// The data epoch that chain epoch 0 plays.
    pub first: u64,
}

/// The unchecked values, as a file states them; [`InterestSpecValues::check`] makes them usable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InterestSpecValues {
    /// Start of data epoch 0, unix seconds; cuts are `data_start_s + i · epoch_length_s`.
    pub data_start_s: i64,
    /// Length of a data epoch and distance of two cuts, seconds.
    pub epoch_length_s: i64,
    /// y looks this far ahead of a cut, seconds.
    pub horizon_s: i64,
    /// Users count who acted this long before a cut, seconds.
    pub lookback_s: i64,
    /// The first cut i that is trained on.
    pub first_cut: u32,
    /// Negatives per user and cut.
    pub negatives: u32,
    /// Seed of the negative sampling.
    pub seed: u64,
    /// Version of the feature definitions.
    pub features_version: u32,
    /// The features' names in order.
    pub features: Vec<String>,
    /// The model.
    pub model: ModelSpec,
    /// Cleaning of the sales.
    pub cleaning: CleaningRules,
    /// Engagement weights.
    pub engagement: EngagementWeights,
    /// Engagement micro-units at full interest that make an asset's score 10^6; at least 1.
    pub asset_scale: u64,
    /// sha256 of the feature SQL as 64 hex digits; zeros while the reference evaluator computes features.
    pub sql_hash: String,
    /// Old data on today's chain, if any.
    pub replay: Option<Replay>,
}

impl InterestSpecValues {
    /// The specification for the sales data: 30-day epochs from 2017-06-23, horizon 90 days, lookback 365
    /// days, 50 negatives.
    pub fn sales() -> Self {
        Self {
            data_start_s: SALES_DATA_START_S,
            epoch_length_s: 30 * DAY_S,
            horizon_s: 90 * DAY_S,
            lookback_s: 365 * DAY_S,
            first_cut: 1,
            negatives: 50,
            seed: 42,
            features_version: FEATURES_VERSION,
            features: FEATURES.iter().map(|feature| feature.name.to_owned()).collect(),
            model: ModelSpec::Logistic(LogisticSpec::sales()),
            cleaning: CleaningRules {
                dust_price: 1_000_000_000_000,
                below_market_factor: 10,
                reference_sales: 51,
                reference_sales_min: 11,
                reference_age_s: 90 * DAY_S,
                malformed_rows_max: 1_000,
            },
            engagement: EngagementWeights { purchase_micro: 1_000_000, sale_micro: 250_000 },
            asset_scale: 10_000,
            sql_hash: "0".repeat(64),
            replay: None,
        }
    }

    /// Checks every field, but the ranges of tree models' hyper-parameters: those belong to estimators that this crate does not
    /// know (`attention_core::spec::check_model`).
    ///
    /// # Errors
    /// [`FeaturesError::Spec`] naming the first field out of range, its value and what is allowed.
    pub fn check(self) -> Result<InterestSpec, FeaturesError> {
        let year_s = 366 * DAY_S;
        in_range("data_start_s", self.data_start_s, 0, TIME_MAX_S)?;
        in_range("epoch_length_s", self.epoch_length_s, 2, year_s)?;
        in_range("horizon_s", self.horizon_s, 1, 10 * year_s)?;
        in_range("lookback_s", self.lookback_s, 1, 100 * year_s)?;
        in_range("first_cut", i64::from(self.first_cut), 0, 1 << 20)?;
        in_range("negatives", i64::from(self.negatives), 1, 10_000)?;
        self.check_features()?;
        self.model.check()?;
        let cleaning = &self.cleaning;
        in_range("cleaning.below_market_factor", i64::from(cleaning.below_market_factor), 2, 1_000_000)?;
        in_range("cleaning.reference_sales", i64::from(cleaning.reference_sales), 1, 10_001)?;
        let window = i64::from(cleaning.reference_sales);
        in_range("cleaning.reference_sales_min", i64::from(cleaning.reference_sales_min), 1, window)?;
        in_range("cleaning.reference_age_s", cleaning.reference_age_s, 1, 10 * year_s)?;
        for (field, weight) in [
            ("engagement.purchase_micro", self.engagement.purchase_micro),
            ("engagement.sale_micro", self.engagement.sale_micro),
        ] {
            at_most(field, weight, 1_000_000_000_000)?;
        }
        if self.asset_scale == 0 {
            return Err(bad("asset_scale", "0", "must be at least 1"));
        }
        self.check_hash_and_replay()?;
        let hash = spec_bytes::sql_hash_bytes(&self.sql_hash)?;
        Ok(InterestSpec { values: self, sql_hash: hash })
    }

    fn check_features(&self) -> Result<(), FeaturesError> {
        if self.features_version != FEATURES_VERSION {
            return Err(bad(
                "features_version",
                &self.features_version.to_string(),
                &format!("this build computes version {FEATURES_VERSION}"),
            ));
        }
        let known = FEATURES.iter().map(|feature| feature.name);
        if !self.features.iter().map(String::as_str).eq(known.clone()) {
            let wrong = self
                .features
                .iter()
                .map(String::as_str)
                .zip(known)
                .find(|(given, known)| given != known)
                .map_or_else(|| format!("{} names", self.features.len()), |(given, _)| given.to_owned());
            let problem =
                format!("must be the {} names of version {FEATURES_VERSION}, in order", FEATURES.len());
            return Err(bad("features", &wrong, &problem));
        }
        Ok(())
    }

    fn check_hash_and_replay(&self) -> Result<(), FeaturesError> {
        spec_bytes::sql_hash_bytes(&self.sql_hash)?;
        if let Some(replay) = &self.replay {
            if replay.data_start_s != self.data_start_s {
                let value = replay.data_start_s.to_string();
                return Err(bad("replay.data_start_s", &value, "must equal data_start_s"));
            }
            if replay.data_epoch_length_s != self.epoch_length_s {
                let value = replay.data_epoch_length_s.to_string();
                return Err(bad("replay.data_epoch_length_s", &value, "must equal epoch_length_s"));
            }
            at_most("replay.first", replay.first, 1 << 32)?;
        }
        Ok(())
    }
}

/// A checked specification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InterestSpec {
    values: InterestSpecValues,
    sql_hash: [u8; 32],
}

impl InterestSpec {
    /// The checked values.
    pub fn values(&self) -> &InterestSpecValues {
        &self.values
    }

    /// The canonical bytes that [`InterestSpec::hash`] hashes.
    pub fn canonical_bytes(&self) -> Vec<u8> {
        spec_bytes::encode(&self.values, &self.sql_hash)
    }

    /// `spec_hash`: sha256 of the canonical bytes.
    pub fn hash(&self) -> [u8; 32] {
        spec_bytes::hash(&self.canonical_bytes())
    }

    /// The time of cut i, `data_start_s + i · epoch_length_s`; also the start of data epoch i.
    ///
    /// # Errors
    /// [`FeaturesError::Overflow`] beyond the range of i64.
    pub fn cut_s(&self, index: u64) -> Result<i64, FeaturesError> {
        i64::try_from(index)
            .ok()
            .and_then(|index| index.checked_mul(self.values.epoch_length_s))
            .and_then(|offset| offset.checked_add(self.values.data_start_s))
            .ok_or_else(|| FeaturesError::Overflow { what: "the time of a cut", value: index.to_string() })
    }

    /// The data epoch a time belongs to; negative before data_start.
    pub fn data_epoch_of(&self, time_s: i64) -> i64 {
        let offset = i128::from(time_s) - i128::from(self.values.data_start_s);
        // Fits: the offset is above −2^63 − 2^40 and the length at least 2.
        offset.div_euclid(i128::from(self.values.epoch_length_s)) as i64
    }

    /// The data epoch that a chain epoch plays: itself without a replay map.
    ///
    /// # Errors
    /// [`FeaturesError::Overflow`].
    pub fn data_epoch(&self, chain_epoch: u64) -> Result<u64, FeaturesError> {
        let first = self.values.replay.as_ref().map_or(0, |replay| replay.first);
        first
            .checked_add(chain_epoch)
            .ok_or_else(|| FeaturesError::Overflow { what: "the data epoch", value: chain_epoch.to_string() })
    }

    /// Negatives per user and cut that a catalogue can give: the specified number, at most all assets.
    pub fn negatives_of(&self, catalog: &AssetCatalog) -> u64 {
        u64::from(self.values.negatives).min(catalog.len() as u64)
    }
}

pub(crate) fn bad(field: &'static str, value: &str, problem: &str) -> FeaturesError {
    FeaturesError::Spec { field, value: value.to_owned(), problem: problem.to_owned() }
}

pub(crate) fn in_range<T: PartialOrd + std::fmt::Display + Copy>(
    field: &'static str,
    value: T,
    low: T,
    high: T,
) -> Result<(), FeaturesError> {
    if (low..=high).contains(&value) {
        return Ok(());
    }
    Err(bad(field, &value.to_string(), &format!("must be {low} to {high}")))
}

fn at_most(field: &'static str, value: u64, high: u64) -> Result<(), FeaturesError> {
    if value <= high {
        return Ok(());
    }
    Err(bad(field, &value.to_string(), &format!("must be at most {high}")))
}
