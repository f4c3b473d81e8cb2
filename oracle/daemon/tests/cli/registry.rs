//! `models`: versions, champions and challengers, and what a damaged registry says.

use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::world::{Ran, run_in};

fn run(folder: &Path, arguments: &[&str]) -> Ran {
    run_in(folder, arguments, &[], "")
}

/// `pages` decides, `seconds` does not.
fn table(rows: std::ops::Range<u32>) -> String {
    let mut text = "pages,seconds,revenue\n".to_owned();
    for row in rows {
        let (pages, seconds) = (row * 7 % 13, row * 31 % 101);
        let noise = row.wrapping_mul(2_654_435_761) >> 29;
        text.push_str(&format!("{pages},{seconds},{}\n", u8::from(pages + noise > 9)));
    }
    text
}

/// A weak model (it does not see `pages`), a good one, and its specification.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("train.csv", &table(0..1_500));
    write("held_out.csv", &table(1_500..3_000));
    let train = ["train", "--data", "train.csv", "--target", "revenue", "--model", "tree"];
    run(folder.path(), &[&train[..], &["--ignore", "pages", "--out", "weak.model"]].concat()).succeeds();
    let search = ["search", "--data", "train.csv", "--target", "revenue", "--model", "tree", "--trials", "3"];
    run(folder.path(), &[&search[..], &["--out", "spec.json"]].concat()).succeeds();
    run(folder.path(), &["train", "--data", "train.csv", "--spec", "spec.json", "--out", "good.model"])
        .succeeds();
    folder
}

fn add(folder: &Path, model: &str, more: &[&str]) -> Ran {
    run(folder, &[&["models", "add", model, "--name", "sessions", "--json"][..], more].concat())
}

fn number(of: &Value, key: &str) -> f64 {
    of[key].as_f64().unwrap_or_else(|| panic!("{key}: {of}"))
}

fn stages(folder: &Path) -> Vec<Value> {
    let list = run(folder, &["models", "list", "--json"]).json();
    list.as_array().unwrap().iter().map(|entry| entry["stage"].clone()).collect()
}

