//! Gradient boosting: rounds by hand, constraints, sampling, stopping, other losses.

use attention_model::{
    Dataset, FeatureKind, FeatureSchema, Fit, GbdtParams, MISSING, Model, ModelError, Monotone, Objective,
    ParamGuard, Predict, Target, auc, mean_log_loss,
};

use super::common::{gbdt, numeric, same_on_all_threads, schema, table};

fn small() -> GbdtParams {
    GbdtParams { min_rows_leaf: 1, min_gain_micro: 0, l2_micro: 0, ..GbdtParams::default() }
}

/// Rows 0, 1, 2, 3 with y = 0, 0, 1, 1: p = ½ everywhere, so g = ±½ and h = ¼. The cut between 1 and 2 has the
/// leaves −Σg/Σh = ∓1/½ = ∓2, of which a tenth is taken. Second round: p = 1/(1 + e^±0.2), Σg = ∓2(1 − p), Σh =
/// 2p(1 − p): the step is 1/p of the likelier side.
#[test]
fn two_rounds_by_hand() {
    let schema = numeric(1);
    let labels = [false, false, true, true];
    let data = Dataset::from_rows(&schema, &[0, 1, 2, 3], &labels).unwrap();
    let one = gbdt(&data, GbdtParams { rounds: 1, leaves_max: 2, ..small() });
    assert!((one.margin(&[2]).unwrap() - 0.2).abs() < 1e-8);
    assert!((one.margin(&[1]).unwrap() + 0.2).abs() < 1e-8);
    assert!(one.base_margin().abs() < 1e-12);
    let two = gbdt(&data, GbdtParams { rounds: 2, leaves_max: 2, ..small() });
    let p = 1.0 / (1.0 + (-0.2f64).exp());
    assert!((two.margin(&[3]).unwrap() - (0.2 + 0.1 / p)).abs() < 1e-7);
    // l2 = 1/2 halves the first step: −1 / (½ + ½).
    let penalised = gbdt(&data, GbdtParams { rounds: 1, leaves_max: 2, l2_micro: 500_000, ..small() });
    assert!((penalised.margin(&[2]).unwrap() - 0.1).abs() < 1e-8);
}

/// Weight 3 for the one positive of two rows: p = 3/4 at the start; g = 3·(−¼) and ¾, h = 9/16 and 3/16.
#[test]
fn the_weight_of_positives_by_hand() {
    let schema = numeric(1);
    let labels = [false, true];
    let data = Dataset::from_rows(&schema, &[0, 1], &labels).unwrap();
    let weighted = GbdtParams { rounds: 1, leaves_max: 2, positive_weight_ppm: 3_000_000, ..small() };
    let model = gbdt(&data, weighted);
    let start = 3f64.ln();
    assert!((model.margin(&[1]).unwrap() - (start + 0.1 * 4.0 / 3.0)).abs() < 1e-7);
    assert!((model.margin(&[0]).unwrap() - (start - 0.1 * 4.0)).abs() < 1e-7);
}

/// The first squared-error tree of rate 1 is the tree of means; absolute error and quantiles take order statistics.
#[test]
fn real_losses_by_hand() {
    let schema = numeric(1);
    let values = [0, 0, 0, 9, 9, 9];
    let targets = [1.0, 2.0, 9.0, 100.0, 101.0, 108.0];
    let data = Dataset::rows_with_target(&schema, &values, Target::Real(&targets)).unwrap();
    let fit = |objective| {
        let model = gbdt(
            &data,
            GbdtParams { objective, rounds: 1, leaves_max: 2, learning_rate_ppm: 1_000_000, ..small() },
        );
        [0, 9].map(|x| model.margin(&[x]).unwrap())
    };
    let squared = fit(Objective::SquaredError);
    assert!((squared[0] - 4.0).abs() < 1e-6 && (squared[1] - 103.0).abs() < 1e-6, "{squared:?}");
    assert_eq!(fit(Objective::AbsoluteError), [2.0, 101.0]);
    assert_eq!(fit(Objective::Quantile { ppm: 900_000 }), [9.0, 108.0]);
    assert_eq!(fit(Objective::Quantile { ppm: 300_000 }), [1.0, 100.0]);
    let wrong = GbdtParams::default().check().unwrap().fit(&data);
    assert!(matches!(wrong, Err(ModelError::TargetKind { expected: "binary", .. })));
    let labels = [true, false];
    let binary = Dataset::from_rows(&schema, &[1, 2], &labels).unwrap();
    let wrong = GbdtParams { objective: Objective::SquaredError, ..small() }.check().unwrap().fit(&binary);
    assert!(matches!(wrong, Err(ModelError::TargetKind { expected: "real", .. })));
}

