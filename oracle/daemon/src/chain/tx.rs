//! Sending transactions: simulate with the fee set, sign, keep the hash, broadcast, poll.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cosmrs::Any;
use cosmrs::proto::cosmos::tx::v1beta1::{SimulateRequest, SimulateResponse};
use cosmrs::proto::traits::Message;
use cosmrs::tx::{Body, Fee, SignDoc, SignerInfo};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use super::messages::address;
use super::{
    Account, ChainClient, ChainError, ChainEvent, Coin, FailureKind, TxFailure, TxResponse, Wallet, execute,
};

/// How often a transaction is signed anew after a sequence mismatch.
pub const SEQUENCE_RETRIES_MAX: u32 = 5;
/// Most messages of one transaction.
pub const MESSAGES_MAX: usize = 500;

/// How one transaction differs from the usual.
#[derive(Debug, Clone, Default)]
pub struct TxOptions {
    /// Who pays the fee by a grant; the sender if absent.
    pub fee_granter: Option<String>,
    /// Gas limit; simulated if absent. A fixed limit also sends what a simulation would refuse.
    pub gas_limit: Option<u64>,
    /// Public note.
    pub memo: String,
}

/// A signed transaction that was not sent yet. Store the hash before sending it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared {
    /// The bytes to broadcast.
    pub bytes: Vec<u8>,
    /// Upper-case hex of their SHA-256.
    pub hash: String,
    /// The sequence it uses.
    pub sequence: u64,
    /// Gas limit.
    pub gas_limit: u64,
    /// Its fee.
    pub fee: Coin,
    /// Above this height it can never be included; 0 = no limit.
    pub timeout_height: u64,
}

#[derive(Deserialize)]
struct BroadcastAnswer {
    code: u32,
    #[serde(default)]
    codespace: String,
    #[serde(default)]
    log: String,
}

#[derive(Deserialize)]
struct TxAnswer {
    height: String,
    tx_result: TxResult,
}

#[derive(Deserialize)]
struct TxResult {
    #[serde(default)]
    code: u32,
    #[serde(default)]
    codespace: String,
    #[serde(default)]
    log: String,
    gas_wanted: String,
    gas_used: String,
    #[serde(default)]
    events: Vec<ChainEvent>,
}

/// What stays the same over the signings of one transaction.
struct Draft<'a> {
    wallet: &'a Wallet,
    body: Body,
    account: Account,
    options: &'a TxOptions,
}

impl ChainClient {
    /// Simulates, prices and signs; sends nothing.
    ///
    /// # Errors
    /// [`ChainError::Tx`] if the simulation is refused, [`ChainError::NoAccount`], [`ChainError::FeeAboveCap`], or another.
    pub async fn prepare(
        &self,
        wallet: &Wallet,
        messages: Vec<Any>,
        options: &TxOptions,
    ) -> Result<Prepared, ChainError> {
        if messages.is_empty() || messages.len() > MESSAGES_MAX {
            let requirement = format!("1 to {MESSAGES_MAX}");
            return Err(ChainError::invalid("the number of messages", messages.len(), requirement));
        }
        let account = self.account(wallet.address()).await?;
        let account =
            account.ok_or_else(|| ChainError::NoAccount { address: wallet.address().to_owned() })?;
        let timeout_height = self.timeout_height().await?;
        let mut body = Body::new(messages, options.memo.clone(), 0u32);
        body.timeout_height = cosmrs::tendermint::block::Height::try_from(timeout_height)
            .map_err(|error| ChainError::decode("the height limit", error))?;
        let draft = Draft { wallet, body, account, options };
        let gas_limit = match options.gas_limit {
            Some(gas_limit) => gas_limit,
            None => self.estimate_gas(&draft).await?,
        };
        let fee = self.priced(gas_limit)?;
        let bytes = self.sign(&draft, gas_limit, &fee)?;
        let hash = hex::encode_upper(Sha256::digest(&bytes));
        Ok(Prepared { bytes, hash, sequence: account.sequence, gas_limit, fee, timeout_height })
    }

