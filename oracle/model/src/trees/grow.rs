//! Growing a tree leaf by leaf: always the split that gains most, as LightGBM does; for gradient boosting.
//!
//! Only the smaller child of a split is counted: the larger one's histogram is the parent's less the smaller one's. Equal
//! gains: the leaf that is older, and in it the lowest feature and then the lowest bin.

use std::ops::Range;

use rayon::prelude::*;

use super::bins::{Bins, Columns};
use super::histogram::{Groups, Histogram, Workspace};
use super::partition::partition_in_parallel;
use super::split::{Bounds, Monotone, Node, Split, SplitRules, better};
use super::sums::{RowStats, Scale, Sums};
use super::tree::Sketch;

/// Below this many features the search for a split is not worth waking other threads for.
const PARALLEL_FEATURES_MIN: usize = 8;

/// Training data as a grower needs them.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) bins: Bins,
    pub(crate) columns: Columns,
    pub(crate) groups: Groups,
}

/// How far a tree may grow.
#[derive(Debug, Clone)]
pub(crate) struct GrowRules {
    pub(crate) split: SplitRules,
    pub(crate) leaves_max: usize,
    pub(crate) depth_max: u16,
    /// One entry a feature.
    pub(crate) monotone: Vec<Monotone>,
}

/// A leaf of a grown tree.
#[derive(Debug)]
pub(crate) struct Leaf {
    /// Its node in the sketch.
    pub(crate) node: usize,
    /// Its rows, as places in [`Grower::rows`].
    pub(crate) rows: Range<usize>,
    pub(crate) sums: Sums,
    pub(crate) bounds: Bounds,
}

struct Open {
    leaf: Leaf,
    depth: u16,
    histogram: Option<Histogram>,
    split: Option<Split>,
}

/// Grows trees one after the other, in buffers that it keeps.
#[derive(Debug)]
pub(crate) struct Grower<'a> {
    table: &'a Table,
    rules: &'a GrowRules,
    scale: Scale,
    /// The rows of the tree, grouped by leaf after [`Grower::grow`].
    pub(crate) rows: Vec<u32>,
    scratch: Vec<u32>,
    workspace: Workspace,
    spare: Vec<Histogram>,
}

impl<'a> Grower<'a> {
    pub(crate) fn new(table: &'a Table, rules: &'a GrowRules, scale: Scale) -> Self {
        Self {
            table,
            rules,
            scale,
            rows: Vec::new(),
            scratch: Vec::new(),
            workspace: Workspace::default(),
            spare: Vec::new(),
        }
    }

    /// Grows a tree on `self.rows`, by the `features` (rising) alone. `stats` has an entry a row of the table.
    pub(crate) fn grow(&mut self, stats: &[RowStats], features: &[usize]) -> (Sketch, Vec<Leaf>) {
        self.scratch.resize(self.rows.len(), 0);
        let mut histogram = self.histogram();
        self.table.groups.accumulate(&self.scale, stats, &self.rows, &mut self.workspace, &mut histogram);
        // Every row is in one bin of any feature.
        let bins = histogram.0.first().into_iter().flatten();
        let sums = bins.fold(Sums::default(), |sum, &bin| sum.plus(bin));
        let leaf = Leaf { node: 0, rows: 0..self.rows.len(), sums, bounds: Bounds::NONE };
        let mut sketch = Sketch::new(self.scale.rows(sums));
        let mut open = vec![Open { leaf, depth: 0, histogram: Some(histogram), split: None }];
        self.search(&mut open[0], features);
        while open.len() < self.rules.leaves_max {
            // The greatest gain; the first of equals.
            let mut chosen: Option<(usize, f64)> = None;
            for (at, candidate) in open.iter().enumerate() {
                if let Some(split) = &candidate.split
                    && chosen.is_none_or(|(_, gain)| split.gain > gain)
                {
                    chosen = Some((at, split.gain));
                }
            }
            let Some((at, _)) = chosen else {
                break;
            };
            let is_last = open.len() + 1 == self.rules.leaves_max;
            let Some(split) = open[at].split.take() else {
                break;
            };
            let histogram = open[at].histogram.take();
            let parent = (&open[at].leaf, open[at].depth, histogram);
            let [left, right] = self.divide(parent, split, &mut sketch, stats, features, is_last);
            open[at] = left;
            open.push(right);
        }
        let leaves = open
            .into_iter()
            .map(|mut open| {
                self.spare.extend(open.histogram.take());
                open.leaf
            })
            .collect();
        (sketch, leaves)
    }

