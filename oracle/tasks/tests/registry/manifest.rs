//! The registry's manifest over any sequence of changes.

use std::collections::BTreeMap;

use attention_tasks::Task;
use attention_tasks::registry::{Action, Loss, Manifest, NewEntry, Stage};
use proptest::prelude::*;

fn of_task(task: Task, name: &str, number: usize) -> NewEntry {
    NewEntry {
        name: name.into(),
        task,
        sha256: format!("{number:064x}"),
        bytes: 1,
        spec_hash: None,
        data_hash: None,
        from_s: None,
        metrics_micro: BTreeMap::new(),
        created_from: "test".into(),
    }
}

fn new(name: &str, number: usize) -> NewEntry {
    of_task(Task::Interest, name, number)
}

fn stages(manifest: &Manifest, name: &str) -> Vec<Stage> {
    manifest.entries().iter().filter(|entry| entry.name == name).map(|entry| entry.stage).collect()
}

/// 1 is promoted, then 3, then 2; two rollbacks lead back to 1, a third has nowhere to go.
#[test]
fn champions_by_hand() {
    let mut manifest = Manifest::default();
    for number in 0..3 {
        manifest.add(new("m", number), 10).unwrap();
    }
    for version in [1, 3, 2] {
        manifest.promote("m", version, None, false, 20).unwrap();
    }
    assert_eq!(stages(&manifest, "m"), [Stage::Archived, Stage::Champion, Stage::Archived]);
    assert_eq!(manifest.rollback("m", 30).unwrap(), 3);
    assert_eq!(manifest.rollback("m", 31).unwrap(), 1);
    assert_eq!(stages(&manifest, "m"), [Stage::Champion, Stage::Archived, Stage::Archived]);
    let text = manifest.rollback("m", 32).unwrap_err().to_string();
    assert_eq!(text, "registry: m has no champion before this one to go back to");
    assert_eq!(
        manifest.rollback("x", 32).unwrap_err().to_string(),
        "registry: x has no champion to go back to"
    );
    let last = manifest.history().last().unwrap();
    assert_eq!((last.action, last.version, last.replaced, last.at_s), (Action::Rollback, 1, Some(3), 31));
    assert!(manifest.promote("m", 1, None, false, 40).unwrap_err().to_string().contains("champion already"));
    assert_eq!(manifest.find("m").unwrap().version, 3);
    assert_eq!(manifest.find("m@2").unwrap().version, 2);
    assert!(manifest.find("m@4").unwrap_err().to_string().contains("m has versions 1 to 3"));
    assert!(manifest.find("n").unwrap_err().to_string().contains("here are m"));
    assert!(manifest.add(new("m", 2), 50).unwrap_err().to_string().contains("is m@3 already"));
    for name in ["", "a b", "a/b", &"x".repeat(65)] {
        assert!(manifest.add(new(name, 9), 50).is_err(), "{name}");
    }
    assert!(manifest.add(new(&"x".repeat(64), 9), 50).is_ok());
}

#[test]
fn manifests_that_contradict_themselves_are_refused() {
    let mut manifest = Manifest::default();
    manifest.add(new("m", 1), 1).unwrap();
    manifest.add(new("m", 2), 1).unwrap();
    manifest.promote("m", 1, None, true, 2).unwrap();
    let text = String::from_utf8(manifest.to_bytes().unwrap()).unwrap();
    let spoilt = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        Manifest::from_bytes(text.replacen(from, to, 1).as_bytes()).unwrap_err().to_string()
    };
    assert!(
        spoilt("\"candidate\"", "\"champion\"")
            .contains("m@2 is Champion, by its history it must be Candidate")
    );
    assert!(spoilt("\"champion\"", "\"archived\"").contains("must be Champion"));
    assert!(spoilt("\"version\": 2", "\"version\": 3").contains("m@3 follows version 1"));
    assert!(spoilt("registry-2", "registry-9").contains("this program reads"));
    let unknown = spoilt("\"task\": \"interest\"", "\"task\": \"weather\"");
    assert!(unknown.contains("unknown variant `weather`, expected one of `interest`, `price`"), "{unknown}");
    for (from, to) in
        [("  \"format\"", " \"format\""), ("      \"task\": \"interest\",\n", ""), ("]\n}\n", "]\n}")]
    {
        assert!(spoilt(from, to).contains("not written in the canonical way"), "{from:?}");
    }
    let of_price = text.replacen("registry-2", "registry-1", 1).replacen("\"interest\"", "\"price\"", 1);
    let of_price = Manifest::from_bytes(of_price.as_bytes()).unwrap_err().to_string();
    assert!(
        of_price.contains("m@1 is of the task price; \"attention-registry-1\" knows tables only"),
        "{of_price}"
    );
    // A later program may write what this one cannot read: that is what it is told first.
    let later =
        Manifest::from_bytes(b"{\"format\": \"attention-registry-3\", \"more\": 1}").unwrap_err().to_string();
    assert!(later.contains("the format is \"attention-registry-3\""), "{later}");
    assert!(
        spoilt(
            "\"action\": \"promote\",\n      \"name\": \"m\"",
            "\"action\": \"promote\",\n      \"name\": \"n\""
        )
        .contains("must be Candidate")
    );
    assert!(Manifest::from_bytes(b"{").is_err());
}

