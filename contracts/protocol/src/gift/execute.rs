//! What can be done.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::Binary;

use super::cw721::Cw721ReceiveMsg;
use super::terms::{GiftTerms, PrivilegeTerms, QuestTerms};

/// Every execute message. None takes funds. A proof is the packed leaf followed by its siblings, as in a claim of rewards.
#[cw_serde]
pub enum ExecuteMsg {
    /// Sponsor of the campaign: creates a gift.
    CreateGift(Box<GiftTerms>),
    /// Collection of a gift: a token that the campaign's sponsor sent, to be handed out.
    ReceiveNft(Cw721ReceiveMsg),
    /// Account holder: takes a token for an epoch in which the account's leaf meets the gift's condition.
    ClaimGift {
        /// The gift.
        gift: u64,
        /// The epoch of a settled allocation.
        epoch: u64,
        /// Position of the leaf.
        position: u32,
        /// The packed leaf and its siblings.
        proof: Binary,
    },
    /// Anyone: the same for another account, which receives the token.
    ClaimGiftFor {
        /// The account.
        account: String,
        /// The gift.
        gift: u64,
        /// The epoch of a settled allocation.
        epoch: u64,
        /// Position of the leaf.
        position: u32,
        /// The packed leaf and its siblings.
        proof: Binary,
    },
    /// Anyone: delivers a token again whose first delivery failed. Only the account that it is owed to receives it.
    WithdrawGift {
        /// The gift.
        gift: u64,
        /// The account; the sender if absent.
        account: Option<String>,
    },
    /// Sponsor of the gift's campaign: ends it, and takes tokens back that were deposited and promised to nobody, the
    /// newest first. Tokens whose return fails stay; to be sent again, as often as there are more.
    CloseGift {
        /// The gift.
        gift: u64,
        /// Only tokens with a serial below this one.
        before: Option<u32>,
        /// Tokens to return, at most 32; 10 if absent.
        limit: Option<u32>,
    },
    /// Sponsor of the campaign: creates a privilege.
    CreatePrivilege(Box<PrivilegeTerms>),
    /// Anyone: counts an account's score of a settled epoch towards its privilege.
    ProvePrivilege {
        /// The privilege.
        privilege: u64,
        /// The epoch of a settled allocation.
        epoch: u64,
        /// Position of the leaf.
        position: u32,
        /// The packed leaf, which names the account, and its siblings.
        proof: Binary,
    },
    /// Sponsor of the campaign: creates a quest.
    CreateQuest(Box<QuestTerms>),
    /// Account holder: completes a quest with the account's leaf of an epoch, and receives its reward.
    CompleteQuest {
        /// The quest.
        quest: u64,
        /// The epoch of a settled allocation.
        epoch: u64,
        /// Position of the leaf.
        position: u32,
        /// The packed leaf and its siblings.
        proof: Binary,
    },
    /// Owner or guardian: stops everything but withdrawals and returns for at most `pause_max_s`; nobody has a privilege
    /// meanwhile.
    Pause {},
    /// Owner: ends a pause.
    Unpause {},
    /// Owner: names the next owner, who has to accept. Absent: withdraws the proposal.
    ProposeOwner {
        /// The next owner.
        owner: Option<String>,
    },
    /// Proposed owner: takes over.
    AcceptOwner {},
}
