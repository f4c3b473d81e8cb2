//! A random forest: the mean of deep trees on bootstrap samples, each node choosing among a few drawn features (Breiman 2001).
//!
//! For a binary target the trees hold smoothed probabilities and the margin is the log-odds of their mean. Shapley values
//! of the mean probability are exact; as shares of a *margin* they are scaled by one factor, `(margin − base margin) / (mean
//! probability − its mean over the training rows)`, so that they add up. The factor is positive: signs and ratios are those
//! of the exact values. For a real target nothing is scaled.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codec::{Body, Reader, Writer};
use crate::traits::in_range;
use crate::trees::deep::{DeepData, DeepRules, grow_deep};
use crate::trees::fit_data::{DeepTarget, deep_split_rules, log_odds};
use crate::trees::shap::add_shap;
use crate::trees::tree::{Node, Tree};
use crate::trees::{BINS, Bins, Columns, TREE_DEPTH_MAX};
use crate::{
    CounterRng, Dataset, FEATURES_MAX, Fit, ModelError, Output, ParamGuard, Parts, Predict, TargetKind,
    TrainedOn, class_weight,
};

/// Most trees of a forest.
pub const FOREST_TREES_MAX: u32 = 10_000;

/// Unchecked hyper-parameters of a random forest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForestParams {
    /// Trees, 1 to [`FOREST_TREES_MAX`].
    pub trees: u32,
    /// Most tests on the way to a leaf, 1 to [`TREE_DEPTH_MAX`].
    pub depth_max: u16,
    /// Fewest different training rows of a leaf, at least 1.
    pub min_rows_leaf: u32,
    /// Features that a node looks at, 1 to [`FEATURES_MAX`]; 0: the square root of their number, rounded down.
    pub features_a_node: u16,
    /// Most bins a feature, 2 to 255.
    pub bins_max: u16,
    /// Weight of a row labelled 1 in millionths, 1 to 10^9, where one labelled 0 has 10^6.
    pub positive_weight_ppm: u32,
    /// Seed of the bootstrap samples and of the features.
    pub seed: u64,
}

impl Default for ForestParams {
    fn default() -> Self {
        Self {
            trees: 100,
            depth_max: 20,
            min_rows_leaf: 20,
            features_a_node: 0,
            bins_max: 255,
            positive_weight_ppm: class_weight::UNIT_PPM,
            seed: 0,
        }
    }
}

/// Hyper-parameters within their ranges; made by [`ForestParams::check`] alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedForestParams(ForestParams);

impl ParamGuard for ForestParams {
    type Checked = CheckedForestParams;

    fn check(self) -> Result<CheckedForestParams, ModelError> {
        let (depth, bins) = (u32::from(self.depth_max), u32::from(self.bins_max));
        let features = u32::from(self.features_a_node);
        in_range("trees", self.trees, 1, FOREST_TREES_MAX, "1 to 10000")?;
        in_range("depth_max", depth, 1, u32::from(TREE_DEPTH_MAX), "1 to 64")?;
        in_range("min_rows_leaf", self.min_rows_leaf, 1, 1 << 24, "1 to 16777216")?;
        in_range("features_a_node", features, 0, FEATURES_MAX as u32, "0 to 1024")?;
        in_range("bins_max", bins, 2, BINS as u32 - 1, "2 to 255")?;
        class_weight::check(self.positive_weight_ppm)?;
        Ok(CheckedForestParams(self))
    }
}

impl CheckedForestParams {
    /// The checked values.
    pub fn values(&self) -> &ForestParams {
        &self.0
    }
}

/// How often each of `rows` rows is drawn in `rows` draws with replacement.
fn bootstrap(rng: CounterRng, rows: usize) -> Vec<u8> {
    let mut counts = vec![0u8; rows];
    for draw in 0..rows as u64 {
        let count = &mut counts[rng.below(draw, rows as u64) as usize];
        // Being drawn 17 times has a probability of 10^-15.
        *count = (*count + 1).min(WEIGHT_MAX);
    }
    counts
}

/// Most often that a row counts in a bootstrap sample.
const WEIGHT_MAX: u8 = 16;

impl Fit for CheckedForestParams {
    type Model = ForestModel;

    /// Trees are grown side by side, one a thread.
    fn fit(&self, data: &Dataset<'_>) -> Result<ForestModel, ModelError> {
        let target = DeepTarget::of("a random forest", data, self.0.positive_weight_ppm)?;
        let scale = target.scale(data.rows(), WEIGHT_MAX);
        let bins = Bins::measure(data, usize::from(self.0.bins_max));
        let columns = Columns::encode(data, &bins);
        let features_a_node = match self.0.features_a_node {
            0 => data.schema().len().isqrt().max(1),
            given => usize::from(given),
        };
        let grow = |number: u32| {
            // Two streams a tree: the sample, and the seed of the features.
            let number = u64::from(number);
            let weights = bootstrap(CounterRng::new(self.0.seed, 2 * number), data.rows());
            let rules = DeepRules {
                split: deep_split_rules(self.0.min_rows_leaf),
                depth_max: self.0.depth_max,
                features_a_node,
                seed: CounterRng::new(self.0.seed, 2 * number + 1).at(0),
            };
            let stats = target.stats(&scale, &weights);
            let rows = (0..data.rows() as u32).filter(|&row| weights[row as usize] > 0).collect();
            let deep = DeepData { bins: &bins, columns: &columns, scale: &scale, stats: &stats };
            grow_deep(deep, &rules, rows, |sums| target.leaf_mean(&scale, sums))
        };
        let trees = (0..self.0.trees).into_par_iter().with_max_len(1).map(grow).collect();
        ForestModel::new(TrainedOn::of(data), self.0.clone(), trees)
    }
}

