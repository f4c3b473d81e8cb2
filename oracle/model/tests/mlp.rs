//! The neural network against an independent implementation, hand-worked cases, and itself on other thread counts.

use attention_model::{
    Activation, CheckedMlpParams, CounterRng, Dataset, Encoder, FeatureKind, FeatureSchema, Fit, MISSING,
    MlpModel, MlpParams, Model, ModelError, Normalisation, ParamGuard, Predict, Target, auc,
    log_loss_of_logit,
};
use proptest::prelude::*;

type Change = fn(&mut MlpParams);

fn schema(columns: usize) -> FeatureSchema {
    FeatureSchema::new(3, (0..columns).map(|column| format!("x{column}")).collect()).unwrap()
}

/// A small network without early stopping, changed by `change`.
fn params(change: impl FnOnce(&mut MlpParams)) -> CheckedMlpParams {
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
fn table(rows: usize) -> (Vec<i64>, Vec<bool>) {
    let value = |row: usize, slot: usize| ((row * 7919 + slot * 104_729 + row * row % 911) % 101) as i64;
    let values = (0..rows).flat_map(|row| (0..3).map(move |slot| value(row, slot))).collect();
    let labels = (0..rows).map(|row| value(row, 0) + value(row, 9) > 110).collect();
    (values, labels)
}

fn real_target(rows: usize) -> Vec<f64> {
    (0..rows).map(|row| ((row * 31) % 57) as f64 * 0.25 - 3.0).collect()
}

/// The output for a row by the definition, in double precision, one unit after the other.
fn defined_output(row: &[i64], encoder: &Encoder, params: &MlpParams, weights: &[f64]) -> f64 {
    let mut values = encoder.encode(row).unwrap();
    let mut rest = weights;
    for (layer, &units) in params.hidden.iter().chain([&1]).enumerate() {
        let units = usize::from(units);
        let (matrix, after) = rest.split_at(values.len() * units);
        let (biases, after) = after.split_at(units);
        rest = after;
        values = (0..units)
            .map(|unit| {
                let weighted: f64 =
                    values.iter().enumerate().map(|(i, x)| x * matrix[i * units + unit]).sum();
                let total = weighted + biases[unit];
                match params.activation {
                    _ if layer == params.hidden.len() => total,
                    Activation::Relu => total.max(0.0),
                    Activation::Tanh => total.tanh(),
                }
            })
            .collect();
    }
    assert!(rest.is_empty());
    values[0]
}

/// The mean loss by the definition.
fn defined_loss(data: &Dataset<'_>, params: &MlpParams, weights: &[f64]) -> f64 {
    let encoder = Encoder::measure(data, params.normalisation).unwrap();
    let mut sum = 0.0;
    for row in 0..data.rows() {
        let output = defined_output(data.row(row), &encoder, params, weights);
        sum += match data.target() {
            Target::Binary(labels) if labels[row] => {
                f64::from(params.positive_weight_ppm) / 1e6 * log_loss_of_logit(output, true)
            }
            Target::Binary(_) => log_loss_of_logit(output, false),
            Target::Real(targets) => {
                let n = targets.len() as f64;
                let mean = targets.iter().sum::<f64>() / n;
                let variance = targets.iter().map(|t| (t - mean) * (t - mean)).sum::<f64>() / n;
                (output - (targets[row] - mean) / variance.sqrt()).powi(2)
            }
        };
    }
    sum / data.rows() as f64
}

/// Loss and gradient of the fit against the definition and its central differences.
fn check_gradient(data: &Dataset<'_>, params: &CheckedMlpParams, inputs: usize) {
    let hidden = &params.values().hidden;
    let sizes: Vec<usize> =
        std::iter::once(inputs).chain(hidden.iter().map(|&u| u.into())).chain([1]).collect();
    let count: usize = sizes.windows(2).map(|pair| (pair[0] + 1) * pair[1]).sum();
    // Numbers that single precision holds exactly.
    let weights: Vec<f64> = (0..count).map(|at| ((at * 37 + 11) % 64) as f64 / 64.0 - 0.5).collect();
    let (loss, gradient) = params.loss_and_gradient(data, &weights).unwrap();
    let defined = defined_loss(data, params.values(), &weights);
    assert!((loss - defined).abs() < 1e-6, "{loss} and {defined}");
    assert_eq!(gradient.len(), count);
    let (mut largest, step) = (0.0f64, 1e-6);
    for (index, derivative) in gradient.iter().enumerate() {
        let shifted = |sign: f64| {
            let mut moved = weights.clone();
            moved[index] += sign * step;
            defined_loss(data, params.values(), &moved)
        };
        let numeric = (shifted(1.0) - shifted(-1.0)) / (2.0 * step);
        assert!((numeric - derivative).abs() < 2e-5, "{index}: {numeric} and {derivative}");
        largest = largest.max(derivative.abs());
    }
    assert!(largest > 0.01, "no gradient to speak of: {largest}");
    assert!(matches!(
        params.loss_and_gradient(data, &weights[1..]),
        Err(ModelError::Shape { what: "weights", .. })
    ));
}

#[test]
fn hyperparameters_are_checked() {
    let cases: [(&str, Change); 14] = [
        ("hidden", |p| p.hidden = vec![]),
        ("hidden", |p| p.hidden = vec![1; 9]),
        ("hidden", |p| p.hidden = vec![4, 0]),
        ("hidden", |p| p.hidden = vec![1025]),
        ("epochs", |p| p.epochs = 0),
        ("row_visits_max", |p| p.row_visits_max = 0),
        ("batch_rows", |p| p.batch_rows = 0),
        ("learning_rate_ppm", |p| p.learning_rate_ppm = 0),
        ("weight_decay_micro", |p| p.weight_decay_micro = 1_000_001),
        ("beta1_ppm", |p| p.beta1_ppm = 1_000_000),
        ("beta2_ppm", |p| p.beta2_ppm = 1_000_000),
        ("validation_ppm", |p| p.validation_ppm = 500_001),
        ("patience", |p| p.patience = 0),
        ("ensemble_size", |p| p.ensemble_size = 65),
    ];
    for (name, change) in cases {
        let mut params = MlpParams::default();
        change(&mut params);
        match params.check() {
            Err(ModelError::Hyperparameter { name: got, .. }) => assert_eq!(got, name),
            other => panic!("{name}: {other:?}"),
        }
    }
    assert!(MlpParams::default().check().is_ok());
}

/// 400 rows: four slices, the last one not full.
#[test]
fn gradients_agree_with_the_definition() {
    let (values, labels) = table(400);
    let (three, targets) = (schema(3), real_target(400));
    let binary = Dataset::from_rows(&three, &values, &labels).unwrap();
    let real = Dataset::rows_with_target(&three, &values, Target::Real(&targets)).unwrap();
    for activation in [Activation::Relu, Activation::Tanh] {
        for hidden in [vec![1], vec![5, 3], vec![9, 8, 2]] {
            for (data, positive_weight_ppm) in [(&binary, 2_500_000), (&real, 1_000_000)] {
                let params = params(|p| {
                    p.hidden.clone_from(&hidden);
                    p.activation = activation;
                    p.positive_weight_ppm = positive_weight_ppm;
                });
                check_gradient(data, &params, 3);
            }
        }
    }
}

#[test]
fn gradients_with_categories_and_missing_values() {
    let kinds = [FeatureKind::Numeric, FeatureKind::Categorical { levels: 6 }];
    let names = ["a", "b"].map(str::to_owned);
    let schema = FeatureSchema::typed(1, names.into_iter().zip(kinds).collect()).unwrap();
    let values: Vec<i64> =
        (0..90).flat_map(|row| [if row % 7 == 0 { MISSING } else { row * row % 23 }, row % 6]).collect();
    let labels: Vec<bool> = (0..90).map(|row| row % 5 < 2).collect();
    let data = Dataset::from_rows(&schema, &values, &labels).unwrap();
    // The number, its column for missing values, six categories.
    check_gradient(&data, &params(|_| {}), 8);
    let model = params(|_| {}).fit(&data).unwrap();
    assert!(model.margin(&[MISSING, MISSING]).unwrap().is_finite());
    assert!(matches!(model.margin(&[1, 6]), Err(ModelError::Category { .. })));
}

/// What no linear model can: exclusive or.
#[test]
fn exclusive_or_is_learnt() {
    let two = schema(2);
    let (values, labels) = ([0, 0, 0, 1, 1, 0, 1, 1], [false, true, true, false]);
    let data = Dataset::from_rows(&two, &values, &labels).unwrap();
    for activation in [Activation::Relu, Activation::Tanh] {
        let params = params(|p| {
            p.hidden = vec![8];
            p.activation = activation;
            p.epochs = 500;
            p.learning_rate_ppm = 30_000;
        });
        let model = params.fit(&data).unwrap();
        for (row, label) in values.chunks(2).zip(labels) {
            let margin = model.margin(row).unwrap();
            assert!(if label { margin > 3.0 } else { margin < -3.0 }, "{row:?}: {margin}");
        }
    }
    let targets = [10.0, 30.0, 30.0, 10.0];
    let data = Dataset::rows_with_target(&two, &values, Target::Real(&targets)).unwrap();
    let params = params(|p| (p.hidden, p.epochs, p.learning_rate_ppm) = (vec![8], 500, 30_000));
    for (margin, target) in params.fit(&data).unwrap().margins(&data).unwrap().into_iter().zip(targets) {
        assert!((margin - target).abs() < 0.5, "{margin}, must be {target}");
    }
}

/// A step of Adam in the first batch is the learning rate times the gradient's sign; one epoch of one batch is one step.
#[test]
fn the_first_step_by_hand() {
    let (values, labels) = table(300);
    let three = schema(3);
    let data = Dataset::from_rows(&three, &values, &labels).unwrap();
    let fit = |rate: u32| {
        let params = params(|p| {
            (p.epochs, p.batch_rows, p.learning_rate_ppm) = (1, 300, rate);
            // Biases start at the kink of the other activation.
            p.activation = Activation::Tanh;
        });
        params.fit(&data).unwrap().weights(0).unwrap()
    };
    // Both start at the same place, and one goes a hundredth of the way of the other.
    let (near, far) = (fit(100), fit(10_000));
    let start: Vec<f64> = near.iter().zip(&far).map(|(near, far)| near - (far - near) / 99.0).collect();
    let (_, gradient) = params(|p| p.activation = Activation::Tanh).loss_and_gradient(&data, &start).unwrap();
    let mut moved = 0;
    for ((from, to), slope) in start.iter().zip(&far).zip(gradient) {
        if slope.abs() > 1e-4 {
            assert!((to - from + 0.01 * slope.signum()).abs() < 1e-5, "{from} to {to} at slope {slope}");
            moved += 1;
        }
    }
    assert!(moved > 10);
}

#[test]
fn the_best_epoch_is_restored() {
    let (values, _) = table(300);
    // Labels without any connection to the features: what is learnt is noise.
    let labels: Vec<bool> =
        (0..300).map(|row| attention_model::splitmix64(3, row).is_multiple_of(2)).collect();
    let three = schema(3);
    let data = Dataset::from_rows(&three, &values, &labels).unwrap();
    let stopping = |epochs: u32, change: Change| {
        let params = params(|p| {
            (p.hidden, p.epochs, p.batch_rows) = (vec![32, 16], epochs, 32);
            (p.validation_ppm, p.learning_rate_ppm) = (300_000, 10_000);
            change(p);
        });
        params.fit_with_curve(&data).unwrap()
    };
    let (stopped, curves) = stopping(200, |p| p.patience = 6);
    let curve = &curves[0];
    // Six epochs without a better one, and no more.
    assert_eq!(curve.epochs.len(), curve.best + 7);
    let losses: Vec<f64> = curve.epochs.iter().map(|epoch| epoch.validation.unwrap()).collect();
    assert!(losses.iter().all(|loss| *loss >= losses[curve.best]), "{losses:?}");
    assert!(curve.epochs.last().unwrap().training < curve.epochs[0].training);
    // More patience sees more epochs and, if none is better, keeps the same one.
    let (patient, curves) = stopping(200, |p| p.patience = 8);
    assert_eq!(curves[0].best, curve.best);
    assert_eq!(patient.weights(0), stopped.weights(0));
    // Without validation rows the last epoch counts.
    let (_, curves) = stopping(9, |p| p.validation_ppm = 0);
    assert_eq!((curves[0].best, curves[0].epochs.len(), curves[0].epochs[3].validation), (8, 9, None));
    // At most 3 epochs of 210 rows fit into 700 visits, and at least one is made.
    assert_eq!(stopping(9, |p| p.row_visits_max = 700).1[0].epochs.len(), 3);
    assert_eq!(stopping(9, |p| p.row_visits_max = 1).1[0].epochs.len(), 1);
}

/// The rows that choose the best epoch, the first of a permutation by the seed, leave no other trace on their network: whatever
/// stands in them, one epoch (which is then the best) ends with the same weights, scales and predictions.
#[test]
fn validation_rows_are_seen_by_nothing_but_the_choice() {
    let (values, labels) = table(300);
    let (three, targets) = (schema(3), real_target(300));
    let split = CounterRng::new(MlpParams::default().seed, 0).permutation(300);
    let (mut other_values, mut other_labels, mut other_targets) =
        (values.clone(), labels.clone(), targets.clone());
    for &row in &split[..90] {
        let row = row as usize;
        other_values[3 * row..3 * row + 3].copy_from_slice(&[1 << 30, MISSING, -(1 << 30)]);
        (other_labels[row], other_targets[row]) = (true, 1e9);
    }
    for normalisation in [Normalisation::Standard, Normalisation::Robust, Normalisation::Quantile] {
        let fit = |values: &[i64], target: Target<'_>| {
            let data = Dataset::rows_with_target(&three, values, target).unwrap();
            let params = params(|p| {
                (p.epochs, p.batch_rows, p.validation_ppm) = (1, 32, 300_000);
                p.normalisation = normalisation;
            });
            let model = params.fit(&data).unwrap();
            let margins = [[3, 50, 97], [100, 0, 13]].map(|row| model.margin(&row).unwrap());
            (model.weights(0), margins)
        };
        let binary = [(&values, &labels), (&other_values, &other_labels)]
            .map(|(values, labels)| fit(values, Target::Binary(labels)));
        assert_eq!(binary[0], binary[1], "{normalisation:?}");
        let real = [(&values, &targets), (&other_values, &other_targets)]
            .map(|(values, targets)| fit(values, Target::Real(targets)));
        assert_eq!(real[0], real[1], "{normalisation:?}");
    }
    // What is learnt from has to have both classes.
    let mut one = vec![false; 300];
    one[split[0] as usize] = true;
    let data = Dataset::from_rows(&three, &values, &one).unwrap();
    let refused = params(|p| p.validation_ppm = 300_000).fit(&data);
    assert!(matches!(refused, Err(ModelError::OneClass { positives: 0, rows: 210, .. })), "{refused:?}");
}

