//! A neural network: fully connected hidden layers, trained by mini-batches with Adam; log loss for a binary target, squared error
//! for a real one. Several networks of one seed may be averaged. The rows that choose the best epochs are set apart before anything
//! is measured: features and target are scaled, and the output starts, by the others alone.
//!
//! Arithmetic is in single precision, in a fixed order (kernels.rs); losses are summed in double precision.

mod adam;
mod file;
mod kernels;
mod network;
mod params;
mod table;
mod train;

use rayon::prelude::*;

pub use self::params::{Activation, CheckedMlpParams, ENSEMBLE_MAX, HIDDEN_LAYERS_MAX, MlpParams, UNITS_MAX};

use self::network::{Network, Shape, Workspace};
use self::table::{SLICE_ROWS, Table, encode_row, target_scale};
use self::train::{RowSplit, Training};
use crate::math::canonical;
use crate::subset::Subset;
use crate::{Curve, Dataset, Encoder, Fit, ModelError, Parts, Predict, TargetKind, TrainedOn, class_weight};

/// A fitted neural network, or the mean of several.
#[derive(Debug, Clone, PartialEq)]
pub struct MlpModel {
    trained_on: TrainedOn,
    params: MlpParams,
    encoder: Encoder,
    /// Margin = centre + spread · mean output.
    centre: f64,
    spread: f64,
    members: Vec<Network>,
}

impl MlpModel {
    /// The parameters of one network of the ensemble: layer after layer its weights, input by input, then its biases. `None` if
    /// there is no network of that number.
    pub fn weights(&self, member: usize) -> Option<Vec<f64>> {
        let network = self.members.get(member)?;
        Some(network.shape.positions().map(|at| network.parameters[at].into()).collect())
    }

    pub(crate) fn parts(&self) -> Parts<'_> {
        Parts::Networks {
            encoder: &self.encoder,
            centre: self.centre,
            spread: self.spread,
            activation: self.params.activation,
            networks: self.members.iter().map(Network::parts).collect(),
        }
    }

    /// Adds the margins of at most [`SLICE_ROWS`] rows to `out`.
    fn slice_margins<'a>(
        &self,
        rows: impl Iterator<Item = &'a [i64]>,
        work: &mut Workspace,
        out: &mut Vec<f64>,
    ) -> Result<(), ModelError> {
        let mut encoded = vec![0.0; self.encoder.columns()];
        let width = self.members[0].shape.row_width();
        work.clear();
        for row in rows {
            encode_row(&self.encoder, row, &mut encoded, work.push(width));
        }
        let mut sums = vec![0.0; work.rows];
        for network in &self.members {
            network.outputs(work);
            for (sum, output) in sums.iter_mut().zip(&work.outputs) {
                *sum += f64::from(*output);
            }
        }
        for sum in sums {
            let value = canonical(self.centre + self.spread * (sum / self.members.len() as f64));
            if !value.is_finite() {
                return Err(ModelError::NotFinite { what: "a margin", value });
            }
            out.push(value);
        }
        Ok(())
    }
}

impl Predict for MlpModel {
    fn trained_on(&self) -> &TrainedOn {
        &self.trained_on
    }

    fn margin(&self, row: &[i64]) -> Result<f64, ModelError> {
        self.trained_on.schema.check_row(row)?;
        let mut out = Vec::with_capacity(1);
        self.slice_margins(
            [row].into_iter(),
            &mut Workspace::new(&self.members[0].shape, 1, false),
            &mut out,
        )?;
        Ok(out[0])
    }

    fn explain(&self, row: &[i64]) -> Result<Vec<f64>, ModelError> {
        self.trained_on.schema.check_row(row)?;
        Err(ModelError::Unexplained { kind: "mlp" })
    }

    fn base_margin(&self) -> f64 {
        self.trained_on.prior_margin()
    }

    fn margins(&self, data: &Dataset<'_>) -> Result<Vec<f64>, ModelError> {
        if data.schema() != &self.trained_on.schema {
            return Err(ModelError::OtherSchema);
        }
        let chunks: Result<Vec<Vec<f64>>, ModelError> = data
            .chunks()
            .into_par_iter()
            .map(|rows| {
                let mut work = Workspace::new(&self.members[0].shape, SLICE_ROWS, false);
                let mut out = Vec::with_capacity(rows.len());
                for start in rows.clone().step_by(SLICE_ROWS) {
                    let slice = start..(start + SLICE_ROWS).min(rows.end);
                    self.slice_margins(slice.map(|row| data.row(row)), &mut work, &mut out)?;
                }
                Ok(out)
            })
            .collect();
        Ok(chunks?.concat())
    }
}

impl Fit for CheckedMlpParams {
    type Model = MlpModel;

    fn fit(&self, data: &Dataset<'_>) -> Result<MlpModel, ModelError> {
        Ok(self.fit_with_curve(data)?.0)
    }
}

/// What a fit begins with.
struct Prepared {
    encoder: Encoder,
    shape: Shape,
    /// Centre and spread of the target.
    scale: (f64, f64),
    /// The best constant output.
    start: f64,
    /// All rows.
    table: Table,
    split: RowSplit,
}

