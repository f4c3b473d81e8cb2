//! Recommenders: which items a user will act on next, from who acted on what and when.
//!
//! Users and items are indices from 0; names are the caller's affair. An item counts once a user. Everything here is exact
//! in the sense of this crate: equal interactions give equal bytes, on any number of threads.

mod als;
mod choice;
mod components;
mod interactions;
mod neighbours;
mod popularity;
mod recommender;
mod solve;

pub use als::{AlsModel, AlsParams, CheckedAlsParams, FACTORS_MAX};
pub use components::{COMPONENTS, Memory};
pub use interactions::{Event, INTERACTIONS_MAX, ITEMS_MAX, Interaction, Interactions, USERS_MAX};
pub use neighbours::{
    CheckedNeighbourParams, NEIGHBOURS_MAX, NeighbourParams, Neighbours, PAIRED_HISTORY_MAX,
};
pub use recommender::{CheckedRecommenderParams, Recommender, RecommenderParams};
