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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::splitmix64;

    const FEATURES: usize = 5;

    /// Appends a tree of random tests (a feature may occur again further down) and random numbers of rows.
    fn grow(tree: &mut Tree, seed: u64, depth: u32) {
        let draw = |slot: u64, span: u64| splitmix64(seed, slot) % span;
        let at = tree.nodes.len();
        if depth == 0 || draw(0, 8) == 0 {
            tree.nodes.push(Node::Leaf { value: draw(1, 1000) as f64 / 8.0 - 60.0 });
            tree.rows.push(1 + draw(2, 50) as u32);
            return;
        }
        let feature = draw(3, FEATURES as u64) as u16;
        let threshold = draw(4, 9) as i64;
        tree.nodes.push(Node::Numeric { threshold, right: 0, feature, missing_left: draw(5, 2) == 0 });
        tree.rows.push(0);
        grow(tree, splitmix64(seed, 6), depth - 1);
        let right = tree.nodes.len();
        crate::trees::tree::set_right(&mut tree.nodes[at], right);
        grow(tree, splitmix64(seed, 7), depth - 1);
    }

    /// The worth of a set of features, by its definition.
    fn worth(tree: &Tree, at: usize, row: &[i64], set: u32) -> f64 {
        let node = tree.nodes[at];
        match node {
            Node::Leaf { value } => value,
            Node::Numeric { right, feature, .. } | Node::Categorical { right, feature, .. } => {
                let right = right as usize;
                if set >> feature & 1 == 1 {
                    let child = if tree.goes_left(node, row) { at + 1 } else { right };
                    return worth(tree, child, row, set);
                }
                let rows = |at: usize| f64::from(tree.rows[at]);
                (rows(at + 1) * worth(tree, at + 1, row, set) + rows(right) * worth(tree, right, row, set))
                    / rows(at)
            }
        }
    }

    /// φ = Σ over sets S of the other features: |S|! (n − |S| − 1)! / n! · (worth with it − worth without).
    fn shapley(tree: &Tree, row: &[i64], feature: usize) -> f64 {
        let factorial = |k: usize| (1..=k).product::<usize>() as f64;
        let mut sum = 0.0;
        for set in (0..1u32 << FEATURES).filter(|set| set >> feature & 1 == 0) {
            let size = set.count_ones() as usize;
            let weight = factorial(size) * factorial(FEATURES - size - 1) / factorial(FEATURES);
            sum += weight * (worth(tree, 0, row, set | 1 << feature) - worth(tree, 0, row, set));
        }
        sum
    }

    #[test]
    fn values_are_those_of_the_definition() {
        for seed in 0..60 {
            let mut tree = Tree { nodes: Vec::new(), rows: Vec::new(), words: Vec::new() };
            grow(&mut tree, seed, 1 + seed as u32 % 7);
            tree.add_up_rows();
            for number in 0..6 {
                let mut row: Vec<i64> = (0..FEATURES as u64)
                    .map(|f| (splitmix64(seed, 100 + number * 8 + f) % 10) as i64)
                    .collect();
                if number == 0 {
                    row[1] = crate::MISSING;
                }
                let mut got = vec![0.0; FEATURES];
                add_shap(&tree, &row, 2.0, &mut got);
                for (feature, got) in got.into_iter().enumerate() {
                    let want = 2.0 * shapley(&tree, &row, feature);
                    assert!((got - want).abs() < 1e-9, "seed {seed}, feature {feature}: {got} and {want}");
                }
                assert!((worth(&tree, 0, &row, 0) - tree.mean_value()).abs() < 1e-9);
            }
        }
    }
}
