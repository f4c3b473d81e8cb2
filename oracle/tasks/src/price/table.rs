//! One row for each priced sale: what was known strictly before it, and how far from the market's level it was sold.

use attention_model::{Dataset, FeatureSchema, Target};

use super::features::{PRICE_FEATURES, hedonic_of, price_schema};
use super::sales::{Market, PricedSale};
use super::units::micro_to_nats;
use super::view::MarketView;
use crate::TaskError;

/// A row of a [`PriceTable`].
#[derive(Debug, Clone, Copy)]
pub struct PriceRow<'a> {
    /// The sale.
    pub sale: PricedSale,
    /// The market's level before it, in wei.
    pub level_wei: u128,
    /// `ln(price) − ln(level)`, micro-nats.
    pub distance_micro: i64,
    /// The features, in the order of [`PRICE_FEATURES`].
    pub features: &'a [i64],
}

/// Rows of all priced sales but those of the first moment, which have no past; in the order of the sales.
#[derive(Debug, Clone)]
pub struct PriceTable {
    schema: FeatureSchema,
    sales: Vec<PricedSale>,
    levels_wei: Vec<u128>,
    distances_micro: Vec<i64>,
    targets: Vec<f64>,
    features: Vec<i64>,
}

impl PriceTable {
    /// The rows of the sales before `until_s` (unix seconds; `None`: of all).
    ///
    /// # Errors
    /// As [`MarketView::observe`]; none for a [`Market`].
    pub fn build(market: &Market, until_s: Option<i64>) -> Result<Self, TaskError> {
        let mut table = Self {
            schema: price_schema()?,
            sales: Vec::new(),
            levels_wei: Vec::new(),
            distances_micro: Vec::new(),
            targets: Vec::new(),
            features: Vec::new(),
        };
        let mut view = MarketView::new(market.catalog());
        for sales in market.moments() {
            let time_s = sales[0].time_s;
            if until_s.is_some_and(|until_s| time_s >= until_s) {
                break;
            }
            if let Some(moment) = view.at(time_s)? {
                for sale in sales {
                    let distance_micro = moment.distance_micro(sale.price_wei);
                    table.sales.push(*sale);
                    table.levels_wei.push(moment.level_wei());
                    table.distances_micro.push(distance_micro);
                    let row = moment.row(sale.asset)?;
                    table.targets.push(micro_to_nats(distance_micro - hedonic_of(&row)));
                    table.features.extend(row);
                }
            }
            view.observe(sales)?;
        }
        Ok(table)
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        self.sales.len()
    }

    /// True if no sale had a past.
    pub fn is_empty(&self) -> bool {
        self.sales.is_empty()
    }

    /// All rows.
    pub fn rows(&self) -> impl Iterator<Item = PriceRow<'_>> {
        let columns = PRICE_FEATURES.len();
        self.features.chunks_exact(columns).enumerate().map(|(row, features)| PriceRow {
            sale: self.sales[row],
            level_wei: self.levels_wei[row],
            distance_micro: self.distances_micro[row],
            features,
        })
    }

    /// Some rows to learn from: features, and what the linear model (feature `hedonic`) leaves of the distances, in nats.
    ///
    /// # Errors
    /// [`TaskError::Model`] if a feature or target left its range; none for a [`Market`].
    pub fn data(&self, rows: std::ops::Range<usize>) -> Result<Dataset<'_>, TaskError> {
        let columns = PRICE_FEATURES.len();
        let values = &self.features[rows.start * columns..rows.end * columns];
        Ok(Dataset::rows_with_target(&self.schema, values, Target::Real(&self.targets[rows]))?)
    }

    /// The first row of a sale at or after `time_s`.
    pub fn first_at(&self, time_s: i64) -> usize {
        self.sales.partition_point(|sale| sale.time_s < time_s)
    }
}
