//! `spec`.

use serde_json::{Value, json};

use super::world::Home;

fn printed(home: &Home, arguments: &[&str]) -> Value {
    home.run(&[&["spec", "print"], arguments].concat()).json()
}

#[test]
fn what_is_printed_validates_and_has_a_hash_of_its_own() {
    let home = Home::new();
    let plain = printed(&home, &[]);
    let replay = printed(&home, &["--replay-first", "35"]);
    assert_eq!(plain["replay"], Value::Null);
    assert_eq!(
        replay["replay"],
        json!({"data_start_s": 1_498_176_000, "data_epoch_length_s": 2_592_000, "first": 35})
    );
    assert_eq!(
        (&plain["horizon_s"], &plain["lookback_s"], &plain["negatives"]),
        (&json!(7_776_000), &json!(31_536_000), &json!(50))
    );
    let hash = |name: &str, spec: &Value| {
        home.write(name, spec.to_string());
        let hash = home.run(&["spec", "hash", name]).succeeds().out;
        assert_eq!(home.run(&["spec", "validate", name]).succeeds().out, hash);
        assert_eq!(home.run(&["spec", "hash", name, "--json"]).json(), json!({"spec_hash": hash.trim()}));
        assert!(hash.len() == 65 && hash.trim().bytes().all(|byte| byte.is_ascii_hexdigit()), "{hash}");
        hash
    };
    let mut other = plain.clone();
    other["seed"] = json!(43);
    let hashes = [hash("plain.json", &plain), hash("replay.json", &replay), hash("other.json", &other)];
    assert!(hashes[0] != hashes[1] && hashes[0] != hashes[2] && hashes[1] != hashes[2], "{hashes:?}");
}

#[test]
fn a_field_out_of_range_is_named() {
    let home = Home::new();
    let refused = |field: &str, value: Value| {
        let mut spec = printed(&home, &[]);
        *spec.pointer_mut(&format!("/{}", field.replace('.', "/"))).unwrap() = value;
        home.write("spec.json", spec.to_string());
        home.run(&["spec", "validate", "spec.json"])
    };
    refused("negatives", json!(0))
        .fails(3, "spec.json: specification field negatives is 0: must be 1 to 10000");
    refused("cleaning.below_market_factor", json!(1))
        .fails(3, "spec.json: specification field cleaning.below_market_factor is 1: must be 2 to 1000000");
    refused("features_version", json!(9))
        .fails(3, "spec.json: specification field features_version is 9: this build computes version 1");
    refused("features", json!(["x"])).fails(
        3,
        "spec.json: specification field features is x: must be the 33 names of version 1, in order",
    );
    refused("sql_hash", json!("00"))
        .fails(3, "spec.json: specification field sql_hash is 00: must be 64 lower-case hex digits");
    let ran = refused("seed", json!(-1));
    assert!(
        ran.code == 3 && ran.err.contains("spec.json: invalid value: integer `-1`, expected u64"),
        "{ran:?}"
    );
    let mut spec = printed(&home, &[]);
    spec["speed"] = json!(1);
    home.write("spec.json", spec.to_string());
    let ran = home.run(&["spec", "validate", "spec.json"]);
    assert!(
        ran.code == 3 && ran.err.contains("spec.json: unknown field `speed`, expected one of"),
        "{ran:?}"
    );
}
