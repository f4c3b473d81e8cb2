//! A model of any task, as a registry keeps it.

use crate::churn::ChurnModel;
use crate::price::PriceModel;
use crate::{BUNDLE_BYTES_MAX, Bundle, Task, TaskError, recommend};

/// Largest file of a model that a registry keeps, in bytes.
pub const MODEL_BYTES_MAX: usize = if recommend::BUNDLE_BYTES_MAX > BUNDLE_BYTES_MAX {
    recommend::BUNDLE_BYTES_MAX
} else {
    BUNDLE_BYTES_MAX
};

/// A model that `train --out` wrote.
#[derive(Debug, Clone, PartialEq)]
pub enum Held {
    /// Of a table.
    Interest(Box<Bundle>),
    /// Of prices.
    Price(Box<PriceModel>),
    /// Of what users act on next.
    Recommend(Box<recommend::Bundle>),
    /// Of who will be gone.
    Churn(Box<ChurnModel>),
}

impl Held {
    /// Reads a file of any task.
    ///
    /// # Errors
    /// [`TaskError::Bundle`] naming the byte, for an unknown task too; else that of the task's own file.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TaskError> {
        Ok(match Task::of_file(bytes)? {
            Task::Interest => Self::Interest(Box::new(Bundle::from_bytes(bytes)?)),
            Task::Price => Self::Price(Box::new(PriceModel::from_bytes(bytes)?)),
            Task::Recommend => Self::Recommend(Box::new(recommend::Bundle::from_bytes(bytes)?)),
            Task::Churn => Self::Churn(Box::new(ChurnModel::from_bytes(bytes)?)),
        })
    }

    /// What it predicts.
    pub fn task(&self) -> Task {
        match self {
            Self::Interest(_) => Task::Interest,
            Self::Price(_) => Task::Price,
            Self::Recommend(_) => Task::Recommend,
            Self::Churn(_) => Task::Churn,
        }
    }

    /// `model_hash`: sha256 of its file.
    ///
    /// # Errors
    /// Those of writing it; none for what was trained or read.
    pub fn hash(&self) -> Result<[u8; 32], TaskError> {
        match self {
            Self::Interest(bundle) => bundle.hash(),
            Self::Price(model) => model.hash(),
            Self::Recommend(bundle) => Ok(bundle.hash()?),
            Self::Churn(model) => model.hash(),
        }
    }

    /// Before what moment all lies that it learnt from, unix seconds, where its file says so: it must not be asked about what
    /// it was told.
    pub fn until_s(&self) -> Option<i64> {
        match self {
            Self::Interest(_) | Self::Recommend(_) => None,
            Self::Price(model) => Some(model.spec().until_s),
            Self::Churn(model) => Some(model.spec().until_s),
        }
    }
}
