//! A chain by its RPC alone: one key signs, simulates and sends here, without a process for each transaction, so that hundreds of
//! figures take seconds and ten thousand messages some blocks.

use std::time::Duration;

use attention_protocol::AccountId;
use bech32::{Bech32, Hrp};
use cosmrs::Any;
use cosmrs::crypto::secp256k1::SigningKey;
use cosmrs::proto::cosmos::auth::v1beta1::{BaseAccount, QueryAccountRequest, QueryAccountResponse};
use cosmrs::proto::cosmos::base::v1beta1::Coin;
use cosmrs::proto::cosmos::tx::v1beta1::{SimulateRequest, SimulateResponse};
use cosmrs::proto::cosmwasm::wasm::v1::{MsgExecuteContract, MsgInstantiateContract, MsgMigrateContract};
use cosmrs::proto::traits::{Message, Name};
use cosmrs::tx::{Body, Fee, SignDoc, SignerInfo};
use serde_json::{Value, json};

use crate::chain::LocalChain;
use crate::error::E2eError;
use crate::node::{Node, base64, wrong};
use crate::wasmd::{Tx, canonical};

/// The fee of a simulated and of a sent transaction, and the gas limit of the former, as the command line's transactions have them:
/// both are bytes that cost gas.
const FEE_AMOUNT: u128 = 1_000_000;
const GAS_LIMIT: u64 = 40_000_000;
/// What a block adds to each transaction: wasmd counts them in a row of its own, and a simulation leaves that out.
const COUNTED_GAS: u64 = 3_416;
/// Gas limit and fee of a transaction of many messages.
const BULK_GAS_LIMIT: u64 = 1_000_000_000;
const BULK_FEE_AMOUNT: u128 = 25_000_000;
/// How long a transaction may take to be in a block.
const INCLUSION_LIMIT: Duration = Duration::from_secs(120);

/// One key on one chain.
pub struct Direct {
    /// The node it goes through.
    pub node: Node,
    chain_id: String,
    fee_denom: String,
    key: SigningKey,
    /// Its address.
    pub address: String,
    /// The same, canonical.
    pub id: AccountId,
}

/// A coin of a transaction.
pub fn coin(amount: u128, denom: &str) -> Coin {
    Coin { denom: denom.into(), amount: amount.to_string() }
}

fn packed<M: Message + Name>(message: &M) -> Any {
    Any { type_url: format!("/{}", M::full_name()), value: message.encode_to_vec() }
}

/// The address of canonical bytes.
///
/// # Errors
/// [`E2eError::Output`] for a prefix that is none.
pub fn bech32_address(prefix: &str, canonical: &[u8]) -> Result<String, E2eError> {
    let hrp = Hrp::parse(prefix).map_err(|error| wrong("a prefix", error))?;
    bech32::encode::<Bech32>(hrp, canonical).map_err(|error| wrong("an address", error))
}

impl Direct {
    /// A key that follows from a name: never used outside a throw-away chain. It needs coins before it can do anything.
    ///
    /// # Errors
    /// [`E2eError`].
    pub fn new(chain: &LocalChain, name: &str) -> Result<Self, E2eError> {
        let info = chain.info();
        let secret = attention_protocol::hash::sha256(&[b"direct", name.as_bytes()]);
        let key = SigningKey::from_slice(&secret).map_err(|error| wrong("a test key", error))?;
        let address =
            key.public_key().account_id(&info.prefix).map_err(|error| wrong("a test key", error))?;
        Ok(Self {
            node: Node::new(chain)?,
            chain_id: info.chain_id.clone(),
            fee_denom: info.denom.clone(),
            key,
            id: canonical(address.as_ref(), &info.prefix)?,
            address: address.to_string(),
        })
    }

    /// A call of a contract.
    ///
    /// # Errors
    /// [`E2eError::Output`] if the message is no JSON.
    pub fn call(
        &self,
        contract: &str,
        message: &impl serde::Serialize,
        funds: Vec<Coin>,
    ) -> Result<Any, E2eError> {
        let msg = serde_json::to_vec(message).map_err(|error| wrong("a message", error))?;
        let (sender, contract) = (self.address.clone(), contract.to_string());
        Ok(packed(&MsgExecuteContract { sender, contract, msg, funds }))
    }

    /// The message that brings a contract of this key to other stored code.
    ///
    /// # Errors
    /// [`E2eError::Output`] if the message is no JSON.
    pub fn migrate(
        &self,
        contract: &str,
        code: &str,
        message: &impl serde::Serialize,
    ) -> Result<Any, E2eError> {
        let code_id = code.parse().map_err(|error| wrong("a code id", error))?;
        let msg = serde_json::to_vec(message).map_err(|error| wrong("a message", error))?;
        let (sender, contract) = (self.address.clone(), contract.to_string());
        Ok(packed(&MsgMigrateContract { sender, contract, code_id, msg }))
    }

