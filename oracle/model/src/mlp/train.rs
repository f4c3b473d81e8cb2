//! Mini-batch training of one network: seeded start and order, Adam, early stopping.
//!
//! A batch is cut into slices of [`SLICE_ROWS`] rows; each slice's gradient is a sum over its rows in order, and the slices'
//! gradients are added in order, whichever threads compute them.

use rayon::prelude::*;

use super::adam::Adam;
use super::network::{Network, Shape, Workspace};
use super::params::{Activation, MlpParams};
use super::table::{SLICE_ROWS, Table};
use crate::{CounterRng, Curve, EpochLoss, ModelError};

/// Streams of random numbers of each network of an ensemble: 0 is kept for [`RowSplit`], 1 is its start, then one an epoch.
const STREAMS: u64 = 1 << 32;

/// Most rows that are kept from what is measured, in millionths, where more than one network takes its validation rows from them.
const POOL_PPM_MAX: u64 = 500_000;

/// Which rows choose the best epoch. They are drawn before anything is measured, from a pool that encoder, scale and start never
/// see; each network learns from all rows but its own share of the pool, so that an ensemble learns from every row.
pub(super) struct RowSplit {
    /// All rows in random order: the pool, then the rows that are measured.
    order: Vec<u32>,
    pool: usize,
    /// Validation rows of each network.
    held_out: usize,
    networks: usize,
}

impl RowSplit {
    /// Draws by the seed: `validation_ppm` of the rows, rounded down, for each network, and as many of them apart from each other as
    /// [`POOL_PPM_MAX`] lets.
    ///
    /// # Errors
    /// [`ModelError::TooMany`] above 2^32 − 1 rows.
    pub(super) fn draw(params: &MlpParams, rows: usize) -> Result<Self, ModelError> {
        let count = u32::try_from(rows).map_err(|_| ModelError::TooMany {
            what: "rows to fit a neural network on",
            got: rows,
            limit: u32::MAX as usize,
        })?;
        // Below 2^32 · 10^6.
        let share = |ppm: u64| (u64::from(count) * ppm / 1_000_000) as usize;
        let (networks, own) = (u64::from(params.ensemble_size), u64::from(params.validation_ppm));
        Ok(Self {
            order: CounterRng::new(params.seed, 0).permutation(count),
            pool: share((networks * own).min(POOL_PPM_MAX.max(own))),
            held_out: share(own),
            networks: usize::from(params.ensemble_size),
        })
    }

    /// The rows that are measured, in rising order; `None` for all.
    pub(super) fn measured(&self) -> Option<Vec<usize>> {
        let mut rows: Vec<usize> = self.order[self.pool..].iter().map(|&row| row as usize).collect();
        rows.sort_unstable();
        (self.pool > 0).then_some(rows)
    }

    /// The training and the validation rows of a network: its part of the pool begins where the others' are spread evenly.
    pub(super) fn of(&self, network: u8) -> (Vec<u32>, &[u32]) {
        let free = self.pool - self.held_out;
        let start = usize::from(network) * free / (self.networks - 1).max(1);
        let (before, rest) = self.order.split_at(start);
        let (validation, after) = rest.split_at(self.held_out);
        ([before, after].concat(), validation)
    }
}

/// What one network is trained with.
pub(super) struct Training<'a> {
    pub(super) table: &'a Table,
    pub(super) params: &'a MlpParams,
    pub(super) shape: &'a Shape,
    pub(super) split: &'a RowSplit,
    /// The output's bias at the start: the best constant output.
    pub(super) start: f64,
    /// Whether the slices of a batch are shared among threads.
    pub(super) parallel: bool,
}

