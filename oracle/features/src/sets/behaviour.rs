//! The behaviour set, version 1: user profile, asset, user × asset, social graph.
//!
//! Ages are `cut_s − receive_time_s` in seconds, at least 1. Counts are of events unless they say otherwise.

use super::set::{FeatureColumn, FeatureSet, SetGroup, SqlPart, ValueKind};
use SetGroup::{Asset, Social, User, UserAsset};

use crate::{ASSETS_MAX, BehaviourEvent, EVENTS_MAX, FeaturesError, TIME_MAX_S};

/// Greatest price of an event: the sum over [`EVENTS_MAX`] of them stays below 10^38. Cleaning believes none above it, and
/// no set of features is computed from one.
pub const PRICE_MAX: u128 = 10u128.pow(30);
/// Greatest quantity of an event that features are computed from.
pub const QUANTITY_MAX: u64 = 10u64.pow(15);

/// That an event's quantity and price are within what features are computed from.
///
/// # Errors
/// [`FeaturesError::EventValue`].
pub fn check_magnitudes(event: &BehaviourEvent) -> Result<(), FeaturesError> {
    let values = [
        ("quantity", u128::from(event.quantity), u128::from(QUANTITY_MAX)),
        ("price", event.price.unwrap_or(0), PRICE_MAX),
    ];
    for (field, value, limit) in values {
        if value > limit {
            return Err(FeaturesError::EventValue {
                event: format!("{} of {}", event.event_id, event.source),
                field,
                problem: format!("{value}, must be at most {limit}"),
            });
        }
    }
    Ok(())
}

const EVENTS: i128 = EVENTS_MAX as i128;
const ASSETS: i128 = ASSETS_MAX as i128;
const PRICE: i128 = PRICE_MAX as i128;
const QUANTITY: i128 = QUANTITY_MAX as i128;
const AGE_S: i128 = TIME_MAX_S as i128 + 1;
/// An event has one link at most, which stands in two directions.
const NEIGHBOURS: i128 = 2 * EVENTS;

/// A count or sum: 0 without any.
const fn total(
    name: &'static str,
    group: SetGroup,
    kind: ValueKind,
    high: i128,
    about: &'static str,
) -> FeatureColumn {
    FeatureColumn { name, group, kind, nullable: false, low: 0, high, about }
}

const fn count(name: &'static str, group: SetGroup, high: i128, about: &'static str) -> FeatureColumn {
    total(name, group, ValueKind::BigInt, high, about)
}

const fn sum(name: &'static str, group: SetGroup, each: i128, about: &'static str) -> FeatureColumn {
    total(name, group, ValueKind::Decimal, each * EVENTS, about)
}

/// Missing without any.
const fn known(
    name: &'static str,
    group: SetGroup,
    kind: ValueKind,
    (low, high): (i128, i128),
    about: &'static str,
) -> FeatureColumn {
    FeatureColumn { name, group, kind, nullable: true, low, high, about }
}

const fn age(name: &'static str, group: SetGroup, about: &'static str) -> FeatureColumn {
    known(name, group, ValueKind::BigInt, (1, AGE_S), about)
}

const fn price(name: &'static str, about: &'static str) -> FeatureColumn {
    known(name, Asset, ValueKind::Decimal, (0, PRICE), about)
}

