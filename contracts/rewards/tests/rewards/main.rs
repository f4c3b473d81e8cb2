//! The contract as its users meet it: one file a message, then matrices over all messages, then whole stories.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod anchor_input;
mod answer_demand;
mod challenge_report;
mod claim;
mod commit_proof;
mod create_campaign;
mod decide_challenge;
mod demand_open;
mod fees;
mod fund_campaign;
mod funds;
mod instantiate;
mod life_cycle;
mod migrate;
mod ownership;
mod pause;
mod permissions;
mod prove_equivocation;
mod prove_fraud;
mod queries;
mod random;
mod reclaim_demand;
mod record_scores;
mod refund_campaign;
mod resolve_silence;
mod scenarios;
mod settle;
mod stop_campaign;
mod submit_report;
mod suite;
mod void_report;
mod void_unanswered;
