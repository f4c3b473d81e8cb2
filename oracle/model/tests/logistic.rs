//! Logistic regression against hand-worked values, finite differences, and itself on other thread counts.

use attention_model::{
    CheckedLogisticParams, DENSE_COLUMNS_MAX, Dataset, FeatureKind, FeatureSchema, Fit, LogisticModel,
    LogisticParams, MISSING, Model, ModelError, Normalisation, ParamGuard, Predict, PriorModel, Target, auc,
    loss_and_gradient,
};
use proptest::prelude::*;

fn schema(columns: usize) -> FeatureSchema {
    FeatureSchema::new(3, (0..columns).map(|column| format!("x{column}")).collect()).unwrap()
}

/// Default parameters but for the scale, on which values can be worked out by hand.
fn standard() -> LogisticParams {
    LogisticParams { l2_micro: 100, normalisation: Normalisation::Standard, ..LogisticParams::default() }
}

fn params(l2_micro: u32, newton_rounds: u32) -> CheckedLogisticParams {
    LogisticParams { l2_micro, newton_rounds, warm_rounds: 0, ..standard() }.check().unwrap()
}

/// A fixed, irregular table made by integer arithmetic alone.
fn table(rows: usize) -> (Vec<i64>, Vec<bool>) {
    let value = |row: usize, slot: usize| ((row * 7919 + slot * 104_729 + row * row % 911) % 101) as i64;
    let values = (0..rows).flat_map(|row| (0..3).map(move |slot| value(row, slot))).collect();
    let labels = (0..rows).map(|row| value(row, 0) + value(row, 9) > 110).collect();
    (values, labels)
}

#[test]
fn hyperparameters_are_checked() {
    let good = standard;
    assert!(good().check().is_ok());
    for (params, name) in [
        (LogisticParams { l2_micro: 0, ..good() }, "l2_micro"),
        (LogisticParams { l2_micro: 1_000_000_001, ..good() }, "l2_micro"),
        (LogisticParams { l1_micro: 1_000_000_001, ..good() }, "l1_micro"),
        (LogisticParams { newton_rounds: 0, ..good() }, "newton_rounds"),
        (LogisticParams { newton_rounds: 101, ..good() }, "newton_rounds"),
        (LogisticParams { warm_rounds: 101, ..good() }, "warm_rounds"),
        (LogisticParams { positive_weight_ppm: 0, ..good() }, "positive_weight_ppm"),
        (LogisticParams { positive_weight_ppm: 1_000_000_001, ..good() }, "positive_weight_ppm"),
    ] {
        match params.check() {
            Err(ModelError::Hyperparameter { name: got, .. }) => assert_eq!(got, name),
            other => panic!("{other:?}"),
        }
    }
    assert!(LogisticParams { l2_micro: 1_000_000_000, newton_rounds: 100, ..good() }.check().is_ok());
    assert!(LogisticParams { l2_micro: 0, l1_micro: 1, ..good() }.check().is_ok());
}

/// Four rows x = −1, 1, −1, 1 (mean 0, deviation 1) with y = 0, 1, 1, 1, l2 = 1/2, at b = w = 0: p = 1/2 in
/// every row. Loss ln 2. ∂b = ¼(½ − ½ − ½ − ½) = −¼. ∂w = ¼(−½ − ½ + ½ − ½) = −¼.
#[test]
fn gradient_by_hand() {
    let schema = schema(1);
    let labels = [false, true, true, true];
    let data = Dataset::from_rows(&schema, &[-1, 1, -1, 1], &labels).unwrap();
    let (loss, gradient) = loss_and_gradient(&data, &params(500_000, 1), &[0.0, 0.0]).unwrap();
    assert!((loss - std::f64::consts::LN_2).abs() < 1e-15);
    assert_eq!(gradient, [-0.25, -0.25]);
    assert!(matches!(
        loss_and_gradient(&data, &params(1, 1), &[0.0]),
        Err(ModelError::Shape { expected: 2, got: 1, .. })
    ));
}

