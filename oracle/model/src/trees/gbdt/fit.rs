//! Boosting: tree after tree, each fitted to the gradients that those before it leave.

use std::sync::atomic::{AtomicU16, Ordering};

use rayon::prelude::*;

use super::leaves::refitted;
use super::model::GbdtModel;
use super::objective::Loss;
use super::params::{CheckedGbdtParams, GbdtParams};
use crate::dataset::chunks_of;
use crate::subset::Subset;
use crate::trees::grow::{GrowRules, Grower, Leaf, Table};
use crate::trees::split::{SplitRules, leaf_value};
use crate::trees::sums::{RowStats, Scale};
use crate::trees::tree::{Sketch, Tree};
use crate::trees::{Bins, Columns, Groups, Monotone, TREE_ROWS_MAX};
use crate::{CHUNK_ROWS, CounterRng, Curve, Dataset, EpochLoss, FeatureKind, Fit, ModelError, TrainedOn};

/// Most bytes of histograms of the leaves of a growing tree.
const HISTOGRAM_BYTES_MAX: usize = 1 << 30;
/// Streams of random numbers: one for the validation part, then two a round.
const VALIDATION_STREAM: u64 = 0;

impl Fit for CheckedGbdtParams {
    type Model = GbdtModel;

    /// With early stopping, `validation_ppm` of the rows (drawn by the seed) are not learnt from.
    fn fit(&self, data: &Dataset<'_>) -> Result<GbdtModel, ModelError> {
        self.fit_following(data, None)
    }
}

impl CheckedGbdtParams {
    /// As [`Fit::fit`], with the mean loss after every round: over all rows learnt from, and over those held out by early
    /// stopping. It costs a pass over the rows a round.
    ///
    /// # Errors
    /// As [`Fit::fit`].
    pub fn fit_with_curve(&self, data: &Dataset<'_>) -> Result<(GbdtModel, Curve), ModelError> {
        let mut curve = Curve { epochs: Vec::new(), best: 0 };
        let model = self.fit_following(data, Some(&mut curve))?;
        curve.best = match model.trees() {
            0 => 0,
            trees => trees - 1,
        };
        Ok((model, curve))
    }

    fn fit_following(&self, data: &Dataset<'_>, curve: Option<&mut Curve>) -> Result<GbdtModel, ModelError> {
        let params = self.values();
        if params.early_stopping_rounds == 0 {
            return boost(params, data, data, None, curve);
        }
        let rng = CounterRng::new(params.seed, VALIDATION_STREAM);
        let held_out = |row: usize| rng.below(row as u64, 1_000_000) < u64::from(params.validation_ppm);
        let (training, validation): (Vec<usize>, Vec<usize>) =
            (0..data.rows()).partition(|&row| !held_out(row));
        let (training, validation) = (Subset::of(data, &training), Subset::of(data, &validation));
        boost(params, data, &training.dataset(data)?, Some(&validation.dataset(data)?), curve)
    }

    /// As [`Fit::fit`], with early stopping by the loss on rows that the caller has set apart.
    ///
    /// # Errors
    /// As [`Fit::fit`]; [`ModelError::Hyperparameter`] if `early_stopping_rounds` is 0, [`ModelError::OtherSchema`] if the
    /// features differ, [`ModelError::Shape`] if there are no validation rows.
    pub fn fit_with_validation(
        &self,
        data: &Dataset<'_>,
        validation: &Dataset<'_>,
    ) -> Result<GbdtModel, ModelError> {
        if self.values().early_stopping_rounds == 0 {
            return Err(ModelError::Hyperparameter {
                name: "early_stopping_rounds",
                value: "0".into(),
                range: "at least 1 where there is a validation part",
            });
        }
        if data.schema() != validation.schema() {
            return Err(ModelError::OtherSchema);
        }
        boost(self.values(), data, data, Some(validation), None)
    }
}

/// Rows whose loss says when to stop.
struct Watch<'a> {
    data: &'a Dataset<'a>,
    loss: Loss<'a>,
    margins: Vec<f64>,
    /// The loss after the newest tree.
    newest: f64,
    best: f64,
    best_trees: usize,
}

impl<'a> Watch<'a> {
    fn new(params: &GbdtParams, data: &'a Dataset<'a>, start: f64) -> Result<Self, ModelError> {
        if data.rows() == 0 {
            return Err(ModelError::Shape { what: "validation rows, at least", expected: 1, got: 0 });
        }
        let loss = Loss::of(params, data)?;
        let margins = vec![start; data.rows()];
        let newest = total_loss(&loss, &margins);
        Ok(Self { data, loss, margins, newest, best: newest, best_trees: 0 })
    }

    /// Adds the newest tree, the last of `trees`; false if there have been `patience` without any progress.
    fn goes_on(&mut self, tree: &Tree, trees: usize, patience: u32) -> bool {
        add_tree(tree, self.data, &mut self.margins);
        self.newest = total_loss(&self.loss, &self.margins);
        if self.newest < self.best {
            (self.best, self.best_trees) = (self.newest, trees);
        }
        trees - self.best_trees < patience as usize
    }
}