#[test]
fn quantiles_cover_what_they_should() {
    let (schema, table) = (schema(), table(6_000, 3));
    let data = table.real(&schema);
    for ppm in [100_000, 500_000, 900_000] {
        let model =
            gbdt(&data, GbdtParams { objective: Objective::Quantile { ppm }, ..GbdtParams::default() });
        let margins = model.margins(&data).unwrap();
        let below = margins.iter().zip(&table.targets).filter(|(margin, y)| y <= margin).count();
        let share = below as f64 / table.targets.len() as f64;
        assert!((share - f64::from(ppm) / 1e6).abs() < 0.03, "{ppm}: {share}");
    }
}

/// Fresh rows of the same kind: far better than chance, and better than a single tree.
#[test]
fn boosting_learns() {
    let (schema, train, test) = (schema(), table(8_000, 1), table(8_000, 2));
    let (data, fresh) = (train.binary(&schema), test.binary(&schema));
    let model = gbdt(&data, GbdtParams::default());
    let margins = model.margins(&fresh).unwrap();
    let (auc, loss) = (auc(&margins, &test.labels).unwrap(), mean_log_loss(&margins, &test.labels).unwrap());
    assert!(auc > 0.93 && loss < 0.36, "{auc} {loss}");
}

#[test]
fn predictions_are_monotone_where_they_must_be() {
    let (schema, table) = (schema(), table(3_000, 7));
    let mut monotone = vec![Monotone::Free; 6];
    monotone[0] = Monotone::Falling;
    monotone[1] = Monotone::Rising;
    for (data, objective) in [
        (table.binary(&schema), Objective::BinaryLogLoss),
        (table.real(&schema), Objective::SquaredError),
        (table.real(&schema), Objective::Quantile { ppm: 700_000 }),
    ] {
        let params = GbdtParams { objective, monotone: monotone.clone(), ..small() };
        let model = gbdt(&data, params);
        for row in table.values.chunks_exact(6).take(60) {
            for (feature, sign) in [(0, -1.0), (1, 1.0)] {
                let mut last = f64::NEG_INFINITY;
                for value in (-1_100..1_100).step_by(20) {
                    let mut row = row.to_vec();
                    row[feature] = value;
                    let margin = sign * model.margin(&row).unwrap();
                    assert!(margin >= last - 1e-12, "{objective:?}, feature {feature} at {value}");
                    last = margin;
                }
            }
        }
    }
    let data = table.binary(&schema);
    let short = GbdtParams { monotone: vec![Monotone::Rising], ..small() }.check().unwrap();
    assert!(matches!(short.fit(&data), Err(ModelError::Shape { what: "monotone constraints", .. })));
    let category = GbdtParams { monotone: vec![Monotone::Rising; 6], ..small() }.check().unwrap();
    assert!(matches!(category.fit(&data), Err(ModelError::Hyperparameter { name: "monotone", .. })));
}

