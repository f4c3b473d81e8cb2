//! Task adapters: what the estimators of `attention-model` are used for, each a small file over the same engine.

#![deny(clippy::unwrap_used, clippy::expect_used)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod recommend;
