//! Why a row of an events file was not taken as it stood, and what is then done.

use serde::Serialize;

/// Why a row was not taken as it stood. A row is dropped for one reason: it is malformed, or else for the first column of
/// [`super::EVENT_COLUMNS`] that is missing or cannot be read, or else for the first of the following that applies, in this
/// order. What is only noted can apply beside others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EventReason {
    /// The line is no row: wrong number of cells, not UTF-8, an open quote, too long.
    MalformedRow,
    /// A cell that every row needs is empty.
    MissingValue,
    /// An identifier is too long or holds control characters.
    BadIdentifier,
    /// There is no such kind.
    UnknownKind,
    /// A number is none, or leaves its type.
    UnreadableNumber,
    /// A quantity below zero.
    NegativeQuantity,
    /// A time is neither unix seconds nor RFC 3339.
    UnreadableTime,
    /// A time outside the rules' bounds.
    TimeOutOfBounds,
    /// The kind needs an asset, and there is none.
    MissingAsset,
    /// The kind needs a counterparty, and there is none.
    MissingCounterparty,
    /// The asset is not in the catalogue.
    UnknownAsset,
    /// A trade, message or friendship with oneself.
    WithOneself,
    /// Nothing was done: a quantity of zero.
    ZeroQuantity,
    /// A quantity that the kind cannot have.
    ExcessiveQuantity,
    /// It happened after its receipt, by more than clocks differ.
    ClockAhead,
    /// It happened too long before its receipt.
    ClockBehind,
    /// The same event again, byte for byte.
    DuplicateRow,
    /// One id with different contents within one epoch.
    ConflictingId,
    /// The id of an earlier epoch's event with another content.
    LateConflictingId,
    /// A price of zero or below, or above [`crate::PRICE_MAX`].
    ImpossiblePrice,
    /// A price where nothing was traded.
    PriceWithoutTrade,
    /// It happened after its receipt, by no more than clocks differ.
    ClockSkew,
    /// The row stands after one that was received later.
    OutOfOrder,
    /// A quantity or price far from others of its kind.
    Outlier,
}

impl EventReason {
    /// All reasons, in order.
    pub const ALL: [Self; 24] = [
        Self::MalformedRow,
        Self::MissingValue,
        Self::BadIdentifier,
        Self::UnknownKind,
        Self::UnreadableNumber,
        Self::NegativeQuantity,
        Self::UnreadableTime,
        Self::TimeOutOfBounds,
        Self::MissingAsset,
        Self::MissingCounterparty,
        Self::UnknownAsset,
        Self::WithOneself,
        Self::ZeroQuantity,
        Self::ExcessiveQuantity,
        Self::ClockAhead,
        Self::ClockBehind,
        Self::DuplicateRow,
        Self::ConflictingId,
        Self::LateConflictingId,
        Self::ImpossiblePrice,
        Self::PriceWithoutTrade,
        Self::ClockSkew,
        Self::OutOfOrder,
        Self::Outlier,
    ];

    /// True if the row gives no event; false if it is kept.
    pub const fn drops(self) -> bool {
        !matches!(
            self,
            Self::ImpossiblePrice
                | Self::PriceWithoutTrade
                | Self::ClockSkew
                | Self::OutOfOrder
                | Self::Outlier
        )
    }

    /// What is done with such a row.
    pub const fn effect(self) -> &'static str {
        match self {
            Self::DuplicateRow => "copy dropped, one stays",
            Self::ConflictingId => {
                "all copies dropped; kept aside, so that no later file brings one of them back"
            }
            Self::LateConflictingId => "copy dropped, the earlier epoch's stands; kept aside",
            Self::ImpossiblePrice | Self::PriceWithoutTrade => "event kept, without a price",
            Self::ClockSkew => "event kept as it stands",
            Self::OutOfOrder => "event kept, put in order",
            Self::Outlier => "event kept as it stands, flagged",
            _ => "row dropped",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_is_listed_once_in_order_with_what_it_does() {
        assert!(EventReason::ALL.windows(2).all(|pair| pair[0] < pair[1]));
        for reason in EventReason::ALL {
            assert_eq!(reason.drops(), reason.effect().contains("dropped"), "{reason:?}");
        }
        assert_eq!(EventReason::ALL.len(), EventReason::Outlier as usize + 1);
    }
}
