//! `behaviour`: on the sales, real or made up, on events of other kinds, and on tables.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use super::data::punks;
use super::world::{Ran, run_in};

fn run(folder: &Path, arguments: &[&str]) -> Ran {
    run_in(folder, arguments, &[], "")
}

fn number(of: &Value, key: &str) -> f64 {
    of[key].as_f64().unwrap_or_else(|| panic!("{key}: {of}"))
}

const DAY_S: i64 = 86_400;
/// 2020-01-01.
const START_S: i64 = 1_577_836_800;

/// Sixty users: a third log in on three days of a week for 200 days, the others once, on one of the first 100 days.
fn logins(folder: &Path) {
    let mut text = String::new();
    for user in 0..60i64 {
        let days: Vec<i64> = if user % 3 == 0 {
            (0..86).map(|step| user / 6 + step * 7 / 3).collect()
        } else {
            vec![user * 100 / 60]
        };
        for day in days {
            let time_s = START_S + day * DAY_S + user;
            let event = json!({
                "source": "platform", "event_id": format!("{user}/{day}"), "user": format!("u{user}"), "kind": "login",
                "asset": null, "counterparty": null, "quantity": 1, "price": null,
                "event_time_s": time_s, "receive_time_s": time_s,
            });
            let _ = writeln!(text, "{event}");
        }
    }
    std::fs::write(folder.join("events.jsonl"), text).unwrap();
}

#[test]
fn events_of_any_kind_make_segments() {
    let folder = tempfile::tempdir().unwrap();
    logins(folder.path());
    let arguments = ["behaviour", "segments", "--data", "events.jsonl"];
    let report = run(folder.path(), &[&arguments[..], &["--plot", "s.svg", "--json"]].concat()).json();
    assert_eq!((&report["users"], &report["chosen"]), (&json!(60), &json!(2)), "{report}");
    let segments = report["segments"].as_array().unwrap();
    assert_eq!((&segments[0]["users"], &segments[0]["acts"]), (&json!(40), &json!(1)), "{report}");
    assert_eq!((&segments[1]["users"], &segments[1]["acts"]), (&json!(20), &json!(86)), "{report}");
    assert!(number(&report["tried"][0], "stability") > 0.95, "{report}");
    let plot = std::fs::read_to_string(folder.path().join("s.svg")).unwrap();
    assert!(plot.contains("very busy") && plot.contains("a single act"), "{plot}");
    let text = run(folder.path(), &arguments).succeeds().out;
    assert!(text.contains("*  2 segments") && text.contains("very busy"), "{text}");
    let three = run(folder.path(), &[&arguments[..], &["--segments", "3", "--json"]].concat()).json();
    assert_eq!(three["segments"].as_array().unwrap().len(), 3);
}

#[test]
fn cohorts_and_retention_of_known_users() {
    let folder = tempfile::tempdir().unwrap();
    logins(folder.path());
    let with = |action: &str, more: &[&str]| {
        run(folder.path(), &[&["behaviour", action, "--data", "events.jsonl"], more].concat())
    };
    let report = with("cohorts", &["--plot", "c.svg", "--json"]).json();
    // January to June have ended by 2020-07-29. Users 0 to 18 and, of the faithful, all began in January.
    assert_eq!((&report["last_month"], &report["users"]), (&json!("2020-06"), &json!(60)), "{report}");
    let january = &report["cohorts"][0];
    let (users, months) = (number(january, "users"), january["months"].as_array().unwrap());
    assert_eq!((january["month"].as_str(), months.len()), (Some("2020-01"), 5), "{january}");
    assert!(
        months.iter().all(|cell| cell["active"] == 20 && number(cell, "retained") == 20.0 / users),
        "{january}"
    );
    let april = report["cohorts"].as_array().unwrap().last().unwrap();
    assert!(april["months"].as_array().unwrap().iter().all(|cell| cell["active"] == 0), "{april}");
    assert!(with("cohorts", &[]).succeeds().out.contains("2020-01"));

    let report = with("retention", &["--gap-days", "30", "--plot", "r.svg", "--json"]).json();
    let all = &report["curves"][0];
    // The forty are lost at their only act; nobody else is.
    assert_eq!(
        (&all["users"], &all["silent"], &report["too_late"]),
        (&json!(60), &json!(40), &json!(0)),
        "{report}"
    );
    assert_eq!(all["steps"].as_array().unwrap().len(), 1, "{all}");
    assert!((number(&all["steps"][0], "survival") - 1.0 / 3.0).abs() < 1e-12, "{all}");
    assert!(with("retention", &["--gap-days", "30"]).succeeds().out.contains("40 lost, median 0 days"));
    for plot in ["c.svg", "r.svg"] {
        assert!(std::fs::read_to_string(folder.path().join(plot)).unwrap().contains("<svg "), "{plot}");
    }
}

