//! One epoch, from events and chain state to the report's bytes.

mod builder;
mod chain_state;
mod configurations;
mod consent;
mod error;
mod models;
mod world;

pub use builder::{BuildRequest, BuiltEpoch, EpochBuilder};
pub use chain_state::{ChainReader, FinalReport};
pub(crate) use chain_state::{all_campaigns, body_of, hash_of};
pub use configurations::EpochConfig;
pub use error::EpochError;
pub use models::ModelCache;
pub use world::World;
pub(crate) use world::{catalog, epoch_of};