/// The same rows: the fit starts at b = ln 3, w = 0, so p = 3/4 and p(1−p) = 3/16 in every row. ∂b = 0;
/// ∂w = ¼(−¾ − ¼ + ¼ − ¼) = −¼. H = diag(3/16, 3/16 + ½) as Σx = 0. One Newton step: b stays, w = ¼ / (11/16)
/// = 4/11, which lowers the objective and is taken whole.
#[test]
fn newton_step_by_hand() {
    let schema = schema(1);
    let labels = [false, true, true, true];
    let data = Dataset::from_rows(&schema, &[-1, 1, -1, 1], &labels).unwrap();
    let model = params(500_000, 1).fit(&data).unwrap();
    assert!((model.intercept() - 3f64.ln()).abs() < 1e-15);
    assert!((model.weights()[0] - 4.0 / 11.0).abs() < 1e-15);
    assert_eq!(model.margin(&[1]).unwrap(), model.intercept() + model.weights()[0]);
    assert_eq!(model.explain(&[-1]).unwrap(), [-model.weights()[0]]);
    // (3 + 1) / (1 + 1)
    assert!((model.trained_on().prior_margin() - 2f64.ln()).abs() < 1e-15);
}

#[test]
fn gradient_agrees_with_finite_differences() {
    let schema = schema(3);
    let (values, labels) = table(5_000);
    let data = Dataset::from_rows(&schema, &values, &labels).unwrap();
    let params = params(10_000, 1);
    let beta = [0.3, -0.2, 0.5, -1.1];
    let (_, gradient) = loss_and_gradient(&data, &params, &beta).unwrap();
    for (index, derivative) in gradient.iter().enumerate() {
        let step = 1e-5;
        let shifted = |sign: f64| {
            let mut moved = beta;
            moved[index] += sign * step;
            loss_and_gradient(&data, &params, &moved).unwrap().0
        };
        let numeric = (shifted(1.0) - shifted(-1.0)) / (2.0 * step);
        assert!((numeric - derivative).abs() < 1e-8, "{index}: {numeric} and {derivative}");
    }
}

#[test]
fn the_fit_ends_where_the_gradient_vanishes() {
    let schema = schema(3);
    let (values, labels) = table(5_000);
    let data = Dataset::from_rows(&schema, &values, &labels).unwrap();
    let params = params(1_000, 20);
    let model = params.fit(&data).unwrap();
    let beta: Vec<f64> = [model.intercept()].into_iter().chain(model.weights().iter().copied()).collect();
    let (_, gradient) = loss_and_gradient(&data, &params, &beta).unwrap();
    for derivative in gradient {
        assert!(derivative.abs() < 1e-10, "{derivative}");
    }
}

fn coefficients(model: &LogisticModel) -> Vec<f64> {
    [model.intercept()].into_iter().chain(model.weights().iter().copied()).collect()
}

/// One negative row and three positive ones of weight c = 0.333, Σc = 1.999, at b = w = 0: residuals ½ at x = −1, and −½ at 1,
/// −1, 1. ∂b = (½ − 3·½·c) / Σc; ∂w = (−½ − ½c + ½c − ½c) / Σc. The loss is ln 2, whatever the weights.
#[test]
fn class_weights_by_hand() {
    let schema = schema(1);
    let labels = [false, true, true, true];
    let data = Dataset::from_rows(&schema, &[-1, 1, -1, 1], &labels).unwrap();
    let params = LogisticParams { positive_weight_ppm: 333_000, ..standard() }.check().unwrap();
    let (loss, gradient) = loss_and_gradient(&data, &params, &[0.0, 0.0]).unwrap();
    assert!((loss - std::f64::consts::LN_2).abs() < 1e-15);
    assert!((gradient[0] - 0.5 * (1.0 - 0.999) / 1.999).abs() < 1e-15);
    assert!((gradient[1] + 0.5 * (1.0 + 0.333) / 1.999).abs() < 1e-15);
}

/// A positive row of weight 3 is as good as three of them.
#[test]
fn a_weight_is_a_number_of_rows() {
    let schema = schema(3);
    let (values, mut labels) = table(600);
    labels.iter_mut().step_by(5).for_each(|label| *label = !*label);
    let weighted = LogisticParams { positive_weight_ppm: 3_000_000, ..standard() };
    let (mut more, mut more_labels) = (values.clone(), labels.clone());
    for (row, _) in labels.iter().enumerate().filter(|(_, label)| **label) {
        more.extend(values[row * 3..row * 3 + 3].repeat(2));
        more_labels.extend([true; 2]);
    }
    let once = Dataset::from_rows(&schema, &values, &labels).unwrap();
    let thrice = Dataset::from_rows(&schema, &more, &more_labels).unwrap();
    // The scales differ, as they are measured on rows: compared is what the models say. Hardly any penalty, which would
    // depend on the scale.
    let weighted = LogisticParams { l2_micro: 1, ..weighted }.check().unwrap().fit(&once).unwrap();
    let plain = LogisticParams { l2_micro: 1, ..standard() }.check().unwrap().fit(&thrice).unwrap();
    for row in values.chunks_exact(3).take(50) {
        let (a, b) = (weighted.margin(row).unwrap(), plain.margin(row).unwrap());
        assert!((a - b).abs() < 1e-3 * (1.0 + b.abs()), "{a} and {b}");
    }
}