/// A champion of prices, then a version of churn under the same name: it is kept, but neither compared nor promoted.
#[test]
fn champions_of_one_name_are_of_one_task() {
    let mut manifest = Manifest::default();
    manifest.add(of_task(Task::Price, "m", 1), 1).unwrap();
    manifest.add(of_task(Task::Churn, "m", 2), 2).unwrap();
    manifest.add(of_task(Task::Price, "m", 3), 3).unwrap();
    let (challenger, champion) = manifest.challenge("m@2").unwrap();
    assert_eq!((challenger.version, champion), (2, None));
    manifest.promote("m", 1, None, false, 4).unwrap();
    let wanted =
        "registry: m@2 is of the task churn, the champion m@1 of the task price: they cannot be compared";
    for refused in [manifest.challenge("m@2").map(|_| ()), manifest.clone().promote("m", 2, None, true, 5)] {
        let refused = refused.unwrap_err().to_string();
        assert!(refused.starts_with(wanted), "{refused}");
    }
    assert!(
        manifest.challenge("m@1").unwrap_err().to_string().contains("m@1 is the champion: name a challenger")
    );
    let (challenger, champion) = manifest.challenge("m").unwrap();
    assert_eq!((challenger.version, champion.unwrap().version), (3, 1));
    manifest.promote("m", 3, None, false, 6).unwrap();
    let text = String::from_utf8(manifest.to_bytes().unwrap()).unwrap();
    let other = text.replacen("\"task\": \"price\"", "\"task\": \"churn\"", 1);
    let other = Manifest::from_bytes(other.as_bytes()).unwrap_err().to_string();
    assert!(other.contains("m@3 is of the task price, the champion m@1 of the task churn"), "{other}");
}

/// Written by the program before registries held anything but tables: two names, a promotion on evidence, one by force, a
/// rollback. It says what it said, is written in the present format from then on, and goes on as it would have.
#[test]
fn a_manifest_of_tables_alone_is_still_read() {
    let old = include_bytes!("fixtures/manifest-1.json");
    let mut manifest = Manifest::from_bytes(old).unwrap();
    assert!(manifest.entries().iter().all(|entry| entry.task == Task::Interest && entry.from_s.is_none()));
    assert_eq!(stages(&manifest, "sessions"), [Stage::Champion, Stage::Archived]);
    assert_eq!(stages(&manifest, "other"), [Stage::Candidate]);
    assert_eq!(manifest.find("sessions@1").unwrap().created_from, "without pages");
    assert!(manifest.find("sessions@2").unwrap().spec_hash.is_some());
    let evidence: Vec<Option<Loss>> =
        manifest.history().iter().filter_map(|change| change.evidence.as_ref()).map(|e| e.loss).collect();
    assert_eq!(evidence, [None, None]);
    let bytes = manifest.to_bytes().unwrap();
    assert!(bytes.starts_with(b"{\n  \"format\": \"attention-registry-2\""));
    assert_eq!(Manifest::from_bytes(&bytes).unwrap(), manifest);
    // All that it said is said again: without what is new, these are the old file's values.
    let mut new: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    new["format"] = "attention-registry-1".into();
    for entry in new["entries"].as_array_mut().unwrap() {
        let entry = entry.as_object_mut().unwrap();
        assert_eq!(
            (entry.remove("task").unwrap(), entry.remove("from_s").unwrap()),
            ("interest".into(), serde_json::Value::Null)
        );
    }
    for change in new["history"].as_array_mut().unwrap() {
        if let Some(evidence) = change["evidence"].as_object_mut() {
            assert!(
                evidence.remove("loss").unwrap().is_null() && evidence.remove("from_s").unwrap().is_null()
            );
        }
    }
    assert_eq!(new, serde_json::from_slice::<serde_json::Value>(old).unwrap());
    manifest.add(of_task(Task::Churn, "gone", 1), 9).unwrap();
    manifest.promote("sessions", 2, None, false, 10).unwrap();
    assert_eq!(Manifest::from_bytes(&manifest.to_bytes().unwrap()).unwrap(), manifest);
}

proptest! {
    /// After any changes there is at most one champion a name, the manifest reads back, and refusals change nothing.
    #[test]
    fn any_sequence_of_changes_holds_together(steps in proptest::collection::vec((0u8..3, 0usize..2, 0u32..5), 0..60)) {
        let mut manifest = Manifest::default();
        for (number, (what, name, version)) in steps.into_iter().enumerate() {
            let name = ["a", "b"][name];
            let before = manifest.clone();
            let done = match what {
                0 => manifest.add(new(name, number), number as i64).map(|_| ()),
                1 => manifest.promote(name, version, None, false, number as i64),
                _ => manifest.rollback(name, number as i64).map(|_| ()),
            };
            if done.is_err() {
                prop_assert_eq!(&manifest, &before);
            } else {
                prop_assert_eq!(manifest.history().len(), before.history().len() + 1);
            }
            for name in ["a", "b"] {
                let champions = stages(&manifest, name).iter().filter(|stage| **stage == Stage::Champion).count();
                prop_assert!(champions <= 1);
                prop_assert_eq!(champions == 1, manifest.champion(name).is_some());
            }
            let bytes = manifest.to_bytes().unwrap();
            prop_assert_eq!(&Manifest::from_bytes(&bytes).unwrap(), &manifest);
        }
    }
}
