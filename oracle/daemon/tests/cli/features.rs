//! `features`: rows at a cut, one root whatever may differ, and the linter.

use serde_json::{Value, json};

use super::data::{assets, imported};
use super::world::Home;

fn features(home: &Home, arguments: &[&str]) -> Value {
    home.run(&[&["features", "--at", "2019-01-19", "--json"], arguments].concat()).json()
}

#[test]
fn the_root_does_not_depend_on_how_it_is_computed() {
    let home = imported();
    let one = features(home, &["--partitions", "1", "--threads", "1"]);
    assert_eq!((&one["set"], &one["version"], &one["columns"]), (&json!("behaviour"), &json!(1), &json!(49)));
    assert_eq!(one["cut_s"], json!(1_547_856_000));
    assert!(one["rows"].as_u64().unwrap() > 100, "{one}");
    let out = home.path("features.parquet");
    let more = features(
        home,
        &["--partitions", "16", "--threads", "3", "--memory-mb", "300", "--out", out.to_str().unwrap()],
    );
    for field in ["set_hash", "rows", "feature_root"] {
        assert_eq!(one[field], more[field], "{field}");
    }
    assert_eq!(std::fs::read(&out).unwrap()[..4], *b"PAR1");
    let fewer = features(home, &["--users", "3"]);
    assert!(fewer["rows"].as_u64().unwrap() < one["rows"].as_u64().unwrap());
    assert_ne!((&fewer["feature_root"], &fewer["set_hash"]), (&one["feature_root"], &one["set_hash"]));
    assert_eq!(fewer["set_hash"], one["set_hash"]);
    let text = home.run(&["features", "--at", "2019-01-19"]).succeeds().out;
    assert!(text.contains(&format!("feature_root {}", one["feature_root"].as_str().unwrap())), "{text}");
}

/// The events of a file need the catalogue alone, and give the root that they give once imported.
#[test]
fn events_of_a_file_need_no_import() {
    let home = imported();
    let file = home.path("all.parquet");
    home.run(&["export", "--out", file.to_str().unwrap()]).succeeds();
    let wanted = features(home, &[]);
    let other = Home::new();
    let arguments = ["features", "--at", "2019-01-19", "--events", file.to_str().unwrap()];
    let nothing = other.run(&arguments);
    assert!(nothing.code == 3 && nothing.err.contains("import"), "{nothing:?}");
    std::fs::create_dir_all(other.path("data")).unwrap();
    std::fs::copy(home.path("data/assets.csv"), other.path("data/assets.csv")).unwrap();
    let found = other.run(&[&arguments[..], &["--json"]].concat()).json();
    for field in ["rows", "feature_root", "set_hash"] {
        assert_eq!(found[field], wanted[field], "{field}");
    }
}

#[test]
fn what_cannot_be_computed_is_said() {
    let home = Home::new();
    home.write("assets.csv", assets());
    let nothing = home.run(&["features", "--at", "2019-01-19"]);
    assert_eq!(nothing.code, 3, "{nothing:?}");
    let home = imported();
    let day = home.run(&["features", "--at", "soon"]);
    assert!(day.code == 2 && day.err.contains("a date is soon"), "{day:?}");
    home.run(&["features", "--at", "2019-01-19", "--partitions", "0"])
        .fails(2, "the number of partitions is 0, must be 1 to 1024");
    assert_eq!(home.run(&["features"]).code, 2);
}

#[test]
fn sql_is_linted() {
    let home = Home::new();
    home.write(
        "good.sql",
        "SELECT u.user_id, {{div_floor(u.user_tenure_s, 86400)}} AS days FROM user_profile u\n",
    );
    let good = home.run(&["features", "--lint", "good.sql"]).succeeds().out;
    assert!(
        good.contains("good.sql: exact; at most 50000000 rows") && good.contains("  days BigInt"),
        "{good}"
    );
    home.write("bad.sql", "SELECT AVG(quantity) AS x, quantity / 2 AS y FROM events\n");
    let bad = home.run(&["features", "--lint", "bad.sql", "--json"]);
    assert_eq!(bad.code, 3, "{bad:?}");
    let found: Value = serde_json::from_str(&bad.out).unwrap();
    let rules: Vec<&Value> =
        found["findings"].as_array().unwrap().iter().map(|finding| &finding["rule"]).collect();
    assert_eq!(rules, [&json!("division"), &json!("inexact_aggregate")]);
    assert!(
        bad.err.contains("bad.sql: AVG(quantity): this aggregate is not exact on every engine;"),
        "{bad:?}"
    );
}