/// Medians under a constraint stay medians: c = 0 holds 100 rows of −300 at x = 0 and, at x = 1, 80 of −50 and 20 of 10; c = 1
/// holds 1,000 of 0. The medians −300, −50 and 0 rise with x, so nothing is held back. Targets of a thousandth are the same tree
/// in other units.
#[test]
fn constraints_leave_medians_that_keep_them() {
    let schema = numeric(2);
    let parts = [(100, [0, 0], -300.0), (80, [0, 1], -50.0), (20, [0, 1], 10.0), (1_000, [1, 0], 0.0)];
    let values: Vec<i64> = parts.iter().flat_map(|(count, row, _)| row.repeat(*count)).collect();
    let targets: Vec<f64> = parts.iter().flat_map(|(count, _, y)| vec![*y; *count]).collect();
    let fit = |unit: f64, direction| {
        let targets: Vec<f64> = targets.iter().map(|y| y * unit).collect();
        let data = Dataset::rows_with_target(&schema, &values, Target::Real(&targets)).unwrap();
        let params = GbdtParams {
            objective: Objective::AbsoluteError,
            rounds: 1,
            leaves_max: 3,
            learning_rate_ppm: 1_000_000,
            monotone: vec![Monotone::Free, direction],
            ..small()
        };
        let model = gbdt(&data, params);
        [[0, 0], [0, 1], [1, 0]].map(|row| model.margin(&row).unwrap() / unit)
    };
    for unit in [1.0, 1_024.0, 1.0 / 1_024.0] {
        assert_eq!(fit(unit, Monotone::Rising), [-300.0, -50.0, 0.0], "{unit}");
        // What may only fall with x stays together; the lower median of its 200 rows is −300.
        assert_eq!(fit(unit, Monotone::Falling), [-300.0, -300.0, 0.0], "{unit}");
    }
}

/// Values that break the constraint although the mean signs of the rows keep it: the two sides take their common median.
/// 10 rows: x = 0 has 4 of −1 and 1 of 100; x = 1 has 3 of −9 and 2 of 3. Around 0 the mean signs −0.6 and −0.2 rise, the
/// medians −1 and −9 fall; the lower median of all ten is −1.
#[test]
fn medians_in_the_wrong_order_are_pooled() {
    let schema = numeric(2);
    let parts =
        [(4, [0, 0], -1.0), (1, [0, 0], 100.0), (3, [0, 1], -9.0), (2, [0, 1], 3.0), (20, [1, 0], 0.0)];
    let values: Vec<i64> = parts.iter().flat_map(|(count, row, _)| row.repeat(*count)).collect();
    let targets: Vec<f64> = parts.iter().flat_map(|(count, _, y)| vec![*y; *count]).collect();
    let data = Dataset::rows_with_target(&schema, &values, Target::Real(&targets)).unwrap();
    let fit = |direction| {
        let params = GbdtParams {
            objective: Objective::AbsoluteError,
            rounds: 1,
            leaves_max: 3,
            learning_rate_ppm: 1_000_000,
            monotone: vec![Monotone::Free, direction],
            ..small()
        };
        let model = gbdt(&data, params);
        [[0, 0], [0, 1], [1, 0]].map(|row| model.margin(&row).unwrap())
    };
    assert_eq!(fit(Monotone::Free), [-1.0, -9.0, 0.0]);
    assert_eq!(fit(Monotone::Rising), [-1.0, -1.0, 0.0]);
}

/// Labels that nothing predicts: more trees only make it worse on fresh rows, and early stopping sees that.
#[test]
fn boosting_stops_early() {
    let (schema, train, test) = (schema(), table(2_000, 1), table(2_000, 2));
    let noise = |seed: u64| {
        (0..2_000).map(|row| attention_model::splitmix64(seed, row).is_multiple_of(2)).collect::<Vec<_>>()
    };
    let (train_labels, test_labels) = (noise(11), noise(12));
    let data = Dataset::from_rows(&schema, &train.values, &train_labels).unwrap();
    let fresh = Dataset::from_rows(&schema, &test.values, &test_labels).unwrap();
    let params = GbdtParams { early_stopping_rounds: 5, rounds: 500, ..GbdtParams::default() };
    let checked = params.clone().check().unwrap();
    let stopped = checked.fit_with_validation(&data, &fresh).unwrap();
    assert!(stopped.trees() < 10, "{}", stopped.trees());
    // Where there is something to learn it goes on, and what it keeps is the best on the validation part.
    let (data, fresh) = (train.binary(&schema), test.binary(&schema));
    let kept = checked.fit_with_validation(&data, &fresh).unwrap();
    assert!(kept.trees() > 20);
    let loss = |model: &Model| mean_log_loss(&model.margins(&fresh).unwrap(), &test.labels).unwrap();
    let rounds = kept.trees() as u32;
    let best = loss(&Model::Gbdt(kept));
    for other in [rounds - 1, rounds + 1, rounds + 3] {
        let whole = gbdt(&data, GbdtParams { rounds: other, ..GbdtParams::default() });
        assert!(best <= loss(&whole), "{other} rounds are better than {rounds}");
    }
    // A part split off by the seed: another seed, another part.
    let own = |seed| GbdtParams { seed, ..params.clone() }.check().unwrap().fit(&data).unwrap();
    assert!(own(1).trees() < 500);
    assert_ne!(own(1), own(2));
    let never = GbdtParams::default().check().unwrap().fit_with_validation(&data, &fresh);
    assert!(matches!(never, Err(ModelError::Hyperparameter { name: "early_stopping_rounds", .. })));
}

