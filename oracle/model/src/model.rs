//! One type for every kind of fitted model, with its file and hash.

use sha2::{Digest, Sha256};

use crate::{FeatureSchema, LogisticModel, ModelError, Predict, PriorModel, codec};

/// Largest model file that is read, in bytes.
pub const FILE_BYTES_MAX: usize = 1 << 24;

/// A fitted model of any kind.
#[derive(Debug, Clone, PartialEq)]
pub enum Model {
    /// The class prior alone: there was no history to learn from.
    Prior(PriorModel),
    /// Logistic regression.
    Logistic(LogisticModel),
}

impl Model {
    /// The kind's name, as specifications write it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Prior(_) => "prior",
            Self::Logistic(_) => "logistic",
        }
    }

    /// Rows it was fitted on.
    pub fn rows(&self) -> u64 {
        match self {
            Self::Prior(model) => model.rows,
            Self::Logistic(model) => model.rows,
        }
    }

    /// Positive rows it was fitted on.
    pub fn positives(&self) -> u64 {
        match self {
            Self::Prior(model) => model.positives,
            Self::Logistic(model) => model.positives,
        }
    }

    /// The canonical file: equal models have equal bytes, on every machine.
    pub fn to_bytes(&self) -> Vec<u8> {
        codec::encode(self)
    }

    /// Reads a file written by [`Model::to_bytes`]; any other byte string is refused.
    ///
    /// # Errors
    /// [`ModelError::File`] naming the byte offset, or the error of the part that is out of range.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        if bytes.len() > FILE_BYTES_MAX {
            return Err(ModelError::TooMany {
                what: "bytes of a model file",
                got: bytes.len(),
                limit: FILE_BYTES_MAX,
            });
        }
        codec::decode(bytes)
    }

    /// `model_hash`: sha256 of the file.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.to_bytes()).into()
    }

    fn inner(&self) -> &dyn Predict {
        match self {
            Self::Prior(model) => model,
            Self::Logistic(model) => model,
        }
    }
}

impl Predict for Model {
    fn schema(&self) -> &FeatureSchema {
        self.inner().schema()
    }

    fn logit(&self, row: &[i64]) -> Result<f64, ModelError> {
        self.inner().logit(row)
    }

    fn explain(&self, row: &[i64]) -> Result<Vec<f64>, ModelError> {
        self.inner().explain(row)
    }

    fn base_logit(&self) -> f64 {
        self.inner().base_logit()
    }

    fn prior_logit(&self) -> f64 {
        self.inner().prior_logit()
    }
}
