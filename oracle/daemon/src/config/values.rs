//! The configuration's values, checked.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use attention_core::links::decode_address;
use attention_features::{InterestSpec, InterestSpecValues};
use attention_protocol::account::AccountId;
use attention_protocol::hash::Deployment;
use attention_protocol::{ConfigDigestInput, EpochClock, Hash, OperatorSet};
use cosmwasm_std::Binary;
use reqwest::Url;

use super::raw::{RawChain, RawConfig, RawDeployment};
use super::{ConfigError, RotationPolicy};
use crate::chain::{ChainConfig, GasPrice, HttpLimits};

/// Most peers: one less than the operators there can be.
const PEERS_MAX: usize = 31;
/// Most blocks that a transaction may wait for its inclusion.
const TIMEOUT_BLOCKS_MAX: u64 = 100_000;

/// The checked configuration. It holds no secret; addresses of nodes and peers are shown by host and port alone.
#[derive(Clone)]
pub struct Config {
    /// The file it came from.
    pub file: PathBuf,
    /// Everything the daemon writes.
    pub data_dir: PathBuf,
    /// The chain.
    pub chain: ChainConfig,
    /// The contract's address, if it is deployed.
    contract: Option<String>,
    /// Folder of the key files.
    pub keys_dir: PathBuf,
    /// Name of the signer key.
    pub signer: String,
    /// Name of the transmitter key.
    pub transmitter: String,
    deployment: RawDeployment,
    /// Which configurations besides the own one are signed for.
    pub rotation: RotationPolicy,
    /// The specification.
    pub spec: InterestSpec,
    /// The link file.
    pub links: Option<PathBuf>,
    /// Unit of prices.
    pub price_denom: String,
    /// Other operators.
    pub peers: PeersConfig,
    /// Own API.
    pub api: ApiConfig,
    /// Timing.
    pub round: RoundSettings,
    /// Threads for training; 0 = one per core.
    pub threads: usize,
}

/// The other operators' APIs.
#[derive(Clone)]
pub struct PeersConfig {
    /// Base addresses.
    pub urls: Vec<Url>,
    /// Bounds of one exchange.
    pub limits: HttpLimits,
    /// Bound of fetching one leaves file.
    pub leaves_timeout: Duration,
}

/// The own API.
#[derive(Debug, Clone)]
pub struct ApiConfig {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Most requests at once.
    pub concurrency_max: usize,
    /// Bound of one request.
    pub request_timeout: Duration,
}

/// Timing of the rounds.
#[derive(Debug, Clone)]
pub struct RoundSettings {
    /// Seconds between two operators' turns.
    pub step_s: u64,
    /// Pause between two looks at the chain.
    pub poll: Duration,
    /// Whether this operator transmits.
    pub transmit: bool,
}

/// A configuration of the contract: the own one as this operator believes it, or a later one that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeploymentConfig {
    /// The contract's address.
    pub contract: String,
    /// Its canonical bytes.
    pub contract_id: AccountId,
    /// Chain and contract.
    pub deployment: Deployment,
    /// Version of the configuration.
    pub config_version: u64,
    /// Operators and f.
    pub operators: OperatorSet,
    /// Operators' names in index order.
    pub names: Vec<String>,
    /// The epoch clock.
    pub clock: EpochClock,
    /// Hash of the specification.
    pub spec_hash: Hash,
}

impl DeploymentConfig {
    /// The digest that a report has to carry.
    pub fn digest(&self) -> Hash {
        ConfigDigestInput {
            deployment: &self.deployment,
            config_version: self.config_version,
            operators: &self.operators,
            spec_hash: &self.spec_hash,
            clock: &self.clock,
        }
        .digest()
    }

    /// The index of the operator with a public key.
    pub fn index_of(&self, pubkey: &[u8; 33]) -> Option<u8> {
        let position = self.operators.pubkeys().iter().position(|key| key == pubkey);
        position.and_then(|position| u8::try_from(position).ok())
    }
}

impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let hosts = |urls: &[Url]| urls.iter().map(crate::chain::host_and_port).collect::<Vec<_>>();
        f.debug_struct("Config")
            .field("file", &self.file)
            .field("data_dir", &self.data_dir)
            .field("chain_id", &self.chain.chain_id)
            .field("rpcs", &hosts(&self.chain.rpcs))
            .field("contract", &self.contract)
            .field("peers", &hosts(&self.peers.urls))
            .field("api", &self.api)
            .field("round", &self.round)
            .finish_non_exhaustive()
    }
}

