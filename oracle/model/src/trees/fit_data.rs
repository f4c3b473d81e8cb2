//! What the decision tree and the forest make of a target: row statistics and the values of leaves.

use super::TREE_ROWS_MAX;
use super::split::SplitRules;
use super::sums::{RowStats, Scale, Sums};
use crate::math::laplace_logit;
use crate::{Dataset, ModelError, Target, sigmoid};

/// An error unless a hyper-parameter is in its range.
pub(crate) fn in_range(
    name: &'static str,
    value: u32,
    least: u32,
    most: u32,
    range: &'static str,
) -> Result<(), ModelError> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    Err(ModelError::Hyperparameter { name, value: value.to_string(), range })
}

/// The rules of a tree that is not boosted: no penalty, any gain, all orders of categories.
pub(crate) fn deep_split_rules(min_rows_leaf: u32) -> SplitRules {
    SplitRules {
        l2: 0.0,
        rows_min: min_rows_leaf,
        hessian_min: 0.0,
        gain_min: 0.0,
        category_smoothing: 0.0,
        category_l2: 0.0,
        categories_max: usize::MAX,
    }
}

/// The target of a tree, with its mean.
#[derive(Debug, Clone, Copy)]
pub(crate) enum DeepTarget<'a> {
    /// Labels and the share of positives, by Laplace's rule.
    Binary { labels: &'a [bool], prior: f64 },
    /// Values, their mean and their largest distance from it.
    Real { values: &'a [f64], mean: f64, reach: f64 },
}

impl<'a> DeepTarget<'a> {
    pub(crate) fn of(what: &'static str, data: &Dataset<'a>) -> Result<Self, ModelError> {
        if data.rows() == 0 {
            return Err(ModelError::Shape { what: "training rows, at least", expected: 1, got: 0 });
        }
        if data.rows() > TREE_ROWS_MAX {
            return Err(ModelError::TooMany {
                what: "rows to fit trees on",
                got: data.rows(),
                limit: TREE_ROWS_MAX,
            });
        }
        Ok(match data.target() {
            Target::Binary(_) => Self::Binary {
                labels: data.labels_of_both_classes(what)?,
                prior: sigmoid(laplace_logit(data.rows() as u64, data.positives())),
            },
            Target::Real(values) => {
                let mut sum = 0.0;
                for value in values {
                    sum += value;
                }
                let mean = sum / values.len() as f64;
                let reach = values.iter().fold(0.0, |reach: f64, v| reach.max(libm::fabs(v - mean)));
                Self::Real { values, mean, reach }
            }
        })
    }

    /// The scale of the statistics of so many rows that count at most `weight_max` times each.
    pub(crate) fn scale(&self, rows: usize, weight_max: u8) -> Scale {
        let reach = match self {
            Self::Binary { .. } => 1.0,
            Self::Real { reach, .. } => *reach,
        };
        Scale::new(rows, reach * f64::from(weight_max), f64::from(weight_max))
    }

    /// The statistics of rows that count so many times: minus the weighted target, and the weight, so that a leaf's best
    /// value is the mean.
    pub(crate) fn stats(&self, scale: &Scale, weights: &[u8]) -> Vec<RowStats> {
        let target = |row: usize| match self {
            Self::Binary { labels, .. } => f64::from(u8::from(labels[row])),
            Self::Real { values, mean, .. } => values[row] - mean,
        };
        weights
            .iter()
            .enumerate()
            .map(|(row, &weight)| scale.row(-target(row) * f64::from(weight), f64::from(weight)))
            .collect()
    }

    /// The mean of a leaf: for labels, of its rows and one more of the prior.
    pub(crate) fn leaf_mean(&self, scale: &Scale, sums: Sums) -> f64 {
        let (total, weight) = (-scale.gradient(sums), scale.hessian(sums));
        match self {
            Self::Binary { prior, .. } => (total + prior) / (weight + 1.0),
            Self::Real { mean, .. } => mean + total / weight,
        }
    }

    /// The margin of a leaf: its mean, or for labels the log-odds of it.
    pub(crate) fn leaf_margin(&self, scale: &Scale, sums: Sums) -> f64 {
        let mean = self.leaf_mean(scale, sums);
        match self {
            Self::Binary { .. } => log_odds(mean),
            Self::Real { .. } => mean,
        }
    }
}

/// ln(p / (1 − p)).
pub(crate) fn log_odds(p: f64) -> f64 {
    libm::log(p / (1.0 - p))
}
