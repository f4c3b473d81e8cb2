//! The file's shape.

use std::path::Path;

use figment::Figment;
use figment::error::Actual;
use figment::providers::{Env, Format, Toml};
use serde::{Deserialize, Serialize};

use super::{ConfigError, ENV_PREFIX};

/// The example file, every key with its comment; what `init` writes.
pub const EXAMPLE: &str = include_str!("../../config.example.toml");

/// The file as it stands: no value is checked yet. The example file documents each key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawConfig {
    /// See the example file; so for all.
    pub data_dir: String,
    /// The chain.
    pub chain: RawChain,
    /// Key files.
    pub keys: RawKeys,
    /// The contract's configuration as this operator believes it.
    pub deployment: RawDeployment,
    /// The specification.
    pub spec: RawSpec,
    /// Data beside the events.
    pub data: RawData,
    /// Other operators.
    pub peers: RawPeers,
    /// Own API.
    pub api: RawApi,
    /// Timing of the rounds.
    pub round: RawRound,
    /// Training.
    pub model: RawModel,
}

/// `[chain]`; the example file documents each key.
#[allow(missing_docs, reason = "documented once, in the example file")]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawChain {
    pub rpcs: Vec<String>,
    pub chain_id: String,
    pub contract: String,
    pub prefix: String,
    pub gas_price: String,
    pub fee_max: u64,
    pub request_timeout: String,
    pub inclusion_timeout: String,
    pub poll_interval: String,
    pub timeout_blocks: u64,
    pub block_age_max: String,
}

/// `[keys]`; the example file documents each key.
#[allow(missing_docs, reason = "documented once, in the example file")]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawKeys {
    pub dir: String,
    pub signer: String,
    pub transmitter: String,
}

/// `[deployment]`; the example file documents each key.
#[allow(missing_docs, reason = "documented once, in the example file")]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawDeployment {
    pub config_version: u64,
    pub faulty_max: u8,
    pub genesis_s: u64,
    pub epoch_length_s: u64,
    pub report_period_s: u64,
    pub dispute_window_s: u64,
    pub open_period_s: u64,
    pub min_blocks: u32,
    pub operators: Vec<RawOperator>,
    pub accepted_configs: Vec<String>,
    pub accept_rotation: bool,
}

/// One of `[deployment] operators`; the example file documents each key.
#[allow(missing_docs, reason = "documented once, in the example file")]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawOperator {
    pub name: String,
    pub pubkey: String,
}

/// `[spec]`; the example file documents each key.
#[allow(missing_docs, reason = "documented once, in the example file")]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawSpec {
    pub file: String,
}

/// `[data]`; the example file documents each key.
#[allow(missing_docs, reason = "documented once, in the example file")]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawData {
    pub links: String,
    pub price_denom: String,
}

/// `[peers]`; the example file documents each key.
#[allow(missing_docs, reason = "documented once, in the example file")]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawPeers {
    pub urls: Vec<String>,
    pub timeout: String,
    pub leaves_timeout: String,
    pub body_bytes_max: usize,
}

/// `[api]`; the example file documents each key.
#[allow(missing_docs, reason = "documented once, in the example file")]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawApi {
    pub listen: String,
    pub concurrency_max: usize,
    pub request_timeout: String,
}

/// `[round]`; the example file documents each key.
#[allow(missing_docs, reason = "documented once, in the example file")]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawRound {
    pub step_s: u64,
    pub poll: String,
    pub transmit: bool,
}

/// `[model]`; the example file documents each key.
#[allow(missing_docs, reason = "documented once, in the example file")]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawModel {
    pub threads: usize,
}

pub(super) fn load(file: &Path) -> Result<RawConfig, ConfigError> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| ConfigError::Unreadable { file: file.to_owned(), reason: error.to_string() })?;
    parse(&text, file)
}

/// The text that stands, or is going to stand, in `file`.
pub(super) fn parse(text: &str, file: &Path) -> Result<RawConfig, ConfigError> {
    let figment = Figment::new().merge(Toml::string(text)).merge(Env::prefixed(ENV_PREFIX).split("__"));
    figment.extract().map_err(|error| shape(file, error))
}

