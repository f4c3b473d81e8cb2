//! How models of a task are measured row by row.

use attention_model::Dataset;
use serde::{Deserialize, Serialize};

use super::held::Held;
use super::rows::Rows;
use crate::quality::{losses, quality};
use crate::validation::Mean;
use crate::{Task, TaskError};

/// What is compared row by row; less is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Loss {
    /// Negative logarithm of the probability that the outcome was given, in nats.
    LogLoss,
    /// Square of how far a value was off.
    SquaredError,
    /// |ln price − ln predicted|, in nats.
    AbsoluteLogError,
    /// 1 − 1/rank of the item that the user acted on, 1 from the eleventh place on: one less the reciprocal rank at ten.
    #[serde(rename = "missed_reciprocal_rank_10")]
    MissedReciprocalRank10,
}

impl Loss {
    /// What a margin of 1,000,000 millionths is one of.
    pub fn unit(self) -> &'static str {
        match self {
            Self::LogLoss | Self::AbsoluteLogError => "nat",
            Self::SquaredError => "squared unit of the target",
            Self::MissedReciprocalRank10 => "reciprocal rank",
        }
    }

    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::LogLoss => "log loss",
            Self::SquaredError => "squared error",
            Self::AbsoluteLogError => "|ln price − ln predicted|",
            Self::MissedReciprocalRank10 => "missed reciprocal rank at 10",
        }
    }
}

/// What one model, or a baseline, loses on each row.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Losses {
    /// The estimator or baseline.
    pub(super) model: &'static str,
    /// What is measured.
    pub(super) loss: Loss,
    /// For each row.
    pub(super) values: Vec<f64>,
    /// AUC, where there are two classes.
    pub(super) auc: Option<f64>,
    /// Share of users whose item is among the first ten, where items are ranked.
    pub(super) hit_rate_10: Option<f64>,
}

impl Losses {
    /// Of a task with neither AUC nor hit rate.
    pub(super) fn of(model: &'static str, loss: Loss, values: Vec<f64>) -> Self {
        Self { model, loss, values, auc: None, hit_rate_10: None }
    }

    /// Of margins on labelled rows, or on rows with values.
    ///
    /// # Errors
    /// As [`quality`] and [`losses`].
    pub(super) fn of_margins(
        model: &'static str,
        loss: Loss,
        data: &Dataset<'_>,
        margins: &[f64],
    ) -> Result<Self, TaskError> {
        let auc = quality(margins, data)?.auc;
        Ok(Self { auc, ..Self::of(model, loss, losses(margins, data)?) })
    }

    pub(super) fn mean(&self) -> f64 {
        Mean::of(&self.values).mean
    }
}

/// Rows that may depend on each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Clusters {
    /// What the rows of one have in common.
    pub(super) by: &'static str,
    /// The number of each row's.
    pub(super) of_rows: Vec<u32>,
}

impl Clusters {
    /// Rows with equal keys.
    pub(super) fn of<K: Ord>(by: &'static str, keys: impl Iterator<Item = K>) -> Self {
        let mut numbers = std::collections::BTreeMap::new();
        let of_rows = keys
            .map(|key| {
                // No more than rows, of which every task reads fewer than 2^32.
                let next = numbers.len() as u32;
                *numbers.entry(key).or_insert(next)
            })
            .collect();
        Self { by, of_rows }
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.of_rows.iter().max().map_or(0, |last| *last as usize + 1)
    }
}

/// A model of a task, on data that is read once for both sides.
pub(super) trait Judged: Sized {
    /// The task.
    const TASK: Task;
    /// What it is measured on.
    type Data<'a>;

    /// The model, if it is of this task.
    fn of(held: &Held) -> Option<&Self>;

    /// Reads the data.
    ///
    /// # Errors
    /// What of it cannot be read, or that it is of the other kind.
    fn read<'a>(&self, rows: &'a Rows) -> Result<Self::Data<'a>, TaskError>;

    /// Refuses a champion that predicts something else, or other rows.
    ///
    /// # Errors
    /// [`TaskError::Registry`].
    fn agrees(&self, champion: &Self) -> Result<(), TaskError>;

    /// What the model loses on each row: as many as any other that agrees, in the same order.
    ///
    /// # Errors
    /// That there is no row, or what the model refuses.
    fn losses(&self, data: &Self::Data<'_>) -> Result<Losses, TaskError>;

    /// What the first champion of a name has to beat.
    ///
    /// # Errors
    /// As [`Judged::losses`].
    fn baseline(&self, data: &Self::Data<'_>) -> Result<Losses, TaskError>;

    /// Which rows may depend on each other; `None` if none do.
    fn clusters(data: &Self::Data<'_>) -> Option<Clusters>;
}
