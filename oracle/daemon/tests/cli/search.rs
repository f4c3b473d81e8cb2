//! `search` and `train --spec`: the same specification however often the process was killed.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::world::{Ran, run_in};

fn run(folder: &Path, arguments: &[&str]) -> Ran {
    run_in(folder, arguments, &[], "")
}

/// A table whose target depends on two columns, and not without exceptions.
fn table(rows: u32) -> String {
    let mut text = "pages,seconds,day,revenue\n".to_owned();
    for row in 0..rows {
        let (pages, seconds) = (row * 7 % 13, row * 31 % 101);
        let noise = row.wrapping_mul(2_654_435_761) >> 28;
        let bought = pages * 4 + seconds / 5 + noise > 45;
        text.push_str(&format!("{pages},{seconds},{row},{}\n", u8::from(bought)));
    }
    text
}

fn folder(rows: u32) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("train.csv"), table(rows)).unwrap();
    folder
}

const SEARCH: [&str; 14] = [
    "search",
    "--data",
    "train.csv",
    "--target",
    "revenue",
    "--ignore",
    "day",
    "--model",
    "tree,logistic",
    "--folds",
    "3",
    "--seed",
    "7",
    "--json",
];

fn search(folder: &Path, more: &[&str]) -> Ran {
    run(folder, &[&SEARCH[..], more].concat())
}

fn number(of: &Value, key: &str) -> f64 {
    of[key].as_f64().unwrap_or_else(|| panic!("{key}: {of}"))
}

