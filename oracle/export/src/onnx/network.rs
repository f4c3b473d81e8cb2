//! Fully connected networks, in single precision as the model computes them; sums may be added in another order.

use attention_model::{Activation, Layer};

use super::graph::{Graph, Value};
use super::messages::{DOUBLE, FLOAT};

/// The mean output of the networks for encoded columns: a matrix of one column of doubles.
pub(super) fn mean_output(
    graph: &mut Graph,
    encoded: &Value,
    activation: Activation,
    networks: &[Vec<Layer>],
) -> Value {
    let inputs = graph.cast(encoded, FLOAT);
    let outputs: Vec<Value> = networks
        .iter()
        .map(|layers| {
            let mut values = inputs.clone();
            for (at, layer) in layers.iter().enumerate() {
                let weights = graph.floats(&[layer.inputs, layer.outputs], &layer.weights);
                let biases = graph.floats(&[1, layer.outputs], &layer.biases);
                let product = graph.op("MatMul", &[&values, &weights]);
                values = graph.op("Add", &[&product, &biases]);
                if at + 1 < layers.len() {
                    values = match activation {
                        Activation::Relu => graph.op("Relu", &[&values]),
                        Activation::Tanh => graph.op("Tanh", &[&values]),
                    };
                }
            }
            graph.cast(&values, DOUBLE)
        })
        .collect();
    let sum = graph.op("Sum", &outputs.iter().collect::<Vec<_>>());
    let count = graph.double(networks.len() as f64);
    graph.op("Div", &[&sum, &count])
}
