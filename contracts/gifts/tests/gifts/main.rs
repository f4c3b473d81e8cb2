//! The contract as its users meet it, beside the real rewards contract: one file a message, then matrices over all messages,
//! then hostile collections and a consumer.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod bed;
mod claim_gift;
mod close_gift;
mod collection;
mod complete_quest;
mod create_gift;
mod create_privilege;
mod create_quest;
mod every_message;
mod gas_limit;
mod growth;
mod has_privilege;
mod hostile;
mod instantiate;
mod migrate;
mod ownership;
mod pause;
mod prove_privilege;
mod queries;
mod random;
mod receive_nft;
mod shop;
/// The rewards contract with its operators, as its own tests use it.
#[path = "../../../rewards/tests/rewards/suite/mod.rs"]
#[allow(dead_code, unused_imports)]
mod suite;
mod withdraw_gift;