#[test]
fn a_challenger_has_to_be_better() {
    let folder = folder();
    let folder = folder.path();
    let measured =
        run(folder, &["evaluate", "--model", "weak.model", "--data", "held_out.csv", "--json"]).json();
    let weak =
        add(folder, "weak.model", &["--data", "held_out.csv", "--created-from", "without pages"]).json();
    assert_eq!(
        (&weak["version"], &weak["stage"], &weak["sha256"]),
        (&json!(1), &json!("candidate"), &measured["model_hash"])
    );
    assert_eq!((&weak["task"], &weak["from_s"]), (&json!("interest"), &Value::Null));
    assert_eq!(number(&weak["metrics_micro"], "auc"), (number(&measured, "auc") * 1e6).round());
    let good = add(folder, "good.model", &["--spec", "spec.json"]).json();
    assert_eq!(good["version"], 2);
    add(folder, "good.model", &[]).fails(3, "registry: this very model is sessions@2 already");

    // The first champion has to beat the base rate; the weak model does not.
    let promote = |version: &str, more: &[&str]| {
        run(folder, &[&["models", "promote", version, "--data", "held_out.csv", "--json"][..], more].concat())
    };
    let refused = promote("sessions@1", &[]);
    assert!(
        refused.code == 5 && refused.err.contains("sessions@1 is not better by 0 millionths"),
        "{refused:?}"
    );
    assert_eq!(stages(folder), ["candidate", "candidate"]);
    assert_eq!(promote("sessions@1", &["--force"]).json()["forced"], true);
    assert_eq!(stages(folder), ["champion", "candidate"]);

    let compared = run(folder, &["models", "compare", "sessions", "--data", "held_out.csv", "--json"]).json();
    assert_eq!((&compared["challenger_version"], &compared["champion_version"]), (&json!(2), &json!(1)));
    assert_eq!(compared["rows"], 1_500);
    let what = (&compared["task"], &compared["loss"], &compared["unit"], &compared["clustered_by"]);
    assert_eq!(what, (&json!("interest"), &json!("log_loss"), &json!("nat"), &Value::Null));
    let gap = number(&compared["challenger"], "loss") - number(&compared["champion"], "loss");
    assert!((number(&compared["difference"], "mean") - gap).abs() < 1e-9 && gap < 0.0, "{compared}");
    assert!((number(&compared["champion"], "loss") - number(&measured, "log_loss")).abs() < 1e-9);
    assert!(number(&compared, "auc_difference") > 0.2, "{compared}");

    let high_micro = -number(&compared["difference"], "high_95") * 1e6;
    let (enough, too_much) = (high_micro.floor().to_string(), (high_micro.floor() + 1.0).to_string());
    assert_eq!(promote("sessions@2", &["--margin-micro", &too_much]).code, 5);
    assert_eq!(promote("sessions@2", &["--margin-micro", &enough]).json()["forced"], false);
    assert_eq!(stages(folder), ["archived", "champion"]);
    promote("sessions@2", &[]).fails(3, "registry: sessions@2 is the champion: name a challenger");

    let shown = run(folder, &["models", "show", "sessions@2", "--json"]).json();
    assert_eq!(shown["spec"]["kind"], "tree");
    let last = shown["history"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&last["action"], &last["replaced"], &last["forced"]),
        (&json!("promote"), &json!(1), &json!(false))
    );
    assert_eq!(last["evidence"]["margin_micro"].to_string(), enough);
    assert_eq!(last["evidence"]["loss"], "log_loss");

    assert_eq!(run(folder, &["models", "rollback", "sessions", "--json"]).json()["champion_version"], 1);
    assert_eq!(stages(folder), ["champion", "archived"]);
    run(folder, &["models", "rollback", "sessions"])
        .fails(3, "registry: sessions has no champion before this one to go back to");
    assert_eq!(run(folder, &["models", "verify", "--json"]).json(), json!({ "versions": 2, "changes": 5 }));
    let text = run(folder, &["models", "list"]).succeeds().out;
    assert!(text.contains("sessions@1 champion interest") && text.contains("from without pages"), "{text}");
}

#[test]
fn damage_is_found() {
    let folder = folder();
    let folder = folder.path();
    let hash =
        add(folder, "good.model", &["--spec", "spec.json"]).json()["sha256"].as_str().unwrap().to_owned();
    let manifest = folder.join("registry/manifest.json");
    let kept = std::fs::read_to_string(&manifest).unwrap();
    let verify = || run(folder, &["models", "verify"]);
    verify().succeeds();
    std::fs::write(&manifest, kept.replace("\"candidate\"", "\"champion\"")).unwrap();
    assert!(
        verify().code == 3 && verify().err.contains("by its history it must be Candidate"),
        "{:?}",
        verify()
    );
    std::fs::write(&manifest, &kept[..kept.len() / 2]).unwrap();
    assert!(verify().code == 3 && verify().err.contains("manifest.json is damaged"), "{:?}", verify());
    std::fs::write(&manifest, kept).unwrap();
    let object = folder.join(format!("registry/objects/{hash}.bin"));
    let mut bytes = std::fs::read(&object).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&object, &bytes).unwrap();
    assert!(verify().code == 5 && verify().err.contains("its content has another hash"), "{:?}", verify());
    let compare = run(folder, &["models", "compare", "sessions", "--data", "held_out.csv"]);
    assert!(compare.code == 3 && compare.err.contains("another hash"), "{compare:?}");
    assert!(verify().err.contains("add the model again from its file"), "{:?}", verify());
    // The advice works: the same version is whole again, and it is no new one.
    assert_eq!(add(folder, "good.model", &[]).json()["version"], 1);
    verify().succeeds();
    std::fs::remove_file(&object).unwrap();
    assert!(verify().code == 5 && verify().err.contains("it is lost: add the model again"), "{:?}", verify());
    add(folder, "good.model", &[]).succeeds();
    let spec = std::fs::read_dir(folder.join("registry/objects")).unwrap().map(|entry| entry.unwrap().path());
    let spec = spec.into_iter().find(|path| *path != object).unwrap();
    std::fs::write(&spec, "{}").unwrap();
    assert_eq!(verify().code, 5);
    add(folder, "good.model", &["--spec", "spec.json"]).succeeds();
    assert_eq!(verify().succeeds().out, "1 versions and 1 changes are what they were\n");
}

