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
    /// The oldest score and asset price that still set one, in epochs closed since.
    pub stale_epochs_max: u64,
    /// The gifts contract.
    pub gifts: String,
    /// The privilege that opens the door.
    pub privilege: u64,
    /// Its least level.
    pub level: u8,
    /// Prices without any attention, by item.
    pub prices: Vec<FullPrice>,
}

/// What an item costs without any attention.
#[cw_serde]
pub enum FullPrice {
    /// Always the same.
    Fixed {
        /// The price.
        price: Coin,
    },
    /// What the rewards contract has recorded of an asset.
    Asset {
        /// The asset's id.
        asset_id: String,
        /// The denom that the price has to be in.
        denom: String,
    },
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
    pub prices: Vec<FullPrice>,
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
