//! What a fit refuses, learns and keeps.

use attention_model::{
    Activation, Dataset, Fit, MlpModel, MlpParams, ModelError, ParamGuard, Predict, Target,
};

use super::common::{Change, params, schema, table};

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
