//! A trained model of a table with how its input is read, in one file.
//!
//! The file is framed as every task's (`frame`): the JSON is the task's reading of its input, the body the model's file.
//! sha256 of all of it is the `model_hash` that commands print.

use attention_model::{Calibrator, FILE_BYTES_MAX, Model, Predict};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::TaskError;
use crate::frame::{self, HEADER_BYTES, bad};
use crate::table::TableSpec;

/// Largest bundle that is read, in bytes.
pub const BUNDLE_BYTES_MAX: usize = FILE_BYTES_MAX + (1 << 26);

/// What is predicted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// A column of a table, from its other columns.
    Interest,
    /// What an asset would sell for.
    Price,
    /// Which items a user acts on next.
    Recommend,
    /// Whether a user is gone for a while.
    Churn,
}

impl Task {
    pub(crate) const ALL: [Self; 4] = [Self::Interest, Self::Price, Self::Recommend, Self::Churn];

    /// The task that a file was trained for.
    ///
    /// # Errors
    /// [`TaskError::Bundle`] naming the byte, if it is no such file.
    pub fn of_file(bytes: &[u8]) -> Result<Self, TaskError> {
        frame::header(bytes).map(|(task, _, _)| task)
    }

    /// Its name in commands.
    pub fn name(self) -> &'static str {
        match self {
            Self::Interest => "interest",
            Self::Price => "price",
            Self::Recommend => "recommend",
            Self::Churn => "churn",
        }
    }

    /// Its number in files: never reused.
    pub(crate) fn number(self) -> u8 {
        match self {
            Self::Interest => 1,
            Self::Price => 2,
            Self::Recommend => 3,
            Self::Churn => 4,
        }
    }

    /// Largest file of the task, in bytes.
    pub(crate) fn bytes_max(self) -> usize {
        match self {
            Self::Interest | Self::Price | Self::Churn => BUNDLE_BYTES_MAX,
            Self::Recommend => crate::recommend::BUNDLE_BYTES_MAX,
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

    /// The estimator: of a calibrated model, that below the calibration.
    pub fn kind(&self) -> &'static str {
        match &self.model {
            Model::Calibrated(calibrated) => calibrated.inner().kind(),
            model => model.kind(),
        }
    }

    /// How the probabilities were calibrated, if they were: `platt` or `isotonic`.
    pub fn calibration(&self) -> Option<&'static str> {
        match &self.model {
            Model::Calibrated(calibrated) => Some(match calibrated.calibrator() {
                Calibrator::Platt { .. } => "platt",
                Calibrator::Isotonic { .. } => "isotonic",
            }),
            _ => None,
        }
    }

    /// The canonical file.
    ///
    /// # Errors
    /// [`TaskError::Bundle`] if the columns take more than 2^32 bytes.
    pub fn to_bytes(&self) -> Result<Vec<u8>, TaskError> {
        let json = serde_json::to_vec(&self.spec).map_err(|error| bad(HEADER_BYTES, error.to_string()))?;
        frame::write(Task::Interest, &json, &self.model.to_bytes())
    }

    /// Reads a file written by [`Bundle::to_bytes`]; any other byte string is refused.
    ///
    /// # Errors
    /// [`TaskError::Bundle`] naming the byte, or the error of the model's file.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TaskError> {
        let (json, model) = frame::read_task(bytes, Task::Interest)?;
        let spec: TableSpec =
            serde_json::from_slice(json).map_err(|error| bad(HEADER_BYTES, error.to_string()))?;
        let bundle = Self::new(spec, Model::from_bytes(model)?)?;
        bundle.spec.check().map_err(|problem| bad(HEADER_BYTES, problem))?;
        if bundle.to_bytes()? != bytes {
            return Err(bad(HEADER_BYTES, "the columns are not written in the canonical way"));
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