/// Turns texts into values, and says which key was wrong.
struct Checker<'a> {
    file: &'a Path,
}

impl Checker<'_> {
    fn wrong(&self, key: &'static str, value: impl ToString, requirement: impl ToString) -> ConfigError {
        let (value, requirement) = (value.to_string(), requirement.to_string());
        ConfigError::Value { file: self.file.to_owned(), key, value, requirement }
    }

    fn duration(&self, key: &'static str, text: &str) -> Result<Duration, ConfigError> {
        let duration = humantime::parse_duration(text);
        let duration =
            duration.map_err(|_| self.wrong(key, text, "a duration such as \"500ms\", \"10s\" or \"5m\""))?;
        if duration.is_zero() || duration > Duration::from_secs(86_400) {
            return Err(self.wrong(key, text, "above zero and at most one day"));
        }
        Ok(duration)
    }

    fn urls(&self, key: &'static str, texts: &[String], max: usize) -> Result<Vec<Url>, ConfigError> {
        if texts.len() > max {
            return Err(self.wrong(key, format!("{} addresses", texts.len()), format!("at most {max}")));
        }
        let url = |text: &String| match text.parse::<Url>() {
            Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(url),
            _ => Err(self.wrong(key, text, "an address such as \"http://127.0.0.1:26657\"")),
        };
        texts.iter().map(url).collect()
    }

    /// A path from the configuration file's folder.
    fn path(&self, text: &str) -> PathBuf {
        self.file.parent().unwrap_or(Path::new("")).join(text)
    }

    fn optional_path(&self, text: &str) -> Option<PathBuf> {
        Some(text).filter(|text| !text.is_empty()).map(|text| self.path(text))
    }

    fn chain(&self, raw: &RawChain) -> Result<ChainConfig, ConfigError> {
        let rpcs = self.urls("chain.rpcs", &raw.rpcs, 8)?;
        if rpcs.is_empty() {
            return Err(self.wrong("chain.rpcs", "[]", "at least one node"));
        }
        let gas_price: GasPrice = raw
            .gas_price
            .parse()
            .map_err(|_| self.wrong("chain.gas_price", &raw.gas_price, "such as \"0.025uattn\""))?;
        if raw.chain_id.is_empty() || raw.chain_id.len() > 64 {
            return Err(self.wrong("chain.chain_id", &raw.chain_id, "1 to 64 bytes"));
        }
        let lower = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        if raw.prefix.is_empty() || raw.prefix.len() > 32 || !raw.prefix.chars().all(lower) {
            return Err(self.wrong("chain.prefix", &raw.prefix, "1 to 32 lower-case letters and digits"));
        }
        if !(1..=TIMEOUT_BLOCKS_MAX).contains(&raw.timeout_blocks) {
            return Err(self.wrong("chain.timeout_blocks", raw.timeout_blocks, "1 to 100000"));
        }
        let timeout = self.duration("chain.request_timeout", &raw.request_timeout)?;
        Ok(ChainConfig {
            prefix: raw.prefix.clone(),
            fee_max: u128::from(raw.fee_max),
            inclusion_timeout: self.duration("chain.inclusion_timeout", &raw.inclusion_timeout)?,
            poll_interval: self.duration("chain.poll_interval", &raw.poll_interval)?,
            timeout_blocks: raw.timeout_blocks,
            block_age_max: self.duration("chain.block_age_max", &raw.block_age_max)?,
            limits: HttpLimits { timeout, ..HttpLimits::default() },
            ..ChainConfig::new(rpcs, raw.chain_id.as_str(), gas_price)
        })
    }

    fn spec(&self, text: &str) -> Result<InterestSpec, ConfigError> {
        let Some(path) = self.optional_path(text) else {
            let built_in = InterestSpecValues::sales();
            return crate::spec_file::check(built_in).map_err(|error| self.wrong("spec.file", text, error));
        };
        crate::spec_file::read(&path).map_err(|error| self.wrong("spec.file", path.display(), error))
    }
}

