//! The cleaning rules: from rows as they stand to events that can be believed.
//!
//! In this order: malformed rows and assets outside the catalogue go; rows are put in canonical order (time,
//! block, transaction, asset); copies of one sale go, and all of them if they contradict each other at one
//! time (a copy of a later time goes alone: what comes later never undoes what came before); a sale to oneself
//! goes, and so does one below the dust floor: nobody parts with an asset for a few wei, so it is a gift or a
//! change of wallets, and would be engagement that costs nothing; an unknown party gives no event and is never
//! guessed; a price that is unknown, above [`PRICE_MAX`] or far below the market is not believed, but the sale remains
//! behaviour.
//!
//! **Far below the market**: `price · below_market_factor < reference`, the reference being the lower median
//! of the last `reference_sales` earlier sales at most `reference_age_s` old, whose price is known and not
//! dust; with fewer than `reference_sales_min` of them nothing is judged. Only earlier sales count, so a
//! later sale never changes how an earlier one was judged. Disbelieved prices stay in the reference: the
//! median withstands them up to half the window, and after a real crash of the market it follows within half
//! a window. Prices far above the market are believed: rare assets do sell so.

use std::collections::BTreeMap;
use std::io::Read;

use crate::market::MarketWindow;
use crate::report::{CleaningReason as Reason, CleaningReport};
use crate::sales::{SaleRow, SalesFile, read_sales};
use crate::{
    AssetCatalog, BehaviourEvent, CleaningRules, EventId, EventKind, FeaturesError, PRICE_MAX, SourceId,
    UserId,
};

const SOURCE: &str = "punks-sales";

/// Events and what became of the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CleanSales {
    /// At most two events a sale, in canonical order.
    pub events: Vec<BehaviourEvent>,
    /// What was found.
    pub report: CleaningReport,
}

/// Reads and cleans a sales file.
///
/// # Errors
/// Those of [`read_sales`] and [`clean_sales`].
pub fn read_clean_sales(
    reader: impl Read,
    file: &str,
    catalog: &AssetCatalog,
    rules: &CleaningRules,
) -> Result<CleanSales, FeaturesError> {
    clean_sales(read_sales(reader, file, rules.malformed_rows_max)?, catalog, rules)
}

/// Cleans rows by the rules above; their order in the file changes nothing but the line numbers of examples.
///
/// # Errors
/// [`FeaturesError::Identifier`] if a row's identifiers do not make a valid event.
pub fn clean_sales(
    file: SalesFile,
    catalog: &AssetCatalog,
    rules: &CleaningRules,
) -> Result<CleanSales, FeaturesError> {
    let mut report = CleaningReport::new(&file.file);
    report.rows = (file.rows.len() + file.malformed.len()) as u64;
    for (line, error) in &file.malformed {
        report.note(Reason::MalformedRow, *line, || error.to_string());
    }
    note_disorder(&file.rows, &mut report);
    let mut rows = file.rows;
    rows.sort();
    let rows = one_row_a_sale(rows, &mut report);
    let mut market = MarketWindow::new(rules.reference_sales as usize, rules.reference_age_s);
    let mut events = Vec::with_capacity(rows.len() * 2);
    for row in rows {
        if let Some(price) = keep(&row, catalog, rules, &mut report) {
            let believed = believe(price, &row, rules, &mut market, &mut report);
            report.sales_kept += 1;
            report.sales_priced += u64::from(believed.is_some());
            push_events(&row, believed, &mut events)?;
        }
    }
    report.events = events.len() as u64;
    Ok(CleanSales { events, report })
}

fn note_disorder(rows: &[SaleRow], report: &mut CleaningReport) {
    let mut latest = i64::MIN;
    for row in rows {
        if row.time_s < latest {
            report.note(Reason::OutOfOrder, row.line, || {
                format!("time {} after a row of time {latest} (unix seconds)", row.time_s)
            });
        }
        latest = latest.max(row.time_s);
    }
}