/// At the minimum of a convex objective with L1 the gradient of the smooth part is −l1·sign(w) where w ≠ 0 and within ±l1
/// where w = 0 (Karush, Kuhn and Tucker).
#[test]
fn l1_ends_where_its_conditions_hold() {
    let schema = schema(3);
    let (values, labels) = table(5_000);
    let data = Dataset::from_rows(&schema, &values, &labels).unwrap();
    let mut zeros = Vec::new();
    for l1_micro in [1_000, 20_000, 100_000] {
        for l2_micro in [0, 5_000] {
            let params = LogisticParams { l1_micro, l2_micro, newton_rounds: 50, ..standard() };
            let params = params.check().unwrap();
            let model = params.fit(&data).unwrap();
            let l1 = f64::from(l1_micro) / 1e6;
            let (_, gradient) = loss_and_gradient(&data, &params, &coefficients(&model)).unwrap();
            assert!(gradient[0].abs() < 1e-9, "{}", gradient[0]);
            for (&weight, &slope) in model.weights().iter().zip(&gradient[1..]) {
                if weight == 0.0 {
                    assert!(slope.abs() <= l1, "{slope}");
                } else {
                    assert!((slope + l1 * weight.signum()).abs() < 1e-9, "{weight}: {slope}");
                }
            }
            zeros.push(model.weights().iter().filter(|&&weight| weight == 0.0).count());
        }
    }
    // Without L2: at least as many with every larger penalty.
    let of_l1: Vec<usize> = zeros.into_iter().step_by(2).collect();
    assert!(of_l1.is_sorted() && of_l1[0] < 2 && of_l1[2] == 2, "{of_l1:?}");
}

/// A penalty above the largest slope leaves the base rate alone.
#[test]
fn a_large_l1_leaves_the_base_rate() {
    let schema = schema(3);
    let (values, labels) = table(5_000);
    let data = Dataset::from_rows(&schema, &values, &labels).unwrap();
    let params = LogisticParams { l1_micro: 1_000_000, l2_micro: 0, ..standard() };
    let model = params.check().unwrap().fit(&data).unwrap();
    assert_eq!(model.weights(), [0.0; 3]);
    let odds = data.positives() as f64 / (5_000 - data.positives()) as f64;
    assert!((model.intercept() - odds.ln()).abs() < 1e-12);
}

/// Most of the way on every 16th row leads to the same minimum; so it does if those rows mislead.
#[test]
fn warm_rounds_do_not_change_the_minimum() {
    let schema = schema(3);
    let (values, mut labels) = table(70_000);
    for mislead in [false, true] {
        if mislead {
            labels.iter_mut().step_by(16).for_each(|label| *label = !*label);
        }
        let data = Dataset::from_rows(&schema, &values, &labels).unwrap();
        let fit = |warm_rounds, newton_rounds| {
            let params = LogisticParams { warm_rounds, newton_rounds, ..standard() };
            coefficients(&params.check().unwrap().fit(&data).unwrap())
        };
        for (cold, warm) in fit(0, 20).into_iter().zip(fit(6, 20)) {
            assert!((cold - warm).abs() < 1e-7 * (1.0 + cold.abs()), "{cold} and {warm}");
        }
    }
}

fn mixed_schema() -> FeatureSchema {
    let category = FeatureKind::Categorical { levels: 3 };
    FeatureSchema::typed(3, vec![("number".into(), FeatureKind::Numeric), ("category".into(), category)])
        .unwrap()
}

/// Numbers and categories, some of either missing.
fn mixed_table(rows: usize) -> (Vec<i64>, Vec<bool>) {
    let mut values = Vec::new();
    let mut labels = Vec::new();
    for row in 0..rows {
        let draw = (row * 7919 + row * row % 911) % 101;
        values.push(if draw % 10 == 3 { MISSING } else { draw as i64 });
        values.push(if draw % 7 == 1 { MISSING } else { (row % 3) as i64 });
        labels.push(draw + 30 * (row % 3) + (draw % 10 == 3) as usize * 40 + row % 17 > 100);
    }
    (values, labels)
}