#[test]
fn samples_depend_on_the_seed_alone() {
    let (schema, table) = (schema(), table(5_000, 8));
    let data = table.binary(&schema);
    let sampled = |seed| GbdtParams {
        row_sample_ppm: 500_000,
        feature_sample_ppm: 600_000,
        rounds: 20,
        seed,
        ..GbdtParams::default()
    };
    let first = same_on_all_threads(|| gbdt(&data, sampled(1)));
    assert_ne!(first, gbdt(&data, sampled(2)).to_bytes());
    let margins = gbdt(&data, sampled(1)).margins(&data).unwrap();
    assert!(auc(&margins, &table.labels).unwrap() > 0.85);
}

#[test]
fn threads_do_not_change_a_bit_and_the_hash_is_golden() {
    let (schema, table) = (schema(), table(150_000, 1));
    let data = table.binary(&schema);
    let fit = || gbdt(&data, GbdtParams { rounds: 8, ..GbdtParams::default() });
    same_on_all_threads(fit);
    assert_eq!(hex::encode(fit().hash()), "6ef70cf78d3a0ee598c95debdd1e8a23ef10bd205259bb7330ea6848464a9c12");
}

/// Rows in another order are another order of adding integers: the trees are the same.
#[test]
fn the_order_of_rows_does_not_matter() {
    let (schema, table) = (schema(), table(3_000, 1));
    let fit = |values: &[i64], labels: &[bool]| {
        gbdt(&Dataset::from_rows(&schema, values, labels).unwrap(), small()).to_bytes()
    };
    let backwards: Vec<i64> = table.values.chunks_exact(6).rev().flatten().copied().collect();
    let labels: Vec<bool> = table.labels.iter().rev().copied().collect();
    assert_eq!(fit(&table.values, &table.labels), fit(&backwards, &labels));
}

#[test]
fn odd_tables_are_no_trouble() {
    let none = numeric(0);
    let labels = [true, false, true];
    let empty = gbdt(&Dataset::from_rows(&none, &[], &labels).unwrap(), small());
    assert!((empty.margin(&[]).unwrap() - 2f64.ln()).abs() < 1e-12);
    let one = numeric(1);
    let fit = |values: &[i64], labels: &[bool]| {
        small().check().unwrap().fit(&Dataset::from_rows(&one, values, labels).unwrap())
    };
    assert!(matches!(fit(&[1, 2], &[true, true]), Err(ModelError::OneClass { .. })));
    assert!(matches!(fit(&[], &[]), Err(ModelError::Shape { .. })));
    assert_eq!(fit(&[7, 7, 7], &labels).unwrap().trees(), 0);
    assert_eq!(fit(&[MISSING; 3], &labels).unwrap().trees(), 0);
    let real = Dataset::rows_with_target(&one, &[4], Target::Real(&[-3.5])).unwrap();
    for objective in [Objective::SquaredError, Objective::AbsoluteError] {
        assert_eq!(gbdt(&real, GbdtParams { objective, ..small() }).margin(&[9]).unwrap(), -3.5);
    }
    // As many categories as there may be, most of them rare.
    let many = FeatureKind::Categorical { levels: attention_model::LEVELS_MAX };
    let many = FeatureSchema::typed(1, vec![("c".into(), many)]).unwrap();
    let values: Vec<i64> = (0..8_192).map(|row| row % 4_096).collect();
    let labels: Vec<bool> = (0..8_192).map(|row| row % 3 == 0).collect();
    let model = gbdt(&Dataset::from_rows(&many, &values, &labels).unwrap(), small());
    assert_eq!(Model::from_bytes(&model.to_bytes()).unwrap(), model);
}

