//! `fairness`: a table whose groups are treated alike by one definition and not by another.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use super::world::{Ran, run_in};

fn run(folder: &Path, arguments: &[&str]) -> Ran {
    run_in(folder, arguments, &[], "")
}

fn number(of: &Value, key: &str) -> f64 {
    of[key].as_f64().unwrap_or_else(|| panic!("{key}: {of}"))
}

/// Two regions whose members do the same for the same pages, but one has more members of many pages; and seven in a third.
fn table(folder: &Path) {
    let mut text = "pages,region,y\n".to_owned();
    for row in 0..2_000u32 {
        let north = row % 2 == 0;
        let level = row / 2 % 10;
        let pages = if north { level } else { level / 2 };
        let yes = (row / 20 * 7 + pages) % 10 < pages;
        let _ = writeln!(text, "{pages},{},{yes}", if north { "north" } else { "south" });
    }
    for row in 0..7 {
        let _ = writeln!(text, "{row},west,{}", row > 3);
    }
    std::fs::write(folder.join("t.csv"), text).unwrap();
    let train = [
        "train", "--data", "t.csv", "--target", "y", "--ignore", "region", "--model", "logistic", "--out",
        "M.model",
    ];
    run(folder, &train).succeeds();
}

const FAIRNESS: [&str; 7] = ["fairness", "--model", "M.model", "--data", "t.csv", "--group", "region"];

fn fairness(folder: &Path, more: &[&str]) -> Ran {
    run(folder, &[&FAIRNESS[..], more].concat())
}

#[test]
fn what_is_fair_depends_on_the_definition() {
    let folder = tempfile::tempdir().unwrap();
    table(folder.path());
    let of = |definition: &str| fairness(folder.path(), &["--definition", definition, "--json"]).json();
    let parity = of("demographic_parity");
    assert_eq!(
        (&parity["column_is_feature"], &parity["definition"]),
        (&json!(false), &json!("demographic_parity"))
    );
    let names: Vec<&str> =
        parity["groups"].as_array().unwrap().iter().map(|of| of["group"].as_str().unwrap()).collect();
    assert_eq!(names, ["north", "south", "west"]);
    let [north, south, west] = [0, 1, 2].map(|at| &parity["groups"][at]);
    // Pages of 5 and more, half of north and none of south: selected at even odds or better.
    assert!(
        number(&north["selection_rate"], "value") > 0.3 && number(&south["selection_rate"], "value") < 0.1,
        "{parity}"
    );
    assert_eq!((&north["differs"], &south["differs"]), (&json!(true), &json!(true)), "{parity}");
    assert_eq!((&west["small"], &west["differs"]), (&json!(true), &Value::Null), "{parity}");
    let finding = parity["finding"].as_str().unwrap();
    assert!(
        finding.contains("2 of 2 groups differ") && finding.contains("fewer than 100 rows: west"),
        "{finding}"
    );
    assert!(parity["conflict"].as_str().unwrap().contains("cannot all hold"), "{parity}");
    // What is promised comes true in both: the same model is fair by calibration.
    let calibration = of("calibration");
    assert!(
        calibration["groups"].as_array().unwrap().iter().all(|of| of["differs"] != true),
        "{calibration}"
    );
    assert!(calibration["finding"].as_str().unwrap().contains("none of 2 groups differs"), "{calibration}");
}

/// Every gap is the group less the whole, within its interval, and counts add up.
#[test]
fn measures_add_up() {
    let folder = tempfile::tempdir().unwrap();
    table(folder.path());
    let report = fairness(folder.path(), &["--min-rows", "5", "--threshold-ppm", "300000", "--json"]).json();
    let groups = report["groups"].as_array().unwrap();
    for key in ["rows", "positives", "selected", "selected_positives"] {
        assert_eq!(
            groups.iter().map(|of| number(of, key)).sum::<f64>(),
            number(&report["whole"], key),
            "{key}"
        );
    }
    for group in groups {
        for key in ["selection_rate", "true_positive_rate", "base_rate", "calibration", "auc"] {
            let (Some(own), Some(all)) =
                (group[key]["value"].as_f64(), report["whole"][key]["value"].as_f64())
            else {
                continue;
            };
            let gap = &group["gaps"][key];
            if gap.is_null() {
                continue;
            }
            assert!((number(gap, "value") - (own - all)).abs() < 1e-9, "{key}: {group}");
            let interval = &gap["interval"];
            assert!(number(interval, "low") <= number(interval, "high"), "{key}: {group}");
        }
    }
    assert_eq!(
        fairness(folder.path(), &["--min-rows", "5", "--threshold-ppm", "300000", "--json"]).json(),
        report
    );
    let text = fairness(folder.path(), &["--plot", "f.svg"]).succeeds().out;
    assert!(text.contains("Chosen is equal opportunity") && text.contains("~ west"), "{text}");
    assert!(std::fs::read_to_string(folder.path().join("f.svg")).unwrap().contains("true positive rate"));
}

#[test]
fn bad_requests_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    table(folder.path());
    let fails = |more: &[&str], code: i32, part: &str| {
        let ran = fairness(folder.path(), more);
        assert!(ran.code == code && ran.err.contains(part), "{more:?}: {ran:?}");
    };
    fails(&["--threshold-ppm", "1000001"], 2, "--threshold-ppm");
    fails(&["--definition", "equality"], 2, "demographic_parity, equal_opportunity, calibration");
    fails(&["--min-rows", "0"], 2, "--min-rows");
    let other = ["fairness", "--model", "M.model", "--data", "t.csv", "--group", "country"];
    run(folder.path(), &other).fails(3, "t.csv has no column \"country\"; its columns are pages, region, y");
    let no_model = ["fairness", "--model", "t.csv", "--data", "t.csv", "--group", "region"];
    assert!(run(folder.path(), &no_model).err.contains("ATTNTASK"));
}
