//! The chain as the daemon and the tests see it: JSON-RPC of a CometBFT node, nothing else.
//!
//! `cosmrs` encodes and signs; `reqwest` carries. Every answer is bounded in size and time, and every node is asked for
//! its chain id before anything it says counts.

mod client;
mod error;
mod gas;
mod messages;
mod response;
mod rpc;
mod tx;
mod wallet;

pub use client::{Account, ChainClient, ChainConfig, ChainStatus};
pub use error::{ChainError, FailureKind, TxFailure};
pub use gas::{Coin, GasPrice};
pub use messages::execute;
pub use response::{ChainEvent, TxResponse};
pub use rpc::HttpLimits;
pub(crate) use rpc::{BodyError, host_and_port, http_client, plain_reason, read_body, shorten};
pub use tx::{Prepared, TxOptions};
pub use wallet::{DEFAULT_PREFIX, Wallet, WalletError, new_mnemonic};

/// A message of a transaction, packed.
pub use cosmrs::Any as PackedMessage;
