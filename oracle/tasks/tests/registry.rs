//! The registry's manifest over any sequence of changes.

use attention_tasks::registry::{Action, Manifest, NewEntry, Stage};
use proptest::prelude::*;

fn new(name: &str, number: usize) -> NewEntry {
    NewEntry {
        name: name.into(),
        sha256: format!("{number:064x}"),
        created_from: "test".into(),
        ..Default::default()
    }
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
    assert!(spoilt("registry-1", "registry-9").contains("this program reads"));
    assert!(
        spoilt(
            "\"action\": \"promote\",\n      \"name\": \"m\"",
            "\"action\": \"promote\",\n      \"name\": \"n\""
        )
        .contains("must be Candidate")
    );
    assert!(Manifest::from_bytes(b"{").is_err());
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
