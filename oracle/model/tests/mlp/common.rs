//! Small networks and tables.

use attention_model::{CheckedMlpParams, FeatureSchema, MlpParams, Normalisation, ParamGuard};

pub(crate) type Change = fn(&mut MlpParams);

pub(crate) fn schema(columns: usize) -> FeatureSchema {
    FeatureSchema::new(3, (0..columns).map(|column| format!("x{column}")).collect()).unwrap()
}

/// A small network without early stopping, changed by `change`.
pub(crate) fn params(change: impl FnOnce(&mut MlpParams)) -> CheckedMlpParams {
    let mut params = MlpParams {
        hidden: vec![5, 3],
        epochs: 5,
        batch_rows: 200,
        validation_ppm: 0,
        weight_decay_micro: 0,
        ensemble_size: 1,
        normalisation: Normalisation::Standard,
        ..MlpParams::default()
    };
    change(&mut params);
    params.check().unwrap()
}

/// A fixed, irregular table made by integer arithmetic alone.
pub(crate) fn table(rows: usize) -> (Vec<i64>, Vec<bool>) {
    let value = |row: usize, slot: usize| ((row * 7919 + slot * 104_729 + row * row % 911) % 101) as i64;
    let values = (0..rows).flat_map(|row| (0..3).map(move |slot| value(row, slot))).collect();
    let labels = (0..rows).map(|row| value(row, 0) + value(row, 9) > 110).collect();
    (values, labels)
}

pub(crate) fn real_target(rows: usize) -> Vec<f64> {
    (0..rows).map(|row| ((row * 31) % 57) as f64 * 0.25 - 3.0).collect()
}