impl Config {
    pub(super) fn check(raw: RawConfig, file: &Path) -> Result<Self, ConfigError> {
        let checker = Checker { file };
        if raw.data_dir.is_empty() {
            return Err(checker.wrong("data_dir", "", "a folder"));
        }
        let data_dir = checker.path(&raw.data_dir);
        let chain = checker.chain(&raw.chain)?;
        let contract = Some(raw.chain.contract).filter(|contract| !contract.is_empty());
        if let Some(contract) = &contract {
            decode_address(contract, &chain.prefix)
                .map_err(|error| checker.wrong("chain.contract", contract, error))?;
        }
        if raw.keys.signer == raw.keys.transmitter {
            let requirement = "another key than keys.signer: who pays gas must not be able to sign reports";
            return Err(checker.wrong("keys.transmitter", &raw.keys.transmitter, requirement));
        }
        let listen = raw.api.listen.parse();
        let listen =
            listen.map_err(|_| checker.wrong("api.listen", &raw.api.listen, "such as \"127.0.0.1:7780\""))?;
        if !(1..=10_000).contains(&raw.api.concurrency_max) {
            return Err(checker.wrong("api.concurrency_max", raw.api.concurrency_max, "1 to 10000"));
        }
        if !(1..=3_600).contains(&raw.round.step_s) {
            return Err(checker.wrong("round.step_s", raw.round.step_s, "1 to 3600"));
        }
        let RawDeployment { accepted_configs, accept_rotation, .. } = &raw.deployment;
        let rotation =
            RotationPolicy::new(accepted_configs, *accept_rotation).map_err(|(value, requirement)| {
                checker.wrong("deployment.accepted_configs", value, requirement)
            })?;
        if raw.model.threads > 1_024 {
            return Err(checker.wrong("model.threads", raw.model.threads, "at most 1024"));
        }
        Ok(Self {
            file: file.to_owned(),
            keys_dir: checker.optional_path(&raw.keys.dir).unwrap_or_else(|| data_dir.join("keys")),
            data_dir,
            chain,
            contract,
            signer: raw.keys.signer,
            transmitter: raw.keys.transmitter,
            deployment: raw.deployment,
            rotation,
            spec: checker.spec(&raw.spec.file)?,
            links: checker.optional_path(&raw.data.links),
            price_denom: raw.data.price_denom,
            peers: PeersConfig {
                urls: checker.urls("peers.urls", &raw.peers.urls, PEERS_MAX)?,
                leaves_timeout: checker.duration("peers.leaves_timeout", &raw.peers.leaves_timeout)?,
                limits: HttpLimits {
                    timeout: checker.duration("peers.timeout", &raw.peers.timeout)?,
                    body_bytes_max: raw.peers.body_bytes_max,
                },
            },
            api: ApiConfig {
                listen,
                concurrency_max: raw.api.concurrency_max,
                request_timeout: checker.duration("api.request_timeout", &raw.api.request_timeout)?,
            },
            round: RoundSettings {
                step_s: raw.round.step_s,
                poll: checker.duration("round.poll", &raw.round.poll)?,
                transmit: raw.round.transmit,
            },
            threads: raw.model.threads,
        })
    }

    /// The contract's address.
    ///
    /// # Errors
    /// [`ConfigError::Unset`].
    pub fn contract(&self) -> Result<&str, ConfigError> {
        let requirement = "put the address of the rewards contract there, or set ATTENTION__CHAIN__CONTRACT";
        let unset = || ConfigError::Unset { file: self.file.clone(), key: "chain.contract", requirement };
        self.contract.as_deref().ok_or_else(unset)
    }

