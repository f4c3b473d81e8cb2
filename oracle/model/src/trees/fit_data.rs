//! What the decision tree and the forest make of a target: row statistics and the values of leaves.

use super::TREE_ROWS_MAX;
use super::split::SplitRules;
use super::sums::{RowStats, Scale, Sums};
use crate::{Dataset, ModelError, Target, class_weight};

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

/// The largest share of positives of a leaf, 1 − 2^-40: one that is 1 by rounding would have no log-odds. Only leaves of many
/// rows that weigh much come near it.
const SHARE_MAX: f64 = 1.0 - 1.0 / (1u64 << 40) as f64;

/// The target of a tree, with its mean.
#[derive(Debug, Clone, Copy)]
pub(crate) enum DeepTarget<'a> {
    /// Labels, what a positive one weighs where a negative one weighs 1, and the weighted share of positives, by Laplace's
    /// rule.
    Binary { labels: &'a [bool], positive_weight: f64, prior: f64 },
    /// Values, their mean and their largest distance from it.
    Real { values: &'a [f64], mean: f64, reach: f64 },
}

impl<'a> DeepTarget<'a> {
    pub(crate) fn of(
        what: &'static str,
        data: &Dataset<'a>,
        positive_weight_ppm: u32,
    ) -> Result<Self, ModelError> {
        class_weight::check_target(positive_weight_ppm, data)?;
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
            Target::Binary(_) => {
                let labels = data.labels_of_both_classes(what)?;
                let positive_weight = class_weight::of(positive_weight_ppm);
                let positives = data.positives() as f64 * positive_weight;
                let negatives = (data.rows() as u64 - data.positives()) as f64;
                let prior = (positives + 1.0) / (positives + negatives + 2.0);
                Self::Binary { labels, positive_weight, prior }
            }
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

    /// The scale of the statistics of so many rows that count at most `count_max` times each.
    pub(crate) fn scale(&self, rows: usize, count_max: u8) -> Scale {
        let count_max = f64::from(count_max);
        match self {
            Self::Binary { positive_weight, .. } => {
                let weight_max = count_max * positive_weight.max(1.0);
                Scale::new(rows, weight_max, weight_max)
            }
            Self::Real { reach, .. } => Scale::new(rows, reach * count_max, count_max),
        }
    }

    /// The statistics of rows that count so many times: minus the weighted target, and the weight, so that a leaf's best
    /// value is the mean.
    pub(crate) fn stats(&self, scale: &Scale, counts: &[u8]) -> Vec<RowStats> {
        let row = |(row, &count): (usize, &u8)| match self {
            Self::Binary { labels, positive_weight, .. } => {
                // Rounded as the weight will be, so that no leaf has a share of positives above 1.
                let weight = if labels[row] { *positive_weight } else { 1.0 };
                let weight = scale.rounded_hessian(weight * f64::from(count));
                scale.row(if labels[row] { -weight } else { 0.0 }, weight)
            }
            Self::Real { values, mean, .. } => {
                scale.row(-(values[row] - mean) * f64::from(count), f64::from(count))
            }
        };
        counts.iter().enumerate().map(row).collect()
    }

    /// The mean of a leaf: for labels, of its rows and one more of the prior.
    pub(crate) fn leaf_mean(&self, scale: &Scale, sums: Sums) -> f64 {
        let (total, weight) = (-scale.gradient(sums), scale.hessian(sums));
        match self {
            Self::Binary { prior, .. } => ((total + prior) / (weight + 1.0)).min(SHARE_MAX),
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
