//! What queries answer. Amounts are base units in decimal strings; hashes and digests are base64 of 32 bytes.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Addr, Binary, Uint128};

use super::dispute::VoidedReport;
use super::execute::Metadata;
use super::instantiate::{Limits, OperatorInfo, Security};
use crate::campaign::CampaignTerms;
use crate::epoch::EpochClock;
use crate::score::Score;
use crate::settle::RejectReason;

/// Answer to `config`.
#[cw_serde]
pub struct ConfigResponse {
    /// Rises by one with every change.
    pub config_version: u64,
    /// What every report must carry.
    pub config_digest: Binary,
    /// [`crate::RULES_VERSION`] of the code.
    pub rules_version: u32,
    /// Operators in index order.
    pub operators: Vec<OperatorInfo>,
    /// Indices of the operators who are suspended: their signatures do not count.
    pub suspended: Vec<u8>,
    /// f.
    pub faulty_max: u8,
    /// k.
    pub quorum: u8,
    /// The epoch clock.
    pub clock: EpochClock,
    /// Hash of the oracle's specification.
    pub spec_hash: Binary,
    /// Bounds on campaigns, fees and pauses in that epoch.
    pub limits: Limits,
    /// Bonds, disputes and changes of the configuration.
    pub security: Security,
}

/// Answer to `epoch_status`.
#[cw_serde]
pub struct EpochStatusResponse {
    /// Block time, unix seconds.
    pub now_s: u64,
    /// Block height.
    pub height: u64,
    /// The epoch that the block time lies in; absent before genesis.
    pub current_epoch: Option<u64>,
    /// The lowest epoch that is neither final nor missed.
    pub open_epoch: u64,
    /// Revision that a report on it must carry.
    pub revision: u32,
    /// Its window's end, unix seconds: from then on a report is accepted.
    pub window_end_s: u64,
    /// Until when, unix seconds; absent while its report is pending.
    pub due_s: Option<u64>,
    /// Digest that the next report must carry as `prev_digest`; absent while a report is pending.
    pub prev_digest: Option<Binary>,
    /// The input that the awaited report must be computed from; absent if none is anchored, and while a report is pending.
    pub input_root: Option<Binary>,
    /// From when the operator whose turn it is may anchor an input, unix seconds; absent while reports need no anchor, and
    /// while one is pending.
    pub anchor_from_s: Option<u64>,
    /// From when any operator may.
    pub anchor_by_any_from_s: Option<u64>,
    /// Index of the operator whose turn it is.
    pub anchor_rank: Option<u8>,
}

/// State of an epoch's report.
#[cw_serde]
#[derive(Eq)]
pub enum ReportStatus {
    /// Its window has not ended, or the report is awaited.
    Open,
    /// Posted; final from `ends_at_s` and `ends_height` on, once every opening demand is answered.
    Pending,
    /// Posted, and the arbiter has to decide whether it stands.
    Challenged,
    /// Allocations may be settled.
    Final,
    /// No report came in time, or all were voided. The money stays available to later epochs.
    Missed,
}

/// Answer to `report`.
#[cw_serde]
pub struct ReportResponse {
    /// The epoch.
    pub epoch: u64,
    /// Its state.
    pub status: ReportStatus,
    /// Revision of the report, or the one that is awaited.
    pub revision: u32,
    /// The packed body; absent without a report.
    pub body: Option<Binary>,
    /// Its digest.
    pub digest: Option<Binary>,
    /// Indices of the operators who signed.
    pub signers: Vec<u8>,
    /// When it was posted, unix seconds.
    pub submitted_at_s: Option<u64>,
    /// When its dispute window ends, unix seconds; later if it waited longer for an answer or a decision.
    pub ends_at_s: Option<u64>,
    /// The height before which it cannot be final.
    pub ends_height: Option<u64>,
    /// Opening demands that nobody has answered yet; 0 unless it pends.
    pub open_demands: u32,
    /// The epoch's reports that were voided, by revision.
    pub voided: Vec<VoidedReport>,
}

/// Answer to `reports`.
#[cw_serde]
pub struct ReportsResponse {
    /// Newest first.
    pub reports: Vec<ReportResponse>,
}

/// Answer to `campaign`.
#[cw_serde]
pub struct CampaignResponse {
    /// The campaign's id.
    pub campaign: u64,
    /// Who may stop it: who created it, or took the sponsorship over.
    pub sponsor: Addr,
    /// Who may take the sponsorship over.
    pub proposed_sponsor: Option<Addr>,
    /// Where refunds go.
    pub refund_address: Addr,
    /// What it pays in: a bank denom, or `cw20:` and the address of a cw20 token.
    pub denom: String,
    /// Its immutable terms.
    pub terms: CampaignTerms,
    /// Hash of the terms.
    pub rule_hash: Binary,
    /// The end that is in force: earlier than scheduled if it was stopped, later if its last epoch was missed.
    pub end_epoch: u64,
    /// Whether the sponsor stopped it.
    pub stopped: bool,
    /// Earliest time at which unclaimed money may go back, unix seconds.
    pub claim_deadline_s: u64,
    /// When unclaimed money may go back as things stand, unix seconds.
    pub claims_close_s: u64,
    /// Block time of its creation, unix seconds.
    pub created_at_s: u64,
    /// Shown in pages.
    pub metadata: Option<Metadata>,
    /// The newest settled allocation.
    pub settled: Option<AllocationResponse>,
}