#[test]
fn drift_is_told_apart_from_chance() {
    let folder = tempfile::tempdir().unwrap();
    logins(folder.path());
    let drift =
        ["behaviour", "drift", "--data", "events.jsonl", "--from", "2020-01-01", "--split", "2020-04-10"];
    let report = run(folder.path(), &[&drift[..], &["--plot", "d.svg", "--json"]].concat()).json();
    assert_eq!((&report["rows_before"], &report["rows_after"]), (&json!(60), &json!(20)), "{report}");
    // Those of a single act are gone.
    let of = |name: &str| {
        report["columns"].as_array().unwrap().iter().find(|of| of["column"] == name).unwrap().clone()
    };
    assert_eq!(of("acts")["shift"], "large", "{report}");
    assert_eq!((number(&of("money"), "psi"), &of("money")["shift"]), (0.0, &json!("stable")), "{report}");
    assert!(run(folder.path(), &drift).succeeds().out.contains("large shift"));
}

/// A table against itself, and against one whose column moved: the column and the score are named.
#[test]
fn drift_of_a_models_columns_and_score() {
    let folder = tempfile::tempdir().unwrap();
    let table = |moved: u32| {
        let rows: String = (0..500u32)
            .map(|row| {
                let (pages, noise) = (row * 7 % 40, row * 13 % 11);
                let yes = pages + noise > 25;
                format!("{},{noise},{yes}\n", pages + moved)
            })
            .collect();
        format!("pages,noise,y\n{rows}")
    };
    for (name, moved) in [("a.csv", 0), ("b.csv", 20)] {
        std::fs::write(folder.path().join(name), table(moved)).unwrap();
    }
    let train = ["train", "--data", "a.csv", "--target", "y", "--model", "logistic", "--out", "M.model"];
    run(folder.path(), &train).succeeds();
    let drift = |later: &str| {
        let arguments =
            ["behaviour", "drift", "--model", "M.model", "--data", "a.csv", "--later", later, "--json"];
        run(folder.path(), &arguments).json()
    };
    let same = drift("a.csv");
    assert!(same["columns"].as_array().unwrap().iter().all(|of| of["psi"] == 0.0), "{same}");
    let moved = drift("b.csv");
    let of = |name: &str| {
        moved["columns"].as_array().unwrap().iter().find(|of| of["column"] == name).unwrap().clone()
    };
    assert_eq!((&of("pages")["shift"], &of("score")["shift"]), (&json!("large"), &json!("large")), "{moved}");
    assert_eq!(of("noise")["psi"], 0.0, "{moved}");
}

#[test]
fn the_sales_are_analysed() {
    let folder = tempfile::tempdir().unwrap();
    let punks = punks();
    let data = punks.to_str().unwrap();
    let json = |action: &str| run(folder.path(), &["behaviour", action, "--data", data, "--json"]).json();
    let segments = json("segments");
    let users: f64 = segments["segments"].as_array().unwrap().iter().map(|of| number(of, "users")).sum();
    assert_eq!(users, number(&segments, "users"));
    let cohorts = json("cohorts");
    let users: f64 = cohorts["cohorts"].as_array().unwrap().iter().map(|of| number(of, "users")).sum();
    assert_eq!(users, number(&cohorts, "users"));
    let retention = json("retention");
    for curve in retention["curves"].as_array().unwrap() {
        let steps: Vec<f64> =
            curve["steps"].as_array().unwrap().iter().map(|step| number(step, "survival")).collect();
        assert!(
            steps.is_sorted_by(|a, b| a >= b) && steps.iter().all(|of| (0.0..=1.0).contains(of)),
            "{curve}"
        );
    }
    assert!(number(&json("drift"), "rows_after") > 0.0);
}

#[test]
fn bad_requests_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    logins(folder.path());
    std::fs::write(folder.path().join("bad.jsonl"), "\n{\"source\": 1}\n").unwrap();
    std::fs::write(folder.path().join("empty.jsonl"), "").unwrap();
    let fails = |arguments: &[&str], code: i32, part: &str| {
        let ran = run(folder.path(), &[&["behaviour"], arguments].concat());
        assert!(ran.code == code && ran.err.contains(part), "{arguments:?}: {ran:?}");
    };
    fails(&["segments", "--data", "bad.jsonl"], 3, "bad.jsonl: line 2: invalid type");
    fails(&["segments", "--data", "empty.jsonl"], 3, "there is no event to analyse");
    fails(&["segments", "--data", "nowhere"], 3, "nowhere: ");
    fails(&["segments", "--data", "events.jsonl", "--segments", "1"], 2, "--segments");
    fails(&["retention", "--data", "events.jsonl", "--gap-days", "0"], 2, "--gap-days");
    fails(
        &["retention", "--data", "events.jsonl", "--gap-days", "3000"],
        3,
        "more than --gap-days before --until",
    );
    fails(&["cohorts", "--data", "events.jsonl", "--until", "2020-01-20"], 3, "months that have ended");
    fails(&["drift", "--data", "events.jsonl", "--split", "2030-01-01"], 3, "three rising times");
    fails(&["drift", "--data", "events.jsonl", "--later", "x.csv"], 2, "--model");
    fails(&["cohorts", "--data", "events.jsonl", "--plot", "c.pdf"], 2, "ends in .svg or .png");
}