/// Two networks of a tenth each: the pool is the first fifth of the permutation, of which each holds out one half and learns from
/// the other. Rows of the second half change the second network's choice alone, and the first one's training.
#[test]
fn networks_hold_out_parts_of_one_pool() {
    let (values, labels) = table(300);
    let three = schema(3);
    let split = CounterRng::new(MlpParams::default().seed, 0).permutation(300);
    let fit = |changed: &[u32]| {
        let mut values = values.clone();
        for &row in changed {
            values[3 * row as usize] = 1 << 30;
        }
        let data = Dataset::from_rows(&three, &values, &labels).unwrap();
        let params = params(|p| {
            (p.epochs, p.batch_rows, p.validation_ppm, p.ensemble_size) = (1, 32, 100_000, 2);
            p.normalisation = Normalisation::Quantile;
        });
        let model = params.fit(&data).unwrap();
        [0, 1].map(|member| model.weights(member).unwrap())
    };
    let plain = fit(&[]);
    for (changed, same) in
        [(&split[..30], [true, false]), (&split[30..60], [false, true]), (&split[60..], [false; 2])]
    {
        let other = fit(changed);
        assert_eq!([0, 1].map(|member| plain[member] == other[member]), same);
    }
}

#[test]
fn an_ensemble_is_the_mean_of_its_networks() {
    let (values, labels) = table(500);
    let three = schema(3);
    let data = Dataset::from_rows(&three, &values, &labels).unwrap();
    let model = params(|p| p.ensemble_size = 3).fit(&data).unwrap();
    let members: Vec<Vec<f64>> = (0..3).map(|member| model.weights(member).unwrap()).collect();
    assert!(model.weights(3).is_none() && members[0] != members[1] && members[1] != members[2]);
    // The first network is what it is alone.
    assert_eq!(params(|_| {}).fit(&data).unwrap().weights(0).unwrap(), members[0]);
    let encoder = Encoder::measure(&data, Normalisation::Standard).unwrap();
    for row in [0, 7, 499] {
        let output =
            |weights: &Vec<f64>| defined_output(data.row(row), &encoder, params(|_| {}).values(), weights);
        let mean = members.iter().map(output).sum::<f64>() / 3.0;
        assert!((model.margin(data.row(row)).unwrap() - mean).abs() < 1e-5);
    }
}

