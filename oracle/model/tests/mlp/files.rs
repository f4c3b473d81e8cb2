//! The same bytes on every number of threads, and files that are read back.

use attention_model::{Activation, Dataset, Fit, MlpParams, Model, ModelError, Normalisation, Predict, auc};
use proptest::prelude::*;

use super::common::{params, schema, table};

/// Nine slices a batch, and an ensemble both smaller and larger than the number of threads.
#[test]
fn threads_do_not_change_a_bit() {
    let three = schema(3);
    let (values, labels) = table(9_000);
    let data = Dataset::from_rows(&three, &values, &labels).unwrap();
    let fit = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let params = params(|p| (p.batch_rows, p.ensemble_size, p.validation_ppm) = (1_100, 2, 100_000));
        pool.install(|| {
            let (model, curves) = params.fit_with_curve(&data).unwrap();
            let margins = model.margins(&data).unwrap();
            (Model::Mlp(model).to_bytes(), curves, margins)
        })
    };
    let one = fit(1);
    for threads in [2, 3, 4, 8] {
        assert!(fit(threads) == one, "{threads} threads");
    }
}

#[test]
fn a_row_is_predicted_alone_as_among_others() {
    let three = schema(3);
    let (values, labels) = table(700);
    let data = Dataset::from_rows(&three, &values, &labels).unwrap();
    let model = Model::Mlp(params(|p| p.ensemble_size = 2).fit(&data).unwrap());
    let margins = model.margins(&data).unwrap();
    for (row, margin) in margins.iter().enumerate() {
        assert_eq!(model.margin(data.row(row)).unwrap().to_bits(), margin.to_bits());
    }
    assert!(auc(&margins, &labels).unwrap() > 0.7);
}

/// If this fails, models have other names than on other machines or before: find out why before changing it.
#[test]
fn model_hash_is_golden() {
    let three = schema(3);
    let (values, labels) = table(5_000);
    let data = Dataset::from_rows(&three, &values, &labels).unwrap();
    let hash = |activation| {
        let params = params(|p| {
            (p.ensemble_size, p.validation_ppm, p.weight_decay_micro) = (2, 100_000, 10_000);
            (p.normalisation, p.activation) = (Normalisation::Quantile, activation);
        });
        hex::encode(Model::Mlp(params.fit(&data).unwrap()).hash())
    };
    assert_eq!(hash(Activation::Relu), "5427074de797e562fa436e4530be77d245054717775c65247fc707c29f82c314");
    assert_eq!(hash(Activation::Tanh), "b568b2d3cdb9ca48cddde887f11cb866afd0fc8ced15b27f890eda349879aa5a");
}

fn small_model() -> Model {
    let one = schema(1);
    let labels = [false, true, true, true];
    let data = Dataset::from_rows(&one, &[-1, 1, -1, 1], &labels).unwrap();
    Model::Mlp(params(|p| (p.hidden, p.ensemble_size) = (vec![2], 2)).fit(&data).unwrap())
}

#[test]
fn files_hold_what_the_format_says() {
    let bytes = small_model().to_bytes();
    let mut expected = b"ATTNMODL\x00\x03\x06\x00\x00\x00\x03\x00\x01\x00\x02x0\x00\x00".to_vec();
    expected.extend(4u64.to_be_bytes());
    expected.push(0);
    expected.extend(3u64.to_be_bytes());
    // One layer of 2, ReLU, 5 epochs, visits.
    expected.extend([1, 0, 2, 0, 0, 0, 0, 5]);
    expected.extend(MlpParams::default().row_visits_max.to_be_bytes());
    for number in [200, MlpParams::default().learning_rate_ppm, 0, 900_000, 999_000] {
        expected.extend(number.to_be_bytes());
    }
    // Standard normalisation.
    expected.push(0);
    for number in [0, MlpParams::default().patience, 1_000_000] {
        expected.extend(number.to_be_bytes());
    }
    expected.push(2);
    expected.extend(1u64.to_be_bytes());
    // Encoder: no missing values, linear, mean 0, deviation 1. Target: centre 0, spread 1.
    expected.extend([0, 0]);
    for number in [0.0f64, 1.0, 0.0, 1.0] {
        expected.extend(number.to_bits().to_be_bytes());
    }
    let Model::Mlp(model) = small_model() else { panic!("another kind") };
    for member in 0..2 {
        let weights = model.weights(member).unwrap();
        // 1 × 2 weights, 2 biases, 2 × 1 weights, 1 bias.
        assert_eq!(weights.len(), 7);
        expected.extend(weights.iter().flat_map(|weight| (*weight as f32).to_bits().to_be_bytes()));
    }
    assert_eq!(bytes, expected);
}

#[test]
fn files_are_read_back_and_nothing_else_is() {
    let model = small_model();
    let bytes = model.to_bytes();
    assert_eq!(Model::from_bytes(&bytes).unwrap(), model);
    for end in 0..bytes.len() {
        assert!(Model::from_bytes(&bytes[..end]).is_err(), "cut at {end}");
    }
    assert!(Model::from_bytes(&[&bytes[..], &[0]].concat()).is_err());
    for value in [f32::NAN, f32::NEG_INFINITY, -0.0] {
        let mut changed = bytes.clone();
        let last = bytes.len() - 4;
        changed[last..].copy_from_slice(&value.to_bits().to_be_bytes());
        assert!(matches!(Model::from_bytes(&changed), Err(ModelError::File { .. })), "{value}");
    }
    // Every byte, with every bit of it changed: refused, or canonical and able to predict or to say why not.
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << bit;
            if let Ok(model) = Model::from_bytes(&changed) {
                assert_eq!(model.to_bytes(), changed, "byte {at}, bit {bit}");
                let row = vec![0; model.schema().len()];
                assert!(matches!(model.margin(&row), Ok(_) | Err(ModelError::NotFinite { .. })));
            }
        }
    }
}

proptest! {
    /// Whatever is accepted is canonical: it is exactly what the read model writes.
    #[test]
    fn accepted_files_are_canonical(changes in proptest::collection::vec((0usize..200, any::<u8>()), 1..4)) {
        let mut bytes = small_model().to_bytes();
        for (at, byte) in changes {
            let at = at % bytes.len();
            bytes[at] = byte;
        }
        if let Ok(model) = Model::from_bytes(&bytes) {
            prop_assert_eq!(model.to_bytes(), bytes);
        }
    }
}
