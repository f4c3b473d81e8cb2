//! One message, one file, one function over typed values: addresses are validated and permissions checked before.

pub(crate) mod accept_owner;
pub(crate) mod accept_sponsor;
pub(crate) mod claim;
pub(crate) mod claim_batch;
pub(crate) mod claim_for;
pub(crate) mod create_campaign;
pub(crate) mod fund_campaign;
pub(crate) mod pause;
pub(crate) mod propose_owner;
pub(crate) mod propose_sponsor;
pub(crate) mod receive;
pub(crate) mod record_assets;
pub(crate) mod record_scores;
pub(crate) mod refund_campaign;
pub(crate) mod set_consent;
pub(crate) mod set_payout_address;
pub(crate) mod settle;
pub(crate) mod stop_campaign;
pub(crate) mod submit_report;
pub(crate) mod unpause;
pub(crate) mod withdraw_fees;
pub(crate) mod withdraw_owed;
