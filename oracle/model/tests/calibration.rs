//! Calibrated models: what the curve does to probabilities, explanations and files.

use attention_model::{
    CalibratedModel, Calibration, Calibrator, Dataset, FeatureSchema, Fit, LinearParams, LogisticParams,
    Model, ModelError, ParamGuard, Predict, PriorModel, Target, auc, calibration_error, mean_log_loss,
    sigmoid, splitmix64,
};

fn schema(columns: usize) -> FeatureSchema {
    FeatureSchema::new(3, (0..columns).map(|column| format!("x{column}")).collect()).unwrap()
}

fn unit(row: usize, slot: u64) -> f64 {
    (splitmix64(5, row as u64 * 4 + slot) >> 11) as f64 / (1u64 << 53) as f64
}

/// Margins of a model that is twice too sure: the true log-odds are half the margin, less ½.
fn too_sure(rows: usize) -> (Vec<f64>, Vec<bool>) {
    let margins: Vec<f64> = (0..rows).map(|row| 8.0 * unit(row, 0) - 4.0).collect();
    let labels = margins.iter().enumerate().map(|(row, m)| unit(row, 1) < sigmoid(m / 2.0 - 0.5)).collect();
    (margins, labels)
}

fn error(margins: &[f64], labels: &[bool]) -> f64 {
    let probabilities: Vec<f64> = margins.iter().map(|&margin| sigmoid(margin)).collect();
    calibration_error(&probabilities, labels, 10).unwrap().0
}

/// Fitted on one half, either curve is right on the other; the logistic one finds the truth it is of.
#[test]
fn a_model_that_is_too_sure_is_put_right() {
    let (margins, labels) = too_sure(20_000);
    let (fit, test) = (0..10_000, 10_000..20_000);
    assert!(error(&margins[test.clone()], &labels[test.clone()]) > 0.1);
    for kind in [Calibration::Platt, Calibration::Isotonic] {
        let curve = Calibrator::fit(kind, &margins[fit.clone()], &labels[fit.clone()]).unwrap();
        let after: Vec<f64> = margins[test.clone()].iter().map(|&margin| curve.apply(margin)).collect();
        let (after_labels, before) = (&labels[test.clone()], &margins[test.clone()]);
        assert!(error(&after, after_labels) < 0.02, "{kind:?}: {}", error(&after, after_labels));
        assert!(mean_log_loss(&after, after_labels).unwrap() < mean_log_loss(before, after_labels).unwrap());
        // It can tie, not reorder.
        assert!((auc(&after, after_labels).unwrap() - auc(before, after_labels).unwrap()).abs() < 0.005);
        if let Calibrator::Platt { slope, intercept } = curve {
            assert!((slope - 0.5).abs() < 0.03 && (intercept + 0.5).abs() < 0.05, "{slope}, {intercept}");
        }
    }
}

#[test]
fn an_isotonic_curve_does_not_depend_on_the_order_of_rows() {
    let (margins, labels) = too_sure(2_000);
    let curve = Calibrator::fit(Calibration::Isotonic, &margins, &labels).unwrap();
    let backwards = |values: &[f64]| values.iter().rev().copied().collect::<Vec<_>>();
    let labels: Vec<bool> = labels.into_iter().rev().collect();
    assert_eq!(Calibrator::fit(Calibration::Isotonic, &backwards(&margins), &labels).unwrap(), curve);
}

#[test]
fn what_cannot_be_calibrated_is_refused() {
    for kind in [Calibration::Platt, Calibration::Isotonic] {
        let fit = |margins: &[f64], labels: &[bool]| Calibrator::fit(kind, margins, labels);
        assert!(matches!(fit(&[1.0], &[true, false]), Err(ModelError::Shape { expected: 1, got: 2, .. })));
        assert!(matches!(fit(&[], &[]), Err(ModelError::OneClass { rows: 0, .. })));
        assert!(matches!(fit(&[1.0, 2.0], &[true, true]), Err(ModelError::OneClass { positives: 2, .. })));
        let broken = fit(&[f64::NAN, 2.0], &[true, false]);
        assert!(matches!(broken, Err(ModelError::NotFinite { .. })));
        // Whatever is finite is calibrated to something finite.
        for margins in [[f64::MAX, f64::MIN], [f64::MIN, f64::MAX], [1e-300, 2e-300], [3.0, 3.0]] {
            let curve = fit(&margins, &[true, false]).unwrap();
            for margin in [f64::MIN, -1.0, 0.0, 1e-300, f64::MAX] {
                assert!(curve.apply(margin).is_finite(), "{kind:?} of {margins:?} at {margin}");
            }
        }
    }
    let schema = schema(1);
    let data = Dataset::rows_with_target(&schema, &[1, 2], Target::Real(&[1.0, 2.0])).unwrap();
    let real = Model::Linear(LinearParams::default().check().unwrap().fit(&data).unwrap());
    let curve = Calibrator::Platt { slope: 1.0, intercept: 0.0 };
    assert!(matches!(
        CalibratedModel::new(real, curve),
        Err(ModelError::TargetKind { expected: "binary", .. })
    ));
}

