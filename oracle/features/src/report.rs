//! What cleaning found: a count and examples for every reason, so that nothing is dropped silently.

use std::collections::BTreeMap;

use serde::Serialize;

/// Most examples kept for one reason.
pub const EXAMPLES_MAX: usize = 5;

/// Why a row was not taken as it stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CleaningReason {
    /// A cell cannot be read.
    MalformedRow,
    /// The same sale (transaction and asset) again with the same content.
    DuplicateRow,
    /// The same sale (transaction and asset) with different contents, or again at a later time.
    ConflictingRows,
    /// The asset is not in the catalogue.
    UnknownAsset,
    /// Seller and buyer are one.
    SelfTrade,
    /// Neither seller nor buyer is known.
    NoKnownParty,
    /// The buyer is not known.
    UnknownBuyer,
    /// The seller is not known.
    UnknownSeller,
    /// The price is not known.
    UnknownPrice,
    /// The price is above [`crate::PRICE_MAX`].
    ExcessivePrice,
    /// The price is below the floor under which no number is a price.
    DustPrice,
    /// The price is far below the market of its time.
    FarBelowMarket,
    /// The row stands after a later one.
    OutOfOrder,
}

impl CleaningReason {
    /// Its name in words, such as `dust price`.
    pub fn name(self) -> &'static str {
        match self {
            Self::MalformedRow => "malformed row",
            Self::DuplicateRow => "duplicate row",
            Self::ConflictingRows => "conflicting rows",
            Self::UnknownAsset => "unknown asset",
            Self::SelfTrade => "self trade",
            Self::NoKnownParty => "no known party",
            Self::UnknownBuyer => "unknown buyer",
            Self::UnknownSeller => "unknown seller",
            Self::UnknownPrice => "unknown price",
            Self::ExcessivePrice => "excessive price",
            Self::DustPrice => "dust price",
            Self::FarBelowMarket => "far below market",
            Self::OutOfOrder => "out of order",
        }
    }

    /// What is done with such a row.
    pub fn effect(self) -> &'static str {
        match self {
            Self::MalformedRow
            | Self::UnknownAsset
            | Self::SelfTrade
            | Self::NoKnownParty
            | Self::DustPrice => "row dropped",
            Self::DuplicateRow => "copy dropped, one stays",
            Self::ConflictingRows => "all copies of one time dropped; a copy of a later time goes alone",
            Self::UnknownBuyer => "seller's event kept, no purchase event; the buyer is never guessed",
            Self::UnknownSeller => "buyer's event kept, no sale event; the seller is never guessed",
            Self::UnknownPrice | Self::ExcessivePrice | Self::FarBelowMarket => {
                "events kept, without a price"
            }
            Self::OutOfOrder => "row kept, put in order",
        }
    }
}

/// One row a reason applied to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CleaningExample {
    /// Its line in the file, counted from 1.
    pub line: u64,
    /// What stood there and what was wrong.
    pub found: String,
}

/// What was read, kept and set aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CleaningReport {
    /// The file's name as the caller gave it.
    pub file: String,
    /// Data rows read, malformed ones included.
    pub rows: u64,
    /// Rows that gave at least one event.
    pub sales_kept: u64,
    /// Kept sales whose price is believed.
    pub sales_priced: u64,
    /// Events made.
    pub events: u64,
    /// How often each reason applied.
    pub counts: BTreeMap<CleaningReason, u64>,
    /// The first rows of each reason in canonical order, at most [`EXAMPLES_MAX`].
    pub examples: BTreeMap<CleaningReason, Vec<CleaningExample>>,
}

impl CleaningReport {
    pub(crate) fn new(file: &str) -> Self {
        Self {
            file: file.to_owned(),
            rows: 0,
            sales_kept: 0,
            sales_priced: 0,
            events: 0,
            counts: BTreeMap::new(),
            examples: BTreeMap::new(),
        }
    }

    pub(crate) fn note(&mut self, reason: CleaningReason, line: u64, found: impl FnOnce() -> String) {
        note(&mut self.counts, &mut self.examples, reason, line, found);
    }

    /// How often a reason applied.
    pub fn count(&self, reason: CleaningReason) -> u64 {
        self.counts.get(&reason).copied().unwrap_or(0)
    }
}

/// Counts a reason, and keeps the row as an example while there are fewer than [`EXAMPLES_MAX`].
pub(crate) fn note<R: Ord + Copy>(
    counts: &mut BTreeMap<R, u64>,
    examples: &mut BTreeMap<R, Vec<CleaningExample>>,
    reason: R,
    line: u64,
    found: impl FnOnce() -> String,
) {
    *counts.entry(reason).or_insert(0) += 1;
    let examples = examples.entry(reason).or_default();
    if examples.len() < EXAMPLES_MAX {
        examples.push(CleaningExample { line, found: found() });
    }
}
