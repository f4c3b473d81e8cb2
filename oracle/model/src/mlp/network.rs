//! One fully connected network: the places of its parameters, what it outputs, and the gradient of its loss.
//!
//! Layer l of `h = act(h · W + b)`, the last one without activation and with one output. All parameters lie in one vector,
//! layer after layer: W row-major (inputs × outputs), then b. In memory inputs and outputs are padded with zeros to whole
//! blocks; the padding's gradient is zero, so it stays zero.

use std::ops::Range;

use super::kernels::{
    BLOCK_ROWS, LANES, Lanes, dot, multiply, multiply_transposed, pack, pack_transposed, padded,
};
use super::params::{Activation, UNITS_MAX};

/// A row of zeros for the widest hidden layer.
static ZEROS: [Lanes; UNITS_MAX as usize / LANES] = [[0.0; LANES]; UNITS_MAX as usize / LANES];

/// Where a layer's parameters are in the vector of all.
#[derive(Debug, Clone, PartialEq)]
struct Layer {
    inputs: usize,
    outputs: usize,
    /// Inputs and outputs with their padding.
    depth: usize,
    width: usize,
    weights: Range<usize>,
    biases: Range<usize>,
}

/// Sizes of all layers.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Shape {
    hidden: Vec<Layer>,
    output: Layer,
    activation: Activation,
}

impl Shape {
    pub(super) fn new(columns: usize, hidden: &[u16], activation: Activation) -> Self {
        // Without a column there is a block of padding: no matrix is empty.
        let (mut inputs, mut depth, mut at) = (columns, padded(columns.max(1), BLOCK_ROWS), 0);
        let mut layer = |outputs: usize, width: usize| {
            let weights = at..at + depth * width;
            let biases = weights.end..weights.end + width;
            at = biases.end;
            let layer = Layer { inputs, outputs, depth, width, weights, biases };
            (inputs, depth) = (outputs, width);
            layer
        };
        let hidden = hidden.iter().map(|&units| layer(units.into(), padded(units.into(), LANES))).collect();
        Self { hidden, output: layer(1, 1), activation }
    }

    /// Places of an encoded row, padding included.
    pub(super) fn row_width(&self) -> usize {
        self.hidden.first().map_or(self.output.depth, |layer| layer.depth)
    }

    fn layers(&self) -> impl Iterator<Item = &Layer> {
        self.hidden.iter().chain([&self.output])
    }

    /// Length of the vector of all parameters, padding included.
    pub(super) fn len(&self) -> usize {
        self.output.biases.end
    }

    /// How many parameters there are besides the padding.
    pub(super) fn used(&self) -> usize {
        self.layers().map(|layer| (layer.inputs + 1) * layer.outputs).sum()
    }

    /// The position in the vector of every parameter that is not padding, in order.
    pub(super) fn positions(&self) -> impl Iterator<Item = usize> {
        self.layers().flat_map(|layer| {
            let start = layer.weights.start;
            // A bias row follows the weights' rows directly.
            (0..layer.inputs)
                .map(move |row| start + row * layer.width)
                .chain([layer.biases.start])
                .flat_map(|row| row..row + layer.outputs)
        })
    }

    /// The layers' weights in the vector, with inputs and outputs of each.
    pub(super) fn weights(&self) -> impl Iterator<Item = (Range<usize>, usize, usize)> {
        self.layers().map(|layer| (layer.weights.clone(), layer.inputs, layer.outputs))
    }

    /// The position of the output's bias.
    pub(super) fn output_bias(&self) -> usize {
        self.output.biases.start
    }
}

/// A network's parameters with its hidden weights in the order of the kernels.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Network {
    pub(super) shape: Shape,
    pub(super) parameters: Vec<f32>,
    forward: Vec<Vec<Lanes>>,
    /// Of the transposed weights of the second hidden layer on.
    backward: Vec<Vec<Lanes>>,
}

impl Network {
    /// With all parameters zero.
    pub(super) fn new(shape: Shape) -> Self {
        let empty = |layer: &Layer| vec![[0.0; LANES]; layer.depth * layer.width / LANES];
        Self {
            parameters: vec![0.0; shape.len()],
            forward: shape.hidden.iter().map(empty).collect(),
            backward: shape.hidden.iter().skip(1).map(empty).collect(),
            shape,
        }
    }

    /// The layers without their padding.
    pub(super) fn parts(&self) -> Vec<crate::Layer> {
        let part = |layer: &Layer| crate::Layer {
            inputs: layer.inputs,
            outputs: layer.outputs,
            weights: self.parameters[layer.weights.clone()]
                .chunks_exact(layer.width)
                .take(layer.inputs)
                .flat_map(|row| &row[..layer.outputs])
                .copied()
                .collect(),
            biases: self.parameters[layer.biases.clone()][..layer.outputs].to_vec(),
        };
        self.shape.layers().map(part).collect()
    }

    /// Takes over changes of [`Network::parameters`].
    pub(super) fn pack(&mut self) {
        for (layer, panels) in self.shape.hidden.iter().zip(&mut self.forward) {
            pack(&self.parameters[layer.weights.clone()], layer.width, panels);
        }
        for (layer, panels) in self.shape.hidden.iter().skip(1).zip(&mut self.backward) {
            pack_transposed(&self.parameters[layer.weights.clone()], layer.width, panels);
        }
    }

