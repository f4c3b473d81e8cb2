//! Feature sets: SQL text, declared columns, a hash over both; their rows; and an evaluator in plain Rust.
//!
//! The SQL is run elsewhere (`attention-engine`); what is hashed and compared is defined here, without an
//! engine. The rules that make the SQL exact are in `docs/FEATURES.md`.

mod behaviour;
mod macros;
mod reference;
mod rows;
mod set;

pub use behaviour::{BEHAVIOUR_V1, PRICE_MAX, QUANTITY_MAX, check_magnitudes};
pub use macros::{MACRO_DEPTH_MAX, expand_macros};
pub use reference::evaluate;
pub use rows::{FeatureRoot, FeatureRow, RowsDigest};
pub use set::{FeatureColumn, FeatureSet, SetGroup, SqlPart, ValueKind};
