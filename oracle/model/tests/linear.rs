//! Linear regression against hand-worked values, finite differences, and the closed form against gradient descent.

use attention_model::{
    Dataset, DescentParams, FeatureKind, FeatureSchema, Fit, LinearModel, LinearParams, MISSING, Model,
    ModelError, Normalisation, ParamGuard, Predict, Target, squared_error_and_gradient,
};

fn schema(columns: usize) -> FeatureSchema {
    FeatureSchema::new(3, (0..columns).map(|column| format!("x{column}")).collect()).unwrap()
}

/// A fixed, irregular table made by integer arithmetic alone: y = 3 + 2·x0 − x1 + noise.
fn table(rows: usize) -> (Vec<i64>, Vec<f64>) {
    let value = |row: usize, slot: usize| ((row * 7919 + slot * 104_729 + row * row % 911) % 101) as i64;
    let values = (0..rows).flat_map(|row| (0..3).map(move |slot| value(row, slot))).collect();
    let target = |row| (3 + 2 * value(row, 0) - value(row, 1)) as f64 + (value(row, 9) - 50) as f64 / 4.0;
    (values, (0..rows).map(target).collect())
}

fn closed(data: &Dataset<'_>, l2_micro: u32) -> LinearModel {
    LinearParams { l2_micro, ..LinearParams::default() }.check().unwrap().fit(data).unwrap()
}

fn coefficients(model: &LinearModel) -> Vec<f64> {
    [model.intercept()].into_iter().chain(model.weights().iter().copied()).collect()
}

#[test]
fn hyperparameters_are_checked() {
    for l2_micro in [0, 1_000_000_001] {
        let params = LinearParams { l2_micro, ..LinearParams::default() };
        assert!(matches!(params.check(), Err(ModelError::Hyperparameter { name: "l2_micro", .. })));
    }
    let good = DescentParams::default;
    assert!(good().check().is_ok());
    for (params, name) in [
        (DescentParams { learning_rate_ppm: 0, ..good() }, "learning_rate_ppm"),
        (DescentParams { learning_rate_ppm: 1_000_001, ..good() }, "learning_rate_ppm"),
        (DescentParams { momentum_ppm: 1_000_000, ..good() }, "momentum_ppm"),
        (DescentParams { batch_rows: 0, ..good() }, "batch_rows"),
        (DescentParams { batch_rows: 65_537, ..good() }, "batch_rows"),
        (DescentParams { epochs: 0, ..good() }, "epochs"),
        (DescentParams { epochs: 100_001, ..good() }, "epochs"),
    ] {
        match params.check() {
            Err(ModelError::Hyperparameter { name: got, .. }) => assert_eq!(got, name),
            other => panic!("{other:?}"),
        }
    }
}

/// x = −1, 1, −1, 1 is its own standard scale; y = 1, 5, 3, 3 has mean 3 and mean product with x of (−1 + 5 − 3 + 3)/4 = 1.
/// With l2 = 1: w = 1 / (1 + 1) = ½, b = 3.
#[test]
fn ridge_by_hand() {
    let schema = schema(1);
    let target = [1.0, 5.0, 3.0, 3.0];
    let data = Dataset::rows_with_target(&schema, &[-1, 1, -1, 1], Target::Real(&target)).unwrap();
    let model = closed(&data, 1_000_000);
    assert_eq!((model.intercept(), model.base_margin()), (3.0, 3.0));
    assert!((model.weights()[0] - 0.5).abs() < 1e-15);
    assert!((model.margin(&[3]).unwrap() - 4.5).abs() < 1e-15);
    assert!((model.explain(&[-1]).unwrap()[0] + 0.5).abs() < 1e-15);
    assert_eq!(model.trained_on().prior_margin(), 3.0);
}

/// A plane without noise is found: y = 7 − 2·x0 + 5·x1 in the raw features.
#[test]
fn an_exact_plane_is_found() {
    let schema = schema(2);
    let rows: Vec<[i64; 2]> = (0..50).map(|row| [row * 13 % 29, row * row % 31 + 1000]).collect();
    let target: Vec<f64> = rows.iter().map(|[a, b]| (7 - 2 * a + 5 * b) as f64).collect();
    let values = rows.concat();
    let data = Dataset::rows_with_target(&schema, &values, Target::Real(&target)).unwrap();
    let model = closed(&data, 1);
    for (row, want) in rows.iter().zip(&target) {
        assert!((model.margin(row).unwrap() - want).abs() < 1e-3);
    }
}

