//! What can be asked.

use cosmwasm_schema::{QueryResponses, cw_serde};
use cosmwasm_std::Binary;

// The answers' types: for schemas, which no contract makes.
#[cfg(not(target_arch = "wasm32"))]
use super::dispute::{ChallengeResponse, DemandsResponse};
use super::execute::ClaimItem;
#[cfg(not(target_arch = "wasm32"))]
use super::operators::{BondResponse, ConfigProposalResponse, OperatorFeesResponse, ParticipationResponse};
#[cfg(not(target_arch = "wasm32"))]
use super::response::{
    AllocationResponse, AssetPriceResponse, CampaignMoney, CampaignResponse, CampaignsResponse,
    ClaimableResponse, ClaimedResponse, ConfigResponse, ConsentChangesResponse, ConsentResponse,
    EpochStatusResponse, FeesResponse, FundingResponse, OwedResponse, OwnershipResponse, PauseResponse,
    PayoutAddressResponse, PreviewClaimResponse, RedirectNonceResponse, ReportResponse, ReportsResponse,
    ScoreHistoryResponse, ScoreResponse, SolvencyResponse,
};

/// Every query. Pages take at most 50 entries, 10 if no limit is given.
#[cw_serde]
#[derive(QueryResponses)]
pub enum QueryMsg {
    /// Operators, clock, limits and the digest that reports on an epoch must carry.
    #[returns(ConfigResponse)]
    Config {
        /// The epoch; the current one if absent.
        epoch: Option<u64>,
    },
    /// The configuration that is proposed.
    #[returns(ConfigProposalResponse)]
    ConfigProposal {},
    /// An operator's bond.
    #[returns(BondResponse)]
    Bond {
        /// Its admin.
        admin: String,
    },
    /// How often the operators signed.
    #[returns(ParticipationResponse)]
    Participation {},
    /// The operators' fees in an asset that wait to be distributed.
    #[returns(OperatorFeesResponse)]
    OperatorFees {
        /// The asset.
        denom: String,
    },
    /// Where the clock stands: current epoch, open epoch and until when its report is due.
    #[returns(EpochStatusResponse)]
    EpochStatus {},
    /// The report of an epoch, or its state without one.
    #[returns(ReportResponse)]
    Report {
        /// The epoch.
        epoch: u64,
    },
    /// Reports, newest first.
    #[returns(ReportsResponse)]
    Reports {
        /// Only epochs below this one.
        before: Option<u64>,
        /// Entries, at most 50.
        limit: Option<u32>,
    },
    /// The challenge of a report.
    #[returns(ChallengeResponse)]
    Challenge {
        /// Its epoch.
        epoch: u64,
        /// Its revision.
        revision: u32,
    },
    /// The opening demands on a report, by rising target.
    #[returns(DemandsResponse)]
    Demands {
        /// Its epoch.
        epoch: u64,
        /// Its revision.
        revision: u32,
        /// Only targets above this one, 9 bytes.
        start_after: Option<Binary>,
        /// Entries, at most 50.
        limit: Option<u32>,
    },
    /// A campaign's terms, state and newest allocation.
    #[returns(CampaignResponse)]
    Campaign {
        /// The campaign.
        campaign: u64,
    },
    /// Campaigns by rising id.
    #[returns(CampaignsResponse)]
    Campaigns {
        /// Only ids above this one.
        start_after: Option<u64>,
        /// Entries, at most 50.
        limit: Option<u32>,
    },
    /// A campaign's money.
    #[returns(CampaignMoney)]
    CampaignMoney {
        /// The campaign.
        campaign: u64,
    },
    /// What was credited to a campaign before the end of an epoch, net of fees.
    #[returns(FundingResponse)]
    Funding {
        /// The campaign.
        campaign: u64,
        /// The epoch.
        epoch: u64,
    },
    /// What became of a campaign's commitment in an epoch.
    #[returns(AllocationResponse)]
    Allocation {
        /// The campaign.
        campaign: u64,
        /// The epoch.
        epoch: u64,
    },
    /// What an account was paid in a campaign.
    #[returns(ClaimedResponse)]
    Claimed {
        /// The campaign.
        campaign: u64,
        /// The account.
        account: String,
    },
    /// What a claim would pay, item by item; nothing is refused as a whole but a list of more than 32 items.
    #[returns(ClaimableResponse)]
    Claimable {
        /// The account.
        account: String,
        /// The items of the claim.
        items: Vec<ClaimItem>,
    },
    /// What a claim that skips bad items would pay, in all: the sum per asset, to whom, and which items pay nothing and why.
    #[returns(PreviewClaimResponse)]
    PreviewClaim {
        /// The account.
        account: String,
        /// The items of the claim, at most 32, campaigns strictly rising.
        items: Vec<ClaimItem>,
    },
    /// Where `claim_for` and `claim_batch` pay an account.
    #[returns(PayoutAddressResponse)]
    PayoutAddress {
        /// The account.
        account: String,
    },
    /// The nonce that an account's next redirect must carry.
    #[returns(RedirectNonceResponse)]
    RedirectNonce {
        /// The account.
        account: String,
    },
    /// What `withdraw_owed` would pay an account.
    #[returns(OwedResponse)]
    Owed {
        /// A bank denom, or `cw20:` and the address of a cw20 token.
        denom: String,
        /// The account.
        account: String,
    },
    /// A recorded score of an account in a campaign: that of an epoch, or the newest.
    #[returns(ScoreResponse)]
    Score {
        /// The campaign.
        campaign: u64,
        /// The account.
        account: String,
        /// The epoch; the newest recorded one if absent.
        epoch: Option<u64>,
    },
    /// Recorded scores of an account in a campaign, newest first.
    #[returns(ScoreHistoryResponse)]
    ScoreHistory {
        /// The campaign.
        campaign: u64,
        /// The account.
        account: String,
        /// Only epochs below this one.
        before: Option<u64>,
        /// Entries, at most 50.
        limit: Option<u32>,
    },
    /// The newest recorded score and price of an asset.
    #[returns(AssetPriceResponse)]
    AssetPrice {
        /// The asset's id.
        asset_id: String,
    },
    /// Whether an account consents to be scored.
    #[returns(ConsentResponse)]
    Consent {
        /// The account.
        account: String,
        /// The epoch; the current one if absent.
        epoch: Option<u64>,
    },
    /// Every change of consent by rising sequence number.
    #[returns(ConsentChangesResponse)]
    ConsentChanges {
        /// Only sequence numbers above this one.
        start_after: Option<u64>,
        /// Entries, at most 50.
        limit: Option<u32>,
    },
    /// What the contract owes in an asset, one page of campaigns at a time: add the pages up and compare with the balance.
    #[returns(SolvencyResponse)]
    Solvency {
        /// A bank denom, or `cw20:` and the address of a cw20 token.
        denom: String,
        /// Only campaigns above this id.
        start_after: Option<u64>,
        /// Entries, at most 50.
        limit: Option<u32>,
    },
    /// Creation fees that wait for the owner.
    #[returns(FeesResponse)]
    Fees {
        /// The denom.
        denom: String,
    },
    /// Whether the contract is paused.
    #[returns(PauseResponse)]
    Pause {},
    /// Owner, proposed owner and guardian.
    #[returns(OwnershipResponse)]
    Ownership {},
}
