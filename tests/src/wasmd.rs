//! Sending transactions with wasmd's command line.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use attention_protocol::AccountId;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::chain::LocalChain;
use crate::error::E2eError;
use crate::node::Node;

/// Gas limit and fee of every transaction: far above what any needs, so that a refusal comes from the contract.
const GAS_LIMIT: &str = "40000000";
const FEE: &str = "1000000uattn";
/// How long a transaction may take to be in a block.
const INCLUSION_LIMIT: Duration = Duration::from_secs(20);

/// A key in the chain's test keyring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its name in the keyring.
    pub key: String,
    /// Its bech32 address.
    pub address: String,
    /// Its canonical address.
    pub id: AccountId,
}

/// A transaction that succeeded.
#[derive(Debug, Clone)]
pub struct Tx {
    /// Its hash.
    pub hash: String,
    /// Gas it used.
    pub gas_used: u64,
    /// The events as they stand in the block.
    pub events: Vec<TxEvent>,
}

/// A transaction that is in a block but failed there, or was refused before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TxFailed {
    /// The chain's error code.
    pub code: u32,
    /// Its log.
    pub log: String,
}

/// An event of a transaction.
#[derive(Debug, Clone, Deserialize)]
pub struct TxEvent {
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    attributes: Vec<TxAttribute>,
}

#[derive(Debug, Clone, Deserialize)]
struct TxAttribute {
    key: String,
    value: String,
}

impl TxEvent {
    /// The value of an attribute.
    pub fn attribute(&self, key: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|attribute| attribute.key == key)
            .map(|attribute| attribute.value.as_str())
    }
}

impl Tx {
    /// The first attribute of any event of `kind`.
    pub fn attribute(&self, kind: &str, key: &str) -> Option<&str> {
        self.events.iter().filter(|event| event.kind == kind).find_map(|event| event.attribute(key))
    }

    /// The contract's own events.
    pub fn contract_events(&self, contract: &str) -> Vec<attention_protocol::event::Event> {
        self.events
            .iter()
            .filter(|event| event.attribute("_contract_address") == Some(contract))
            .filter_map(|event| {
                attention_protocol::event::Event::parse(&event.kind, |key| event.attribute(key))
            })
            .collect()
    }
}

/// wasmd's command line, bound to one chain.
#[derive(Debug, Clone)]
pub struct Wasmd {
    program: PathBuf,
    home: PathBuf,
    rpc: String,
    chain_id: String,
    prefix: String,
    /// The node: what needs no key is asked there.
    pub node: Node,
}

impl Wasmd {
    /// The command line for a running chain.
    ///
    /// # Errors
    /// As [`Node::new`].
    pub fn new(chain: &LocalChain) -> Result<Self, E2eError> {
        let info = chain.info();
        Ok(Self {
            program: info.wasmd.clone(),
            home: info.home.clone(),
            rpc: info.rpc.replace("http://", "tcp://"),
            chain_id: info.chain_id.clone(),
            prefix: info.prefix.clone(),
            node: Node::new(chain)?,
        })
    }

    /// Makes a key. It has no coins, and no account on the chain, until somebody sends some.
    pub fn add_key(&self, key: &str) -> Result<Account, E2eError> {
        let answer: Value =
            self.run(&["keys", "add", key, "--output", "json"], &["--keyring-backend", "test"])?;
        self.account(key, &answer)
    }

    /// Adds a key from the file with its words, and its account on the path of index 0.
    pub fn recover_key(&self, key: &str, words: &Path) -> Result<Account, E2eError> {
        let source = words.to_string_lossy();
        let command = ["keys", "add", key, "--recover", "--source", &source, "--output", "json"];
        self.account(key, &self.run(&command, &["--keyring-backend", "test"])?)
    }

    fn account(&self, key: &str, answer: &Value) -> Result<Account, E2eError> {
        let address = answer["address"].as_str().unwrap_or_default().to_string();
        let id = canonical(&address, &self.prefix)?;
        Ok(Account { key: key.into(), address, id })
    }

    /// Sends a transaction with the arguments after `wasmd tx`, and waits until it is in a block.
    pub fn send(&self, from: &str, arguments: &[&str]) -> Result<Result<Tx, TxFailed>, E2eError> {
        let mut command = vec!["tx"];
        command.extend(arguments);
        let common = [
            "--from",
            from,
            "--keyring-backend",
            "test",
            "--chain-id",
            &self.chain_id,
            "--node",
            &self.rpc,
            "--gas",
            GAS_LIMIT,
            "--fees",
            FEE,
            "--broadcast-mode",
            "sync",
            "--output",
            "json",
            "--yes",
        ];
        let answer: BroadcastAnswer = self.run(&command, &common)?;
        if answer.code != 0 {
            return Ok(Err(TxFailed { code: answer.code, log: answer.raw_log }));
        }
        self.node.wait_for(&answer.txhash, INCLUSION_LIMIT)
    }