    async fn timeout_height(&self) -> Result<u64, ChainError> {
        let height = self.status().await?.height;
        height
            .checked_add(self.config.timeout_blocks)
            .ok_or_else(|| ChainError::invalid("the height limit", height, "below 2^64"))
    }

    /// Two passes, because a fee of zero takes a shorter way through the chain: the first with the smallest fee, the
    /// second with the fee of the first.
    async fn estimate_gas(&self, draft: &Draft<'_>) -> Result<u64, ChainError> {
        let first = self.simulate(draft, 1, &self.fee_coin(1)).await?;
        let limit = self.adjusted(first)?;
        let second = self.simulate(draft, limit, &self.priced(limit)?).await?;
        self.adjusted(second)
    }

    fn adjusted(&self, gas: u64) -> Result<u64, ChainError> {
        let scaled = gas.checked_mul(self.config.gas_adjustment_percent).map(|scaled| scaled.div_ceil(100));
        scaled.ok_or_else(|| ChainError::decode("the simulated gas", gas))
    }

    fn priced(&self, gas: u64) -> Result<Coin, ChainError> {
        let fee = self.config.gas_price.fee(gas)?;
        if fee.amount > self.config.fee_max {
            let cap = self.fee_coin(self.config.fee_max).to_string();
            return Err(ChainError::FeeAboveCap { fee: fee.to_string(), gas, cap });
        }
        Ok(fee)
    }

    async fn simulate(&self, draft: &Draft<'_>, gas_limit: u64, fee: &Coin) -> Result<u64, ChainError> {
        let tx_bytes = self.sign(draft, gas_limit, fee)?;
        let request = SimulateRequest { tx_bytes, ..SimulateRequest::default() };
        let path = "/cosmos.tx.v1beta1.Service/Simulate";
        let (response, value) = self.abci_query(path, &request.encode_to_vec()).await?;
        if response.code != 0 {
            return Err(TxFailure::new(&response.codespace, response.code, &response.log, None).into());
        }
        let answer = SimulateResponse::decode(value.as_slice());
        let answer = answer.map_err(|error| ChainError::decode("the simulation", error))?;
        let info = answer.gas_info.ok_or_else(|| ChainError::decode("the simulation", "it names no gas"))?;
        Ok(info.gas_used)
    }

    fn sign(&self, draft: &Draft<'_>, gas_limit: u64, fee: &Coin) -> Result<Vec<u8>, ChainError> {
        let signing = |error: cosmrs::ErrorReport| ChainError::decode("the transaction", error);
        let granter = draft.options.fee_granter.as_deref();
        let fee = Fee {
            amount: vec![fee.to_cosmos()?],
            gas_limit,
            payer: None,
            granter: granter.map(|granter| address("fee granter", granter)).transpose()?,
        };
        let key = draft.wallet.signer();
        let auth = SignerInfo::single_direct(Some(key.public_key()), draft.account.sequence).auth_info(fee);
        let chain_id = self.config.chain_id.parse();
        let chain_id =
            chain_id.map_err(|error| ChainError::invalid("chain id", &self.config.chain_id, error))?;
        let document = SignDoc::new(&draft.body, &auth, &chain_id, draft.account.number).map_err(signing)?;
        document.sign(&key).and_then(|raw| raw.to_bytes()).map_err(signing)
    }

    /// Hands a transaction to the node's mempool. Bytes that are there already count as handed over.
    ///
    /// # Errors
    /// [`ChainError::Tx`] if it is refused at the door, or another.
    pub async fn broadcast(&self, prepared: &Prepared) -> Result<(), ChainError> {
        let params = json!({"tx": STANDARD.encode(&prepared.bytes)});
        let answer = self.rpc.call("the broadcast's answer", "broadcast_tx_sync", params).await;
        let answer: BroadcastAnswer = match answer {
            Err(ChainError::Rpc { message, .. }) if message.contains("tx already exists in cache") => {
                return Ok(());
            }
            answer => answer?,
        };
        if answer.code == 0 {
            return Ok(());
        }
        let failure = TxFailure::new(&answer.codespace, answer.code, &answer.log, Some(&prepared.hash));
        if failure.kind == FailureKind::InMempool { Ok(()) } else { Err(failure.into()) }
    }

