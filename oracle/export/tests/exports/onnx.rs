//! ONNX files are decoded again and looked at; `scripts/test exports` runs them in a real runtime.

use std::collections::{BTreeMap, BTreeSet};

use attention_export::onnx::messages::{AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto};
use attention_export::onnx::{self, encode};
use attention_model::{Calibration, MISSING, Predict};
use attention_tasks::Bundle;
use attention_tasks::estimator::Kind;
use attention_tasks::table::read_table;
use prost::Message;
use serde_json::json;

use super::common::{bundle, table};

fn decoded(bundle: &Bundle) -> ModelProto {
    ModelProto::decode(encode(bundle).unwrap().as_slice()).unwrap()
}

fn every_kind() -> Vec<(String, Bundle)> {
    let mut all = Vec::new();
    for kind in Kind::ALL {
        all.push((kind.name().to_owned(), bundle(kind, "bought", None, None)));
        if kind != Kind::Logistic {
            all.push((format!("{} of a number", kind.name()), bundle(kind, "price", None, None)));
        }
    }
    for (name, how) in [("platt", Calibration::Platt), ("isotonic", Calibration::Isotonic)] {
        all.push((name.to_owned(), bundle(Kind::Tree, "bought", None, Some(how))));
    }
    for normalisation in ["standard", "robust", "quantile"] {
        let params = Some(json!({ "normalisation": normalisation }));
        all.push((normalisation.to_owned(), bundle(Kind::Linear, "price", params, None)));
    }
    all
}

/// Every value is known before it is used and made once; input and output are there; the versions and the description too.
#[test]
fn every_kind_is_a_sound_graph() {
    for (name, bundle) in every_kind() {
        let model = decoded(&bundle);
        let GraphProto { node, initializer, input, output, .. } = model.graph.unwrap();
        let mut known: BTreeSet<String> = initializer.iter().map(|constant| constant.name.clone()).collect();
        assert_eq!(known.len(), initializer.len(), "{name}");
        let (input, output) = (&input[0], &output[0]);
        known.insert(input.name.clone());
        for NodeProto { input, output, op_type, .. } in &node {
            for value in input {
                assert!(known.contains(value), "{name}: {op_type} needs {value}");
            }
            assert!(known.insert(output[0].clone()), "{name}: {} twice", output[0]);
        }
        assert!(known.contains(&output.name), "{name}");
        let wanted = if bundle.spec().target.name == "price" { "value" } else { "probability" };
        assert_eq!((input.name.as_str(), output.name.as_str()), ("features", wanted), "{name}");
        let columns = |value: &onnx::messages::ValueInfoProto| {
            let tensor = value.r#type.clone().unwrap().tensor_type.unwrap();
            (tensor.elem_type, tensor.shape.unwrap().dim[1].dim_value)
        };
        assert_eq!((columns(input), columns(output)), ((11, Some(4)), (11, Some(1))), "{name}");
        for constant in &initializer {
            let count: i64 = constant.dims.iter().product();
            let width = match constant.data_type {
                1 => 4,
                7 | 11 => 8,
                other => panic!("{name}: type {other}"),
            };
            assert_eq!(constant.raw_data.len() as i64, count * width, "{name}: {}", constant.name);
        }
        assert_eq!(model.ir_version, 10);
        let sets: Vec<(&str, i64)> =
            model.opset_import.iter().map(|set| (set.domain.as_str(), set.version)).collect();
        assert_eq!(sets, [("", 21), ("ai.onnx.ml", 5)]);
        let about: BTreeMap<&str, &str> =
            model.metadata_props.iter().map(|entry| (entry.key.as_str(), entry.value.as_str())).collect();
        assert_eq!(about["attention.model_hash"], hex::encode(bundle.hash().unwrap()));
        assert_eq!(about["attention.kind"], bundle.kind());
        assert_eq!(about["attention.calibration"], bundle.calibration().unwrap_or("none"));
        assert_ne!(about["attention.kind"], "calibrated");
        let columns: serde_json::Value = serde_json::from_str(about["attention.columns"]).unwrap();
        assert_eq!(columns[1], json!({ "name": "seconds", "kind": { "number": { "decimals": 2 } } }));
        let months = json!({ "name": "month", "kind": { "category": { "values": ["Feb", "Mar", "Nov"] } } });
        assert_eq!(columns[2], months);
    }
}

#[test]
fn equal_models_have_equal_bytes() {
    for kind in Kind::ALL {
        let make = || encode(&bundle(kind, "bought", None, None)).unwrap();
        assert_eq!(make(), make(), "{}", kind.name());
        let again = Bundle::from_bytes(&bundle(kind, "bought", None, None).to_bytes().unwrap()).unwrap();
        assert_eq!(encode(&again).unwrap(), make(), "{}", kind.name());
    }
}

/// A tree ensemble as its specification says that it is computed, written from that alone.
struct Ensemble<'a>(BTreeMap<&'a str, &'a AttributeProto>);

