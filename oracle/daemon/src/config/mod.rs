//! The configuration: one documented TOML file, environment on top, parsed into real types once.

mod raw;
mod rotation;
mod values;

pub use raw::{EXAMPLE, RawConfig};
pub use rotation::RotationPolicy;
pub use values::{ApiConfig, Config, DeploymentConfig, PeersConfig, RoundSettings};

use std::path::{Path, PathBuf};

use thiserror::Error;

/// Environment variables that override keys start with this; sections are separated by `__`.
pub const ENV_PREFIX: &str = "ATTENTION__";
/// The configuration file if no option names one.
pub const DEFAULT_FILE: &str = "attention.toml";
/// Names the configuration file when no option does.
pub const CONFIG_FILE_ENV: &str = "ATTENTION_CONFIG";

/// What is wrong with the configuration. Every message names the file and the key.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{file}: {reason}; make one with `attention-oracle init`")]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// Not the TOML that is expected: a wrong type, an unknown or a missing key.
    #[error("{source_name}: {}{reason}", .key.as_ref().map(|key| format!("key {key}: ")).unwrap_or_default())]
    Shape {
        /// The file or the environment.
        source_name: String,
        /// Dotted path of the key, if one is to blame.
        key: Option<String>,
        /// What is wrong.
        reason: String,
    },
    /// A value that cannot be used.
    #[error("{file}: {key} is {value:?}: {requirement}")]
    Value {
        /// The file.
        file: PathBuf,
        /// Dotted path of the key.
        key: &'static str,
        /// As given.
        value: String,
        /// What it has to be.
        requirement: String,
    },
    /// A key that this command needs is empty.
    #[error("{file}: {key} is not set: {requirement}")]
    Unset {
        /// The file.
        file: PathBuf,
        /// Dotted path of the key.
        key: &'static str,
        /// What to do.
        requirement: &'static str,
    },
}

impl Config {
    /// Reads `file`, lays the environment on top and checks every value.
    ///
    /// # Errors
    /// [`ConfigError`] naming file, key and value.
    pub fn load(file: &Path) -> Result<Self, ConfigError> {
        let raw = raw::load(file)?;
        Self::check(raw, file)
    }

    /// As [`Config::load`], with the text that is going to stand in `file`.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn parse(text: &str, file: &Path) -> Result<Self, ConfigError> {
        Self::check(raw::parse(text, file)?, file)
    }
}
