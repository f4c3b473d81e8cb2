//! What can go wrong.

use attention_features::FeaturesError;
use thiserror::Error;

/// Every error of this crate.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SimulatorError {
    /// A parameter is out of its range.
    #[error("{name} is {value}, must be {low} to {high}")]
    Parameter {
        /// Its name.
        name: &'static str,
        /// Its value.
        value: u64,
        /// The smallest allowed.
        low: u64,
        /// The largest allowed.
        high: u64,
    },
    /// An identifier made here was refused.
    #[error(transparent)]
    Features(#[from] FeaturesError),
}