    /// The contract's configuration as this operator believes it.
    ///
    /// # Errors
    /// [`ConfigError::Unset`] without a contract or operators, [`ConfigError::Value`] for a bad key or number.
    pub fn deployment(&self) -> Result<DeploymentConfig, ConfigError> {
        let checker = Checker { file: &self.file };
        let contract = self.contract()?.to_owned();
        let raw = &self.deployment;
        if raw.operators.is_empty() {
            let requirement = "list the operators, or run `attention-oracle init --instantiate-msg FILE`";
            return Err(ConfigError::Unset {
                file: self.file.clone(),
                key: "deployment.operators",
                requirement,
            });
        }
        let contract_id = decode_address(&contract, &self.chain.prefix)
            .map_err(|error| checker.wrong("chain.contract", &contract, error))?;
        let deployment = Deployment::new(&self.chain.chain_id, &contract_id)
            .map_err(|error| checker.wrong("chain.chain_id", &self.chain.chain_id, error))?;
        let mut pubkeys = Vec::new();
        for operator in &raw.operators {
            let bytes = hex::decode(&operator.pubkey).map_err(|_| {
                checker.wrong(
                    "deployment.operators.pubkey",
                    &operator.pubkey,
                    "66 hex digits (operator keys show)",
                )
            })?;
            pubkeys.push(Binary::from(bytes));
        }
        let operators = OperatorSet::new(&pubkeys, raw.faulty_max).map_err(|error| {
            checker.wrong("deployment.operators", format!("{} keys", pubkeys.len()), error)
        })?;
        let clock = EpochClock {
            genesis_s: raw.genesis_s,
            epoch_length_s: raw.epoch_length_s,
            report_period_s: raw.report_period_s,
            dispute_window_s: raw.dispute_window_s,
            open_period_s: raw.open_period_s,
            min_blocks: raw.min_blocks,
        };
        clock.validate(0).map_err(|error| checker.wrong("deployment", "the clock", error))?;
        Ok(DeploymentConfig {
            contract,
            contract_id,
            deployment,
            config_version: raw.config_version,
            operators,
            names: raw.operators.iter().map(|operator| operator.name.clone()).collect(),
            clock,
            spec_hash: self.spec.hash(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::EXAMPLE;

    fn check(from: &str, to: &str) -> Result<Config, ConfigError> {
        assert!(EXAMPLE.contains(from));
        Config::check(toml::from_str(&EXAMPLE.replace(from, to)).unwrap(), Path::new("/etc/attention.toml"))
    }

    #[test]
    fn bad_values_name_file_key_and_value() {
        let cases = [
            ("\"http://127.0.0.1:26657\"", "\"tcp://x\"", "chain.rpcs is \"tcp://x\""),
            ("[\"http://127.0.0.1:26657\"]", "[]", "chain.rpcs is \"[]\": at least one node"),
            ("\"0.025uattn\"", "\"cheap\"", "chain.gas_price is \"cheap\""),
            ("chain_id = \"attention-local-1\"", "chain_id = \"\"", "chain.chain_id is \"\""),
            ("prefix = \"wasm\"", "prefix = \"WASM\"", "chain.prefix is \"WASM\""),
            ("contract = \"\"", "contract = \"wasm1x\"", "chain.contract is \"wasm1x\""),
            (
                "request_timeout = \"10s\"\n# How",
                "request_timeout = \"soon\"\n# How",
                "chain.request_timeout is \"soon\"",
            ),
            ("poll = \"1s\"", "poll = \"0s\"", "round.poll is \"0s\": above zero"),
            ("transmitter = \"transmitter\"", "transmitter = \"signer\"", "keys.transmitter is \"signer\""),
            ("\"127.0.0.1:7780\"", "\"localhost\"", "api.listen is \"localhost\""),
            ("accepted_configs = []", "accepted_configs = [\"00\"]", "deployment.accepted_configs is \"00\""),
            ("concurrency_max = 64", "concurrency_max = 0", "api.concurrency_max is \"0\""),
            ("file = \"\"", "file = \"gone.json\"", "spec.file is \"/etc/gone.json\""),
        ];
        for (from, to, expected) in cases {
            let error = check(from, to).unwrap_err().to_string();
            assert!(error.starts_with("/etc/attention.toml: ") && error.contains(expected), "{error}");
        }
    }

    #[test]
    fn a_contract_is_needed_only_by_who_asks() {
        let config = check("threads = 0", "threads = 2").unwrap();
        assert!(config.contract().unwrap_err().to_string().contains("chain.contract is not set"));
        assert_eq!(config.keys_dir, Path::new("/etc/data/keys"));
    }

    #[test]
    fn debug_shows_hosts_alone() {
        let config = check("http://127.0.0.1:26657", "https://user:pass@node.example/secret-path").unwrap();
        let shown = format!("{config:?}");
        assert!(
            shown.contains("node.example:443") && !shown.contains("pass") && !shown.contains("secret"),
            "{shown}"
        );
    }
}
