//! A seeded synthetic virtual world: users with latent tastes log in, spend time, talk, make friends, trade, see
//! advertisements and attend events; bots and rings of colluders are among them. It writes event files as
//! [`attention_features`] reads them, and the truth behind them.
//!
//! It is the test bed for kinds of behaviour that have no public data. Everything it makes is synthetic: no figure on it
//! stands in for a real one.
//!
//! Pure and exact: integers alone, every draw a function of the seed and of what it is for, so the same parameters give the
//! same bytes on every machine.

#![deny(clippy::unwrap_used, clippy::expect_used)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod assets;
mod day;
mod dirt;
mod error;
mod params;
mod people;
mod stream;
mod truth;
mod world;

pub use assets::{RARITIES, STYLES, TYPES, VirtualAsset};
pub use dirt::{Dirt, DirtyRows, MALFORMED_MAX};
pub use error::SimulatorError;
pub use params::{
    ASSETS_MAX, ASSETS_MIN, DAYS_MAX, DAYS_MIN, SimulationParams, USER_DAYS_MAX, USERS_MAX, USERS_MIN,
};
pub use people::{AGE_BANDS, GENDERS, Person, REGIONS, RING_MEMBERS, Role};
pub use stream::Stream;
pub use truth::{Truth, truth_header, truth_line};
pub use world::{SOURCE, World};
