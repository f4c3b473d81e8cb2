//! Casts: only those that change no value.

use datafusion::arrow::datatypes::DataType;

use super::arithmetic::{fits, whole};
use super::expression::{Fact, kind_of};
use super::finding::Rule;
use crate::relations::{Interval, Kind};

/// The bounds of a value cast to an Arrow type.
pub(super) fn cast(from: Fact, to: &DataType) -> Result<Option<Interval>, (Rule, String)> {
    let to_kind = kind_of(to)?;
    match (from.kind, to_kind) {
        (Kind::Null, _) => Ok(None),
        (Kind::Text, Kind::Text) | (Kind::Boolean, Kind::Boolean) => Ok(from.range),
        (Kind::BigInt | Kind::Decimal | Kind::RowNumber, Kind::BigInt | Kind::Decimal) => {
            let Some(range) = from.range else { return Ok(None) };
            if let DataType::Decimal128(digits, _) = to {
                let most = 10i128.pow(u32::from(*digits).min(38)) - 1;
                if range.low < -most || range.high > most {
                    let advice = format!("values from {} to {} do not fit {to}", range.low, range.high);
                    return Err((Rule::Overflow, advice));
                }
            }
            fits(Some(range), to_kind).map(Some)
        }
        (from, _) => {
            let advice = format!("a cast of {from:?} to {to} may change or fail; compare values of one type");
            Err((Rule::Type, advice))
        }
    }
}

/// What a row number over this many rows can be.
pub(super) fn row_numbers(rows_max: u128) -> Interval {
    let high = i128::try_from(rows_max).unwrap_or(i128::MAX);
    Interval { low: 1, high: high.max(1).min(whole(Kind::BigInt).high) }
}
