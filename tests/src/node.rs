//! A node's RPC: questions that cost no process, so that the cores are left to the chain.

use std::thread::sleep;
use std::time::{Duration, Instant};

use cosmrs::proto::cosmos::bank::v1beta1::{QueryBalanceRequest, QueryBalanceResponse};
use cosmrs::proto::cosmwasm::wasm::v1::{QuerySmartContractStateRequest, QuerySmartContractStateResponse};
use cosmrs::proto::traits::Message;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::chain::LocalChain;
use crate::error::E2eError;
use crate::wasmd::{Tx, TxFailed, unix_seconds};

/// Pause between two questions whether a transaction is in a block.
const INCLUSION_POLL: Duration = Duration::from_millis(100);
/// How often a question is asked that gets no answer, and the pause between.
const ATTEMPTS_MAX: u32 = 20;
const ATTEMPT_PAUSE: Duration = Duration::from_secs(1);
/// Most transactions that one search returns: the node's limit.
const FOUND_MAX: u32 = 100;

/// A node that is asked over HTTP.
#[derive(Debug, Clone)]
pub struct Node {
    http: reqwest::blocking::Client,
    rpc: String,
}

pub(crate) fn wrong(what: &str, error: impl std::fmt::Display) -> E2eError {
    E2eError::Output(format!("{what}: {error}"))
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    cosmwasm_std::Binary::from(bytes).to_base64()
}

impl Node {
    /// The node of a running chain.
    ///
    /// # Errors
    /// [`E2eError::Output`] if this machine cannot make an HTTP client.
    pub fn new(chain: &LocalChain) -> Result<Self, E2eError> {
        let http = reqwest::blocking::Client::builder().timeout(Duration::from_secs(60)).build();
        Ok(Self {
            http: http.map_err(|error| wrong("an HTTP client", error))?,
            rpc: chain.info().rpc.clone(),
        })
    }

    /// Height and unix time of the newest block.
    ///
    /// # Errors
    /// [`E2eError`].
    pub fn now(&self) -> Result<(u64, u64), E2eError> {
        let answer: Value = self.rpc("status", json!({}))?;
        let sync = &answer["sync_info"];
        let height = sync["latest_block_height"].as_str().and_then(|height| height.parse().ok());
        let time_s = sync["latest_block_time"].as_str().and_then(unix_seconds);
        height.zip(time_s).ok_or_else(|| wrong("the node's status", &answer))
    }

    /// Balance of an address, base units.
    ///
    /// # Errors
    /// [`E2eError`].
    pub fn balance(&self, address: &str, denom: &str) -> Result<u128, E2eError> {
        let request = QueryBalanceRequest { address: address.into(), denom: denom.into() };
        let answer: QueryBalanceResponse = self.ask("/cosmos.bank.v1beta1.Query/Balance", &request)?;
        let amount = answer.balance.as_ref().and_then(|coin| coin.amount.parse().ok());
        amount.ok_or_else(|| wrong("a balance", format!("{answer:?}")))
    }

    /// Asks a contract.
    ///
    /// # Errors
    /// [`E2eError::Output`] with its refusal.
    pub fn smart<T: DeserializeOwned>(
        &self,
        contract: &str,
        message: &impl Serialize,
    ) -> Result<T, E2eError> {
        let query_data = serde_json::to_vec(message).map_err(|error| wrong("a query", error))?;
        let request = QuerySmartContractStateRequest { address: contract.into(), query_data };
        let answer: QuerySmartContractStateResponse =
            self.ask("/cosmwasm.wasm.v1.Query/SmartContractState", &request)?;
        serde_json::from_slice(&answer.data).map_err(|error| wrong("a contract's answer", error))
    }

