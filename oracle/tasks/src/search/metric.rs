//! What a search makes small or large.

use attention_model::Target;
use serde::{Deserialize, Serialize};

use crate::TaskError;
use crate::quality::Quality;
use crate::table::Table;

/// What trials are ranked by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Mean log loss in nats of a binary target; small is good.
    LogLoss,
    /// Area under the ROC curve of a binary target; large is good.
    Auc,
    /// Mean squared error: of the probability (Brier score), or of the value; small is good.
    Mse,
}

impl Metric {
    /// All metrics.
    pub const ALL: [Self; 3] = [Self::LogLoss, Self::Auc, Self::Mse];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::LogLoss => "log_loss",
            Self::Auc => "auc",
            Self::Mse => "mse",
        }
    }

    /// The metric of a name.
    ///
    /// # Errors
    /// [`TaskError::Unknown`] with all names.
    pub fn from_name(name: &str) -> Result<Self, TaskError> {
        Self::ALL.into_iter().find(|metric| metric.name() == name).ok_or_else(|| TaskError::Unknown {
            what: "metric",
            name: name.into(),
            known: Self::ALL.map(Self::name).join(", "),
        })
    }

    /// The given metric if the table's target has it; log loss of a binary and squared error of a real target if none is.
    ///
    /// # Errors
    /// [`TaskError::Unknown`] for log loss or AUC of a real target.
    pub fn of_table(given: Option<Self>, table: &Table) -> Result<Self, TaskError> {
        match (table.data()?.target(), given) {
            (Target::Binary(_), given) => Ok(given.unwrap_or(Self::LogLoss)),
            (Target::Real(_), None | Some(Self::Mse)) => Ok(Self::Mse),
            (Target::Real(_), Some(other)) => Err(TaskError::Unknown {
                what: "metric of a real target",
                name: other.name().into(),
                known: Self::Mse.name().into(),
            }),
        }
    }

    /// Its value.
    ///
    /// # Errors
    /// [`TaskError::Folds`] if it is not defined: an AUC of one class.
    pub fn value(self, quality: &Quality) -> Result<f64, TaskError> {
        let value = match self {
            Self::LogLoss => quality.log_loss,
            Self::Auc => quality.auc,
            Self::Mse => Some(quality.mse),
        };
        value.ok_or_else(|| TaskError::Folds {
            what: "the metric of a fold",
            problem: format!("there is no {} where one class is missing; take fewer folds", self.name()),
        })
    }

    /// A number that is smaller for better values.
    pub fn badness(self, value: f64) -> f64 {
        if self == Self::Auc { -value } else { value }
    }
}
