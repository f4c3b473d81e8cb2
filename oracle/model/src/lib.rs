//! Deterministic estimators: the same bytes on every machine, thread count and build.
//!
//! What makes them so: features are integers and their statistics are exact integer sums; rows are
//! processed in fixed chunks of [`CHUNK_ROWS`] whose partial sums are merged in row order, however many
//! threads compute them; transcendental functions come from the `libm` crate alone; there is no fused
//! multiply-add and no matrix-multiply kernel chosen at run time; iteration counts are fixed.
//!
//! The crate knows nothing of chains, files or clocks. Data comes in as a [`Dataset`], a fit needs checked
//! hyper-parameters ([`ParamGuard`]), and a fitted [`Model`] is a canonical, versioned file whose sha256 is
//! the model's name.

#![deny(clippy::unwrap_used, clippy::expect_used)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod codec;
mod dataset;
mod encoder;
mod error;
mod linalg;
mod logistic;
mod math;
mod metrics;
mod model;
mod prior;
mod rng;
mod schema;
mod standardise;
mod trained_on;
mod traits;
mod trees;

pub use dataset::{CHUNK_ROWS, Dataset, ROWS_MAX, TARGET_ABS_MAX, Target, TargetKind};
pub use encoder::{COLUMNS_MAX, Encoder, Normalisation};
pub use error::ModelError;
pub use logistic::{
    CheckedLogisticParams, LogisticModel, LogisticParams, NEWTON_ROUNDS_MAX, loss_and_gradient,
};
pub use math::{log_loss_of_logit, sampling_correction, sigmoid};
pub use metrics::{GroupedAuc, Reliability, auc, base_rate, calibration_error, grouped_auc, mean_log_loss};
pub use model::{FILE_BYTES_MAX, Model};
pub use prior::PriorModel;
pub use rng::{CounterRng, splitmix64};
pub use schema::{
    FEATURE_ABS_MAX, FEATURES_MAX, FeatureKind, FeatureSchema, LEVELS_MAX, MISSING, NAME_BYTES_MAX,
};
pub use standardise::Standardiser;
pub use trained_on::TrainedOn;
pub use traits::{Fit, ParamGuard, Predict};
pub use trees::{
    CheckedForestParams, CheckedGbdtParams, CheckedTreeParams, FOREST_TREES_MAX, ForestModel, ForestParams,
    GbdtModel, GbdtParams, LEAVES_MAX, Monotone, Objective, ROUNDS_MAX, TREE_DEPTH_MAX, TREE_ROWS_MAX,
    TreeModel, TreeParams,
};
