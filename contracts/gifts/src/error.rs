//! Everything the contract refuses; every message names the value, the bound it broke and what to do.

use attention_protocol::ProtocolError;
use cosmwasm_std::{Addr, StdError};
use cw_utils::PaymentError;
use thiserror::Error;

/// What everything inside the contract returns. A refusal lives on the heap: handing one on then copies a pointer, not the
/// widest error.
pub type Result<T, E = Box<ContractError>> = std::result::Result<T, E>;

/// Why a message or query was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ContractError {
    /// A failure of the standard library or of the chain, kept as text: `StdError` cannot be compared.
    #[error("{0}")]
    Std(String),
    /// An encoding, a checked type, a bound or a proof was refused.
    #[error("{0}")]
    Protocol(#[from] ProtocolError),
    /// Coins came with a message; the text of `PaymentError`, which cannot be cloned.
    #[error("funds: {0}")]
    Payment(String),
    /// A value of a message is outside its bounds.
    #[error("{field} is {value}: {requirement}")]
    Invalid {
        /// The field's name as on the wire.
        field: &'static str,
        /// The value as text.
        value: String,
        /// What it has to be.
        requirement: &'static str,
    },
    /// Arithmetic on a time, epoch or count left its integer type.
    #[error("{what} overflows")]
    Overflow {
        /// The quantity.
        what: &'static str,
    },
    /// The sender is not who may do this.
    #[error("{sender} may not do this: only {allowed} may")]
    Unauthorized {
        /// The sender.
        sender: Addr,
        /// Who may.
        allowed: &'static str,
    },
    /// The contract is paused.
    #[error("the contract is paused until {until_s} (unix seconds)")]
    Paused {
        /// When the pause ends by itself.
        until_s: u64,
    },
    /// A pause while one is running.
    #[error("the contract is already paused until {until_s} (unix seconds)")]
    AlreadyPaused {
        /// When it ends by itself.
        until_s: u64,
    },
    /// A pause too soon after the one before it.
    #[error("the next pause may begin at {from_s} (unix seconds): pauses cannot be chained")]
    PauseTooSoon {
        /// From when, unix seconds.
        from_s: u64,
    },
    /// An unpause without a pause.
    #[error("the contract is not paused")]
    NotPaused {},
    /// No owner is proposed.
    #[error("no owner is proposed: the owner has to name one first")]
    NoOwnerProposed {},

    /// The rewards contract did not answer.
    #[error("the rewards contract does not know {what}: {reason}")]
    RewardsUnanswered {
        /// What was asked for.
        what: String,
        /// Its words.
        reason: String,
    },
    /// The allocation was rejected.
    #[error("campaign {campaign} has no settled allocation in epoch {epoch}: it was rejected")]
    NotSettled {
        /// The campaign.
        campaign: u64,
        /// The epoch.
        epoch: u64,
    },
    /// The leaf is another account's.
    #[error("the leaf of campaign {campaign} belongs to another account than {account}")]
    NotYourLeaf {
        /// The campaign.
        campaign: u64,
        /// The account that asks.
        account: Addr,
    },
    /// The leaf does not show what is asked for.
    #[error("epoch {epoch}: a score of {score} ppm and a streak of {streak} do not meet the condition")]
    ConditionUnmet {
        /// The epoch.
        epoch: u64,
        /// The leaf's score, ppm.
        score: u32,
        /// The leaf's streak, epochs.
        streak: u16,
    },
    /// The epoch does not count.
    #[error("epoch {epoch} does not count: the window is {first_epoch}..{end_epoch} (end exclusive)")]
    OutsideWindow {
        /// The epoch.
        epoch: u64,
        /// The first epoch that does.
        first_epoch: u64,
        /// The first after these.
        end_epoch: u64,
    },

    /// No such gift.
    #[error("gift {gift} does not exist")]
    UnknownGift {
        /// The gift.
        gift: u64,
    },
    /// No such privilege.
    #[error("privilege {privilege} does not exist")]
    UnknownPrivilege {
        /// The privilege.
        privilege: u64,
    },
    /// No such quest.
    #[error("quest {quest} does not exist")]
    UnknownQuest {
        /// The quest.
        quest: u64,
    },
    /// The reward of a quest belongs to another campaign.
    #[error("the {what} {id} belongs to campaign {found}, the quest to {expected}: they have to be one")]
    OtherCampaign {
        /// Gift or privilege.
        what: &'static str,
        /// Its id.
        id: u64,
        /// The quest's campaign.
        expected: u64,
        /// The reward's campaign.
        found: u64,
    },

    /// The collection is no contract.
    #[error("{collection} is no contract that could be a collection: {reason}")]
    UnknownCollection {
        /// The address.
        collection: Addr,
        /// The chain's words.
        reason: String,
    },
    /// The sponsor does not control the collection.
    #[error(
        "{sponsor} does not control {collection}, {controller} does (its admin, or its creator if it has none): deposit \
         tokens to be handed out instead"
    )]
    NotYourCollection {
        /// The campaign's sponsor.
        sponsor: Addr,
        /// The collection.
        collection: Addr,
        /// Its admin, or its creator if it has no admin.
        controller: Addr,
    },
    /// A token of another collection.
    #[error("{sender} is not the collection of gift {gift}")]
    WrongCollection {
        /// The gift.
        gift: u64,
        /// Who sent the message.
        sender: Addr,
    },
    /// A token from somebody else than the sponsor.
    #[error("only the campaign's sponsor may deposit for gift {gift}, not {depositor}")]
    NotFromSponsor {
        /// The gift.
        gift: u64,
        /// Who sent the token, by the collection's word.
        depositor: String,
    },
    /// The gift mints its tokens.
    #[error("gift {gift} mints its tokens: none can be deposited")]
    NotHandedOut {
        /// The gift.
        gift: u64,
    },
    /// As many tokens were deposited as the gift may give.
    #[error("gift {gift} has had {supply} deposits, which is its supply")]
    DepositsFull {
        /// The gift.
        gift: u64,
        /// Its supply.
        supply: u32,
    },

    /// Only quests give it.
    #[error("gift {gift} is given by quests only")]
    QuestsOnly {
        /// The gift.
        gift: u64,
    },
    /// The sponsor ended it.
    #[error("gift {gift} is closed")]
    GiftClosed {
        /// The gift.
        gift: u64,
    },
    /// One token for an epoch.
    #[error("gift {gift} was claimed for epoch {epoch} before: one token an account and epoch")]
    AlreadyClaimed {
        /// The gift.
        gift: u64,
        /// The epoch.
        epoch: u64,
    },
    /// A token is owed to the account.
    #[error("gift {gift} owes the account token {token_id}: withdraw it first")]
    WithdrawFirst {
        /// The gift.
        gift: u64,
        /// The token.
        token_id: String,
    },
    /// The account has had all that one may have.
    #[error("{what} {id}: the account has had {max}, the most for one account")]
    AccountLimit {
        /// Gift or quest.
        what: &'static str,
        /// Its id.
        id: u64,
        /// The limit.
        max: u32,
    },
    /// All is given.
    #[error("{what} {id}: all {supply} are given")]
    SupplyExhausted {
        /// Gift or quest.
        what: &'static str,
        /// Its id.
        id: u64,
        /// The supply.
        supply: u32,
    },
    /// No token is there to be handed out.
    #[error("gift {gift} has no token left to hand out: the sponsor has to deposit more")]
    NothingDeposited {
        /// The gift.
        gift: u64,
    },
    /// No token is owed.
    #[error("gift {gift} owes {account} nothing")]
    NothingOwed {
        /// The gift.
        gift: u64,
        /// The account.
        account: Addr,
    },
    /// No token is there to be returned.
    #[error("gift {gift} is closed and holds no token to return (below the serial that was named, if any)")]
    NothingToReturn {
        /// The gift.
        gift: u64,
    },

    /// The epoch's score was counted before.
    #[error("epoch {epoch} counts towards privilege {privilege} already")]
    AlreadyProven {
        /// The privilege.
        privilege: u64,
        /// The epoch.
        epoch: u64,
    },
    /// The epoch lies too far behind the newest proven one.
    #[error(
        "epoch {epoch} is too late: the newest proven one is {newest}, and proofs may lag 15 epochs behind"
    )]
    EpochTooOld {
        /// The epoch.
        epoch: u64,
        /// The newest proven one.
        newest: u64,
    },
    /// The completion is on record.
    #[error("quest {quest} was completed in epoch {epoch} before")]
    AlreadyCompleted {
        /// The quest.
        quest: u64,
        /// The epoch.
        epoch: u64,
    },
    /// The cooldown is not over.
    #[error(
        "quest {quest}: the account's next completion is in epoch {ready_epoch} or later, not in {epoch}"
    )]
    CoolingDown {
        /// The quest.
        quest: u64,
        /// The epoch.
        epoch: u64,
        /// The first epoch that counts.
        ready_epoch: u64,
    },

    /// A reply to a message that was never sent.
    #[error("no message of this contract has the reply id {id}")]
    UnknownReply {
        /// The id.
        id: u64,
    },
    /// The stored code is another contract's.
    #[error("this is {found}: only {expected} can be migrated to this code")]
    WrongContract {
        /// Name stored.
        found: String,
        /// Name of this contract.
        expected: &'static str,
    },
    /// The stored version is newer.
    #[error("version {found} cannot be downgraded to {new}")]
    Downgrade {
        /// Version stored.
        found: String,
        /// Version of this code.
        new: &'static str,
    },
}

impl From<PaymentError> for Box<ContractError> {
    #[cold]
    fn from(error: PaymentError) -> Self {
        Self::new(ContractError::Payment(error.to_string()))
    }
}

impl From<StdError> for Box<ContractError> {
    #[cold]
    fn from(error: StdError) -> Self {
        Self::new(ContractError::Std(error.to_string()))
    }
}

impl From<ProtocolError> for Box<ContractError> {
    #[cold]
    fn from(error: ProtocolError) -> Self {
        Self::new(error.into())
    }
}

impl ContractError {
    /// Arithmetic that left its type.
    #[cold]
    pub(crate) fn overflow(what: &'static str) -> Box<Self> {
        Box::new(Self::Overflow { what })
    }
}

/// Refuses with `error`, on the heap.
#[cold]
pub(crate) fn refuse<T>(error: ContractError) -> Result<T> {
    Err(Box::new(error))
}
