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
mod anchor_input;
mod answer_demand;
mod cancel_config;
mod challenge_report;
mod claim;
mod claim_batch;
mod claim_for;
mod commit_proof;
mod count_participation;
mod create_campaign;
mod decide_challenge;
mod demand_open;
mod distribute_operator_fees;
mod fees;
mod fund_campaign;
mod funds;
mod growth;
mod instantiate;
mod life_cycle;
mod migrate;
mod migrate_from_0_1_0;
mod ownership;
mod pause;
mod permissions;
mod post_bond;
mod preview_claim;
mod propose_config;
mod prove_equivocation;
mod prove_fraud;
mod queries;
mod random;
mod receive;
mod reclaim_demand;
mod record_assets;
mod record_scores;
mod refund_campaign;
mod renounce_ownership;
mod replay;
mod resolve_silence;
mod rotation;
mod scenarios;
mod set_consent;
mod set_guardian;
mod set_payout_address;
mod settle;
mod sponsorship;
mod standstill;
mod stop_campaign;
mod submit_report;
mod suite;
mod swap_signer;
mod unbond;
mod update_limits;
mod void_report;
mod void_unanswered;
mod withdraw_bond;
mod withdraw_owed;
