//! The random forest: what it averages, how it explains, that it learns.

use attention_model::{
    Dataset, Fit, ForestParams, Model, ModelError, ParamGuard, Predict, TreeParams, auc, mean_log_loss,
};

use super::common::{numeric, same_on_all_threads, schema, table};

fn forest(data: &Dataset<'_>, params: ForestParams) -> Model {
    Model::Forest(params.check().unwrap().fit(data).unwrap())
}

/// Constant features: every tree is a leaf of its sample, with 3/5 = (2 + 1)/(3 + 2) as prior. The mean lies where the share
/// of positives does.
#[test]
fn leaves_without_a_split_hold_the_smoothed_share() {
    let schema = numeric(1);
    let labels: Vec<bool> = (0..3_000).map(|row| row % 3 > 0).collect();
    let data = Dataset::from_rows(&schema, &[1; 3_000], &labels).unwrap();
    let model = forest(&data, ForestParams { trees: 50, ..ForestParams::default() });
    let margin = model.margin(&[5]).unwrap();
    assert!((margin - 2f64.ln()).abs() < 0.03, "{margin}");
    assert!((margin - model.base_margin()).abs() < 1e-12);
    assert_eq!(model.explain(&[5]).unwrap(), [0.0]);
}

/// Two positives to one negative, of half the weight: the mean lies in the middle. Of twice the weight: at four to one.
#[test]
fn weights_move_the_share() {
    let schema = numeric(1);
    let labels: Vec<bool> = (0..3_000).map(|row| row % 3 > 0).collect();
    let data = Dataset::from_rows(&schema, &[1; 3_000], &labels).unwrap();
    for (positive_weight_ppm, odds) in [(500_000, 1.0), (2_000_000, 4.0)] {
        let model = forest(&data, ForestParams { trees: 50, positive_weight_ppm, ..ForestParams::default() });
        let margin = model.margin(&[5]).unwrap();
        assert!((margin - f64::ln(odds)).abs() < 0.03, "{margin}");
    }
}

/// Leaves that nothing speaks against, of the heaviest rows: surer than any data, and still a file that reads back.
#[test]
fn extreme_weights_stay_finite() {
    let schema = numeric(1);
    let values: Vec<i64> = (0..40_000).collect();
    for rare in [true, false] {
        let labels: Vec<bool> = values.iter().map(|&x| (x % 20_000 == 7) == rare).collect();
        let data = Dataset::from_rows(&schema, &values, &labels).unwrap();
        for positive_weight_ppm in [1, 1_000_000_000] {
            let params =
                ForestParams { trees: 7, min_rows_leaf: 1, positive_weight_ppm, ..ForestParams::default() };
            let model = forest(&data, params);
            assert!([0, 7, 39_999].iter().all(|&x| model.margin(&[x]).unwrap().is_finite()));
            assert_eq!(Model::from_bytes(&model.to_bytes()).unwrap(), model);
        }
    }
}

/// Fresh rows: better than one tree.
#[test]
fn a_forest_beats_its_trees() {
    let (schema, train, test) = (schema(), table(6_000, 1), table(6_000, 2));
    let (data, fresh) = (train.binary(&schema), test.binary(&schema));
    let score = |model: Model| {
        let margins = model.margins(&fresh).unwrap();
        (auc(&margins, &test.labels).unwrap(), mean_log_loss(&margins, &test.labels).unwrap())
    };
    let tree = score(Model::Tree(TreeParams::default().check().unwrap().fit(&data).unwrap()));
    let forest = score(forest(&data, ForestParams { min_rows_leaf: 5, ..ForestParams::default() }));
    assert!(forest.0 > tree.0 && forest.1 < tree.1, "{forest:?} {tree:?}");
    let real = train.real(&schema);
    let model = super::forests::forest(&real, ForestParams { min_rows_leaf: 5, ..ForestParams::default() });
    let margins = model.margins(&test.real(&schema)).unwrap();
    let error = |guess: &dyn Fn(usize) -> f64| {
        test.targets.iter().enumerate().map(|(at, y)| (guess(at) - y) * (guess(at) - y)).sum::<f64>()
    };
    let mean = test.targets.iter().sum::<f64>() / test.targets.len() as f64;
    assert!(error(&|at| margins[at]) < 0.5 * error(&|_| mean));
}

#[test]
fn explanations_add_up() {
    let (schema, table) = (schema(), table(1_000, 5));
    let params = ForestParams { trees: 10, min_rows_leaf: 3, ..ForestParams::default() };
    for data in [table.binary(&schema), table.real(&schema)] {
        let model = forest(&data, params.clone());
        for row in 0..50 {
            let row = data.row(row);
            let parts = model.explain(row).unwrap();
            let sum = model.base_margin() + parts.iter().sum::<f64>();
            assert!((sum - model.margin(row).unwrap()).abs() < 1e-9 * (1.0 + sum.abs()));
            // The constant feature has no part in it.
            assert_eq!(parts[5], 0.0);
        }
    }
}

#[test]
fn threads_do_not_change_a_bit_and_the_hash_is_golden() {
    let (schema, table) = (schema(), table(20_000, 1));
    let data = table.binary(&schema);
    let fit = |seed| forest(&data, ForestParams { trees: 9, seed, ..ForestParams::default() });
    let bytes = same_on_all_threads(|| fit(0));
    assert_ne!(bytes, fit(1).to_bytes());
    assert_eq!(
        hex::encode(fit(0).hash()),
        "65d49351819b83fbe167c53677303c236d746df559b6c108038e4e10e4408fd0"
    );
}

#[test]
fn odd_tables_are_no_trouble() {
    let one = numeric(1);
    let params = ForestParams { trees: 3, min_rows_leaf: 1, ..ForestParams::default() };
    let fit = |values: &[i64], labels: &[bool]| {
        params.clone().check().unwrap().fit(&Dataset::from_rows(&one, values, labels).unwrap())
    };
    assert!(matches!(fit(&[1, 2], &[false, false]), Err(ModelError::OneClass { .. })));
    assert!(matches!(fit(&[], &[]), Err(ModelError::Shape { .. })));
    assert!(fit(&[1, 2], &[true, false]).is_ok());
    let none = numeric(0);
    let labels = [true, false];
    assert!(params.check().unwrap().fit(&Dataset::from_rows(&none, &[], &labels).unwrap()).is_ok());
    for (params, name) in [
        (ForestParams { trees: 0, ..ForestParams::default() }, "trees"),
        (ForestParams { trees: 10_001, ..ForestParams::default() }, "trees"),
        (ForestParams { depth_max: 0, ..ForestParams::default() }, "depth_max"),
        (ForestParams { min_rows_leaf: 0, ..ForestParams::default() }, "min_rows_leaf"),
        (ForestParams { features_a_node: 1025, ..ForestParams::default() }, "features_a_node"),
        (ForestParams { bins_max: 1, ..ForestParams::default() }, "bins_max"),
        (ForestParams { positive_weight_ppm: 0, ..ForestParams::default() }, "positive_weight_ppm"),
    ] {
        assert!(matches!(params.check(), Err(ModelError::Hyperparameter { name: got, .. }) if got == name));
    }
}
