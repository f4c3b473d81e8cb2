//! Rows as a network reads them, and the loss of what it says of them.

use rayon::prelude::*;

use super::network::{Network, Workspace};
use crate::{CHUNK_ROWS, Dataset, Encoder, ModelError, Target};

/// Rows that one pass of a network takes; part of the definition of a model's bytes, as gradients are sums per slice.
pub(super) const SLICE_ROWS: usize = 128;
/// Most encoded numbers of all rows together: 4 GiB.
const CELLS_MAX: usize = 1 << 30;

/// What a network is fitted to.
#[derive(Debug, Clone, Copy)]
pub(super) enum Objective {
    /// Negative log-likelihood of a label, in nats; that of a 1 times the weight.
    LogLoss { positive_weight: f64 },
    /// Squared difference from the target in units of its standard deviation.
    SquaredError,
}

impl Objective {
    /// The loss of an output and its derivative by the output.
    fn loss(self, output: f32, target: f32) -> (f64, f64) {
        let output = f64::from(output);
        match self {
            Self::LogLoss { positive_weight } => {
                let positive = target > 0.5;
                // One exponential serves both: e = exp(−|output|), ln(1 + e^m) = max(m, 0) + ln(1 + e).
                let e = libm::exp(-libm::fabs(output));
                let margin = if positive { -output } else { output };
                let loss = (if margin > 0.0 { margin } else { 0.0 }) + libm::log1p(e);
                let share = if output >= 0.0 { 1.0 / (1.0 + e) } else { e / (1.0 + e) };
                let weight = if positive { positive_weight } else { 1.0 };
                (weight * loss, weight * (share - if positive { 1.0 } else { 0.0 }))
            }
            Self::SquaredError => {
                let difference = output - f64::from(target);
                (difference * difference, 2.0 * difference)
            }
        }
    }
}

/// Centre and spread of a real target; 0 and 1 for a binary one. The spread of a constant target is 1.
pub(super) fn target_scale(target: Target<'_>) -> (f64, f64) {
    let Target::Real(values) = target else {
        return (0.0, 1.0);
    };
    let n = values.len().max(1) as f64;
    let (mut sum, mut squares) = (0.0, 0.0);
    for value in values {
        sum += value;
    }
    let mean = sum / n;
    for value in values {
        squares += (value - mean) * (value - mean);
    }
    let spread = libm::sqrt(squares / n);
    (crate::math::canonical(mean), if spread > 0.0 { spread } else { 1.0 })
}

/// Encoded rows with their targets.
#[derive(Debug)]
pub(super) struct Table {
    /// Row after row its `width` inputs and its target: together, because rows are read in random order.
    cells: Vec<f32>,
    width: usize,
    objective: Objective,
}

impl Table {
    /// Encodes all rows, each with the padding of a network's inputs.
    ///
    /// # Errors
    /// [`ModelError::TooMany`] above [`CELLS_MAX`] numbers.
    pub(super) fn encode(
        data: &Dataset<'_>,
        encoder: &Encoder,
        width: usize,
        scale: (f64, f64),
        positive_weight: f64,
    ) -> Result<Self, ModelError> {
        // Below 2^47: rows and columns are limited.
        let (rows, stride) = (data.rows(), width + 1);
        let len = rows * stride;
        if len > CELLS_MAX {
            return Err(ModelError::TooMany { what: "encoded feature values", got: len, limit: CELLS_MAX });
        }
        let target = |row: usize| match data.target() {
            Target::Binary(labels) => f32::from(u8::from(labels[row])),
            Target::Real(values) => ((values[row] - scale.0) / scale.1) as f32,
        };
        let mut cells = vec![0.0f32; len];
        cells.par_chunks_mut(CHUNK_ROWS * stride).enumerate().for_each(|(chunk, cells)| {
            let mut encoded = vec![0.0; encoder.columns()];
            for (at, cells) in cells.chunks_exact_mut(stride).enumerate() {
                let row = chunk * CHUNK_ROWS + at;
                encode_row(encoder, data.row(row), &mut encoded, cells);
                cells[width] = target(row);
            }
        });
        let objective = match data.target() {
            Target::Binary(_) => Objective::LogLoss { positive_weight },
            Target::Real(_) => Objective::SquaredError,
        };
        Ok(Self { cells, width, objective })
    }

    /// The sum of the losses of at most [`SLICE_ROWS`] rows. Leaves in `work` the loss's derivative by each output, times
    /// `scale`.
    pub(super) fn losses(&self, network: &Network, rows: &[u32], scale: f64, work: &mut Workspace) -> f64 {
        work.clear();
        let mut targets = [0.0; SLICE_ROWS];
        for (target, &row) in targets.iter_mut().zip(rows) {
            let start = row as usize * (self.width + 1);
            let cells = &self.cells[start..=start + self.width];
            work.push(self.width).copy_from_slice(&cells[..self.width]);
            *target = cells[self.width];
        }
        network.outputs(work);
        let mut sum = 0.0;
        for (output, target) in work.outputs[..work.rows].iter_mut().zip(targets) {
            let (loss, derivative) = self.objective.loss(*output, target);
            sum += loss;
            *output = (derivative * scale) as f32;
        }
        sum
    }

    /// The mean loss of the rows.
    pub(super) fn mean_loss(&self, network: &Network, rows: &[u32]) -> f64 {
        let sums: Vec<f64> = rows
            .par_chunks(SLICE_ROWS)
            .map_init(
                || Workspace::new(&network.shape, SLICE_ROWS, false),
                |work, rows| self.losses(network, rows, 1.0, work),
            )
            .collect();
        let mut sum = 0.0;
        for part in sums {
            sum += part;
        }
        sum / rows.len() as f64
    }
}

/// Encodes one row; `encoded` is scratch, `out` has the network's padding.
pub(super) fn encode_row(encoder: &Encoder, row: &[i64], encoded: &mut [f64], out: &mut [f32]) {
    encoder.write_into(row, encoded);
    for (slot, value) in out.iter_mut().zip(encoded) {
        *slot = *value as f32;
    }
}