#[test]
fn weight_decay_shrinks_and_positive_weight_lifts() {
    let (values, labels) = table(1_000);
    let three = schema(3);
    let data = Dataset::from_rows(&three, &values, &labels).unwrap();
    let fit = |change: Change| {
        params(|p| {
            p.epochs = 30;
            change(p);
        })
        .fit(&data)
        .unwrap()
    };
    let size = |model: &MlpModel| model.weights(0).unwrap().iter().map(|weight| weight * weight).sum::<f64>();
    let mean = |model: &MlpModel| model.margins(&data).unwrap().iter().sum::<f64>() / 1_000.0;
    let plain = fit(|_| {});
    assert!(size(&fit(|p| p.weight_decay_micro = 1_000_000)) < size(&plain));
    let lifted = mean(&fit(|p| p.positive_weight_ppm = 4_000_000)) - mean(&plain);
    // Four times the weight is four times the odds: ln 4 = 1.39, less what the network makes of it.
    assert!((0.5..3.0).contains(&lifted), "{lifted}");
}

#[test]
fn unusable_data_are_refused_and_odd_ones_are_not() {
    let one = schema(1);
    let fit = |values: &[i64], labels: &[bool]| {
        params(|_| {}).fit(&Dataset::from_rows(&one, values, labels).unwrap())
    };
    assert!(matches!(fit(&[1, 2], &[true, true]), Err(ModelError::OneClass { positives: 2, rows: 2, .. })));
    assert!(matches!(fit(&[], &[]), Err(ModelError::OneClass { rows: 0, .. })));
    let real = |values: &[i64], targets: &[f64]| {
        let data = Dataset::rows_with_target(&one, values, Target::Real(targets)).unwrap();
        params(|_| {}).fit(&data)
    };
    assert!(matches!(real(&[], &[]), Err(ModelError::Shape { .. })));
    // One row, a constant column, a constant target.
    let model = real(&[5], &[17.0]).unwrap();
    assert!((model.margin(&[5]).unwrap() - 17.0).abs() < 1.5);
    let model = fit(&[7, 7, 7, 7], &[true, false, false, false]).unwrap();
    assert!(model.margin(&[7]).unwrap() < 0.0);
    assert!(matches!(model.margin(&[1, 2]), Err(ModelError::Shape { expected: 1, got: 2, .. })));
    assert_eq!(model.explain(&[1]).unwrap_err(), ModelError::Unexplained { kind: "mlp" });
    // No features at all.
    let none = schema(0);
    let model = params(|_| {}).fit(&Dataset::from_rows(&none, &[], &[true, false, false]).unwrap()).unwrap();
    assert!(model.margin(&[]).unwrap() < 0.0);
    // The largest values, and a prediction far outside.
    let model = fit(&[-(1 << 31), 1 << 31, 0, 5], &[true, false, true, false]).unwrap();
    assert!(model.margin(&[1 << 31]).unwrap().is_finite());
    let other = schema(2);
    let data = Dataset::from_rows(&other, &[1, 2], &[true]).unwrap();
    assert_eq!(model.margins(&data).unwrap_err(), ModelError::OtherSchema);
}

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
