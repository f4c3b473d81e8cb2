//! A trained price model and its file.
//!
//! Three ensembles of boosted models learn what the drifting linear model (feature `hedonic`) leaves of `ln price − ln level`:
//! its median, for the price, and two outer quantiles, for the interval. The file is framed as every task's (`frame`): the
//! JSON is a [`PriceSpec`], the body `length u32 ‖ model file` for each member of low, median, high.

use attention_model::{Model, Predict, TargetKind};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::ensemble::Ensemble;
use super::features::{PRICE_FEATURES_VERSION, hedonic_of, price_schema};
use super::interval::AdaptiveInterval;
use super::params::PriceParams;
use super::units::nats_to_micro;
use crate::TaskError;
use crate::bundle::{BUNDLE_BYTES_MAX, Task};
use crate::frame::{self, HEADER_BYTES, bad};

/// Version of the file's content: 2 has ensembles. Any change of the specification or of the body raises it.
const FORMAT_VERSION: u32 = 2;

/// What was decided in training, beside the models.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceSpec {
    /// Version of the file's content; files of another one, or of none, are refused.
    #[serde(default)]
    format_version: u32,
    /// [`PRICE_FEATURES_VERSION`] of the features.
    features_version: u32,
    /// Sales before this moment were learnt from, unix seconds.
    pub until_s: i64,
    /// The parameters.
    pub params: PriceParams,
    /// Scores (below, above) of the last training sales by models fitted without them, micro-nats, oldest first: where
    /// intervals start.
    pub scores: Vec<(i64, i64)>,
}

impl PriceSpec {
    /// What this program decides: its own versions, and the rest as given.
    ///
    /// # Errors
    /// [`TaskError::Range`] naming what is out of range.
    pub fn new(until_s: i64, params: PriceParams, scores: Vec<(i64, i64)>) -> Result<Self, TaskError> {
        let (format_version, features_version) = (FORMAT_VERSION, PRICE_FEATURES_VERSION);
        let spec = Self { format_version, features_version, until_s, params, scores };
        spec.check()?;
        Ok(spec)
    }

    fn check(&self) -> Result<(), TaskError> {
        let range = |name, value: String, range| Err(TaskError::Range { name, value, range });
        for (name, value, own) in [
            ("the model's format_version", self.format_version, FORMAT_VERSION),
            ("the model's features_version", self.features_version, PRICE_FEATURES_VERSION),
        ] {
            if value != own {
                return range(name, value.to_string(), "that of this program: train the model again");
            }
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
        self.params.check()
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
    ensembles: [Ensemble; 3],
}

impl PriceModel {
    /// Puts specification and ensembles (low, median, high) together.
    ///
    /// # Errors
    /// [`TaskError::Bundle`] if an ensemble has not as many members as the specification says, or one was not trained on the
    /// price features and a real target.
    pub fn new(spec: PriceSpec, ensembles: [Ensemble; 3]) -> Result<Self, TaskError> {
        let schema = price_schema()?;
        for ensemble in &ensembles {
            if ensemble.members().len() != spec.params.members as usize {
                return Err(bad(HEADER_BYTES, "an ensemble has not as many members as it should"));
            }
            for model in ensemble.members() {
                let trained_on = model.trained_on();
                if trained_on.schema != schema || !matches!(trained_on.target, TargetKind::Real { .. }) {
                    return Err(bad(HEADER_BYTES, "a model was not trained on the features of prices"));
                }
            }
        }
        Ok(Self { spec, ensembles })
    }

    /// What was decided in training.
    pub fn spec(&self) -> &PriceSpec {
        &self.spec
    }

    /// The ensembles: low, median, high.
    pub fn ensembles(&self) -> &[Ensemble; 3] {
        &self.ensembles
    }

    /// The estimator of the members.
    pub fn kind(&self) -> &'static str {
        self.ensembles[1].members().first().map_or("", Model::kind)
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
        let [low, median, high] = &self.ensembles;
        let added = [low.margin(row)?, median.margin(row)?, high.margin(row)?];
        let [low, median, high] = added.map(|margin| hedonic_of(row) + nats_to_micro(margin));
        Ok(Quantiles { low: low.min(median), median, high: high.max(median) })
    }

    /// The canonical file.
    ///
    /// # Errors
    /// [`TaskError::Bundle`] if the models take more than is read again ([`BUNDLE_BYTES_MAX`]).
    pub fn to_bytes(&self) -> Result<Vec<u8>, TaskError> {
        let json = serde_json::to_vec(&self.spec).map_err(|error| bad(HEADER_BYTES, error.to_string()))?;
        let mut body = Vec::new();
        for model in self.ensembles.iter().flat_map(Ensemble::members) {
            let bytes = model.to_bytes();
            let length = u32::try_from(bytes.len()).map_err(|error| bad(HEADER_BYTES, error.to_string()))?;
            body.extend_from_slice(&length.to_be_bytes());
            body.extend_from_slice(&bytes);
            if HEADER_BYTES + json.len() + body.len() > BUNDLE_BYTES_MAX {
                let problem = format!(
                    "the models take more than {BUNDLE_BYTES_MAX} bytes: lower members, rounds or leaves_max"
                );
                return Err(bad(HEADER_BYTES, problem));
            }
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
        // Before the models: how many there are is in it.
        spec.check()?;
        let members = spec.params.members;
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
        let mut ensemble = || Ensemble::new((0..members).map(|_| next()).collect::<Result<_, _>>()?);
        let read = Self::new(spec, [ensemble()?, ensemble()?, ensemble()?])?;
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
