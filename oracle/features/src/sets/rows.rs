//! Rows of a feature set, their canonical bytes, and `feature_root` over all of them.
//!
//! - cell = `0` if missing, else `1 ‖ value`: i64 for `BIGINT`, i128 for `DECIMAL(38,0)`.
//! - leaf = `sha256(0x06 ‖ lp(user) ‖ asset u32 ‖ cells)`, in rising order of (user bytes, asset).
//! - rows root = root of the plain tree over the leaves, with pads of the domain `"attention/v1/features"`.
//! - `feature_root = sha256(0x07 ‖ set hash 32 ‖ cut_s i64 ‖ rows u64 ‖ rows root 32)`.
//!
//! Big-endian, `lp(x)` = u16 length and bytes. It depends on the rows alone: no engine, partition or file
//! format leaves a trace.

use serde::Serialize;

use super::set::{FeatureColumn, FeatureSet, ValueKind};
use crate::event::put_text;
use crate::plain_tree::{PlainTree, hash};
use crate::{AssetId, FeaturesError, UserId};

const PAD_DOMAIN: &[u8] = b"attention/v1/features";

/// One row: a value for each column of its set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeatureRow {
    /// The user.
    pub user: UserId,
    /// The asset.
    pub asset: AssetId,
    /// The features in the set's order; `None`: missing.
    pub values: Vec<Option<i128>>,
}

/// What rows came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct RowsDigest {
    /// How many rows.
    pub rows: u64,
    /// `feature_root`.
    pub root: [u8; 32],
}

/// `feature_root`, row by row in memory that does not grow with the rows.
#[derive(Debug, Clone)]
pub struct FeatureRoot {
    columns: &'static [FeatureColumn],
    set_hash: [u8; 32],
    cut_s: i64,
    last: Option<(UserId, AssetId)>,
    tree: PlainTree,
}

impl FeatureRoot {
    /// No row yet, of this set at this cut.
    pub fn new(set: &FeatureSet, cut_s: i64) -> Self {
        let tree = PlainTree::new(PAD_DOMAIN);
        Self { columns: set.columns, set_hash: set.hash(), cut_s, last: None, tree }
    }

    /// Adds the next row.
    ///
    /// # Errors
    /// [`FeaturesError::Feature`] if the row does not come after the one before it, has another number of
    /// values, lacks a value that may not be missing, or holds one outside its declared bounds.
    pub fn push(&mut self, row: &FeatureRow) -> Result<(), FeaturesError> {
        let wrong = |column: &'static str, problem: String| FeaturesError::Feature {
            user: row.user.to_string(),
            asset: row.asset.0,
            column,
            problem,
        };
        if row.values.len() != self.columns.len() {
            let (found, wanted) = (row.values.len(), self.columns.len());
            let problem = format!("{found} values stand in the row, the set has {wanted} columns");
            return Err(wrong("(all)", problem));
        }
        // Text compares by its bytes.
        let key = (row.user.clone(), row.asset);
        if let Some(last) = self.last.as_ref().filter(|last| **last >= key) {
            let problem = format!("the row comes after ({}, {}); rows must rise", last.0, last.1.0);
            return Err(wrong("(keys)", problem));
        }
        let mut bytes = vec![0x06];
        put_text(&mut bytes, row.user.as_str());
        bytes.extend_from_slice(&row.asset.0.to_be_bytes());
        for (column, value) in self.columns.iter().zip(&row.values) {
            put_cell(&mut bytes, column, *value).map_err(|problem| wrong(column.name, problem))?;
        }
        self.tree.push(hash(&[&bytes]));
        self.last = Some(key);
        Ok(())
    }

    /// The digest of the rows added so far.
    pub fn digest(&self) -> RowsDigest {
        let rows = self.tree.leaves();
        let parts: [&[u8]; 5] =
            [&[0x07], &self.set_hash, &self.cut_s.to_be_bytes(), &rows.to_be_bytes(), &self.tree.root()];
        RowsDigest { rows, root: hash(&parts) }
    }
}

/// Appends a value, or says what is wrong with it.
fn put_cell(out: &mut Vec<u8>, column: &FeatureColumn, value: Option<i128>) -> Result<(), String> {
    let Some(value) = value else {
        if !column.nullable {
            return Err("NULL may not be missing".into());
        }
        out.push(0);
        return Ok(());
    };
    let outside = || format!("{value} must be {} to {}", column.low, column.high);
    if !(column.low..=column.high).contains(&value) {
        return Err(outside());
    }
    out.push(1);
    match column.kind {
        ValueKind::BigInt => {
            out.extend_from_slice(&i64::try_from(value).map_err(|_| outside())?.to_be_bytes());
        }
        ValueKind::Decimal => out.extend_from_slice(&value.to_be_bytes()),
    }
    Ok(())
}
