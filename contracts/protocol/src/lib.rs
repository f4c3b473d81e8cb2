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

pub mod account;
pub mod anchor;
pub mod asset;
pub mod bytes;
pub mod campaign;
pub mod commitment;
pub mod config;
pub mod dispute_event;
pub mod epoch;
pub mod error;
pub mod event;
pub mod fraud;
pub mod gift;
pub mod hash;
pub mod leaf;
pub mod leaves_file;
pub mod math;
pub mod msg;
pub mod phase;
pub mod possession;
pub mod proof_commit;
pub mod quorum;
pub mod raw_leaf;
pub mod redirect;
pub mod report;
pub mod rule;
pub mod score;
pub mod settle;
pub mod targets;
pub mod tree;

pub use account::AccountId;
pub use asset::AssetLeaf;
pub use campaign::{CampaignKind, CampaignTerms};
pub use commitment::Commitment;
pub use config::{ConfigDigestInput, OperatorSet};
pub use epoch::{EpochClock, LastReport};
pub use error::ProtocolError;
pub use hash::{Hash, ZERO_HASH};
pub use leaf::Leaf;
pub use phase::{Moment, Progress};
pub use report::ReportBody;
pub use rule::{Rule, ValidRule};
pub use score::{PPM, Score};
pub use targets::Targets;

/// Version of every rule, encoding and tree in this crate. It is part of the config digest: operators whose
/// build has another one cannot sign for this contract.
pub const RULES_VERSION: u32 = 1;
