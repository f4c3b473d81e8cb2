//! Hyper-parameters of gradient boosting, as integers in stated units.

use crate::codec::{Reader, Writer};
use crate::traits::in_range;
use crate::trees::{BINS, Monotone, TREE_DEPTH_MAX};
use crate::{FEATURES_MAX, ModelError, ParamGuard, class_weight};
use serde::{Deserialize, Serialize};

/// Most rounds of boosting.
pub const ROUNDS_MAX: u32 = 10_000;
/// Most leaves of a boosted tree.
pub const LEAVES_MAX: u32 = 4096;
/// One, in the unit of ppm and micro parameters.
const MILLION: u32 = 1_000_000;

/// The loss that boosting lowers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Objective {
    /// Of a binary target: −ln of the probability given to the label. The margin is the log-odds.
    BinaryLogLoss,
    /// Of a real target: (y − margin)² / 2. The margin estimates the mean.
    SquaredError,
    /// Of a real target: |y − margin|. The margin estimates the median.
    AbsoluteError,
    /// Of a real target: the pinball loss, whose margin estimates a quantile.
    Quantile {
        /// Which one, 1 to 999,999: 500,000 is the median.
        ppm: u32,
    },
}

/// Unchecked hyper-parameters of gradient boosting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GbdtParams {
    /// The loss.
    pub objective: Objective,
    /// Trees, 1 to [`ROUNDS_MAX`]; fewer if nothing can be split any more, or by early stopping.
    pub rounds: u32,
    /// Most leaves a tree, 2 to [`LEAVES_MAX`].
    pub leaves_max: u32,
    /// Most tests on the way to a leaf, 1 to [`TREE_DEPTH_MAX`].
    pub depth_max: u16,
    /// Fewest training rows of a leaf, at least 1.
    pub min_rows_leaf: u32,
    /// Least sum of hessians of a leaf in millionths, at least 1.
    pub min_hessian_micro: u32,
    /// A split gains more than this many millionths of what one of no use gains on average (mean squared gradient over mean
    /// hessian at the start: 1 for log-loss, the variance of the target for squared error), so that the target's unit is of no
    /// matter. On much data every split that counts gains far more; on little data this is what keeps noise out.
    pub min_gain_micro: u32,
    /// Share of each tree's step that is taken, 1 to 1,000,000 ppm.
    pub learning_rate_ppm: u32,
    /// L2 penalty on the values of leaves, in millionths.
    pub l2_micro: u32,
    /// Most bins a feature, 2 to 255.
    pub bins_max: u16,
    /// Share of the rows that a tree sees, 1 to 1,000,000 ppm.
    pub row_sample_ppm: u32,
    /// Share of the features that a tree sees, 1 to 1,000,000 ppm; at least one feature.
    pub feature_sample_ppm: u32,
    /// Added to a category's sum of hessians, in millionths, when categories are ordered by gradient over hessian.
    pub category_smoothing_micro: u32,
    /// L2 penalty beside `l2_micro` in the gain of splits by categories, in millionths.
    pub category_l2_micro: u32,
    /// Most categories on the smaller side of a split, 1 to 255.
    pub categories_max: u16,
    /// Weight of rows labelled 1, 1 to 1,000,000,000 ppm; other than 1,000,000 the margins are those of a population
    /// with as much more of such rows.
    pub positive_weight_ppm: u32,
    /// Stop when the loss on the validation part has not fallen for so many rounds, and keep the best; 0: never.
    pub early_stopping_rounds: u32,
    /// Share of the rows split off for validation if early stopping is given none, 1 to 900,000 ppm.
    pub validation_ppm: u32,
    /// How predictions may change with each feature; empty for no constraint at all.
    pub monotone: Vec<Monotone>,
    /// Seed of the samples and of the validation part.
    pub seed: u64,
}

impl Default for GbdtParams {
    fn default() -> Self {
        Self {
            objective: Objective::BinaryLogLoss,
            rounds: 100,
            leaves_max: 31,
            depth_max: TREE_DEPTH_MAX,
            min_rows_leaf: 20,
            min_hessian_micro: 1_000,
            min_gain_micro: 3 * MILLION,
            learning_rate_ppm: 100_000,
            l2_micro: 10 * MILLION,
            bins_max: 255,
            row_sample_ppm: MILLION,
            feature_sample_ppm: MILLION,
            category_smoothing_micro: 10 * MILLION,
            category_l2_micro: 10 * MILLION,
            categories_max: 32,
            positive_weight_ppm: class_weight::UNIT_PPM,
            early_stopping_rounds: 0,
            validation_ppm: 100_000,
            monotone: Vec::new(),
            seed: 0,
        }
    }
}

/// Hyper-parameters within their ranges; made by [`GbdtParams::check`] alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedGbdtParams(GbdtParams);

impl ParamGuard for GbdtParams {
    type Checked = CheckedGbdtParams;

