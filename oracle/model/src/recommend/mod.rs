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

use crate::ModelError;

/// An error if a hyper-parameter is outside `least..=most`, which `range` says in words.
fn in_range(
    name: &'static str,
    value: u32,
    least: u32,
    most: u32,
    range: &'static str,
) -> Result<(), ModelError> {
    if (least..=most).contains(&value) {
        Ok(())
    } else {
        Err(ModelError::Hyperparameter { name, value: value.to_string(), range })
    }
}