    fn histogram(&mut self) -> Histogram {
        self.spare.pop().unwrap_or_else(|| Histogram::zeros(self.table.bins.0.len()))
    }

    /// Splits a leaf and looks for the splits of its children, unless they are the last.
    fn divide(
        &mut self,
        (parent, depth, histogram): (&Leaf, u16, Option<Histogram>),
        split: Split,
        sketch: &mut Sketch,
        stats: &[RowStats],
        features: &[usize],
        is_last: bool,
    ) -> [Open; 2] {
        let sums = [split.left, split.right];
        let bounds = self.child_bounds(parent, &split);
        let range = parent.rows.clone();
        let lefts = partition_in_parallel(
            &mut self.rows[range.clone()],
            &mut self.scratch,
            &self.table.columns.0[split.feature],
            &split.left_codes,
        );
        let middle = range.start + lefts;
        let rows = [range.start..middle, middle..range.end];
        let nodes = sketch.split(parent.node, split, [rows[0].len() as u32, rows[1].len() as u32]);
        let mut children: [Open; 2] = std::array::from_fn(|side| Open {
            leaf: Leaf {
                node: nodes[side],
                rows: rows[side].clone(),
                sums: sums[side],
                bounds: bounds[side],
            },
            depth: depth + 1,
            histogram: None,
            split: None,
        });
        let splittable: [bool; 2] = std::array::from_fn(|side| {
            !is_last
                && depth + 1 < self.rules.depth_max
                && rows[side].len() >= 2 * self.rules.split.rows_min as usize
        });
        let small = usize::from(rows[1].len() < rows[0].len());
        match (histogram, splittable) {
            (Some(histogram), [false, false]) => self.spare.push(histogram),
            (Some(mut all), _) => {
                let mut part = self.histogram();
                let smaller = &self.rows[rows[small].clone()];
                self.table.groups.accumulate(&self.scale, stats, smaller, &mut self.workspace, &mut part);
                all.subtract(&part);
                children[small].histogram = Some(part);
                children[1 - small].histogram = Some(all);
            }
            (None, _) => {}
        }
        for (child, splittable) in children.iter_mut().zip(splittable) {
            if splittable {
                self.search(child, features);
            }
            if child.split.is_none() {
                self.spare.extend(child.histogram.take());
            }
        }
        children
    }

    /// Between which values the leaves on either side of a split must lie: where the split's feature is constrained, on
    /// either side of the middle of the two.
    fn child_bounds(&self, parent: &Leaf, split: &Split) -> [Bounds; 2] {
        let direction = self.rules.monotone[split.feature];
        if direction == Monotone::Free {
            return [parent.bounds; 2];
        }
        let node = self.node(parent);
        let middle = 0.5 * (node.value(split.left) + node.value(split.right));
        let lower = Bounds { high: middle, ..parent.bounds };
        let upper = Bounds { low: middle, ..parent.bounds };
        if direction == Monotone::Rising { [lower, upper] } else { [upper, lower] }
    }

    fn node(&self, leaf: &Leaf) -> Node<'_> {
        Node { scale: &self.scale, rules: &self.rules.split, sums: leaf.sums, bounds: leaf.bounds }
    }

    fn search(&self, open: &mut Open, features: &[usize]) {
        let Some(histogram) = &open.histogram else {
            return;
        };
        let node = self.node(&open.leaf);
        let best = |&feature: &usize| {
            let (bins, monotone) = (&self.table.bins.0[feature], self.rules.monotone[feature]);
            node.best_split(feature, bins, monotone, &histogram.0[feature])
        };
        let found: Vec<Option<Split>> = if features.len() < PARALLEL_FEATURES_MIN {
            features.iter().map(best).collect()
        } else {
            features.par_iter().with_min_len(PARALLEL_FEATURES_MIN / 2).map(best).collect()
        };
        open.split = found.into_iter().fold(None, better);
    }
}
