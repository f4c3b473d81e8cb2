//! A trained churn model and its file, framed as every task's (`frame`): the JSON is a [`ChurnSpec`], the body the model's
//! file. sha256 of all of it is the `model_hash` that commands print.

use attention_model::{Model, Predict, TargetKind};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::features::{CHURN_FEATURES_VERSION, churn_schema};
use super::rules::ChurnRules;
use crate::TaskError;
use crate::bundle::Task;
use crate::frame::{self, HEADER_BYTES, bad};

/// What was decided in training, beside the model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChurnSpec {
    /// [`CHURN_FEATURES_VERSION`] of the features.
    pub features_version: u32,
    /// How rows are made.
    pub rules: ChurnRules,
    /// Nothing at or after this moment was looked at, unix seconds.
    pub until_s: i64,
}

/// A trained churn model.
#[derive(Debug, Clone, PartialEq)]
pub struct ChurnModel {
    spec: ChurnSpec,
    model: Model,
}

impl ChurnModel {
    /// Puts the two together.
    ///
    /// # Errors
    /// [`TaskError::Range`] or [`TaskError::Features`] for a specification that is not this program's; [`TaskError::Bundle`]
    /// for a model of other features or of no binary target.
    pub fn new(spec: ChurnSpec, model: Model) -> Result<Self, TaskError> {
        if spec.features_version != CHURN_FEATURES_VERSION {
            let value = spec.features_version.to_string();
            let range = "that of this program: train again";
            return Err(TaskError::Range { name: "features_version", value, range });
        }
        if !(0..=attention_features::TIME_MAX_S + 1).contains(&spec.until_s) {
            let value = spec.until_s.to_string();
            return Err(TaskError::Range { name: "until_s", value, range: "0 to 2^40 + 1" });
        }
        spec.rules.spec()?;
        let binary = matches!(model.trained_on().target, TargetKind::Binary { .. });
        if *model.schema() != churn_schema()? || !binary {
            return Err(bad(HEADER_BYTES, "the model was not trained on the features of churn"));
        }
        Ok(Self { spec, model })
    }

    /// What was decided in training.
    pub fn spec(&self) -> &ChurnSpec {
        &self.spec
    }

    /// The model: its margin is the log-odds that the user is gone.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The canonical file.
    ///
    /// # Errors
    /// [`TaskError::Bundle`] if it could not be framed; never for a [`ChurnSpec`].
    pub fn to_bytes(&self) -> Result<Vec<u8>, TaskError> {
        let json = serde_json::to_vec(&self.spec).map_err(|error| bad(HEADER_BYTES, error.to_string()))?;
        frame::write(Task::Churn, &json, &self.model.to_bytes())
    }

    /// Reads a file written by [`ChurnModel::to_bytes`]; any other byte string is refused.
    ///
    /// # Errors
    /// [`TaskError::Bundle`] naming the byte; as [`ChurnModel::new`]; that of the model's file.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TaskError> {
        let (json, model) = frame::read_task(bytes, Task::Churn)?;
        let spec: ChurnSpec =
            serde_json::from_slice(json).map_err(|error| bad(HEADER_BYTES, error.to_string()))?;
        let read = Self::new(spec, Model::from_bytes(model)?)?;
        if read.to_bytes()? != bytes {
            return Err(bad(HEADER_BYTES, "the specification is not written in the canonical way"));
        }
        Ok(read)
    }

    /// `model_hash`: sha256 of the file.
    ///
    /// # Errors
    /// As [`ChurnModel::to_bytes`].
    pub fn hash(&self) -> Result<[u8; 32], TaskError> {
        Ok(Sha256::digest(self.to_bytes()?).into())
    }
}