/// The same rows at b = 1, w = 2: errors y − (1 + 2x) = 2, 2, 4, 0. Mean square (4 + 4 + 16 + 0)/4 = 6; ∂b = −(2/4)·8 = −4;
/// ∂w = −(2/4)·(−2 + 2 − 4 + 0) = 2.
#[test]
fn gradient_by_hand() {
    let schema = schema(1);
    let target = [1.0, 5.0, 3.0, 3.0];
    let data = Dataset::rows_with_target(&schema, &[-1, 1, -1, 1], Target::Real(&target)).unwrap();
    let at = squared_error_and_gradient(&data, Normalisation::Standard, &[1.0, 2.0]).unwrap();
    assert_eq!(at, (6.0, vec![-4.0, 2.0]));
    let short = squared_error_and_gradient(&data, Normalisation::Standard, &[1.0]);
    assert!(matches!(short, Err(ModelError::Shape { expected: 2, got: 1, .. })));
}

/// One step of gradient descent from b = ȳ = 3, w = 0 with all rows in the batch: errors −2, 2, 0, 0, so ∂w = −(2/4)·4 = −2; at
/// rate 0.1 w = 0.2. With momentum ½ the second step adds half of it: ∂w = −2·(1 − 0.2) = −1.6, w = 0.2 + 0.16 + 0.1.
#[test]
fn steps_by_hand() {
    let schema = schema(1);
    let target = [1.0, 5.0, 3.0, 3.0];
    let data = Dataset::rows_with_target(&schema, &[-1, 1, -1, 1], Target::Real(&target)).unwrap();
    let base =
        DescentParams { learning_rate_ppm: 100_000, batch_rows: 4, epochs: 1, ..DescentParams::default() };
    let (model, curve) = base.clone().check().unwrap().fit_with_curve(&data, Some(&data)).unwrap();
    assert!((model.weights()[0] - 0.2).abs() < 1e-15 && model.intercept() == 3.0);
    // Before the step errors are −2, 2, 0, 0; after it y − 3 ∓ 0.2 = −1.8, 1.8, 0.2, −0.2.
    assert_eq!(curve.epochs[0].training, 2.0);
    assert!((curve.epochs[0].validation.unwrap() - (2.0 * 3.24 + 2.0 * 0.04) / 4.0).abs() < 1e-15);
    assert_eq!((curve.epochs.len(), curve.best), (1, 0));
    let params = DescentParams { momentum_ppm: 500_000, epochs: 2, ..base };
    let model = params.check().unwrap().fit(&data).unwrap();
    assert!((model.weights()[0] - 0.46).abs() < 1e-15);
}

#[test]
fn gradient_agrees_with_finite_differences() {
    let schema = schema(3);
    let (values, target) = table(5_000);
    let data = Dataset::rows_with_target(&schema, &values, Target::Real(&target)).unwrap();
    for normalisation in [Normalisation::Standard, Normalisation::Quantile] {
        let beta = [40.0, -2.0, 5.0, 1.1];
        let at = |beta: &[f64]| squared_error_and_gradient(&data, normalisation, beta).unwrap();
        for (index, derivative) in at(&beta).1.iter().enumerate() {
            let step = 1e-3;
            let shifted = |sign: f64| {
                let mut moved = beta;
                moved[index] += sign * step;
                at(&moved).0
            };
            let numeric = (shifted(1.0) - shifted(-1.0)) / (2.0 * step);
            assert!(
                (numeric - derivative).abs() < 1e-6 * (1.0 + derivative.abs()),
                "{numeric}, {derivative}"
            );
        }
    }
}

/// The closed form ends where the gradient of the error and the penalty cancel: ∇MSE = −2·l2·w.
#[test]
fn the_closed_form_ends_where_the_gradient_vanishes() {
    let schema = schema(3);
    let (values, target) = table(5_000);
    let data = Dataset::rows_with_target(&schema, &values, Target::Real(&target)).unwrap();
    let beta = coefficients(&closed(&data, 10_000));
    let (_, gradient) = squared_error_and_gradient(&data, Normalisation::Standard, &beta).unwrap();
    assert!(gradient[0].abs() < 1e-9);
    for (slope, weight) in gradient[1..].iter().zip(&beta[1..]) {
        assert!((slope + 2.0 * 0.01 * weight).abs() < 1e-9, "{slope} at {weight}");
    }
}

