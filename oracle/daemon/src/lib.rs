//! The attention oracle: command line and daemon.

#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod api;
pub mod chain;
pub mod cli;
pub mod config;
pub mod epoch;
pub mod keys;
pub mod ledger;
pub mod operator;
pub mod output;
pub mod peers;
pub mod plot;
pub mod run;
pub mod spec_file;
pub mod store;
pub mod tasks;
