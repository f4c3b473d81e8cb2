//! The specification as a JSON file.

use std::path::Path;

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
    values.check().map_err(|error| error.to_string())
}
