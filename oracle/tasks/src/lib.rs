//! Task adapters: what the estimators of `attention-model` are used for, each a small file over the same engine.
//!
//! A task turns a file into integer features and a target, fits an estimator, and keeps both the fitted model and how the
//! file was read in one [`Bundle`]: whoever has it can predict for another file of the same columns.

#![deny(clippy::unwrap_used, clippy::expect_used)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod behaviour;
mod bundle;
pub mod churn;
mod error;
pub mod estimator;
pub mod fairness;
pub mod fit_spec;
pub mod folds;
mod frame;
pub mod insight;
pub mod interest;
pub mod interest_1m;
pub mod json;
pub mod leakage;
pub mod paired;
pub mod parameters;
pub mod price;
pub mod quality;
pub mod recommend;
pub mod registry;
pub mod report;
pub mod search;
pub mod stats;
pub mod table;
pub mod validation;
pub mod words;

pub use bundle::{BUNDLE_BYTES_MAX, Bundle, Task};
pub use error::TaskError;
