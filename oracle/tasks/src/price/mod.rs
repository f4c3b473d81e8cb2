//! Price: what an asset would sell for at a moment, with an interval, from what was known before it.
//!
//! What is predicted is ln price less ln of the market's level of the moment ([`LEVEL_DAYS`]), from features that are relative
//! too ([`PRICE_FEATURES`]): a model learnt at one level of prices holds at another. [`train()`] learns from a market's past,
//! [`evaluate()`] predicts each later sale from what was known before it, [`predict`] any asset at any time, and
//! [`DynamicPricing`] moves a price by attention.

mod attributes;
mod dynamic;
mod evaluate;
mod features;
mod follow;
mod hedonic;
mod interval;
mod model;
mod sales;
mod table;
mod train;
mod units;
mod view;
pub(crate) mod window;

pub use dynamic::DynamicPricing;
pub use evaluate::{MonthQuality, PriceEvaluation, PriceQuality, evaluate, parse_day};
pub(crate) use evaluate::{first_day_from, follow_from, month_name, month_of};
pub use features::{PRICE_FEATURES, PRICE_FEATURES_VERSION, price_schema};
pub use follow::{Distance, Follower, PricePrediction, predict};
pub use hedonic::HEDONIC_ATTRIBUTES_MAX;
pub use interval::{AdaptiveInterval, IntervalRules};
pub use model::{PriceModel, PriceParams, PriceSpec, Quantiles};
pub use sales::{CLEANING, Market, PricedSale, SALES_MAX};
pub use table::{PriceRow, PriceTable};
pub use train::{PriceTrained, TRAINING_ROWS_MIN, train};
pub use units::{DISTANCE_MICRO_MAX, NAT_MICRO, ln_micro, price_at};
pub use view::{LEVEL_DAYS, MarketView, Moment};
