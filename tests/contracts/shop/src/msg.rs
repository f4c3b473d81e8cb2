//! The shop's messages.

use cosmwasm_schema::{QueryResponses, cw_serde};
use cosmwasm_std::{Addr, Coin};

/// Opens a shop; the sender is paid.
#[cw_serde]
pub struct InstantiateMsg {
    /// The rewards contract.
    pub rewards: String,
    /// The campaign whose scores set prices.
    pub campaign: u64,
    /// The oldest score that still sets one, in epochs closed since.
    pub stale_epochs_max: u64,
    /// The gifts contract.
    pub gifts: String,
    /// The privilege that opens the door.
    pub privilege: u64,
    /// Its least level.
    pub level: u8,
    /// Prices without any attention, by item.
    pub prices: Vec<Coin>,
}

/// What the shop knows.
#[cw_serde]
pub struct Shop {
    /// Who is paid.
    pub keeper: Addr,
    /// See [`InstantiateMsg`].
    pub rewards: Addr,
    /// See [`InstantiateMsg`].
    pub campaign: u64,
    /// See [`InstantiateMsg`].
    pub stale_epochs_max: u64,
    /// See [`InstantiateMsg`].
    pub gifts: Addr,
    /// See [`InstantiateMsg`].
    pub privilege: u64,
    /// See [`InstantiateMsg`].
    pub level: u8,
    /// See [`InstantiateMsg`].
    pub prices: Vec<Coin>,
}

/// What visitors can do.
#[cw_serde]
pub enum ExecuteMsg {
    /// Buys an item with exactly its price.
    Buy {
        /// Index of the item.
        item: u32,
    },
    /// Goes in, without funds.
    OpenDoor {},
}

/// What visitors can ask.
#[cw_serde]
#[derive(QueryResponses)]
pub enum QueryMsg {
    /// What an item costs a buyer now.
    #[returns(Coin)]
    Price {
        /// Index of the item.
        item: u32,
        /// The buyer.
        buyer: String,
    },
}
