//! What a model predicts for every row of a file.

use attention_model::{Predict, Target, sigmoid};
use serde::Serialize;

use crate::table::{Reading, TargetType, read_column, read_features};
use crate::{Bundle, TaskError};

/// A prediction for every row of a file.
#[derive(Debug, Clone, Serialize)]
pub struct Predictions {
    /// The estimator.
    pub model: &'static str,
    /// How its probabilities were calibrated: `platt` or `isotonic`; absent if they were not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calibration: Option<&'static str>,
    /// The target column; the file need not have it.
    pub target: String,
    /// `binary` (then probabilities of a yes are predicted) or `real` (values).
    pub target_kind: TargetType,
    /// Rows.
    pub rows: usize,
    /// The mean prediction.
    pub mean: f64,
    /// The least prediction.
    pub least: f64,
    /// The largest prediction.
    pub largest: f64,
    /// sha256 of the bundle.
    pub model_hash: String,
    /// What was read, and what of it could not be taken as it stood.
    pub reading: Reading,
    /// The predictions, in the order of the file.
    #[serde(skip)]
    pub values: Vec<f64>,
    /// The cells of the column that names the rows, if one was asked for.
    #[serde(skip)]
    pub ids: Option<Vec<String>>,
}

/// Predicts every row of a file; the column `id` names the rows.
///
/// # Errors
/// [`TaskError`] naming the file, the line and the column.
pub fn predict(
    bytes: &[u8],
    source_name: &str,
    bundle: &Bundle,
    id: Option<&str>,
) -> Result<Predictions, TaskError> {
    let ids = id.map(|column| read_column(bytes, source_name, column)).transpose()?;
    let table = read_features(bytes, source_name, bundle.spec())?;
    let data = table.data()?;
    let mut values = bundle.model().margins(&data)?;
    if let Target::Binary(_) = data.target() {
        values.iter_mut().for_each(|value| *value = sigmoid(*value));
    }
    let (mut sum, mut least, mut largest) = (0.0, f64::INFINITY, f64::NEG_INFINITY);
    for &value in &values {
        sum += value;
        (least, largest) = (value.min(least), value.max(largest));
    }
    Ok(Predictions {
        model: bundle.kind(),
        calibration: bundle.calibration(),
        target: bundle.spec().target.name.clone(),
        target_kind: bundle.spec().target.kind,
        rows: values.len(),
        // There is a row, or the file was refused.
        mean: sum / values.len() as f64,
        least,
        largest,
        model_hash: hex::encode(bundle.hash()?),
        reading: table.reading.clone(),
        values,
        ids,
    })
}
