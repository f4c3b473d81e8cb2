//! Reading the sales file, cell by cell.

use std::io::Read;

use time::PrimitiveDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

use crate::error::shorten;
use crate::{AssetId, FeaturesError, UserId};

/// Most rows of a sales file.
pub const ROWS_MAX: usize = 10_000_000;
const FILE_BYTES_MAX: u64 = 4 << 30;
const COLUMNS: [&str; 7] = ["timestamp", "asset_id", "price_wei", "seller", "buyer", "block", "tx"];
const TIMESTAMP: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day] [hour]:[minute]:[second] UTC");
/// Stands for a party the source does not know.
const ZERO_ADDRESS: &str = "0x0000000000000000000000000000000000000000";
/// Stands for a price the source does not know.
const UNKNOWN_PRICE: &str = "-";

/// One sale as the file states it. Ordered by time, block, transaction, asset, then the rest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SaleRow {
    /// Block time, unix seconds.
    pub time_s: i64,
    /// Block height.
    pub block: u64,
    /// Transaction hash, lower-case hex with 0x.
    pub tx: String,
    /// The asset sold.
    pub asset: AssetId,
    /// The seller's wallet; `None`: unknown.
    pub seller: Option<UserId>,
    /// The buyer's wallet; `None`: unknown.
    pub buyer: Option<UserId>,
    /// The price; `None`: unknown.
    pub price_wei: Option<u128>,
    /// The line in the file, counted from 1.
    pub line: u64,
}

/// What a sales file holds, in the order of its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SalesFile {
    /// The file's name as the caller gave it.
    pub file: String,
    /// Rows that could be read.
    pub rows: Vec<SaleRow>,
    /// One [`FeaturesError::Cell`] for each row that could not, with its line.
    pub malformed: Vec<(u64, FeaturesError)>,
}

/// Reads `timestamp,asset_id,price_wei,seller,buyer,block,tx`. Rows with an unreadable cell are listed, not
/// fatal; what is fatal is a wrong header, an unreadable file, or more than `malformed_max` such rows (that
/// is another file, not a dirty one). No cell needs quotes, so a quote is a character like any other: an open
/// one cannot swallow the lines after it.
///
/// # Errors
/// [`FeaturesError::File`] or [`FeaturesError::TooMany`].
pub fn read_sales(reader: impl Read, file: &str, malformed_max: u32) -> Result<SalesFile, FeaturesError> {
    read_bounded(reader, file, malformed_max, FILE_BYTES_MAX)
}

fn read_bounded(
    reader: impl Read,
    file: &str,
    malformed_max: u32,
    bytes_max: u64,
) -> Result<SalesFile, FeaturesError> {
    let whole = |problem: String| FeaturesError::File { file: file.to_owned(), problem };
    // One byte more than allowed, so that a longer file is seen to be one.
    let reader = reader.take(bytes_max.checked_add(1).unwrap_or(bytes_max));
    let mut csv = csv::ReaderBuilder::new().flexible(true).quoting(false).from_reader(reader);
    let header = csv.byte_headers().map_err(|error| whole(error.to_string()))?;
    if header != COLUMNS.map(str::as_bytes).as_slice() {
        let found = shorten(&header.iter().map(String::from_utf8_lossy).collect::<Vec<_>>().join(","));
        return Err(whole(format!("the header is {found:?}, must be {:?}", COLUMNS.join(","))));
    }
    let mut out = SalesFile { file: file.to_owned(), rows: Vec::new(), malformed: Vec::new() };
    for record in csv.byte_records() {
        let record = record.map_err(|error| whole(error.to_string()))?;
        let line = record.position().map_or(0, csv::Position::line);
        if out.rows.len() >= ROWS_MAX {
            return Err(FeaturesError::TooMany {
                what: "rows of the sales file",
                got: out.rows.len() as u64 + 1,
                limit: ROWS_MAX as u64,
            });
        }
        match parse_row(&record, file, line) {
            Ok(row) => out.rows.push(row),
            Err(error) => {
                if out.malformed.len() as u64 >= u64::from(malformed_max) {
                    return Err(whole(format!(
                        "more than {malformed_max} malformed rows; is this the right file? The last: {error}"
                    )));
                }
                out.malformed.push((line, error));
            }
        }
    }
    if csv.position().byte() > bytes_max {
        return Err(whole(format!("is longer than the limit of {bytes_max} bytes")));
    }
    Ok(out)
}

