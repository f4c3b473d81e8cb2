//! What can go wrong between here and the chain.

use thiserror::Error;

use super::rpc::shorten;

/// Why a transaction was refused, by code space and code (or by text, where a node gives no better).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// Ran out of gas (sdk 11): more gas is needed, not more fee.
    OutOfGas,
    /// The fee is below what the node asks (sdk 13): a higher gas price is needed.
    FeeTooLow,
    /// The payer cannot cover fee or funds (sdk 5).
    InsufficientFunds,
    /// The account's sequence is another (sdk 32): read it again and sign anew.
    Sequence,
    /// The contract refused (wasm 5): the log holds its error.
    Contract,
    /// These very bytes are in the node's mempool already (sdk 19): in flight.
    InMempool,
    /// The node's mempool is full (sdk 20): try later.
    MempoolFull,
    /// The height limit passed (sdk 30): it can never be included.
    Expired,
    /// Anything else.
    Other,
}

impl FailureKind {
    /// The kind of a code of a code space; the text decides where the code is too general.
    pub fn of(codespace: &str, code: u32, log: &str) -> Self {
        match (codespace, code) {
            ("sdk", 11) => return Self::OutOfGas,
            ("sdk", 13) => return Self::FeeTooLow,
            ("sdk", 5) => return Self::InsufficientFunds,
            ("sdk", 32) => return Self::Sequence,
            ("sdk", 19) => return Self::InMempool,
            ("sdk", 20) => return Self::MempoolFull,
            ("sdk", 30) => return Self::Expired,
            ("wasm", 5) => return Self::Contract,
            _ => {}
        }
        // A simulation wraps the error of the message in a general gRPC code.
        let texts = [
            ("account sequence mismatch", Self::Sequence),
            ("wasm contract failed", Self::Contract),
            ("out of gas", Self::OutOfGas),
            ("insufficient fee", Self::FeeTooLow),
            ("insufficient funds", Self::InsufficientFunds),
        ];
        texts.iter().find(|(text, _)| log.contains(text)).map_or(Self::Other, |(_, kind)| *kind)
    }

    const fn advice(self) -> &'static str {
        match self {
            Self::OutOfGas => "not enough gas",
            Self::FeeTooLow => "fee too low: raise chain.gas_price",
            Self::InsufficientFunds => "the payer's balance is too low",
            Self::Sequence => "the account's sequence is another",
            Self::Contract => "the contract refused",
            Self::InMempool => "already in the mempool",
            Self::MempoolFull => "the node's mempool is full",
            Self::Expired => "its height limit has passed",
            Self::Other => "refused",
        }
    }
}

/// A transaction that the chain refused, in simulation, at the door or in a block.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "{}: code {code} ({codespace}){}: {log}",
    .kind.advice(),
    .hash.as_ref().map(|hash| format!(", transaction {hash}")).unwrap_or_default()
)]
pub struct TxFailure {
    /// Why.
    pub kind: FailureKind,
    /// The chain's code.
    pub code: u32,
    /// Whose code it is.
    pub codespace: String,
    /// The raw log.
    pub log: String,
    /// Upper-case hex; absent if it was refused in simulation.
    pub hash: Option<String>,
}

impl TxFailure {
    pub(super) fn new(codespace: &str, code: u32, log: &str, hash: Option<&str>) -> Self {
        Self {
            kind: FailureKind::of(codespace, code, log),
            code,
            codespace: shorten(codespace),
            log: shorten(log),
            hash: hash.map(str::to_owned),
        }
    }
}

