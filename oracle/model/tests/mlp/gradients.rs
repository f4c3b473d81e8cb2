//! Loss and gradient against an independent implementation and finite differences.

use attention_model::{
    Activation, CheckedMlpParams, Dataset, Encoder, FeatureKind, FeatureSchema, Fit, MISSING, MlpParams,
    ModelError, Predict, Target, log_loss_of_logit,
};

use super::common::{params, real_target, schema, table};

/// The output for a row by the definition, in double precision, one unit after the other.
pub(crate) fn defined_output(row: &[i64], encoder: &Encoder, params: &MlpParams, weights: &[f64]) -> f64 {
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