    /// Computes the outputs of the rows in `work`.
    pub(super) fn outputs(&self, work: &mut Workspace) {
        let rows = padded(work.rows, BLOCK_ROWS);
        for (at, (layer, panels)) in self.shape.hidden.iter().zip(&self.forward).enumerate() {
            let (inputs, outputs) = work.values.split_at_mut(at + 1);
            let out = &mut outputs[0][..rows * layer.width];
            let biases = self.parameters[layer.biases.clone()].as_chunks::<LANES>().0;
            multiply(&inputs[at][..rows * layer.depth], layer.depth, panels, biases, out);
            match self.shape.activation {
                Activation::Relu => {
                    for value in out {
                        *value = if *value > 0.0 { *value } else { 0.0 };
                    }
                }
                Activation::Tanh => {
                    for value in out {
                        *value = libm::tanhf(*value);
                    }
                }
            }
        }
        let layer = &self.shape.output;
        let (weights, bias) = (&self.parameters[layer.weights.clone()], self.parameters[layer.biases.start]);
        let last = &work.values[self.shape.hidden.len()];
        for (slot, row) in work.outputs[..work.rows].iter_mut().zip(last.chunks_exact(layer.depth)) {
            *slot = bias + dot(row, weights);
        }
    }

    /// Fills `work.gradient` from the derivative of the loss by each output, `work.outputs`, after [`Network::outputs`].
    pub(super) fn gradient(&self, work: &mut Workspace) {
        let Workspace { rows, values, outputs, deltas, gradient } = work;
        let padded_rows = padded(*rows, BLOCK_ROWS);
        let layer = &self.shape.output;
        let weights = &self.parameters[layer.weights.clone()];
        let last = self.shape.hidden.len();
        // Rows that fill up a block have no influence.
        outputs[*rows..padded_rows].fill(0.0);
        gradient[layer.weights.start..].fill(0.0);
        let deltas_out = &mut deltas[last - 1];
        for ((&delta, row), slots) in outputs[..padded_rows]
            .iter()
            .zip(values[last].chunks_exact(layer.depth))
            .zip(deltas_out.chunks_exact_mut(layer.depth))
        {
            let (weights_gradient, bias_gradient) = gradient[layer.weights.start..].split_at_mut(layer.depth);
            bias_gradient[0] += delta;
            for (((sum, slot), value), weight) in weights_gradient.iter_mut().zip(slots).zip(row).zip(weights)
            {
                *sum += delta * value;
                *slot = delta * weight;
            }
        }
        for (at, layer) in self.shape.hidden.iter().enumerate().rev() {
            let (before, here) = deltas.split_at_mut(at);
            let delta = &mut here[0][..padded_rows * layer.width];
            self.through_activation(&values[at + 1], delta);
            let inputs = &values[at][..padded_rows * layer.depth];
            multiply_transposed(
                inputs,
                layer.depth,
                delta,
                layer.width,
                &mut gradient[layer.weights.clone()],
            );
            let biases = &mut gradient[layer.biases.clone()];
            biases.fill(0.0);
            for row in delta.chunks_exact(layer.width) {
                for (sum, value) in biases.iter_mut().zip(row) {
                    *sum += value;
                }
            }
            // The first layer's inputs are the data.
            if let Some(out) = before.last_mut() {
                let (panels, start) = (&self.backward[at - 1], &ZEROS[..layer.depth / LANES]);
                multiply(delta, layer.width, panels, start, &mut out[..padded_rows * layer.depth]);
            }
        }
    }

    /// Multiplies `delta` by the activation's derivative where its value is `values`.
    fn through_activation(&self, values: &[f32], delta: &mut [f32]) {
        match self.shape.activation {
            Activation::Relu => {
                for (slot, value) in delta.iter_mut().zip(values) {
                    *slot = if *value > 0.0 { *slot } else { 0.0 };
                }
            }
            Activation::Tanh => {
                for (slot, value) in delta.iter_mut().zip(values) {
                    *slot *= 1.0 - value * value;
                }
            }
        }
    }
}

/// Room for a pass over some rows.
#[derive(Debug)]
pub(super) struct Workspace {
    /// How many rows are in it.
    pub(super) rows: usize,
    /// The encoded rows, then each hidden layer's values.
    values: Vec<Vec<f32>>,
    /// An output a row; then the loss's derivative by it.
    pub(super) outputs: Vec<f32>,
    /// The loss's derivative by each hidden layer's values.
    deltas: Vec<Vec<f32>>,
    /// The loss's derivative by each parameter.
    pub(super) gradient: Vec<f32>,
}

impl Workspace {
    /// For at most `rows` rows; with room for a gradient if they are to be learnt from.
    pub(super) fn new(shape: &Shape, rows: usize, learning: bool) -> Self {
        let rows = padded(rows, BLOCK_ROWS);
        let layers = || shape.hidden.iter().map(|layer| vec![0.0; rows * layer.width]);
        Self {
            rows: 0,
            values: std::iter::once(vec![0.0; rows * shape.row_width()]).chain(layers()).collect(),
            outputs: vec![0.0; rows],
            deltas: if learning { layers().collect() } else { Vec::new() },
            gradient: if learning { vec![0.0; shape.len()] } else { Vec::new() },
        }
    }

    /// Empties it.
    pub(super) fn clear(&mut self) {
        self.rows = 0;
    }

    /// The place of the next row, `width` long.
    pub(super) fn push(&mut self, width: usize) -> &mut [f32] {
        self.rows += 1;
        &mut self.values[0][(self.rows - 1) * width..self.rows * width]
    }
}
