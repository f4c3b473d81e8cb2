//! Training a price model on the sales before a moment.

use serde::Serialize;

use super::ensemble;
use super::evaluate::evaluate;
use super::features::PRICE_FEATURES;
use super::model::{PriceModel, PriceSpec};
use super::params::PriceParams;
use super::quality::PriceQuality;
use super::sales::{Market, SalesReading};
use super::table::PriceTable;
use crate::TaskError;

/// Fewest sales to learn from.
pub const TRAINING_ROWS_MIN: usize = 100;

/// How good a model of the same parameters was on the last fifth of the training sales, having learnt from those before
/// alone: each was predicted from what was known before it, as [`evaluate()`] does. Its intervals had to start from nothing.
#[derive(Debug, Clone, Serialize)]
pub struct HeldOut {
    /// The first moment predicted, which is the end of what that model learnt from, unix seconds.
    pub from_s: i64,
    /// How good.
    #[serde(flatten)]
    pub quality: PriceQuality,
}

/// What was trained.
#[derive(Debug, Clone, Serialize)]
pub struct PriceTrained {
    /// The estimator.
    pub model: &'static str,
    /// Sales learnt from.
    pub rows: u64,
    /// Sales before this moment were learnt from, unix seconds.
    pub until_s: i64,
    /// Features.
    pub features: usize,
    /// Hyper-parameters, all of them.
    pub params: PriceParams,
    /// `mae_log` of `held_out`.
    pub mae_log: Option<f64>,
    /// `rmse_log` of `held_out`.
    pub rmse_log: Option<f64>,
    /// `baseline_mae_log` of `held_out`.
    pub baseline_mae_log: Option<f64>,
    /// `interval_coverage` of `held_out`.
    pub interval_coverage: Option<f64>,
    /// What could be measured before the last sales were learnt from as well; `None` if all sales are of one moment.
    pub held_out: Option<HeldOut>,
    /// sha256 of the file.
    pub model_hash: String,
    /// What became of the sales file, where there was one.
    #[serde(flatten)]
    pub reading: Option<SalesReading>,
}

/// Learns from the sales before `until_s` (unix seconds; `None`: from all). Intervals start from how far off a model was that
/// had learnt from the first four fifths alone, on the last fifth; how good it was is told ([`HeldOut`]).
///
/// # Errors
/// [`TaskError::Range`] for parameters or a moment out of range, or fewer than [`TRAINING_ROWS_MIN`] sales;
/// [`TaskError::Model`] for what the estimator refuses.
pub fn train(
    market: &Market,
    until_s: Option<i64>,
    params: &PriceParams,
) -> Result<(PriceModel, PriceTrained), TaskError> {
    params.check()?;
    let table = PriceTable::build(market, until_s)?;
    let rows = table.len();
    if rows < TRAINING_ROWS_MIN {
        let (name, range) =
            ("the number of sales to learn from", "at least 100: take more, or a later --until");
        return Err(TaskError::Range { name, value: rows.to_string(), range });
    }
    let last = table.rows().last().map_or(0, |row| row.sale.time_s);
    let until_s = until_s.unwrap_or(last + 1);
    let earlier = earlier(&table, params)?;
    let (held_out, scores) = match &earlier {
        Some(model) => (Some(held_out(market, model, until_s)?), starting_scores(&table, model)?),
        None => (None, Vec::new()),
    };
    let ensembles = ensemble::fit(&table.data(0..rows)?, params)?;
    let model = PriceModel::new(PriceSpec::new(until_s, params.clone(), scores)?, ensembles)?;
    let quality = held_out.as_ref().map(|held_out| &held_out.quality);
    let trained = PriceTrained {
        model: model.kind(),
        rows: rows as u64,
        until_s,
        features: PRICE_FEATURES.len(),
        params: params.clone(),
        mae_log: quality.map(|quality| quality.mae_log),
        rmse_log: quality.map(|quality| quality.rmse_log),
        baseline_mae_log: quality.map(|quality| quality.baseline_mae_log),
        interval_coverage: quality.map(|quality| quality.interval_coverage),
        held_out,
        model_hash: hex::encode(model.hash()?),
        reading: market.reading(),
    };
    Ok((model, trained))
}

/// A model of the first four fifths of the rows; `None` if the last fifth begins with the first moment.
fn earlier(table: &PriceTable, params: &PriceParams) -> Result<Option<PriceModel>, TaskError> {
    let cut_s = table.rows().nth(table.len() / 5 * 4).map_or(0, |row| row.sale.time_s);
    let cut = table.first_at(cut_s);
    if cut == 0 {
        return Ok(None);
    }
    let ensembles = ensemble::fit(&table.data(0..cut)?, params)?;
    PriceModel::new(PriceSpec::new(cut_s, params.clone(), Vec::new())?, ensembles).map(Some)
}

fn held_out(market: &Market, model: &PriceModel, until_s: i64) -> Result<HeldOut, TaskError> {
    let from_s = model.spec().until_s;
    let quality = evaluate(market, model, from_s, Some(until_s))?.quality;
    Ok(HeldOut { from_s, quality })
}

/// Scores (below, above) of the rows that the model did not learn from; the latest `interval.scores`.
fn starting_scores(table: &PriceTable, model: &PriceModel) -> Result<Vec<(i64, i64)>, TaskError> {
    let cut = table.first_at(model.spec().until_s);
    let wanted = model.spec().params.interval.scores as usize;
    let first = cut.max(table.len().checked_sub(wanted).unwrap_or(cut));
    let mut scores = Vec::with_capacity(table.len() - first);
    for row in table.rows().skip(first) {
        let predicted = model.quantiles(row.features)?;
        scores.push((predicted.low - row.distance_micro, row.distance_micro - predicted.high));
    }
    Ok(scores)
}
