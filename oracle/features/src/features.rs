//! The features of the interest model: names, order, version, meaning. [`crate::FeatureView`] computes them.
//!
//! `log` stands for [`crate::log2_x16`]; days are whole days, floored; "market" is the lower median of the
//! believed prices just before a moment, as in cleaning; a relative price is `log(price) − log(market)`.

use serde::Serialize;

/// Version of the definitions; any change of a definition, name or order raises it.
pub const FEATURES_VERSION: u32 = 1;

/// What a feature speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FeatureGroup {
    /// The user alone: equal for all assets.
    User,
    /// The asset and its holder alone: equal for all users.
    Asset,
    /// The user with this asset.
    Personal,
}

/// One feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct FeatureDef {
    /// Its name in files and specifications.
    pub name: &'static str,
    /// What it speaks of.
    pub group: FeatureGroup,
    /// How it is computed, with its unit.
    pub about: &'static str,
}

const fn user(name: &'static str, about: &'static str) -> FeatureDef {
    FeatureDef { name, group: FeatureGroup::User, about }
}

const fn asset(name: &'static str, about: &'static str) -> FeatureDef {
    FeatureDef { name, group: FeatureGroup::Asset, about }
}

const fn personal(name: &'static str, about: &'static str) -> FeatureDef {
    FeatureDef { name, group: FeatureGroup::Personal, about }
}

/// All features, in the order of a row.
pub const FEATURES: &[FeatureDef] = &[
    user("user_buys_30d", "log of purchases in 30 days"),
    user("user_buys_90d", "log of purchases in 90 days"),
    user("user_buys_365d", "log of purchases in 365 days"),
    user("user_sells_90d", "log of sales in 90 days"),
    user("user_sells_365d", "log of sales in 365 days"),
    user("user_buy_recency", "log of days since the last purchase; of 3650 without any"),
    user("user_act_recency", "log of days since the last purchase or sale"),
    user("user_spend_365d", "log of thousandths of a market price spent in 365 days"),
    user("user_held", "log of assets held as far as known"),
    user("user_tenure", "log of days since the first purchase or sale"),
    user("user_buy_days_365d", "log of different days with a purchase in 365 days"),
    asset("asset_rarity_max", "log of assets per holder of its rarest attribute"),
    asset("asset_rarity_sum", "sum of log of assets per holder of each attribute"),
    asset("asset_trades", "log of sales ever"),
    asset("asset_trades_365d", "log of sales in 365 days"),
    asset("asset_trade_recency", "log of days since the last sale; of 3650 without any"),
    asset("asset_price_known", "1 if some sale has a believed price"),
    asset("asset_relative_price", "relative price of the last priced sale at its time; 0 if none"),
    asset("asset_price_to_market", "log of the last price less log of today's market; 0 if none"),
    asset("asset_demand_lift", "sum over attributes of the log-lift of sales in 90 days"),
    asset("holder_known", "1 if the holder is known"),
    asset("holder_sells_90d", "log of the holder's sales in 90 days"),
    asset("holder_sells_365d", "log of the holder's sales in 365 days"),
    asset("holder_held", "log of assets the holder holds"),
    asset("holder_act_recency", "log of days since the holder's last act; of 3650 if unknown"),
    personal("is_holder", "1 if the user holds the asset"),
    personal("was_holder", "1 if the user bought or sold it and does not hold it"),
    personal("attribute_lift_sum", "sum over attributes of the user's smoothed log-lift of purchases"),
    personal("attribute_lift_max", "largest of these log-lifts"),
    personal("price_gap", "distance of the asset's relative price from the mean of the user's; 0 unknown"),
    personal("holder_deals", "log of deals between the user and the holder"),
    personal("common_partners", "log of counterparties that the user and the holder share"),
    personal("partner_bought", "log of deals between the user and the asset's earlier parties"),
];