impl Training<'_> {
    /// Trains network number `member` of an ensemble.
    ///
    /// # Errors
    /// [`ModelError::NotFinite`] if the loss or a parameter overflows.
    pub(super) fn run(&self, member: u8) -> Result<(Network, Curve), ModelError> {
        let stream = |number: u64| CounterRng::new(self.params.seed, u64::from(member) * STREAMS + number);
        let (training, validation) = self.split.of(member);
        let mut network = self.initial(stream(1));
        let mut adam = Adam::new(
            self.shape.len(),
            [self.params.beta1_ppm, self.params.beta2_ppm].map(|beta| f64::from(beta) / 1e6),
        );
        let epochs = self.epochs(training.len());
        let batch_rows = self.params.batch_rows as usize;
        let steps = epochs as u64 * training.len().div_ceil(batch_rows) as u64;
        let slices = batch_rows.min(training.len()).div_ceil(SLICE_ROWS);
        let mut works: Vec<Workspace> =
            (0..slices).map(|_| Workspace::new(self.shape, SLICE_ROWS, true)).collect();
        let (mut curve, mut best, mut step) = (Curve { epochs: Vec::new(), best: 0 }, None, 0u64);
        for epoch in 0..epochs {
            let order = stream(2 + epoch as u64).permutation(training.len() as u32);
            let order: Vec<u32> = order.into_iter().map(|at| training[at as usize]).collect();
            let mut loss = 0.0;
            for batch in order.chunks(batch_rows) {
                loss += self.batch_gradient(&network, batch, &mut works);
                let rate =
                    f64::from(self.params.learning_rate_ppm) / 1e6 * (steps - step) as f64 / steps as f64;
                let decay = f64::from(self.params.weight_decay_micro) / 1e6;
                let decaying = self.shape.weights().map(|(range, _, _)| range);
                adam.step(&mut network.parameters, &works[0].gradient, rate, decay, decaying);
                network.pack();
                step += 1;
            }
            let training = finite("a training loss", loss / order.len() as f64)?;
            for &parameter in &network.parameters {
                finite("a fitted weight", parameter.into())?;
            }
            let validation = match validation.is_empty() {
                true => None,
                false => Some(finite("a validation loss", self.table.mean_loss(&network, validation))?),
            };
            curve.epochs.push(EpochLoss { training, validation });
            let Some(loss) = validation else {
                curve.best = epoch;
                continue;
            };
            match &best {
                Some((least, _)) if loss >= *least => {
                    if epoch - curve.best >= self.params.patience as usize {
                        break;
                    }
                }
                _ => {
                    curve.best = epoch;
                    best = Some((loss, network.parameters.clone()));
                }
            }
        }
        if let Some((_, parameters)) = best {
            network.parameters = parameters;
            network.pack();
        }
        Ok((network, curve))
    }

    /// How many epochs there are at most.
    fn epochs(&self, training_rows: usize) -> usize {
        let affordable = self.params.row_visits_max / training_rows as u64;
        // At most 10,000.
        affordable.clamp(1, self.params.epochs.into()) as usize
    }

    /// Weights uniform within ±√(6 / inputs) before a ReLU (He et al. 2015) and ±√(6 / (inputs + outputs)) otherwise (Glorot and
    /// Bengio 2010); biases 0 but for the output's.
    fn initial(&self, rng: CounterRng) -> Network {
        let mut network = Network::new(self.shape.clone());
        let layers: Vec<_> = self.shape.weights().collect();
        let mut draw = 0;
        for position in self.shape.positions() {
            let Some((_, inputs, outputs)) = layers.iter().find(|(range, _, _)| range.contains(&position))
            else {
                // A bias.
                continue;
            };
            let rectified =
                self.params.activation == Activation::Relu && position < layers[layers.len() - 1].0.start;
            let fan = if rectified { *inputs } else { inputs + outputs };
            let bound = libm::sqrt(6.0 / fan as f64);
            network.parameters[position] = ((2.0 * rng.unit(draw) - 1.0) * bound) as f32;
            draw += 1;
        }
        network.parameters[self.shape.output_bias()] = self.start as f32;
        network.pack();
        network
    }

    /// Leaves the gradient of the batch's mean loss in the first workspace and returns the sum of the losses.
    pub(super) fn batch_gradient(&self, network: &Network, batch: &[u32], works: &mut [Workspace]) -> f64 {
        let scale = 1.0 / batch.len() as f64;
        let slice = |work: &mut Workspace, rows: &[u32]| {
            let loss = self.table.losses(network, rows, scale, work);
            network.gradient(work);
            loss
        };
        let used = batch.len().div_ceil(SLICE_ROWS);
        let losses: Vec<f64> = if self.parallel && used > 1 {
            works
                .par_iter_mut()
                .zip(batch.par_chunks(SLICE_ROWS))
                .map(|(work, rows)| slice(work, rows))
                .collect()
        } else {
            works.iter_mut().zip(batch.chunks(SLICE_ROWS)).map(|(work, rows)| slice(work, rows)).collect()
        };
        if let Some((first, others)) = works[..used].split_first_mut() {
            for other in others {
                for (sum, value) in first.gradient.iter_mut().zip(&other.gradient) {
                    *sum += value;
                }
            }
        }
        let mut sum = 0.0;
        for loss in losses {
            sum += loss;
        }
        sum
    }
}

fn finite(what: &'static str, value: f64) -> Result<f64, ModelError> {
    if value.is_finite() { Ok(value) } else { Err(ModelError::NotFinite { what, value }) }
}
