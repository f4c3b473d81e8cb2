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

/// Every kind of model can be asked for, and is another specification; a configuration takes it only if it can be fitted.
#[test]
fn a_specification_can_ask_for_another_model() {
    let home = Home::new();
    let plain = printed(&home, &[]);
    assert_eq!(printed(&home, &["--model", "logistic"]), plain);
    let mut hashes = std::collections::BTreeSet::new();
    for kind in ["logistic", "gbdt", "forest"] {
        let mut spec = printed(&home, &["--model", kind, "--replay-first", "35"]);
        assert_eq!(spec["model"].as_object().unwrap().keys().collect::<Vec<_>>(), [kind]);
        assert_eq!(spec["replay"]["first"], 35);
        home.write("spec.json", spec.to_string());
        hashes.insert(home.run(&["spec", "validate", "spec.json"]).succeeds().out);
        // All but the model is as it was.
        (spec["model"], spec["replay"]) = (plain["model"].clone(), Value::Null);
        assert_eq!(spec, plain);
    }
    assert_eq!(hashes.len(), 3);
    let ran = home.run(&["spec", "print", "--model", "mlp"]);
    assert!(ran.code == 2 && ran.err.contains("[possible values: logistic, gbdt, forest]"), "{ran:?}");
    let refused = |kind: &str, field: &str, value: Value| {
        let mut spec = printed(&home, &["--model", kind]);
        spec["model"][kind][field] = value;
        home.write("spec.json", spec.to_string());
        home.run(&["spec", "validate", "spec.json"])
    };
    refused("gbdt", "rounds", json!(0))
        .fails(3, "spec.json: specification field model.gbdt.rounds is 0: must be 1 to 10000");
    refused("gbdt", "monotone", json!(["free"])).fails(
        3,
        "spec.json: specification field model.gbdt.monotone is 1 constraints: must be empty, or one for each of the 33 features",
    );
    refused("forest", "trees", json!(10_001))
        .fails(3, "spec.json: specification field model.forest.trees is 10001: must be 1 to 10000");
    // What is not in range is refused with the configuration, before anything is computed by it.
    let ran = home.run_with(&["evaluate"], &[("ATTENTION__SPEC__FILE", "spec.json")]);
    assert!(ran.code == 3 && ran.err.contains("model.forest.trees is 10001: must be 1 to 10000"), "{ran:?}");
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
