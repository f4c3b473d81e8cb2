//! Events of every kind from files: unchecked rows, cleaning, and what was found.

mod row;

pub use row::{EVENT_COLUMNS, EventColumn, EventRow};
