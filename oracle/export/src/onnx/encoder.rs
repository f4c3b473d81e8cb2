//! The encoding of features to columns of comparable size.

use attention_model::{Encoder, ScaleParts};

use super::graph::{Graph, Value};
use super::input::Rows;
use super::messages::DOUBLE;

/// The encoded columns, a matrix of rows × columns of doubles.
pub(super) fn encoded(graph: &mut Graph, rows: &Rows, encoder: &Encoder) -> Value {
    let zero = graph.double(0.0);
    let mut columns = Vec::new();
    for (feature, (scale, own_missing)) in encoder.parts().enumerate() {
        let value = graph.column(&rows.integers, feature);
        let missing = graph.column(&rows.missing, feature);
        let column = match scale {
            ScaleParts::Linear { centre, spread } => {
                let (centre, spread) = (graph.double(centre), graph.double(spread));
                let centred = graph.op("Sub", &[&value, &centre]);
                let scaled = graph.op("Div", &[&centred, &spread]);
                graph.op("Where", &[&missing, &zero, &scaled])
            }
            ScaleParts::Quantile { knots } => {
                let scaled = quantile(graph, &value, knots);
                graph.op("Where", &[&missing, &zero, &scaled])
            }
            ScaleParts::OneHot { levels } => {
                let all: Vec<f64> = (0..levels).map(f64::from).collect();
                let all = graph.doubles(&[1, all.len()], &all);
                // Nothing equals NaN.
                let hit = graph.op("Equal", &[&value, &all]);
                graph.cast(&hit, DOUBLE)
            }
        };
        columns.push(column);
        if own_missing {
            columns.push(graph.cast(&missing, DOUBLE));
        }
    }
    graph.beside(&columns)
}

/// The rank among knots of a column of values, over ± the half width; see [`ScaleParts::Quantile`].
fn quantile(graph: &mut Graph, value: &Value, knots: &[i64]) -> Value {
    // At most 129 knots within ± 2^31.
    let numbers: Vec<f64> = knots.iter().map(|&knot| knot as f64).collect();
    let last = numbers.len() as f64 - 1.0;
    let row = graph.doubles(&[1, numbers.len()], &numbers);
    let below = graph.op("Less", &[&row, value]);
    let below = graph.count_true(&below);
    let up_to = graph.op("LessOrEqual", &[&row, value]);
    let up_to = graph.count_true(&up_to);
    let (one, two) = (graph.double(1.0), graph.double(2.0));
    let before = graph.op("Sub", &[&below, &one]);
    // Among equal knots: the middle of their places.
    let tied = graph.op("Less", &[&below, &up_to]);
    let places = graph.op("Add", &[&before, &up_to]);
    let middle = graph.op("Div", &[&places, &two]);
    // Between two: interpolated. Beyond the ends both are the same knot, and clipping makes of whatever comes out the end's rank.
    let vector = graph.doubles(&[numbers.len()], &numbers);
    let share = share_between(graph, value, &vector, &below, last);
    let between = graph.op("Add", &[&before, &share]);
    let between = graph.clip(&between, 0.0, last);
    let rank = graph.op("Where", &[&tied, &middle, &between]);
    let doubled = graph.op("Mul", &[&rank, &two]);
    let steps = graph.double(last.max(1.0));
    let relative = graph.op("Div", &[&doubled, &steps]);
    let centred = graph.op("Sub", &[&relative, &one]);
    let width = graph.double(ScaleParts::QUANTILE_HALF_WIDTH);
    graph.op("Mul", &[&centred, &width])
}

/// Where `value` is between the knots number `above − 1` and `above`: `(value − left) / (right − left)`. Beyond the first or
/// the last knot (places are held to 0 to `last`) both are that one, and the difference itself comes out.
pub(super) fn share_between(
    graph: &mut Graph,
    value: &Value,
    knots: &Value,
    above: &Value,
    last: f64,
) -> Value {
    let (left, right) = neighbours(graph, knots, above, last);
    let distance = graph.op("Sub", &[value, &left]);
    let width = graph.op("Sub", &[&right, &left]);
    let (zero, one) = (graph.double(0.0), graph.double(1.0));
    let none = graph.op("Equal", &[&width, &zero]);
    let width = graph.op("Where", &[&none, &one, &width]);
    graph.op("Div", &[&distance, &width])
}

/// The entries number `above − 1` and `above` of a vector whose last place is `last`; beyond its ends those.
pub(super) fn neighbours(graph: &mut Graph, vector: &Value, above: &Value, last: f64) -> (Value, Value) {
    let one = graph.double(1.0);
    let before = graph.op("Sub", &[above, &one]);
    let before = graph.clip(&before, 0.0, last);
    let above = graph.clip(above, 0.0, last);
    (graph.entries(vector, &before), graph.entries(vector, &above))
}
