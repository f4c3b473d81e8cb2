//! A fitted gradient boosting: a start and trees whose values are added to it.

use rayon::prelude::*;

use super::params::GbdtParams;
use crate::codec::{Body, Reader, Writer};
use crate::trees::shap::add_shap;
use crate::trees::tree::Tree;
use crate::{Dataset, ModelError, Output, Parts, Predict, TrainedOn};

/// A fitted gradient boosting of trees.
#[derive(Debug, Clone, PartialEq)]
pub struct GbdtModel {
    trained_on: TrainedOn,
    params: GbdtParams,
    start: f64,
    trees: Vec<Tree>,
    /// The mean over the training rows, from the other fields.
    base_margin: f64,
}

impl GbdtModel {
    pub(super) fn new(
        trained_on: TrainedOn,
        params: GbdtParams,
        start: f64,
        trees: Vec<Tree>,
    ) -> Result<Self, ModelError> {
        let mut base_margin = start;
        for tree in &trees {
            base_margin += tree.mean_value();
        }
        finite(base_margin)?;
        Ok(Self { trained_on, params, start, trees, base_margin })
    }

    /// The hyper-parameters it was fitted with.
    pub fn params(&self) -> &GbdtParams {
        &self.params
    }

    /// How many trees it has: the rounds, unless boosting ended before.
    pub fn trees(&self) -> usize {
        self.trees.len()
    }

    /// How many leaves all its trees have.
    pub fn leaves(&self) -> usize {
        self.trees.iter().map(Tree::leaves).sum()
    }

    pub(crate) fn parts(&self) -> Parts<'_> {
        let trees = self.trees.iter().map(|tree| tree.parts(&self.trained_on.schema)).collect();
        Parts::Trees { start: self.start, mean: false, trees, output: Output::Margin }
    }
}

fn finite(margin: f64) -> Result<f64, ModelError> {
    if margin.is_finite() {
        return Ok(margin);
    }
    Err(ModelError::NotFinite { what: "a margin", value: margin })
}

impl Body for GbdtModel {
    const KIND: u8 = 5;

    fn trained_on(&self) -> &TrainedOn {
        &self.trained_on
    }

    /// `hyper-parameters ‖ start ‖ trees u32 ‖ trees`.
    fn write(&self, out: &mut Writer) {
        self.params.write(out);
        out.f64(self.start);
        // At most ROUNDS_MAX.
        out.u32(self.trees.len() as u32);
        for tree in &self.trees {
            tree.write(&self.trained_on.schema, out);
        }
    }

    fn read(trained_on: TrainedOn, input: &mut Reader<'_>) -> Result<Self, ModelError> {
        let params = GbdtParams::read(input)?;
        let start = input.f64()?;
        let count = input.u32()?;
        if count > params.rounds {
            return Err(input.error(format!("{count} trees of {} rounds", params.rounds)));
        }
        let trees: Result<Vec<Tree>, ModelError> =
            (0..count).map(|_| Tree::read(&trained_on.schema, input)).collect();
        Self::new(trained_on, params, start, trees?)
    }
}

impl Predict for GbdtModel {
    fn trained_on(&self) -> &TrainedOn {
        &self.trained_on
    }

    fn margin(&self, row: &[i64]) -> Result<f64, ModelError> {
        self.trained_on.schema.check_row(row)?;
        let mut margin = self.start;
        for tree in &self.trees {
            margin += tree.value(row);
        }
        finite(margin)
    }

    fn explain(&self, row: &[i64]) -> Result<Vec<f64>, ModelError> {
        self.trained_on.schema.check_row(row)?;
        let mut out = vec![0.0; row.len()];
        for tree in &self.trees {
            add_shap(tree, row, 1.0, &mut out);
        }
        Ok(out)
    }

    fn base_margin(&self) -> f64 {
        self.base_margin
    }

    /// Tree by tree over a chunk of rows, so that a tree stays in the cache; each row adds in the same order as
    /// [`Predict::margin`].
    fn margins(&self, data: &Dataset<'_>) -> Result<Vec<f64>, ModelError> {
        if data.schema() != &self.trained_on.schema {
            return Err(ModelError::OtherSchema);
        }
        let chunks: Result<Vec<Vec<f64>>, ModelError> = data
            .chunks()
            .into_par_iter()
            .map(|rows| {
                let mut margins = vec![self.start; rows.len()];
                for tree in &self.trees {
                    for (margin, row) in margins.iter_mut().zip(rows.clone()) {
                        *margin += tree.value(data.row(row));
                    }
                }
                margins.into_iter().map(finite).collect()
            })
            .collect();
        Ok(chunks?.concat())
    }
}