/// A logistic regression on two thirds of a table, calibrated on the rest, both ways.
fn models() -> Vec<Model> {
    let schema = schema(2);
    let row = |row: usize| [(unit(row, 0) * 100.0) as i64, (unit(row, 1) * 100.0) as i64];
    let values: Vec<i64> = (0..3_000).flat_map(row).collect();
    let labels: Vec<bool> =
        (0..3_000).map(|n| row(n)[0] * row(n)[1] > 2_000 + (unit(n, 2) * 1_000.0) as i64).collect();
    let train = Dataset::from_rows(&schema, &values[..4_000], &labels[..2_000]).unwrap();
    let held_out = Dataset::from_rows(&schema, &values[4_000..], &labels[2_000..]).unwrap();
    let model = Model::Logistic(LogisticParams::default().check().unwrap().fit(&train).unwrap());
    let margins = model.margins(&held_out).unwrap();
    let mut models = Vec::new();
    for kind in [Calibration::Platt, Calibration::Isotonic] {
        let curve = Calibrator::fit(kind, &margins, &labels[2_000..]).unwrap();
        let calibrated = CalibratedModel::new(model.clone(), curve).unwrap();
        assert_eq!(calibrated.inner(), &model);
        for (row, margin) in values.chunks_exact(2).zip(calibrated.margins(&train).unwrap()) {
            assert_eq!(margin, calibrated.calibrator().apply(model.margin(row).unwrap()));
            assert_eq!(margin, calibrated.margin(row).unwrap());
            let sum = calibrated.base_margin() + calibrated.explain(row).unwrap().iter().sum::<f64>();
            assert!((sum - margin).abs() < 1e-9, "{sum} and {margin}");
        }
        models.push(Model::Calibrated(calibrated));
    }
    models
}

/// Platt's curve is a straight line, so that every share is the slope times the share before.
#[test]
fn explanations_keep_their_proportions() {
    match &models()[0] {
        Model::Calibrated(model) => {
            let Calibrator::Platt { slope, .. } = *model.calibrator() else { panic!("not Platt's") };
            let (before, after) =
                (model.inner().explain(&[10, 90]).unwrap(), model.explain(&[10, 90]).unwrap());
            for (before, after) in before.iter().zip(after) {
                assert!((slope * before - after).abs() < 1e-9);
            }
        }
        other => panic!("{other:?}"),
    }
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
            "e103984e6f7ff3adf4aca58609dae99c1ba52e8b57ff4ba8008cd847eead5afd",
            "1f040d3f07bc8eec44f826c5f4c12c8b939bd1fcffccc85ae24621975de714eb"
        ]
    );
}

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
                    let _ = (read.margin(&[5, 1]), read.explain(&[70, 3]));
                }
            }
        }
    }
}

/// A curve after a curve after a curve … is read to a depth of four, so that no file exhausts the stack.
#[test]
fn models_inside_each_other_are_bounded() {
    let schema = schema(1);
    let mut model = Model::Prior(PriorModel::measure(&Dataset::from_rows(&schema, &[1], &[true]).unwrap()));
    for depth in 0..6 {
        let read = Model::from_bytes(&model.to_bytes());
        assert_eq!(read.is_ok(), depth <= 4, "{depth}");
        if let Err(error) = read {
            assert!(error.to_string().contains("more than 4 models inside each other"), "{error}");
        }
        let curve = Calibrator::Platt { slope: 1.0, intercept: 0.0 };
        model = Model::Calibrated(CalibratedModel::new(model, curve).unwrap());
    }
}
