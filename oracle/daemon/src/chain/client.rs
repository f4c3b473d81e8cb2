//! Reading the chain.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cosmrs::proto::cosmos::auth::v1beta1::{BaseAccount, QueryAccountRequest, QueryAccountResponse};
use cosmrs::proto::cosmos::bank::v1beta1::{QueryBalanceRequest, QueryBalanceResponse};
use cosmrs::proto::cosmwasm::wasm::v1::{QuerySmartContractStateRequest, QuerySmartContractStateResponse};
use cosmrs::proto::traits::Message;
use reqwest::Url;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::rpc::{Rpc, shorten};
use super::{ChainError, Coin, GasPrice, HttpLimits};

/// The SDK's code for "not found".
const NOT_FOUND: u32 = 22;

/// Where the chain is and how transactions are paid and awaited.
#[derive(Debug, Clone)]
pub struct ChainConfig {
    /// 1 to 8 nodes, tried in turn.
    pub rpcs: Vec<Url>,
    /// What every node has to be on.
    pub chain_id: String,
    /// Address prefix.
    pub prefix: String,
    /// Price of gas.
    pub gas_price: GasPrice,
    /// Most that one transaction may cost, base units of the gas price's denom.
    pub fee_max: u128,
    /// Gas limit over the simulated gas, percent; at least 100.
    pub gas_adjustment_percent: u64,
    /// How long to wait for inclusion.
    pub inclusion_timeout: Duration,
    /// How often to ask whether a transaction is included.
    pub poll_interval: Duration,
    /// Blocks until a transaction can no longer be included, at least 1.
    pub timeout_blocks: u64,
    /// The oldest newest block that is believed.
    pub block_age_max: Duration,
    /// Bounds of one request.
    pub limits: HttpLimits,
}

impl ChainConfig {
    /// One chain with the defaults: prefix `wasm`, × 1.3 gas, fee at most 5,000,000 base units, inclusion within 30 s
    /// asked every 200 ms and within 100 blocks, newest block at most 60 s old.
    pub fn new(rpcs: Vec<Url>, chain_id: impl Into<String>, gas_price: GasPrice) -> Self {
        Self {
            rpcs,
            chain_id: chain_id.into(),
            prefix: super::DEFAULT_PREFIX.to_owned(),
            gas_price,
            fee_max: 5_000_000,
            gas_adjustment_percent: 130,
            inclusion_timeout: Duration::from_secs(30),
            poll_interval: Duration::from_millis(200),
            timeout_blocks: 100,
            block_age_max: Duration::from_secs(60),
            limits: HttpLimits::default(),
        }
    }
}

/// A client of one chain. Cheap to share behind an `Arc`; it holds no key.
#[derive(Debug)]
pub struct ChainClient {
    pub(super) rpc: Rpc,
    pub(super) config: ChainConfig,
}

/// A node's newest block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChainStatus {
    /// Chain id.
    pub chain_id: String,
    /// Height.
    pub height: u64,
    /// Block time, unix seconds.
    pub time_s: u64,
    /// Whether the node still replays history.
    pub catching_up: bool,
}

/// An account's signing state. Account numbers exceed 2^53: never a JSON number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Account {
    /// Account number.
    pub number: u64,
    /// Sequence of the next transaction.
    pub sequence: u64,
}

#[derive(Deserialize)]
struct StatusAnswer {
    node_info: NodeInfo,
    sync_info: SyncInfo,
}

#[derive(Deserialize)]
struct NodeInfo {
    network: String,
}

#[derive(Deserialize)]
struct SyncInfo {
    latest_block_height: String,
    latest_block_time: String,
    catching_up: bool,
}

#[derive(Deserialize)]
struct AbciAnswer {
    response: AbciResponse,
}

#[derive(Deserialize)]
pub(super) struct AbciResponse {
    #[serde(default)]
    pub(super) code: u32,
    #[serde(default)]
    pub(super) codespace: String,
    #[serde(default)]
    pub(super) log: String,
    #[serde(default)]
    value: Option<String>,
}

impl ChainClient {
    /// A client; nothing is sent yet.
    ///
    /// # Errors
    /// [`ChainError::Invalid`] for a configuration that cannot work.
    pub fn new(config: ChainConfig) -> Result<Self, ChainError> {
        if config.chain_id.is_empty() || config.chain_id.len() > 64 {
            return Err(ChainError::invalid("chain id", &config.chain_id, "1 to 64 bytes"));
        }
        if !(100..=1_000).contains(&config.gas_adjustment_percent) {
            let value = config.gas_adjustment_percent;
            return Err(ChainError::invalid("gas adjustment", value, "100 to 1000 percent"));
        }
        let rpc = Rpc::new(config.rpcs.clone(), config.chain_id.clone(), config.limits)?;
        Ok(Self { rpc, config })
    }

    /// What it was made with.
    pub fn config(&self) -> &ChainConfig {
        &self.config
    }

    /// The newest block of the node in use.
    ///
    /// # Errors
    /// [`ChainError`].
    pub async fn status(&self) -> Result<ChainStatus, ChainError> {
        let answer: StatusAnswer = self.rpc.call("the node's status", "status", json!({})).await?;
        let number =
            |text: &str| text.parse::<u64>().map_err(|error| ChainError::decode("the block height", error));
        let time = OffsetDateTime::parse(&answer.sync_info.latest_block_time, &Rfc3339)
            .map_err(|error| ChainError::decode("the block time", error))?;
        let time_s = u64::try_from(time.unix_timestamp())
            .map_err(|_| ChainError::decode("the block time", "before 1970"))?;
        Ok(ChainStatus {
            chain_id: answer.node_info.network,
            height: number(&answer.sync_info.latest_block_height)?,
            time_s,
            catching_up: answer.sync_info.catching_up,
        })
    }