#[test]
fn hyperparameters_are_checked() {
    let base = GbdtParams::default;
    for (params, name) in [
        (GbdtParams { rounds: 0, ..base() }, "rounds"),
        (GbdtParams { rounds: 10_001, ..base() }, "rounds"),
        (GbdtParams { leaves_max: 1, ..base() }, "leaves_max"),
        (GbdtParams { depth_max: 65, ..base() }, "depth_max"),
        (GbdtParams { min_rows_leaf: 0, ..base() }, "min_rows_leaf"),
        (GbdtParams { min_hessian_micro: 0, ..base() }, "min_hessian_micro"),
        (GbdtParams { learning_rate_ppm: 0, ..base() }, "learning_rate_ppm"),
        (GbdtParams { learning_rate_ppm: 1_000_001, ..base() }, "learning_rate_ppm"),
        (GbdtParams { bins_max: 256, ..base() }, "bins_max"),
        (GbdtParams { row_sample_ppm: 0, ..base() }, "row_sample_ppm"),
        (GbdtParams { feature_sample_ppm: 0, ..base() }, "feature_sample_ppm"),
        (GbdtParams { categories_max: 0, ..base() }, "categories_max"),
        (GbdtParams { positive_weight_ppm: 0, ..base() }, "positive_weight_ppm"),
        (GbdtParams { validation_ppm: 900_001, ..base() }, "validation_ppm"),
        (GbdtParams { objective: Objective::Quantile { ppm: 0 }, ..base() }, "quantile ppm"),
        (GbdtParams { monotone: vec![Monotone::Free; 1025], ..base() }, "monotone constraints"),
    ] {
        match params.check() {
            Err(ModelError::Hyperparameter { name: got, .. }) => assert_eq!(got, name),
            other => panic!("{name}: {other:?}"),
        }
    }
}

/// The curve ends with the losses of the model that it belongs to, which is the one that is fitted without a curve.
#[test]
fn a_curve_holds_the_losses_after_every_round() {
    let (schema, table) = (schema(), table(500, 4));
    let data = table.binary(&schema);
    let params = GbdtParams { rounds: 12, leaves_max: 6, ..GbdtParams::default() }.check().unwrap();
    let (model, curve) = params.fit_with_curve(&data).unwrap();
    assert_eq!(model, params.fit(&data).unwrap());
    assert_eq!((curve.epochs.len(), curve.best), (12, 11));
    for (round, loss) in curve.epochs.iter().enumerate() {
        let shorter = GbdtParams { rounds: round as u32 + 1, ..params.values().clone() };
        let margins = gbdt(&data, shorter).margins(&data).unwrap();
        let want = mean_log_loss(&margins, &table.labels).unwrap();
        assert!((loss.training - want).abs() < 1e-12 && loss.validation.is_none(), "round {round}");
    }
    let stopping = GbdtParams { early_stopping_rounds: 3, rounds: 500, ..small() }.check().unwrap();
    let (model, curve) = stopping.fit_with_curve(&data).unwrap();
    assert_eq!(model, stopping.fit(&data).unwrap());
    let validation: Vec<f64> = curve.epochs.iter().map(|epoch| epoch.validation.unwrap()).collect();
    let least = validation.iter().copied().fold(f64::INFINITY, f64::min);
    assert_eq!((validation[curve.best], curve.best + 1), (least, model.trees()));
    assert_eq!(curve.epochs.len(), curve.best + 1 + 3);
}
