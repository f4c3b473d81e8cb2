//! `predict`, `export-model`, `train --tensorboard`.

use std::path::Path;

use serde_json::{Value, json};

use super::tables::{folder, train};
use super::world::{Ran, run_in};

fn run(folder: &Path, arguments: &[&str]) -> Ran {
    run_in(folder, arguments, &[], "")
}

fn lines(folder: &Path, name: &str) -> Vec<String> {
    std::fs::read_to_string(folder.join(name)).unwrap().lines().map(str::to_owned).collect()
}

/// What is predicted is what `evaluate` measures: the mean squared error follows from the file.
#[test]
fn predictions_are_those_that_are_measured() {
    let folder = folder();
    let path = folder.path();
    train(path, &[]).succeeds();
    let predict = ["predict", "--model", "M.model", "--data", "other.csv", "--out", "P.csv", "--json"];
    let told = run(path, &predict).json();
    assert_eq!(
        (&told["rows"], &told["target"], &told["target_kind"]),
        (&json!(900), &json!("revenue"), &json!("binary"))
    );
    let (table, predicted) = (lines(path, "other.csv"), lines(path, "P.csv"));
    assert_eq!((predicted.len(), predicted[0].as_str()), (901, "row,prediction"));
    let (mut squares, mut sum) = (0.0, 0.0);
    for (number, (row, line)) in table.iter().zip(&predicted).enumerate().skip(1) {
        let (place, value) = line.split_once(',').unwrap();
        assert_eq!(place, number.to_string());
        let value: f64 = value.parse().unwrap();
        let truth = if row.ends_with("TRUE") { 1.0 } else { 0.0 };
        squares += (value - truth) * (value - truth) / 900.0;
        sum += value / 900.0;
    }
    let measured = run(path, &["evaluate", "--model", "M.model", "--data", "other.csv", "--json"]).json();
    assert!((squares - measured["mse"].as_f64().unwrap()).abs() < 1e-12, "{measured}");
    assert!((sum - told["mean"].as_f64().unwrap()).abs() < 1e-12, "{told}");
    assert_eq!(told["model_hash"], measured["model_hash"]);
}

#[test]
fn rows_without_a_target_are_predicted_by_name() {
    let folder = folder();
    let path = folder.path();
    train(path, &["--ignore", "visitor"]).succeeds();
    std::fs::write(path.join("new.csv"), "who,month,pages,seconds\n\"a,b\",Nov,9,1\nc,Dec,,2\n").unwrap();
    let arguments = ["predict", "--model", "M.model", "--data", "new.csv", "--id", "who", "--out", "P.csv"];
    let text = run(path, &arguments).succeeds().out;
    assert!(
        text.starts_with("2 probabilities of \"revenue\", from 0.") && text.contains("model_hash "),
        "{text}"
    );
    let predicted = lines(path, "P.csv");
    assert_eq!(predicted[0], "row,id,prediction");
    assert!(predicted[1].starts_with("1,\"a,b\",0.") && predicted[2].starts_with("2,c,0."), "{predicted:?}");
    let parquet =
        ["predict", "--model", "M.model", "--data", "new.csv", "--id", "who", "--out", "P.parquet", "--json"];
    let told = run(path, &parquet).json();
    let written = std::fs::read(path.join("P.parquet")).unwrap();
    assert_eq!((&told["format"], &told["bytes"]), (&json!("parquet"), &json!(written.len())));
    assert!(written.starts_with(b"PAR1") && written.ends_with(b"PAR1"));
    let refused =
        |more: &[&str]| run(path, &[&["predict", "--model", "M.model", "--out", "Q.csv"], more].concat());
    refused(&["--data", "new.csv", "--id", "name"])
        .fails(3, "new.csv has no column \"name\"; its columns are who, month, pages, seconds");
    refused(&["--data", "nothing.csv"]).fails(3, "nothing.csv: No such file or directory (os error 2)");
    assert!(!path.join("Q.csv").exists());
}

#[test]
fn a_model_is_exported_the_same_every_time() {
    let folder = folder();
    let path = folder.path();
    let trained = train(path, &["--json"]).json();
    let export = |out: &str| {
        run(path, &["export-model", "--model", "M.model", "--format", "onnx", "--out", out, "--json"]).json()
    };
    let told = export("M.onnx");
    assert_eq!(told["model_hash"], trained["model_hash"]);
    assert_eq!((&told["output"], &told["ir_version"]), (&json!("probability"), &json!(10)));
    assert_eq!(told["features"], json!(["pages", "seconds", "month", "visitor"]));
    let bytes = std::fs::read(path.join("M.onnx")).unwrap();
    assert_eq!(told["bytes"], json!(bytes.len()));
    assert_eq!(export("again.onnx")["sha256"], told["sha256"]);
    assert_eq!(std::fs::read(path.join("again.onnx")).unwrap(), bytes);
    let text = run(path, &["export-model", "--model", "M.model", "--out", "M.onnx"]).succeeds().out;
    assert!(text.starts_with("gbdt as ONNX (IR version 10, operator sets 21 and ai.onnx.ml 5)"), "{text}");
    run(path, &["export-model", "--model", "train.csv", "--out", "no.onnx"]).fails(
        3,
        "train.csv: model bundle, byte 0: does not begin with ATTNTASK: it is no model that `train --out` wrote",
    );
    assert_eq!(run(path, &["export-model", "--model", "M.model", "--format", "pmml", "--out", "x"]).code, 2);
    assert!(!path.join("no.onnx").exists());
}

#[test]
fn curves_are_written_and_change_no_model() {
    let folder = folder();
    let path = folder.path();
    for kind in ["gbdt", "mlp"] {
        let plain = train(path, &["--model", kind, "--json"]).json();
        assert!(plain.get("curves").is_none() && plain.get("tensorboard").is_none(), "{plain}");
        let told = train(path, &["--model", kind, "--tensorboard", kind, "--json"]).json();
        assert_eq!(told["model_hash"], plain["model_hash"]);
        let written = std::fs::read(path.join(told["tensorboard"].as_str().unwrap())).unwrap();
        assert_eq!(written[8..12], [0xa3, 0x7f, 0x4b, 0x22]);
        let curves = told["curves"].as_array().unwrap();
        let first = |what: &str| curves[0]["epochs"][0][what].as_f64();
        let last =
            |curve: &Value| curve["epochs"].as_array().unwrap().last().unwrap()["training"].as_f64().unwrap();
        assert!(curves.iter().all(|curve| last(curve) < first("training").unwrap()), "{kind}");
        assert_eq!(
            (curves.len(), first("validation").is_some()),
            if kind == "mlp" { (4, true) } else { (1, false) }
        );
    }
    let refused = train(path, &["--model", "tree", "--tensorboard", "tree"]);
    refused.fails(2, "--tensorboard: tree does not learn in steps, so it has no curve; gbdt and mlp do");
    assert!(!path.join("tree").exists());
}
