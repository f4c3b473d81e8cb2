//! Analyses of events give one answer, whichever form the events come in; what cleaning leaves out is told.

use serde_json::Value;

use super::world::{Home, Ran};

/// A simulated world in `world/`, imported, and exported as JSON lines and as Parquet.
fn home(dirty_ppm: &str) -> Home {
    let home = Home::new();
    let simulate = ["simulate", "--users", "200", "--days", "70", "--seed", "7", "--out", "world"];
    home.run(&[&simulate[..], &["--dirty-ppm", dirty_ppm]].concat()).succeeds();
    home.run(&["import", "--events", "world/events.csv", "--assets", "world/assets.csv"]).succeeds();
    for out in ["events.jsonl", "events.parquet"] {
        home.run(&["export", "--out", out]).succeeds();
    }
    home
}

const ANALYSES: [&[&str]; 5] = [
    &["insight", "--from", "2024-02-01", "--resamples", "100"],
    &["behaviour", "segments"],
    &["behaviour", "cohorts"],
    &["behaviour", "retention", "--gap-days", "14"],
    &["behaviour", "drift", "--from", "2024-01-01", "--split", "2024-02-05"],
];

fn analyse(home: &Home, analysis: &[&str], more: &[&str]) -> Ran {
    home.run(&[analysis, more].concat()).succeeds()
}

#[test]
fn one_world_has_one_analysis() {
    let home = home("0");
    for analysis in ANALYSES {
        // The catalogue beside a file is found; elsewhere it is named.
        let csv = analyse(&home, analysis, &["--data", "world/events.csv", "--json"]);
        assert_eq!(csv.err, "", "nothing is left out");
        let assets = ["--assets", "world/assets.csv", "--json"];
        for data in ["events.jsonl", "events.parquet"] {
            let other = analyse(&home, analysis, &[&["--data", data], &assets[..]].concat());
            assert_eq!((&other.out, other.err.as_str()), (&csv.out, ""), "{analysis:?} {data}");
        }
        let report: Value = serde_json::from_str(&csv.out).unwrap();
        assert!(report.as_object().unwrap().len() >= 3, "{report}");
    }
    // JSON lines say themselves what behaviour is about.
    analyse(&home, ANALYSES[1], &["--data", "events.jsonl"]);
    let missing = home.run(&["behaviour", "segments", "--data", "events.parquet"]);
    missing.fails(
        3,
        "assets.csv: No such file or directory (os error 2); name the catalogue with --assets FILE",
    );
    let missing = home.run(&["insight", "--data", "events.jsonl"]);
    missing.fails(
        3,
        "assets.csv: No such file or directory (os error 2); name the catalogue with --assets FILE",
    );
}

/// The line that is told names the command that shows why, and that command counts the same rows.
#[test]
fn rows_that_are_left_out_are_told() {
    let home = home("60000");
    for analysis in ANALYSES {
        let csv = analyse(&home, analysis, &["--data", "world/events.csv", "--json"]);
        let assets = ["--assets", "world/assets.csv", "--json"];
        let clean = analyse(&home, analysis, &[&["--data", "events.jsonl"], &assets[..]].concat());
        assert_eq!((csv.out, clean.err.as_str()), (clean.out, ""), "{analysis:?}");
        let [line] = csv.err.lines().collect::<Vec<_>>()[..] else { panic!("{:?}", csv.err) };
        let (found, rest) = line.split_once(" rows left out by cleaning; `attention-oracle ").unwrap();
        let (left_out, rows) = found.strip_prefix("world/events.csv: ").unwrap().split_once(" of ").unwrap();
        assert!(left_out.parse::<u64>().unwrap() > 100, "{line}");
        let command = rest.strip_suffix("` says why").unwrap();
        let shown = home.run(&command.split(' ').collect::<Vec<_>>()).succeeds().out;
        assert!(shown.contains(&format!(", {rows} rows, ")), "{shown}");
        assert!(shown.contains(&format!(" {left_out} rows dropped;")), "{shown}");
    }
}
