//! Growing a tree depth first by chosen features at every node; for the decision tree and the forest.
//!
//! There may be tens of thousands of leaves, each node may see other features, and a forest grows one tree a thread: so
//! nothing is kept from a parent, and histograms are made of the columns that a node looks at.

use super::bins::{BINS, Bins, Columns};
use super::partition::partition;
use super::split::{Bounds, Monotone, Node, Split, SplitRules, better};
use super::sums::{RowStats, Scale, Sums};
use super::tree::{Sketch, Tree};
use crate::{CounterRng, splitmix64};

/// How far a tree may grow, and by what.
#[derive(Debug, Clone)]
pub(crate) struct DeepRules {
    pub(crate) split: SplitRules,
    pub(crate) depth_max: u16,
    /// How many features a node looks at: drawn among those that are not constant in it.
    pub(crate) features_a_node: usize,
    /// Seed of those draws.
    pub(crate) seed: u64,
}

/// What a tree learns from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DeepData<'a> {
    pub(crate) bins: &'a Bins,
    pub(crate) columns: &'a Columns,
    pub(crate) scale: &'a Scale,
    /// One entry a row of the columns.
    pub(crate) stats: &'a [RowStats],
}

/// A node that waits: its place in the sketch, its rows, its depth, the key of its random numbers.
struct Waiting {
    node: usize,
    rows: std::ops::Range<usize>,
    sums: Sums,
    depth: u16,
    key: u64,
}

/// Kept from node to node.
struct Buffers {
    histogram: [Sums; BINS],
    /// Statistics in the order of a node's rows.
    ordered: Vec<Sums>,
}

/// Grows a tree on `rows`; `value` gives a leaf its value.
pub(crate) fn grow_deep(
    data: DeepData<'_>,
    rules: &DeepRules,
    mut rows: Vec<u32>,
    value: impl Fn(Sums) -> f64,
) -> Tree {
    let mut scratch = vec![0; rows.len()];
    let mut buffers = Buffers { histogram: [Sums::default(); BINS], ordered: Vec::new() };
    let mut sums = Sums::default();
    for &row in &rows {
        sums = sums.plus(data.scale.sums(data.stats[row as usize]));
    }
    let mut sketch = Sketch::new(data.scale.rows(sums));
    let mut open = vec![Waiting { node: 0, rows: 0..rows.len(), sums, depth: 0, key: rules.seed }];
    while let Some(Waiting { node, rows: range, sums, depth, key }) = open.pop() {
        let splittable = depth < rules.depth_max && range.len() >= 2 * rules.split.rows_min as usize;
        let split = if splittable {
            best_split(data, rules, &rows[range.clone()], sums, key, &mut buffers)
        } else {
            None
        };
        let Some(split) = split else {
            sketch.set_value(node, value(sums));
            continue;
        };
        let column = &data.columns.0[split.feature];
        let lefts = partition(&mut rows[range.clone()], &mut scratch, column, &split.left_codes);
        let middle = range.start + lefts;
        let children = [range.start..middle, middle..range.end];
        let child_sums = [split.left, split.right];
        let nodes = sketch.split(node, split, [children[0].len() as u32, children[1].len() as u32]);
        for (side, rows) in children.into_iter().enumerate() {
            let key = splitmix64(key, side as u64);
            open.push(Waiting { node: nodes[side], rows, sums: child_sums[side], depth: depth + 1, key });
        }
    }
    sketch.finish(&data.bins.0)
}

/// The best split of a node. Equal gains: the lowest feature.
fn best_split(
    data: DeepData<'_>,
    rules: &DeepRules,
    rows: &[u32],
    sums: Sums,
    key: u64,
    buffers: &mut Buffers,
) -> Option<Split> {
    let node = Node { scale: data.scale, rules: &rules.split, sums, bounds: Bounds::NONE };
    let mut features: Vec<usize> = (0..data.bins.0.len()).collect();
    let draws = CounterRng::new(key, 0);
    let choose = rules.features_a_node < features.len();
    let Buffers { histogram, ordered } = buffers;
    // Looked up once, read in order for every feature.
    ordered.clear();
    ordered.extend(rows.iter().map(|&row| data.scale.sums(data.stats[row as usize])));
    let mut looked_at = 0;
    let mut best: Option<Split> = None;
    for at in 0..features.len() {
        if looked_at == rules.features_a_node {
            break;
        }
        if choose {
            // One step of a Fisher and Yates shuffle: only as many as are needed.
            let other = at + draws.below(at as u64, (features.len() - at) as u64) as usize;
            features.swap(at, other);
        }
        let feature = features[at];
        let (bins, column) = (&data.bins.0[feature], &data.columns.0[feature]);
        histogram.fill(Sums::default());
        for (&row, &stats) in rows.iter().zip(ordered.iter()) {
            let slot = &mut histogram[usize::from(column[row as usize])];
            *slot = slot.plus(stats);
        }
        let first = usize::from(column[rows[0] as usize]);
        if data.scale.rows(histogram[first]) as usize == rows.len() {
            // Constant here.
            continue;
        }
        looked_at += 1;
        let found = node.best_split(feature, bins, Monotone::Free, histogram);
        best = match (best, found) {
            // Drawn in any order, so that the first is not always the lowest.
            (Some(a), Some(b)) if b.feature < a.feature => better(Some(b), Some(a)),
            (a, b) => better(a, b),
        };
    }
    best
}
