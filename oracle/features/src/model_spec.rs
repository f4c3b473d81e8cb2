//! Which model a specification asks for: the kind and every hyper-parameter that a fit depends on.
//!
//! Nothing is left to a default of the estimator, which may change without the specification's hash. What is the same for all
//! of a kind is part of the kind: the loss is the log loss, and rows of both classes count alike, because a model that weighs
//! them otherwise predicts log-odds of another population, and no interest.
//!
//! This crate knows no estimator: the ranges of the tree models' parameters are checked where the estimators are known, by
//! `attention_core::spec::check_model`.

use serde::{Deserialize, Serialize};

use crate::FeaturesError;
use crate::features::FEATURES;
use crate::spec::{bad, in_range};

/// Numbers of the kinds in the canonical bytes; never used again for another kind.
const LOGISTIC: u8 = 1;
const GBDT: u8 = 2;
const FOREST: u8 = 3;

/// Hyper-parameters of the logistic regression. Of the kind: no L1 penalty, features standardised, all rounds over all rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogisticSpec {
    /// L2 penalty in millionths.
    pub l2_micro: u32,
    /// Newton rounds.
    pub newton_rounds: u32,
}

impl LogisticSpec {
    /// The values for the sales data.
    pub fn sales() -> Self {
        Self { l2_micro: 3_000, newton_rounds: 8 }
    }
}

/// How interest may change with a feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MonotoneSpec {
    /// In any way.
    Free,
    /// Never down when the feature goes up.
    Rising,
    /// Never up when the feature goes up.
    Falling,
}

/// Hyper-parameters of gradient boosting; meanings and ranges are those of `attention_model::GbdtParams`. Of the kind: log
/// loss, rows of both classes count alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GbdtSpec {
    /// Most trees.
    pub rounds: u32,
    /// Most leaves a tree.
    pub leaves_max: u32,
    /// Most tests on the way to a leaf.
    pub depth_max: u16,
    /// Fewest training rows of a leaf.
    pub min_rows_leaf: u32,
    /// Least sum of hessians of a leaf in millionths.
    pub min_hessian_micro: u32,
    /// What a split has to gain, in millionths of what a useless one gains on average.
    pub min_gain_micro: u32,
    /// Share of each tree's step that is taken, ppm.
    pub learning_rate_ppm: u32,
    /// L2 penalty on the values of leaves, in millionths.
    pub l2_micro: u32,
    /// Most bins a feature.
    pub bins_max: u16,
    /// Share of the rows that a tree sees, ppm.
    pub row_sample_ppm: u32,
    /// Share of the features that a tree sees, ppm.
    pub feature_sample_ppm: u32,
    /// Smoothing of a category's hessians in millionths, where features are categories.
    pub category_smoothing_micro: u32,
    /// Further L2 penalty of splits by categories, in millionths.
    pub category_l2_micro: u32,
    /// Most categories on the smaller side of a split.
    pub categories_max: u16,
    /// Rounds without a lower loss on the validation part after which boosting stops; 0: never.
    pub early_stopping_rounds: u32,
    /// Share of the rows that early stopping holds out, ppm.
    pub validation_ppm: u32,
    /// How interest may change with each feature, in their order; empty for no constraint at all.
    pub monotone: Vec<MonotoneSpec>,
    /// Seed of the samples and of the validation part.
    pub seed: u64,
}

impl GbdtSpec {
    /// The values for the sales data, the best of three tried on cuts before those that measure it (`docs/MODELS.md`).
    pub fn sales() -> Self {
        Self {
            rounds: 100,
            leaves_max: 4,
            depth_max: 6,
            min_rows_leaf: 200,
            min_hessian_micro: 1_000,
            min_gain_micro: 3_000_000,
            learning_rate_ppm: 50_000,
            l2_micro: 10_000_000,
            bins_max: 255,
            row_sample_ppm: 1_000_000,
            feature_sample_ppm: 300_000,
            category_smoothing_micro: 10_000_000,
            category_l2_micro: 10_000_000,
            categories_max: 32,
            early_stopping_rounds: 0,
            validation_ppm: 100_000,
            monotone: Vec::new(),
            seed: 42,
        }
    }
}

/// Hyper-parameters of a random forest; meanings and ranges are those of `attention_model::ForestParams`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForestSpec {
    /// Trees.
    pub trees: u32,
    /// Most tests on the way to a leaf.
    pub depth_max: u16,
    /// Fewest different training rows of a leaf.
    pub min_rows_leaf: u32,
    /// Features that a node looks at; 0: the square root of their number, rounded down.
    pub features_a_node: u16,
    /// Most bins a feature.
    pub bins_max: u16,
    /// Seed of the bootstrap samples and of the features.
    pub seed: u64,
}

impl ForestSpec {
    /// Values for the sales data; large leaves, because few rows are positive. They were not searched for.
    pub fn sales() -> Self {
        Self { trees: 60, depth_max: 20, min_rows_leaf: 200, features_a_node: 0, bins_max: 255, seed: 42 }
    }
}

