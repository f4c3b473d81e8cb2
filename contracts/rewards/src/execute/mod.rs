//! One message, one file, one function over typed values: addresses are validated and permissions checked before.

pub(crate) mod accept_config;
pub(crate) mod accept_owner;
pub(crate) mod cancel_config;
pub(crate) mod claim;
pub(crate) mod count_participation;
pub(crate) mod create_campaign;
pub(crate) mod distribute_operator_fees;
pub(crate) mod fund_campaign;
pub(crate) mod pause;
pub(crate) mod post_bond;
pub(crate) mod propose_config;
pub(crate) mod propose_owner;
pub(crate) mod record_scores;
pub(crate) mod refund_campaign;
pub(crate) mod renounce_ownership;
pub(crate) mod set_guardian;
pub(crate) mod settle;
pub(crate) mod stop_campaign;
pub(crate) mod submit_report;
pub(crate) mod swap_signer;
pub(crate) mod unbond;
pub(crate) mod unpause;
pub(crate) mod update_limits;
pub(crate) mod withdraw_bond;
pub(crate) mod withdraw_fees;
