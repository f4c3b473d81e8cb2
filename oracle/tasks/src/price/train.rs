//! Training a price model on the sales before a moment.

use std::ops::Range;

use attention_model::{Fit, GbdtParams, Model, Objective, ParamGuard, Predict};
use serde::Serialize;

use super::features::{PRICE_FEATURES, PRICE_FEATURES_VERSION};
use super::model::{PriceModel, PriceParams, PriceSpec, quantiles};
use super::sales::Market;
use super::table::PriceTable;
use crate::TaskError;

/// Fewest sales to learn from.
pub const TRAINING_ROWS_MIN: usize = 100;
/// One in ppm.
const MILLION: u32 = 1_000_000;

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
    /// sha256 of the file.
    pub model_hash: String,
    /// Rows of the sales file, where there was one.
    pub sales_rows: Option<u64>,
    /// Its sales with a price that was believed.
    pub sales_priced: Option<u64>,
}

/// Learns from the sales before `until_s` (unix seconds; `None`: from all). Intervals start from how far off models were
/// that had learnt from the first four fifths alone, on the last fifth.
///
/// # Errors
/// [`TaskError::Range`] for parameters or a moment out of range, or fewer than [`TRAINING_ROWS_MIN`] sales;
/// [`TaskError::Model`] for what the estimator refuses.
pub fn train(
    market: &Market,
    until_s: Option<i64>,
    params: &PriceParams,
) -> Result<(PriceModel, PriceTrained), TaskError> {
    params.interval.check()?;
    let table = PriceTable::build(market, until_s)?;
    let rows = table.len();
    if rows < TRAINING_ROWS_MIN {
        let (name, range) =
            ("the number of sales to learn from", "at least 100: take more, or a later --until");
        return Err(TaskError::Range { name, value: rows.to_string(), range });
    }
    let last = table.rows().last().map_or(0, |row| row.sale.time_s);
    let spec = PriceSpec {
        features_version: PRICE_FEATURES_VERSION,
        until_s: until_s.unwrap_or(last + 1),
        params: params.clone(),
        scores: starting_scores(&table, params)?,
    };
    let model = PriceModel::new(spec, fit(&table, 0..rows, params)?)?;
    let trained = PriceTrained {
        model: model.models()[1].kind(),
        rows: rows as u64,
        until_s: model.spec().until_s,
        features: PRICE_FEATURES.len(),
        params: params.clone(),
        model_hash: hex::encode(model.hash()?),
        sales_rows: market.report().map(|report| report.rows),
        sales_priced: market.report().map(|report| report.sales_priced),
    };
    Ok((model, trained))
}

/// Fits low, median and high.
fn fit(table: &PriceTable, rows: Range<usize>, params: &PriceParams) -> Result<[Model; 3], TaskError> {
    let data = table.data(rows)?;
    let fit = |objective| -> Result<Model, TaskError> {
        let boosting = GbdtParams {
            objective,
            rounds: params.rounds,
            leaves_max: params.leaves_max,
            min_rows_leaf: params.min_rows_leaf,
            learning_rate_ppm: params.learning_rate_ppm,
            l2_micro: params.l2_micro,
            row_sample_ppm: params.row_sample_ppm,
            feature_sample_ppm: params.feature_sample_ppm,
            seed: params.seed,
            // Small trees of many sales: their size is bound enough.
            min_gain_micro: 0,
            ..GbdtParams::default()
        };
        Ok(Model::Gbdt(boosting.check()?.fit(&data)?))
    };
    let miss = params.interval.miss_ppm;
    Ok([
        fit(Objective::Quantile { ppm: miss })?,
        fit(Objective::AbsoluteError)?,
        // The rules hold the miss below a million.
        fit(Objective::Quantile { ppm: MILLION - miss })?,
    ])
}

/// Scores (below, above) of the last fifth of the rows, by models fitted on those before; the latest `interval.scores`.
fn starting_scores(table: &PriceTable, params: &PriceParams) -> Result<Vec<(i64, i64)>, TaskError> {
    let cut_s = table.rows().nth(table.len() / 5 * 4).map_or(0, |row| row.sale.time_s);
    let cut = table.first_at(cut_s);
    if cut == 0 {
        return Ok(Vec::new());
    }
    let models = fit(table, 0..cut, params)?;
    let data = table.data(cut..table.len())?;
    let [low, median, high] =
        [models[0].margins(&data)?, models[1].margins(&data)?, models[2].margins(&data)?];
    let mut scores = Vec::with_capacity(low.len());
    for (at, row) in table.rows().skip(cut).enumerate() {
        let predicted = quantiles(row.features, [low[at], median[at], high[at]]);
        scores.push((predicted.low - row.distance_micro, row.distance_micro - predicted.high));
    }
    Ok(scores.split_off(scores.len().saturating_sub(params.interval.scores as usize)))
}
