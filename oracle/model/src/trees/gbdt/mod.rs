//! Gradient boosting of trees on histograms (Friedman 2001; LightGBM, Ke et al. 2017), in exact integer sums.
//!
//! Gradients and hessians of every round are rounded, half to even, to integers on a power-of-two scale that depends on
//! the number of rows and the range of the target alone (`trees::sums`); from there to the gains everything is exact.

mod fit;
mod leaves;
mod model;
mod objective;
mod params;

pub use model::GbdtModel;
pub use params::{CheckedGbdtParams, GbdtParams, LEAVES_MAX, Objective, ROUNDS_MAX};