/// Everything that can go wrong. Nodes are named by host and port: their paths may hold secrets.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ChainError {
    /// A value that cannot be used.
    #[error("{field} is {value:?}: {requirement}")]
    Invalid {
        /// What it is.
        field: &'static str,
        /// As given.
        value: String,
        /// What it has to be.
        requirement: String,
    },
    /// No connection, no answer in time, or a broken one.
    #[error("node {node}: {reason}")]
    Transport {
        /// Host and port.
        node: String,
        /// What happened.
        reason: String,
    },
    /// An answer above the size limit.
    #[error("node {node}: the answer is larger than {limit} bytes")]
    TooLarge {
        /// Host and port.
        node: String,
        /// The limit.
        limit: usize,
    },
    /// Another chain than the configured one.
    #[error("node {node} is on chain {found:?}, the configuration says {expected:?}")]
    WrongChain {
        /// Host and port.
        node: String,
        /// Chain id of the configuration.
        expected: String,
        /// Chain id of the node.
        found: String,
    },
    /// The newest block is too old: the node is stuck or catching up.
    #[error(
        "the newest block ({height}) is {age_s} s old, at most {max_s} s are accepted: the node is stuck or catching up"
    )]
    Stale {
        /// Its height.
        height: u64,
        /// Its age by the local clock.
        age_s: u64,
        /// What is accepted.
        max_s: u64,
    },
    /// The newest block lies in the future of the local clock.
    #[error(
        "the newest block ({height}) is {ahead_s} s ahead of the local clock, at most {max_s} s are accepted: set the \
         clock, or use another node"
    )]
    Ahead {
        /// Its height.
        height: u64,
        /// How far ahead.
        ahead_s: u64,
        /// What is accepted.
        max_s: u64,
    },
    /// A JSON-RPC error.
    #[error("node {node}: JSON-RPC error {code}: {message}")]
    Rpc {
        /// Host and port.
        node: String,
        /// The code.
        code: i64,
        /// Message and data.
        message: String,
    },
    /// An answer that is not what the method returns.
    #[error("{what} cannot be read: {reason}")]
    Decode {
        /// The answer.
        what: &'static str,
        /// Why.
        reason: String,
    },
    /// A query that the chain refused.
    #[error("query {path} failed: code {code} ({codespace}): {log}")]
    Query {
        /// The ABCI path.
        path: String,
        /// The chain's code.
        code: u32,
        /// Whose code it is.
        codespace: String,
        /// The raw log.
        log: String,
    },
    /// An account that the chain has never seen.
    #[error("account {address} does not exist on the chain: send it coins or a fee grant first")]
    NoAccount {
        /// Its address.
        address: String,
    },
    /// A fee above the configured cap.
    #[error(
        "the fee {fee} for {gas} gas is above the cap {cap}: raise chain.fee_max or lower chain.gas_price"
    )]
    FeeAboveCap {
        /// Base units and denom.
        fee: String,
        /// Gas limit.
        gas: u64,
        /// Base units and denom.
        cap: String,
    },
    /// A refused transaction.
    #[error(transparent)]
    Tx(#[from] TxFailure),
    /// Not in a block when the waiting ended. It may still get there until its height limit.
    #[error("transaction {hash} was not included within {waited_s} s")]
    NotIncluded {
        /// Upper-case hex.
        hash: String,
        /// How long was waited.
        waited_s: u64,
    },
}

impl ChainError {
    /// True for what another node, or the same one later, may answer better.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Transport { .. }
            | Self::TooLarge { .. }
            | Self::Stale { .. }
            | Self::Ahead { .. }
            | Self::NotIncluded { .. } => true,
            Self::Tx(failure) => matches!(failure.kind, FailureKind::MempoolFull | FailureKind::Sequence),
            _ => false,
        }
    }

    /// The transaction's failure, if it is one.
    pub fn failure(&self) -> Option<&TxFailure> {
        match self {
            Self::Tx(failure) => Some(failure),
            _ => None,
        }
    }

    pub(super) fn decode(what: &'static str, reason: impl ToString) -> Self {
        Self::Decode { what, reason: reason.to_string() }
    }

    pub(super) fn invalid(field: &'static str, value: impl ToString, requirement: impl ToString) -> Self {
        Self::Invalid { field, value: value.to_string(), requirement: requirement.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_count_only_in_their_code_space() {
        let cases = [
            ("sdk", 11, "", FailureKind::OutOfGas),
            ("sdk", 13, "", FailureKind::FeeTooLow),
            ("sdk", 32, "", FailureKind::Sequence),
            ("sdk", 19, "", FailureKind::InMempool),
            ("sdk", 20, "", FailureKind::MempoolFull),
            ("sdk", 30, "", FailureKind::Expired),
            ("sdk", 5, "", FailureKind::InsufficientFunds),
            ("wasm", 5, "", FailureKind::Contract),
            ("wasm", 11, "", FailureKind::Other),
            ("sdk", 6, "account sequence mismatch, expected 4, got 3", FailureKind::Sequence),
            ("sdk", 6, "execute wasm contract failed: paused", FailureKind::Contract),
        ];
        for (codespace, code, log, kind) in cases {
            assert_eq!(FailureKind::of(codespace, code, log), kind, "{codespace} {code} {log}");
        }
    }

    #[test]
    fn a_failure_names_everything() {
        let failure = TxFailure::new("wasm", 5, "epoch is paused", Some("AB12"));
        let text = "the contract refused: code 5 (wasm), transaction AB12: epoch is paused";
        assert_eq!(failure.to_string(), text);
    }
}
