//! What can be asked.

use cosmwasm_schema::{QueryResponses, cw_serde};

// The answers' types: for schemas, which no contract makes.
#[cfg(not(target_arch = "wasm32"))]
use super::response::{
    CompletionsResponse, ConfigResponse, GiftResponse, GiftStatusResponse, GiftsResponse,
    HasPrivilegeResponse, PrivilegeResponse, PrivilegesResponse, QuestResponse, QuestsResponse,
};

/// Every query. Pages take at most 50 entries, 10 if no limit is given, by rising id.
#[cw_serde]
#[derive(QueryResponses)]
pub enum QueryMsg {
    /// The rewards contract, the clock, the roles and the pause.
    #[returns(ConfigResponse)]
    Config {},
    /// A gift.
    #[returns(GiftResponse)]
    Gift {
        /// The gift.
        gift: u64,
    },
    /// The gifts of a campaign.
    #[returns(GiftsResponse)]
    Gifts {
        /// The campaign.
        campaign: u64,
        /// Only ids above this one.
        start_after: Option<u64>,
        /// Entries, at most 50.
        limit: Option<u32>,
    },
    /// What an account got of a gift.
    #[returns(GiftStatusResponse)]
    GiftStatus {
        /// The gift.
        gift: u64,
        /// The account.
        account: String,
    },
    /// A privilege.
    #[returns(PrivilegeResponse)]
    Privilege {
        /// The privilege.
        privilege: u64,
    },
    /// The privileges of a campaign.
    #[returns(PrivilegesResponse)]
    Privileges {
        /// The campaign.
        campaign: u64,
        /// Only ids above this one.
        start_after: Option<u64>,
        /// Entries, at most 50.
        limit: Option<u32>,
    },
    /// Whether an account holds a level of a privilege now. Whatever is unknown, expired or paused is answered with no.
    #[returns(HasPrivilegeResponse)]
    HasPrivilege {
        /// The privilege.
        privilege: u64,
        /// The account.
        account: String,
        /// The level, at least 1.
        level: u8,
    },
    /// A quest.
    #[returns(QuestResponse)]
    Quest {
        /// The quest.
        quest: u64,
    },
    /// The quests of a campaign.
    #[returns(QuestsResponse)]
    Quests {
        /// The campaign.
        campaign: u64,
        /// Only ids above this one.
        start_after: Option<u64>,
        /// Entries, at most 50.
        limit: Option<u32>,
    },
    /// An account's completions of a quest.
    #[returns(CompletionsResponse)]
    Completions {
        /// The quest.
        quest: u64,
        /// The account.
        account: String,
    },
}
