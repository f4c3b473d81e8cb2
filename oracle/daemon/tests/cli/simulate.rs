//! `simulate`: the same bytes for the same seed, nothing overwritten, and a dirty world that the import cleans to its truth.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::world::{Home, Ran};

fn simulate(home: &Home, more: &[&str]) -> Ran {
    home.run(&[&["simulate", "--users", "200", "--days", "40", "--out", "world"], more].concat())
}

fn import(home: &Home) -> Value {
    home.run(&["import", "--events", "world/events.csv", "--assets", "world/assets.csv", "--json"]).json()
}

#[test]
fn a_dirty_world_is_cleaned_to_its_truth() {
    let home = Home::new();
    let made = simulate(&home, &["--seed", "3", "--dirty-ppm", "60000", "--json"]).json();
    let truth: Value =
        serde_json::from_slice(&std::fs::read(home.path("world/truth.json")).unwrap()).unwrap();
    // A summary is printed, the truth is in its file.
    assert_eq!(made["truth"], json!("world/truth.json"));
    for (told, field) in [("seed", "seed"), ("users", "users"), ("days", "days")] {
        assert_eq!(made[told], truth["params"][field], "{told}");
    }
    for field in ["events", "dirt_rows", "dirt_kept", "synthetic"] {
        assert_eq!(made[field], truth[field], "{field}");
    }
    assert_eq!((&made["assets"], &made["users"], &made["new"]), (&json!(200), &json!(200), &json!(true)));
    assert_eq!(truth["assets"].as_array().unwrap().len(), 200);
    for file in made["files"].as_array().unwrap() {
        let bytes = std::fs::read(home.path("world").join(file["file"].as_str().unwrap())).unwrap();
        assert_eq!(file["sha256"], json!(hex::encode(Sha256::digest(&bytes))), "{file}");
    }
    assert!(serde_json::to_string(&made).unwrap().len() < 2_000, "{made}");
    let quality = import(&home)["quality"].take();
    assert_eq!(quality["counts"], truth["dirt"]);
    assert_eq!(truth["dirt"].as_object().unwrap().len(), 23, "{truth}");
    let clean: u64 = truth["events"].as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum();
    let number = |value: &Value| value.as_u64().unwrap();
    assert_eq!(number(&quality["kept"]), clean + number(&truth["dirt_kept"]));
    assert_eq!(number(&quality["rows"]), clean + number(&truth["dirt_rows"]));
    assert_eq!(made["files"][0]["rows"], quality["rows"]);
    let users = std::fs::read_to_string(home.path("world/truth.csv")).unwrap();
    assert_eq!(users.lines().count(), 201);
    assert!(users.starts_with("user,role,ring,age_band,gender,region,join_day,churn_day,"), "{users}");
}

#[test]
fn a_clean_world_is_imported_whole() {
    let home = Home::new();
    simulate(&home, &["--seed", "4"]).succeeds();
    let report = import(&home);
    let quality = &report["quality"];
    assert_eq!((&quality["counts"], &quality["kept"]), (&json!({}), &quality["rows"]));
    assert_eq!(report["inserted"], json!({"new": quality["rows"], "known": 0}));
    assert_eq!(import(&home)["inserted"], json!({"new": 0, "known": quality["rows"]}));
    // What was imported is what was simulated.
    let exported = home.run(&["export"]).succeeds().out;
    let first: Value = serde_json::from_str(exported.lines().next().unwrap()).unwrap();
    assert_eq!((&first["source"], &first["event_id"]), (&json!("synthetic-world"), &json!("0000000001")));
    assert_eq!(json!(exported.lines().count()), quality["rows"]);
}

#[test]
fn nothing_is_overwritten() {
    let home = Home::new();
    let first = simulate(&home, &["--seed", "5", "--json"]).json();
    let files = home.snapshot("world");
    assert_eq!(files.len(), 4);
    let again = simulate(&home, &["--seed", "5", "--json"]).json();
    assert_eq!((&again["new"], &again["files"]), (&json!(false), &first["files"]));
    let refused = "world: holds something else (events.csv differs or cannot be read); it is left as it is: give another folder";
    simulate(&home, &["--seed", "6"]).fails(3, refused);
    home.write("world/truth.json", "{}");
    simulate(&home, &["--seed", "5"]).fails(3, &refused.replace("events.csv", "truth.json"));
    assert_eq!(std::fs::read_to_string(home.path("world/truth.json")).unwrap(), "{}");
    let left: Vec<String> = std::fs::read_dir(home.path("."))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("tmp"))
        .collect();
    assert_eq!(left, [""; 0], "no half world stays");
    // An empty folder is as good as none.
    std::fs::create_dir(home.path("empty")).unwrap();
    let out = home
        .run(&["simulate", "--users", "200", "--days", "40", "--seed", "5", "--out", "empty"])
        .succeeds()
        .out;
    assert!(out.starts_with(
        "synthetic world: 200 users, 40 days, seed 5; no figure on it stands in for a real one\n"
    ));
    assert_eq!(
        home.snapshot("empty").iter().find(|(path, _)| path.ends_with("events.csv")).unwrap().1,
        files.iter().find(|(path, _)| path.ends_with("events.csv")).unwrap().1
    );
}

#[test]
fn worlds_have_bounds() {
    let home = Home::new();
    let refused = |arguments: &[&str], message: &str| {
        home.run(&[&["simulate", "--seed", "1", "--out", "w"], arguments].concat()).fails(2, message);
        assert!(!home.path("w").exists());
    };
    refused(&["--users", "19", "--days", "7"], "users is 19, must be 20 to 200000");
    refused(&["--users", "1000", "--days", "2001"], "users times days is 2001000, must be 1 to 2000000");
    refused(&["--users", "20", "--days", "7", "--assets", "49"], "assets is 49, must be 50 to 10000");
    refused(
        &["--users", "20", "--days", "7", "--dirty-ppm", "200001"],
        "dirty_ppm is 200001, must be 0 to 200000",
    );
    assert_eq!(home.run(&["simulate", "--users", "20", "--days", "7"]).code, 2);
}
