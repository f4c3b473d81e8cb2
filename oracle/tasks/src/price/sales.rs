//! The sales that prices are learnt from: who was sold, when, for how much.

use std::collections::BTreeMap;
use std::io::Read;

use attention_features::{
    AssetCatalog, AssetId, CleaningReason, CleaningReport, CleaningRules, EventKind, FeaturesError,
    read_assets, read_clean_sales,
};
use serde::Serialize;

use crate::TaskError;

/// Most priced sales of a market.
pub const SALES_MAX: usize = 1_000_000;
/// Rules by which sales are believed: those of the specification of interest (see `attention_features::clean_sales`).
pub const CLEANING: CleaningRules = CleaningRules {
    dust_price: 1_000_000_000_000,
    below_market_factor: 10,
    reference_sales: 51,
    reference_sales_min: 11,
    reference_age_s: 90 * 86_400,
    malformed_rows_max: 1_000,
};

/// A sale whose price is known and believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PricedSale {
    /// When, unix seconds.
    pub time_s: i64,
    /// Which asset, by its place in [`AssetCatalog::assets`].
    pub asset: u32,
    /// For how much, in wei; at least 1.
    pub price_wei: u128,
}

/// What became of the rows of a sales file: `rows` is `priced` and all that was dropped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SalesReading {
    /// Rows of the file.
    #[serde(rename = "sales_rows")]
    pub rows: u64,
    /// Its sales with a price that was believed.
    #[serde(rename = "sales_priced")]
    pub priced: u64,
    /// Rows whose price is not used, by the reason of cleaning; those that occur.
    pub dropped: BTreeMap<CleaningReason, u64>,
}

impl SalesReading {
    fn of(report: &CleaningReport) -> Self {
        // What is only noted of a row that stays.
        let noted = |reason| {
            use CleaningReason::{OutOfOrder, UnknownBuyer, UnknownSeller};
            matches!(reason, UnknownBuyer | UnknownSeller | OutOfOrder)
        };
        let dropped = report.counts.iter().filter(|(reason, _)| !noted(**reason));
        Self {
            rows: report.rows,
            priced: report.sales_priced,
            dropped: dropped.map(|(&reason, &rows)| (reason, rows)).collect(),
        }
    }
}

/// All assets and the priced sales among them, in the order of the chain.
#[derive(Debug, Clone)]
pub struct Market {
    catalog: AssetCatalog,
    sales: Vec<PricedSale>,
    report: Option<CleaningReport>,
}

impl Market {
    /// Reads `assets.csv` and `sales.csv` in the formats of `attention-features`, and cleans the sales by [`CLEANING`].
    ///
    /// # Errors
    /// [`TaskError::Features`] naming the file, the line and the column; as [`Market::new`].
    pub fn read(assets: impl Read, sales: impl Read) -> Result<Self, TaskError> {
        let catalog = read_assets(assets, "assets.csv")?;
        let clean = read_clean_sales(sales, "sales.csv", &catalog, &CLEANING)?;
        let mut priced: Vec<(i64, &str, PricedSale)> = Vec::new();
        for event in &clean.events {
            if let (Some(asset), Some(price_wei)) = (event.asset, event.price) {
                let sale =
                    PricedSale { time_s: event.event_time_s, asset: place(&catalog, asset)?, price_wei };
                // Block, transaction and asset: the same for the buyer's and the seller's event.
                let id = event.event_id.as_str();
                let sale_id = match event.kind {
                    EventKind::Purchase => id.strip_suffix("/purchase"),
                    _ => id.strip_suffix("/sale"),
                };
                priced.push((sale.time_s, sale_id.unwrap_or(id), sale));
            }
        }
        priced.sort_unstable_by_key(|&(time_s, id, _)| (time_s, id));
        priced.dedup_by_key(|&mut (time_s, id, _)| (time_s, id));
        let sales = priced.into_iter().map(|(_, _, sale)| sale).collect();
        Ok(Self { report: Some(clean.report), ..Self::new(catalog, sales)? })
    }

    /// A market of sales in the order of their time.
    ///
    /// # Errors
    /// [`TaskError::Range`] if there are more than [`SALES_MAX`] or one has no price, an unknown asset or a time before the
    /// one above it.
    pub fn new(catalog: AssetCatalog, sales: Vec<PricedSale>) -> Result<Self, TaskError> {
        let bad = |name, value: String, range| Err(TaskError::Range { name, value, range });
        if sales.len() > SALES_MAX {
            return bad("the number of priced sales", sales.len().to_string(), "at most 1,000,000");
        }
        let mut latest_s = 0;
        for sale in &sales {
            if !(latest_s..=attention_features::TIME_MAX_S).contains(&sale.time_s) {
                return bad(
                    "a sale's time",
                    sale.time_s.to_string(),
                    "0 to 2^40 s and not before the one above it",
                );
            }
            if sale.asset as usize >= catalog.len() {
                return bad("a sold asset's place", sale.asset.to_string(), "one of the catalogue");
            }
            if sale.price_wei == 0 {
                return bad("a sale's price in wei", "0".into(), "at least 1");
            }
            latest_s = sale.time_s;
        }
        Ok(Self { catalog, sales, report: None })
    }

