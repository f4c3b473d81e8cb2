//! A trained model of a table as an [ONNX](https://onnx.ai) model: IR version 10, operator sets ai.onnx 21 and ai.onnx.ml 5
//! (ONNX 1.16).
//!
//! One input, `features`: a matrix of doubles, a row a row, a column a feature in the model's order, as `attention.columns` of the
//! metadata lists them: a number as the table has it, a category as its place among the column's values, NaN for a missing value.
//! One output, a matrix of one column of doubles: `probability` of a binary target, `value` of a real one. Rounding to the
//! column's digits, bounds, encoding, calibration: all of it is in the graph.
//!
//! What is equal: trees take the same side at every test, as thresholds and inputs are integers in double precision. What is
//! not promised: the order in which sums are added, and the last bits of `exp` and `log`; networks compute in single precision, so
//! that their margins differ by some millionths. Where an isotonic calibration rises steeply, such a difference is
//! multiplied by its slope.

mod encoder;
mod graph;
mod input;
pub mod messages;
mod network;
mod score;
mod trees;

use attention_model::{Predict, TargetKind};
use attention_tasks::Bundle;
use prost::Message;

use self::graph::{Graph, Value};
use self::input::Rows;
use self::messages::{
    DOUBLE, DimensionProto, GraphProto, ModelProto, OperatorSetIdProto, StringStringEntryProto,
    TensorShapeProto, TensorTypeProto, TypeProto, ValueInfoProto,
};
use crate::ExportError;

/// Version of the file format.
pub const IR_VERSION: i64 = 10;
/// Version of the standard operators.
pub const OPSET: i64 = 21;
/// Version of the operators of `ai.onnx.ml`.
pub const ML_OPSET: i64 = 5;
/// The name of the input.
pub const INPUT: &str = "features";
/// Largest file that the format allows.
pub const BYTES_MAX: usize = (1 << 31) - 1;
const ML_DOMAIN: &str = "ai.onnx.ml";

/// The name of the output: `probability` of a binary target, `value` of a real one.
pub fn output_name(bundle: &Bundle) -> &'static str {
    match bundle.model().trained_on().target {
        TargetKind::Binary { .. } => "probability",
        TargetKind::Real { .. } => "value",
    }
}

/// The bytes of the ONNX model. Equal models have equal bytes.
///
/// # Errors
/// [`ExportError::TooLarge`] above [`BYTES_MAX`] bytes or for too many categories in tests; [`ExportError::Task`] if the bundle
/// has no file.
pub fn encode(bundle: &Bundle) -> Result<Vec<u8>, ExportError> {
    let model = model(bundle)?;
    let got = model.encoded_len();
    if got > BYTES_MAX {
        return Err(ExportError::TooLarge { what: "bytes", got, limit: BYTES_MAX });
    }
    Ok(model.encode_to_vec())
}

fn model(bundle: &Bundle) -> Result<ModelProto, ExportError> {
    let (spec, name) = (bundle.spec(), output_name(bundle));
    let mut graph = Graph::default();
    let rows = input::rows(&mut graph, &Value(INPUT.into()), &spec.columns);
    let score = score::score(&mut graph, &rows, bundle.model())?;
    let prediction = match bundle.model().trained_on().target {
        TargetKind::Binary { .. } => score.probability(&mut graph),
        TargetKind::Real { .. } => score.margin(&mut graph),
    };
    graph.output(&prediction, name);
    let entry = |key: &str, value: String| StringStringEntryProto { key: key.into(), value };
    let about_input = "a number as it is, a category as its place in attention.columns, NaN if missing";
    Ok(ModelProto {
        ir_version: IR_VERSION,
        producer_name: "attention-oracle".into(),
        producer_version: env!("CARGO_PKG_VERSION").into(),
        doc_string: format!("{} of {:?}", bundle.kind(), spec.target.name),
        graph: Some(GraphProto {
            node: graph.nodes,
            name: "attention".into(),
            initializer: graph.constants,
            input: vec![matrix(INPUT, spec.columns.len(), about_input)],
            output: vec![matrix(name, 1, &spec.target.name)],
        }),
        opset_import: vec![
            OperatorSetIdProto { domain: String::new(), version: OPSET },
            OperatorSetIdProto { domain: ML_DOMAIN.into(), version: ML_OPSET },
        ],
        metadata_props: vec![
            entry("attention.model_hash", hex::encode(bundle.hash()?)),
            entry("attention.kind", bundle.kind().into()),
            entry("attention.calibration", bundle.calibration().unwrap_or("none").into()),
            entry("attention.target", serde_json::to_string(&spec.target)?),
            entry("attention.columns", serde_json::to_string(&spec.columns)?),
        ],
    })
}

/// A matrix of doubles with any number of rows.
fn matrix(name: &str, columns: usize, about: &str) -> ValueInfoProto {
    let rows = DimensionProto { dim_value: None, dim_param: Some("rows".into()) };
    // At most FEATURES_MAX.
    let columns = DimensionProto { dim_value: Some(columns as i64), dim_param: None };
    let shape = Some(TensorShapeProto { dim: vec![rows, columns] });
    ValueInfoProto {
        name: name.into(),
        r#type: Some(TypeProto { tensor_type: Some(TensorTypeProto { elem_type: DOUBLE, shape }) }),
        doc_string: about.into(),
    }
}

/// The same number for every row: a matrix of one column.
fn constant_column(graph: &mut Graph, rows: &Rows, value: f64) -> Value {
    let first = graph.column(&rows.missing, 0);
    let value = graph.double(value);
    graph.op("Where", &[&first, &value, &value])
}
