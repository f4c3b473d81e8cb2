//! A finished tree: tests of raw values in preorder, a value in every leaf.

use super::bins::{FeatureBins, MISSING_BIN};
use super::split::Split;
use crate::{FEATURE_ABS_MAX, FeatureKind, FeatureSchema, MISSING, TreeNode};

/// Deepest a tree may be: tests on the way to a leaf.
pub const TREE_DEPTH_MAX: u16 = 64;

/// One node; the left child of an inner node is the next one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Node {
    /// The end of a path.
    Leaf { value: f64 },
    /// Values up to the threshold go left.
    Numeric { threshold: i64, right: u32, feature: u16, missing_left: bool },
    /// Categories of the set go left: bit c of the words from `set` on.
    Categorical { set: u32, right: u32, feature: u16, missing_left: bool },
}

/// A tree of at least one leaf.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tree {
    pub(super) nodes: Vec<Node>,
    /// Training rows that reached each node.
    pub(super) rows: Vec<u32>,
    /// Words of the sets of categories.
    pub(super) words: Vec<u64>,
}

/// Words of a set of categories.
pub(super) fn words_of(levels: u16) -> usize {
    usize::from(levels).div_ceil(64)
}

impl Tree {
    /// Does a value go left at an inner node? The row must be one of the schema's, as [`crate::Dataset`] or
    /// `FeatureSchema::check_row` assures.
    #[inline(always)]
    pub(super) fn goes_left(&self, node: Node, row: &[i64]) -> bool {
        match node {
            Node::Leaf { .. } => false,
            Node::Numeric { threshold, feature, missing_left, .. } => {
                let value = row[usize::from(feature)];
                if value == MISSING { missing_left } else { value <= threshold }
            }
            Node::Categorical { set, feature, missing_left, .. } => {
                let value = row[usize::from(feature)];
                if value == MISSING {
                    missing_left
                } else {
                    self.words[set as usize + (value >> 6) as usize] >> (value & 63) & 1 == 1
                }
            }
        }
    }

    /// The value of the leaf that a row ends in.
    #[inline]
    pub(crate) fn value(&self, row: &[i64]) -> f64 {
        let mut at = 0;
        loop {
            let node = self.nodes[at];
            at = match node {
                Node::Leaf { value } => return value,
                Node::Numeric { right, .. } | Node::Categorical { right, .. } => {
                    if self.goes_left(node, row) { at + 1 } else { right as usize }
                }
            };
        }
    }

    /// The nodes as others read them.
    pub(super) fn parts(&self, schema: &FeatureSchema) -> Vec<TreeNode> {
        let part = |node: &Node| match *node {
            Node::Leaf { value } => TreeNode::Leaf { value },
            Node::Numeric { threshold, right, feature, missing_left } => {
                TreeNode::Number { feature: feature.into(), threshold, missing_left, right: right as usize }
            }
            Node::Categorical { set, right, feature, missing_left } => {
                let levels = match schema.kinds()[usize::from(feature)] {
                    FeatureKind::Categorical { levels } => levels,
                    FeatureKind::Numeric => 0,
                };
                let goes_left = |c: &u16| self.words[set as usize + usize::from(c >> 6)] >> (c & 63) & 1 == 1;
                TreeNode::Category {
                    feature: feature.into(),
                    left: (0..levels).filter(goes_left).collect(),
                    missing_left,
                    right: right as usize,
                }
            }
        };
        self.nodes.iter().map(part).collect()
    }

    /// The mean of the leaves' values over the training rows.
    pub(crate) fn mean_value(&self) -> f64 {
        let mut sum = 0.0;
        for (node, &rows) in self.nodes.iter().zip(&self.rows) {
            if let Node::Leaf { value } = node {
                sum += value * f64::from(rows);
            }
        }
        // A tree has a root, and every leaf a row.
        sum / f64::from(self.rows[0])
    }

    /// How many leaves there are.
    pub(crate) fn leaves(&self) -> usize {
        self.nodes.iter().filter(|node| matches!(node, Node::Leaf { .. })).count()
    }
}

/// A node of a tree that still grows.
#[derive(Debug, Clone)]
enum Draft {
    Leaf { rows: u32, value: f64 },
    Inner { split: Box<Split>, left: usize, right: usize },
}