    /// Asks with the arguments after `wasmd query`.
    pub fn query<T: DeserializeOwned>(&self, arguments: &[&str]) -> Result<T, E2eError> {
        let mut command = vec!["query"];
        command.extend(arguments);
        self.run(&command, &["--node", &self.rpc, "--output", "json"])
    }

    /// Stores a contract's code and returns its id.
    pub fn store(&self, from: &str, wasm: &Path) -> Result<String, E2eError> {
        let tx = self.send(from, &["wasm", "store", &wasm.to_string_lossy()])?;
        let tx = tx.map_err(|failed| E2eError::Output(format!("storing the contract: {}", failed.log)))?;
        let code = tx.attribute("store_code", "code_id").map(str::to_string);
        code.ok_or_else(|| E2eError::Output("storing the contract: no code id in the events".into()))
    }

    /// Makes a contract of stored code, without an admin, and returns its address.
    pub fn instantiate(
        &self,
        from: &str,
        code: &str,
        message: &impl serde::Serialize,
        label: &str,
    ) -> Result<String, E2eError> {
        self.instantiate_under(from, code, message, label, None)
    }

    /// The same with an admin, who may migrate it, or without.
    pub fn instantiate_under(
        &self,
        from: &str,
        code: &str,
        message: &impl serde::Serialize,
        label: &str,
        admin: Option<&str>,
    ) -> Result<String, E2eError> {
        let message = to_json(message)?;
        let mut command = vec!["wasm", "instantiate", code, &message, "--label", label];
        match admin {
            Some(admin) => command.extend(["--admin", admin]),
            None => command.push("--no-admin"),
        }
        let tx = self.send(from, &command)?;
        let tx = tx.map_err(|failed| E2eError::Output(format!("instantiating: {}", failed.log)))?;
        let address = tx.attribute("instantiate", "_contract_address").map(str::to_string);
        address.ok_or_else(|| E2eError::Output("instantiating: no address in the events".into()))
    }

    /// Sends a message to a contract, with funds like `5ureward` or none.
    pub fn execute(
        &self,
        from: &Account,
        contract: &str,
        message: &impl serde::Serialize,
        funds: &str,
    ) -> Result<Result<Tx, TxFailed>, E2eError> {
        let message = to_json(message)?;
        let mut command = vec!["wasm", "execute", contract, &message];
        if !funds.is_empty() {
            command.extend(["--amount", funds]);
        }
        self.send(&from.key, &command)
    }

    /// Has a contract's admin bring it to other stored code.
    pub fn migrate(
        &self,
        from: &Account,
        contract: &str,
        code: &str,
        message: &impl serde::Serialize,
    ) -> Result<Result<Tx, TxFailed>, E2eError> {
        let message = to_json(message)?;
        self.send(&from.key, &["wasm", "migrate", contract, code, &message])
    }

    fn run<T: DeserializeOwned>(&self, command: &[&str], flags: &[&str]) -> Result<T, E2eError> {
        let output = Command::new(&self.program)
            .args(command)
            .args(flags)
            .arg("--home")
            .arg(&self.home)
            .output()
            .map_err(|error| E2eError::io("wasmd", error))?;
        let failed = |text: &[u8]| {
            E2eError::Output(format!("wasmd {}: {}", command.join(" "), String::from_utf8_lossy(text).trim()))
        };
        if !output.status.success() {
            return Err(failed(&output.stderr));
        }
        // Some commands answer on stderr.
        let answer = if output.stdout.is_empty() { &output.stderr } else { &output.stdout };
        serde_json::from_slice(answer).map_err(|_| failed(answer))
    }
}

#[derive(Deserialize)]
struct BroadcastAnswer {
    code: u32,
    txhash: String,
    raw_log: String,
}

/// A message as the command line takes it.
pub(crate) fn to_json(message: &impl serde::Serialize) -> Result<String, E2eError> {
    serde_json::to_string(message).map_err(|error| E2eError::Output(format!("a message: {error}")))
}

/// Canonical bytes of a bech32 address.
pub fn canonical(address: &str, prefix: &str) -> Result<AccountId, E2eError> {
    let wrong = || E2eError::Output(format!("{address:?} is no address with prefix {prefix}"));
    let (hrp, bytes) = bech32::decode(address).map_err(|_| wrong())?;
    if hrp.as_str() != prefix {
        return Err(wrong());
    }
    AccountId::try_from(bytes.as_slice()).map_err(|_| wrong())
}

/// Unix seconds of an RFC 3339 time, as a node prints it.
pub(crate) fn unix_seconds(text: &str) -> Option<u64> {
    let time = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    u64::try_from(time.unix_timestamp()).ok()
}