    /// Makes a contract of stored code, with the key as its admin, and returns its address.
    ///
    /// # Errors
    /// [`E2eError`], also if the chain refuses.
    pub fn instantiate(&self, code: &str, message: &impl serde::Serialize) -> Result<String, E2eError> {
        let message = MsgInstantiateContract {
            sender: self.address.clone(),
            admin: self.address.clone(),
            code_id: code.parse().map_err(|error| wrong("a code id", error))?,
            label: "gas".into(),
            msg: serde_json::to_vec(message).map_err(|error| wrong("a message", error))?,
            funds: vec![],
        };
        let tx = self.send(vec![packed(&message)])?;
        let address = tx.attribute("instantiate", "_contract_address").map(str::to_string);
        address.ok_or_else(|| E2eError::Output("instantiating: no address in the events".into()))
    }

    /// Gas that a transaction of these messages would use in a block now, by the node's simulation with its fee.
    ///
    /// # Errors
    /// [`E2eError::Output`] with the contract's refusal.
    pub fn simulate(&self, messages: &[Any]) -> Result<u64, E2eError> {
        let tx_bytes = self.signed(messages.to_vec(), GAS_LIMIT, FEE_AMOUNT)?;
        let request = SimulateRequest { tx_bytes, ..Default::default() };
        let answer: SimulateResponse = self.node.ask("/cosmos.tx.v1beta1.Service/Simulate", &request)?;
        let gas = answer.gas_info.and_then(|info| info.gas_used.checked_add(COUNTED_GAS));
        gas.ok_or_else(|| E2eError::Output("a simulation names no gas".into()))
    }

    /// Sends a transaction and waits until it is in a block.
    ///
    /// # Errors
    /// [`E2eError::Output`], also if it is refused or fails.
    pub fn send(&self, messages: Vec<Any>) -> Result<Tx, E2eError> {
        let hash = hex::encode_upper(self.broadcast(messages)?);
        self.node.wait_for(&hash, INCLUSION_LIMIT)?.map_err(|failed| E2eError::Output(failed.log))
    }

    fn broadcast(&self, messages: Vec<Any>) -> Result<Vec<u8>, E2eError> {
        let bulk = messages.len() > 1;
        let (gas, fee) = if bulk { (BULK_GAS_LIMIT, BULK_FEE_AMOUNT) } else { (GAS_LIMIT, FEE_AMOUNT) };
        let bytes = self.signed(messages, gas, fee)?;
        let hash = attention_protocol::hash::sha256(&[&bytes]).to_vec();
        match self.node.rpc::<Value>("broadcast_tx_sync", json!({"tx": base64(&bytes)})) {
            Ok(answer) if answer["code"].as_u64() == Some(0) => Ok(hash),
            Ok(answer) => Err(E2eError::Output(format!("a transaction is refused: {answer}"))),
            // It got there at an attempt before this one.
            Err(error) if error.to_string().contains("tx already exists in cache") => Ok(hash),
            Err(error) => Err(error),
        }
    }

    fn signed(&self, messages: Vec<Any>, gas_limit: u64, fee: u128) -> Result<Vec<u8>, E2eError> {
        let failed = |error: cosmrs::ErrorReport| wrong("signing", error);
        let account = self.account()?;
        let amount = cosmrs::Coin::new(fee, &self.fee_denom).map_err(failed)?;
        let fee = Fee { amount: vec![amount], gas_limit, payer: None, granter: None };
        let auth = SignerInfo::single_direct(Some(self.key.public_key()), account.sequence).auth_info(fee);
        let chain_id = self.chain_id.parse().map_err(|error| wrong("the chain id", error))?;
        let body = Body::new(messages, String::new(), 0u32);
        let document = SignDoc::new(&body, &auth, &chain_id, account.account_number).map_err(failed)?;
        document.sign(&self.key).and_then(|raw| raw.to_bytes()).map_err(failed)
    }

    fn account(&self) -> Result<BaseAccount, E2eError> {
        let request = QueryAccountRequest { address: self.address.clone() };
        let answer: QueryAccountResponse = self.node.ask("/cosmos.auth.v1beta1.Query/Account", &request)?;
        let account = answer.account.ok_or_else(|| wrong(&self.address, "no such account"))?;
        BaseAccount::decode(account.value.as_slice()).map_err(|error| wrong("an account", error))
    }
}