    /// The newest block, if its time is near the local clock `now_s` and the node is not catching up. Where it is not,
    /// the next node is asked, and is the one in use from then on.
    ///
    /// # Errors
    /// [`ChainError::Stale`] or [`ChainError::Ahead`] if no node has such a block, or another.
    pub async fn fresh_status(&self, now_s: u64) -> Result<ChainStatus, ChainError> {
        let max_s = self.config.block_age_max.as_secs();
        let mut asked = 1;
        loop {
            let status = self.status().await?;
            let (height, apart_s) = (status.height, now_s.abs_diff(status.time_s));
            let error = match status.time_s > now_s {
                true if apart_s > max_s => ChainError::Ahead { height, ahead_s: apart_s, max_s },
                false if apart_s > max_s => ChainError::Stale { height, age_s: apart_s, max_s },
                _ if status.catching_up => ChainError::Stale { height, age_s: apart_s, max_s },
                _ => return Ok(status),
            };
            if asked >= self.rpc.node_count() {
                return Err(error);
            }
            tracing::warn!(%error, "asking the next node");
            self.rpc.prefer_next();
            asked += 1;
        }
    }

    /// An account's number and sequence; `None` if the chain has never seen it.
    ///
    /// # Errors
    /// [`ChainError`].
    pub async fn account(&self, address: &str) -> Result<Option<Account>, ChainError> {
        let request = QueryAccountRequest { address: address.to_owned() };
        let path = "/cosmos.auth.v1beta1.Query/Account";
        let answer = match self.query_proto::<QueryAccountResponse>(path, &request).await {
            Err(ChainError::Query { code: NOT_FOUND, .. }) => return Ok(None),
            Err(ChainError::Query { log, .. }) if log.contains("not found") => return Ok(None),
            answer => answer?,
        };
        let Some(any) = answer.account else { return Ok(None) };
        if !any.type_url.ends_with(".BaseAccount") {
            return Err(ChainError::decode("the account", format!("type {} cannot sign here", any.type_url)));
        }
        let account = BaseAccount::decode(any.value.as_slice());
        let account = account.map_err(|error| ChainError::decode("the account", error))?;
        Ok(Some(Account { number: account.account_number, sequence: account.sequence }))
    }

    /// An account's balance in a denom, base units.
    ///
    /// # Errors
    /// [`ChainError`].
    pub async fn balance(&self, address: &str, denom: &str) -> Result<u128, ChainError> {
        let request = QueryBalanceRequest { address: address.to_owned(), denom: denom.to_owned() };
        let path = "/cosmos.bank.v1beta1.Query/Balance";
        let answer: QueryBalanceResponse = self.query_proto(path, &request).await?;
        let amount = answer.balance.map_or_else(|| "0".to_owned(), |coin| coin.amount);
        amount.parse().map_err(|error| ChainError::decode("the balance", error))
    }

    /// Asks a contract; `Q` and `A` are of the protocol crate.
    ///
    /// # Errors
    /// [`ChainError::Query`] if the contract refuses, or another.
    pub async fn query<Q: Serialize, A: DeserializeOwned>(
        &self,
        contract: &str,
        msg: &Q,
    ) -> Result<A, ChainError> {
        let query_data = serde_json::to_vec(msg).map_err(|error| ChainError::decode("the query", error))?;
        let request = QuerySmartContractStateRequest { address: contract.to_owned(), query_data };
        let path = "/cosmwasm.wasm.v1.Query/SmartContractState";
        let answer: QuerySmartContractStateResponse = self.query_proto(path, &request).await?;
        serde_json::from_slice(&answer.data)
            .map_err(|error| ChainError::decode("the contract's answer", error))
    }

    async fn query_proto<A: Message + Default>(
        &self,
        path: &str,
        request: &impl Message,
    ) -> Result<A, ChainError> {
        let (response, value) = self.abci_query(path, &request.encode_to_vec()).await?;
        if response.code != 0 {
            let AbciResponse { code, codespace, log, .. } = response;
            let (codespace, log) = (shorten(&codespace), shorten(&log));
            return Err(ChainError::Query { path: path.to_owned(), code, codespace, log });
        }
        A::decode(value.as_slice()).map_err(|error| ChainError::decode("a query's answer", error))
    }

    pub(super) async fn abci_query(
        &self,
        path: &str,
        data: &[u8],
    ) -> Result<(AbciResponse, Vec<u8>), ChainError> {
        let params = json!({"path": path, "data": hex::encode(data), "height": "0", "prove": false});
        let AbciAnswer { response } = self.rpc.call("a query's answer", "abci_query", params).await?;
        let value = STANDARD.decode(response.value.as_deref().unwrap_or_default());
        let value = value.map_err(|error| ChainError::decode("a query's answer", error))?;
        Ok((response, value))
    }

    /// A coin of the fee's denom.
    pub fn fee_coin(&self, amount: u128) -> Coin {
        Coin::new(amount, self.config.gas_price.denom())
    }
}
