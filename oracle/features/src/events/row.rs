//! One unchecked row of an events file, and the one declaration of its columns.

use crate::BehaviourEvent;

/// One row as a file states it, before anything is checked. The fields are the columns of the file and the
/// fields of [`crate::BehaviourEvent`], by the same names; `None` is a missing cell (an empty one in CSV, null
/// in Parquet), which is not always a fault. Numbers are decimal digits, times unix seconds or RFC 3339.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventRow {
    /// Where the event comes from; required.
    pub source: Option<String>,
    /// Its name within the source; required.
    pub event_id: Option<String>,
    /// Who acted; required.
    pub user: Option<String>,
    /// The name of an [`crate::EventKind`]; required.
    pub kind: Option<String>,
    /// The asset's number (u32); required for trades and advertisements.
    pub asset: Option<String>,
    /// The other party; required for messages and friendships.
    pub counterparty: Option<String>,
    /// How much, in the kind's unit (u64); required.
    pub quantity: Option<String>,
    /// The price in the source's smallest unit (u128); trades only.
    pub price: Option<String>,
    /// When it happened; required.
    pub event_time_s: Option<String>,
    /// When it was received; required.
    pub receive_time_s: Option<String>,
}

impl EventRow {
    /// The cells in the order of [`EVENT_COLUMNS`].
    pub fn cells(&self) -> [Option<&str>; EVENT_COLUMNS.len()] {
        [
            &self.source,
            &self.event_id,
            &self.user,
            &self.kind,
            &self.asset,
            &self.counterparty,
            &self.quantity,
            &self.price,
            &self.event_time_s,
            &self.receive_time_s,
        ]
        .map(Option::as_deref)
    }

    /// The row of these cells, in the order of [`EVENT_COLUMNS`].
    pub fn from_cells(cells: [Option<String>; EVENT_COLUMNS.len()]) -> Self {
        let [
            source,
            event_id,
            user,
            kind,
            asset,
            counterparty,
            quantity,
            price,
            event_time_s,
            receive_time_s,
        ] = cells;
        Self {
            source,
            event_id,
            user,
            kind,
            asset,
            counterparty,
            quantity,
            price,
            event_time_s,
            receive_time_s,
        }
    }

    /// The header of a file whose rows are [`EventRow::csv_line`].
    pub fn csv_header() -> String {
        format!("{}\n", EVENT_COLUMNS.map(|column| column.name).join(","))
    }

    /// The row as a line of a CSV file, its columns in the order of [`EVENT_COLUMNS`].
    pub fn csv_line(&self) -> String {
        let mut line = String::with_capacity(128);
        for (index, cell) in self.cells().into_iter().enumerate() {
            if index > 0 {
                line.push(',');
            }
            let cell = cell.unwrap_or_default();
            if cell.contains([',', '"', '\n', '\r']) {
                line.push('"');
                line.push_str(&cell.replace('"', "\"\""));
                line.push('"');
            } else {
                line.push_str(cell);
            }
        }
        line.push('\n');
        line
    }
}

impl From<&BehaviourEvent> for EventRow {
    fn from(event: &BehaviourEvent) -> Self {
        Self {
            source: Some(event.source.as_str().to_owned()),
            event_id: Some(event.event_id.as_str().to_owned()),
            user: Some(event.user.as_str().to_owned()),
            kind: Some(event.kind.name().to_owned()),
            asset: event.asset.map(|asset| asset.0.to_string()),
            counterparty: event.counterparty.as_ref().map(|user| user.as_str().to_owned()),
            quantity: Some(event.quantity.to_string()),
            price: event.price.map(|price| price.to_string()),
            event_time_s: Some(event.event_time_s.to_string()),
            receive_time_s: Some(event.receive_time_s.to_string()),
        }
    }
}

/// What a column of an events file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventColumn {
    /// Its name in the header.
    pub name: &'static str,
    /// Whether a file must have the column and every row a value in it.
    pub required: bool,
    /// What it says, for people; goes into the schema.
    pub meaning: &'static str,
}

/// The columns, in canonical order. The reader, the JSON schema and the report are made of this list alone.
pub const EVENT_COLUMNS: [EventColumn; 10] = [
    EventColumn { name: "source", required: true, meaning: "Where the event comes from." },
    EventColumn {
        name: "event_id",
        required: true,
        meaning: "The event's name within its source; (source, event_id) is unique.",
    },
    EventColumn { name: "user", required: true, meaning: "Who acted." },
    EventColumn { name: "kind", required: true, meaning: "What was done." },
    EventColumn {
        name: "asset",
        required: false,
        meaning: "The asset's number in the catalogue; trades and advertisements need one.",
    },
    EventColumn {
        name: "counterparty",
        required: false,
        meaning: "The other party; messages and friendships need one.",
    },
    EventColumn {
        name: "quantity",
        required: true,
        meaning: "How much, in the kind's unit: seconds for sessions and attendances, else a count.",
    },
    EventColumn {
        name: "price",
        required: false,
        meaning: "The price of a trade in the source's smallest unit; a decimal string, for it may exceed 2^53.",
    },
    EventColumn {
        name: "event_time_s",
        required: true,
        meaning: "When it happened: unix seconds, or RFC 3339.",
    },
    EventColumn {
        name: "receive_time_s",
        required: true,
        meaning: "When it was received, which assigns it to an epoch: unix seconds, or RFC 3339.",
    },
];