    /// Transactions that succeeded with an event like `wasm-report_submitted` whose attribute `key` is `value`, oldest
    /// first; at most 100.
    ///
    /// # Errors
    /// [`E2eError`].
    pub fn find(&self, kind: &str, key: &str, value: &str) -> Result<Vec<Tx>, E2eError> {
        let params = json!({
            "query": format!("{kind}.{key}='{value}'"),
            "prove": false,
            "page": "1",
            "per_page": FOUND_MAX.to_string(),
            "order_by": "asc",
        });
        let answer: Value = self.rpc("tx_search", params)?;
        let found = answer["txs"].as_array().ok_or_else(|| wrong("a search", &answer))?;
        let judged = found.iter().map(|tx| judge(tx["hash"].as_str().unwrap_or_default(), &tx["tx_result"]));
        // A transaction that failed is none that did it.
        judged.filter_map(|tx| tx.map(Result::ok).transpose()).collect()
    }

    /// Waits until a transaction is in a block.
    ///
    /// # Errors
    /// [`E2eError::Output`] if it is in none within `limit`.
    pub fn wait_for(&self, hash: &str, limit: Duration) -> Result<Result<Tx, TxFailed>, E2eError> {
        let bytes = hex::decode(hash).map_err(|error| wrong("a transaction's hash", error))?;
        let started = Instant::now();
        while started.elapsed() < limit {
            if let Ok(answer) = self.rpc::<Value>("tx", json!({"hash": base64(&bytes), "prove": false})) {
                return judge(hash, &answer["tx_result"]);
            }
            sleep(INCLUSION_POLL);
        }
        Err(E2eError::Output(format!("transaction {hash} is in no block after {limit:?}")))
    }

    /// Asks a service of the chain by its path.
    ///
    /// # Errors
    /// [`E2eError::Output`] with the chain's refusal.
    pub fn ask<A: Message + Default>(&self, path: &str, request: &impl Message) -> Result<A, E2eError> {
        let data = hex::encode(request.encode_to_vec());
        let params = json!({"path": path, "data": data, "height": "0", "prove": false});
        let answer: Value = self.rpc("abci_query", params)?;
        let response = &answer["response"];
        if response["code"].as_u64() != Some(0) {
            return Err(wrong(path, &response["log"]));
        }
        let value = cosmwasm_std::Binary::from_base64(response["value"].as_str().unwrap_or_default());
        let value = value.map_err(|error| wrong(path, error))?;
        A::decode(value.as_slice()).map_err(|error| wrong(path, error))
    }

    /// Calls a method of the RPC.
    ///
    /// # Errors
    /// [`E2eError::Output`] with the node's refusal, or without an answer after twenty attempts.
    pub fn rpc<T: DeserializeOwned>(&self, method: &str, params: Value) -> Result<T, E2eError> {
        let request = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        let ask =
            || self.http.post(&self.rpc).json(&request).send().and_then(|answer| answer.json::<Value>());
        let mut asked = 1;
        // A node that is busy with a large block lets a connection go without an answer.
        let mut answer = loop {
            match ask() {
                Ok(answer) => break answer,
                Err(error) if asked == ATTEMPTS_MAX => return Err(wrong(method, error)),
                Err(_) => sleep(ATTEMPT_PAUSE),
            }
            asked += 1;
        };
        if !answer["error"].is_null() {
            return Err(wrong(method, &answer["error"]));
        }
        serde_json::from_value(answer["result"].take()).map_err(|error| wrong(method, error))
    }
}

/// What became of a transaction that is in a block.
fn judge(hash: &str, result: &Value) -> Result<Result<Tx, TxFailed>, E2eError> {
    let code = result["code"].as_u64().and_then(|code| u32::try_from(code).ok());
    let code = code.ok_or_else(|| wrong("a transaction", result))?;
    if code != 0 {
        let log = result["log"].as_str().unwrap_or_default().to_owned();
        return Ok(Err(TxFailed { code, log }));
    }
    let gas_used = result["gas_used"].as_str().and_then(|gas| gas.parse().ok());
    Ok(Ok(Tx {
        hash: hash.into(),
        gas_used: gas_used.ok_or_else(|| wrong("a transaction", result))?,
        events: serde_json::from_value(result["events"].clone()).map_err(|error| wrong("events", error))?,
    }))
}
