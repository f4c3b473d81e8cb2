//! Hyper-parameters of a neural network and their ranges.

use serde::{Deserialize, Serialize};

use crate::traits::in_range;
use crate::{ModelError, Normalisation, ParamGuard, class_weight};

/// Most hidden layers.
pub const HIDDEN_LAYERS_MAX: usize = 8;
/// Most units of a hidden layer.
pub const UNITS_MAX: u16 = 1024;
/// Most networks whose mean is predicted.
pub const ENSEMBLE_MAX: u8 = 64;
const EPOCHS_MAX: u32 = 10_000;
const BATCH_ROWS_MAX: u32 = 1 << 20;

/// What a hidden unit makes of its weighted inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// `max(x, 0)`.
    #[default]
    Relu,
    /// The hyperbolic tangent.
    Tanh,
}

/// Unchecked hyper-parameters, integers so that a specification can hash them.
///
/// The defaults serve a table of some thousand rows as well as one of a million: batches are small, and
/// [`MlpParams::row_visits_max`] limits the epochs of a large table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MlpParams {
    /// Units of each hidden layer from the inputs on: 1 to [`HIDDEN_LAYERS_MAX`] layers of 1 to [`UNITS_MAX`].
    pub hidden: Vec<u16>,
    /// Of all hidden layers.
    pub activation: Activation,
    /// Passes over the training rows at most, 1 to 10,000.
    pub epochs: u32,
    /// Epochs × training rows at most, at least 1: there are as many whole epochs as fit, and at least one.
    pub row_visits_max: u64,
    /// Rows of a mini-batch, 1 to 2^20.
    pub batch_rows: u32,
    /// Adam's step size at the first batch, in millionths, 1 to 10^6. It falls linearly to zero at the end of the last epoch.
    pub learning_rate_ppm: u32,
    /// Decoupled weight decay (AdamW) in millionths, 0 to 10^6: a step of size r also takes `r · decay` of each weight away.
    pub weight_decay_micro: u32,
    /// Adam's decay of the mean gradient, in millionths, 0 to 999,999.
    pub beta1_ppm: u32,
    /// Adam's decay of the mean squared gradient, in millionths, 0 to 999,999.
    pub beta2_ppm: u32,
    /// How numeric features are scaled.
    pub normalisation: Normalisation,
    /// Share of the rows, in millionths (0 to 500,000), that each network does not learn from: they choose its best epoch, and no
    /// scale is measured on those of any. With none, the last epoch counts.
    pub validation_ppm: u32,
    /// Epochs without a better validation loss after which training stops, 1 to 10,000.
    pub patience: u32,
    /// Weight of a positive row's loss in millionths, 1 to 10^9; that of a negative row is 10^6. Other than 10^6 it shifts the
    /// predicted log-odds, which then need calibration. Only for a binary target.
    pub positive_weight_ppm: u32,
    /// Networks with other starts, orders and validation rows whose mean margin is predicted, 1 to [`ENSEMBLE_MAX`].
    pub ensemble_size: u8,
    /// Seed of everything random.
    pub seed: u64,
}

impl Default for MlpParams {
    fn default() -> Self {
        Self {
            hidden: vec![32, 16],
            activation: Activation::Relu,
            epochs: 40,
            row_visits_max: 4_000_000,
            batch_rows: 256,
            learning_rate_ppm: 5_000,
            weight_decay_micro: 10_000,
            beta1_ppm: 900_000,
            beta2_ppm: 999_000,
            normalisation: Normalisation::Quantile,
            validation_ppm: 100_000,
            patience: 8,
            positive_weight_ppm: class_weight::UNIT_PPM,
            ensemble_size: 4,
            seed: 1,
        }
    }
}

/// Hyper-parameters within their ranges; made by [`MlpParams::check`] alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedMlpParams(pub(super) MlpParams);

impl CheckedMlpParams {
    /// The checked values.
    pub fn values(&self) -> &MlpParams {
        &self.0
    }
}

impl ParamGuard for MlpParams {
    type Checked = CheckedMlpParams;

    fn check(self) -> Result<CheckedMlpParams, ModelError> {
        let refused = |name, value: String, range| Err(ModelError::Hyperparameter { name, value, range });
        if !(1..=HIDDEN_LAYERS_MAX).contains(&self.hidden.len()) {
            return refused("hidden", format!("{} layers", self.hidden.len()), "1 to 8 layers");
        }
        if let Some(units) = self.hidden.iter().find(|units| !(1..=UNITS_MAX).contains(units)) {
            return refused("hidden", format!("a layer of {units}"), "layers of 1 to 1024 units");
        }
        let ranges: [(&'static str, u64, u64, u64, &'static str); 10] = [
            ("epochs", self.epochs.into(), 1, EPOCHS_MAX.into(), "1 to 10000"),
            ("row_visits_max", self.row_visits_max, 1, u64::MAX, "at least 1"),
            ("batch_rows", self.batch_rows.into(), 1, BATCH_ROWS_MAX.into(), "1 to 1048576"),
            ("learning_rate_ppm", self.learning_rate_ppm.into(), 1, 1_000_000, "1 to 1000000"),
            ("weight_decay_micro", self.weight_decay_micro.into(), 0, 1_000_000, "0 to 1000000"),
            ("beta1_ppm", self.beta1_ppm.into(), 0, 999_999, "0 to 999999"),
            ("beta2_ppm", self.beta2_ppm.into(), 0, 999_999, "0 to 999999"),
            ("validation_ppm", self.validation_ppm.into(), 0, 500_000, "0 to 500000"),
            ("patience", self.patience.into(), 1, EPOCHS_MAX.into(), "1 to 10000"),
            ("ensemble_size", self.ensemble_size.into(), 1, ENSEMBLE_MAX.into(), "1 to 64"),
        ];
        for (name, value, least, most, range) in ranges {
            in_range(name, value, least, most, range)?;
        }
        class_weight::check(self.positive_weight_ppm)?;
        Ok(CheckedMlpParams(self))
    }
}
