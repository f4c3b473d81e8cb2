//! Permutation importance: how much worse a model predicts when the values of one feature are dealt out anew among the
//! rows (Breiman 2001; Fisher, Rudin and Dominici 2019). For every kind of model; on rows it has not learnt from, or it
//! tells what the model clings to instead of what helps.

use crate::metrics::mean_log_loss;
use crate::traits::in_range;
use crate::{CounterRng, Dataset, ModelError, Predict, Target, TargetKind};

/// Most permutations of a feature.
pub const REPEATS_MAX: u32 = 1_000;

/// How much one feature helps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Importance {
    /// Mean increase of the loss (nats for a binary target, squared error for a real one) over the permutations; around
    /// or below 0 if the feature does not help.
    pub increase: f64,
    /// Standard error of that mean; 0 if all permutations gave the same.
    pub standard_error: f64,
}

/// The importance of every feature, in schema order, from `repeats` permutations each. Permutation r of feature f is that of
/// stream `f · 1000 + r` of the seed, whatever the number of threads.
///
/// # Errors
/// [`ModelError::Hyperparameter`] unless `repeats` is 2 to [`REPEATS_MAX`]; [`ModelError::TargetKind`] if the data's target is
/// not of the model's kind; [`ModelError::OtherSchema`]; [`ModelError::Shape`] without rows; [`ModelError::TooMany`] for
/// more than 2^32 − 1 rows.
pub fn permutation_importance(
    model: &dyn Predict,
    data: &Dataset<'_>,
    repeats: u32,
    seed: u64,
) -> Result<Vec<Importance>, ModelError> {
    in_range("repeats", repeats, 2, REPEATS_MAX, "2 to 1000")?;
    let rows = u32::try_from(data.rows()).map_err(|_| ModelError::TooMany {
        what: "rows of a permutation importance",
        got: data.rows(),
        limit: u32::MAX as usize,
    })?;
    let base = loss(model, data)?;
    let columns = data.schema().len();
    let mut values = data.values().to_vec();
    let mut out = Vec::with_capacity(columns);
    for feature in 0..columns {
        let mut increases = Vec::with_capacity(repeats as usize);
        for repeat in 0..repeats {
            let stream = feature as u64 * u64::from(REPEATS_MAX) + u64::from(repeat);
            let order = CounterRng::new(seed, stream).permutation(rows);
            for (to, from) in order.into_iter().enumerate() {
                values[to * columns + feature] = data.row(from as usize)[feature];
            }
            let shuffled = Dataset::rows_with_target(data.schema(), &values, data.target())?;
            increases.push(loss(model, &shuffled)? - base);
        }
        for (to, row) in values.chunks_exact_mut(columns).enumerate() {
            row[feature] = data.row(to)[feature];
        }
        out.push(summary(&increases));
    }
    Ok(out)
}

/// Mean, and the standard deviation of the sample divided by the root of its size.
fn summary(increases: &[f64]) -> Importance {
    let n = increases.len() as f64;
    let mut sum = 0.0;
    for value in increases {
        sum += value;
    }
    let mean = sum / n;
    let mut squares = 0.0;
    for value in increases {
        squares += (value - mean) * (value - mean);
    }
    Importance { increase: mean, standard_error: libm::sqrt(squares / (n - 1.0) / n) }
}

/// The mean loss of a model on data whose target is of its kind.
fn loss(model: &dyn Predict, data: &Dataset<'_>) -> Result<f64, ModelError> {
    let name = |binary| if binary { "binary" } else { "real" };
    let of_model = matches!(model.trained_on().target, TargetKind::Binary { .. });
    let of_data = matches!(data.target(), Target::Binary(_));
    if of_model != of_data {
        let (expected, got) = (name(of_model), name(of_data));
        return Err(ModelError::TargetKind { what: "permutation importance of this model", expected, got });
    }
    let margins = model.margins(data)?;
    match data.target() {
        Target::Binary(labels) => mean_log_loss(&margins, labels),
        Target::Real(values) => {
            if values.is_empty() {
                return Err(ModelError::Shape { what: "rows (at least)", expected: 1, got: 0 });
            }
            let mut sum = 0.0;
            for (margin, value) in margins.iter().zip(values) {
                sum += (margin - value) * (margin - value);
            }
            Ok(sum / values.len() as f64)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 1, 2, 3, 6: mean 3, squared deviations 4 + 1 + 0 + 9 = 14, so √(14 / 3 / 4).
    #[test]
    fn summary_by_hand() {
        let got = summary(&[1.0, 2.0, 3.0, 6.0]);
        assert_eq!(got.increase, 3.0);
        assert!((got.standard_error - (14.0f64 / 12.0).sqrt()).abs() < 1e-15);
    }
}
