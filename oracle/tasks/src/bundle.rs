//! A trained model with how its input is read, in one file.
//!
//! `"ATTNTASK" ‖ version u16 ‖ task u8 ‖ length u32 ‖ JSON ‖ the model's file` (numbers big-endian). The JSON is the task's
//! reading of its input, compact, in the order of its fields: one reading has one string of bytes, and no other is accepted.
//! sha256 of all of it is the `model_hash` that commands print.

use attention_model::{FILE_BYTES_MAX, Model, Predict};
use sha2::{Digest, Sha256};

use crate::TaskError;
use crate::table::TableSpec;

/// Largest bundle that is read, in bytes.
pub const BUNDLE_BYTES_MAX: usize = FILE_BYTES_MAX + (1 << 26);

const MAGIC: &[u8; 8] = b"ATTNTASK";
const VERSION: u16 = 1;
const HEADER_BYTES: usize = 15;

/// What is predicted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// A column of a table, from its other columns.
    Interest,
}

impl Task {
    const ALL: [Self; 1] = [Self::Interest];

    /// Its name in commands.
    pub fn name(self) -> &'static str {
        match self {
            Self::Interest => "interest",
        }
    }

    fn number(self) -> u8 {
        match self {
            Self::Interest => 1,
        }
    }
}

/// A trained model of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Bundle {
    spec: TableSpec,
    model: Model,
}

impl Bundle {
    /// Puts the two together.
    ///
    /// # Errors
    /// [`TaskError::Bundle`] if the model was not trained on the specification's columns.
    pub fn new(spec: TableSpec, model: Model) -> Result<Self, TaskError> {
        if spec.schema()? != *model.schema() {
            return Err(TaskError::Bundle {
                offset: HEADER_BYTES,
                problem: "the columns are not those that the model was trained on".into(),
            });
        }
        Ok(Self { spec, model })
    }

    /// How its input is read.
    pub fn spec(&self) -> &TableSpec {
        &self.spec
    }

    /// The model.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The canonical file.
    ///
    /// # Errors
    /// [`TaskError::Bundle`] if the columns take more than 2^32 bytes.
    pub fn to_bytes(&self) -> Result<Vec<u8>, TaskError> {
        let at_header = |problem: String| TaskError::Bundle { offset: HEADER_BYTES, problem };
        let json = serde_json::to_vec(&self.spec).map_err(|error| at_header(error.to_string()))?;
        let length = u32::try_from(json.len()).map_err(|error| at_header(error.to_string()))?;
        let mut out = MAGIC.to_vec();
        out.extend_from_slice(&VERSION.to_be_bytes());
        out.push(Task::Interest.number());
        out.extend_from_slice(&length.to_be_bytes());
        out.extend_from_slice(&json);
        out.extend_from_slice(&self.model.to_bytes());
        Ok(out)
    }

    /// Reads a file written by [`Bundle::to_bytes`]; any other byte string is refused.
    ///
    /// # Errors
    /// [`TaskError::Bundle`] naming the byte, or the error of the model's file.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TaskError> {
        let bad = |offset: usize, problem: String| TaskError::Bundle { offset, problem };
        if bytes.len() > BUNDLE_BYTES_MAX {
            return Err(bad(BUNDLE_BYTES_MAX, format!("longer than {BUNDLE_BYTES_MAX} bytes")));
        }
        let Some((header, rest)) = bytes.split_first_chunk::<HEADER_BYTES>() else {
            return Err(bad(bytes.len(), format!("shorter than its header of {HEADER_BYTES} bytes")));
        };
        let [m0, m1, m2, m3, m4, m5, m6, m7, v0, v1, task, l0, l1, l2, l3] = *header;
        if [m0, m1, m2, m3, m4, m5, m6, m7] != *MAGIC {
            return Err(bad(
                0,
                "does not begin with ATTNTASK: it is no model that `train --out` wrote".into(),
            ));
        }
        let version = u16::from_be_bytes([v0, v1]);
        if version != VERSION {
            return Err(bad(
                8,
                format!("version {version}; this program reads {VERSION}: train the model again"),
            ));
        }
        if !Task::ALL.iter().any(|known| known.number() == task) {
            return Err(bad(10, format!("unknown task {task}")));
        }
        let length = u32::from_be_bytes([l0, l1, l2, l3]) as usize;
        let Some((json, model)) = rest.split_at_checked(length) else {
            return Err(bad(11, format!("announces {length} bytes of columns, {} are left", rest.len())));
        };
        let spec: TableSpec =
            serde_json::from_slice(json).map_err(|error| bad(HEADER_BYTES, error.to_string()))?;
        let bundle = Self::new(spec, Model::from_bytes(model)?)?;
        bundle.spec.check().map_err(|problem| bad(HEADER_BYTES, problem))?;
        if bundle.to_bytes()? != bytes {
            return Err(bad(HEADER_BYTES, "the columns are not written in the canonical way".into()));
        }
        Ok(bundle)
    }

    /// `model_hash`: sha256 of the file.
    ///
    /// # Errors
    /// As [`Bundle::to_bytes`].
    pub fn hash(&self) -> Result<[u8; 32], TaskError> {
        Ok(Sha256::digest(self.to_bytes()?).into())
    }
}

#[cfg(test)]
mod tests {
    use attention_model::PriorModel;

    use super::*;
    use crate::table::{TypingOptions, infer_spec, read_table};

    fn bundle() -> Bundle {
        let text = b"a,month,y\n1.5,Feb,TRUE\n-3,Jan,FALSE\n";
        let options = TypingOptions { target: "y".into(), ..Default::default() };
        let spec = infer_spec(text, "t.csv", &options).unwrap();
        let table = read_table(text, "t.csv", &spec).unwrap();
        let model = Model::Prior(PriorModel::measure(&table.data().unwrap()));
        Bundle::new(spec, model).unwrap()
    }

    #[test]
    fn bundles_are_read_back_and_nothing_else_is() {
        let bytes = bundle().to_bytes().unwrap();
        assert_eq!(Bundle::from_bytes(&bytes).unwrap(), bundle());
        for end in 0..bytes.len() {
            assert!(Bundle::from_bytes(&bytes[..end]).is_err(), "cut at {end}");
        }
        assert!(Bundle::from_bytes(&[&bytes[..], &[0]].concat()).is_err());
    }

    #[test]
    fn what_is_accepted_is_canonical() {
        let good = bundle().to_bytes().unwrap();
        for at in 0..good.len() {
            for byte in [0, b' ', b'x', 0x7f, 0xff, good[at] ^ 1] {
                let mut bytes = good.clone();
                bytes[at] = byte;
                if let Ok(read) = Bundle::from_bytes(&bytes) {
                    assert_eq!(read.to_bytes().unwrap(), bytes, "byte {at} set to {byte}");
                }
            }
        }
    }

    #[test]
    fn foreign_files_are_named() {
        let text = |bytes: &[u8]| Bundle::from_bytes(bytes).unwrap_err().to_string();
        assert!(text(b"PK").contains("shorter than its header"));
        assert!(text(&[0; 64]).contains("does not begin with ATTNTASK"));
    }
}
