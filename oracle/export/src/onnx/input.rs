//! From the numbers of a table to the integers that a model reads.

use attention_model::FEATURE_ABS_MAX;
use attention_tasks::table::{Column, ColumnKind, power_of_ten};

use super::graph::{Graph, Value};

/// Rows as a model reads them, both matrices of rows × features.
pub(super) struct Rows {
    /// Integers as doubles, which hold them exactly; NaN where a value is missing.
    pub(super) integers: Value,
    /// Whether a value is missing.
    pub(super) missing: Value,
}

/// Scales, rounds and bounds the input as the reader of tables does: a number times `10^decimals`, half to even, within
/// ± 2^31; a category's place. NaN is missing, and so is a place that the column has no category for.
pub(super) fn rows(graph: &mut Graph, input: &Value, columns: &[Column]) -> Rows {
    let limit = FEATURE_ABS_MAX as f64;
    let (mut factors, mut divisors) = (Vec::new(), Vec::new());
    let (mut lows, mut highs, mut categories) = (Vec::new(), Vec::new(), Vec::new());
    for column in columns {
        let (decimals, low, high, category) = match &column.kind {
            ColumnKind::Number { decimals } => (*decimals, -limit, limit, 0.0),
            ColumnKind::Category { values } => (0, 0.0, values.len() as f64 - 1.0, 1.0),
        };
        let power = power_of_ten(decimals.unsigned_abs());
        let (factor, divisor) = if decimals < 0 { (1.0, power) } else { (power, 1.0) };
        factors.push(factor);
        divisors.push(divisor);
        lows.push(low);
        highs.push(high);
        categories.push(category);
    }
    let mut row = |values: &[f64]| graph.doubles(&[1, columns.len()], values);
    let (factors, divisors, lows, highs) = (row(&factors), row(&divisors), row(&lows), row(&highs));
    let categories = row(&categories);
    // One of the two is 1: a multiplication and a division as the reader has them, not one by a fraction.
    let larger = graph.op("Mul", &[input, &factors]);
    let smaller = graph.op("Div", &[&larger, &divisors]);
    let rounded = graph.op("Round", &[&smaller]);
    let half = graph.double(0.5);
    let is_category = graph.op("Greater", &[&categories, &half]);
    let below = graph.op("Less", &[&rounded, &lows]);
    let above = graph.op("Greater", &[&rounded, &highs]);
    let outside = graph.op("Or", &[&below, &above]);
    let unknown = graph.op("And", &[&outside, &is_category]);
    let empty = graph.op("IsNaN", &[input]);
    let missing = graph.op("Or", &[&empty, &unknown]);
    let raised = graph.op("Max", &[&rounded, &lows]);
    let bounded = graph.op("Min", &[&raised, &highs]);
    let nan = graph.double(f64::NAN);
    let integers = graph.op("Where", &[&missing, &nan, &bounded]);
    Rows { integers, missing }
}
