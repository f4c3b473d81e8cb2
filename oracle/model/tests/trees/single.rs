//! The decision tree against an exhaustive search.

use std::collections::BTreeSet;

use attention_model::{
    Dataset, FeatureKind, FeatureSchema, Fit, GbdtParams, MISSING, ModelError, ParamGuard, Predict, Target,
    TreeModel, TreeParams, splitmix64,
};
use proptest::prelude::*;

use super::common::{gbdt, numeric, same_on_all_threads, schema, table};

fn params(depth_max: u16, min_rows_leaf: u32) -> TreeParams {
    TreeParams { depth_max, min_rows_leaf, ..TreeParams::default() }
}

fn real<'a>(schema: &'a FeatureSchema, values: &'a [i64], targets: &'a [f64]) -> Dataset<'a> {
    Dataset::rows_with_target(schema, values, Target::Real(targets)).unwrap()
}

fn sum_of_squares(targets: &[f64]) -> f64 {
    let mean = targets.iter().sum::<f64>() / targets.len() as f64;
    targets.iter().map(|y| (y - mean) * (y - mean)).sum()
}

/// The least sum of squared errors of any tree of this depth that keeps `min_rows` in every leaf, taking the best
/// split at every node by trying every feature and every place.
fn greedy_error(rows: &[(Vec<i64>, f64)], depth: u16, min_rows: usize) -> f64 {
    let targets = |rows: &[(Vec<i64>, f64)]| rows.iter().map(|(_, y)| *y).collect::<Vec<_>>();
    let own = sum_of_squares(&targets(rows));
    if depth == 0 {
        return own;
    }
    let mut best: Option<(f64, usize, i64)> = None;
    for feature in 0..rows[0].0.len() {
        for value in rows.iter().map(|(x, _)| x[feature]).collect::<BTreeSet<_>>() {
            let (left, right): (Vec<_>, Vec<_>) =
                rows.iter().cloned().partition(|(x, _)| x[feature] <= value);
            if left.len() < min_rows || right.len() < min_rows {
                continue;
            }
            let error = sum_of_squares(&targets(&left)) + sum_of_squares(&targets(&right));
            if best.is_none_or(|(least, _, _)| error < least - 1e-6) {
                best = Some((error, feature, value));
            }
        }
    }
    let Some((error, feature, value)) = best else {
        return own;
    };
    if error > own - 1e-9 {
        return own;
    }
    let (left, right): (Vec<_>, Vec<_>) = rows.iter().cloned().partition(|(x, _)| x[feature] <= value);
    greedy_error(&left, depth - 1, min_rows) + greedy_error(&right, depth - 1, min_rows)
}

#[test]
fn a_tree_is_the_one_of_the_exhaustive_search() {
    for seed in 0..12 {
        let draw = |slot: u64, span: u64| splitmix64(seed, slot) % span;
        let schema = numeric(3);
        let rows: Vec<(Vec<i64>, f64)> = (0..60)
            .map(|row| {
                let x = (0..3).map(|slot| draw(row * 8 + slot, 12) as i64 - 6).collect::<Vec<_>>();
                // Irregular, so that hardly any two splits gain the same.
                let y = (x[0] * x[1]) as f64 + draw(row * 8 + 4, 1 << 20) as f64 / 65_536.0;
                (x, y)
            })
            .collect();
        let values: Vec<i64> = rows.iter().flat_map(|(x, _)| x.clone()).collect();
        let targets: Vec<f64> = rows.iter().map(|(_, y)| *y).collect();
        for (depth, min_rows) in [(1, 1), (2, 5), (3, 3), (4, 1)] {
            let data = real(&schema, &values, &targets);
            let model = params(depth, min_rows).check().unwrap().fit(&data).unwrap();
            let got: f64 = rows
                .iter()
                .map(|(x, y)| (model.margin(x).unwrap() - y) * (model.margin(x).unwrap() - y))
                .sum();
            let want = greedy_error(&rows, depth, min_rows as usize);
            assert!((got - want).abs() < 1e-3 * (1.0 + want), "seed {seed}, depth {depth}: {got} and {want}");
        }
    }
}

/// Rows 1, 2, 3, 10 with y = 0, 0, 1, 1: the cut is midway between 2 and 3, rounded down. Leaves: (0 + ½)/(2 + 1) and
/// (2 + ½)/(2 + 1), as the prior is (2 + 1)/(4 + 2) = ½: log-odds ∓ ln 5.
#[test]
fn a_stump_by_hand() {
    let schema = numeric(1);
    let labels = [false, false, true, true];
    let data = Dataset::from_rows(&schema, &[1, 2, 3, 10], &labels).unwrap();
    let model = params(1, 1).check().unwrap().fit(&data).unwrap();
    for (x, sign) in [(-5, -1.0), (2, -1.0), (3, 1.0), (99, 1.0)] {
        assert!((model.margin(&[x]).unwrap() - sign * 5f64.ln()).abs() < 1e-12, "{x}");
    }
    assert_eq!(model.leaves(), 2);
    assert!(model.base_margin().abs() < 1e-12);
    assert!((model.explain(&[3]).unwrap()[0] - 5f64.ln()).abs() < 1e-12);
}

