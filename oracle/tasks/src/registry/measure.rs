//! What a model is measured by when it is added.

use std::collections::BTreeMap;

use super::held::Held;
use super::judged::Judged;
use super::rows::Rows;
use crate::churn::{self, People};
use crate::interest::{self, Quality};
use crate::price::{self, Market};
use crate::recommend;
use crate::{Task, TaskError};

/// The figures of the task's own `evaluate`, in millionths; those that the data do not define are left out.
///
/// # Errors
/// As the task's own `evaluate`; [`TaskError::Registry`] for data of the other kind.
pub fn measure(model: &Held, rows: &Rows) -> Result<BTreeMap<String, i64>, TaskError> {
    let figures = match model {
        Held::Interest(bundle) => {
            let (name, bytes) = rows.file(Task::Interest)?;
            of_table(&interest::evaluate(bytes, name, bundle, None)?.quality)
        }
        Held::Price(model) => {
            let (assets, sales, from_s) = rows.sales(Task::Price)?;
            let found = price::evaluate(&Market::read(assets, sales)?, model, from_s, None)?.quality;
            vec![
                ("mae_log", Some(found.mae_log)),
                ("rmse_log", Some(found.rmse_log)),
                ("baseline_mae_log", Some(found.baseline_mae_log)),
                ("interval_coverage", Some(found.interval_coverage)),
            ]
        }
        Held::Recommend(bundle) => {
            let found = recommend::measure(&bundle.read(rows)?, bundle)?;
            vec![
                ("hit_rate_10", Some(found.hit_rate_10)),
                ("ndcg_10", Some(found.ndcg_10)),
                ("popularity_hit_rate_10", Some(found.popularity_hit_rate_10)),
                ("popularity_ndcg_10", Some(found.popularity_ndcg_10)),
            ]
        }
        Held::Churn(model) => {
            let (assets, sales, from_s) = rows.sales(Task::Churn)?;
            let found = churn::evaluate(&People::read(assets, sales)?, model, from_s)?;
            vec![
                ("auc", found.auc),
                ("ece", found.ece),
                ("log_loss", found.log_loss),
                ("mse", Some(found.mse)),
                ("base_log_loss", found.base_log_loss),
                ("recency_auc", found.recency_auc),
                ("recency_log_loss", found.recency_log_loss),
            ]
        }
    };
    Ok(figures.into_iter().filter_map(|(name, value)| Some((name.to_owned(), micro(value?)))).collect())
}

fn of_table(quality: &Quality) -> Vec<(&'static str, Option<f64>)> {
    vec![
        ("auc", quality.auc),
        ("ece", quality.ece),
        ("log_loss", quality.log_loss),
        ("mse", Some(quality.mse)),
        ("base_log_loss", quality.base_log_loss),
        ("base_mse", Some(quality.base_mse)),
    ]
}

/// In millionths, rounded; what is beyond i64 is its end.
pub fn micro(value: f64) -> i64 {
    (value * 1e6).round() as i64
}
