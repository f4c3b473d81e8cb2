//! Operators as their machines would run them: a folder, two keys, one daemon process each.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command};
use std::sync::atomic::{AtomicU16, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use attention_protocol::msg::OperatorInfo;
use cosmwasm_std::{Binary, HexBinary};
use serde::Deserialize;
use serde_json::Value;

use crate::chain::ChainInfo;
use crate::error::E2eError;
use crate::oracle::Oracle;

/// Bound of one request to an operator's API.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a daemon may take to end when it is asked to.
const STOP_LIMIT: Duration = Duration::from_secs(30);

/// Threads that an operator trains with, by its index: none may change a byte.
const THREADS: [usize; 4] = [1, 4, 2, 0];

/// A key as `keys show` prints it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Key {
    /// The account.
    pub address: String,
    /// Compressed public key.
    pub pubkey: HexBinary,
}

/// What a configuration file has to say about its surroundings.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// The chain id.
    pub chain_id: String,
    /// The nodes, in the order they are asked.
    pub rpcs: Vec<String>,
    /// APIs of all operators; each leaves out its own.
    pub apis: Vec<String>,
    /// The contract and the file of the message it was created with, once there is one.
    pub deployed: Option<(String, String)>,
}

impl Surroundings {
    /// A chain without a contract yet.
    pub fn of(chain: &ChainInfo, apis: Vec<String>) -> Self {
        Self { chain_id: chain.chain_id.clone(), rpcs: vec![chain.rpc.clone()], apis, deployed: None }
    }
}

/// Writes the configuration file: specification and links stand beside it as `spec.json` and `links.csv`.
///
/// # Errors
/// [`E2eError`].
pub fn configure(oracle: &Oracle, surroundings: &Surroundings, api: Option<&str>) -> Result<(), E2eError> {
    let Surroundings { chain_id, rpcs, apis, deployed } = surroundings;
    let mut arguments = vec!["init", "--force", "--chain-id", chain_id];
    arguments.extend(rpcs.iter().flat_map(|rpc| ["--rpc", rpc]));
    if oracle.path("spec.json").exists() {
        arguments.extend(["--spec", "spec.json"]);
    }
    if oracle.path("links.csv").exists() {
        arguments.extend(["--links", "links.csv"]);
    }
    for peer in apis.iter().filter(|peer| Some(peer.as_str()) != api) {
        arguments.extend(["--peer", peer]);
    }
    let listen = api.map(|api| api.trim_start_matches("http://"));
    arguments.extend(listen.into_iter().flat_map(|listen| ["--listen", listen]));
    if let Some((contract, message)) = deployed {
        arguments.extend(["--contract", contract, "--instantiate-msg", message]);
    }
    oracle.run::<Value>(&arguments).map(drop)
}

/// One operator.
#[derive(Debug)]
pub struct Operator {
    /// Its files and commands.
    pub oracle: Oracle,
    /// Its name in the contract.
    pub name: String,
    /// Base address of its API.
    pub api: String,
    daemon: Option<Child>,
}

impl Operator {
    /// An operator whose files stand in a folder of its name inside `parent`. Nothing runs yet.
    ///
    /// # Errors
    /// [`E2eError`].
    pub fn new(program: &Path, parent: &Path, index: usize) -> Result<Self, E2eError> {
        let name = format!("operator-{index}");
        let threads = THREADS.get(index).copied().unwrap_or(0);
        let oracle =
            Oracle::new(program, &parent.join(&name))?.with_setting("ATTENTION__MODEL__THREADS", threads);
        let api = format!("http://127.0.0.1:{}", free_port()?);
        Ok(Self { oracle, name, api, daemon: None })
    }

    /// Makes the hot key and the key that pays gas; needs a configuration file.
    ///
    /// # Errors
    /// [`E2eError`].
    pub fn add_keys(&self) -> Result<(), E2eError> {
        for key in ["signer", "transmitter"] {
            self.oracle.run::<Value>(&["keys", "add", key])?;
        }
        Ok(())
    }

    /// One of its keys.
    ///
    /// # Errors
    /// [`E2eError`].
    pub fn key(&self, name: &str) -> Result<Key, E2eError> {
        self.oracle.run(&["keys", "show", name])
    }

    /// As it stands in the contract.
    ///
    /// # Errors
    /// [`E2eError`].
    pub fn info(&self) -> Result<OperatorInfo, E2eError> {
        let pubkey = Binary::from(self.key("signer")?.pubkey.as_slice());
        let admin = self.key("transmitter")?.address;
        Ok(OperatorInfo { name: self.name.clone(), pubkey, admin })
    }

