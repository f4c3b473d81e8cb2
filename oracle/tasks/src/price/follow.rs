//! Following a market with a trained model: prices for any asset at any time, intervals that learn from each sale.

use attention_features::AssetId;
use serde::Serialize;

use super::interval::AdaptiveInterval;
use super::model::{PriceModel, Quantiles};
use super::sales::{Market, PricedSale};
use super::units::price_at;
use super::view::{MarketView, Moment};
use crate::TaskError;

/// A predicted price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Distance {
    /// `ln(price) − ln(level)`, micro-nats.
    pub point: i64,
    /// The interval's lower end.
    pub low: i64,
    /// Its upper end.
    pub high: i64,
}

/// What an asset would sell for at a moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PricePrediction {
    /// The asset.
    pub asset: u32,
    /// The moment, unix seconds; sales before it are known.
    pub time_s: i64,
    /// The median price, wei; amounts are decimal strings in JSON.
    #[serde(serialize_with = "decimal")]
    pub price_wei: u128,
    /// The interval's lower end, wei.
    #[serde(serialize_with = "decimal")]
    pub low_wei: u128,
    /// The interval's upper end, wei.
    #[serde(serialize_with = "decimal")]
    pub high_wei: u128,
    /// The market's level, wei.
    #[serde(serialize_with = "decimal")]
    pub level_wei: u128,
    /// Whether the model had learnt from sales of this moment or later ones: then it tells what it was told.
    pub in_sample: bool,
}

/// Whether a moment before the end of a model's training may be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hindsight {
    /// It is an error.
    Refused,
    /// It is answered and marked ([`PricePrediction::in_sample`]).
    Allowed,
}

fn decimal<S: serde::Serializer>(amount: &u128, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(amount)
}

/// A market as a trained model has followed it up to some sale.
#[derive(Debug, Clone)]
pub struct Follower<'a> {
    model: &'a PriceModel,
    market: &'a Market,
    view: MarketView<'a>,
    interval: AdaptiveInterval,
    /// Sales taken in.
    known: usize,
}

impl<'a> Follower<'a> {
    /// Before the first sale.
    ///
    /// # Errors
    /// As [`PriceModel::interval`].
    pub fn new(model: &'a PriceModel, market: &'a Market) -> Result<Self, TaskError> {
        let view = MarketView::new(market.catalog());
        Ok(Self { model, market, view, interval: model.interval()?, known: 0 })
    }

    /// Takes in the sales before `time_s`. Those that the model did not learn from are predicted first, and what became of
    /// them adapts the interval.
    ///
    /// # Errors
    /// As [`MarketView::observe`].
    pub fn advance(&mut self, time_s: i64) -> Result<(), TaskError> {
        self.run(Some(time_s), |_, _, _| ())
    }

    /// Takes in all further sales before `to_s` (unix seconds; `None`: to the last) and calls `seen` with each that has a past:
    /// the sale, its distance and the predicted one.
    ///
    /// # Errors
    /// As [`MarketView::observe`].
    pub fn run(
        &mut self,
        to_s: Option<i64>,
        mut seen: impl FnMut(&PricedSale, i64, Distance),
    ) -> Result<(), TaskError> {
        let ends = |sales: &[PricedSale]| to_s.is_some_and(|to_s| sales[0].time_s >= to_s);
        while let Some(sales) = self.next_moment().filter(|sales| !ends(sales)) {
            self.step(sales, &mut seen)?;
        }
        Ok(())
    }

    /// What assets would sell for at a moment, all sales before it being known.
    ///
    /// # Errors
    /// [`TaskError::Features`] for an unknown asset, [`TaskError::Range`] if the moment is not later than what is known or
    /// there was no sale before it.
    pub fn predict(&self, assets: &[AssetId], time_s: i64) -> Result<Vec<PricePrediction>, TaskError> {
        let Some(moment) = self.view.at(time_s)? else {
            let range = "later than the first sale at a known price";
            return Err(TaskError::Range { name: "the moment asked for", value: time_s.to_string(), range });
        };
        let level_wei = moment.level_wei();
        let predict = |&asset: &AssetId| -> Result<PricePrediction, TaskError> {
            let (_, distance) = self.distance(&moment, self.market.place(asset)?)?;
            Ok(PricePrediction {
                asset: asset.0,
                time_s,
                price_wei: price_at(level_wei, distance.point)?,
                low_wei: price_at(level_wei, distance.low)?,
                high_wei: price_at(level_wei, distance.high)?,
                level_wei,
                in_sample: time_s < self.model.spec().until_s,
            })
        };
        assets.iter().map(predict).collect()
    }

    fn next_moment(&self) -> Option<&'a [PricedSale]> {
        let rest = self.market.sales().get(self.known..)?;
        let time_s = rest.first()?.time_s;
        Some(&rest[..rest.partition_point(|sale| sale.time_s == time_s)])
    }

    fn distance(&self, moment: &Moment<'_>, asset: u32) -> Result<(Quantiles, Distance), TaskError> {
        let predicted = self.model.quantiles(&moment.row(asset)?)?;
        let (low, high) = self.interval.around(predicted.low, predicted.median, predicted.high);
        Ok((predicted, Distance { point: predicted.median, low, high }))
    }

    fn step(
        &mut self,
        sales: &[PricedSale],
        seen: &mut impl FnMut(&PricedSale, i64, Distance),
    ) -> Result<(), TaskError> {
        let time_s = sales[0].time_s;
        let mut outcomes = Vec::new();
        if time_s >= self.model.spec().until_s
            && let Some(moment) = self.view.at(time_s)?
        {
            for sale in sales {
                let actual = moment.distance_micro(sale.price_wei);
                let (predicted, distance) = self.distance(&moment, sale.asset)?;
                seen(sale, actual, distance);
                outcomes.push((predicted, distance, actual));
            }
        }
        for (predicted, shown, actual) in outcomes {
            self.interval.observe((predicted.low, predicted.high), (shown.low, shown.high), actual);
        }
        self.known += sales.len();
        self.view.observe(sales)
    }
}

/// What assets would sell for at a moment, from a market's sales before it.
///
/// # Errors
/// [`TaskError::Range`] if the model learnt from sales at or after the moment and hindsight is refused; as
/// [`Follower::predict`].
pub fn predict(
    market: &Market,
    model: &PriceModel,
    assets: &[AssetId],
    time_s: i64,
    hindsight: Hindsight,
) -> Result<Vec<PricePrediction>, TaskError> {
    if hindsight == Hindsight::Refused && time_s < model.spec().until_s {
        return Err(TaskError::Range {
            name: "--at, in unix seconds",
            value: time_s.to_string(),
            range: "not before the end of what the model learnt from (until_s): it would be asked what it was told; \
                    --in-sample asks all the same",
        });
    }
    let mut follower = Follower::new(model, market)?;
    follower.advance(time_s)?;
    follower.predict(assets, time_s)
}
