//! One message, one file, one function over typed values: addresses are validated and permissions checked before.

pub(crate) mod accept_owner;
pub(crate) mod anchor_input;
pub(crate) mod answer_demand;
pub(crate) mod challenge_report;
pub(crate) mod claim;
pub(crate) mod commit_proof;
pub(crate) mod create_campaign;
pub(crate) mod decide_challenge;
pub(crate) mod demand_open;
pub(crate) mod fund_campaign;
pub(crate) mod pause;
pub(crate) mod propose_owner;
pub(crate) mod prove_equivocation;
pub(crate) mod prove_fraud;
pub(crate) mod reclaim_demand;
pub(crate) mod record_scores;
pub(crate) mod refund_campaign;
pub(crate) mod resolve_silence;
pub(crate) mod settle;
pub(crate) mod stop_campaign;
pub(crate) mod submit_report;
pub(crate) mod unpause;
pub(crate) mod void_report;
pub(crate) mod void_unanswered;
pub(crate) mod withdraw_fees;
