//! Building a computation step by step: names, constants, and shorthands for the operators in use.

use std::collections::BTreeMap;

use super::messages::{
    ATTRIBUTE_INT, ATTRIBUTE_INTS, ATTRIBUTE_TENSOR, AttributeProto, DOUBLE, FLOAT, INT64, NodeProto,
    TensorProto,
};

/// A value of the computation, by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Value(pub(super) String);

/// A computation that grows. Names are counted, and equal constants are one, so that equal models become equal bytes.
#[derive(Debug, Default)]
pub(super) struct Graph {
    pub(super) nodes: Vec<NodeProto>,
    pub(super) constants: Vec<TensorProto>,
    /// Type, shape and bytes of each constant, with its name.
    known: BTreeMap<(i32, Vec<i64>, Vec<u8>), String>,
}

impl Graph {
    /// A step of the standard set without settings.
    pub(super) fn op(&mut self, op_type: &str, inputs: &[&Value]) -> Value {
        self.step("", op_type, inputs, Vec::new())
    }

    /// A step with settings, of the set `domain`.
    pub(super) fn step(
        &mut self,
        domain: &str,
        op_type: &str,
        inputs: &[&Value],
        attribute: Vec<AttributeProto>,
    ) -> Value {
        let value = Value(format!("{op_type}_{}", self.nodes.len()));
        self.nodes.push(NodeProto {
            input: inputs.iter().map(|value| value.0.clone()).collect(),
            output: vec![value.0.clone()],
            op_type: op_type.into(),
            attribute,
            domain: domain.into(),
        });
        value
    }

    /// Gives a value the name under which it leaves the computation.
    pub(super) fn output(&mut self, value: &Value, name: &str) {
        self.nodes.push(NodeProto {
            input: vec![value.0.clone()],
            output: vec![name.into()],
            op_type: "Identity".into(),
            ..Default::default()
        });
    }

    fn constant(&mut self, data_type: i32, dims: &[usize], raw_data: Vec<u8>) -> Value {
        // Each is the length of something in memory.
        let dims: Vec<i64> = dims.iter().map(|&dim| dim as i64).collect();
        let next = format!("constant_{}", self.known.len());
        let key = (data_type, dims, raw_data);
        if let Some(name) = self.known.get(&key) {
            return Value(name.clone());
        }
        let (data_type, dims, raw_data) = key.clone();
        self.constants.push(TensorProto { dims, data_type, name: next.clone(), raw_data });
        self.known.insert(key, next.clone());
        Value(next)
    }

    /// Constants of double precision; an empty shape is that of a single one.
    pub(super) fn doubles(&mut self, dims: &[usize], values: &[f64]) -> Value {
        self.constant(DOUBLE, dims, double_bytes(values))
    }

    /// One constant of double precision.
    pub(super) fn double(&mut self, value: f64) -> Value {
        self.doubles(&[], &[value])
    }

    /// Constants of single precision.
    pub(super) fn floats(&mut self, dims: &[usize], values: &[f32]) -> Value {
        self.constant(FLOAT, dims, values.iter().flat_map(|value| value.to_le_bytes()).collect())
    }

    fn ints(&mut self, values: &[i64]) -> Value {
        self.constant(INT64, &[values.len()], values.iter().flat_map(|value| value.to_le_bytes()).collect())
    }

    /// The same numbers in another type.
    pub(super) fn cast(&mut self, value: &Value, data_type: i32) -> Value {
        self.step("", "Cast", &[value], vec![int("to", data_type.into())])
    }

    /// One column of a matrix, as a matrix of one column.
    pub(super) fn column(&mut self, matrix: &Value, column: usize) -> Value {
        // A column of a schema: at most FEATURES_MAX.
        let place = self.ints(&[column as i64]);
        self.step("", "Gather", &[matrix, &place], vec![int("axis", 1)])
    }

    /// The entries of a vector at places held in doubles.
    pub(super) fn entries(&mut self, vector: &Value, places: &Value) -> Value {
        let places = self.cast(places, INT64);
        self.step("", "Gather", &[vector, &places], vec![int("axis", 0)])
    }

    /// Columns side by side.
    pub(super) fn beside(&mut self, columns: &[Value]) -> Value {
        self.step("", "Concat", &columns.iter().collect::<Vec<_>>(), vec![int("axis", 1)])
    }

    /// How many of the entries of each row are true, as a matrix of one column of doubles.
    pub(super) fn count_true(&mut self, rows: &Value) -> Value {
        let numbers = self.cast(rows, DOUBLE);
        let columns = self.ints(&[1]);
        self.op("ReduceSum", &[&numbers, &columns])
    }

    /// `value` where `low <= value <= high`, else the nearer end.
    pub(super) fn clip(&mut self, value: &Value, low: f64, high: f64) -> Value {
        let (low, high) = (self.double(low), self.double(high));
        self.op("Clip", &[value, &low, &high])
    }
}

/// Doubles as a tensor holds them.
pub(super) fn double_bytes(values: &[f64]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// A setting that is a number.
pub(super) fn int(name: &str, value: i64) -> AttributeProto {
    AttributeProto { name: name.into(), i: Some(value), kind: ATTRIBUTE_INT, ..Default::default() }
}

/// A setting that is a list of numbers.
pub(super) fn ints(name: &str, ints: Vec<i64>) -> AttributeProto {
    AttributeProto { name: name.into(), ints, kind: ATTRIBUTE_INTS, ..Default::default() }
}

/// A setting that is a list of numbers of any type.
pub(super) fn tensor(name: &str, data_type: i32, len: usize, raw_data: Vec<u8>) -> AttributeProto {
    // The length of something in memory.
    let t = TensorProto { dims: vec![len as i64], data_type, name: name.into(), raw_data };
    AttributeProto { name: name.into(), t: Some(t), kind: ATTRIBUTE_TENSOR, ..Default::default() }
}
