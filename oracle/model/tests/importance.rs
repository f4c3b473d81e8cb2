//! Permutation importance on data whose truth is known.

use attention_model::{
    Dataset, DescentParams, FeatureSchema, Fit, LinearParams, LogisticParams, ModelError, ParamGuard,
    Predict, Target, permutation_importance, splitmix64,
};

fn schema() -> FeatureSchema {
    FeatureSchema::new(1, vec!["strong".into(), "weak".into(), "noise".into()]).unwrap()
}

fn values(rows: usize) -> Vec<i64> {
    (0..rows as u64 * 3).map(|at| (splitmix64(11, at) % 201) as i64 - 100).collect()
}

/// y = 3·strong + weak: dealing out a feature of variance v anew among the rows adds 2·w²·v to the squared error, the expected
/// square of the difference of two independent draws.
#[test]
fn of_a_linear_model_it_is_twice_the_explained_variance() {
    let (schema, values) = (schema(), values(4_000));
    let target: Vec<f64> = values.chunks_exact(3).map(|row| (3 * row[0] + row[1]) as f64).collect();
    let data = Dataset::rows_with_target(&schema, &values, Target::Real(&target)).unwrap();
    let model = LinearParams::default().check().unwrap().fit(&data).unwrap();
    let got = permutation_importance(&model, &data, 10, 7).unwrap();
    for (feature, weight) in [(0, 3.0), (1, 1.0), (2, 0.0)] {
        let column = values.iter().skip(feature).step_by(3);
        let mean = column.clone().sum::<i64>() as f64 / 4_000.0;
        let variance = column.map(|&x| (x as f64 - mean).powi(2)).sum::<f64>() / 4_000.0;
        let want = 2.0 * weight * weight * variance;
        let importance = got[feature];
        assert!(
            (importance.increase - want).abs() < 5.0 * importance.standard_error + 1e-2,
            "{importance:?}, {want}"
        );
        assert!(importance.standard_error <= 0.02 * want + 1e-2, "{importance:?}");
    }
}

#[test]
fn of_a_classifier_it_ranks_features() {
    let (schema, values) = (schema(), values(4_000));
    let labels: Vec<bool> = values.chunks_exact(3).map(|row| 3 * row[0] + row[1] > 40).collect();
    let data = Dataset::from_rows(&schema, &values, &labels).unwrap();
    let model =
        LogisticParams { l2_micro: 3_000, ..LogisticParams::default() }.check().unwrap().fit(&data).unwrap();
    let run = |threads, seed| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| permutation_importance(&model, &data, 5, seed)).unwrap()
    };
    let got = run(1, 7);
    assert!(
        got[0].increase > 5.0 * got[1].increase && got[1].increase > 10.0 * got[2].increase.abs(),
        "{got:?}"
    );
    assert_eq!(run(3, 7), got);
    assert_ne!(run(1, 8), got);
}

#[test]
fn what_makes_no_sense_is_refused() {
    let (schema, values) = (schema(), values(50));
    let labels: Vec<bool> = (0..50).map(|row| row % 3 == 0).collect();
    let data = Dataset::from_rows(&schema, &values, &labels).unwrap();
    let model = LogisticParams::default().check().unwrap().fit(&data).unwrap();
    for repeats in [0, 1, 1_001] {
        let got = permutation_importance(&model, &data, repeats, 1);
        assert!(matches!(got, Err(ModelError::Hyperparameter { name: "repeats", .. })));
    }
    let target = vec![0.5; 50];
    let real = Dataset::rows_with_target(&schema, &values, Target::Real(&target)).unwrap();
    let got = permutation_importance(&model, &real, 2, 1);
    assert!(matches!(got, Err(ModelError::TargetKind { expected: "binary", got: "real", .. })));
    let regression =
        DescentParams { epochs: 1, ..DescentParams::default() }.check().unwrap().fit(&real).unwrap();
    let none = Dataset::rows_with_target(&schema, &[], Target::Real(&[])).unwrap();
    assert!(matches!(permutation_importance(&regression, &none, 2, 1), Err(ModelError::Shape { .. })));
    let other = FeatureSchema::new(2, vec!["strong".into(), "weak".into(), "noise".into()]).unwrap();
    let other = Dataset::rows_with_target(&other, &values, Target::Real(&target)).unwrap();
    assert_eq!(permutation_importance(&regression, &other, 2, 1).unwrap_err(), ModelError::OtherSchema);
    assert_eq!(regression.trained_on().rows, 50);
}
