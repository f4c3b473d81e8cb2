//! The relations that feature SQL reads: columns, bounds, keys, and how many rows there may be.

use std::collections::BTreeMap;

use attention_features::{ASSETS_MAX, EVENTS_MAX, PRICE_MAX, QUANTITY_MAX, TIME_MAX_S};
use datafusion::arrow::datatypes::{DataType, Field, Schema};

/// Digits of the only decimal type.
pub const DECIMAL_DIGITS: u8 = 38;
/// Greatest magnitude of a `DECIMAL(38,0)`.
pub const DECIMAL_MAX: i128 = 10i128.pow(38) - 1;

/// The exact types of feature SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `BIGINT`, 64 bits.
    BigInt,
    /// `DECIMAL(38,0)`.
    Decimal,
    /// Text, compared by its bytes.
    Text,
    /// Truth value.
    Boolean,
    /// A row number, unsigned in this engine: to be cast to `BIGINT`.
    RowNumber,
    /// Only `NULL`.
    Null,
}

impl Kind {
    /// The kind of an Arrow type, `None` for any that is not exact.
    pub(crate) fn of(data_type: &DataType) -> Option<Self> {
        match data_type {
            DataType::Int64 => Some(Self::BigInt),
            DataType::Decimal128(_, 0) => Some(Self::Decimal),
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Some(Self::Text),
            DataType::Boolean => Some(Self::Boolean),
            DataType::UInt64 => Some(Self::RowNumber),
            DataType::Null => Some(Self::Null),
            _ => None,
        }
    }

    fn arrow(self) -> DataType {
        match self {
            Self::BigInt => DataType::Int64,
            Self::Decimal => DataType::Decimal128(DECIMAL_DIGITS, 0),
            Self::Text => DataType::Utf8,
            Self::Boolean => DataType::Boolean,
            Self::RowNumber => DataType::UInt64,
            Self::Null => DataType::Null,
        }
    }
}

/// All values a number may have, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    /// The least.
    pub low: i128,
    /// The greatest; not below `low`.
    pub high: i128,
}

/// What is known of one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnFacts {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: Kind,
    /// True if it may be `NULL`.
    pub nullable: bool,
    /// Its bounds if it is a number that can have a value.
    pub range: Option<Interval>,
}

/// What is known of a relation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelationFacts {
    /// Its columns in order.
    pub columns: Vec<ColumnFacts>,
    /// The most rows it can have.
    pub rows_max: u128,
    /// Sets of columns (positions, rising) that no two rows share; an empty set: at most one row.
    pub keys: Vec<Vec<usize>>,
}

impl RelationFacts {
    pub(crate) fn schema(&self) -> Schema {
        let field = |column: &ColumnFacts| Field::new(&column.name, column.kind.arrow(), column.nullable);
        Schema::new(self.columns.iter().map(field).collect::<Vec<_>>())
    }
}

fn column(name: &str, kind: Kind, nullable: bool, range: Option<(i128, i128)>) -> ColumnFacts {
    let range = range.map(|(low, high)| Interval { low, high });
    ColumnFacts { name: name.to_owned(), kind, nullable, range }
}

fn text(name: &str, nullable: bool) -> ColumnFacts {
    column(name, Kind::Text, nullable, None)
}

/// A number that is never missing, from 0 on.
fn number(name: &str, high: i128) -> ColumnFacts {
    column(name, Kind::BigInt, false, Some((0, high)))
}

fn asset(nullable: bool) -> ColumnFacts {
    column("asset", Kind::BigInt, nullable, Some((0, i128::from(u32::MAX))))
}

/// `events`: the columns of a behaviour event, received before the cut. Key: (source, event_id).
pub fn events_relation() -> RelationFacts {
    RelationFacts {
        columns: vec![
            text("source", false),
            text("event_id", false),
            text("user_id", false),
            text("kind", false),
            asset(true),
            text("counterparty", true),
            number("quantity", i128::from(QUANTITY_MAX)),
            // PRICE_MAX = 10^30.
            column("price", Kind::Decimal, true, Some((0, PRICE_MAX as i128))),
            number("event_time_s", i128::from(TIME_MAX_S)),
            number("receive_time_s", i128::from(TIME_MAX_S)),
        ],
        rows_max: EVENTS_MAX as u128,
        keys: vec![vec![0, 1]],
    }
}

/// `assets`: the numbers of the catalogue's assets.
pub fn assets_relation() -> RelationFacts {
    RelationFacts { columns: vec![asset(false)], rows_max: ASSETS_MAX as u128, keys: vec![vec![0]] }
}

/// `asset_attributes`: (asset, name, value), each once.
pub fn asset_attributes_relation() -> RelationFacts {
    RelationFacts {
        columns: vec![asset(false), text("name", false), text("value", false)],
        rows_max: 32 * ASSETS_MAX as u128,
        keys: vec![vec![0, 1, 2]],
    }
}

/// `cut`: one row, the cut in unix seconds.
pub fn cut_relation() -> RelationFacts {
    RelationFacts {
        columns: vec![number("cut_s", i128::from(TIME_MAX_S) + 1)],
        rows_max: 1,
        keys: vec![vec![]],
    }
}

/// `pairs`: the user and asset of each row that is asked for, each pair once.
pub fn pairs_relation() -> RelationFacts {
    RelationFacts {
        columns: vec![text("user_id", false), asset(false)],
        rows_max: EVENTS_MAX as u128,
        keys: vec![vec![0, 1]],
    }
}

/// The relations that every query may read.
pub fn input_relations() -> BTreeMap<String, RelationFacts> {
    let relations = [
        ("events", events_relation()),
        ("assets", assets_relation()),
        ("asset_attributes", asset_attributes_relation()),
        ("cut", cut_relation()),
    ];
    relations.into_iter().map(|(name, facts)| (name.to_owned(), facts)).collect()
}
