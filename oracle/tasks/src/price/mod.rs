//! Price: what an asset would sell for at a moment, with an interval, from what was known before it.
//!
//! What is predicted is ln price less ln of the market's level of the moment ([`LEVEL_DAYS`]), from features that are relative
//! too ([`PRICE_FEATURES`]): a model learnt at one level of prices holds at another. [`train()`] learns from a market's past,
//! [`evaluate()`] predicts each later sale from what was known before it, [`predict`] any asset at any time, and
//! [`DynamicPricing`] moves a price by attention.

mod attributes;
mod dynamic;
mod ensemble;
mod evaluate;
mod features;
mod follow;
mod hedonic;
mod interval;
mod model;
mod params;
mod quality;
mod sales;
mod table;
mod train;
mod units;
mod view;
pub(crate) mod window;

pub use dynamic::DynamicPricing;
pub use ensemble::Ensemble;
pub use evaluate::{MonthQuality, PriceEvaluation, evaluate, parse_day};
pub(crate) use evaluate::{first_day_from, follow_from, month_name, month_of};
pub use features::{PRICE_FEATURES, PRICE_FEATURES_VERSION, price_schema};
pub use follow::{Distance, Follower, Hindsight, PricePrediction, predict};
pub use hedonic::HEDONIC_ATTRIBUTES_MAX;
pub use interval::{AdaptiveInterval, IntervalRules};
pub use model::{PriceModel, PriceSpec, Quantiles};
pub use params::{MEMBERS_MAX, PriceParams};
pub use quality::PriceQuality;
pub use sales::{CLEANING, Market, PricedSale, SALES_MAX, SalesReading};
pub use table::{PriceRow, PriceTable};
pub use train::{HeldOut, PriceTrained, TRAINING_ROWS_MIN, train};
pub use units::{DISTANCE_MICRO_MAX, NAT_MICRO, ln_micro, price_at};
pub use view::{LEVEL_DAYS, MarketView, Moment};
