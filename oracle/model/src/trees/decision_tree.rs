//! A single tree, for probabilities (Gini impurity) or values (variance) (Breiman, Friedman, Olshen and Stone 1984).
//!
//! Splitting by the variance of 0/1 labels is splitting by Gini impurity: both gain `Σ (Σy)²/n` over the children less the
//! node's own. A leaf of a binary target holds the log-odds of `(positives + prior) / (rows + 1)`, where `prior` is the
//! share of positives among all training rows by Laplace's rule: one row's worth of prior keeps them finite.

use crate::codec::{Body, Reader, Writer};
use crate::traits::in_range;
use crate::trees::deep::{DeepData, DeepRules, grow_deep};
use crate::trees::fit_data::{DeepTarget, deep_split_rules};
use crate::trees::shap::add_shap;
use crate::trees::tree::Tree;
use crate::trees::{BINS, Bins, Columns, TREE_DEPTH_MAX};
use crate::{Dataset, Fit, ModelError, Output, ParamGuard, Parts, Predict, TrainedOn, class_weight};
use serde::{Deserialize, Serialize};

/// Unchecked hyper-parameters of a decision tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TreeParams {
    /// Most tests on the way to a leaf, 1 to [`TREE_DEPTH_MAX`].
    pub depth_max: u16,
    /// Fewest training rows of a leaf, at least 1.
    pub min_rows_leaf: u32,
    /// Most bins a feature, 2 to 255; features of no more distinct values are split exactly.
    pub bins_max: u16,
    /// Weight of a row labelled 1 in millionths, 1 to 10^9, where one labelled 0 has 10^6.
    pub positive_weight_ppm: u32,
}

impl Default for TreeParams {
    fn default() -> Self {
        Self { depth_max: 6, min_rows_leaf: 40, bins_max: 255, positive_weight_ppm: class_weight::UNIT_PPM }
    }
}

/// Hyper-parameters within their ranges; made by [`TreeParams::check`] alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedTreeParams(TreeParams);

impl ParamGuard for TreeParams {
    type Checked = CheckedTreeParams;

    fn check(self) -> Result<CheckedTreeParams, ModelError> {
        let (depth, bins) = (u32::from(self.depth_max), u32::from(self.bins_max));
        in_range("depth_max", depth, 1, u32::from(TREE_DEPTH_MAX), "1 to 64")?;
        in_range("min_rows_leaf", self.min_rows_leaf, 1, 1 << 24, "1 to 16777216")?;
        in_range("bins_max", bins, 2, BINS as u32 - 1, "2 to 255")?;
        class_weight::check(self.positive_weight_ppm)?;
        Ok(CheckedTreeParams(self))
    }
}

impl CheckedTreeParams {
    /// The checked values.
    pub fn values(&self) -> &TreeParams {
        &self.0
    }
}

impl Fit for CheckedTreeParams {
    type Model = TreeModel;

    fn fit(&self, data: &Dataset<'_>) -> Result<TreeModel, ModelError> {
        let target = DeepTarget::of("a decision tree", data, self.0.positive_weight_ppm)?;
        let scale = target.scale(data.rows(), 1);
        let stats = target.stats(&scale, &vec![1; data.rows()]);
        let bins = Bins::measure(data, usize::from(self.0.bins_max));
        let columns = Columns::encode(data, &bins);
        let rules = DeepRules {
            split: deep_split_rules(self.0.min_rows_leaf),
            depth_max: self.0.depth_max,
            features_a_node: data.schema().len(),
            seed: 0,
        };
        let deep = DeepData { bins: &bins, columns: &columns, scale: &scale, stats: &stats };
        // At most TREE_ROWS_MAX rows.
        let rows = (0..data.rows() as u32).collect();
        let tree = grow_deep(deep, &rules, rows, |sums| target.leaf_margin(&scale, sums));
        TreeModel::new(TrainedOn::of(data), self.0.clone(), tree)
    }
}

/// A fitted decision tree.
#[derive(Debug, Clone, PartialEq)]
pub struct TreeModel {
    trained_on: TrainedOn,
    params: TreeParams,
    tree: Tree,
    /// The mean over the training rows, from the tree.
    base_margin: f64,
}

impl TreeModel {
    fn new(trained_on: TrainedOn, params: TreeParams, tree: Tree) -> Result<Self, ModelError> {
        let base_margin = tree.mean_value();
        if !base_margin.is_finite() {
            return Err(ModelError::NotFinite { what: "a margin", value: base_margin });
        }
        Ok(Self { trained_on, params, tree, base_margin })
    }

    /// How many leaves it has.
    pub fn leaves(&self) -> usize {
        self.tree.leaves()
    }

    pub(crate) fn parts(&self) -> Parts<'_> {
        let trees = vec![self.tree.parts(&self.trained_on.schema)];
        Parts::Trees { start: 0.0, mean: false, trees, output: Output::Margin }
    }
}

impl Body for TreeModel {
    const KIND: u8 = 3;

    fn trained_on(&self) -> &TrainedOn {
        &self.trained_on
    }

    /// `depth_max u16 ‖ min_rows_leaf u32 ‖ bins_max u16 ‖ positive_weight_ppm u32 ‖ tree`.
    fn write(&self, out: &mut Writer) {
        out.u16(self.params.depth_max);
        out.u32(self.params.min_rows_leaf);
        out.u16(self.params.bins_max);
        out.u32(self.params.positive_weight_ppm);
        self.tree.write(&self.trained_on.schema, out);
    }

    fn read(trained_on: TrainedOn, input: &mut Reader<'_>) -> Result<Self, ModelError> {
        let params = TreeParams {
            depth_max: input.u16()?,
            min_rows_leaf: input.u32()?,
            bins_max: input.u16()?,
            positive_weight_ppm: input.u32()?,
        };
        let params = params.check()?.0;
        let tree = Tree::read(&trained_on.schema, input)?;
        Self::new(trained_on, params, tree)
    }
}

impl Predict for TreeModel {
    fn trained_on(&self) -> &TrainedOn {
        &self.trained_on
    }

    fn margin(&self, row: &[i64]) -> Result<f64, ModelError> {
        self.trained_on.schema.check_row(row)?;
        Ok(self.tree.value(row))
    }

    fn explain(&self, row: &[i64]) -> Result<Vec<f64>, ModelError> {
        self.trained_on.schema.check_row(row)?;
        let mut out = vec![0.0; row.len()];
        add_shap(&self.tree, row, 1.0, &mut out);
        Ok(out)
    }

    fn base_margin(&self) -> f64 {
        self.base_margin
    }
}
