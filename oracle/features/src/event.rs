//! What a user did: the one event type of every source, and its canonical bytes.

use serde::{Deserialize, Serialize};

use crate::FeaturesError;
use crate::error::shorten;

/// Longest user, source or event identifier, in bytes.
pub const ID_BYTES_MAX: usize = 160;

/// Latest time of an event or a cut, unix seconds; the earliest is 0. Differences then never overflow.
pub const TIME_MAX_S: i64 = 1 << 40;

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// 1 to [`ID_BYTES_MAX`] bytes without control characters.
            ///
            /// # Errors
            /// [`FeaturesError::Identifier`] with the value and what is wrong with it.
            pub fn new(value: impl Into<String>) -> Result<Self, FeaturesError> {
                let value = value.into();
                let problem = if value.is_empty() {
                    "empty"
                } else if value.len() > ID_BYTES_MAX {
                    "too long"
                } else if value.chars().any(char::is_control) {
                    "not printable"
                } else {
                    return Ok(Self(value));
                };
                Err(FeaturesError::Identifier {
                    what: $what,
                    value: shorten(&value),
                    problem,
                    limit: ID_BYTES_MAX,
                })
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = FeaturesError;
            fn try_from(value: String) -> Result<Self, FeaturesError> {
                Self::new(value)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

identifier!(
    /// A user of the platform the events come from (for the sales: a wallet of that chain, lower-case hex).
    UserId,
    "user"
);
identifier!(
    /// Where an event comes from, for instance `punks-sales`.
    SourceId,
    "source"
);
identifier!(
    /// An event's name within its source; `(source, event_id)` is unique.
    EventId,
    "event id"
);

/// An asset's number in the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AssetId(pub u32);

/// What was done. The numbers are part of the canonical bytes and never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum EventKind {
    /// The user bought the asset; `quantity` is how many.
    Purchase = 1,
    /// The user sold the asset; `quantity` is how many.
    Sale = 2,
    /// The user logged in; `quantity` is a count.
    Login = 3,
    /// The user spent time; `quantity` is in seconds.
    Session = 4,
    /// The user sent a message to `counterparty`; `quantity` is a count.
    Message = 5,
    /// The user and `counterparty` became friends; `quantity` is a count.
    Friendship = 6,
    /// The user saw an advertisement of the asset; `quantity` is how often.
    AdView = 7,
    /// The user attended a virtual event, at the asset if it has one, of `counterparty` if the host is known;
    /// `quantity` is in seconds.
    Attendance = 8,
}

impl EventKind {
    /// All kinds, in the order of their numbers.
    pub const ALL: [Self; 8] = [
        Self::Purchase,
        Self::Sale,
        Self::Login,
        Self::Session,
        Self::Message,
        Self::Friendship,
        Self::AdView,
        Self::Attendance,
    ];

    /// The kind of a name; `None` if there is no such kind.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// True for a purchase or a sale: the kinds that have a price.
    pub const fn is_trade(self) -> bool {
        matches!(self, Self::Purchase | Self::Sale)
    }

    /// True for a kind that is nothing without an asset.
    pub const fn needs_asset(self) -> bool {
        matches!(self, Self::Purchase | Self::Sale | Self::AdView)
    }

    /// True for a kind that is nothing without a counterparty.
    pub const fn needs_counterparty(self) -> bool {
        matches!(self, Self::Message | Self::Friendship)
    }

    /// Its name in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Purchase => "purchase",
            Self::Sale => "sale",
            Self::Login => "login",
            Self::Session => "session",
            Self::Message => "message",
            Self::Friendship => "friendship",
            Self::AdView => "ad_view",
            Self::Attendance => "attendance",
        }
    }
}

/// One thing one user did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BehaviourEvent {
    /// The source.
    pub source: SourceId,
    /// Unique within the source.
    pub event_id: EventId,
    /// Who acted.
    pub user: UserId,
    /// What was done.
    pub kind: EventKind,
    /// On which asset.
    pub asset: Option<AssetId>,
    /// With whom; `None` also where it is unknown.
    pub counterparty: Option<UserId>,
    /// How much, in the kind's unit.
    pub quantity: u64,
    /// A believed price in the source's smallest unit (wei); `None`: unknown, not believed, or no trade.
    #[serde(with = "crate::event::decimal_option")]
    pub price: Option<u128>,
    /// When it happened, unix seconds.
    pub event_time_s: i64,
    /// When it was received, unix seconds: what assigns it to an epoch. Block time for a public source.
    pub receive_time_s: i64,
}

impl BehaviourEvent {
    /// The canonical bytes, an injective encoding: `lp(source) ‖ lp(event_id) ‖ lp(user) ‖ kind u8 ‖
    /// asset (0 | 1 ‖ u32) ‖ counterparty (0 | 1 ‖ lp) ‖ quantity u64 ‖ price (0 | 1 ‖ u128) ‖
    /// event_time_s i64 ‖ receive_time_s i64`, big-endian, `lp(x)` = u16 length and bytes.
    pub fn canonical_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(256);
        put_text(&mut out, self.source.as_str());
        put_text(&mut out, self.event_id.as_str());
        put_text(&mut out, self.user.as_str());
        out.push(self.kind as u8);
        match self.asset {
            None => out.push(0),
            Some(AssetId(id)) => {
                out.push(1);
                out.extend_from_slice(&id.to_be_bytes());
            }
        }
        match &self.counterparty {
            None => out.push(0),
            Some(user) => {
                out.push(1);
                put_text(&mut out, user.as_str());
            }
        }
        out.extend_from_slice(&self.quantity.to_be_bytes());
        match self.price {
            None => out.push(0),
            Some(price) => {
                out.push(1);
                out.extend_from_slice(&price.to_be_bytes());
            }
        }
        out.extend_from_slice(&self.event_time_s.to_be_bytes());
        out.extend_from_slice(&self.receive_time_s.to_be_bytes());
        out
    }
}

/// u16 length and bytes; every caller's text is at most [`ID_BYTES_MAX`] bytes long.
pub(crate) fn put_text(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(&(text.len() as u16).to_be_bytes());
    out.extend_from_slice(text.as_bytes());
}

/// Amounts above 2^53 are decimal strings in JSON.
pub(crate) mod decimal_option {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    pub(crate) fn serialize<S: Serializer>(value: &Option<u128>, serializer: S) -> Result<S::Ok, S::Error> {
        value.map(|amount| amount.to_string()).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u128>, D::Error> {
        let text: Option<String> = Option::deserialize(deserializer)?;
        text.map(|digits| {
            digits.parse().map_err(|_| D::Error::custom(format!("{digits:?} is not a decimal u128")))
        })
        .transpose()
    }
}