    fn check(self) -> Result<CheckedGbdtParams, ModelError> {
        let quantile = match self.objective {
            Objective::Quantile { ppm } => ppm,
            _ => 1,
        };
        let depth = u32::from(self.depth_max);
        for (name, value, least, most, range) in [
            ("quantile ppm", quantile, 1, MILLION - 1, "1 to 999999"),
            ("rounds", self.rounds, 1, ROUNDS_MAX, "1 to 10000"),
            ("leaves_max", self.leaves_max, 2, LEAVES_MAX, "2 to 4096"),
            ("depth_max", depth, 1, u32::from(TREE_DEPTH_MAX), "1 to 64"),
            ("min_rows_leaf", self.min_rows_leaf, 1, 1 << 24, "1 to 16777216"),
            ("min_hessian_micro", self.min_hessian_micro, 1, u32::MAX, "at least 1"),
            ("learning_rate_ppm", self.learning_rate_ppm, 1, MILLION, "1 to 1000000"),
            ("bins_max", u32::from(self.bins_max), 2, BINS as u32 - 1, "2 to 255"),
            ("row_sample_ppm", self.row_sample_ppm, 1, MILLION, "1 to 1000000"),
            ("feature_sample_ppm", self.feature_sample_ppm, 1, MILLION, "1 to 1000000"),
            ("categories_max", u32::from(self.categories_max), 1, 255, "1 to 255"),
            ("early_stopping_rounds", self.early_stopping_rounds, 0, ROUNDS_MAX, "0 to 10000"),
            ("validation_ppm", self.validation_ppm, 1, 900_000, "1 to 900000"),
            ("monotone constraints", self.monotone.len() as u32, 0, FEATURES_MAX as u32, "one a feature"),
        ] {
            in_range(name, value, least, most, range)?;
        }
        class_weight::check(self.positive_weight_ppm)?;
        Ok(CheckedGbdtParams(self))
    }
}

impl CheckedGbdtParams {
    /// The checked values.
    pub fn values(&self) -> &GbdtParams {
        &self.0
    }
}

impl GbdtParams {
    /// `objective u8 (0 log-loss, 1 squared, 2 absolute, 3 quantile) ‖ quantile ppm u32 (0 unless quantile) ‖` the numbers in
    /// the order of the struct, `u32` but for three u16 `‖ constraints u16 ‖ per feature u8 (0 free, 1 rising, 2 falling) ‖
    /// seed u64`.
    pub(super) fn write(&self, out: &mut Writer) {
        let (objective, quantile) = match self.objective {
            Objective::BinaryLogLoss => (0, 0),
            Objective::SquaredError => (1, 0),
            Objective::AbsoluteError => (2, 0),
            Objective::Quantile { ppm } => (3, ppm),
        };
        out.u8(objective);
        out.u32(quantile);
        out.u32(self.rounds);
        out.u32(self.leaves_max);
        out.u16(self.depth_max);
        out.u32(self.min_rows_leaf);
        out.u32(self.min_hessian_micro);
        out.u32(self.min_gain_micro);
        out.u32(self.learning_rate_ppm);
        out.u32(self.l2_micro);
        out.u16(self.bins_max);
        out.u32(self.row_sample_ppm);
        out.u32(self.feature_sample_ppm);
        out.u32(self.category_smoothing_micro);
        out.u32(self.category_l2_micro);
        out.u16(self.categories_max);
        out.u32(self.positive_weight_ppm);
        out.u32(self.early_stopping_rounds);
        out.u32(self.validation_ppm);
        out.u16(self.monotone.len() as u16);
        for direction in &self.monotone {
            out.u8(match direction {
                Monotone::Free => 0,
                Monotone::Rising => 1,
                Monotone::Falling => 2,
            });
        }
        out.u64(self.seed);
    }

    pub(super) fn read(input: &mut Reader<'_>) -> Result<Self, ModelError> {
        let objective = match (input.u8()?, input.u32()?) {
            (0, 0) => Objective::BinaryLogLoss,
            (1, 0) => Objective::SquaredError,
            (2, 0) => Objective::AbsoluteError,
            (3, ppm) => Objective::Quantile { ppm },
            (kind, ppm) => {
                return Err(input.error(format!("unknown objective {kind} with quantile {ppm}")));
            }
        };
        // In the order of the file, which is that of the struct.
        let mut params = Self {
            objective,
            rounds: input.u32()?,
            leaves_max: input.u32()?,
            depth_max: input.u16()?,
            min_rows_leaf: input.u32()?,
            min_hessian_micro: input.u32()?,
            min_gain_micro: input.u32()?,
            learning_rate_ppm: input.u32()?,
            l2_micro: input.u32()?,
            bins_max: input.u16()?,
            row_sample_ppm: input.u32()?,
            feature_sample_ppm: input.u32()?,
            category_smoothing_micro: input.u32()?,
            category_l2_micro: input.u32()?,
            categories_max: input.u16()?,
            positive_weight_ppm: input.u32()?,
            early_stopping_rounds: input.u32()?,
            validation_ppm: input.u32()?,
            monotone: Vec::new(),
            seed: 0,
        };
        for _ in 0..input.u16()? {
            params.monotone.push(match input.u8()? {
                0 => Monotone::Free,
                1 => Monotone::Rising,
                2 => Monotone::Falling,
                other => return Err(input.error(format!("unknown monotone constraint {other}"))),
            });
        }
        params.seed = input.u64()?;
        Ok(params.check()?.0)
    }
}
