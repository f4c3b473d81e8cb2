//! Everything the contract refuses; every message names the value, the bound it broke and what to do.

mod convert;
mod dispute;
mod operator;

pub(crate) use convert::{check_count, refuse};
pub use dispute::DisputeError;
pub use operator::OperatorError;

use attention_protocol::ProtocolError;
use attention_protocol::quorum::QuorumError;
use cosmwasm_std::{Addr, Uint256};
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
    /// The signatures are not a quorum.
    #[error("{0}")]
    Quorum(#[from] QuorumError),
    /// An anchor, a void, a challenge, a demand or a proof was refused.
    #[error("{0}")]
    Dispute(#[from] DisputeError),
    /// A bond, a configuration, a key or a share of the fees was refused.
    #[error("{0}")]
    Operator(#[from] OperatorError),
    /// The coins sent are not what the message takes; the text of `PaymentError`, which cannot be cloned.
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
    /// Arithmetic on a time, epoch or amount left its integer type.
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
    /// Something is left that only an owner could end.
    #[error("ownership cannot be renounced: {reason}")]
    NotRenounceable {
        /// What is left.
        reason: &'static str,
    },

    /// A report on an epoch that is final, pending or over.
    #[error("epoch {epoch} already has another report at revision {revision}")]
    EpochTaken {
        /// The epoch.
        epoch: u64,
        /// The revision of its report.
        revision: u32,
    },
    /// A revision below the awaited one.
    #[error("revision {revision} of epoch {epoch} is stale: {expected} is awaited")]
    StaleRevision {
        /// The epoch.
        epoch: u64,
        /// The report's revision.
        revision: u32,
        /// The awaited one.
        expected: u32,
    },
    /// A revision above the awaited one.
    #[error("revision {revision} of epoch {epoch} is not open: {expected} is awaited")]
    FutureRevision {
        /// The epoch.
        epoch: u64,
        /// The report's revision.
        revision: u32,
        /// The awaited one.
        expected: u32,
    },
    /// The report before is not final yet.
    #[error(
        "the report on epoch {epoch} is pending until {ends_at_s} (unix seconds) and height {ends_height}"
    )]
    PreviousPending {
        /// Its epoch.
        epoch: u64,
        /// When its dispute window ends.
        ends_at_s: u64,
        /// The height before which it cannot be final.
        ends_height: u64,
    },
    /// The epoch was missed, or is behind a report.
    #[error("epoch {epoch} is over without a report: epoch {open} is the open one")]
    PastDue {
        /// The epoch.
        epoch: u64,
        /// The open epoch.
        open: u64,
    },
    /// An earlier epoch is open.
    #[error("epoch {epoch} is not open yet: epoch {open} is the open one")]
    EpochNotOpen {
        /// The epoch.
        epoch: u64,
        /// The open epoch.
        open: u64,
    },
    /// The epoch's window has not ended.
    #[error("the window of epoch {epoch} ends at {window_end_s}: it is {now_s} (unix seconds)")]
    WindowOpen {
        /// The epoch.
        epoch: u64,
        /// First second after it.
        window_end_s: u64,
        /// Block time.
        now_s: u64,
    },
    /// The report is for another deployment or configuration.
    #[error("the report's config_digest is {given}: this deployment's is {expected}")]
    ConfigMismatch {
        /// The report's, hex.
        given: String,
        /// The contract's, hex.
        expected: String,
    },
    /// The report follows another report than the newest final one.
    #[error("the report's prev_digest is {given}: the newest final report's is {expected}")]
    HistoryMismatch {
        /// The report's, hex.
        given: String,
        /// The newest final report's, hex; zeros if there is none.
        expected: String,
    },
    /// A tree without leaves has a root, or one with leaves has none.
    #[error("{tree}: a count of {count} does not go with the root given: an empty tree is 32 zero bytes")]
    RootCount {
        /// Which tree.
        tree: &'static str,
        /// Its number of leaves.
        count: u32,
    },

    /// No report, or one that is not final.
    #[error("epoch {epoch} has no final report")]
    NotFinal {
        /// The epoch.
        epoch: u64,
    },
    /// A list is empty or too long.
    #[error("{what}: between 1 and {max} are needed, got {actual}")]
    Count {
        /// The list.
        what: &'static str,
        /// Its limit.
        max: usize,
        /// Its length.
        actual: usize,
    },
    /// No such campaign.
    #[error("there is no campaign {campaign}")]
    UnknownCampaign {
        /// The campaign.
        campaign: u64,
    },
    /// The campaign settled a later epoch.
    #[error("campaign {campaign} has settled epoch {settled}: epoch {epoch} comes too late")]
    EpochPassed {
        /// The campaign.
        campaign: u64,
        /// The epoch.
        epoch: u64,
        /// Its newest settled epoch.
        settled: u64,
    },
    /// The commitment builds on another tree than the newest settled one.
    #[error(
        "the commitment of campaign {campaign} in epoch {epoch} builds on another base than the newest settled \
         allocation: settle the epochs before it first"
    )]
    OtherBase {
        /// The campaign.
        campaign: u64,
        /// The epoch.
        epoch: u64,
    },
    /// More would be allocated than there is. No accepted commitment can lead here.
    #[error("campaign {campaign} would allocate {delta} of {unallocated} unallocated base units")]
    OverAllocated {
        /// The campaign.
        campaign: u64,
        /// What would be allocated.
        delta: u128,
        /// What there is.
        unallocated: u128,
    },
    /// No settled allocation.
    #[error("campaign {campaign} has no settled allocation in epoch {epoch}")]
    NotSettled {
        /// The campaign.
        campaign: u64,
        /// The epoch.
        epoch: u64,
    },

    /// The campaigns of a claim do not rise strictly.
    #[error("campaigns must rise strictly: {campaign} is not above the one before it")]
    CampaignsNotRising {
        /// The campaign.
        campaign: u64,
    },
    /// The leaf is another account's.
    #[error("the leaf for campaign {campaign} belongs to another account than the sender's")]
    NotYourLeaf {
        /// The campaign.
        campaign: u64,
    },
    /// The leaf exceeds what one account can have earned.
    #[error(
        "the leaf for campaign {campaign} holds {cumulative} base units: one account can have at most {cap}"
    )]
    AboveShareCap {
        /// The campaign.
        campaign: u64,
        /// The leaf's amount.
        cumulative: u128,
        /// `floor(released · share_cap / 10^6)`.
        cap: u128,
    },
    /// Unclaimed money went back.
    #[error("claims on campaign {campaign} have closed and unclaimed money went back")]
    ClaimsClosed {
        /// The campaign.
        campaign: u64,
    },
    /// Claims would exceed what was allocated.
    #[error(
        "campaign {campaign} has paid {claimed} of {allocated} allocated base units: {amount} more is too much"
    )]
    AllocationExhausted {
        /// The campaign.
        campaign: u64,
        /// What was paid.
        claimed: u128,
        /// What was allocated.
        allocated: u128,
        /// What the claim asks for.
        amount: u128,
    },
    /// Every item of a claim pays nothing.
    #[error("nothing to claim: all that is unlocked was paid")]
    NothingToClaim {},

    /// A redirect whose time has passed.
    #[error("the redirect expired at {expires_at_s}: it is {now_s} (unix seconds)")]
    RedirectExpired {
        /// From when on it is void.
        expires_at_s: u64,
        /// Block time.
        now_s: u64,
    },
    /// A redirect that was used, or comes before another.
    #[error("the redirect's nonce is {nonce}: the account's next one is {expected}")]
    WrongNonce {
        /// The redirect's.
        nonce: u64,
        /// The account's next.
        expected: u64,
    },
    /// A redirect by a key that is not the account's.
    #[error("the redirect's pubkey is not the key of {account}")]
    NotTheAccountsKey {
        /// The account.
        account: Addr,
    },
    /// A redirect that the account did not sign.
    #[error("the redirect is not signed by {account}: sign the text with signArbitrary (ADR-036)")]
    BadSignature {
        /// The account.
        account: Addr,
    },
    /// Nothing is owed to who asks for it.
    #[error("{account} is owed nothing in {denom}")]
    NothingOwed {
        /// The account.
        account: Addr,
        /// The asset.
        denom: String,
    },
    /// A reply that no message asks for.
    #[error("no message asks for a reply with id {id}")]
    UnknownReply {
        /// Its id.
        id: u64,
    },
    /// The account said the same before.
    #[error("consent is set to {granted} already")]
    ConsentUnchanged {
        /// What was said.
        granted: bool,
    },

    /// Campaigns cannot pay in this denom.
    #[error("denom {denom} is not allowed here: the query config lists the denoms that are")]
    DenomNotAllowed {
        /// The denom.
        denom: String,
    },
    /// The campaign pays in another denom.
    #[error("campaign {campaign} is in {expected}, not {denom}")]
    WrongDenom {
        /// The campaign.
        campaign: u64,
        /// Its denom.
        expected: String,
        /// The denom sent.
        denom: String,
    },
    /// A token tells of a deposit that its balance does not show.
    #[error(
        "{amount} of {denom} did not arrive in full: with them the contract must hold {needed}, and holds {balance}"
    )]
    NotReceived {
        /// The asset.
        denom: String,
        /// What the token tells of.
        amount: u128,
        /// What the contract holds by the token's word.
        balance: u128,
        /// What it must hold.
        needed: u128,
    },
    /// Less than a campaign must bring.
    #[error("{amount}{denom} is too little: a campaign needs {funding_min} net of a fee of {fee}")]
    FundingTooSmall {
        /// What was sent.
        amount: u128,
        /// The denom.
        denom: String,
        /// Least funding.
        funding_min: u128,
        /// Creation fee.
        fee: u128,
    },
    /// More than a campaign can hold.
    #[error("{amount} base units are too many: a campaign holds at most 2^120 in all")]
    FundingTooLarge {
        /// What was sent, or what it adds up to.
        amount: Uint256,
    },
    /// No sponsor is proposed.
    #[error("no sponsor is proposed for campaign {campaign}: its sponsor has to name one first")]
    NoSponsorProposed {
        /// The campaign.
        campaign: u64,
    },
    /// The campaign has ended.
    #[error("campaign {campaign} has ended with epoch {end_epoch} (exclusive)")]
    CampaignEnded {
        /// The campaign.
        campaign: u64,
        /// First epoch without an allocation.
        end_epoch: u64,
    },
    /// The sponsor stopped it before.
    #[error("campaign {campaign} is stopped already: it ends with epoch {end_epoch} (exclusive)")]
    AlreadyStopped {
        /// The campaign.
        campaign: u64,
        /// First epoch without an allocation.
        end_epoch: u64,
    },
    /// The campaign's last epochs are not over.
    #[error(
        "campaign {campaign} is not over: its epoch {epoch} is neither final nor missed (its window ends at \
         {window_end_s}, unix seconds)"
    )]
    CampaignNotOver {
        /// The campaign.
        campaign: u64,
        /// Its first epoch that is open or pending.
        epoch: u64,
        /// When the window of that epoch ends.
        window_end_s: u64,
    },
    /// A final report may hold a commitment that nobody has settled.
    #[error(
        "epoch {epoch} of campaign {campaign} is not settled: settle it, prove that its report holds no commitment \
         of the campaign, or wait until {grace_ends_s} (unix seconds)"
    )]
    SettlementPending {
        /// The campaign.
        campaign: u64,
        /// The epoch.
        epoch: u64,
        /// From when unsettled epochs no longer keep the money.
        grace_ends_s: u64,
    },
    /// Nothing is due back.
    #[error(
        "nothing is due back to campaign {campaign}: {outstanding} unclaimed base units are from {claims_close_s} (unix seconds) on"
    )]
    NothingToRefund {
        /// The campaign.
        campaign: u64,
        /// What accounts can still claim.
        outstanding: u128,
        /// When claims close.
        claims_close_s: u64,
    },
    /// No fees are due.
    #[error("no fees are due in {denom}")]
    NoFees {
        /// The denom.
        denom: String,
    },

    /// The stored code is another contract's.
    #[error("this is {found}: only {expected} can be migrated to this code")]
    WrongContract {
        /// Name stored.
        found: String,
        /// Name of this contract.
        expected: &'static str,
    },
    /// The stored version is none that was released.
    #[error("version {found} was never released: there is no migration from it")]
    UnknownVersion {
        /// Version stored.
        found: String,
    },
    /// A report by other rules than this code's can still be disputed: no proof could convict it any more.
    #[error(
        "the report on epoch {epoch} is pending and not by rules version {rules_version} of this code: void it, or \
         migrate once it is final, from {ends_at_s} (unix seconds) on at the earliest"
    )]
    RulesChange {
        /// Its epoch.
        epoch: u64,
        /// The code's.
        rules_version: u32,
        /// When its dispute window ends.
        ends_at_s: u64,
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
