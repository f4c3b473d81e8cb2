//! The specification as a JSON file.

use std::path::Path;

use attention_core::interest::InterestError;
use attention_core::spec::check_model;
use attention_features::{InterestSpec, InterestSpecValues};

/// A specification has a few kilobytes.
const BYTES_MAX: u64 = 1 << 20;

/// Reads and checks a specification.
///
/// # Errors
/// A text naming the field, or what the system said.
pub fn read(path: &Path) -> Result<InterestSpec, String> {
    let metadata = std::fs::metadata(path).map_err(|error| error.to_string())?;
    if metadata.len() > BYTES_MAX {
        return Err(format!("{} bytes long, at most {BYTES_MAX} are read", metadata.len()));
    }
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    let values: InterestSpecValues = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    check(values).map_err(|error| error.to_string())
}

/// Checks every field, the hyper-parameters of the model by their estimator.
///
/// # Errors
/// [`InterestError`] naming the first field out of range.
pub fn check(values: InterestSpecValues) -> Result<InterestSpec, InterestError> {
    let spec = values.check()?;
    check_model(&spec)?;
    Ok(spec)
}