/// Answer to `campaigns`.
#[cw_serde]
pub struct CampaignsResponse {
    /// By rising id.
    pub campaigns: Vec<CampaignResponse>,
}

/// Answer to `campaign_money`, in the campaign's denom. `funded = unallocated + allocated + refunded + fees` and
/// `allocated = claimed + outstanding`.
#[cw_serde]
#[derive(Eq)]
pub struct CampaignMoney {
    /// The campaign.
    pub campaign: u64,
    /// Everything that was ever paid in.
    pub funded: Uint128,
    /// Not promised to anybody.
    pub unallocated: Uint128,
    /// Promised to accounts by settled allocations, less what went back unclaimed.
    pub allocated: Uint128,
    /// Paid to accounts.
    pub claimed: Uint128,
    /// Paid back to the sponsor's refund address.
    pub refunded: Uint128,
    /// Taken as creation fee and for the operators.
    pub fees: Uint128,
    /// `allocated − claimed`.
    pub outstanding: Uint128,
    /// Whether unclaimed money went back: nothing more can be claimed.
    pub closed: bool,
}

/// Answer to `funding`.
#[cw_serde]
pub struct FundingResponse {
    /// Credited before the end of the epoch, net of fees, base units.
    pub credited: Uint128,
}

/// What became of a commitment.
#[cw_serde]
#[derive(Eq)]
pub enum AllocationStatus {
    /// Claims may use it.
    Settled,
    /// It never will be.
    Rejected(RejectReason),
}

/// Answer to `allocation`.
#[cw_serde]
pub struct AllocationResponse {
    /// The campaign.
    pub campaign: u64,
    /// The epoch.
    pub epoch: u64,
    /// What became of the commitment.
    pub status: AllocationStatus,
    /// Root of the allocation tree.
    pub root: Binary,
    /// Its leaves.
    pub leaf_count: u32,
    /// Sum of their weights.
    pub weight_total: u64,
    /// Sum of their cumulative amounts.
    pub cumulative_total: Uint128,
    /// The epoch's budget.
    pub budget: Uint128,
    /// Budgets of all settled allocations up to this one.
    pub released: Uint128,
    /// When it was settled or rejected, unix seconds.
    pub settled_at_s: u64,
}

/// Answer to `claimed`.
#[cw_serde]
pub struct ClaimedResponse {
    /// Base units.
    pub claimed: Uint128,
}

/// Whether an item of a claim would be paid.
#[cw_serde]
#[derive(Eq)]
pub enum ClaimableStatus {
    /// It pays `amount`, which may be 0 if all was paid or nothing is unlocked.
    Ok,
    /// It would be refused; `reason` says why.
    Refused {
        /// The error of the claim.
        reason: String,
    },
}

/// One item of [`ClaimableResponse`].
#[cw_serde]
pub struct ClaimableResponse {
    /// In the order of the items.
    pub items: Vec<ClaimableItem>,
}

/// What one item would pay.
#[cw_serde]
pub struct ClaimableItem {
    /// The campaign.
    pub campaign: u64,
    /// The epoch.
    pub epoch: u64,
    /// Whether it would be paid.
    pub status: ClaimableStatus,
    /// The denom; empty if the campaign does not exist.
    pub denom: String,
    /// Everything the account ever earned in the campaign, by the leaf.
    pub cumulative: Uint128,
    /// How much of that is unlocked.
    pub unlocked: Uint128,
    /// How much was paid.
    pub claimed: Uint128,
    /// What the item would pay now.
    pub amount: Uint128,
}

/// Answer to `preview_claim`.
#[cw_serde]
pub struct PreviewClaimResponse {
    /// Who would be paid by `claim_for` or `claim_batch`. `claim` pays its sender.
    pub recipient: Addr,
    /// The sum per asset.
    pub payouts: Vec<AssetAmount>,
    /// Items that pay nothing.
    pub skipped: Vec<SkippedItem>,
}

/// An amount of an asset.
#[cw_serde]
#[derive(Eq)]
pub struct AssetAmount {
    /// A bank denom, or `cw20:` and the address of a cw20 token.
    pub denom: String,
    /// Base units.
    pub amount: Uint128,
}

