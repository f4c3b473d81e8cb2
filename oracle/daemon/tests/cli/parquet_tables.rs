//! A table as Parquet is the same table as CSV, for every command that reads one.

use std::path::Path;

use attention_engine::{PredictionColumn, PredictionValues, write_predictions};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::world::{Ran, run_in};

fn run(folder: &Path, arguments: &[&str]) -> Ran {
    run_in(folder, arguments, &[], "")
}

/// A visit: pages, seconds, the month's name (one of which needs quotes), and whether it ended in a purchase.
type Visit = (Option<i64>, Option<f64>, Option<String>, bool);

fn visits(rows: std::ops::Range<u32>) -> Vec<Visit> {
    let visit = |row: u32| {
        let (pages, seconds) = (row * 7 % 13, f64::from(row * 31 % 101) / 8.0);
        let month = ["Feb", "Mar", "Nov, the \"11th\""][(row % 3) as usize];
        let noise = row.wrapping_mul(2_654_435_761) >> 28;
        let bought = pages * 4 + 20 * u32::from(row % 3 == 2) + noise > 45;
        (
            (!row.is_multiple_of(11)).then_some(i64::from(pages)),
            (!row.is_multiple_of(17)).then_some(seconds),
            (!row.is_multiple_of(19)).then(|| month.to_owned()),
            bought,
        )
    };
    rows.map(visit).collect()
}

/// Writes the same visits as NAME.csv and NAME.parquet.
fn write(folder: &Path, name: &str, visits: &[Visit]) {
    let mut csv = "pages,seconds,month,bought\n".to_owned();
    let cell = |value: Option<String>| value.unwrap_or_default();
    for (pages, seconds, month, bought) in visits {
        let quoted = |text: &String| format!("\"{}\"", text.replace('"', "\"\""));
        // Where it has to be, and nowhere else: the hash of the data is that of the bytes.
        let month = month.as_ref().map(|text| if text.contains(',') { quoted(text) } else { text.clone() });
        let seconds = seconds.map(|seconds| format!("{seconds:?}"));
        csv +=
            &format!("{},{},{},{bought}\n", cell(pages.map(|n| n.to_string())), cell(seconds), cell(month));
    }
    std::fs::write(folder.join(format!("{name}.csv")), csv).unwrap();
    let pages: Vec<_> = visits.iter().map(|visit| visit.0).collect();
    let seconds: Vec<_> = visits.iter().map(|visit| visit.1).collect();
    let months: Vec<_> = visits.iter().map(|visit| visit.2.clone()).collect();
    let bought: Vec<_> = visits.iter().map(|visit| Some(visit.3)).collect();
    let columns = [
        PredictionColumn { name: "pages", values: PredictionValues::Integer(&pages) },
        PredictionColumn { name: "seconds", values: PredictionValues::Real(&seconds) },
        PredictionColumn { name: "month", values: PredictionValues::Text(&months) },
        PredictionColumn { name: "bought", values: PredictionValues::Boolean(&bought) },
    ];
    write_predictions(&folder.join(format!("{name}.parquet")), &columns).unwrap();
}

fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "train", &visits(0..600));
    write(folder.path(), "other", &visits(600..1_500));
    // The beginning tells what it is, where the name does not.
    std::fs::copy(folder.path().join("other.parquet"), folder.path().join("nameless")).unwrap();
    folder
}

/// What a command tells, but for what differs between two runs of the same.
fn told(folder: &Path, arguments: &[&str]) -> Value {
    let mut told = run(folder, &[arguments, &["--json"]].concat()).json();
    if let Some(told) = told.as_object_mut() {
        for key in ["fit_s", "search_s", "out"] {
            told.remove(key);
        }
    }
    told
}

