//! Models of prices: both follow the same sales.

use super::held::Held;
use super::judged::{Clusters, Judged, Loss, Losses};
use super::rows::Rows;
use crate::price::window::DAY_S;
use crate::price::{Market, PriceModel, follow_from};
use crate::{Task, TaskError};

/// A market, and from when on its sales are predicted.
#[derive(Debug)]
pub(super) struct Sales {
    market: Market,
    from_s: i64,
}

/// What `error_micro` makes of the actual and the predicted distance from the market's level (micro-nats), in nats.
fn follow(
    model: &PriceModel,
    data: &Sales,
    error_micro: impl Fn(i64, i64) -> u64,
) -> Result<Vec<f64>, TaskError> {
    let mut errors = Vec::new();
    follow_from(&data.market, model, data.from_s, None, |_, actual, predicted| {
        // Below 2^29 micro-nats.
        errors.push(error_micro(actual, predicted.point) as f64 / 1e6);
    })?;
    Ok(errors)
}

impl Judged for PriceModel {
    const TASK: Task = Task::Price;
    type Data<'a> = Sales;

    fn of(held: &Held) -> Option<&Self> {
        if let Held::Price(model) = held { Some(model) } else { None }
    }

    fn read(&self, rows: &Rows) -> Result<Sales, TaskError> {
        let (assets, sales, from_s) = rows.sales(Self::TASK)?;
        Ok(Sales { market: Market::read(assets, sales)?, from_s })
    }

    /// All price models predict the same.
    fn agrees(&self, _: &Self) -> Result<(), TaskError> {
        Ok(())
    }

    fn losses(&self, data: &Sales) -> Result<Losses, TaskError> {
        let errors = follow(self, data, i64::abs_diff)?;
        Ok(Losses::of(self.kind(), Loss::AbsoluteLogError, errors))
    }

    /// The market's level, the median of the last 7 days: of which every price is predicted to be.
    fn baseline(&self, data: &Sales) -> Result<Losses, TaskError> {
        let errors = follow(self, data, |actual, _| actual.unsigned_abs())?;
        Ok(Losses::of("median_7d", Loss::AbsoluteLogError, errors))
    }

    /// Sales of one day (UTC): they share what the market does to all prices, and models of it err alike.
    fn clusters(data: &Sales) -> Option<Clusters> {
        let sales = data.market.sales();
        // What is predicted is all that has another sale before it: nothing but the first moment has none.
        let first_s = sales.first().map_or(0, |sale| sale.time_s);
        let predicted = sales.iter().filter(|sale| sale.time_s >= data.from_s && sale.time_s > first_s);
        Some(Clusters::of("day", predicted.map(|sale| sale.time_s.div_euclid(DAY_S))))
    }
}