/// The loss of all rows, summed chunk by chunk in order.
fn total_loss(loss: &Loss<'_>, margins: &[f64]) -> f64 {
    let partials: Vec<f64> =
        chunks_of(margins.len()).into_par_iter().map(|rows| loss.sum(rows.clone(), &margins[rows])).collect();
    let mut sum = 0.0;
    for partial in partials {
        sum += partial;
    }
    sum
}

/// Adds a tree's values to the margins of all rows.
fn add_tree(tree: &Tree, data: &Dataset<'_>, margins: &mut [f64]) {
    margins.par_chunks_mut(CHUNK_ROWS).enumerate().for_each(|(chunk, margins)| {
        for (at, margin) in margins.iter_mut().enumerate() {
            *margin += tree.value(data.row(chunk * CHUNK_ROWS + at));
        }
    });
}

fn grow_rules(params: &GbdtParams, data: &Dataset<'_>, chance_gain: f64) -> Result<GrowRules, ModelError> {
    let features = data.schema().len();
    let monotone =
        if params.monotone.is_empty() { vec![Monotone::Free; features] } else { params.monotone.clone() };
    if monotone.len() != features {
        return Err(ModelError::Shape {
            what: "monotone constraints",
            expected: features,
            got: monotone.len(),
        });
    }
    for (kind, direction) in data.schema().kinds().iter().zip(&monotone) {
        if *kind != FeatureKind::Numeric && *direction != Monotone::Free {
            return Err(ModelError::Hyperparameter {
                name: "monotone",
                value: format!("{direction:?} for a feature of categories"),
                range: "Free: categories have no order",
            });
        }
    }
    let micro = |value: u32| f64::from(value) / 1_000_000.0;
    Ok(GrowRules {
        split: SplitRules {
            l2: micro(params.l2_micro),
            rows_min: params.min_rows_leaf,
            hessian_min: micro(params.min_hessian_micro),
            gain_min: micro(params.min_gain_micro) * chance_gain,
            category_smoothing: micro(params.category_smoothing_micro),
            category_l2: micro(params.category_l2_micro),
            categories_max: usize::from(params.categories_max),
        },
        leaves_max: params.leaves_max as usize,
        depth_max: params.depth_max,
        monotone,
    })
}

/// Fits on `data`, a part of `whole`; writes down the losses of every round if there is a curve to write them in.
fn boost(
    params: &GbdtParams,
    whole: &Dataset<'_>,
    data: &Dataset<'_>,
    validation: Option<&Dataset<'_>>,
    mut curve: Option<&mut Curve>,
) -> Result<GbdtModel, ModelError> {
    let rows = data.rows();
    if rows == 0 {
        return Err(ModelError::Shape { what: "training rows, at least", expected: 1, got: 0 });
    }
    if rows > TREE_ROWS_MAX {
        return Err(ModelError::TooMany { what: "rows to fit trees on", got: rows, limit: TREE_ROWS_MAX });
    }
    let loss = Loss::of(params, data)?;
    if matches!(loss, Loss::Log { .. }) {
        data.labels_of_both_classes("gradient boosting")?;
    }
    let start = loss.start();
    let rules = grow_rules(params, data, loss.chance_gain(start))?;
    let bytes = (rules.leaves_max + 1) * data.schema().len() * size_of::<crate::trees::FeatureHistogram>();
    if bytes > HISTOGRAM_BYTES_MAX {
        return Err(ModelError::TooMany {
            what: "bytes of histograms (4096 a feature and leaf): lower leaves_max",
            got: bytes,
            limit: HISTOGRAM_BYTES_MAX,
        });
    }
    let scale = loss.scale(rows, start);
    let mut watch = validation.map(|data| Watch::new(params, data, start)).transpose()?;
    let bins = Bins::measure(data, usize::from(params.bins_max));
    let columns = Columns::encode(data, &bins);
    let groups = Groups::interleave(&columns);
    let table = Table { bins, columns, groups };
    let mut rounds = Rounds {
        params,
        data,
        loss,
        scale,
        margins: vec![start; rows],
        stats: vec![RowStats::default(); rows],
        leaf_of_row: (0..rows).map(|_| AtomicU16::new(0)).collect(),
        grower: Grower::new(&table, &rules, scale),
    };
    let mut trees = Vec::new();
    for round in 0..params.rounds {
        let Some(tree) = rounds.next_tree(round, &table, &rules) else {
            break;
        };
        trees.push(tree);
        let count = trees.len();
        let goes_on = match &mut watch {
            Some(watch) => watch.goes_on(&trees[count - 1], count, params.early_stopping_rounds),
            None => true,
        };
        if let Some(curve) = &mut curve {
            let training = total_loss(&rounds.loss, &rounds.margins) / rows as f64;
            let validation = watch.as_ref().map(|watch| watch.newest / watch.margins.len() as f64);
            curve.epochs.push(EpochLoss { training, validation });
        }
        if !goes_on {
            break;
        }
    }
    if let Some(watch) = watch {
        trees.truncate(watch.best_trees);
    }
    GbdtModel::new(TrainedOn::of(whole), params.clone(), crate::math::canonical(start), trees)
}

