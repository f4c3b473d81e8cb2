//! Rows that choose the best epoch, and networks of an ensemble.

use attention_model::{
    CounterRng, Dataset, Encoder, Fit, MISSING, MlpParams, ModelError, Normalisation, Predict, Target,
};

use super::common::{params, real_target, schema, table};
use super::gradients::defined_output;

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
