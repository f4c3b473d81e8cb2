#![doc = include_str!("../README.md")]
#![deny(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::float_arithmetic,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]
#![cfg_attr(
    test,
    allow(
        clippy::arithmetic_side_effects,
        clippy::cast_possible_truncation,
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing
    )
)]

pub mod contract;
pub mod error;
pub mod permission;
pub mod transfer;

mod bonds;
mod booking;
mod bounds;
mod closing;
mod configuration;
mod credit;
mod denom;
mod deposit;
mod disputing;
mod execute;
mod hex;
mod instantiate;
mod limits;
mod migrate;
mod money;
mod operator_fees;
mod participation;
mod payout;
mod query;
mod signatures;
mod slashing;
mod state;
mod timeline;
mod token;

pub use error::{ContractError, DisputeError, OperatorError};
