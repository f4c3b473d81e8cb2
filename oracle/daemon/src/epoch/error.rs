//! Why an epoch cannot be computed.

use std::path::PathBuf;

use attention_core::attention::ScoreError;
use attention_core::base::BaseError;
use attention_core::interest::InterestError;
use attention_core::links::LinkError;
use attention_core::report_builder::BuildError;
use attention_features::FeaturesError;
use attention_model::FILE_BYTES_MAX;
use attention_protocol::ProtocolError;
use thiserror::Error;

use crate::chain::ChainError;
use crate::operator::DeploymentError;
use crate::store::StoreError;

/// Why an epoch cannot be computed. None of these may be signed around.
#[derive(Debug, Error)]
pub enum EpochError {
    /// From the disk.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// From events, assets or specification.
    #[error(transparent)]
    Features(#[from] FeaturesError),
    /// From training or predicting.
    #[error(transparent)]
    Interest(#[from] InterestError),
    /// From the scores.
    #[error(transparent)]
    Score(#[from] ScoreError),
    /// From the base.
    #[error(transparent)]
    Base(#[from] BaseError),
    /// From the report.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// From the chain.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The configuration in force is none that is signed for here.
    #[error(transparent)]
    Deployment(#[from] DeploymentError),
    /// From an encoding.
    #[error(transparent)]
    Protocol(#[from] ProtocolError),
    /// The link file.
    #[error("{file}: {error}")]
    Links {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        error: LinkError,
    },
    /// Nothing was imported.
    #[error("{dir} holds no assets or events: run `attention-oracle import --sales FILE --assets FILE`")]
    NoData {
        /// The data folder.
        dir: PathBuf,
    },
    /// A number the chain answered that cannot be.
    #[error("the contract answers {what}: {problem}")]
    Answer {
        /// The query.
        what: String,
        /// What is wrong.
        problem: String,
    },
    /// A leaves file that nobody here has.
    #[error(
        "the leaves file {hash} of final epoch {epoch} is neither in {dir} nor at any of the {peers} configured peers: \
         copy it from another operator"
    )]
    NoLeaves {
        /// The epoch.
        epoch: u64,
        /// Its hash, hex.
        hash: String,
        /// Where it was looked for.
        dir: PathBuf,
        /// How many peers were asked.
        peers: usize,
    },
    /// The window has not ended by the chain's clock.
    #[error(
        "epoch {epoch} ends at {window_end_s} (unix seconds), the newest block is at {now_s}: wait for it"
    )]
    TooEarly {
        /// The epoch.
        epoch: u64,
        /// When it ends.
        window_end_s: u64,
        /// The newest block's time.
        now_s: u64,
    },
    /// A model that no file can hold.
    #[error(
        "the {kind} model of the specification has {bytes} bytes, at most {FILE_BYTES_MAX} can be kept: fewer trees or larger \
         leaves need another specification"
    )]
    ModelSize {
        /// Its kind.
        kind: &'static str,
        /// Bytes of its file.
        bytes: usize,
    },
    /// The thread pool for training cannot be made.
    #[error("threads for training: {0}")]
    Threads(String),
}
