//! The truth behind a world, as it is written beside the events.

use std::collections::BTreeMap;

use attention_features::{EventKind, EventReason};
use serde::Serialize;

use crate::assets::{RARITIES, STYLES, TYPES, VirtualAsset};
use crate::people::{AGE_BANDS, GENDERS, Person, REGIONS};
use crate::{Dirt, SimulationParams, World};

/// What is true of the world as a whole; what is true of each user stands in a table ([`truth_header`]).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Truth {
    /// Always true.
    pub synthetic: bool,
    /// What must not be done with it.
    pub note: &'static str,
    /// The parameters, the seed among them.
    pub params: SimulationParams,
    /// How many events of the world there are of each kind, dirt not counted.
    pub events: BTreeMap<EventKind, u64>,
    /// Rows put in between them.
    pub dirt_rows: u64,
    /// How many of those cleaning keeps.
    pub dirt_kept: u64,
    /// How often cleaning should find each reason.
    pub dirt: BTreeMap<EventReason, u64>,
    /// The names of types, by number.
    pub types: [&'static str; TYPES.len()],
    /// The names of styles, by number.
    pub styles: [&'static str; STYLES.len()],
    /// The names of rarities, by number, and the multiple that a rarity's price is.
    pub rarities: [(&'static str, u64); RARITIES.len()],
    /// The assets with their latent appeal.
    pub assets: Vec<VirtualAsset>,
}

impl Truth {
    /// The truth after the last day.
    pub fn new(world: &World, dirt: &Dirt) -> Self {
        Self {
            synthetic: true,
            note: "synthetic: made by attention-oracle simulate; no figure on it stands in for a real one",
            params: world.params().clone(),
            events: world.counts().clone(),
            dirt_rows: dirt.rows,
            dirt_kept: dirt.kept,
            dirt: dirt.counts.clone(),
            types: TYPES,
            styles: STYLES,
            rarities: RARITIES,
            assets: world.assets().to_vec(),
        }
    }
}

/// The header of the table of users.
pub fn truth_header() -> String {
    let tastes =
        |prefix: &str| STYLES.map(|style| format!(",{prefix}_{}", style.to_ascii_lowercase())).concat();
    format!(
        "user,role,ring,age_band,gender,region,join_day,churn_day,activity_ppm,drift_day{}{}\n",
        tastes("taste"),
        tastes("taste_after")
    )
}

/// A user's line: days count from 0, tastes are 1 to 64; an empty cell is none.
pub fn truth_line(person: &Person) -> String {
    let optional = |value: Option<u32>| value.map(|value| value.to_string()).unwrap_or_default();
    let tastes = |tastes: &[u64]| tastes.iter().map(|taste| format!(",{taste}")).collect::<String>();
    format!(
        "{},{},{},{},{},{},{},{},{},{}{}{}\n",
        person.id,
        person.role.name(),
        optional(person.ring),
        AGE_BANDS[person.age_band],
        GENDERS[person.gender],
        REGIONS[person.region],
        person.join_day,
        optional(person.churn_day),
        person.activity_ppm,
        optional(person.drift_day),
        tastes(&person.taste),
        tastes(&person.taste_after)
    )
}
