//! Every message, query and response, written once: the contract, the daemon, the tests and pages use these types.

mod dispute;
mod execute;
mod instantiate;
mod query;
mod response;

pub use dispute::{
    ChallengeInfo, ChallengeResponse, ChallengeStatus, ConflictingQuorums, DemandInfo, DemandStatus,
    DemandsResponse, VoidReason, VoidedReport,
};
pub use execute::{
    ClaimItem, CommitmentAbsence, CreateCampaign, ExecuteMsg, Metadata, SettleItem, SignatureEntry,
};
pub use instantiate::{DenomPolicy, InstantiateMsg, Limits, MigrateMsg, OperatorInfo, Security};
pub use query::QueryMsg;
pub use response::{
    AllocationResponse, AllocationStatus, CampaignMoney, CampaignResponse, CampaignsResponse, ClaimableItem,
    ClaimableResponse, ClaimableStatus, ClaimedResponse, ConfigResponse, EpochStatusResponse, FeesResponse,
    FundingResponse, OwnershipResponse, PauseResponse, ReportResponse, ReportStatus, ReportsResponse,
    ScoreResponse, SolvencyResponse,
};

/// Most items in one `claim`.
pub const CLAIM_ITEMS_MAX: usize = 32;
/// Most items in one `settle`.
pub const SETTLE_ITEMS_MAX: usize = 32;
/// Most leaves in one `record_scores`.
pub const RECORD_SCORES_MAX: usize = 256;
/// Most proofs of absence in one `refund_campaign`.
pub const ABSENCES_MAX: usize = 32;
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
