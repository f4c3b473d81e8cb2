//! Everything that is known: the assets, and what users did with them.

use std::io::Read;

use attention_features::{AssetCatalog, EventLog, PastEvents, read_assets, read_clean_sales};

use crate::TaskError;
use crate::price::CLEANING;

/// A catalogue and a log of events.
#[derive(Debug, Clone)]
pub struct People {
    catalog: AssetCatalog,
    log: EventLog,
}

impl People {
    /// Reads `assets.csv` and `sales.csv` in the formats of `attention-features`, and cleans the sales by [`CLEANING`].
    ///
    /// # Errors
    /// [`TaskError::Features`] naming the file, the line and the column.
    pub fn read(assets: impl Read, sales: impl Read) -> Result<Self, TaskError> {
        let catalog = read_assets(assets, "assets.csv")?;
        let clean = read_clean_sales(sales, "sales.csv", &catalog, &CLEANING)?;
        // Cleaning left each id once, so that it is of no matter which copies would fall into one epoch.
        let (log, _) = EventLog::new(clean.events, |_| 0)?;
        Ok(Self { catalog, log })
    }

    /// Of events that are at hand already.
    pub fn new(catalog: AssetCatalog, log: EventLog) -> Self {
        Self { catalog, log }
    }

    /// The assets.
    pub fn catalog(&self) -> &AssetCatalog {
        &self.catalog
    }

    /// What was known before a moment.
    pub fn before(&self, cut_s: i64) -> PastEvents<'_> {
        self.log.before(cut_s)
    }

    /// The moment after the last event: everything is known before it; 0 without events.
    pub fn end_s(&self) -> i64 {
        // Times are below 2^40 + 1.
        self.log.events().last().map_or(0, |event| event.receive_time_s + 1)
    }
}