/// One number and one category with missing values are 2 + 4 columns; batches, explanations and single rows agree; what is
/// missing has learnt weights of its own.
#[test]
fn categories_and_missing_values_are_learnt() {
    let schema = mixed_schema();
    let (values, labels) = mixed_table(9_000);
    let data = Dataset::from_rows(&schema, &values, &labels).unwrap();
    for normalisation in [Normalisation::Standard, Normalisation::Robust, Normalisation::Quantile] {
        let params = LogisticParams { normalisation, newton_rounds: 20, ..standard() }.check().unwrap();
        let model = params.fit(&data).unwrap();
        assert_eq!((model.weights().len(), model.encoder().columns()), (6, 6));
        let (_, gradient) = loss_and_gradient(&data, &params, &coefficients(&model)).unwrap();
        assert!(gradient.iter().all(|slope| slope.abs() < 1e-9), "{gradient:?}");
        let margins = model.margins(&data).unwrap();
        for (row, margin) in values.chunks_exact(2).zip(&margins) {
            assert_eq!(model.margin(row).unwrap().to_bits(), margin.to_bits());
            let sum = model.base_margin() + model.explain(row).unwrap().iter().sum::<f64>();
            assert!((sum - margin).abs() < 1e-9);
        }
        assert!(auc(&margins, &labels).unwrap() > 0.9);
        let at = |number, category| model.margin(&[number, category]).unwrap();
        assert!(at(50, 2) > at(50, 0) && at(MISSING, 0) != at(50, 0));
        assert!(matches!(model.margin(&[50, 3]), Err(ModelError::Category { value: 3, .. })));
    }
    let other = schema_of_one();
    let data = Dataset::from_rows(&other, &[1], &[true]).unwrap();
    let model = LogisticParams::default().check().unwrap();
    assert!(matches!(model.fit(&data), Err(ModelError::OneClass { .. })));
}

fn schema_of_one() -> FeatureSchema {
    schema(1)
}

#[test]
fn what_it_cannot_learn_from_is_refused() {
    let kind = FeatureKind::Categorical { levels: DENSE_COLUMNS_MAX as u16 + 1 };
    let wide = FeatureSchema::typed(1, vec![("wide".into(), kind)]).unwrap();
    let fit = LogisticParams::default().check().unwrap();
    let data = Dataset::from_rows(&wide, &[0, 1], &[true, false]).unwrap();
    let refused = fit.fit(&data).unwrap_err();
    assert!(
        matches!(
            &refused,
            ModelError::EncodedColumns { got: 2049, limit: DENSE_COLUMNS_MAX, columns: 2049, .. }
        ),
        "{refused}"
    );
    let one = schema(1);
    let real = Dataset::rows_with_target(&one, &[0, 1], Target::Real(&[0.5, 2.0])).unwrap();
    assert!(matches!(fit.fit(&real), Err(ModelError::TargetKind { expected: "binary", .. })));
    let data = Dataset::from_rows(&one, &[0, 1], &[true, false]).unwrap();
    let model = fit.fit(&data).unwrap();
    let other = Dataset::from_rows(&wide, &[0, 1], &[true, false]).unwrap();
    assert_eq!(model.margins(&other).unwrap_err(), ModelError::OtherSchema);
}

/// Separable labels: without step halving Newton's method would overshoot; the weights stay finite.
#[test]
fn separable_data_stay_finite() {
    let schema = schema(1);
    let labels = [false, false, false, true];
    let data = Dataset::from_rows(&schema, &[0, 1, 2, 1000], &labels).unwrap();
    let model = params(1, 100).fit(&data).unwrap();
    assert!(model.margin(&[1000]).unwrap() > 0.0 && model.margin(&[2]).unwrap() < 0.0);
}

#[test]
fn one_class_is_refused_and_a_constant_feature_is_not() {
    let schema = schema(1);
    let data = Dataset::from_rows(&schema, &[1, 2], &[true, true]).unwrap();
    assert!(matches!(params(1, 1).fit(&data), Err(ModelError::OneClass { positives: 2, rows: 2, .. })));
    let data = Dataset::from_rows(&schema, &[7, 7, 7], &[true, false, false]).unwrap();
    let model = params(1, 5).fit(&data).unwrap();
    assert_eq!(model.weights(), [0.0]);
    assert!(matches!(model.margin(&[1, 2]), Err(ModelError::Shape { expected: 1, got: 2, .. })));
}

