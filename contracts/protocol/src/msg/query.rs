//! What can be asked.

use cosmwasm_schema::{QueryResponses, cw_serde};

use super::execute::ClaimItem;
// The answers' types: for schemas, which no contract makes.
#[cfg(not(target_arch = "wasm32"))]
use super::operators::{BondResponse, ConfigProposalResponse, OperatorFeesResponse, ParticipationResponse};
#[cfg(not(target_arch = "wasm32"))]
use super::response::{
    AllocationResponse, CampaignMoney, CampaignResponse, CampaignsResponse, ClaimableResponse,
    ClaimedResponse, ConfigResponse, EpochStatusResponse, FeesResponse, FundingResponse, OwnershipResponse,
    PauseResponse, ReportResponse, ReportsResponse, ScoreResponse, SolvencyResponse,
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
    /// The newest recorded score of an account in a campaign.
    #[returns(ScoreResponse)]
    Score {
        /// The campaign.
        campaign: u64,
        /// The account.
        account: String,
    },
    /// What the contract owes in a denom, one page of campaigns at a time: add the pages up and compare with the balance.
    #[returns(SolvencyResponse)]
    Solvency {
        /// The denom.
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
