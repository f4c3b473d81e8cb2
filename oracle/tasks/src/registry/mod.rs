//! A registry of models of tables: versions, stages, and what made one the champion. Values in, values out: the daemon keeps
//! the files.
//!
//! Every name has versions 1, 2, …; at most one is its *champion*, the others are *candidates* or *archived*. A challenger
//! replaces the champion only by being better on the same rows ([`compare`]), or by force; every change is kept. Nothing here
//! happens inside an epoch: which model an epoch uses is part of its specification, not of a registry.

mod comparison;
mod manifest;

pub use comparison::{Comparison, Side, compare};
pub use manifest::{
    Action, Change, ENTRIES_MAX, Entry, Evidence, MANIFEST_BYTES_MAX, Manifest, NAME_BYTES_MAX, NewEntry,
    Stage,
};
