//! What the shop refuses.

use cosmwasm_std::{Addr, Coin, StdError};
use cw_utils::PaymentError;
use thiserror::Error;

/// Why a visitor was turned away.
#[derive(Debug, Error)]
pub enum ShopError {
    /// A failure of the chain, or of a contract that was asked.
    #[error("{0}")]
    Std(#[from] StdError),
    /// Not one coin, or coins where none are due.
    #[error("{0}")]
    Payment(#[from] PaymentError),
    /// No such item.
    #[error("there is no item {item}")]
    UnknownItem {
        /// Its index.
        item: u32,
    },
    /// No score of the buyer is recorded.
    #[error("{buyer} has no recorded score: record one first")]
    NoScore {
        /// The buyer.
        buyer: Addr,
    },
    /// The score is too old to set a price.
    #[error("the score of {buyer} is {stale_epochs} epochs old, more than {max}: record a newer one")]
    StaleScore {
        /// The buyer.
        buyer: Addr,
        /// Epochs closed since.
        stale_epochs: u64,
        /// The most.
        max: u64,
    },
    /// No price of the asset is recorded.
    #[error("{asset_id} has no recorded price: record one first")]
    NoPrice {
        /// The asset.
        asset_id: String,
    },
    /// The asset's price is in another denom than the shop sells in.
    #[error("the recorded price of {asset_id} is not in {denom}")]
    OtherDenom {
        /// The asset.
        asset_id: String,
        /// The shop's denom.
        denom: String,
    },
    /// The asset's price is too old.
    #[error("the price of {asset_id} is {stale_epochs} epochs old, more than {max}: record a newer one")]
    StalePrice {
        /// The asset.
        asset_id: String,
        /// Epochs closed since.
        stale_epochs: u64,
        /// The most.
        max: u64,
    },
    /// The coin is not the price.
    #[error("{paid} is not the price: it is {price}")]
    WrongPrice {
        /// What was sent.
        paid: Coin,
        /// What it costs.
        price: Coin,
    },
    /// The visitor lacks the privilege.
    #[error("{visitor} does not hold level {level} of privilege {privilege}")]
    DoorShut {
        /// The visitor.
        visitor: Addr,
        /// The level.
        level: u8,
        /// The privilege.
        privilege: u64,
    },
}