/// A fitted random forest.
#[derive(Debug, Clone, PartialEq)]
pub struct ForestModel {
    trained_on: TrainedOn,
    params: ForestParams,
    trees: Vec<Tree>,
    /// The mean over trees and their training rows, from the trees.
    base: f64,
}

impl ForestModel {
    fn new(trained_on: TrainedOn, params: ForestParams, trees: Vec<Tree>) -> Result<Self, ModelError> {
        let mut sum = 0.0;
        for tree in &trees {
            sum += tree.mean_value();
        }
        let base = sum / trees.len() as f64;
        if !base.is_finite() {
            return Err(ModelError::NotFinite { what: "the mean of a forest", value: base });
        }
        Ok(Self { trained_on, params, trees, base })
    }

    /// How many leaves all its trees have.
    pub fn leaves(&self) -> usize {
        self.trees.iter().map(Tree::leaves).sum()
    }

    pub(crate) fn parts(&self) -> Parts<'_> {
        let trees = self.trees.iter().map(|tree| tree.parts(&self.trained_on.schema)).collect();
        let output = if self.is_binary() { Output::Probability { clip: 0.0 } } else { Output::Margin };
        Parts::Trees { start: 0.0, mean: true, trees, output }
    }

    fn is_binary(&self) -> bool {
        matches!(self.trained_on.target, TargetKind::Binary { .. })
    }

    fn mean(&self, row: &[i64]) -> f64 {
        let mut sum = 0.0;
        for tree in &self.trees {
            sum += tree.value(row);
        }
        sum / self.trees.len() as f64
    }

    fn margin_of_mean(&self, mean: f64) -> Result<f64, ModelError> {
        let margin = if self.is_binary() { log_odds(mean) } else { mean };
        if margin.is_finite() {
            return Ok(margin);
        }
        Err(ModelError::NotFinite { what: "a margin", value: margin })
    }
}

impl Body for ForestModel {
    const KIND: u8 = 4;

    fn trained_on(&self) -> &TrainedOn {
        &self.trained_on
    }

    /// `trees u32 ‖ depth_max u16 ‖ min_rows_leaf u32 ‖ features_a_node u16 ‖ bins_max u16 ‖ positive_weight_ppm u32 ‖
    /// seed u64 ‖ trees`; the leaves of a binary target hold probabilities above 0 and below 1.
    fn write(&self, out: &mut Writer) {
        out.u32(self.params.trees);
        out.u16(self.params.depth_max);
        out.u32(self.params.min_rows_leaf);
        out.u16(self.params.features_a_node);
        out.u16(self.params.bins_max);
        out.u32(self.params.positive_weight_ppm);
        out.u64(self.params.seed);
        for tree in &self.trees {
            tree.write(&self.trained_on.schema, out);
        }
    }

    fn read(trained_on: TrainedOn, input: &mut Reader<'_>) -> Result<Self, ModelError> {
        let params = ForestParams {
            trees: input.u32()?,
            depth_max: input.u16()?,
            min_rows_leaf: input.u32()?,
            features_a_node: input.u16()?,
            bins_max: input.u16()?,
            positive_weight_ppm: input.u32()?,
            seed: input.u64()?,
        };
        let params = params.check()?.0;
        let trees: Result<Vec<Tree>, ModelError> =
            (0..params.trees).map(|_| Tree::read(&trained_on.schema, input)).collect();
        let model = Self::new(trained_on, params, trees?)?;
        let probability = |node: &Node| match node {
            Node::Leaf { value } => *value > 0.0 && *value < 1.0,
            _ => true,
        };
        if model.is_binary() && !model.trees.iter().all(|tree| tree.nodes.iter().all(probability)) {
            return Err(input.error("a leaf's probability is not between 0 and 1"));
        }
        Ok(model)
    }
}

impl Predict for ForestModel {
    fn trained_on(&self) -> &TrainedOn {
        &self.trained_on
    }

    fn margin(&self, row: &[i64]) -> Result<f64, ModelError> {
        self.trained_on.schema.check_row(row)?;
        self.margin_of_mean(self.mean(row))
    }

    fn explain(&self, row: &[i64]) -> Result<Vec<f64>, ModelError> {
        self.trained_on.schema.check_row(row)?;
        let mut out = vec![0.0; row.len()];
        let share = 1.0 / self.trees.len() as f64;
        for tree in &self.trees {
            add_shap(tree, row, share, &mut out);
        }
        if self.is_binary() {
            let moved = self.mean(row) - self.base;
            let factor = if moved == 0.0 {
                // The slope of the log-odds there.
                1.0 / (self.base * (1.0 - self.base))
            } else {
                (self.margin(row)? - self.base_margin()) / moved
            };
            for value in &mut out {
                *value *= factor;
            }
        }
        Ok(out)
    }

    fn base_margin(&self) -> f64 {
        if self.is_binary() { log_odds(self.base) } else { self.base }
    }

    /// Tree by tree over a chunk of rows, as trees are larger than a cache; each row adds in the order of
    /// [`Predict::margin`].
    fn margins(&self, data: &Dataset<'_>) -> Result<Vec<f64>, ModelError> {
        if data.schema() != &self.trained_on.schema {
            return Err(ModelError::OtherSchema);
        }
        let chunks: Result<Vec<Vec<f64>>, ModelError> = data
            .chunks()
            .into_par_iter()
            .map(|rows| {
                let mut sums = vec![0.0; rows.len()];
                for tree in &self.trees {
                    for (sum, row) in sums.iter_mut().zip(rows.clone()) {
                        *sum += tree.value(data.row(row));
                    }
                }
                sums.into_iter().map(|sum| self.margin_of_mean(sum / self.trees.len() as f64)).collect()
            })
            .collect();
        Ok(chunks?.concat())
    }
}
