//! The behaviour set once more, in plain loops over the events: what any engine's rows must equal.
//!
//! Written from the columns' descriptions, not from the SQL, so that one checks the other. Everything is held
//! in memory, and nothing is fast.

mod asset;
mod social;
mod user;

use std::collections::{BTreeMap, BTreeSet};

use self::asset::Assets;
use self::social::Graph;
use self::user::Acts;
use super::behaviour::check_magnitudes;
use super::rows::FeatureRow;
use crate::{AssetCatalog, AssetId, BehaviourEvent, FeaturesError, PastEvents, UserId};

const DAY_S: i64 = 86_400;

/// A value of a row.
type Cell = Option<i128>;

/// The rows of [`crate::BEHAVIOUR_V1`] in rising order of (user, asset): one for each of `pairs` (given twice:
/// one), or without them for each user and asset of some event.
///
/// # Errors
/// [`FeaturesError::EventValue`] for an event beyond what features are computed from.
pub fn evaluate(
    past: PastEvents<'_>,
    catalog: &AssetCatalog,
    pairs: Option<&[(UserId, AssetId)]>,
) -> Result<Vec<FeatureRow>, FeaturesError> {
    past.events().iter().try_for_each(check_magnitudes)?;
    let cut_s = past.cut_s();
    let mut of_user: BTreeMap<&UserId, Acts> = BTreeMap::new();
    let mut of_pair: BTreeMap<(&UserId, AssetId), Acts> = BTreeMap::new();
    for event in past.events() {
        of_user.entry(&event.user).or_default().add(event, cut_s);
        if let Some(asset) = event.asset {
            of_pair.entry((&event.user, asset)).or_default().add(event, cut_s);
        }
    }
    let assets = Assets::read(past, catalog);
    let graph = Graph::read(past.events());
    let wanted: BTreeSet<(&UserId, AssetId)> = match pairs {
        Some(pairs) => pairs.iter().map(|(user, asset)| (user, *asset)).collect(),
        None => of_pair.keys().copied().collect(),
    };
    let row = |(user, asset): (&UserId, AssetId)| {
        let mut values = of_user.get(user).map_or_else(|| Acts::default().of_user(), Acts::of_user);
        values.extend(assets.of(asset));
        values.extend(of_pair.get(&(user, asset)).map_or_else(|| Acts::default().of_pair(), Acts::of_pair));
        values.extend(graph.of(user));
        values.extend(graph.interest(user, asset, &of_pair));
        FeatureRow { user: user.clone(), asset, values }
    };
    Ok(wanted.into_iter().map(row).collect())
}

/// Seconds from an event's receipt to the cut.
fn age_s(event: &BehaviourEvent, cut_s: i64) -> i64 {
    cut_s - event.receive_time_s // both within 0..=2^40 + 1
}

fn total(value: u64) -> Cell {
    Some(i128::from(value))
}

fn age(value: Option<i64>) -> Cell {
    value.map(i128::from)
}
