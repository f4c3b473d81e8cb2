//! The contract's events: typed, and back. The contract emits them, the daemon and the tests read them with this code.
//!
//! On chain an event's type is `wasm-` and the name here, and it carries `_contract_address`: whoever reads events must
//! compare that address, because any contract can emit the same attributes.

mod attributes;
mod outcome;
mod parse;
#[cfg(test)]
mod tests;

pub use outcome::SettleOutcome;

use crate::dispute_event::DisputeEvent;
/// An event of the contract. Amounts are base units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A report was posted.
    ReportSubmitted {
        /// Its epoch.
        epoch: u64,
        /// Its revision.
        revision: u32,
        /// Its digest, hex.
        digest: String,
        /// Bitmap of the signers.
        signers: u32,
        /// When its dispute window ends, unix seconds.
        ends_at_s: u64,
    },
    /// The same report was posted again; nothing changed.
    ReportRepeated {
        /// Its epoch.
        epoch: u64,
        /// Its digest, hex.
        digest: String,
    },
    /// One item of `settle` was dealt with.
    CommitmentSettled {
        /// The campaign; 0 if the item could not be decoded.
        campaign: u64,
        /// The epoch.
        epoch: u64,
        /// What it came to.
        outcome: SettleOutcome,
        /// Allocated by it.
        delta: u128,
        /// Why it was rejected or failed; empty otherwise.
        reason: String,
    },
    /// One item of `claim` was paid.
    RewardClaimed {
        /// The campaign.
        campaign: u64,
        /// The epoch of the allocation.
        epoch: u64,
        /// Who was paid.
        account: String,
        /// How much.
        amount: u128,
        /// Of what.
        denom: String,
    },
    /// Claims of an account were paid elsewhere, by its payout address or its signature.
    PayoutRedirected {
        /// Whose claims.
        account: String,
        /// Who was paid.
        recipient: String,
    },
    /// One item of `claim_batch` was passed over.
    ClaimSkipped {
        /// Its place among the items of all accounts, from 0.
        index: u32,
        /// The campaign.
        campaign: u64,
        /// The account as given.
        account: String,
        /// Why.
        reason: String,
    },
    /// A payment failed: the amount waits for the account's `withdraw_owed`.
    PayoutFailed {
        /// Who is owed.
        account: String,
        /// How much.
        amount: u128,
        /// Of what.
        denom: String,
        /// Why, shortened.
        reason: String,
    },
    /// An account withdrew what it was owed.
    OwedWithdrawn {
        /// Who was owed.
        account: String,
        /// Who was paid.
        recipient: String,
        /// How much.
        amount: u128,
        /// Of what.
        denom: String,
    },
    /// An account named where claims for it are paid, or itself (empty).
    PayoutAddressSet {
        /// The account.
        account: String,
        /// The address.
        address: String,
    },
    /// An account granted or withdrew its consent.
    ConsentSet {
        /// Number of the change.
        sequence: u64,
        /// The account.
        account: String,
        /// Whether consent is granted.
        granted: bool,
        /// From which epoch on.
        from_epoch: u64,
    },
    /// Scores were copied into the contract's state.
    ScoresRecorded {
        /// The campaign.
        campaign: u64,
        /// The epoch.
        epoch: u64,
        /// Leaves recorded.
        recorded: u32,
        /// Leaves left alone because they were recorded before.
        skipped: u32,
    },
    /// Asset scores and prices were copied into the contract's state.
    AssetsRecorded {
        /// The epoch.
        epoch: u64,
        /// Assets recorded.
        recorded: u32,
        /// Assets left alone because a record at least as new stands there.
        skipped: u32,
        /// Assets refused because their price changed too much; each has a `price_refused`.
        refused: u32,
    },
    /// A price was not recorded: it changed by more than the limit allows for the epochs since.
    PriceRefused {
        /// The epoch.
        epoch: u64,
        /// Hash of the asset's id, hex.
        asset: String,
        /// The refused price.
        price: u128,
        /// The recorded price in the same denom.
        recorded: u128,
        /// The epoch of that one.
        recorded_epoch: u64,
    },
    /// A campaign was created.
    CampaignCreated {
        /// Its id.
        campaign: u64,
        /// Who created it.
        sponsor: String,
        /// Credited, net of the fee.
        amount: u128,
        /// Taken as fees, for creation and for the operators.
        fee: u128,
        /// Of what.
        denom: String,
        /// Hash of its terms, hex.
        rule_hash: String,
    },
    /// Money was added.
    CampaignFunded {
        /// The campaign.
        campaign: u64,
        /// Who paid.
        sender: String,
        /// Credited, net of the fee.
        amount: u128,
        /// Taken as fee for the operators.
        fee: u128,
    },
    /// The sponsor stopped a campaign.
    CampaignStopped {
        /// The campaign.
        campaign: u64,
        /// First epoch without an allocation.
        end_epoch: u64,
    },
    /// A next sponsor was named, or the proposal withdrawn (empty).
    SponsorProposed {
        /// The campaign.
        campaign: u64,
        /// The proposed sponsor.
        sponsor: String,
    },
    /// The proposed sponsor took over.
    SponsorAccepted {
        /// The campaign.
        campaign: u64,
        /// The new sponsor.
        sponsor: String,
    },
    /// Money went back to the refund address.
    CampaignRefunded {
        /// The campaign.
        campaign: u64,
        /// Where it went.
        recipient: String,
        /// Unallocated money.
        unallocated: u128,
        /// Unclaimed money.
        unclaimed: u128,
    },
    /// A convicted operator lost a part of its bond.
    OperatorSlashed {
        /// The epoch it signed for.
        epoch: u64,
        /// Its admin, who holds the bond.
        admin: String,
        /// What it lost, base units of the bond denom.
        amount: u128,
    },
    /// An operator's admin added to its bond.
    BondPosted {
        /// The admin.
        admin: String,
        /// How much, base units of the bond denom.
        amount: u128,
    },
    /// A part of a bond was asked back.
    BondUnbonding {
        /// The admin.
        admin: String,
        /// How much.
        amount: u128,
        /// From when on all that is on its way may be withdrawn, unix seconds.
        ready_s: u64,
    },
    /// What was asked back is owed to the admin.
    BondWithdrawn {
        /// The admin.
        admin: String,
        /// How much.
        amount: u128,
    },
    /// A configuration was proposed.
    ConfigProposed {
        /// From when on it may be accepted, unix seconds.
        ready_s: u64,
    },
    /// The proposal was withdrawn.
    ConfigCancelled {},
    /// There is a new configuration.
    ConfigChanged {
        /// Its version.
        config_version: u64,
        /// The first epoch it is in force for.
        first_epoch: u64,
        /// What reports from that epoch on must carry, hex.
        config_digest: String,
    },
    /// An operator replaced its hot key; the configuration that has it follows.
    SignerSwapped {
        /// The operator's admin.
        admin: String,
        /// Its index.
        index: u8,
    },
    /// Other limits were set.
    LimitsUpdated {
        /// The first epoch they are in force for.
        first_epoch: u64,
    },
    /// Signatures of final reports were counted.
    ParticipationCounted {
        /// The first epoch that was looked at.
        from_epoch: u64,
        /// The first that was not.
        next_epoch: u64,
    },
    /// An operator's share of the fees is owed to its admin.
    OperatorFeesShared {
        /// The admin.
        admin: String,
        /// How much.
        amount: u128,
        /// Of what.
        denom: String,
        /// For how many signatures.
        signed: u64,
    },
    /// An operator's signatures count no more.
    OperatorSuspended {
        /// Its admin.
        admin: String,
    },
    /// Something happened to an epoch's input or report.
    Dispute(DisputeEvent),
    /// The contract was paused.
    Paused {
        /// When it ends by itself, unix seconds.
        until_s: u64,
    },
    /// The pause was ended.
    Unpaused {},
    /// A next owner was named, or the proposal withdrawn (empty).
    OwnerProposed {
        /// The proposed owner.
        owner: String,
    },
    /// The proposed owner took over.
    OwnerAccepted {
        /// The new owner.
        owner: String,
    },
    /// There is no owner any more.
    OwnershipRenounced {},
    /// The guardian was named, or is none any more (empty).
    GuardianSet {
        /// The guardian.
        guardian: String,
    },
    /// Creation fees were paid out.
    FeesWithdrawn {
        /// Where they went.
        recipient: String,
        /// How much.
        amount: u128,
        /// Of what.
        denom: String,
    },
}
