//! One message, one file, one function over typed values: addresses are validated and permissions checked before.

pub(crate) mod accept_owner;
pub(crate) mod claim;
pub(crate) mod create_campaign;
pub(crate) mod fund_campaign;
pub(crate) mod pause;
pub(crate) mod propose_owner;
pub(crate) mod record_scores;
pub(crate) mod refund_campaign;
pub(crate) mod settle;
pub(crate) mod stop_campaign;
pub(crate) mod submit_report;
pub(crate) mod unpause;
pub(crate) mod withdraw_fees;
