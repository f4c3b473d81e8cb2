//! `train --task churn` and `evaluate --task churn` on the sales, real or made up.

use serde_json::{Value, json};

use super::data::punks;
use super::world::{Ran, run_in};

fn run(folder: &std::path::Path, arguments: &[&str]) -> Ran {
    run_in(folder, arguments, &[], "")
}

fn number(of: &Value, key: &str) -> f64 {
    of[key].as_f64().unwrap_or_else(|| panic!("{key}: {of}"))
}

/// The day on which a share of the file, in tenths, is over.
fn day(tenths: usize) -> String {
    let sales = std::fs::read_to_string(punks().join("sales.csv")).unwrap();
    let lines: Vec<&str> = sales.lines().skip(1).collect();
    lines[lines.len() / 10 * tenths].chars().take(10).collect()
}

#[test]
fn churn_is_learnt_and_measured_out_of_time() {
    let folder = tempfile::tempdir().unwrap();
    let (punks, day) = (punks(), day(4));
    let data = punks.to_str().unwrap();
    let train = ["train", "--task", "churn", "--data", data, "--until", &day, "--json"];
    let evaluate = ["evaluate", "--task", "churn", "--data", data, "--from", &day, "--json"];
    for kind in ["logistic", "gbdt", "forest"] {
        let more = ["--model", kind, "--out", "C.model", "--threads", "1"];
        let trained = run(folder.path(), &[&train[..], &more].concat()).json();
        assert_eq!((&trained["task"], &trained["model"]), (&json!("churn"), &json!(kind)));
        let measured =
            run(folder.path(), &[&evaluate[..], &["--model", "C.model", "--threads", "3"]].concat()).json();
        assert_eq!(measured["model_hash"], trained["model_hash"]);
        for key in ["rows", "auc", "log_loss", "ece", "base_log_loss", "recency_auc", "recency_log_loss"] {
            assert!(number(&measured, key) > 0.0, "{key}: {measured}");
        }
        let rows: f64 = measured["cuts"].as_array().unwrap().iter().map(|cut| number(cut, "rows")).sum();
        assert_eq!(rows, number(&measured, "rows"));
        if kind == "logistic" {
            // Without a model one is trained on what was before, to the same bytes.
            assert_eq!(run(folder.path(), &evaluate).json(), measured);
        }
    }
    let folds = run(folder.path(), &[&train[..], &["--model", "logistic", "--folds", "3"]].concat()).json();
    assert_eq!(folds["cross_validation"]["division"], "time");
    assert!(folds["report"]["baselines"].as_array().unwrap().len() == 2, "{folds}");
    let other =
        run(folder.path(), &[&train[..], &["--horizon-days", "30", "--out", "C30.model"]].concat()).json();
    assert_eq!(other["rules"]["horizon_s"], 30 * 86_400);
    let text = run(folder.path(), &evaluate[..evaluate.len() - 1]).succeeds().out;
    assert!(text.contains("days since the last act alone"), "{text}");

    let early = run(
        folder.path(),
        &["evaluate", "--task", "churn", "--data", data, "--from", "2017-07-01", "--model", "C.model"],
    );
    assert!(early.code == 3 && early.err.contains("not before the end of training"), "{early:?}");
    let foreign = run(folder.path(), &[&evaluate[..], &["--model", data]].concat());
    assert_eq!(foreign.code, 3);
    let never = run(folder.path(), &["train", "--task", "churn", "--data", data, "--until", "2017-07-01"]);
    assert!(never.code == 3 && never.err.contains("take other days"), "{never:?}");
    assert_eq!(run(folder.path(), &["evaluate", "--task", "churn", "--data", data]).code, 2);
    assert_eq!(run(folder.path(), &["train", "--task", "churn"]).code, 2);
    let zero = run(folder.path(), &[&train[..], &["--horizon-days", "0"]].concat());
    assert!(zero.code == 2 && zero.err.contains("the horizon in days is 0"), "{zero:?}");
}