#[test]
fn threads_do_not_change_a_bit() {
    let schema = schema(3);
    let (values, labels) = table(20_000);
    let data = Dataset::from_rows(&schema, &values, &labels).unwrap();
    let fit = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        Model::Logistic(pool.install(|| params(1_000, 6).fit(&data)).unwrap()).to_bytes()
    };
    let one = fit(1);
    for threads in [2, 3, 4, 8] {
        assert_eq!(fit(threads), one, "{threads} threads");
    }
}

/// If this fails, models have other names than on other machines or before: find out why before changing it.
#[test]
fn model_hash_is_golden() {
    let schema = schema(3);
    let (values, labels) = table(5_000);
    let data = Dataset::from_rows(&schema, &values, &labels).unwrap();
    let model = Model::Logistic(params(1_000, 6).fit(&data).unwrap());
    assert_eq!(hex::encode(model.hash()), "343f541769bc37d958e4aa71bcac8dc74b87b6061c583921f355df1d2037d3de");
}

fn small_model() -> LogisticModel {
    let schema = schema(1);
    let labels = [false, true, true, true];
    params(500_000, 1).fit(&Dataset::from_rows(&schema, &[-1, 1, -1, 1], &labels).unwrap()).unwrap()
}

#[test]
fn files_hold_what_the_format_says() {
    let bytes = Model::Logistic(small_model()).to_bytes();
    let mut expected = b"ATTNMODL\x00\x03\x01\x00\x00\x00\x03\x00\x01\x00\x02x0\x00\x00".to_vec();
    expected.extend(4u64.to_be_bytes());
    expected.push(0);
    expected.extend(3u64.to_be_bytes());
    for value in [500_000u32, 0, 1, 0, 1_000_000] {
        expected.extend(value.to_be_bytes());
    }
    // Normalised to mean and deviation; no column for missing values; a linear scale.
    expected.extend([0, 0, 0]);
    let model = small_model();
    for value in [0.0, 1.0, model.intercept(), model.weights()[0]] {
        expected.extend(value.to_bits().to_be_bytes());
    }
    assert_eq!(bytes, expected);
}

#[test]
fn files_are_read_back_and_nothing_else_is() {
    let schema = schema(2);
    let prior = PriorModel::measure(&Dataset::from_rows(&schema, &[1, 2], &[true]).unwrap());
    let mixed = mixed_schema();
    let (values, labels) = mixed_table(300);
    let mixed = Dataset::from_rows(&mixed, &values, &labels).unwrap();
    let sparse = LogisticParams { l1_micro: 30_000, normalisation: Normalisation::Quantile, ..standard() };
    let sparse = sparse.check().unwrap().fit(&mixed).unwrap();
    for model in [Model::Logistic(small_model()), Model::Prior(prior), Model::Logistic(sparse)] {
        let bytes = model.to_bytes();
        assert_eq!(Model::from_bytes(&bytes).unwrap(), model);
        for end in 0..bytes.len() {
            assert!(Model::from_bytes(&bytes[..end]).is_err(), "cut at {end}");
        }
        let longer = [&bytes[..], &[0]].concat();
        assert!(matches!(Model::from_bytes(&longer), Err(ModelError::File { .. })));
    }
    let good = Model::Logistic(small_model()).to_bytes();
    let numbers = good.len() - 32;
    for (offset, value) in [(16, f64::NAN), (16, f64::INFINITY), (0, -0.0), (8, 0.0), (8, -1.0)] {
        let mut bytes = good.clone();
        bytes[numbers + offset..numbers + offset + 8].copy_from_slice(&value.to_bits().to_be_bytes());
        assert!(matches!(Model::from_bytes(&bytes), Err(ModelError::File { .. })), "{value} at {offset}");
    }
}

proptest! {
    /// Whatever is accepted is canonical: it is exactly what the read model writes.
    #[test]
    fn accepted_files_are_canonical(at in 0usize..110, byte: u8) {
        let mut bytes = Model::Logistic(small_model()).to_bytes();
        let at = at % bytes.len();
        bytes[at] = byte;
        if let Ok(model) = Model::from_bytes(&bytes) {
            prop_assert_eq!(model.to_bytes(), bytes);
        }
    }

    /// The logit is the base and the explained parts.
    #[test]
    fn explanations_add_up(row in proptest::collection::vec(-1000i64..1000, 3)) {
        let schema = schema(3);
        let (values, labels) = table(500);
        let model = params(1_000, 3).fit(&Dataset::from_rows(&schema, &values, &labels).unwrap()).unwrap();
        let sum = model.base_margin() + model.explain(&row).unwrap().iter().sum::<f64>();
        prop_assert!((sum - model.margin(&row).unwrap()).abs() < 1e-9);
    }
}
