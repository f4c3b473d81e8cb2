//! From the parts of a model to its score, the margin or the probability, whichever it computes first.

use attention_model::{Calibrator, Model, Output, Parts};

use super::graph::{Graph, Value};
use super::input::Rows;
use super::{constant_column, encoder, network, trees};
use crate::ExportError;

/// Margins beyond this are taken for it by a calibration.
const MARGIN_ABS_MAX: f64 = 1e6;

/// A matrix of one column.
pub(super) enum Score {
    /// Log-odds, or the value of a real target.
    Margin(Value),
    /// A probability.
    Probability(Value),
}

impl Score {
    /// As a margin.
    pub(super) fn margin(self, graph: &mut Graph) -> Value {
        match self {
            Self::Margin(margin) => margin,
            Self::Probability(p) => {
                let one = graph.double(1.0);
                let rest = graph.op("Sub", &[&one, &p]);
                let odds = graph.op("Div", &[&p, &rest]);
                graph.op("Log", &[&odds])
            }
        }
    }

    /// As a probability.
    pub(super) fn probability(self, graph: &mut Graph) -> Value {
        match self {
            Self::Margin(margin) => graph.op("Sigmoid", &[&margin]),
            Self::Probability(p) => p,
        }
    }
}

/// The score of a model.
pub(super) fn score(graph: &mut Graph, rows: &Rows, model: &Model) -> Result<Score, ExportError> {
    Ok(match model.parts() {
        Parts::Constant { margin } => Score::Margin(constant_column(graph, rows, margin)),
        Parts::Sum { encoder, intercept, weights, output } => {
            let columns = encoder::encoded(graph, rows, encoder);
            let weights = graph.doubles(&[weights.len(), 1], weights);
            let product = graph.op("MatMul", &[&columns, &weights]);
            let intercept = graph.double(intercept);
            let sum = graph.op("Add", &[&product, &intercept]);
            number(graph, sum, output)
        }
        Parts::Trees { start, mean, trees, output } => {
            let sum = trees::ensemble(graph, rows, start, mean, &trees)?;
            number(graph, sum, output)
        }
        Parts::Networks { encoder, centre, spread, activation, networks } => {
            let columns = encoder::encoded(graph, rows, encoder);
            let mean = network::mean_output(graph, &columns, activation, &networks);
            let (centre, spread) = (graph.double(centre), graph.double(spread));
            let scaled = graph.op("Mul", &[&mean, &spread]);
            Score::Margin(graph.op("Add", &[&scaled, &centre]))
        }
        Parts::Calibrated { inner, calibrator } => {
            let margin = score(graph, rows, inner)?.margin(graph);
            calibrated(graph, &margin, calibrator)
        }
    })
}

fn number(graph: &mut Graph, value: Value, output: Output) -> Score {
    match output {
        Output::Margin => Score::Margin(value),
        Output::Probability { clip } if clip > 0.0 => {
            Score::Probability(graph.clip(&value, clip, 1.0 - clip))
        }
        Output::Probability { .. } => Score::Probability(value),
    }
}

fn calibrated(graph: &mut Graph, margin: &Value, calibrator: &Calibrator) -> Score {
    let margin = graph.clip(margin, -MARGIN_ABS_MAX, MARGIN_ABS_MAX);
    match calibrator {
        Calibrator::Platt { slope, intercept } => {
            let (slope, intercept) = (graph.double(*slope), graph.double(*intercept));
            let product = graph.op("Mul", &[&margin, &slope]);
            Score::Margin(graph.op("Add", &[&product, &intercept]))
        }
        Calibrator::Isotonic { knots } => {
            let margins: Vec<f64> = knots.iter().map(|(margin, _)| *margin).collect();
            let probabilities: Vec<f64> = knots.iter().map(|(_, p)| *p).collect();
            let last = margins.len() as f64 - 1.0;
            let row = graph.doubles(&[1, margins.len()], &margins);
            let up_to = graph.op("LessOrEqual", &[&row, &margin]);
            let above = graph.count_true(&up_to);
            let vector = graph.doubles(&[margins.len()], &margins);
            let share = encoder::share_between(graph, &margin, &vector, &above, last);
            let share = graph.clip(&share, 0.0, 1.0);
            let heights = graph.doubles(&[probabilities.len()], &probabilities);
            let (low, high) = encoder::neighbours(graph, &heights, &above, last);
            let rise = graph.op("Sub", &[&high, &low]);
            let part = graph.op("Mul", &[&rise, &share]);
            Score::Probability(graph.op("Add", &[&low, &part]))
        }
    }
}