/// Sorted rows with one row for each (transaction, asset): the copies of its earliest time decide, and none stays
/// where they contradict each other. Copies of a later time are dropped and change nothing.
fn one_row_a_sale(rows: Vec<SaleRow>, report: &mut CleaningReport) -> Vec<SaleRow> {
    let mut by_sale: BTreeMap<(String, u32), Vec<SaleRow>> = BTreeMap::new();
    for row in rows {
        by_sale.entry((row.tx.clone(), row.asset.0)).or_default().push(row);
    }
    let mut kept = Vec::new();
    for ((tx, asset), copies) in by_sale {
        // The rows came sorted, so the earliest time stands first.
        let of_first_time = copies.partition_point(|copy| copy.time_s == copies[0].time_s);
        let (first, later) = copies.split_at(of_first_time);
        let sale = |copy: &SaleRow| SaleRow { line: 0, ..copy.clone() };
        let conflict = first.iter().any(|copy| sale(copy) != sale(&first[0]));
        let found = || format!("asset {asset} in transaction {tx}");
        for copy in &first[usize::from(!conflict)..] {
            let reason = if conflict { Reason::ConflictingRows } else { Reason::DuplicateRow };
            report.note(reason, copy.line, found);
        }
        for copy in later {
            report.note(Reason::ConflictingRows, copy.line, found);
        }
        if !conflict {
            kept.extend(first.first().cloned());
        }
    }
    kept.sort();
    kept
}

/// The stated price if the row stays, `None` if it goes.
#[allow(clippy::option_option, reason = "outer: the row stays; inner: its price is known")]
fn keep(
    row: &SaleRow,
    catalog: &AssetCatalog,
    rules: &CleaningRules,
    report: &mut CleaningReport,
) -> Option<Option<u128>> {
    let dropped = if catalog.position(row.asset).is_err() {
        Reason::UnknownAsset
    } else if row.seller.is_none() && row.buyer.is_none() {
        Reason::NoKnownParty
    } else if row.seller == row.buyer {
        Reason::SelfTrade
    } else if let Some(price) = row.price_wei.filter(|price| *price < rules.dust_price) {
        report.note(Reason::DustPrice, row.line, || format!("asset {}, price {price} wei", row.asset.0));
        return None;
    } else {
        if row.buyer.is_none() {
            report.note(Reason::UnknownBuyer, row.line, || format!("asset {}, no buyer", row.asset.0));
        }
        if row.seller.is_none() {
            report.note(Reason::UnknownSeller, row.line, || format!("asset {}, no seller", row.asset.0));
        }
        return Some(row.price_wei);
    };
    report.note(dropped, row.line, || match &row.seller {
        Some(seller) => format!("asset {}, seller {seller}", row.asset.0),
        None => format!("asset {}", row.asset.0),
    });
    None
}

/// The price if it is believed.
fn believe(
    price: Option<u128>,
    row: &SaleRow,
    rules: &CleaningRules,
    market: &mut MarketWindow,
    report: &mut CleaningReport,
) -> Option<u128> {
    let Some(price) = price else {
        report.note(Reason::UnknownPrice, row.line, || format!("asset {}, price -", row.asset.0));
        return None;
    };
    // More than all there is: a fault of the source, and no part of the market.
    if price > PRICE_MAX {
        report.note(Reason::ExcessivePrice, row.line, || format!("asset {}, price {price} wei", row.asset.0));
        return None;
    }
    let reference = market.median(row.time_s, rules.reference_sales_min as usize);
    market.push(row.time_s, price);
    match reference {
        // Division instead of price · factor, which could overflow: p·f < r ⇔ p < ceil(r / f).
        Some(reference) if price < reference.div_ceil(u128::from(rules.below_market_factor)) => {
            report.note(Reason::FarBelowMarket, row.line, || {
                format!("asset {}, price {price} wei, market {reference} wei", row.asset.0)
            });
            None
        }
        _ => Some(price),
    }
}

fn push_events(
    row: &SaleRow,
    price: Option<u128>,
    events: &mut Vec<BehaviourEvent>,
) -> Result<(), FeaturesError> {
    let mut push = |user: &Option<UserId>, other: &Option<UserId>, kind, name| -> Result<(), FeaturesError> {
        let Some(user) = user else { return Ok(()) };
        events.push(BehaviourEvent {
            source: SourceId::new(SOURCE)?,
            // Block first, padded: within one second ids sort in the order of the chain.
            event_id: EventId::new(format!("{:020}/{}/{}/{name}", row.block, row.tx, row.asset.0))?,
            user: user.clone(),
            kind,
            asset: Some(row.asset),
            counterparty: other.clone(),
            quantity: 1,
            price,
            event_time_s: row.time_s,
            receive_time_s: row.time_s,
        });
        Ok(())
    };
    push(&row.buyer, &row.seller, EventKind::Purchase, "purchase")?;
    push(&row.seller, &row.buyer, EventKind::Sale, "sale")
}
