//! Whether a specification can be worked by, and whether it is the one in force.

use attention_features::InterestSpec;
use attention_protocol::Hash;
use thiserror::Error;

use crate::interest::{Estimator, InterestError};

/// The local specification is not the one that a configuration asks for.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "configuration version {config_version} asks for the specification {}, the local one is {}: put the right file into \
     spec.file and start again",
    hex::encode(theirs),
    hex::encode(ours)
)]
pub struct OtherSpec {
    /// The version of the configuration.
    pub config_version: u64,
    /// `spec_hash` of the local specification.
    pub ours: Hash,
    /// The one in force.
    pub theirs: Hash,
}

/// Whether the specification in force (`theirs`) is the local one.
///
/// # Errors
/// [`OtherSpec`]: nothing may be signed under that configuration.
pub fn check_spec_hash(config_version: u64, theirs: Hash, ours: Hash) -> Result<(), OtherSpec> {
    if theirs == ours {
        return Ok(());
    }
    Err(OtherSpec { config_version, ours, theirs })
}

/// Whether every hyper-parameter of the specification's model is in its estimator's range. To be asked wherever a specification
/// is read, so that one that cannot be fitted is refused there and not in the middle of an epoch; a fit asks it again.
///
/// # Errors
/// [`InterestError::Hyperparameter`] naming the first field out of range, its value and what is allowed.
pub fn check_model(spec: &InterestSpec) -> Result<(), InterestError> {
    Estimator::of(&spec.values().model).map(|_| ())
}
