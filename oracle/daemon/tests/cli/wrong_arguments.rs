//! Wrong arguments exit with 2, whatever finds them; errors are told in the format of the log.

use std::path::Path;

use serde_json::{Value, json};

use super::data;
use super::tables::{folder, train};
use super::world::{Home, Ran, run_in};

fn run(folder: &Path, arguments: &[&str]) -> Ran {
    run_in(folder, arguments, &[], "")
}

/// A value that a command finds wrong itself is as wrong as one that the reader of arguments refuses.
#[test]
fn values_out_of_range_are_wrong_arguments() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let date = "a date is soon, must be a day from 1970 on, such as 2020-07-01";
    for task in ["price", "churn"] {
        run(folder, &["train", "--task", task, "--data", ".", "--until", "soon"]).fails(2, date);
        run(folder, &["evaluate", "--task", task, "--data", ".", "--from", "soon"]).fails(2, date);
    }
    run(folder, &["price", "--model", "P", "--data", ".", "--asset", "1", "--at", "soon"]).fails(2, date);
    run(folder, &["features", "--at", "soon"]).fails(2, date);
    run(folder, &["train", "--task", "churn", "--data", ".", "--horizon-days", "0"])
        .fails(2, "the horizon in days is 0, must be 1 to 3650");
    let simulate = ["simulate", "--users", "0", "--days", "30", "--seed", "1", "--out", "world"];
    run(folder, &simulate).fails(2, "users is 0, must be 20 to 200000");
    assert!(!folder.join("world").exists());
}

/// One JSON object on standard error, of whatever went wrong.
#[test]
fn errors_are_json_where_the_log_is() {
    let folder = folder();
    let folder = folder.path();
    let told = |arguments: &[&str]| -> Value {
        let ran = run(folder, arguments);
        assert_eq!(ran.err.lines().count(), 1, "{ran:?}");
        let told: Value = serde_json::from_str(&ran.err).unwrap();
        assert_eq!(told["exit_code"], ran.code, "{ran:?}");
        told
    };
    let missing = told(&["--log-format", "json", "evaluate", "--model", "no", "--data", "train.csv"]);
    assert_eq!(missing, json!({ "error": "no: No such file or directory (os error 2)", "exit_code": 3 }));
    let unknown = told(&["train", "--log-format=json", "--nosuch"]);
    assert_eq!(unknown["exit_code"], 2);
    assert!(
        unknown["error"].as_str().unwrap().starts_with("unexpected argument '--nosuch' found"),
        "{unknown}"
    );
    let help = run(folder, &["train", "--log-format", "json", "--help"]).succeeds();
    assert!(help.out.contains("Usage:"), "{help:?}");
}

/// A file of events with nothing but a header is no error, but it is told of.
#[test]
fn a_file_without_rows_is_told_of() {
    let home = Home::new();
    home.write("assets.csv", data::assets());
    home.write(
        "events.csv",
        "source,event_id,user,kind,asset,counterparty,quantity,price,event_time_s,receive_time_s\n",
    );
    let ran = home.run(&["import", "--events", "events.csv", "--assets", "assets.csv"]).succeeds();
    assert!(ran.err.contains("warning: events.csv: no row below the header"), "{ran:?}");
}

/// A table can come through a pipe, whatever reads it, and however often.
#[test]
fn tables_come_through_pipes() {
    let folder = folder();
    let folder = folder.path();
    train(folder, &["--model", "tree"]).succeeds();
    let text = std::fs::read_to_string(folder.join("other.csv")).unwrap();
    let evaluate = |data: &str, input: &str| {
        run_in(folder, &["evaluate", "--model", "M.model", "--data", data, "--json"], &[], input).json()
    };
    assert_eq!(evaluate("/dev/stdin", &text), evaluate("other.csv", ""));
    let mut log = "user,item,timestamp\n".to_owned();
    for user in 0..30 {
        for at in 0..6 {
            log.push_str(&format!("u{user},i{},{}\n", (user + at * at) % 11, at));
        }
    }
    std::fs::write(folder.join("log.csv"), &log).unwrap();
    for command in ["train", "evaluate"] {
        let ran = |data: &str, input: &str| {
            let mut ran =
                run_in(folder, &[command, "--task", "recommend", "--data", data, "--json"], &[], input)
                    .json();
            ran.as_object_mut().unwrap().remove("fit_s");
            ran
        };
        assert_eq!(ran("/dev/stdin", &log), ran("log.csv", ""), "{command}");
    }
}

/// What was left out of a file is told when it is measured, too.
#[test]
fn malformed_interactions_are_told_of() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let rows = "ann,a,1\nann,b,2\nann,c,yesterday\nbob,b,1\nbob,a,2\nbob,c,2\n";
    std::fs::write(folder.join("log.csv"), format!("user,item,timestamp\n{rows}")).unwrap();
    let arguments = ["--task", "recommend", "--data", "log.csv"];
    run(folder, &[&["train"][..], &arguments, &["--out", "R.model"]].concat()).succeeds();
    for more in [&[][..], &["--model", "R.model"]] {
        let evaluate = [&["evaluate"][..], &arguments, more].concat();
        let read = &run(folder, &[&evaluate[..], &["--json"]].concat()).json()["read"];
        assert_eq!(
            (&read["rows"], &read["malformed"], &read["last_by_name"]),
            (&json!(6), &json!(1), &json!(1))
        );
        assert!(
            read["malformed_rows"][0].as_str().unwrap().starts_with("line 4, column \"timestamp\""),
            "{read}"
        );
        let text = run(folder, &evaluate).succeeds().out;
        assert!(text.contains("       1 rows left out: line 4"), "{text}");
        assert!(text.contains("       1 users have two newest items of one moment"), "{text}");
    }
}