impl Ensemble<'_> {
    fn ints(&self, name: &str) -> &[i64] {
        &self.0[name].ints
    }

    fn tensor(&self, name: &str) -> &TensorProto {
        self.0[name].t.as_ref().unwrap()
    }

    fn doubles(&self, name: &str) -> Vec<f64> {
        let chunks = self.tensor(name).raw_data.as_chunks::<8>().0;
        chunks.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect()
    }

    fn sum(&self, row: &[f64]) -> f64 {
        let (modes, splits) = (&self.tensor("nodes_modes").raw_data, self.doubles("nodes_splits"));
        let leaves = self.doubles("leaf_weights");
        let members = self.0.get("membership_values").map(|_| self.doubles("membership_values"));
        let members = members.unwrap_or_default();
        let sets: Vec<&[f64]> = members.split(|value| value.is_nan()).collect();
        let set_of = |node: usize| sets[modes[..node].iter().filter(|&&mode| mode == 6).count()];
        let mut sum = 0.0;
        for &root in self.ints("tree_roots") {
            let mut at = root as usize;
            loop {
                let value = row[self.ints("nodes_featureids")[at] as usize];
                let holds = match modes[at] {
                    _ if value.is_nan() => self.ints("nodes_missing_value_tracks_true")[at] == 1,
                    0 => value <= splits[at],
                    6 => set_of(at).contains(&value),
                    other => panic!("mode {other}"),
                };
                let (leaf, next) = if holds {
                    ("nodes_trueleafs", "nodes_truenodeids")
                } else {
                    ("nodes_falseleafs", "nodes_falsenodeids")
                };
                let place = self.ints(next)[at] as usize;
                if self.ints(leaf)[at] == 1 {
                    sum += leaves[place];
                    break;
                }
                at = place;
            }
        }
        sum
    }
}

/// Every row of the table and rows at, above and below every threshold take the same leaves as in the model.
#[test]
fn trees_take_the_same_sides() {
    let start = |model: &ModelProto| {
        let graph = model.graph.as_ref().unwrap();
        let place = graph.node.iter().position(|node| node.op_type == "TreeEnsemble").unwrap();
        let name = &graph.node[place + 1].input[1];
        let constant = graph.initializer.iter().find(|constant| constant.name == *name).unwrap();
        f64::from_le_bytes(constant.raw_data.as_slice().try_into().unwrap())
    };
    for kind in [Kind::Gbdt, Kind::Tree, Kind::Forest] {
        let bundle = bundle(kind, "price", None, None);
        let model = decoded(&bundle);
        let node = &model.graph.as_ref().unwrap().node;
        let node = node.iter().find(|node| node.op_type == "TreeEnsemble").unwrap();
        let ensemble = Ensemble(node.attribute.iter().map(|found| (found.name.as_str(), found)).collect());
        let text = table(900);
        let data = read_table(text.as_bytes(), "other.csv", bundle.spec()).unwrap();
        let data = data.data().unwrap();
        let mut rows: Vec<Vec<i64>> = (0..data.rows()).map(|row| data.row(row).to_vec()).collect();
        let splits = ensemble.doubles("nodes_splits");
        for (&feature, split) in ensemble.ints("nodes_featureids").iter().zip(splits) {
            if feature < 2 {
                for step in [-1, 0, 1] {
                    let mut row = rows[7].clone();
                    row[feature as usize] = split as i64 + step;
                    rows.push(row);
                }
            }
        }
        let trees = if kind == Kind::Forest { ensemble.ints("tree_roots").len() as f64 } else { 1.0 };
        for row in rows {
            let number = |&value: &i64| if value == MISSING { f64::NAN } else { value as f64 };
            let numbers: Vec<f64> = row.iter().map(number).collect();
            let got = (ensemble.sum(&numbers) + start(&model)) / trees;
            let want = bundle.model().margin(&row).unwrap();
            assert!((got - want).abs() < 1e-9 * want.abs().max(1.0), "{}: {got}, {want}", kind.name());
        }
    }
}

/// A boosting of no tree, and trees of nothing but a leaf, are constants.
#[test]
fn models_without_a_test_are_constants() {
    let params = json!({ "min_rows_leaf": 400 });
    for (kind, params) in [(Kind::Gbdt, json!({ "rounds": 3, "min_rows_leaf": 400 })), (Kind::Tree, params)] {
        let bundle = bundle(kind, "bought", Some(params), None);
        let model = decoded(&bundle);
        let graph = model.graph.unwrap();
        assert!(graph.node.iter().all(|node| node.op_type != "TreeEnsemble"));
        let margin = bundle.model().margin(&[MISSING; 4]).unwrap();
        let bytes = margin.to_le_bytes().to_vec();
        let sigmoid = graph.node.iter().find(|node| node.op_type == "Sigmoid").unwrap();
        let constant = graph.node.iter().find(|node| node.output == sigmoid.input).unwrap();
        let found = graph.initializer.iter().find(|found| found.name == constant.input[1]).unwrap();
        assert_eq!(found.raw_data, bytes, "{}", kind.name());
    }
}