/// Gradient descent over whole batches ends where the closed form is; mini-batches end near it, and the curve falls.
#[test]
fn descent_ends_at_the_closed_form() {
    let schema = schema(3);
    let (values, target) = table(2_000);
    let data = Dataset::rows_with_target(&schema, &values, Target::Real(&target)).unwrap();
    let exact = coefficients(&closed(&data, 1));
    let whole = DescentParams {
        learning_rate_ppm: 200_000,
        batch_rows: 2_000,
        epochs: 200,
        ..DescentParams::default()
    };
    for momentum_ppm in [0, 500_000] {
        let params = DescentParams { momentum_ppm, ..whole.clone() }.check().unwrap();
        for (got, want) in coefficients(&params.fit(&data).unwrap()).iter().zip(&exact) {
            assert!((got - want).abs() < 1e-3, "{got} and {want}");
        }
    }
    let mini = DescentParams { learning_rate_ppm: 5_000, epochs: 100, ..DescentParams::default() };
    let other = DescentParams { seed: 43, ..mini.clone() }.check().unwrap();
    let mini = mini.check().unwrap();
    let (model, curve) = mini.fit_with_curve(&data, None).unwrap();
    for (got, want) in coefficients(&model).iter().zip(&exact) {
        assert!((got - want).abs() < 0.5, "{got} and {want}");
    }
    let losses: Vec<f64> = curve.epochs.iter().map(|epoch| epoch.training).collect();
    assert!(losses[0] > 5.0 * losses[99] && losses[..5].is_sorted_by(|a, b| a > b), "{losses:?}");
    assert!(curve.epochs.iter().all(|epoch| epoch.validation.is_none()));
    // The same seed is the same order of rows and model, another one is another.
    assert_eq!(mini.fit(&data).unwrap(), model);
    assert_ne!(other.fit(&data).unwrap().weights(), model.weights());
}

#[test]
fn a_rate_that_is_too_high_is_named() {
    let schema = schema(3);
    let (values, target) = table(2_000);
    let data = Dataset::rows_with_target(&schema, &values, Target::Real(&target)).unwrap();
    let params =
        DescentParams { learning_rate_ppm: 1_000_000, momentum_ppm: 999_000, ..DescentParams::default() };
    let error = params.check().unwrap().fit(&data).unwrap_err();
    assert!(error.to_string().contains("lower learning_rate_ppm"), "{error}");
}

/// Labels are 0 and 1: here A(x) = ½ + x/4 without a penalty worth the name, so the margin at x = 1 is ln 3; at x = 3 the sum is
/// 1.25, clipped to 1 − 10^-6. Features share the change of the margin.
#[test]
fn a_binary_target_is_a_probability() {
    let schema = schema(1);
    let labels = [false, true, true, true, false, false, false, true];
    let data = Dataset::from_rows(&schema, &[-1, 1, -1, 1, -1, 1, -1, 1], &labels).unwrap();
    let model = closed(&data, 1);
    assert!((model.weights()[0] - 0.25).abs() < 1e-5 && (model.intercept() - 0.5).abs() < 1e-12);
    assert!((model.margin(&[1]).unwrap() - 3f64.ln()).abs() < 1e-5);
    let most = ((1.0 - 1e-6) / 1e-6f64).ln();
    assert!((model.margin(&[3]).unwrap() - most).abs() < 1e-9);
    assert!((model.margin(&[-3]).unwrap() + most).abs() < 1e-9);
    for row in [[-3], [1], [3], [0]] {
        let sum = model.base_margin() + model.explain(&row).unwrap()[0];
        assert!((sum - model.margin(&row).unwrap()).abs() < 1e-12);
    }
}

