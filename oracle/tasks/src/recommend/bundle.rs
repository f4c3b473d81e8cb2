//! A trained recommender with the names of its users and items, in one file.
//!
//! The file is framed as every task's (`frame`): the JSON holds the columns and the names, compact, in the order of its fields,
//! names rising by their bytes, so that one reading has one string of bytes, and no other is accepted; the body is the model's
//! file. sha256 of all of it is the `model_hash` that commands print.

use attention_model::FILE_BYTES_MAX;
use attention_model::recommend::Recommender;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::read::name_problem;
use super::{Columns, RecommendError};
use crate::Task;
use crate::frame::{self, HEADER_BYTES};

/// Most bytes of names and columns.
const NAMES_BYTES_MAX: usize = 1 << 28;
/// Largest bundle that is read, in bytes.
pub const BUNDLE_BYTES_MAX: usize = HEADER_BYTES + NAMES_BYTES_MAX + FILE_BYTES_MAX;

/// How input is read, and what its users and items are called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Reading {
    columns: Columns,
    held_out: bool,
    users: Vec<String>,
    items: Vec<String>,
}

/// A trained recommender.
#[derive(Debug, Clone, PartialEq)]
pub struct Bundle {
    reading: Reading,
    model: Recommender,
}

impl Bundle {
    /// Puts model and names together.
    pub(super) fn new(
        columns: Columns,
        held_out: bool,
        users: Vec<String>,
        items: Vec<String>,
        model: Recommender,
    ) -> Result<Self, RecommendError> {
        let bundle = Self { reading: Reading { columns, held_out, users, items }, model };
        bundle.check()?;
        bundle.reading_bytes()?;
        Ok(bundle)
    }

    /// Which columns its input has.
    pub fn columns(&self) -> &Columns {
        &self.reading.columns
    }

    /// Whether it was trained without each user's last interaction.
    pub fn held_out(&self) -> bool {
        self.reading.held_out
    }

    /// The names of the users, by number.
    pub fn users(&self) -> &[String] {
        &self.reading.users
    }

    /// The names of the items, by number.
    pub fn items(&self) -> &[String] {
        &self.reading.items
    }

    /// The model.
    pub fn model(&self) -> &Recommender {
        &self.model
    }

    /// The number of a user.
    pub fn user(&self, name: &str) -> Option<u32> {
        number(&self.reading.users, name)
    }

    /// The number of an item.
    pub fn item(&self, name: &str) -> Option<u32> {
        number(&self.reading.items, name)
    }

    /// The canonical file: equal bundles have equal bytes, on every machine.
    ///
    /// # Errors
    /// [`RecommendError::Bundle`] if the names take too many bytes; one that was trained or read has no such names.
    pub fn to_bytes(&self) -> Result<Vec<u8>, RecommendError> {
        let json = self.reading_bytes()?;
        Ok(frame::write(Task::Recommend, &json, &self.model.to_bytes())?)
    }

    /// Reads a file written by [`Bundle::to_bytes`]; any other byte string is refused.
    ///
    /// # Errors
    /// [`RecommendError::Bundle`] naming the byte, or the error of the model's file.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, RecommendError> {
        let (json, model) = frame::read_task(bytes, Task::Recommend)?;
        let reading: Reading =
            serde_json::from_slice(json).map_err(|error| bad(HEADER_BYTES, error.to_string()))?;
        let bundle = Self { reading, model: Recommender::from_bytes(model)? };
        bundle.check()?;
        if bundle.reading_bytes()? != json {
            return Err(bad(HEADER_BYTES, "the names are not written in the canonical way"));
        }
        Ok(bundle)
    }

    /// `model_hash`: sha256 of the file.
    ///
    /// # Errors
    /// As [`Bundle::to_bytes`].
    pub fn hash(&self) -> Result<[u8; 32], RecommendError> {
        Ok(Sha256::digest(self.to_bytes()?).into())
    }

    fn reading_bytes(&self) -> Result<Vec<u8>, RecommendError> {
        let json = serde_json::to_vec(&self.reading).map_err(|error| bad(HEADER_BYTES, error.to_string()))?;
        if json.len() > NAMES_BYTES_MAX {
            return Err(bad(
                11,
                format!("{} bytes of names; at most {NAMES_BYTES_MAX} are allowed", json.len()),
            ));
        }
        Ok(json)
    }

    /// Names are names, in order, and as many as the model has.
    fn check(&self) -> Result<(), RecommendError> {
        let of_model = self.model.interactions();
        for (what, names, count) in [
            ("users", &self.reading.users, of_model.users()),
            ("items", &self.reading.items, of_model.items()),
        ] {
            if names.len() != count as usize {
                let problem = format!("names {} {what}, the model has {count}", names.len());
                return Err(bad(HEADER_BYTES, problem));
            }
            if let Some(pair) = names.windows(2).find(|pair| pair[0] >= pair[1]) {
                return Err(bad(
                    HEADER_BYTES,
                    format!("{what} {:?} and {:?} are not in order", pair[0], pair[1]),
                ));
            }
            for name in names {
                if let Some(problem) = name_problem(name) {
                    return Err(bad(HEADER_BYTES, format!("a name of {what} {problem}")));
                }
            }
        }
        Ok(())
    }
}

fn number(names: &[String], name: &str) -> Option<u32> {
    // As many as the model has, which counts them in u32.
    names.binary_search_by(|known| known.as_str().cmp(name)).ok().map(|at| at as u32)
}

fn bad(offset: usize, problem: impl Into<String>) -> RecommendError {
    frame::bad(offset, problem).into()
}