    /// All assets.
    pub fn catalog(&self) -> &AssetCatalog {
        &self.catalog
    }

    /// The sales, by time.
    pub fn sales(&self) -> &[PricedSale] {
        &self.sales
    }

    /// What became of the rows of the file; `None` if there was none.
    pub fn report(&self) -> Option<&CleaningReport> {
        self.report.as_ref()
    }

    /// The same in numbers: how many rows, how many prices, what was dropped.
    pub fn reading(&self) -> Option<SalesReading> {
        self.report.as_ref().map(SalesReading::of)
    }

    /// The sales in groups of one time.
    pub(crate) fn moments(&self) -> impl Iterator<Item = &[PricedSale]> {
        self.sales.chunk_by(|a, b| a.time_s == b.time_s)
    }

    /// An asset's place in the catalogue.
    ///
    /// # Errors
    /// [`TaskError::Features`] if it is not in it.
    pub fn place(&self, asset: AssetId) -> Result<u32, TaskError> {
        place(&self.catalog, asset)
    }
}

fn place(catalog: &AssetCatalog, asset: AssetId) -> Result<u32, TaskError> {
    let place = catalog.position(asset)?;
    u32::try_from(place).map_err(|_| {
        FeaturesError::TooMany { what: "assets", got: place as u64, limit: u64::from(u32::MAX) }.into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASSETS: &str = "asset_id,type,gender,skin_tone,accessory_count,accessories\n3,Ape,Male,,0,\n7,Human,Male,Dark,1,Hat\n";

    fn row(time: &str, asset: u32, price: &str, buyer: u8, block: u32, tx: u32) -> String {
        format!(
            "2018-01-01 00:00:{time} UTC,{asset},{price},0x{:040x},0x{buyer:040x},{block},0x{tx:064x}\n",
            9
        )
    }

    /// One line each: two known parties, an unknown buyer, an unknown price; and the order of the file does not matter.
    #[test]
    fn a_sale_counts_once_whoever_is_known() {
        let rows = [
            row("05", 7, "3000000000000", 1, 5, 1),
            row("02", 3, "2000000000000", 0, 4, 2),
            row("09", 3, "-", 1, 6, 3),
        ];
        let text = format!("timestamp,asset_id,price_wei,seller,buyer,block,tx\n{}", rows.concat());
        let market = Market::read(ASSETS.as_bytes(), text.as_bytes()).unwrap();
        let sale = |time_s, asset, price_wei| PricedSale { time_s, asset, price_wei };
        let start = 1_514_764_800;
        assert_eq!(
            market.sales(),
            [sale(start + 2, 0, 2_000_000_000_000), sale(start + 5, 1, 3_000_000_000_000)]
        );
        assert_eq!(market.report().unwrap().sales_priced, 2);
        assert_eq!(market.place(AssetId(7)).unwrap(), 1);
        assert!(market.place(AssetId(8)).is_err());
    }

    /// Seven rows: two priced sales, a copy of one, a malformed row, dust, an unknown price, an asset that is none; that the buyer
    /// of a sale is unknown takes nothing from its price.
    #[test]
    fn what_is_dropped_is_told() {
        let first = row("02", 3, "2000000000000", 1, 1, 1);
        let rows = [
            first.clone(),
            first,
            row("03", 7, "3000000000000", 0, 2, 2),
            row("04", 3, "x", 1, 3, 3),
            row("05", 3, "1", 1, 4, 4),
            row("06", 3, "-", 1, 5, 5),
            row("07", 9, "2000000000000", 1, 6, 6),
        ];
        let text = format!("timestamp,asset_id,price_wei,seller,buyer,block,tx\n{}", rows.concat());
        let reading = Market::read(ASSETS.as_bytes(), text.as_bytes()).unwrap().reading().unwrap();
        use CleaningReason::{DuplicateRow, DustPrice, MalformedRow, UnknownAsset, UnknownPrice};
        let dropped = [MalformedRow, DuplicateRow, UnknownAsset, UnknownPrice, DustPrice];
        let expected = SalesReading { rows: 7, priced: 2, dropped: dropped.map(|reason| (reason, 1)).into() };
        assert_eq!(reading, expected);
        let json = serde_json::to_value(&reading).unwrap();
        assert_eq!((&json["sales_rows"], &json["dropped"]["dust_price"]), (&7.into(), &1.into()));
    }

    #[test]
    fn impossible_sales_are_refused() {
        let market = |time_s, asset, price_wei| {
            let catalog = read_assets(ASSETS.as_bytes(), "assets.csv").unwrap();
            let first = PricedSale { time_s: 10, asset: 0, price_wei: 5 };
            Market::new(catalog, vec![first, PricedSale { time_s, asset, price_wei }])
        };
        assert!(market(10, 1, 1).is_ok());
        assert!(market(9, 1, 1).unwrap_err().to_string().contains("time is 9"));
        assert!(market(10, 2, 1).unwrap_err().to_string().contains("place is 2"));
        assert!(market(10, 1, 0).unwrap_err().to_string().contains("at least 1"));
    }
}