/// An item that a claim passes over.
#[cw_serde]
#[derive(Eq)]
pub struct SkippedItem {
    /// Its place among the items, from 0.
    pub index: u32,
    /// The campaign.
    pub campaign: u64,
    /// Why it pays nothing.
    pub reason: String,
}

/// Answer to `payout_address`.
#[cw_serde]
pub struct PayoutAddressResponse {
    /// Absent: the account itself.
    pub address: Option<Addr>,
}

/// Answer to `redirect_nonce`.
#[cw_serde]
pub struct RedirectNonceResponse {
    /// Rises by one with every redirect that was used.
    pub nonce: u64,
}

/// Answer to `owed`.
#[cw_serde]
pub struct OwedResponse {
    /// Base units.
    pub owed: Uint128,
}

/// Answer to `score_history`.
#[cw_serde]
pub struct ScoreHistoryResponse {
    /// Newest first.
    pub scores: Vec<ScoreRecord>,
}

/// A recorded score.
#[cw_serde]
#[derive(Eq)]
pub struct ScoreRecord {
    /// The epoch of the allocation.
    pub epoch: u64,
    /// The score.
    pub score: Score,
    /// Consecutive epochs that passed the gate.
    pub streak: u16,
    /// Weight of the leaf.
    pub weight: u64,
}

/// Answer to `asset_price`.
#[cw_serde]
pub struct AssetPriceResponse {
    /// Last price at the end of the epoch, in base units of the denom; 0: none.
    pub price: Uint128,
    /// SHA-256 of the text of the price's denom; absent if nothing was recorded.
    pub denom_hash: Option<Binary>,
    /// Attention score of the epoch; absent if nothing was recorded.
    pub score: Option<Score>,
    /// The newest recorded epoch; absent if nothing was recorded.
    pub epoch: Option<u64>,
    /// Epochs that have closed since: 0 if the record is of the newest closed epoch.
    pub stale_epochs: u64,
}

/// Answer to `consent`.
#[cw_serde]
pub struct ConsentResponse {
    /// What the account said last with effect in the epoch; absent if nothing.
    pub granted: Option<bool>,
    /// Since which epoch that is in force.
    pub from_epoch: Option<u64>,
}

/// Answer to `consent_changes`.
#[cw_serde]
pub struct ConsentChangesResponse {
    /// By rising sequence number.
    pub changes: Vec<ConsentChange>,
}

/// One change of an account's consent.
#[cw_serde]
#[derive(Eq)]
pub struct ConsentChange {
    /// Its number; they run from 1 without gaps.
    pub sequence: u64,
    /// The account.
    pub account: Addr,
    /// Whether consent is granted.
    pub granted: bool,
    /// From which epoch on. Of two changes for the same epoch, the later one counts.
    pub from_epoch: u64,
}

/// Answer to `score`.
#[cw_serde]
pub struct ScoreResponse {
    /// The recorded score; absent if none was recorded.
    pub score: Option<Score>,
    /// Its epoch.
    pub epoch: Option<u64>,
    /// Consecutive epochs that passed the gate.
    pub streak: u16,
    /// Weight of the leaf.
    pub weight: u64,
    /// Epochs that have closed since: 0 if the score is of the newest closed epoch.
    pub stale_epochs: u64,
}

/// Answer to `solvency`.
#[cw_serde]
pub struct SolvencyResponse {
    /// Σ (unallocated + outstanding) over the page's campaigns in the asset.
    pub owed: Uint128,
    /// Creation fees due in the asset; counted on the first page only.
    pub fees_due: Uint128,
    /// Operators' fees that wait to be distributed; counted on the first page only.
    pub operator_fees: Uint128,
    /// What accounts may withdraw by `withdraw_owed`; counted on the first page only.
    pub withdrawable: Uint128,
    /// Bonds held in the asset; counted on the first page only.
    pub bonds_held: Uint128,
    /// What the contract holds of the asset by the bank's word, or the token's.
    pub balance: Uint128,
    /// Where the next page starts; absent after the last.
    pub next: Option<u64>,
}

/// Answer to `fees`.
#[cw_serde]
pub struct FeesResponse {
    /// Base units due to the owner.
    pub due: Uint128,
}

/// Answer to `pause`.
#[cw_serde]
pub struct PauseResponse {
    /// Whether the contract is paused now.
    pub paused: bool,
    /// When the current or last pause ends or ended, unix seconds.
    pub until_s: Option<u64>,
    /// Seconds spent paused since instantiation.
    pub paused_seconds: u64,
}

/// Answer to `ownership`.
#[cw_serde]
pub struct OwnershipResponse {
    /// The owner; absent once ownership was renounced.
    pub owner: Option<Addr>,
    /// Who may accept.
    pub proposed: Option<Addr>,
    /// Who may pause besides.
    pub guardian: Option<Addr>,
}
