//! A fitted model taken apart, for whoever writes it in another format: everything a prediction is computed from, and nothing
//! that it is not.

use crate::{Activation, Calibrator, Encoder, Model};

/// What a model computes its margin from.
#[derive(Debug)]
pub enum Parts<'a> {
    /// The same margin for every row.
    Constant {
        /// The margin.
        margin: f64,
    },
    /// `intercept + Σ weight · column` over encoded columns.
    Sum {
        /// How features become columns.
        encoder: &'a Encoder,
        /// The sum for columns of 0.
        intercept: f64,
        /// One weight a column.
        weights: &'a [f64],
        /// What the sum is.
        output: Output,
    },
    /// `start + Σ tree` or the mean of the trees, each of which gives the value of one leaf.
    Trees {
        /// Added to the trees; 0 for a mean.
        start: f64,
        /// Whether the trees' values are averaged rather than added.
        mean: bool,
        /// The trees, each with its nodes in preorder.
        trees: Vec<Vec<TreeNode>>,
        /// What the number is.
        output: Output,
    },
    /// `centre + spread · mean output` of networks over encoded columns, in single precision up to the mean.
    Networks {
        /// How features become columns.
        encoder: &'a Encoder,
        /// The margin of an output of 0.
        centre: f64,
        /// Margin per unit of output.
        spread: f64,
        /// Of every hidden layer.
        activation: Activation,
        /// Per network its layers from the inputs on; the last has one output and no activation.
        networks: Vec<Vec<Layer>>,
    },
    /// A curve over the margin of another model.
    Calibrated {
        /// The model before the curve.
        inner: &'a Model,
        /// The curve.
        calibrator: &'a Calibrator,
    },
}

/// What the number that a model computes first is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Output {
    /// The margin: log-odds of a binary target, the value of a real one.
    Margin,
    /// The probability of a binary target, whose log-odds are the margin. It is clipped to [clip, 1 − clip] first.
    Probability {
        /// 0 if it needs no clipping.
        clip: f64,
    },
}

/// A node of a tree; the left child of a test is the next node.
#[derive(Debug, Clone, PartialEq)]
pub enum TreeNode {
    /// The end of a path.
    Leaf {
        /// What the tree gives.
        value: f64,
    },
    /// Values up to the threshold go left.
    Number {
        /// The feature, in schema order.
        feature: usize,
        /// The largest value that goes left.
        threshold: i64,
        /// Whether a missing value goes left.
        missing_left: bool,
        /// Place of the right child among the nodes.
        right: usize,
    },
    /// Some categories go left.
    Category {
        /// The feature, in schema order.
        feature: usize,
        /// The categories that go left, rising.
        left: Vec<u16>,
        /// Whether a missing value goes left.
        missing_left: bool,
        /// Place of the right child among the nodes.
        right: usize,
    },
}

/// A fully connected layer: `inputs · weights + biases`.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// How many inputs.
    pub inputs: usize,
    /// How many outputs.
    pub outputs: usize,
    /// Row-major, inputs × outputs.
    pub weights: Vec<f32>,
    /// One an output.
    pub biases: Vec<f32>,
}

/// How an encoder brings one feature to columns; a missing value gives 0 in all of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ScaleParts<'a> {
    /// One column, `(x − centre) / spread`.
    Linear {
        /// What becomes 0.
        centre: f64,
        /// What becomes 1 above that; positive.
        spread: f64,
    },
    /// One column: the rank of a value among the knots, spread evenly over ± [`ScaleParts::QUANTILE_HALF_WIDTH`]. A value equal
    /// to knots i to j has rank (i + j) / 2, one between two knots is interpolated, one beyond them has the rank of the end.
    Quantile {
        /// From the smallest to the largest; they may repeat. At least one.
        knots: &'a [i64],
    },
    /// A column a category, 1 in that of the value.
    OneHot {
        /// How many categories.
        levels: u16,
    },
}

impl ScaleParts<'_> {
    /// Half the width of a uniform distribution with variance 1: √3.
    pub const QUANTILE_HALF_WIDTH: f64 = crate::encoder::UNIFORM_HALF_WIDTH;
}

impl Model {
    /// What its predictions are computed from.
    pub fn parts(&self) -> Parts<'_> {
        match self {
            Self::Prior(model) => Parts::Constant { margin: model.trained_on.prior_margin() },
            Self::Logistic(model) => model.parts(),
            Self::Linear(model) => model.parts(),
            Self::Tree(model) => model.parts(),
            Self::Forest(model) => model.parts(),
            Self::Gbdt(model) => model.parts(),
            Self::Mlp(model) => model.parts(),
            Self::Calibrated(model) => {
                Parts::Calibrated { inner: model.inner(), calibrator: model.calibrator() }
            }
        }
    }
}
