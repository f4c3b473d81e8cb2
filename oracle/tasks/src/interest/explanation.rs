//! Why a model predicts what it predicts for one row: what each column adds.

use attention_model::{Predict, Target, sigmoid};
use serde::Serialize;

use super::words;
use crate::table::read_table;
use crate::{Bundle, TaskError};

/// Why a model predicts what it predicts for one row.
#[derive(Debug, Clone, Serialize)]
pub struct RowExplanation {
    /// The row, from 1 below the header.
    pub row: u64,
    /// The target column.
    pub target: String,
    /// The probability of a yes, or the value.
    pub prediction: f64,
    /// The log-odds, or the value.
    pub margin: f64,
    /// The margin of an average row.
    pub base: f64,
    /// What each column adds to the margin, the largest magnitude first; `base` and all of them are the margin up to rounding.
    pub terms: Vec<Term>,
    /// sha256 of the bundle.
    pub model_hash: String,
    /// The same in sentences, whose numbers add up as they are printed.
    pub words: Vec<String>,
}

/// What one column adds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Term {
    /// The column.
    pub column: String,
    /// Its cell, as the model takes it.
    pub value: String,
    /// Added to the margin.
    pub adds: f64,
}

/// Explains the prediction for row `row` of a file, from 1 below its header.
///
/// # Errors
/// [`TaskError::Range`] if there is no such row, [`TaskError::Model`] if the model has no exact explanation; else as
/// [`super::evaluate`].
pub fn explain_row(
    bytes: &[u8],
    source_name: &str,
    bundle: &Bundle,
    row: u64,
) -> Result<RowExplanation, TaskError> {
    let table = read_table(bytes, source_name, bundle.spec())?;
    let data = table.data()?;
    let place =
        usize::try_from(row).ok().and_then(|row| row.checked_sub(1)).filter(|place| *place < data.rows());
    let place = place.ok_or_else(|| TaskError::Range {
        name: "the row",
        value: row.to_string(),
        range: "1 to the number of rows of the file",
    })?;
    let (model, values) = (bundle.model(), data.row(place));
    let margin = model.margin(values)?;
    let mut terms: Vec<Term> = bundle
        .spec()
        .columns
        .iter()
        .zip(values)
        .zip(model.explain(values)?)
        .map(|((column, &value), adds)| Term {
            column: column.name.clone(),
            value: column.kind.text(value),
            adds,
        })
        .collect();
    // Stable: equal magnitudes stay in the order of the columns.
    terms.sort_by(|a, b| libm::fabs(b.adds).total_cmp(&libm::fabs(a.adds)));
    let mut explanation = RowExplanation {
        row,
        target: bundle.spec().target.name.clone(),
        prediction: match data.target() {
            Target::Binary(_) => sigmoid(margin),
            Target::Real(_) => margin,
        },
        margin,
        base: model.base_margin(),
        terms,
        model_hash: hex::encode(bundle.hash()?),
        words: Vec::new(),
    };
    explanation.words = words::of_row(&explanation, bundle.spec().target.kind);
    Ok(explanation)
}
