//! Gifts, privileges and quests: the messages of `attention-gifts` and the arithmetic of privileges.
//!
//! They are a contract of their own, which reads settled allocations of one rewards contract and never holds its money.

pub mod cw721;
pub mod decay;
pub mod event;

mod execute;
mod instantiate;
mod query;
mod response;
mod standing;
mod terms;

pub use cw721::{Cw721ExecuteMsg, Cw721HookMsg, Cw721ReceiveMsg};
pub use event::GiftEvent;
pub use execute::ExecuteMsg;
pub use instantiate::{InstantiateMsg, MigrateMsg};
pub use query::QueryMsg;
pub use response::{
    CompletionsResponse, ConfigResponse, GiftResponse, GiftStatusResponse, GiftsResponse,
    HasPrivilegeResponse, OwedItem, PrivilegeResponse, PrivilegesResponse, QuestResponse, QuestsResponse,
};
pub use standing::{PrivilegeRule, Standing};
pub use terms::{Condition, Delivery, EpochWindow, GiftTerms, PrivilegeTerms, QuestReward, QuestTerms, Tier};

/// Most tiers of a privilege.
pub const TIERS_MAX: usize = 8;
/// The longest half-life of a privilege, in epochs.
pub const HALF_LIFE_MAX_EPOCHS: u32 = 10_000;
/// The longest time that a privilege lasts after the newest proof, in epochs.
pub const TTL_MAX_EPOCHS: u32 = 10_000;
/// The highest decayed score that a tier may ask for, and the most that one quest may add to one: 10^15.
pub const DECAYED_SCORE_MAX: u64 = 1_000_000_000_000_000;
/// The longest cooldown of a quest, in epochs.
pub const COOLDOWN_MAX_EPOCHS: u32 = 10_000;
/// How many epochs below the newest proven one a proof may come late: an epoch that far back, or further, is refused.
pub const LATE_EPOCHS_MAX: u64 = 16;
/// The longest name of a privilege, in bytes.
pub const PRIVILEGE_NAME_MAX_BYTES: usize = 64;
/// The longest token id and the longest token link, in bytes.
pub const TOKEN_TEXT_MAX_BYTES: usize = 256;
/// Most tokens that one `close_gift` returns.
pub const RETURNS_MAX: u32 = 32;
/// Gas that a collection may use for one token. What takes more fails, and the token stays owed.
pub const DELIVERY_GAS_MAX: u64 = 500_000;
