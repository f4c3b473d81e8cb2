//! A trained price model and its file.
//!
//! Three boosted models learn what the drifting linear model (feature `hedonic`) leaves of `ln price − ln level`: its median,
//! for the price, and two outer quantiles, for the interval. The file is framed as every task's (`frame`): the JSON is a
//! [`PriceSpec`], the body three times `length u32 ‖ model file`: low, median, high.

use attention_model::{Model, Predict, TargetKind};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::features::{PRICE_FEATURES_VERSION, hedonic_of, price_schema};
use super::interval::{AdaptiveInterval, IntervalRules};
use super::units::nats_to_micro;
use crate::TaskError;
use crate::bundle::Task;
use crate::frame::{self, HEADER_BYTES, bad};

/// Hyper-parameters of all three boosted models, and how intervals adapt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PriceParams {
    /// Trees of each model.
    pub rounds: u32,
    /// Most leaves of a tree.
    pub leaves_max: u32,
    /// Fewest sales of a leaf.
    pub min_rows_leaf: u32,
    /// Share of each tree's step that is taken, ppm.
    pub learning_rate_ppm: u32,
    /// L2 penalty, millionths.
    pub l2_micro: u32,
    /// Share of the sales that a tree sees, ppm.
    pub row_sample_ppm: u32,
    /// Share of the features that a tree sees, ppm.
    pub feature_sample_ppm: u32,
    /// Seed of the samples.
    pub seed: u64,
    /// How intervals adapt.
    pub interval: IntervalRules,
}

impl Default for PriceParams {
    fn default() -> Self {
        Self {
            rounds: 300,
            leaves_max: 4,
            min_rows_leaf: 20,
            learning_rate_ppm: 30_000,
            l2_micro: 1_000_000,
            row_sample_ppm: 700_000,
            feature_sample_ppm: 500_000,
            seed: 1,
            interval: IntervalRules::default(),
        }
    }
}

/// What was decided in training, beside the models.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceSpec {
    /// [`PRICE_FEATURES_VERSION`] of the features.
    pub features_version: u32,
    /// Sales before this moment were learnt from, unix seconds.
    pub until_s: i64,
    /// The parameters.
    pub params: PriceParams,
    /// Scores (below, above) of the last training sales by models fitted without them, micro-nats, oldest first: where
    /// intervals start.
    pub scores: Vec<(i64, i64)>,
}

impl PriceSpec {
    fn check(&self) -> Result<(), TaskError> {
        let range = |name, value: String, range| Err(TaskError::Range { name, value, range });
        if self.features_version != PRICE_FEATURES_VERSION {
            return range(
                "features_version",
                self.features_version.to_string(),
                "that of this program: train again",
            );
        }
        if !(0..=attention_features::TIME_MAX_S).contains(&self.until_s) {
            return range("until_s", self.until_s.to_string(), "0 to 2^40");
        }
        if self.scores.len() > self.params.interval.scores as usize {
            return range("the number of scores", self.scores.len().to_string(), "at most interval.scores");
        }
        let limit = 1 << 40;
        for &(below, above) in &self.scores {
            if !(-limit..=limit).contains(&below) || !(-limit..=limit).contains(&above) {
                return range("a score", format!("{below}, {above}"), "within ±2^40 micro-nats");
            }
        }
        self.params.interval.check()
    }
}

/// Predicted quantiles of `ln price − ln level`, micro-nats; low ≤ median ≤ high.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quantiles {
    /// The lower one.
    pub low: i64,
    /// The median.
    pub median: i64,
    /// The upper one.
    pub high: i64,
}

/// A trained price model.
#[derive(Debug, Clone, PartialEq)]
pub struct PriceModel {
    spec: PriceSpec,
    /// Low, median, high.
    models: [Model; 3],
}