    /// The transaction with a hash, if it is in a block.
    ///
    /// # Errors
    /// [`ChainError`].
    pub async fn tx(&self, hash: &str) -> Result<Option<TxResponse>, ChainError> {
        let bytes =
            hex::decode(hash).map_err(|_| ChainError::invalid("transaction hash", hash, "64 hex digits"))?;
        let params = json!({"hash": STANDARD.encode(bytes), "prove": false});
        let answer: TxAnswer = match self.rpc.call("the transaction", "tx", params).await {
            Err(ChainError::Rpc { message, .. }) if message.contains("not found") => return Ok(None),
            answer => answer?,
        };
        let number =
            |text: &str| text.parse::<u64>().map_err(|error| ChainError::decode("the transaction", error));
        let result = answer.tx_result;
        Ok(Some(TxResponse {
            hash: hash.to_ascii_uppercase(),
            height: number(&answer.height)?,
            code: result.code,
            codespace: result.codespace,
            log: result.log,
            gas_wanted: number(&result.gas_wanted)?,
            gas_used: number(&result.gas_used)?,
            events: result.events,
        }))
    }

    /// Polls until the transaction is in a block, whatever its code.
    ///
    /// # Errors
    /// [`ChainError::NotIncluded`] after the configured time, or what asking failed with last.
    pub async fn wait(&self, hash: &str) -> Result<TxResponse, ChainError> {
        let start = Instant::now();
        loop {
            let missing = match self.tx(hash).await {
                Ok(Some(response)) => return Ok(response),
                Ok(None) => {
                    ChainError::NotIncluded { hash: hash.to_owned(), waited_s: start.elapsed().as_secs() }
                }
                Err(error) if error.is_transient() => error,
                Err(error) => return Err(error),
            };
            if start.elapsed() >= self.config.inclusion_timeout {
                return Err(missing);
            }
            tokio::time::sleep(self.config.poll_interval).await;
        }
    }

    /// Prepares, broadcasts and waits; signs anew after a sequence mismatch, at most [`SEQUENCE_RETRIES_MAX`] times.
    ///
    /// # Errors
    /// [`ChainError::Tx`] if it was refused or failed in the block, or another.
    pub async fn send(
        &self,
        wallet: &Wallet,
        messages: Vec<Any>,
        options: &TxOptions,
    ) -> Result<TxResponse, ChainError> {
        self.send_recorded(wallet, messages, options, |_| Ok(())).await
    }

    /// As [`ChainClient::send`]; `record` sees each signed transaction before it is sent, and its error stops the sending.
    ///
    /// # Errors
    /// As [`ChainClient::send`].
    pub async fn send_recorded(
        &self,
        wallet: &Wallet,
        messages: Vec<Any>,
        options: &TxOptions,
        mut record: impl FnMut(&Prepared) -> Result<(), ChainError>,
    ) -> Result<TxResponse, ChainError> {
        let mut retries = 0;
        loop {
            let sent = match self.prepare(wallet, messages.clone(), options).await {
                Ok(prepared) => {
                    record(&prepared)?;
                    self.broadcast(&prepared).await.map(|()| prepared)
                }
                Err(error) => Err(error),
            };
            match sent {
                Ok(prepared) => return self.wait(&prepared.hash).await?.into_success(),
                Err(error) if is_sequence(&error) && retries < SEQUENCE_RETRIES_MAX => {
                    retries += 1;
                    tracing::info!(address = wallet.address(), retries, "sequence mismatch, signing anew");
                    tokio::time::sleep(self.config.poll_interval).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Calls a contract with one message.
    ///
    /// # Errors
    /// As [`ChainClient::send`].
    pub async fn execute(
        &self,
        wallet: &Wallet,
        contract: &str,
        msg: &impl Serialize,
        funds: &[Coin],
        options: &TxOptions,
    ) -> Result<TxResponse, ChainError> {
        let message = execute(wallet.address(), contract, msg, funds)?;
        self.send(wallet, vec![message], options).await
    }
}

fn is_sequence(error: &ChainError) -> bool {
    error.failure().is_some_and(|failure| failure.kind == FailureKind::Sequence)
}
