//! Every message, query and response, written once: the contract, the daemon, the tests and pages use these types.

mod cw20;
mod dispute;
mod execute;
mod instantiate;
mod operators;
mod query;
mod response;

pub use cw20::{
    CW20_PREFIX, Cw20BalanceResponse, Cw20Deposit, Cw20ExecuteMsg, Cw20QueryMsg, Cw20ReceiveMsg, cw20_asset,
    cw20_token,
};
pub use dispute::{
    ChallengeInfo, ChallengeResponse, ChallengeStatus, ConflictingQuorums, DemandInfo, DemandStatus,
    DemandsResponse, VoidReason, VoidedReport,
};
pub use execute::{
    AccountClaim, ClaimItem, CommitmentAbsence, CreateCampaign, ExecuteMsg, Metadata, Redirect, SettleItem,
    SignatureEntry,
};
pub use instantiate::{DenomPolicy, InstantiateMsg, Limits, MigrateMsg, OperatorInfo, Security};
pub use operators::{
    BondResponse, ConfigProposal, ConfigProposalResponse, OperatorFeesResponse, OperatorParticipation,
    ParticipationResponse, ProposeConfig, ProposedOperator, ProposedOperators,
};
pub use query::QueryMsg;
pub use response::{
    AllocationResponse, AllocationStatus, AssetAmount, AssetPriceResponse, CampaignMoney, CampaignResponse,
    CampaignsResponse, ClaimableItem, ClaimableResponse, ClaimableStatus, ClaimedResponse, ConfigResponse,
    ConsentChange, ConsentChangesResponse, ConsentResponse, EpochStatusResponse, FeesResponse,
    FundingResponse, OwedResponse, OwnershipResponse, PauseResponse, PayoutAddressResponse,
    PreviewClaimResponse, RedirectNonceResponse, ReportResponse, ReportStatus, ReportsResponse,
    ScoreHistoryResponse, ScoreRecord, ScoreResponse, SkippedItem, SolvencyResponse,
};

/// Most items in one `claim` or `claim_for`, and of all accounts in one `claim_batch`.
pub const CLAIM_ITEMS_MAX: usize = 32;
/// Most items in one `settle`.
pub const SETTLE_ITEMS_MAX: usize = 32;
/// Most leaves in one `record_scores`.
pub const RECORD_SCORES_MAX: usize = 256;
/// Most assets in one `record_assets`.
pub const RECORD_ASSETS_MAX: usize = 256;
/// Most proofs of absence in one `refund_campaign`.
pub const ABSENCES_MAX: usize = 32;
/// Most final reports that one `count_participation` or `distribute_operator_fees` counts.
pub const COUNTED_REPORTS_MAX: usize = 100;
/// Longest reason of a challenge.
pub const CHALLENGE_REASON_MAX_BYTES: usize = 256;
/// Entries of a page when the query names no limit.
pub const PAGE_DEFAULT: u32 = 10;
/// Most entries of a page.
pub const PAGE_MAX: u32 = 50;
/// Most characters of a campaign's name.
pub const METADATA_NAME_MAX_BYTES: usize = 128;
/// Most characters of a campaign's link.
pub const METADATA_URL_MAX_BYTES: usize = 256;