/// As above with positives of weight 3: the prior is (6 + 1)/(6 + 2 + 2) = 0.7, the leaves (0 + 0.7)/(2 + 1) and
/// (6 + 0.7)/(6 + 1).
#[test]
fn a_weighted_stump_by_hand() {
    let schema = numeric(1);
    let labels = [false, false, true, true];
    let data = Dataset::from_rows(&schema, &[1, 2, 3, 10], &labels).unwrap();
    let weighted = TreeParams { positive_weight_ppm: 3_000_000, ..params(1, 1) };
    let model = weighted.check().unwrap().fit(&data).unwrap();
    for (x, odds) in [(2, 0.7 / 2.3), (3, 6.7 / 0.3)] {
        assert!((model.margin(&[x]).unwrap() - f64::ln(odds)).abs() < 1e-12, "{x}");
    }
}

/// A positive row of weight 3 is three positive rows, to the last bit: the same splits and the same leaves, of numbers,
/// missing values and categories.
#[test]
fn a_weight_is_so_many_rows() {
    let schema = FeatureSchema::typed(
        1,
        vec![
            ("n".into(), FeatureKind::Numeric),
            ("m".into(), FeatureKind::Numeric),
            ("c".into(), FeatureKind::Categorical { levels: 7 }),
        ],
    )
    .unwrap();
    for seed in 0..20 {
        let draw = |slot: u64, span: u64| (splitmix64(seed, slot) % span) as i64;
        let rows: Vec<([i64; 3], bool)> = (0..200)
            .map(|row| {
                let [n, m, c] = [draw(row * 8, 9), draw(row * 8 + 1, 4), draw(row * 8 + 2, 7)];
                let positive = n + c + draw(row * 8 + 3, 9) > 15;
                ([n, if m == 3 { MISSING } else { m }, c], positive)
            })
            .collect();
        let repeated: Vec<([i64; 3], bool)> =
            rows.iter().flat_map(|row| std::iter::repeat_n(*row, if row.1 { 3 } else { 1 })).collect();
        let fit = |rows: &[([i64; 3], bool)], positive_weight_ppm: u32| {
            let values: Vec<i64> = rows.iter().flat_map(|(x, _)| *x).collect();
            let labels: Vec<bool> = rows.iter().map(|(_, y)| *y).collect();
            let data = Dataset::from_rows(&schema, &values, &labels).unwrap();
            TreeParams { positive_weight_ppm, ..params(5, 1) }.check().unwrap().fit(&data).unwrap()
        };
        let (weighted, long, plain) =
            (fit(&rows, 3_000_000), fit(&repeated, 1_000_000), fit(&rows, 1_000_000));
        assert_eq!(weighted.leaves(), long.leaves());
        let margins =
            |model: &TreeModel| rows.iter().map(|(x, _)| model.margin(x).unwrap()).collect::<Vec<_>>();
        assert_eq!(margins(&weighted), margins(&long), "seed {seed}");
        assert_ne!(margins(&weighted), margins(&plain), "seed {seed}");
    }
}

/// The heaviest and the lightest weight, where one label is rare: 2^40 to one is as sure as a leaf gets, and no share is
/// above 1 by rounding.
#[test]
fn extreme_weights_stay_finite() {
    let schema = numeric(1);
    let rows = 100_000;
    let values: Vec<i64> = (0..rows).collect();
    let rare: Vec<bool> = values.iter().map(|&x| x == 7).collect();
    let common: Vec<bool> = rare.iter().map(|label| !label).collect();
    let fit = |labels: &[bool], positive_weight_ppm: u32| {
        let data = Dataset::from_rows(&schema, &values, labels).unwrap();
        TreeParams { positive_weight_ppm, ..params(20, 1) }.check().unwrap().fit(&data).unwrap()
    };
    let sure = f64::ln((1u64 << 40) as f64 - 1.0);
    assert!((fit(&common, 1_000_000_000).margin(&[50_000]).unwrap() - sure).abs() < 1e-3);
    for weight in [1, 7, 1_000, 999_999_999, 1_000_000_000] {
        for labels in [&rare, &common] {
            let model = attention_model::Model::Tree(fit(labels, weight));
            for x in [0, 7, 99_999] {
                let margin = model.margin(&[x]).unwrap();
                assert!(margin.is_finite() && margin <= sure + 1e-3, "{weight}: {margin}");
            }
            assert_eq!(attention_model::Model::from_bytes(&model.to_bytes()).unwrap(), model);
        }
    }
}

