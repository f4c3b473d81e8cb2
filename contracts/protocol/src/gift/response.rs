//! What queries answer.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::Addr;

use super::terms::{GiftTerms, PrivilegeTerms, QuestTerms};
use crate::epoch::EpochClock;

/// Answer to `config`.
#[cw_serde]
pub struct ConfigResponse {
    /// The rewards contract.
    pub rewards: Addr,
    /// Its clock, as read at instantiation; genesis and length never change.
    pub clock: EpochClock,
    /// The longest pause, seconds.
    pub pause_max_s: u64,
    /// Who may pause, unpause and hand over.
    pub owner: Addr,
    /// Who may accept.
    pub proposed: Option<Addr>,
    /// Who may pause besides.
    pub guardian: Option<Addr>,
    /// Whether the contract is paused now.
    pub paused: bool,
    /// When the current or last pause ends or ended, unix seconds.
    pub pause_until_s: Option<u64>,
}

/// Answer to `gift`.
#[cw_serde]
pub struct GiftResponse {
    /// Its id.
    pub gift: u64,
    /// What was agreed.
    pub terms: GiftTerms,
    /// Tokens given or owed so far: of these `supply` is the most.
    pub claimed: u32,
    /// Those of them whose delivery failed and was not made up for yet.
    pub owed: u32,
    /// Tokens deposited and promised to nobody.
    pub held: u32,
    /// Whether the sponsor ended it.
    pub closed: bool,
}

/// Answer to `gifts`.
#[cw_serde]
pub struct GiftsResponse {
    /// By rising id.
    pub gifts: Vec<GiftResponse>,
}

/// A token whose delivery failed.
#[cw_serde]
#[derive(Eq)]
pub struct OwedItem {
    /// The epoch that it was claimed for.
    pub epoch: u64,
    /// The token.
    pub token_id: String,
}

/// Answer to `gift_status`.
#[cw_serde]
pub struct GiftStatusResponse {
    /// Tokens that the account was given or is owed.
    pub claimed: u32,
    /// How many more it may claim, one for an epoch; 0 once the gift is closed.
    pub left: u32,
    /// The token that waits for `withdraw_gift`.
    pub owed: Option<OwedItem>,
}

/// Answer to `privilege`.
#[cw_serde]
pub struct PrivilegeResponse {
    /// Its id.
    pub privilege: u64,
    /// What was agreed.
    pub terms: PrivilegeTerms,
    /// What an epoch leaves of a score, parts per 10^18.
    pub retained_e18: u64,
}

/// Answer to `privileges`.
#[cw_serde]
pub struct PrivilegesResponse {
    /// By rising id.
    pub privileges: Vec<PrivilegeResponse>,
}

/// Answer to `has_privilege`.
#[cw_serde]
#[derive(Eq)]
pub struct HasPrivilegeResponse {
    /// Whether the account holds the level now.
    pub has: bool,
    /// The level it holds now, 0 for none.
    pub level: u8,
    /// Its decayed score at the end of the newest closed epoch.
    pub score: u64,
    /// The first epoch in which nothing is left without a newer proof; absent if nothing was proven.
    pub expires_epoch: Option<u64>,
    /// Epochs that have closed since the newest proven one; 0 if nothing was proven.
    pub stale_epochs: u64,
}

/// Answer to `quest`.
#[cw_serde]
pub struct QuestResponse {
    /// Its id.
    pub quest: u64,
    /// What was agreed.
    pub terms: QuestTerms,
    /// Completions so far.
    pub completed: u32,
}

/// Answer to `quests`.
#[cw_serde]
pub struct QuestsResponse {
    /// By rising id.
    pub quests: Vec<QuestResponse>,
}

/// Answer to `completions`.
#[cw_serde]
#[derive(Eq)]
pub struct CompletionsResponse {
    /// Completions by the account.
    pub completed: u32,
    /// The epoch of the newest.
    pub last_epoch: Option<u64>,
    /// The first epoch that it may be completed with next; absent if never again.
    pub ready_epoch: Option<u64>,
}