impl PriceModel {
    /// Puts specification and models (low, median, high) together.
    ///
    /// # Errors
    /// [`TaskError::Bundle`] if a model was not trained on the price features and a real target, [`TaskError::Range`] for
    /// what the specification may not hold.
    pub fn new(spec: PriceSpec, models: [Model; 3]) -> Result<Self, TaskError> {
        spec.check()?;
        let schema = price_schema()?;
        for model in &models {
            let trained_on = model.trained_on();
            if trained_on.schema != schema || !matches!(trained_on.target, TargetKind::Real { .. }) {
                return Err(bad(HEADER_BYTES, "a model was not trained on the features of prices"));
            }
        }
        Ok(Self { spec, models })
    }

    /// What was decided in training.
    pub fn spec(&self) -> &PriceSpec {
        &self.spec
    }

    /// The models: low, median, high.
    pub fn models(&self) -> &[Model; 3] {
        &self.models
    }

    /// Intervals as training left them.
    ///
    /// # Errors
    /// None: the specification was checked.
    pub fn interval(&self) -> Result<AdaptiveInterval, TaskError> {
        AdaptiveInterval::new(self.spec.params.interval.clone(), &self.spec.scores)
    }

    /// The quantiles for a row of [`super::Moment::row`].
    ///
    /// # Errors
    /// [`TaskError::Model`] if the row is none.
    pub fn quantiles(&self, row: &[i64]) -> Result<Quantiles, TaskError> {
        let [low, median, high] = &self.models;
        Ok(quantiles(row, [low.margin(row)?, median.margin(row)?, high.margin(row)?]))
    }

    /// The canonical file.
    ///
    /// # Errors
    /// [`TaskError::Bundle`] if a model takes more than 2^32 bytes.
    pub fn to_bytes(&self) -> Result<Vec<u8>, TaskError> {
        let json = serde_json::to_vec(&self.spec).map_err(|error| bad(HEADER_BYTES, error.to_string()))?;
        let mut body = Vec::new();
        for model in &self.models {
            let bytes = model.to_bytes();
            let length = u32::try_from(bytes.len()).map_err(|error| bad(HEADER_BYTES, error.to_string()))?;
            body.extend_from_slice(&length.to_be_bytes());
            body.extend_from_slice(&bytes);
        }
        frame::write(Task::Price, &json, &body)
    }

    /// Reads a file written by [`PriceModel::to_bytes`]; any other byte string is refused.
    ///
    /// # Errors
    /// [`TaskError::Bundle`] naming the byte, or the error of a model's file.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TaskError> {
        let (json, mut body) = frame::read_task(bytes, Task::Price)?;
        let spec: PriceSpec =
            serde_json::from_slice(json).map_err(|error| bad(HEADER_BYTES, error.to_string()))?;
        let mut next = || -> Result<Model, TaskError> {
            let offset = bytes.len() - body.len();
            let split = body
                .split_first_chunk::<4>()
                .and_then(|(length, rest)| rest.split_at_checked(u32::from_be_bytes(*length) as usize));
            let Some((model, rest)) = split else {
                return Err(bad(offset, "ends within a model"));
            };
            body = rest;
            Ok(Model::from_bytes(model)?)
        };
        let read = Self::new(spec, [next()?, next()?, next()?])?;
        if !body.is_empty() {
            return Err(bad(bytes.len() - body.len(), format!("{} bytes after the last model", body.len())));
        }
        if read.to_bytes()? != bytes {
            return Err(bad(HEADER_BYTES, "the specification is not written in the canonical way"));
        }
        Ok(read)
    }

    /// `model_hash`: sha256 of the file.
    ///
    /// # Errors
    /// As [`PriceModel::to_bytes`].
    pub fn hash(&self) -> Result<[u8; 32], TaskError> {
        Ok(Sha256::digest(self.to_bytes()?).into())
    }
}

/// The quantiles of a row, from what the models (low, median, high) add to the linear model's expectation, in nats; brought
/// in order.
pub(crate) fn quantiles(row: &[i64], margins: [f64; 3]) -> Quantiles {
    let [low, median, high] = margins.map(|margin| hedonic_of(row) + nats_to_micro(margin));
    Quantiles { low: low.min(median), median, high: high.max(median) }
}
