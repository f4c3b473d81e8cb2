//! A registry of models of every task: versions, stages, and what made one the champion. Values in, values out: the daemon
//! keeps the files.
//!
//! Every name has versions 1, 2, …; at most one is its *champion*, the others are *candidates* or *archived*. A challenger
//! replaces the champion only by being better on the same rows ([`compare`]), or by force; every change is kept. Nothing here
//! happens inside an epoch: which model an epoch uses is part of its specification, not of a registry.
//!
//! What a registry can hold is a [`Held`]; how models of a task are measured row by row, and what the first of them has to
//! beat, is one small file a task (`table`, `price`, `churn`, `recommend`).

mod churn;
mod comparison;
mod entry;
mod held;
mod judged;
mod manifest;
mod measure;
mod price;
mod recommend;
mod rows;
mod table;

pub use comparison::{Comparison, Side, compare};
pub use entry::{Action, Change, Entry, Evidence, NewEntry, Stage};
pub use held::{Held, MODEL_BYTES_MAX};
pub use judged::Loss;
pub use manifest::{ENTRIES_MAX, MANIFEST_BYTES_MAX, Manifest, NAME_BYTES_MAX};
pub use measure::{measure, micro};
pub use rows::Rows;