/// Figment collects several errors; one is enough to act on. A key that is unknown comes before one that is missing:
/// it is the same key misspelt.
fn shape(file: &Path, error: figment::Error) -> ConfigError {
    let is_unknown = |error: &figment::Error| matches!(error.kind, figment::error::Kind::UnknownField(..));
    let error = error.clone().into_iter().find(is_unknown).unwrap_or(error);
    let from_environment =
        error.metadata.as_ref().is_some_and(|metadata| metadata.name.contains("environment"));
    let source_name =
        if from_environment { format!("environment ({ENV_PREFIX}...)") } else { file.display().to_string() };
    let mut path = error.path.clone();
    let reason = match &error.kind {
        figment::error::Kind::UnknownField(name, known) => {
            if path.last() != Some(name) {
                path.push(name.clone());
            }
            format!("there is no such key; there are {}", known.join(", "))
        }
        figment::error::Kind::MissingField(name) => {
            path.push(name.to_string());
            "missing".to_owned()
        }
        figment::error::Kind::InvalidType(found, expected)
        | figment::error::Kind::InvalidValue(found, expected) => {
            format!("is {}, must be {}", shown(found), requirement(expected))
        }
        kind => kind.to_string(),
    };
    let key = Some(path.join(".")).filter(|key| !key.is_empty());
    ConfigError::Shape { source_name, key, reason }
}

/// A value as it stands in the file.
fn shown(found: &Actual) -> String {
    match found {
        Actual::Bool(value) => value.to_string(),
        Actual::Unsigned(value) => value.to_string(),
        Actual::Signed(value) => value.to_string(),
        Actual::Float(value) => value.to_string(),
        Actual::Char(value) => format!("{value:?}"),
        Actual::Str(value) => format!("{value:?}"),
        other => other.to_string(),
    }
}

/// What a reader of TOML has to write there.
fn requirement(expected: &str) -> String {
    match expected {
        "u8" => format!("a whole number from 0 to {}", u8::MAX),
        "u32" => format!("a whole number from 0 to {}", u32::MAX),
        "u64" | "usize" => "a whole number, 0 or more".to_owned(),
        "a string" => "text in quotes".to_owned(),
        "a sequence" => "a list in square brackets".to_owned(),
        "a boolean" => "true or false".to_owned(),
        other => other.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load_text(text: &str) -> Result<RawConfig, ConfigError> {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("attention.toml");
        std::fs::write(&file, text).unwrap();
        load(&file)
    }

    #[test]
    fn the_example_holds_every_key_with_a_comment() {
        let config: RawConfig = toml::from_str(EXAMPLE).unwrap();
        let printed = toml::to_string(&config).unwrap();
        let keys = |text: &str| -> Vec<String> {
            let lines = text.lines().filter(|line| !line.starts_with('#') && line.contains(" = "));
            let mut keys: Vec<_> =
                lines.filter_map(|line| line.split(" = ").next()).map(str::to_owned).collect();
            keys.sort();
            keys
        };
        assert_eq!(keys(EXAMPLE), keys(&printed));
        let lines: Vec<_> = EXAMPLE.lines().collect();
        for pair in lines.windows(2) {
            let is_key = !pair[1].starts_with('#') && pair[1].contains(" = ");
            assert!(!is_key || pair[0].starts_with("# "), "{} has no comment above it", pair[1]);
        }
        assert!(crate::config::Config::check(config, Path::new("/x/attention.toml")).is_ok());
    }

    #[test]
    fn wrong_shapes_name_the_key() {
        let with = |from: &str, to: &str| load_text(&EXAMPLE.replace(from, to)).unwrap_err().to_string();
        assert!(with("step_s = 5", "steps = 5").contains("key round.steps: there is no such key"));
        assert!(with("fee_max = 5000000", "fee_max = \"much\"").contains("key chain.fee_max: "));
        assert!(with("[model]", "[modell]").contains("key modell: there is no such key"));
        assert!(with("data_dir = \"data\"", "").contains("key data_dir: missing"));
        assert!(with("[chain]", "[chain").contains("attention.toml"));
        let missing = load(Path::new("/nonexistent/a.toml")).unwrap_err().to_string();
        assert!(missing.starts_with("/nonexistent/a.toml: ") && missing.contains("init"), "{missing}");
    }
}
