//! Trees as one `TreeEnsemble` (ai.onnx.ml 5), all in double precision: thresholds are integers below 2^53, so that every row
//! takes the same side as in the model.

use attention_model::TreeNode;

use super::graph::{Graph, Value, double_bytes, int, ints, tensor};
use super::messages::{DOUBLE, UINT8};
use super::{ML_DOMAIN, constant_column};
use crate::ExportError;
use crate::onnx::input::Rows;

/// `value <= split`.
const BRANCH_LEQ: u8 = 0;
/// The value is one of a set.
const BRANCH_MEMBER: u8 = 6;
/// Aggregation by sum.
const SUM: i64 = 1;
/// Most categories in the sets of all nodes together: 1 GiB of doubles.
const MEMBERS_MAX: usize = 1 << 27;

/// `start + Σ tree`, or the mean of the trees: a matrix of one column.
pub(super) fn ensemble(
    graph: &mut Graph,
    rows: &Rows,
    start: f64,
    mean: bool,
    trees: &[Vec<TreeNode>],
) -> Result<Value, ExportError> {
    let mut writer = Writer::default();
    let mut constant = start;
    for tree in trees {
        match tree.as_slice() {
            [TreeNode::Leaf { value }] => constant += value,
            nodes => writer.tree(nodes)?,
        }
    }
    let mut sum = if writer.roots.is_empty() {
        constant_column(graph, rows, constant)
    } else {
        let values = writer.step(graph, &rows.integers);
        let constant = graph.double(constant);
        graph.op("Add", &[&values, &constant])
    };
    if mean {
        let count = graph.double(trees.len() as f64);
        sum = graph.op("Div", &[&sum, &count]);
    }
    Ok(sum)
}

/// The attributes as they grow, one entry a test.
#[derive(Default)]
struct Writer {
    roots: Vec<i64>,
    features: Vec<i64>,
    modes: Vec<u8>,
    splits: Vec<f64>,
    missing_true: Vec<i64>,
    /// Of the children for a true and a false test: places among the tests or the leaves, and whether among the leaves.
    places: [Vec<i64>; 2],
    are_leaves: [Vec<i64>; 2],
    /// The sets of the tests of membership, each followed by NaN.
    members: Vec<f64>,
    leaves: Vec<f64>,
}

impl Writer {
    /// Adds a tree of more than a leaf.
    fn tree(&mut self, nodes: &[TreeNode]) -> Result<(), ExportError> {
        let tests = self.features.len();
        self.roots.push(tests as i64);
        // The place of each node among the tests or the leaves.
        let (mut test, mut leaf) = (tests as i64, self.leaves.len() as i64);
        let mut places = Vec::with_capacity(nodes.len());
        for node in nodes {
            let (next, is_leaf) = match node {
                TreeNode::Leaf { .. } => (&mut leaf, 1),
                TreeNode::Number { .. } | TreeNode::Category { .. } => (&mut test, 0),
            };
            places.push((*next, is_leaf));
            *next += 1;
        }
        for (at, node) in nodes.iter().enumerate() {
            match node {
                TreeNode::Leaf { value } => self.leaves.push(*value),
                TreeNode::Number { feature, threshold, missing_left, right } => {
                    // Within ± 2^31.
                    let children = [places[at + 1], places[*right]];
                    self.test(*feature, BRANCH_LEQ, *threshold as f64, *missing_left, children);
                }
                TreeNode::Category { feature, left, missing_left, right } => {
                    let children = [places[at + 1], places[*right]];
                    if left.is_empty() {
                        // All categories are at least 0: only missing values can go left.
                        self.test(*feature, BRANCH_LEQ, -1.0, *missing_left, children);
                        continue;
                    }
                    self.test(*feature, BRANCH_MEMBER, 0.0, *missing_left, children);
                    self.members.extend(left.iter().map(|&category| f64::from(category)));
                    self.members.push(f64::NAN);
                    if self.members.len() > MEMBERS_MAX {
                        let (what, got) = ("categories in tests", self.members.len());
                        return Err(ExportError::TooLarge { what, got, limit: MEMBERS_MAX });
                    }
                }
            }
        }
        Ok(())
    }

    fn test(&mut self, feature: usize, mode: u8, split: f64, missing_true: bool, children: [(i64, i64); 2]) {
        // At most FEATURES_MAX.
        self.features.push(feature as i64);
        self.modes.push(mode);
        self.splits.push(split);
        self.missing_true.push(i64::from(missing_true));
        for (side, (place, is_leaf)) in children.into_iter().enumerate() {
            self.places[side].push(place);
            self.are_leaves[side].push(is_leaf);
        }
    }

    /// The step; gives a matrix of one column.
    fn step(self, graph: &mut Graph, integers: &Value) -> Value {
        let (tests, leaves, members) = (self.modes.len(), self.leaves.len(), self.members.len());
        let [true_places, false_places] = self.places;
        let [true_leaves, false_leaves] = self.are_leaves;
        let mut attributes = vec![
            int("aggregate_function", SUM),
            int("n_targets", 1),
            int("post_transform", 0),
            ints("tree_roots", self.roots),
            ints("nodes_featureids", self.features),
            tensor("nodes_modes", UINT8, tests, self.modes),
            tensor("nodes_splits", DOUBLE, tests, double_bytes(&self.splits)),
            ints("nodes_missing_value_tracks_true", self.missing_true),
            ints("nodes_truenodeids", true_places),
            ints("nodes_trueleafs", true_leaves),
            ints("nodes_falsenodeids", false_places),
            ints("nodes_falseleafs", false_leaves),
            ints("leaf_targetids", vec![0; leaves]),
            tensor("leaf_weights", DOUBLE, leaves, double_bytes(&self.leaves)),
        ];
        if members > 0 {
            attributes.push(tensor("membership_values", DOUBLE, members, double_bytes(&self.members)));
        }
        graph.step(ML_DOMAIN, "TreeEnsemble", &[integers], attributes)
    }
}
