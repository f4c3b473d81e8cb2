//! What a feature set is: parts of SQL, columns with bounds, and one hash over all of it.

use serde::Serialize;

use super::macros::expand_macros;
use crate::FeaturesError;
use crate::plain_tree::hash;

const TAG: &[u8] = b"attention/v1/feature-set";

/// What a feature speaks of. The numbers are part of the set's hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum SetGroup {
    /// The user alone.
    User = 1,
    /// The asset alone.
    Asset = 2,
    /// The user with this asset.
    UserAsset = 3,
    /// The user among others, and what those did on the asset.
    Social = 4,
}

/// The SQL type of a feature, which is also its width in the canonical bytes. The numbers are part of the
/// set's hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum ValueKind {
    /// `BIGINT`: 8 bytes.
    BigInt = 1,
    /// `DECIMAL(38,0)`: 16 bytes.
    Decimal = 2,
}

/// One feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct FeatureColumn {
    /// Its name in SQL, files and specifications.
    pub name: &'static str,
    /// What it speaks of.
    pub group: SetGroup,
    /// Its SQL type.
    pub kind: ValueKind,
    /// True if it may be missing (SQL `NULL`).
    pub nullable: bool,
    /// The least value; every row is checked.
    pub low: i128,
    /// The greatest value; every row is checked.
    pub high: i128,
    /// How it is computed, with its unit.
    pub about: &'static str,
}

/// One query of a set: a relation that later queries may read under its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SqlPart {
    /// The name of the relation, and of the file without `.sql`.
    pub name: &'static str,
    /// The text of the file, macros included.
    pub text: &'static str,
}

/// Features defined by SQL. The last query gives `user_id`, `asset`, then the columns in order.
#[derive(Debug, Clone, Copy)]
pub struct FeatureSet {
    /// Its name.
    pub name: &'static str,
    /// Raised by any change of a text, a column or their order.
    pub version: u32,
    /// The query of the pairs that have a row unless the caller names others.
    pub pairs: SqlPart,
    /// Relations, each after those that it reads.
    pub parts: &'static [SqlPart],
    /// The query of the rows.
    pub rows: SqlPart,
    /// The columns after the two keys.
    pub columns: &'static [FeatureColumn],
}

impl FeatureSet {
    /// All texts in order, the pairs first and the rows last.
    pub fn texts(&self) -> impl Iterator<Item = &SqlPart> {
        [&self.pairs].into_iter().chain(self.parts).chain([&self.rows])
    }

    /// The whole set as one query, macros expanded: `WITH pairs AS (…), … SELECT …`. With `given_pairs` the
    /// relation `pairs(user_id, asset)` is the caller's, and the set's own query of it is left out.
    ///
    /// # Errors
    /// [`FeaturesError::File`] for a macro that does not exist or is not closed.
    pub fn query(&self, given_pairs: bool) -> Result<String, FeaturesError> {
        let mut relations = Vec::new();
        for part in self.texts().skip(usize::from(given_pairs)).filter(|part| part.name != self.rows.name) {
            let text = expand_macros(&format!("{}.sql", part.name), part.text)?;
            relations.push(format!("{} AS (\n{text})", part.name));
        }
        let rows = expand_macros(&format!("{}.sql", self.rows.name), self.rows.text)?;
        Ok(format!("WITH {}\n{rows}", relations.join(",\n")))
    }

    /// sha256 of `"attention/v1/feature-set" ‖ lp(name) ‖ version u32 ‖ text count u16 ‖ per text (lp(name) ‖
    /// length u32 ‖ bytes) ‖ column count u16 ‖ per column (lp(name) ‖ group u8 ‖ kind u8 ‖ nullable u8 ‖
    /// low i128 ‖ high i128)`, big-endian, `lp(x)` = u16 length and bytes. The texts are hashed as they stand
    /// in their files.
    pub fn hash(&self) -> [u8; 32] {
        let mut bytes = TAG.to_vec();
        let put = |bytes: &mut Vec<u8>, text: &str| {
            // Names are constants of this crate, far below 2^16 bytes.
            bytes.extend_from_slice(&(text.len() as u16).to_be_bytes());
            bytes.extend_from_slice(text.as_bytes());
        };
        put(&mut bytes, self.name);
        bytes.extend_from_slice(&self.version.to_be_bytes());
        bytes.extend_from_slice(&(self.texts().count() as u16).to_be_bytes());
        for part in self.texts() {
            put(&mut bytes, part.name);
            bytes.extend_from_slice(&(part.text.len() as u32).to_be_bytes());
            bytes.extend_from_slice(part.text.as_bytes());
        }
        bytes.extend_from_slice(&(self.columns.len() as u16).to_be_bytes());
        for column in self.columns {
            put(&mut bytes, column.name);
            bytes.extend_from_slice(&[column.group as u8, column.kind as u8, u8::from(column.nullable)]);
            bytes.extend_from_slice(&column.low.to_be_bytes());
            bytes.extend_from_slice(&column.high.to_be_bytes());
        }
        hash(&[&bytes])
    }
}