/// Category means 5, −5, 5, 0: {0, 2} against {1, 3} is the best of the seven partitions, and no cut of the codes.
#[test]
fn categories_are_split_as_sets() {
    let schema = FeatureSchema::typed(1, vec![("c".into(), FeatureKind::Categorical { levels: 6 })]).unwrap();
    let values = [0, 1, 2, 3, 0, 1, 2, 3];
    let targets = [5.0, -5.0, 5.0, 0.0, 5.0, -5.0, 5.0, 0.0];
    let model = params(1, 1).check().unwrap().fit(&real(&schema, &values, &targets)).unwrap();
    for (category, want) in [(0, 5.0), (2, 5.0), (1, -2.5), (3, -2.5)] {
        assert_eq!(model.margin(&[category]).unwrap(), want, "category {category}");
    }
    // Neither a category without rows nor a missing value is an error.
    for value in [4, 5, MISSING] {
        assert!(model.margin(&[value]).is_ok());
    }
    assert!(matches!(model.margin(&[6]), Err(ModelError::Category { value: 6, levels: 6, .. })));
}

/// With y high where x is missing or large, missing values must go right; with y high where it is missing or small, left;
/// and where nothing but missing matters, they stand alone.
#[test]
fn missing_values_learn_their_direction() {
    let schema = numeric(1);
    let values = [1, 2, 3, 4, MISSING, MISSING];
    for (targets, want) in [
        ([0.0, 0.0, 9.0, 9.0, 9.0, 9.0], [0.0, 9.0, 9.0]),
        ([9.0, 9.0, 0.0, 0.0, 9.0, 9.0], [9.0, 0.0, 9.0]),
        ([2.0, 2.0, 2.0, 2.0, 8.0, 8.0], [2.0, 2.0, 8.0]),
    ] {
        let model = params(1, 1).check().unwrap().fit(&real(&schema, &values, &targets)).unwrap();
        let got = [1, 4, MISSING].map(|x| model.margin(&[x]).unwrap());
        assert_eq!(got, want);
        assert_eq!(model.margin(&[attention_model::FEATURE_ABS_MAX]).unwrap(), want[1]);
    }
}

#[test]
fn odd_tables_are_no_trouble() {
    let none = numeric(0);
    let labels = [true, false];
    let model = params(3, 1).check().unwrap().fit(&Dataset::from_rows(&none, &[], &labels).unwrap()).unwrap();
    assert_eq!(model.margin(&[]).unwrap(), 0.0);
    let one = numeric(1);
    let fit = |values: &[i64], labels: &[bool]| {
        params(3, 1).check().unwrap().fit(&Dataset::from_rows(&one, values, labels).unwrap())
    };
    assert!(matches!(fit(&[1, 2], &[true, true]), Err(ModelError::OneClass { .. })));
    assert!(matches!(fit(&[], &[]), Err(ModelError::Shape { .. })));
    assert_eq!(fit(&[7, 7], &[true, false]).unwrap().leaves(), 1);
    let row = params(3, 1).check().unwrap().fit(&real(&one, &[4], &[-3.5])).unwrap();
    assert_eq!(row.margin(&[1000]).unwrap(), -3.5);
    for (params, name) in [
        (params(0, 1), "depth_max"),
        (params(65, 1), "depth_max"),
        (params(1, 0), "min_rows_leaf"),
        (TreeParams { bins_max: 1, ..params(1, 1) }, "bins_max"),
        (TreeParams { bins_max: 256, ..params(1, 1) }, "bins_max"),
        (TreeParams { positive_weight_ppm: 0, ..params(1, 1) }, "positive_weight_ppm"),
        (TreeParams { positive_weight_ppm: 1_000_000_001, ..params(1, 1) }, "positive_weight_ppm"),
    ] {
        assert!(matches!(params.check(), Err(ModelError::Hyperparameter { name: got, .. }) if got == name));
    }
}

#[test]
fn threads_do_not_change_a_bit_and_the_hash_is_golden() {
    let (schema, table) = (schema(), table(40_000, 1));
    let data = table.binary(&schema);
    let fit = || attention_model::Model::Tree(params(6, 20).check().unwrap().fit(&data).unwrap());
    same_on_all_threads(fit);
    assert_eq!(hex::encode(fit().hash()), "e9662a4b49a9f219ee163c75f62bf4b7a304a7cf7dfb64baa7eefd81d13407d5");
}

proptest! {
    /// Whatever the row, base and parts add up to the margin, for deep trees as well.
    #[test]
    fn explanations_add_up(x in proptest::collection::vec(-1_200i64..1_200, 4), category in 0i64..5, missing in 0usize..9) {
        let (schema, table) = (schema(), table(400, 5));
        let mut row = [x, vec![category, 42]].concat();
        if missing < row.len() {
            row[missing] = MISSING;
        }
        let data = table.binary(&schema);
        let deep = GbdtParams { rounds: 5, leaves_max: 40, min_rows_leaf: 2, ..GbdtParams::default() };
        let tree = attention_model::Model::Tree(params(30, 1).check().unwrap().fit(&data).unwrap());
        for model in [gbdt(&data, deep), tree] {
            let sum = model.base_margin() + model.explain(&row).unwrap().iter().sum::<f64>();
            let margin = model.margin(&row).unwrap();
            prop_assert!((sum - margin).abs() < 1e-9 * (1.0 + margin.abs()), "{} and {}", sum, margin);
        }
    }
}