/// The same of both files, whose names stand for `TABLE`, `OTHER` and `MODEL`.
#[track_caller]
fn same(folder: &Path, arguments: &[&str]) -> Value {
    let with = |kind: &str| {
        let named: Vec<String> = arguments
            .iter()
            .map(|argument| match *argument {
                "TABLE" => format!("train.{kind}"),
                "OTHER" => format!("other.{kind}"),
                "MODEL" => format!("{kind}.model"),
                "OUT" => format!("{kind}.out"),
                argument => argument.to_owned(),
            })
            .collect();
        told(folder, &named.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let csv = with("csv");
    assert_eq!(with("parquet"), csv, "{arguments:?}");
    csv
}

#[test]
fn models_and_scores_are_the_same() {
    let folder = folder();
    let path = folder.path();
    for kind in ["gbdt", "logistic"] {
        let train = ["train", "--data", "TABLE", "--target", "bought", "--model", kind, "--out", "MODEL"];
        let trained = same(path, &[&train[..], &["--folds", "3"]].concat());
        assert_eq!((&trained["rows"], &trained["features"]), (&json!(600), &json!(3)), "{trained}");
        let measured = same(path, &["evaluate", "--model", "MODEL", "--data", "OTHER", "--importance"]);
        assert_eq!(
            (&measured["rows"], measured["score_hash"].as_str().unwrap().len()),
            (&json!(900), 64),
            "{measured}"
        );
        let nameless =
            told(path, &["evaluate", "--model", "csv.model", "--data", "nameless", "--importance"]);
        assert_eq!(nameless, measured);
    }
    let models = ["csv.model", "parquet.model"].map(|name| std::fs::read(path.join(name)).unwrap());
    assert!(models[0] == models[1]);
    same(
        path,
        &[
            "predict", "--model", "MODEL", "--data", "OTHER", "--id", "month", "--out", "OUT", "--format",
            "csv",
        ],
    );
    let predicted = ["csv.out", "parquet.out"].map(|name| std::fs::read_to_string(path.join(name)).unwrap());
    assert_eq!(predicted[0], predicted[1]);
    assert_eq!(predicted[0].lines().count(), 901);
    let explained = same(path, &["explain", "--model", "MODEL", "--data", "OTHER", "--row", "3"]);
    assert_eq!(explained["terms"].as_array().unwrap().len(), 3, "{explained}");
    let fair = same(path, &["fairness", "--model", "MODEL", "--data", "OTHER", "--group", "month"]);
    assert!(fair["groups"].as_array().unwrap().len() >= 3, "{fair}");
    let drift =
        same(path, &["behaviour", "drift", "--model", "MODEL", "--data", "TABLE", "--later", "OTHER"]);
    assert_eq!(drift["columns"].as_array().unwrap().len(), 4, "{drift}");
}

/// One hash of the data, too: what was chosen on the one is known to be chosen on the other.
#[test]
fn searches_and_registries_know_one_table() {
    let folder = folder();
    let path = folder.path();
    let search = ["search", "--data", "TABLE", "--target", "bought", "--model", "tree", "--trials", "3"];
    same(path, &[&search[..], &["--out", "OUT"]].concat());
    let specs = ["csv.out", "parquet.out"].map(|name| std::fs::read_to_string(path.join(name)).unwrap());
    assert_eq!(specs[0], specs[1]);
    let fitted = same(path, &["train", "--data", "TABLE", "--spec", "csv.out", "--out", "MODEL"]);
    assert_eq!(fitted["spec"]["chosen_on_these_data"], json!(true), "{fitted}");
    run(
        path,
        &["train", "--data", "train.csv", "--target", "bought", "--ignore", "pages", "--out", "weak.model"],
    )
    .succeeds();
    let entry = |registry: &str, data: &str| {
        let add = ["models", "--registry", registry, "add", "weak.model", "--name", "m", "--data", data];
        let mut entry = told(path, &add);
        entry["added_s"].take();
        entry
    };
    assert_eq!(entry("a", "other.csv"), entry("b", "other.parquet"));
    run(path, &["models", "--registry", "a", "promote", "m", "--data", "other.parquet", "--force"])
        .succeeds();
    run(path, &["models", "--registry", "a", "add", "csv.model", "--name", "m"]).succeeds();
    let compared = same(path, &["models", "--registry", "a", "compare", "m@2", "--data", "OTHER"]);
    assert_eq!(compared["rows"], json!(900), "{compared}");
}

#[test]
fn recommenders_are_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let mut csv = "rating,user,item,timestamp\n".to_owned();
    let (mut users, mut items, mut times, mut ratings) = (vec![], vec![], vec![], vec![]);
    for user in 0..40i64 {
        for step in 0..8i64 {
            let (item, time) = (user % 4 * 10 + (user + step) % 9, 1_000 + step * 50 + user);
            csv += &format!(",u{user},{item},{time}\n");
            users.push(Some(format!("u{user}")));
            items.push(Some(item));
            times.push(Some(time));
            ratings.push(None);
        }
    }
    std::fs::write(path.join("train.csv"), csv).unwrap();
    let columns = [
        PredictionColumn { name: "rating", values: PredictionValues::Real(&ratings) },
        PredictionColumn { name: "user", values: PredictionValues::Text(&users) },
        PredictionColumn { name: "item", values: PredictionValues::Integer(&items) },
        PredictionColumn { name: "timestamp", values: PredictionValues::Integer(&times) },
    ];
    write_predictions(&path.join("train.parquet"), &columns).unwrap();
    let trained = same(path, &["train", "--task", "recommend", "--data", "TABLE", "--out", "MODEL"]);
    assert_eq!(trained["users"], json!(40), "{trained}");
    let measured = same(path, &["evaluate", "--task", "recommend", "--data", "TABLE", "--model", "MODEL"]);
    assert_eq!(measured["model_hash"], trained["model_hash"]);
}

#[test]
fn damaged_files_are_named() {
    let folder = folder();
    let path = folder.path();
    run(path, &["train", "--data", "train.csv", "--target", "bought", "--out", "M.model"]).succeeds();
    let good = std::fs::read(path.join("other.parquet")).unwrap();
    for (name, content) in
        [("cut.parquet", &good[..good.len() / 2]), ("empty.parquet", b""), ("text.parquet", b"a,b\n1,2\n")]
    {
        std::fs::write(path.join(name), content).unwrap();
        for command in [
            &["train", "--target", "bought"][..],
            &["evaluate", "--model", "M.model"],
            &["train", "--task", "recommend"],
        ] {
            let ran = run(path, &[command, &["--data", name]].concat());
            assert_eq!(ran.code, 3, "{ran:?}");
            let wanted = format!("error: {name}: is not a Parquet file that can be read: ");
            assert!(ran.err.contains(&wanted), "{ran:?}");
        }
    }
    run(path, &["train", "--data", "nowhere.parquet", "--target", "bought"])
        .fails(3, "nowhere.parquet: No such file or directory (os error 2)");
}
