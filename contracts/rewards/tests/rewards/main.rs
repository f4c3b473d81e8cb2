//! The contract as its users meet it: one file a message, then matrices over all messages, then whole stories.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod claim;
mod create_campaign;
mod fees;
mod fund_campaign;
mod funds;
mod instantiate;
mod migrate;
mod ownership;
mod pause;
mod permissions;
mod queries;
mod random;
mod record_scores;
mod refund_campaign;
mod replay;
mod scenarios;
mod settle;
mod stop_campaign;
mod submit_report;
mod suite;