/// Which model is fitted, and how. Every kind can say exactly what each feature adds to an interest; a kind that cannot has no
/// place here, because users are told why their score is what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModelSpec {
    /// Logistic regression.
    Logistic(LogisticSpec),
    /// Gradient boosting of trees.
    Gbdt(GbdtSpec),
    /// A random forest.
    Forest(ForestSpec),
}

impl ModelSpec {
    /// The names of all kinds, as files and commands write them.
    pub const KINDS: [&'static str; 3] = ["logistic", "gbdt", "forest"];

    /// The name of its kind.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Logistic(_) => "logistic",
            Self::Gbdt(_) => "gbdt",
            Self::Forest(_) => "forest",
        }
    }

    /// The model of a kind with the values for the sales data; `None` for a name that is none of [`ModelSpec::KINDS`].
    pub fn sales(kind: &str) -> Option<Self> {
        Some(match kind {
            "logistic" => Self::Logistic(LogisticSpec::sales()),
            "gbdt" => Self::Gbdt(GbdtSpec::sales()),
            "forest" => Self::Forest(ForestSpec::sales()),
            _ => return None,
        })
    }

    /// Checks what can be checked without the estimators.
    pub(crate) fn check(&self) -> Result<(), FeaturesError> {
        match self {
            Self::Logistic(logistic) => {
                in_range("model.logistic.l2_micro", logistic.l2_micro, 1, 1_000_000_000)?;
                in_range("model.logistic.newton_rounds", logistic.newton_rounds, 1, 100)
            }
            Self::Gbdt(GbdtSpec { monotone, .. }) => {
                if monotone.is_empty() || monotone.len() == FEATURES.len() {
                    return Ok(());
                }
                let problem = format!("must be empty, or one for each of the {} features", FEATURES.len());
                Err(bad("model.gbdt.monotone", &format!("{} constraints", monotone.len()), &problem))
            }
            Self::Forest(_) => Ok(()),
        }
    }

    /// `kind u8 ‖` the parameters in the order of the struct, each as wide as its type; constraints as `count u16 ‖ (0 free |
    /// 1 rising | 2 falling) u8…`. The kind says what follows, so that no two models have the same bytes.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        // Destructured, so that a new parameter cannot be forgotten.
        match self {
            Self::Logistic(LogisticSpec { l2_micro, newton_rounds }) => {
                out.push(LOGISTIC);
                out.extend_from_slice(&l2_micro.to_be_bytes());
                out.extend_from_slice(&newton_rounds.to_be_bytes());
            }
            Self::Gbdt(gbdt) => {
                out.push(GBDT);
                gbdt.write(out);
            }
            Self::Forest(ForestSpec { trees, depth_max, min_rows_leaf, features_a_node, bins_max, seed }) => {
                out.push(FOREST);
                out.extend_from_slice(&trees.to_be_bytes());
                out.extend_from_slice(&depth_max.to_be_bytes());
                out.extend_from_slice(&min_rows_leaf.to_be_bytes());
                out.extend_from_slice(&features_a_node.to_be_bytes());
                out.extend_from_slice(&bins_max.to_be_bytes());
                out.extend_from_slice(&seed.to_be_bytes());
            }
        }
    }
}

impl GbdtSpec {
    fn write(&self, out: &mut Vec<u8>) {
        let Self {
            rounds,
            leaves_max,
            depth_max,
            min_rows_leaf,
            min_hessian_micro,
            min_gain_micro,
            learning_rate_ppm,
            l2_micro,
            bins_max,
            row_sample_ppm,
            feature_sample_ppm,
            category_smoothing_micro,
            category_l2_micro,
            categories_max,
            early_stopping_rounds,
            validation_ppm,
            monotone,
            seed,
        } = self;
        out.extend_from_slice(&rounds.to_be_bytes());
        out.extend_from_slice(&leaves_max.to_be_bytes());
        out.extend_from_slice(&depth_max.to_be_bytes());
        for number in [min_rows_leaf, min_hessian_micro, min_gain_micro, learning_rate_ppm, l2_micro] {
            out.extend_from_slice(&number.to_be_bytes());
        }
        out.extend_from_slice(&bins_max.to_be_bytes());
        for number in [row_sample_ppm, feature_sample_ppm, category_smoothing_micro, category_l2_micro] {
            out.extend_from_slice(&number.to_be_bytes());
        }
        out.extend_from_slice(&categories_max.to_be_bytes());
        out.extend_from_slice(&early_stopping_rounds.to_be_bytes());
        out.extend_from_slice(&validation_ppm.to_be_bytes());
        // The checked list is empty or that of this build's features, far below 2^16.
        out.extend_from_slice(&(monotone.len() as u16).to_be_bytes());
        for direction in monotone {
            out.push(match direction {
                MonotoneSpec::Free => 0,
                MonotoneSpec::Rising => 1,
                MonotoneSpec::Falling => 2,
            });
        }
        out.extend_from_slice(&seed.to_be_bytes());
    }
}
