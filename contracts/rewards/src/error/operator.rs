//! What bonds, configurations, keys and shares of the fees are refused for.

use cosmwasm_std::Addr;
use thiserror::Error;

/// Why a message about an operator was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OperatorError {
    /// A bond in another denom.
    #[error("bonds are in {expected}, not {denom}")]
    WrongBondDenom {
        /// The bond denom.
        expected: String,
        /// The denom sent.
        denom: String,
    },
    /// Less bonded than an operator must keep.
    #[error("{admin} would hold a bond of {bonded}: an operator in force or proposed needs {required}")]
    BondTooSmall {
        /// The operator's admin.
        admin: Addr,
        /// What it would hold, base units.
        bonded: u128,
        /// What it needs.
        required: u128,
    },
    /// A withdrawal before the wait is over.
    #[error("the bond is liable until {ready_s} (unix seconds): it can be withdrawn from then on")]
    BondLocked {
        /// From when on.
        ready_s: u64,
    },
    /// A withdrawal of nothing.
    #[error("nothing of {admin}'s bond was asked back: unbond it first")]
    NothingUnbonding {
        /// Who asked.
        admin: Addr,
    },
    /// A configuration is proposed already.
    #[error(
        "a configuration that can be accepted from {ready_s} (unix seconds) is proposed: accept or cancel it first"
    )]
    ProposalPending {
        /// From when on it can be accepted.
        ready_s: u64,
    },
    /// No configuration is proposed.
    #[error("no configuration is proposed")]
    NoProposal {},
    /// An acceptance before the timelock is over.
    #[error("the proposed configuration can be accepted from {ready_s} (unix seconds) on")]
    Timelocked {
        /// From when on.
        ready_s: u64,
    },
    /// A suspended operator in a new configuration, or swapping its key.
    #[error("the operator of {admin} is suspended")]
    OperatorSuspended {
        /// Its admin.
        admin: Addr,
    },
    /// A key without a valid proof of possession.
    #[error("the key of {admin}'s operator has not signed that it is its in configuration {config_version}")]
    NotPossessed {
        /// The operator's admin.
        admin: Addr,
        /// The version that the proof has to name.
        config_version: u64,
    },
    /// No signature to count or to pay for.
    #[error("no final report on an epoch from {epoch} on waits to be counted")]
    NothingToCount {
        /// The first epoch that is not counted.
        epoch: u64,
    },
}
