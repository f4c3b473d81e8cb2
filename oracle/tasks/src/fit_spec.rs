//! A specification of a model of a table: everything its bytes depend on besides the rows.
//!
//! What a search writes and `train --spec` fits. A file of JSON; sha256 of its bytes is the `spec_hash` that commands print.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::TaskError;
use crate::estimator::{Estimator, Kind};
use crate::interest::TrainOptions;
use crate::search::Metric;
use crate::table::{TargetType, TypingOptions};
use crate::validation::{FoldPlan, Mean};

/// Largest file that is read, in bytes.
pub const SPEC_BYTES_MAX: usize = 1 << 20;
/// What the first field of a file says.
const FORMAT: &str = "attention-fit-spec-1";

/// How the parameters were chosen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chosen {
    /// What trials were ranked by.
    pub metric: Metric,
    /// Its mean over the folds. The best of many is a little too good.
    pub value: Mean,
    /// Trials that were drawn.
    pub trials: u32,
    /// sha256 of the file that was searched on.
    pub data_hash: String,
    /// sha256 of the search space.
    pub space_hash: String,
}

/// A specification. Unchecked until [`FitSpec::train_options`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FitSpec {
    /// Always `attention-fit-spec-1`.
    pub format: String,
    /// The column to predict.
    pub target: String,
    /// `binary` or `real`.
    pub target_kind: TargetType,
    /// Columns that are no features.
    pub ignore: Vec<String>,
    /// Columns whose numbers are codes of categories.
    pub categorical: Vec<String>,
    /// Columns that may tell the target.
    pub allow_leak: Vec<String>,
    /// The column that orders the rows.
    pub time_column: Option<String>,
    /// The estimator.
    pub kind: String,
    /// Its hyper-parameters, all of them.
    pub params: Value,
    /// Seed of what is drawn.
    pub seed: u64,
    /// By which folds it is measured.
    pub cross_validation: FoldPlan,
    /// How the parameters were chosen.
    pub chosen: Chosen,
}

impl FitSpec {
    /// The first field.
    pub(crate) fn format() -> String {
        FORMAT.into()
    }

    /// The file: JSON for people and programs, with a line end.
    ///
    /// # Errors
    /// [`TaskError::Spec`] if a number is none of JSON's.
    pub fn to_bytes(&self) -> Result<Vec<u8>, TaskError> {
        let mut bytes =
            serde_json::to_vec_pretty(self).map_err(|error| TaskError::Spec(error.to_string()))?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`TaskError::Spec`] if it is none; [`TaskError::Params`] or [`TaskError::Model`] for parameters that the estimator
    /// refuses.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TaskError> {
        if bytes.len() > SPEC_BYTES_MAX {
            return Err(TaskError::Spec(format!("longer than {SPEC_BYTES_MAX} bytes")));
        }
        let spec: Self =
            crate::json::from_slice(bytes).map_err(|error| TaskError::Spec(error.to_string()))?;
        if spec.format != FORMAT {
            let problem = format!("the format is {:?}; this program reads {FORMAT:?}", spec.format);
            return Err(TaskError::Spec(problem));
        }
        spec.train_options()?;
        Ok(spec)
    }

    /// sha256 of a file's bytes.
    pub fn hash_of(bytes: &[u8]) -> [u8; 32] {
        Sha256::digest(bytes).into()
    }

    /// What to train by it: cross-validated with its folds, then fitted on all rows.
    ///
    /// # Errors
    /// [`TaskError::Unknown`], [`TaskError::Params`] or [`TaskError::Model`] for an estimator that cannot be.
    pub fn train_options(&self) -> Result<TrainOptions, TaskError> {
        Ok(TrainOptions {
            typing: TypingOptions {
                target: self.target.clone(),
                target_kind: Some(self.target_kind),
                ignore: self.ignore.clone(),
                categorical: self.categorical.clone(),
                time: self.time_column.clone(),
            },
            estimator: Estimator::new(Kind::from_name(&self.kind)?, Some(self.params.clone()), self.seed)?,
            allow_leak: self.allow_leak.clone(),
            folds: Some(self.cross_validation),
            calibrate: None,
            seed: self.seed,
            curves: false,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn spec() -> FitSpec {
        FitSpec {
            format: FitSpec::format(),
            target: "y".into(),
            target_kind: TargetType::Binary,
            ignore: vec![],
            categorical: vec![],
            allow_leak: vec![],
            time_column: None,
            kind: "tree".into(),
            params: json!({ "depth_max": 3 }),
            seed: 1,
            cross_validation: FoldPlan { division: None, folds: 3, gap: 0, seed: 1 },
            chosen: Chosen {
                metric: Metric::Auc,
                value: Mean { mean: 0.1 + 0.2, standard_error: 1.0 / 3.0 },
                trials: 4,
                data_hash: "00".into(),
                space_hash: "11".into(),
            },
        }
    }

    #[test]
    fn files_are_read_back() {
        let bytes = spec().to_bytes().unwrap();
        let read = FitSpec::from_bytes(&bytes).unwrap();
        assert_eq!(read.train_options().unwrap().estimator.params()["depth_max"], 3);
        assert_eq!((read.kind.as_str(), read.cross_validation), ("tree", spec().cross_validation));
    }

    #[test]
    fn foreign_files_are_named() {
        let text = |spec: &FitSpec| FitSpec::from_bytes(&spec.to_bytes().unwrap()).unwrap_err().to_string();
        assert!(text(&FitSpec { format: "x".into(), ..spec() }).contains("the format is \"x\""));
        assert!(text(&FitSpec { kind: "oak".into(), ..spec() }).contains("\"oak\" is not known"));
        assert!(text(&FitSpec { params: json!({ "depth_max": 0 }), ..spec() }).contains("depth_max is 0"));
        let twice = String::from_utf8(spec().to_bytes().unwrap())
            .unwrap()
            .replace("\"depth_max\": 3", "\"depth_max\": 3, \"depth_max\": 4");
        let error = FitSpec::from_bytes(twice.as_bytes()).unwrap_err().to_string();
        assert!(error.contains("the key \"depth_max\" stands twice"), "{error}");
        assert!(FitSpec::from_bytes(b"{}").unwrap_err().to_string().starts_with("model specification: "));
        assert!(FitSpec::from_bytes(&vec![b' '; SPEC_BYTES_MAX + 1]).is_err());
    }
}