    /// Starts the daemon.
    ///
    /// # Errors
    /// [`E2eError`].
    pub fn start(&mut self) -> Result<(), E2eError> {
        self.daemon = Some(self.oracle.spawn_daemon()?);
        Ok(())
    }

    /// The daemon's process id.
    pub fn pid(&self) -> Option<u32> {
        self.daemon.as_ref().map(Child::id)
    }

    /// Ends the daemon without a warning, as a crash would.
    pub fn kill(&mut self) {
        if let Some(mut daemon) = self.daemon.take() {
            let _ = daemon.kill();
            let _ = daemon.wait();
        }
    }

    /// Asks the daemon to end, and waits for it. What it exits with must be 0.
    ///
    /// # Errors
    /// [`E2eError::Output`] if it does not end, or ends with an error.
    pub fn stop(&mut self) -> Result<(), E2eError> {
        let Some(mut daemon) = self.daemon.take() else { return Ok(()) };
        let _ = Command::new("kill").args(["-TERM", &daemon.id().to_string()]).status();
        let started = Instant::now();
        while started.elapsed() < STOP_LIMIT {
            match daemon.try_wait() {
                Ok(Some(status)) if status.success() => return Ok(()),
                Ok(Some(status)) => return Err(self.trouble(&format!("the daemon ended with {status}"))),
                Ok(None) => sleep(Duration::from_millis(50)),
                Err(error) => return Err(E2eError::io("waiting for a daemon", error)),
            }
        }
        let _ = daemon.kill();
        let _ = daemon.wait();
        Err(self.trouble(&format!("the daemon did not end within {STOP_LIMIT:?}")))
    }

    /// Leaves the daemon running for good.
    pub fn keep(&mut self) {
        drop(self.daemon.take());
    }

    /// Waits until the API says that the daemon is ready to take part.
    ///
    /// # Errors
    /// [`E2eError::Output`] after `limit`, or if the daemon ended.
    pub fn wait_ready(&mut self, limit: Duration) -> Result<(), E2eError> {
        let started = Instant::now();
        while started.elapsed() < limit {
            if self.daemon.as_mut().is_some_and(|daemon| matches!(daemon.try_wait(), Ok(Some(_)))) {
                return Err(self.trouble("the daemon ended early"));
            }
            if get(&format!("{}/readyz", self.api)).is_ok() {
                return Ok(());
            }
            sleep(Duration::from_millis(100));
        }
        Err(self.trouble(&format!("not ready after {limit:?}")))
    }

    /// The daemon's view of itself: `GET /v1/status`.
    ///
    /// # Errors
    /// [`E2eError::Output`].
    pub fn status(&self) -> Result<Value, E2eError> {
        let body = get(&format!("{}/v1/status", self.api))?;
        serde_json::from_slice(&body).map_err(|error| E2eError::Output(format!("{}: {error}", self.api)))
    }

    /// A published file.
    ///
    /// # Errors
    /// [`E2eError::Output`].
    pub fn leaves_file(&self, hash: &str) -> Result<Vec<u8>, E2eError> {
        get(&format!("{}/v1/leaves/{hash}", self.api))
    }

    /// An error with the end of the daemon's log.
    fn trouble(&self, what: &str) -> E2eError {
        let log = std::fs::read_to_string(self.oracle.path("daemon.log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        let end = lines.get(lines.len().saturating_sub(5)..).unwrap_or_default().join("\n");
        E2eError::Output(format!("{}: {what}; its log ends with:\n{end}", self.name))
    }
}

impl Drop for Operator {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A GET whose answer is 200.
fn get(url: &str) -> Result<Vec<u8>, E2eError> {
    let failed = |error: reqwest::Error| E2eError::Output(format!("GET {url}: {error}"));
    let client = reqwest::blocking::Client::builder().timeout(REQUEST_TIMEOUT).build().map_err(failed)?;
    let response = client.get(url).send().and_then(reqwest::blocking::Response::error_for_status);
    Ok(response.and_then(reqwest::blocking::Response::bytes).map_err(failed)?.to_vec())
}

/// A port that nobody listens on now, below the range that the system hands to outgoing connections: it is used later.
fn free_port() -> Result<u16, E2eError> {
    /// Ports 26000 to 31999; the local chains' are below.
    const FIRST: u16 = 26_000;
    const COUNT: u16 = 6_000;
    // Processes that look at the same time start at other places.
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let start = u16::try_from(std::process::id() % u32::from(COUNT)).unwrap_or(0);
    for _ in 0..COUNT {
        let port = FIRST + (start + NEXT.fetch_add(1, Ordering::Relaxed) % COUNT) % COUNT;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
    Err(E2eError::Output(format!("no free port from {FIRST} on")))
}