/// A tree that still grows: leaves become inner nodes.
#[derive(Debug)]
pub(crate) struct Sketch(Vec<Draft>);

impl Sketch {
    /// A single leaf, node 0.
    pub(crate) fn new(rows: u32) -> Self {
        Self(vec![Draft::Leaf { rows, value: 0.0 }])
    }

    /// Makes the leaf `node` an inner one and returns its two leaves, which hold these numbers of rows.
    pub(crate) fn split(&mut self, node: usize, split: Split, rows: [u32; 2]) -> [usize; 2] {
        let left = self.0.len();
        self.0.push(Draft::Leaf { rows: rows[0], value: 0.0 });
        self.0.push(Draft::Leaf { rows: rows[1], value: 0.0 });
        self.0[node] = Draft::Inner { split: Box::new(split), left, right: left + 1 };
        [left, left + 1]
    }

    /// How many nodes there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The split of an inner node and its children, left and right, which come after it; `None` for a leaf.
    pub(crate) fn inner(&self, node: usize) -> Option<(&Split, [usize; 2])> {
        match &self.0[node] {
            Draft::Leaf { .. } => None,
            Draft::Inner { split, left, right } => Some((split, [*left, *right])),
        }
    }

    /// Sets the value of a leaf.
    pub(crate) fn set_value(&mut self, node: usize, new: f64) {
        if let Draft::Leaf { value, .. } = &mut self.0[node] {
            *value = crate::math::canonical(new);
        }
    }

    /// The tree, with tests of raw values in place of bins.
    pub(crate) fn finish(self, bins: &[FeatureBins]) -> Tree {
        let mut tree = Tree { nodes: Vec::with_capacity(self.0.len()), rows: Vec::new(), words: Vec::new() };
        // Nodes to write, with the inner node whose right child they are.
        let mut open = vec![(0usize, None)];
        while let Some((draft, parent)) = open.pop() {
            let here = tree.nodes.len();
            if let Some(parent) = parent {
                set_right(&mut tree.nodes[parent], here);
            }
            match &self.0[draft] {
                Draft::Leaf { rows, value } => {
                    tree.nodes.push(Node::Leaf { value: *value });
                    tree.rows.push(*rows);
                }
                Draft::Inner { split, left, right } => {
                    let node = raw_test(split, &bins[split.feature], &mut tree.words);
                    tree.nodes.push(node);
                    tree.rows.push(0);
                    open.push((*right, Some(here)));
                    open.push((*left, None));
                }
            }
        }
        tree.add_up_rows();
        tree
    }
}

impl Tree {
    /// Sets the rows of inner nodes to the sum of their children's. Children come after their parents.
    pub(super) fn add_up_rows(&mut self) {
        for at in (0..self.nodes.len()).rev() {
            if let Node::Numeric { right, .. } | Node::Categorical { right, .. } = self.nodes[at] {
                self.rows[at] = self.rows[at + 1].saturating_add(self.rows[right as usize]);
            }
        }
    }
}

/// Points an inner node at its right child.
pub(super) fn set_right(node: &mut Node, to: usize) {
    if let Node::Numeric { right, .. } | Node::Categorical { right, .. } = node {
        // Fewer nodes than twice the rows.
        *right = to as u32;
    }
}

fn raw_test(split: &Split, bins: &FeatureBins, words: &mut Vec<u64>) -> Node {
    // FEATURES_MAX is below 2^16.
    let feature = split.feature as u16;
    let missing_left = split.left_codes.contains(MISSING_BIN);
    match bins {
        FeatureBins::Numeric { uppers } => {
            // Behind the last bin only missing values go right.
            let threshold = uppers.get(usize::from(split.last_bin)).copied().unwrap_or(FEATURE_ABS_MAX);
            Node::Numeric { threshold, right: 0, feature, missing_left }
        }
        FeatureBins::Categorical { codes, .. } => {
            let set = words.len();
            words.resize(set + codes.len().div_ceil(64), 0);
            for (category, &code) in codes.iter().enumerate() {
                if split.left_codes.contains(code) {
                    words[set + category / 64] |= 1 << (category % 64);
                }
            }
            Node::Categorical { set: set as u32, right: 0, feature, missing_left }
        }
    }
}
