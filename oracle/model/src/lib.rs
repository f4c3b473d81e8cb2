//! Deterministic estimators: the same bytes on every machine, thread count and build.
//!
//! What makes them so: features are integers and their statistics are exact integer sums; rows are
//! processed in fixed chunks of [`CHUNK_ROWS`] whose partial sums are merged in row order, however many
//! threads compute them; transcendental functions come from the `libm` crate alone; there is no fused
//! multiply-add and no matrix-multiply kernel chosen at run time; iteration counts are fixed. `libm` may leave
//! square root, rounding and fused multiply-add to the processor (its feature `arch`, off here and turned on by
//! another crate of the daemon): these are correctly rounded either way, so no bit depends on it.
//!
//! The crate knows nothing of chains, files or clocks. Data comes in as a [`Dataset`], a fit needs checked
//! hyper-parameters ([`ParamGuard`]), and a fitted [`Model`] is a canonical, versioned file whose sha256 is
//! the model's name.

#![deny(clippy::unwrap_used, clippy::expect_used)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod attribution;
mod blocks;
mod calibration;
mod class_weight;
mod codec;
mod curve;
mod dataset;
mod encoder;
mod error;
mod importance;
mod linalg;
mod linear;
mod logistic;
mod math;
mod metrics;
mod mlp;
mod model;
mod parts;
mod prior;
pub mod ranking;
pub mod recommend;
mod rng;
mod schema;
mod subset;
mod trained_on;
mod traits;
mod trees;
mod weighted;

pub use calibration::{CalibratedModel, Calibration, Calibrator};
pub use curve::{Curve, EpochLoss};
pub use dataset::{CHUNK_ROWS, Dataset, ROWS_MAX, TARGET_ABS_MAX, Target, TargetKind};
pub use encoder::{COLUMNS_MAX, Encoder, Normalisation};
pub use error::ModelError;
pub use importance::{Importance, REPEATS_MAX, permutation_importance};
pub use linalg::solve_spd;
pub use linear::{
    BATCH_ROWS_MAX, CheckedDescentParams, CheckedLinearParams, DescentParams, EPOCHS_MAX, LinearModel,
    LinearParams, squared_error_and_gradient,
};
pub use logistic::{
    CheckedLogisticParams, DENSE_COLUMNS_MAX, LogisticModel, LogisticParams, NEWTON_ROUNDS_MAX,
    loss_and_gradient,
};
pub use math::{log_loss_of_logit, sampling_correction, sigmoid};
pub use metrics::{GroupedAuc, Reliability, auc, base_rate, calibration_error, grouped_auc, mean_log_loss};
pub use mlp::{
    Activation, CheckedMlpParams, ENSEMBLE_MAX, HIDDEN_LAYERS_MAX, MlpModel, MlpParams, UNITS_MAX,
};
pub use model::{FILE_BYTES_MAX, Model};
pub use parts::{Layer, Output, Parts, ScaleParts, TreeNode};
pub use prior::PriorModel;
pub use rng::{CounterRng, splitmix64};
pub use schema::{
    FEATURE_ABS_MAX, FEATURES_MAX, FeatureKind, FeatureSchema, LEVELS_MAX, MISSING, NAME_BYTES_MAX,
};
pub use trained_on::TrainedOn;
pub use traits::{Fit, ParamGuard, Predict};
pub use trees::{
    CheckedForestParams, CheckedGbdtParams, CheckedTreeParams, FOREST_TREES_MAX, ForestModel, ForestParams,
    GbdtModel, GbdtParams, LEAVES_MAX, Monotone, Objective, ROUNDS_MAX, TREE_DEPTH_MAX, TREE_ROWS_MAX,
    TreeModel, TreeParams,
};