/// Without its manifest, a registry that holds files says so, to whoever asks, and begins nothing anew.
#[test]
fn a_lost_manifest_is_found() {
    let folder = folder();
    let folder = folder.path();
    add(folder, "good.model", &[]).succeeds();
    std::fs::remove_file(folder.join("registry/manifest.json")).unwrap();
    for arguments in [
        &["models", "verify"][..],
        &["models", "list"],
        &["models", "rollback", "sessions"],
        &["models", "add", "weak.model", "--name", "sessions"],
    ] {
        run(folder, arguments).fails(
            3,
            "registry/manifest.json is damaged: it is gone, while registry/objects holds 1 files: put it back from a copy, or \
             begin another registry with --registry DIR and add the models to it",
        );
    }
    assert!(!folder.join("registry/manifest.json").exists());
    add(folder, "weak.model", &["--registry", "another"]).succeeds();
}

/// Who reads leaves no trace, and does not wait for who writes.
#[test]
fn reading_writes_nothing() {
    let folder = folder();
    let folder = folder.path();
    add(folder, "good.model", &["--spec", "spec.json"]).succeeds();
    let lock = folder.join("registry/lock");
    std::fs::remove_file(&lock).unwrap();
    let commands: [&[&str]; 4] = [
        &["models", "list"],
        &["models", "show", "sessions"],
        &["models", "verify"],
        &["models", "compare", "sessions", "--data", "held_out.csv"],
    ];
    commands.iter().for_each(|arguments| drop(run(folder, arguments).succeeds()));
    assert!(!lock.exists(), "no lock is made");
    let held = std::fs::File::create(&lock).unwrap();
    held.lock().unwrap();
    commands.iter().for_each(|arguments| drop(run(folder, arguments).succeeds()));
    let refused = add(folder, "weak.model", &[]);
    assert!(refused.code == 1 && refused.err.contains("in use by another"), "{refused:?}");
}

#[test]
fn what_cannot_be_kept_is_refused() {
    let folder = folder();
    let folder = folder.path();
    run(folder, &["models", "list"]).fails(3, "registry: there is no such registry; `models add` makes it");
    run(folder, &["models", "add", "good.model", "--name", "a/b"])
        .fails(3, "registry: the name \"a/b\" must be 1 to 64 letters, digits, '-', '_' or '.'");
    let foreign = add(folder, "train.csv", &[]);
    assert!(foreign.code == 3 && foreign.err.contains("does not begin with ATTNTASK"), "{foreign:?}");
    let spec = add(folder, "good.model", &["--spec", "train.csv"]);
    assert!(spec.code == 3 && spec.err.contains("model specification"), "{spec:?}");
    assert!(!folder.join("registry/manifest.json").exists());
    assert_eq!(run(folder, &["models", "list", "--json"]).json(), json!([]));
    run(folder, &["models", "show", "sessions"])
        .fails(3, "registry: \"sessions\" is not here; here are nothing yet");
    assert_eq!(run(folder, &["models"]).code, 2);
    // Another folder by option or by environment.
    add(folder, "good.model", &["--registry", "other"]).succeeds();
    let listed = run_in(folder, &["models", "list", "--json"], &[("ATTENTION_REGISTRY", "other")], "").json();
    assert_eq!(listed.as_array().unwrap().len(), 1);
}
