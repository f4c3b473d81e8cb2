//! The contract as its users meet it: one file a message, then matrices over all messages, then whole stories.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod accept_config;
mod cancel_config;
mod claim;
mod claim_batch;
mod claim_for;
mod count_participation;
mod create_campaign;
mod distribute_operator_fees;
mod fees;
mod fund_campaign;
mod funds;
mod instantiate;
mod migrate;

mod ownership;
mod pause;
mod permissions;
mod post_bond;
mod preview_claim;
mod propose_config;
mod queries;
mod random;
mod receive;
mod record_assets;
mod record_scores;
mod refund_campaign;
mod renounce_ownership;
mod rotation;
mod scenarios;
mod set_consent;
mod set_guardian;
mod set_payout_address;
mod settle;
mod sponsorship;
mod stop_campaign;
mod submit_report;
mod suite;
mod swap_signer;
mod unbond;
mod update_limits;
mod withdraw_bond;
mod withdraw_owed;
