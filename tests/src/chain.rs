//! A real wasmd chain of its own for a test binary or the demo; it ends with the process that started it.

use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde::Deserialize;

use crate::error::E2eError;

/// What `scripts/localchain start --json` prints.
#[derive(Debug, Clone, Deserialize)]
pub struct ChainInfo {
    /// The chain id.
    pub chain_id: String,
    /// Base URL of the node's RPC.
    pub rpc: String,
    /// Denom that fees are paid in.
    pub denom: String,
    /// A second denom, for rewards.
    pub reward_denom: String,
    /// Least gas price, for example `0.025uattn`.
    pub gas_price: String,
    /// Bech32 prefix of accounts.
    pub prefix: String,
    /// The account that funds the others.
    pub faucet: Faucet,
    /// The node's log.
    pub log: PathBuf,
    /// Version of the node.
    pub wasmd_version: String,
    /// The node's program, which is its command line too.
    pub wasmd: PathBuf,
    /// The node's home, with the test keyring.
    pub home: PathBuf,
}

/// The account that holds the chain's coins at genesis.
#[derive(Debug, Clone, Deserialize)]
pub struct Faucet {
    /// Its address.
    pub address: String,
    /// A file with its mnemonic.
    pub mnemonic_file: PathBuf,
}

/// A running chain. Dropping it stops the node and deletes its home.
#[derive(Debug)]
pub struct LocalChain {
    info: ChainInfo,
    lifetime: Lifetime,
}

/// What ends the node.
#[derive(Debug)]
enum Lifetime {
    /// The end of this process, however it comes.
    Process { node: Child, _folder: tempfile::TempDir },
    /// [`LocalChain`] being dropped.
    Value,
    /// Whoever runs `scripts/localchain stop`.
    Kept,
}

impl LocalChain {
    /// Starts a chain with ports of its own and waits for its first block. Builds wasmd if the cache does not hold it.
    pub fn start(chain_id: &str) -> Result<Self, E2eError> {
        let folder = tempfile::tempdir().map_err(|error| E2eError::io("a temporary folder", error))?;
        let home = folder.path().join("chain");
        let mut node = script("localchain")
            .args(["start", "--foreground", "--json", "--chain-id", chain_id, "--home"])
            .arg(&home)
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| E2eError::io("scripts/localchain", error))?;
        let stdout = node
            .stdout
            .take()
            .ok_or(E2eError::Output("scripts/localchain start made no chain (see above)".into()))?;
        // The document is printed once blocks are made; the script's own deadline ends the wait if they never are.
        let mut documents = serde_json::Deserializer::from_reader(BufReader::new(stdout)).into_iter();
        match documents.next() {
            Some(Ok(info)) => Ok(Self { info, lifetime: Lifetime::Process { node, _folder: folder } }),
            _ => {
                let _ = node.kill();
                Err(E2eError::Output("scripts/localchain start made no chain (see above)".into()))
            }
        }
    }

    /// Starts a chain in `home` that can outlive this process: see [`LocalChain::keep`].
    ///
    /// # Errors
    /// [`E2eError`] with what the script says.
    pub fn start_in(home: &Path, chain_id: &str) -> Result<Self, E2eError> {
        let output = script("localchain")
            .args(["start", "--json", "--chain-id", chain_id, "--home"])
            .arg(home)
            .stderr(Stdio::inherit())
            .output()
            .map_err(|error| E2eError::io("scripts/localchain", error))?;
        let info = serde_json::from_slice(&output.stdout)
            .map_err(|_| E2eError::Output("scripts/localchain start failed (see above)".into()))?;
        Ok(Self { info, lifetime: Lifetime::Value })
    }

    /// Leaves the node running for good.
    pub fn keep(&mut self) {
        self.lifetime = Lifetime::Kept;
    }

    /// Where it is and what it runs.
    pub fn info(&self) -> &ChainInfo {
        &self.info
    }

    /// Sends `coins` (for example `1000uattn`) from the faucet to each address, and waits for the block. At most 500.
    pub fn fund(&self, addresses: &[String], coins: &[&str]) -> Result<(), E2eError> {
        let output = script("localchain")
            .args(["fund", "--home"])
            .arg(&self.info.home)
            .arg(addresses.join(","))
            .args(coins)
            .output()
            .map_err(|error| E2eError::io("scripts/localchain", error))?;
        if output.status.success() {
            return Ok(());
        }
        Err(E2eError::Output(format!("scripts/localchain fund: {}", String::from_utf8_lossy(&output.stderr))))
    }
}

impl Drop for LocalChain {
    fn drop(&mut self) {
        if matches!(self.lifetime, Lifetime::Kept) {
            return;
        }
        let stopped = script("localchain").args(["stop", "--purge", "--home"]).arg(&self.info.home).output();
        if let Lifetime::Process { node, .. } = &mut self.lifetime {
            if stopped.is_ok_and(|output| output.status.success()) {
                let _ = node.wait();
            } else {
                let _ = node.kill();
            }
        }
    }
}

/// The repository's root.
pub fn repository() -> &'static Path {
    // The tests' crate stands one level below the root.
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// A command of `scripts/`.
pub fn script(name: &str) -> Command {
    Command::new(repository().join("scripts").join(name))
}

/// Where `scripts/wasm` puts the optimised contract.
pub fn contract_path() -> PathBuf {
    repository().join("artifacts/attention_rewards.wasm")
}

/// A contract that `scripts/wasm` built beside it, by its file's name.
///
/// # Errors
/// [`E2eError::Io`] if it is not there.
pub fn artifact(file: &str) -> Result<PathBuf, E2eError> {
    let path = repository().join("artifacts").join(file);
    let there = std::fs::metadata(&path);
    there.map_err(|error| E2eError::io(format!("{} (scripts/wasm builds it)", path.display()), error))?;
    Ok(path)
}

/// A released contract in `tests/fixtures`, by its file's name.
pub fn fixture(file: &str) -> Result<PathBuf, E2eError> {
    let path = repository().join("tests/fixtures").join(file);
    let there = std::fs::metadata(&path);
    there.map(|_| path.clone()).map_err(|error| E2eError::io(path.display().to_string(), error))
}

/// The optimised contract that `scripts/wasm` built.
///
/// # Errors
/// [`E2eError::Io`] if it is not there.
pub fn contract_wasm() -> Result<Vec<u8>, E2eError> {
    let path = contract_path();
    std::fs::read(&path)
        .map_err(|error| E2eError::io(format!("{} (scripts/wasm builds it)", path.display()), error))
}
