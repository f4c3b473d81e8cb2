//! Sans-I/O decisions of the oracle: scoring, allocation, report building, signing guard, rounds.
//!
//! Nothing here reads a clock, a file, a socket or a random number: time comes in as a value, effects go out as values.
//! Everything that reaches a signed byte is integer arithmetic over sorted collections, so that every operator gets the
//! same bytes on any machine, in any input order.

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
        clippy::float_arithmetic,
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing
    )
)]

pub mod allocation;
pub mod attention;
pub mod base;
pub mod campaign;
pub mod consent;
pub mod guard;
#[allow(
    clippy::arithmetic_side_effects,
    clippy::float_arithmetic,
    clippy::indexing_slicing,
    reason = "the model works in floats; they become integers in `quantize` alone"
)]
pub mod interest;
pub mod journal;
pub mod links;
pub mod proof;
pub mod quantize;
pub mod report_builder;
pub mod round;
pub mod scale;
pub mod spec;
pub mod submission;
pub mod summary;
pub mod transmission;
pub mod verify;
pub mod watch;