const COLUMNS: &[FeatureColumn] = &[
    count("user_events", User, EVENTS, "events of the user"),
    count("user_events_30d", User, EVENTS, "events in 30 days"),
    count("user_active_days", User, EVENTS, "different days (UTC) with an event"),
    count("user_active_days_30d", User, EVENTS, "different days with an event in 30 days"),
    age("user_tenure_s", User, "age of the first event"),
    age("user_recency_s", User, "age of the last event"),
    sum("user_logins", User, QUANTITY, "logins"),
    sum("user_session_s", User, QUANTITY, "seconds of sessions"),
    sum("user_session_30d_s", User, QUANTITY, "seconds of sessions in 30 days"),
    count("user_purchases", User, EVENTS, "purchases"),
    count("user_purchases_90d", User, EVENTS, "purchases in 90 days"),
    count("user_sales", User, EVENTS, "sales"),
    sum("user_spend", User, PRICE, "believed prices paid"),
    sum("user_spend_90d", User, PRICE, "believed prices paid in 90 days"),
    sum("user_income", User, PRICE, "believed prices received"),
    count("user_assets", User, EVENTS, "different assets the user did something on"),
    known(
        "asset_type",
        Asset,
        ValueKind::BigInt,
        (0, u32::MAX as i128),
        "category: the lowest number of the assets of its type",
    ),
    known("asset_type_supply", Asset, ValueKind::BigInt, (1, ASSETS), "assets of its type"),
    count("asset_attributes", Asset, 32, "attributes"),
    known("asset_rarest_supply", Asset, ValueKind::BigInt, (1, ASSETS), "assets with its rarest attribute"),
    count("asset_events", Asset, EVENTS, "events on the asset"),
    count("asset_users", Asset, EVENTS, "different users with an event on it"),
    sum("asset_session_s", Asset, QUANTITY, "seconds of sessions on it"),
    count("asset_trades", Asset, EVENTS, "sales of it"),
    count("asset_trades_90d", Asset, EVENTS, "sales of it in 90 days"),
    age("asset_trade_recency_s", Asset, "age of its last sale"),
    price("asset_last_price", "greatest price among its sales of the last second with a believed price"),
    price("asset_price_low", "least believed price of its sales"),
    price("asset_price_high", "greatest believed price of its sales"),
    count("pair_events", UserAsset, EVENTS, "events of the user on the asset"),
    count("pair_active_days", UserAsset, EVENTS, "different days with such an event"),
    age("pair_first_s", UserAsset, "age of the first such event"),
    age("pair_recency_s", UserAsset, "age of the last such event"),
    sum("pair_session_s", UserAsset, QUANTITY, "seconds of sessions of the user on it"),
    count("pair_purchases", UserAsset, EVENTS, "purchases of it by the user"),
    count("pair_sales", UserAsset, EVENTS, "sales of it by the user"),
    sum("pair_spend", UserAsset, PRICE, "believed prices the user paid for it"),
    sum("pair_income", UserAsset, PRICE, "believed prices the user received for it"),
    count("social_neighbours", Social, NEIGHBOURS, "users linked with the user in either direction"),
    count("social_named", Social, NEIGHBOURS, "users the user named"),
    count("social_named_by", Social, NEIGHBOURS, "users who named the user"),
    count("social_mutual", Social, NEIGHBOURS, "users linked in both directions"),
    count("social_friends", Social, NEIGHBOURS, "neighbours with a friendship in either direction"),
    sum("social_messages_sent", Social, QUANTITY, "messages to others"),
    sum("social_messages_received", Social, QUANTITY, "messages from others"),
    count("neighbour_users", Social, NEIGHBOURS, "neighbours with an event on the asset"),
    sum("neighbour_events", Social, 1, "their events on it"),
    count("neighbour_buyers", Social, NEIGHBOURS, "neighbours who bought it"),
    age("neighbour_recency_s", Social, "age of the last event of a neighbour on it"),
];

macro_rules! part {
    ($name:literal) => {
        SqlPart { name: $name, text: include_str!(concat!("../../sql/", $name, ".sql")) }
    };
}

/// The behaviour set, version 1.
pub const BEHAVIOUR_V1: FeatureSet = FeatureSet {
    name: "behaviour",
    version: 1,
    pairs: part!("pairs"),
    parts: &[
        part!("user_profile"),
        part!("asset_profile"),
        part!("user_asset"),
        part!("links"),
        part!("social_graph"),
        part!("neighbour_interest"),
    ],
    rows: part!("rows"),
    columns: COLUMNS,
};