/// What goes from round to round.
struct Rounds<'a> {
    params: &'a GbdtParams,
    data: &'a Dataset<'a>,
    loss: Loss<'a>,
    scale: Scale,
    margins: Vec<f64>,
    stats: Vec<RowStats>,
    /// Atomic so that several threads may write; no row is in two leaves.
    leaf_of_row: Vec<AtomicU16>,
    grower: Grower<'a>,
}

impl Rounds<'_> {
    /// The next tree, its values added to the margins; `None` if no split is worth anything, now or later.
    fn next_tree(&mut self, round: u32, table: &Table, rules: &GrowRules) -> Option<Tree> {
        let all_rows = self.params.row_sample_ppm == 1_000_000;
        let features = self.features_of(round);
        self.update_statistics();
        self.choose_rows(round);
        let (mut sketch, leaves) = self.grower.grow(&self.stats, &features);
        if leaves.len() == 1 && all_rows && features.len() == table.bins.0.len() {
            return None;
        }
        let values = self.leaf_values(&leaves, rules, &mut sketch);
        let tree = sketch.finish(&table.bins.0);
        if all_rows {
            // Scattered writes into the smaller array; the pass over the margins is in order.
            leaves.par_iter().enumerate().for_each(|(number, leaf)| {
                for &row in &self.grower.rows[leaf.rows.clone()] {
                    // At most LEAVES_MAX leaves.
                    self.leaf_of_row[row as usize].store(number as u16, Ordering::Relaxed);
                }
            });
            let chunks = self.margins.par_chunks_mut(CHUNK_ROWS);
            chunks.zip(self.leaf_of_row.par_chunks(CHUNK_ROWS)).for_each(|(margins, leaves)| {
                for (margin, leaf) in margins.iter_mut().zip(leaves) {
                    *margin += values[usize::from(leaf.load(Ordering::Relaxed))];
                }
            });
        } else {
            add_tree(&tree, self.data, &mut self.margins);
        }
        Some(tree)
    }

    fn update_statistics(&mut self) {
        let (loss, scale) = (self.loss, self.scale);
        let chunks = self.stats.par_chunks_mut(CHUNK_ROWS).zip(self.margins.par_chunks(CHUNK_ROWS));
        chunks.enumerate().for_each(|(chunk, (stats, margins))| {
            let start = chunk * CHUNK_ROWS;
            loss.statistics(&scale, start..start + margins.len(), margins, stats);
        });
    }

    fn leaf_values(&self, leaves: &[Leaf], rules: &GrowRules, sketch: &mut Sketch) -> Vec<f64> {
        let learning_rate = f64::from(self.params.learning_rate_ppm) / 1_000_000.0;
        let rows = &self.grower.rows;
        let refitted = refitted(&self.loss, &self.margins, rows, leaves, sketch, &rules.monotone);
        let of_sums = |leaf: &Leaf| {
            let (gradient, hessian) = (self.scale.gradient(leaf.sums), self.scale.hessian(leaf.sums));
            leaf.bounds.clip(leaf_value(gradient, hessian, rules.split.l2))
        };
        let best = refitted.unwrap_or_else(|| leaves.iter().map(of_sums).collect());
        let values: Vec<f64> = best.iter().map(|value| learning_rate * value).collect();
        for (leaf, value) in leaves.iter().zip(&values) {
            sketch.set_value(leaf.node, *value);
        }
        values
    }

    /// The rows of a round, in rising order; all of them rather than none.
    fn choose_rows(&mut self, round: u32) {
        let rows = &mut self.grower.rows;
        rows.clear();
        // At most TREE_ROWS_MAX.
        let all = 0..self.data.rows() as u32;
        if self.params.row_sample_ppm < 1_000_000 {
            let rng = CounterRng::new(self.params.seed, 2 * u64::from(round) + 1);
            let share = u64::from(self.params.row_sample_ppm);
            rows.extend(all.clone().filter(|&row| rng.below(u64::from(row), 1_000_000) < share));
        }
        if rows.is_empty() {
            rows.extend(all);
        }
    }

    /// The features of a round, in rising order.
    fn features_of(&self, round: u32) -> Vec<usize> {
        let all = self.data.schema().len();
        // At most FEATURES_MAX · 10^6.
        let count = (all as u64 * u64::from(self.params.feature_sample_ppm)).div_ceil(1_000_000) as usize;
        let rng = CounterRng::new(self.params.seed, 2 * u64::from(round) + 2);
        let mut features: Vec<usize> = (0..all).collect();
        if count < all {
            features.sort_by_key(|&feature| (rng.at(feature as u64), feature));
            features.truncate(count);
            features.sort_unstable();
        }
        features
    }
}
