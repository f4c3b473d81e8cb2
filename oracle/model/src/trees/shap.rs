//! Exact Shapley values of a tree's prediction: TreeSHAP, path-dependent (Lundberg, Erion and Lee 2018, algorithm 2).
//!
//! The game: the worth of a set of features is the tree's value if only they are known, where a test of an unknown feature
//! follows both children in proportion to their training rows. The Shapley values of all features and the mean value over
//! the training rows add up to the prediction.

use super::tree::{Node, Tree};

/// A feature on the way to a node.
#[derive(Debug, Clone, Copy)]
struct Step {
    feature: usize,
    /// Share of the rows that come this way if the feature is unknown.
    unknown: f64,
    /// 1 if the explained row comes this way, else 0.
    known: f64,
    /// Summed weight of all sets of as many features as the step's index.
    weight: f64,
}

/// Stands for no feature, at the beginning of a path.
const NO_FEATURE: usize = usize::MAX;

/// Adds the tree's Shapley values, times `factor`, to `out`, which has an entry a feature.
pub(crate) fn add_shap(tree: &Tree, row: &[i64], factor: f64, out: &mut [f64]) {
    let mut walk = Walk { tree, row, factor, out };
    walk.visit(0, &[], Step { feature: NO_FEATURE, unknown: 1.0, known: 1.0, weight: 0.0 });
}

struct Walk<'a> {
    tree: &'a Tree,
    row: &'a [i64],
    factor: f64,
    out: &'a mut [f64],
}

impl Walk<'_> {
    /// As deep as the tree, at most [`super::TREE_DEPTH_MAX`].
    fn visit(&mut self, at: usize, before: &[Step], step: Step) {
        let mut path = Vec::with_capacity(before.len() + 2);
        path.extend_from_slice(before);
        extend(&mut path, step);
        let node = self.tree.nodes[at];
        let (right, feature) = match node {
            Node::Leaf { value } => {
                for index in 1..path.len() {
                    let Step { feature, unknown, known, .. } = path[index];
                    self.out[feature] +=
                        self.factor * (unwound_sum(&path, index) * (known - unknown) * value);
                }
                return;
            }
            Node::Numeric { right, feature, .. } | Node::Categorical { right, feature, .. } => {
                (right as usize, usize::from(feature))
            }
        };
        let (mut unknown, mut known) = (1.0, 1.0);
        if let Some(index) = path.iter().position(|step| step.feature == feature) {
            (unknown, known) = (path[index].unknown, path[index].known);
            unwind(&mut path, index);
        }
        let goes_left = self.tree.goes_left(node, self.row);
        for (child, comes) in [(at + 1, goes_left), (right, !goes_left)] {
            let share = f64::from(self.tree.rows[child]) / f64::from(self.tree.rows[at]);
            let step = Step {
                feature,
                unknown: unknown * share,
                known: if comes { known } else { 0.0 },
                weight: 0.0,
            };
            self.visit(child, &path, step);
        }
    }
}

/// EXTEND of the paper: one feature more on the path.
fn extend(path: &mut Vec<Step>, step: Step) {
    let last = path.len();
    path.push(Step { weight: if last == 0 { 1.0 } else { 0.0 }, ..step });
    let size = (last + 1) as f64;
    for index in (0..last).rev() {
        let weight = path[index].weight;
        path[index + 1].weight += step.known * weight * (index + 1) as f64 / size;
        path[index].weight = step.unknown * weight * (last - index) as f64 / size;
    }
}

/// UNWIND of the paper: takes a feature off the path again.
fn unwind(path: &mut Vec<Step>, at: usize) {
    let last = path.len() - 1;
    let size = (last + 1) as f64;
    let Step { unknown, known, .. } = path[at];
    let mut next = path[last].weight;
    for index in (0..last).rev() {
        if known == 0.0 {
            path[index].weight *= size / (unknown * (last - index) as f64);
        } else {
            let weight = path[index].weight;
            path[index].weight = next * size / ((index + 1) as f64 * known);
            next = weight - path[index].weight * unknown * (last - index) as f64 / size;
        }
    }
    for index in at..last {
        let Step { feature, unknown, known, .. } = path[index + 1];
        path[index] = Step { feature, unknown, known, weight: path[index].weight };
    }
    path.pop();
}

/// The sum of the weights that [`unwind`] would leave.
fn unwound_sum(path: &[Step], at: usize) -> f64 {
    let last = path.len() - 1;
    let size = (last + 1) as f64;
    let Step { unknown, known, .. } = path[at];
    let mut next = path[last].weight;
    let mut sum = 0.0;
    for index in (0..last).rev() {
        if known == 0.0 {
            sum += path[index].weight * size / (unknown * (last - index) as f64);
        } else {
            let weight = next * size / ((index + 1) as f64 * known);
            sum += weight;
            next = path[index].weight - weight * unknown * (last - index) as f64 / size;
        }
    }
    sum
}