impl CheckedMlpParams {
    /// As [`Fit::fit`], with the course of the fit of each network of the ensemble.
    ///
    /// # Errors
    /// [`ModelError::OneClass`] if a binary target has one class only, among the rows that are measured;
    /// [`ModelError::Shape`] without rows,
    /// [`ModelError::TooMany`] if the encoded table is too large, [`ModelError::NotFinite`] if the fit diverges.
    pub fn fit_with_curve(&self, data: &Dataset<'_>) -> Result<(MlpModel, Vec<Curve>), ModelError> {
        let Prepared { encoder, shape, scale, start, table, split } = self.prepare(data)?;
        let training = Training {
            table: &table,
            params: &self.0,
            shape: &shape,
            split: &split,
            start,
            parallel: usize::from(self.0.ensemble_size) < rayon::current_num_threads(),
        };
        let members: Result<Vec<(Network, Curve)>, ModelError> =
            (0..self.0.ensemble_size).into_par_iter().map(|member| training.run(member)).collect();
        let (mut members, curves): (Vec<Network>, Vec<Curve>) = members?.into_iter().unzip();
        for network in &mut members {
            // −0 has no place in a model file, and counts as 0.
            for parameter in &mut network.parameters {
                *parameter = if *parameter == 0.0 { 0.0 } else { *parameter };
            }
            network.pack();
        }
        let (centre, spread) = scale;
        let model = MlpModel {
            trained_on: TrainedOn::of(data),
            params: self.0.clone(),
            encoder,
            centre,
            spread,
            members,
        };
        Ok((model, curves))
    }

    /// The mean loss over all rows, and its gradient, at the parameters `weights` of one network in the order of
    /// [`MlpModel::weights`], as the fit itself computes them for a batch; public so that anyone can check it. Weight decay is no
    /// part of the loss. Memory is needed for all rows at once.
    ///
    /// # Errors
    /// As [`CheckedMlpParams::fit_with_curve`]; [`ModelError::Shape`] if `weights` has another length.
    pub fn loss_and_gradient(
        &self,
        data: &Dataset<'_>,
        weights: &[f64],
    ) -> Result<(f64, Vec<f64>), ModelError> {
        let Prepared { shape, table, split, .. } = self.prepare(data)?;
        if weights.len() != shape.used() {
            return Err(ModelError::Shape { what: "weights", expected: shape.used(), got: weights.len() });
        }
        let mut network = Network::new(shape.clone());
        for (at, weight) in shape.positions().zip(weights) {
            network.parameters[at] = *weight as f32;
        }
        network.pack();
        let training = Training {
            table: &table,
            params: &self.0,
            shape: &shape,
            split: &split,
            start: 0.0,
            parallel: true,
        };
        let batch: Vec<u32> = (0..data.rows() as u32).collect();
        let mut works: Vec<Workspace> =
            batch.chunks(SLICE_ROWS).map(|rows| Workspace::new(&shape, rows.len(), true)).collect();
        let loss = training.batch_gradient(&network, &batch, &mut works) / data.rows() as f64;
        Ok((loss, shape.positions().map(|at| works[0].gradient[at].into()).collect()))
    }

    /// Sets rows apart, measures the others and encodes all.
    fn prepare(&self, data: &Dataset<'_>) -> Result<Prepared, ModelError> {
        class_weight::check_target(self.0.positive_weight_ppm, data)?;
        let split = RowSplit::draw(&self.0, data.rows())?;
        let known = split.measured().map(|rows| Subset::of(data, &rows));
        let known = match &known {
            Some(known) => &known.dataset(data)?,
            None => data,
        };
        match known.target_kind() {
            TargetKind::Binary { .. } => {
                known.labels_of_both_classes("a neural network")?;
            }
            TargetKind::Real { .. } if known.rows() == 0 => {
                return Err(ModelError::Shape {
                    what: "rows to fit a neural network on",
                    expected: 1,
                    got: 0,
                });
            }
            TargetKind::Real { .. } => {}
        }
        let encoder = Encoder::measure(known, self.0.normalisation)?;
        let shape = Shape::new(encoder.columns(), &self.0.hidden, self.0.activation);
        let scale = target_scale(known.target());
        let start = self.constant_output(known);
        let table = Table::encode(data, &encoder, shape.row_width(), scale, self.positive_weight())?;
        Ok(Prepared { encoder, shape, scale, start, table, split })
    }

    fn positive_weight(&self) -> f64 {
        class_weight::of(self.0.positive_weight_ppm)
    }

    /// The constant output with the least loss over the rows.
    fn constant_output(&self, data: &Dataset<'_>) -> f64 {
        match data.target_kind() {
            TargetKind::Binary { positives } => {
                let negatives = (data.rows() as u64 - positives) as f64;
                libm::log(positives as f64 * self.positive_weight() / negatives)
            }
            TargetKind::Real { .. } => 0.0,
        }
    }
}