#[test]
fn odd_data_are_no_problem() {
    let none = FeatureSchema::new(1, vec![]).unwrap();
    let data = Dataset::rows_with_target(&none, &[], Target::Real(&[1.0, 2.0])).unwrap();
    assert_eq!(closed(&data, 1).margin(&[]).unwrap(), 1.5);
    let one = schema(1);
    let empty = Dataset::rows_with_target(&one, &[], Target::Real(&[])).unwrap();
    assert!(matches!(LinearParams::default().check().unwrap().fit(&empty), Err(ModelError::Shape { .. })));
    let descent = DescentParams { epochs: 3, ..DescentParams::default() }.check().unwrap();
    assert!(matches!(descent.fit(&empty), Err(ModelError::Shape { .. })));
    let row = Dataset::rows_with_target(&one, &[7], Target::Real(&[4.0])).unwrap();
    for model in [closed(&row, 1), descent.fit(&row).unwrap()] {
        assert_eq!((model.margin(&[9]).unwrap(), model.weights()), (4.0, &[0.0][..]));
    }
    assert!(matches!(descent.fit_with_curve(&row, Some(&empty)), Err(ModelError::Shape { .. })));
    let wide = Dataset::rows_with_target(&none, &[], Target::Real(&[1.0])).unwrap();
    assert_eq!(descent.fit_with_curve(&row, Some(&wide)).unwrap_err(), ModelError::OtherSchema);
    // One class only is a mean like any other.
    let labels = [true, true];
    let certain = closed(&Dataset::from_rows(&one, &[1, 2], &labels).unwrap(), 1);
    assert!((certain.margin(&[1]).unwrap() - ((1.0 - 1e-6) / 1e-6f64).ln()).abs() < 1e-9);
}

/// Both methods on numbers and categories of which some are missing.
fn models() -> Vec<Model> {
    let category = FeatureKind::Categorical { levels: 3 };
    let kinds = vec![("number".into(), FeatureKind::Numeric), ("category".into(), category)];
    let schema = FeatureSchema::typed(3, kinds).unwrap();
    let (mut values, mut target) = (Vec::new(), Vec::new());
    for row in 0..9_000i64 {
        let draw = (row * 7919 + row * row % 911) % 101;
        values.push(if draw % 10 == 3 { MISSING } else { draw });
        values.push(if draw % 7 == 1 { MISSING } else { row % 3 });
        target.push((draw + 30 * (row % 3)) as f64 / 8.0);
    }
    let data = Dataset::rows_with_target(&schema, &values, Target::Real(&target)).unwrap();
    let robust = LinearParams { l2_micro: 100, normalisation: Normalisation::Robust }.check().unwrap();
    let descent =
        DescentParams { epochs: 2, normalisation: Normalisation::Quantile, ..DescentParams::default() };
    let models = vec![
        Model::Linear(robust.fit(&data).unwrap()),
        Model::Linear(descent.check().unwrap().fit(&data).unwrap()),
    ];
    for model in &models {
        for (row, margin) in values.chunks_exact(2).zip(model.margins(&data).unwrap()) {
            assert_eq!(model.margin(row).unwrap().to_bits(), margin.to_bits());
        }
    }
    models
}

#[test]
fn threads_do_not_change_a_bit() {
    let fit = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(models)
    };
    let one = fit(1);
    for threads in [2, 3, 8] {
        assert_eq!(fit(threads), one, "{threads} threads");
    }
}

/// If this fails, models have other names than on other machines or before: find out why before changing it.
#[test]
fn model_hashes_are_golden() {
    let hashes: Vec<String> = models().iter().map(|model| hex::encode(model.hash())).collect();
    assert_eq!(
        hashes,
        [
            "4376d0dc5d29a1150ac3f3d132e8a6e69829e8f3652bce9913d81976be2f33dc",
            "29aec80f37c1d19b9f1659fc18477418b067ca5c91fc8890b45296fb54da59a7"
        ]
    );
}

/// Every truncation is refused; every changed byte is refused or another canonical file whose model predicts or says why not.
#[test]
fn no_file_makes_a_panic() {
    for model in models() {
        let bytes = model.to_bytes();
        assert_eq!(Model::from_bytes(&bytes).unwrap(), model);
        assert!((0..bytes.len()).all(|end| Model::from_bytes(&bytes[..end]).is_err()));
        assert!(Model::from_bytes(&[&bytes[..], &[0]].concat()).is_err());
        for at in 0..bytes.len() {
            for change in [1, 0x80, 0xff] {
                let mut other = bytes.clone();
                other[at] ^= change;
                if let Ok(read) = Model::from_bytes(&other) {
                    assert_eq!(read.to_bytes(), other);
                    let _ = (read.margin(&[5, 1]), read.explain(&[MISSING, MISSING]));
                }
            }
        }
    }
}