fn parse_row(record: &csv::ByteRecord, file: &str, line: u64) -> Result<SaleRow, FeaturesError> {
    let cell = |index: usize, value: &str, problem: &str| FeaturesError::Cell {
        file: file.to_owned(),
        line,
        column: COLUMNS[index],
        value: shorten(value),
        problem: problem.to_owned(),
    };
    let mut cells = [""; COLUMNS.len()];
    for (index, slot) in cells.iter_mut().enumerate() {
        let bytes = record.get(index).ok_or_else(|| {
            cell(index, "", &format!("is missing; the row has {} of 7 cells", record.len()))
        })?;
        *slot = std::str::from_utf8(bytes)
            .map_err(|_| cell(index, &String::from_utf8_lossy(bytes), "is not UTF-8"))?;
    }
    if let Some(extra) = record.get(COLUMNS.len()) {
        let problem = format!("is followed by more cells; the row has {} of 7", record.len());
        return Err(cell(COLUMNS.len() - 1, &String::from_utf8_lossy(extra), &problem));
    }
    let [timestamp, asset, price, seller, buyer, block, tx] = cells;
    let time = PrimitiveDateTime::parse(timestamp, TIMESTAMP)
        .map_err(|_| cell(0, timestamp, "is not a time like 2017-06-23 21:05:06 UTC"))?;
    let time_s = time.assume_utc().unix_timestamp();
    if time_s < 0 {
        return Err(cell(0, timestamp, "lies before 1970"));
    }
    let digits = |index: usize, text: &str, problem: &str| -> Result<u128, FeaturesError> {
        // u128::from_str alone would take a plus sign.
        let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        text.parse().ok().filter(|_| plain).ok_or_else(|| cell(index, text, problem))
    };
    let asset_number = digits(1, asset, "is not an asset number (u32)")?;
    let block_number = digits(5, block, "is not a block height (u64)")?;
    let party = |index: usize, text: &str| -> Result<Option<UserId>, FeaturesError> {
        let problem = "is not a wallet (0x and 40 hex digits)";
        let wallet = hex_text(text, 40).ok_or_else(|| cell(index, text, problem))?;
        if wallet == ZERO_ADDRESS { Ok(None) } else { UserId::new(wallet).map(Some) }
    };
    Ok(SaleRow {
        time_s,
        block: u64::try_from(block_number).map_err(|_| cell(5, block, "is not a block height (u64)"))?,
        tx: hex_text(tx, 64).ok_or_else(|| cell(6, tx, "is not a transaction (0x and 64 hex digits)"))?,
        asset: AssetId(
            u32::try_from(asset_number).map_err(|_| cell(1, asset, "is not an asset number (u32)"))?,
        ),
        seller: party(3, seller)?,
        buyer: party(4, buyer)?,
        price_wei: if price == UNKNOWN_PRICE {
            None
        } else {
            Some(digits(2, price, "is neither a price in wei (u128) nor -")?)
        },
        line,
    })
}

/// The text in lower case if it is 0x and `digits` hex digits.
fn hex_text(text: &str, digits: usize) -> Option<String> {
    let body = text.strip_prefix("0x")?;
    let valid = body.len() == digits && body.bytes().all(|b| b.is_ascii_hexdigit());
    valid.then(|| text.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_above_the_limit_is_refused_and_never_read_in_part() {
        let row = format!("2018-01-01 00:00:01 UTC,1,5,0x{:040x},0x{:040x},1,0x{:064x}\n", 1, 2, 3);
        let text = format!("{}\n{}", COLUMNS.join(","), row.repeat(3));
        let read = |bytes_max| read_bounded(text.as_bytes(), "s.csv", 10, bytes_max);
        let len = text.len() as u64;
        assert_eq!(read(len).unwrap().rows.len(), 3);
        let limit = len - 1;
        assert_eq!(
            read(limit).unwrap_err().to_string(),
            format!("s.csv: is longer than the limit of {limit} bytes")
        );
    }
}
