//! Events of every kind from files: unchecked rows, cleaning, and what was found.

mod cleaner;
mod csv;
mod outliers;
mod quality;
mod reason;
mod row;
mod rules;
mod typed;

pub use cleaner::{CleanEvents, EventCleaner, read_clean_events};
pub use csv::{EVENT_CELL_BYTES_MAX, EVENT_FILE_BYTES_MAX, EVENT_LINE_BYTES_MAX, read_event_rows};
pub use quality::{ColumnReport, DataQualityReport, KindReport, OutlierFeature, OutlierReport};
pub use reason::EventReason;
pub use row::{EVENT_COLUMNS, EventColumn, EventRow};
pub use rules::EventCleaningRules;