#[test]
fn a_search_finds_a_specification_that_train_fits() {
    let folder = folder(3_000);
    let found = search(folder.path(), &["--trials", "12", "--out", "one.json", "--threads", "1"]).json();
    let again = search(folder.path(), &["--trials", "12", "--out", "three.json", "--threads", "3"]).json();
    assert_eq!(found["spec_hash"], again["spec_hash"]);
    let bytes = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
    assert_eq!(bytes("one.json"), bytes("three.json"));
    assert_eq!(found["metric"], "log_loss");
    // 2,000 training rows a fold: 666 and 2,000 with a factor of three; 12, then the defaults and four of the others.
    let rungs: Vec<f64> =
        found["rungs"].as_array().unwrap().iter().map(|rung| number(rung, "trials")).collect();
    assert_eq!(rungs, [12.0, 6.0]);
    assert!(number(&found["against_defaults"]["difference"], "mean") <= 0.0, "{found}");
    let names = |of: &Value| {
        of["report"]["baselines"].as_array().unwrap().iter().map(|b| b["name"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(names(&found), [json!("base_rate"), json!("single_feature")]);

    let fit = ["train", "--data", "train.csv", "--spec", "one.json", "--out", "M.model", "--json"];
    let trained = run(folder.path(), &fit).json();
    assert_eq!(
        (&trained["model"], &trained["params"], &trained["spec"]["spec_hash"]),
        (&found["kind"], &found["params"], &found["spec_hash"])
    );
    assert_eq!(trained["spec"]["chosen_on_these_data"], true);
    assert_eq!(trained["cross_validation"]["log_loss"], found["cross_validation"]["log_loss"]);
    // The same by hand.
    std::fs::write(folder.path().join("params.json"), found["params"].to_string()).unwrap();
    let kind = found["kind"].as_str().unwrap();
    let by_hand = run(
        folder.path(),
        &[
            "train",
            "--data",
            "train.csv",
            "--target",
            "revenue",
            "--ignore",
            "day",
            "--model",
            kind,
            "--params",
            "params.json",
            "--json",
        ],
    )
    .json();
    assert_eq!(by_hand["model_hash"], trained["model_hash"]);
    assert_eq!(run(folder.path(), &[&fit[..], &["--target", "revenue"]].concat()).code, 2);
    let text = run(folder.path(), &[&SEARCH[..13], &["--trials", "4"]].concat()).succeeds().out;
    assert!(text.contains(" won: log loss ") && text.contains("against base rate"), "{text}");
}

#[test]
fn every_division_and_metric_can_be_searched_by() {
    let folder = folder(1_500);
    for (metric, cv) in [("auc", "stratified"), ("mse", "kfold"), ("log_loss", "time")] {
        let more = ["--trials", "3", "--rungs", "1", "--metric", metric, "--cv", cv, "--out", "s.json"];
        let time = ["--time-column", "day"];
        let found = search(folder.path(), &[&more[..], &time].concat()).json();
        assert_eq!((&found["metric"], &found["cross_validation"]["division"]), (&json!(metric), &json!(cv)));
        let trained =
            run(folder.path(), &["train", "--data", "train.csv", "--spec", "s.json", "--json"]).json();
        assert_eq!(trained["cross_validation"]["division"], cv);
    }
}

/// Killed again and again in the middle of a trial or a write, the search comes to the bytes of one that was not.
#[test]
fn a_killed_search_goes_on_to_the_same_bytes() {
    let folder = folder(6_000);
    let slow = ["--trials", "24", "--threads", "1"];
    search(folder.path(), &[&slow[..], &["--out", "whole.json", "--trials-file", "whole.jsonl"]].concat())
        .succeeds();
    let trials = folder.path().join("trials.jsonl");
    let lines =
        || std::fs::read(&trials).map_or(0, |bytes| bytes.iter().filter(|&&byte| byte == b'\n').count());
    let arguments = [&SEARCH[..], &slow, &["--out", "spec.json", "--trials-file", "trials.jsonl"]].concat();
    let mut killed = 0;
    for wanted in [2, 7, 15] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_attention-oracle"))
            .current_dir(folder.path())
            .args(&arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let end = Instant::now() + Duration::from_secs(120);
        while lines() < wanted && child.try_wait().unwrap().is_none() && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(1));
        }
        killed += usize::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert!(killed > 0, "the search was over before it could be killed");
    assert!(!folder.path().join("spec.json").exists(), "a killed search leaves no specification");
    // As a crash can leave it: half a line.
    let half = b"{\"rung\":0,\"trial\":";
    let mut bytes = std::fs::read(&trials).unwrap();
    bytes.extend_from_slice(half);
    std::fs::write(&trials, &bytes).unwrap();
    let done = lines() - 1;
    let resumed = run(folder.path(), &arguments).json();
    assert_eq!(number(&resumed, "resumed"), done as f64);
    let bytes = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
    assert_eq!(bytes("spec.json"), bytes("whole.json"));
    assert_eq!(bytes("trials.jsonl"), bytes("whole.jsonl"));
    // All is in the file now; another search is refused.
    assert_eq!(run(folder.path(), &arguments).json()["resumed"], resumed["evaluations"]);
    let other = search(folder.path(), &["--trials", "25", "--trials-file", "trials.jsonl"]);
    assert!(other.code == 3 && other.err.contains("trials 24 and not 25"), "{other:?}");
    std::fs::write(folder.path().join("other.csv"), "a,b\n1,2\n").unwrap();
    let foreign = search(folder.path(), &["--trials-file", "other.csv"]);
    assert!(foreign.code == 3 && foreign.err.contains("does not begin a search"), "{foreign:?}");
    let foreign = search(folder.path(), &["--trials-file", "train.csv"]);
    assert!(foreign.code == 2 && foreign.err.contains("is the file that --data names"), "{foreign:?}");
    assert_eq!(std::fs::read_to_string(folder.path().join("train.csv")).unwrap(), table(6_000));
}

#[test]
fn a_limit_in_seconds_only_stops_between_trials() {
    let folder = folder(1_500);
    let limited = ["--trials", "4", "--rungs", "1", "--trials-file", "t.jsonl", "--out", "s.json"];
    for made in 1..4 {
        let stopped = search(folder.path(), &[&limited[..], &["--seconds", "0"]].concat());
        assert!(
            stopped.code == 1 && stopped.err.contains(&format!("with {made} of 4 evaluations made")),
            "{stopped:?}"
        );
        assert!(!folder.path().join("s.json").exists());
    }
    let found = search(folder.path(), &[&limited[..], &["--seconds", "0"]].concat()).json();
    let whole = search(folder.path(), &["--trials", "4", "--rungs", "1"]).json();
    assert_eq!(found["spec_hash"], whole["spec_hash"]);
    assert_eq!(search(folder.path(), &["--seconds", "1"]).code, 2);
}

#[test]
fn the_space_is_printed_changed_and_checked() {
    let folder = folder(1_500);
    let space = run(folder.path(), &["search", "--print-space"]).json();
    assert_eq!(space["gbdt"]["leaves_max"], json!({ "log": [6, 63] }));
    std::fs::write(folder.path().join("all.json"), space.to_string()).unwrap();
    assert_eq!(run(folder.path(), &["search", "--space", "all.json", "--print-space"]).json(), space);
    std::fs::write(
        folder.path().join("space.json"),
        r#"{"tree": {"depth_max": {"choice": [2]}, "min_rows_leaf": null}}"#,
    )
    .unwrap();
    let found = search(folder.path(), &["--trials", "6", "--space", "space.json", "--rungs", "1"]).json();
    let ranking = found["ranking"].as_array().unwrap();
    let drawn = ranking.iter().filter(|ranked| ranked["kind"] == "tree" && ranked["drawn"] != json!({}));
    assert!(
        drawn.clone().count() == 2
            && drawn.clone().all(|ranked| ranked["drawn"] == json!({ "depth_max": 2 })),
        "{found}"
    );
    std::fs::write(folder.path().join("bad.json"), r#"{"tree": {"depth_max": {"linear": [1, 99]}}}"#)
        .unwrap();
    search(folder.path(), &["--space", "bad.json"])
        .fails(3, "bad.json: parameters of tree: search of \"depth_max\": hyper-parameter depth_max is 99, must be 1 to 64");
    search(folder.path(), &["--model", "tree"]).fails(
        3,
        "search: the estimators are [\"tree\", \"logistic\", \"tree\"]; name one or more, each once",
    );
    for wrong in [vec!["--trials", "0"], vec!["--eta", "1"], vec!["--metric", "f1"], vec!["--model", "oak"]] {
        assert_eq!(search(folder.path(), &wrong).code, 2, "{wrong:?}");
    }
    assert_eq!(run(folder.path(), &["search"]).code, 2);
    assert_eq!(run(folder.path(), &["search", "--data", "train.csv"]).code, 2);
}

/// A real target is searched by squared error and reported beside mean, median and the last value.
#[test]
fn a_real_target_is_reported_beside_mean_median_and_last() {
    let folder = folder(1_500);
    let numbers: String = table(1_500)
        .lines()
        .map(|line| match line.rsplit_once(',') {
            Some((rest, "1")) => format!("{rest},2.5\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    std::fs::write(folder.path().join("train.csv"), numbers).unwrap();
    let only = [
        "search",
        "--data",
        "train.csv",
        "--target",
        "revenue",
        "--model",
        "gbdt",
        "--folds",
        "3",
        "--trials",
        "2",
    ];
    let more = ["--cv", "time", "--time-column", "day", "--rungs", "1", "--json"];
    let found = run(folder.path(), &[&only[..], &more].concat()).json();
    let names: Vec<&str> = found["report"]["baselines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|base| base["name"].as_str().unwrap())
        .collect();
    assert_eq!((names, &found["metric"]), (vec!["mean", "median", "last", "single_feature"], &json!("mse")));
    assert_eq!(run(folder.path(), &[&only[..], &["--metric", "auc"]].concat()).code, 3);
}
