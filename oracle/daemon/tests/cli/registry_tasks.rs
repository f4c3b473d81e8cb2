//! `models` for prices, churn and recommendations: each task by its own losses, on its own data.

use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::data::{assets, sales};
use super::world::{Ran, run_in};

fn run(folder: &Path, arguments: &[&str]) -> Ran {
    run_in(folder, arguments, &[], "")
}

fn number(of: &Value, key: &str) -> f64 {
    of[key].as_f64().unwrap_or_else(|| panic!("{key}: {of}"))
}

fn mixed(at: u32) -> u32 {
    let mixed = at.wrapping_mul(2_654_435_761);
    mixed ^ mixed >> 15
}

/// Three years of 28-day months from 2017-07 on, a sale a day: assets of lasting worth at a market's level that wanders, between users of
/// whom a third leave after some months.
fn market() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let rows: Vec<String> = (0..1_000u32)
        .map(|at| {
            let (month, day) = (at / 28 + 6, at % 28 + 1);
            let (year, month) = (2017 + month / 12, month % 12 + 1);
            let asset = mixed(at) % 10;
            let level = 1_000 + 600 * (at / 60 % 3) + mixed(at + 5_000) % 200;
            let price = u64::from(level * (4 + asset)) * 100_000_000_000_000;
            let user = |salt: u32| {
                let user = mixed(at * 2 + salt) % 60;
                // Those of every third number are gone after so many days; who stays trades in their place.
                if user.is_multiple_of(3) && at > 100 + user * 12 { user + 1 } else { user }
            };
            let (seller, buyer) = (100 + user(0), 100 + user(1));
            format!("{year}-{month:02}-{day:02} 12:00:00 UTC,{asset},{price},0x{seller:040x},0x{buyer:040x},{at},0x{at:064x}\n")
        })
        .collect();
    std::fs::create_dir(folder.path().join("world")).unwrap();
    std::fs::write(folder.path().join("world/assets.csv"), assets()).unwrap();
    std::fs::write(folder.path().join("world/sales.csv"), sales(&rows)).unwrap();
    std::fs::write(folder.path().join("quick.json"), "{\"rounds\": 30}").unwrap();
    folder
}

/// `early` knows half a year less than `late`.
fn train(folder: &Path, task: &str, more: &[&str]) {
    for (until, out) in [("2018-07-01", "early"), ("2019-01-01", "late")] {
        let out = format!("{task}-{out}.model");
        let train = ["train", "--task", task, "--data", "world", "--until", until, "--out", &out];
        run(folder, &[&train[..], more].concat()).succeeds();
    }
}

const FROM: [&str; 4] = ["--data", "world", "--from", "2019-01-01"];

fn models(folder: &Path, action: &str, what: &str, more: &[&str]) -> Ran {
    run(folder, &[&["models", action, what, "--json"][..], more].concat())
}

/// `--force` because the point is what is measured, not which of the two is better.
fn promote(folder: &Path, what: &str, rows: &[&str]) -> Value {
    models(folder, "promote", what, &[rows, &["--force"]].concat()).json()
}

#[test]
fn price_models_follow_the_same_sales() {
    let folder = market();
    let folder = folder.path();
    train(folder, "price", &["--params", "quick.json"]);
    let evaluate = |model: &str| {
        let evaluate = ["evaluate", "--task", "price", "--model", model, "--json"];
        run(folder, &[&evaluate[..], &FROM].concat()).json()
    };
    let (early, late) = (evaluate("price-early.model"), evaluate("price-late.model"));
    let add =
        |model: &str, more: &[&str]| models(folder, "add", model, &[&["--name", "prices"], more].concat());
    let added = add("price-early.model", &FROM).json();
    assert_eq!((&added["task"], &added["sha256"]), (&json!("price"), &early["model_hash"]));
    assert_eq!(added["from_s"], 1_546_300_800);
    assert_eq!(number(&added["metrics_micro"], "mae_log"), (number(&early, "mae_log") * 1e6).round());
    add("price-late.model", &[]).succeeds();

    // The first has to beat the market's level, and does.
    let first = models(folder, "promote", "prices@1", &FROM).json();
    assert_eq!(
        (&first["forced"], &first["promoted"]["champion"]["model"]),
        (&json!(false), &json!("median_7d"))
    );
    let level = number(&first["promoted"]["champion"], "loss");
    assert!((level - number(&early, "baseline_mae_log")).abs() < 1e-9);

    let compared = models(folder, "compare", "prices@2", &FROM).json();
    let what = (&compared["task"], &compared["loss"], &compared["unit"], &compared["rows"]);
    assert_eq!(what, (&json!("price"), &json!("absolute_log_error"), &json!("nat"), &early["rows"]));
    // A sale a day.
    assert_eq!((&compared["clustered_by"], &compared["clusters"]), (&json!("day"), &compared["rows"]));
    let gap = number(&late, "mae_log") - number(&early, "mae_log");
    assert!((number(&compared["difference"], "mean") - gap).abs() < 1e-9, "{compared}");
    let text = run(folder, &[&["models", "compare", "prices@2"][..], &FROM].concat()).succeeds().out;
    assert!(
        text.contains("prices@2 against prices@1 on")
            && text.contains("|ln price − ln predicted| (unit: nat"),
        "{text}"
    );
    let much = models(folder, "promote", "prices@2", &[&FROM[..], &["--margin-micro", "900000"]].concat());
    assert!(much.code == 5 && much.err.contains("is not better by 900000 millionths of a nat"), "{much:?}");

    let fails = |more: &[&str], code: i32, part: &str| {
        let ran = models(folder, "compare", "prices@2", more);
        assert!(ran.code == code && ran.err.contains(part), "{more:?}: {ran:?}");
    };
    fails(&["--data", "world"], 2, "--from DATE is needed for models of the task price");
    fails(
        &["--data", "world", "--from", "2018-12-31"],
        3,
        "the challenger learnt from what was before 1546300800",
    );
    fails(&["--data", "world", "--from", "2018-12-31"], 3, "take --from 2019-01-01 or later");
    fails(&["--data", "world", "--from", "2030-01-01"], 3, "before the last priced sale");
    fails(
        &["--data", "world/sales.csv", "--from", "2019-01-01"],
        3,
        "sales.csv: is a file; models of the task price",
    );
    fails(&["--data", "nowhere", "--from", "2019-01-01"], 3, "nowhere/assets.csv");
    fails(&["--data", "world", "--from", "soon"], 2, "a date is soon");
    let spec = add("price-late.model", &["--spec", "quick.json"]);
    assert!(spec.code == 3 && spec.err.contains("specifications are of models of tables"), "{spec:?}");
    assert_eq!(run(folder, &["models", "verify", "--json"]).json(), json!({ "versions": 2, "changes": 3 }));
}

#[test]
fn churn_models_are_compared_user_by_user() {
    let folder = market();
    let folder = folder.path();
    train(folder, "churn", &["--model", "logistic"]);
    let evaluate = |model: &str| {
        let evaluate = ["evaluate", "--task", "churn", "--model", model, "--json"];
        run(folder, &[&evaluate[..], &FROM].concat()).json()
    };
    let (early, late) = (evaluate("churn-early.model"), evaluate("churn-late.model"));
    let add =
        |model: &str, more: &[&str]| models(folder, "add", model, &[&["--name", "gone"], more].concat());
    let added = add("churn-early.model", &FROM).json();
    assert_eq!(number(&added["metrics_micro"], "auc"), (number(&early, "auc") * 1e6).round());
    add("churn-late.model", &[]).succeeds();
    let first = promote(folder, "gone@1", &FROM);
    let baseline = &first["promoted"]["champion"];
    let recency = number(&early, "recency_log_loss");
    assert!(["recency", "share"].contains(&baseline["model"].as_str().unwrap()), "{first}");
    assert!(number(baseline, "loss") <= recency + 1e-9, "{first}");

    let compared = models(folder, "compare", "gone@2", &FROM).json();
    let what = (&compared["task"], &compared["loss"], &compared["unit"], &compared["clustered_by"]);
    assert_eq!(what, (&json!("churn"), &json!("log_loss"), &json!("nat"), &json!("user")));
    assert_eq!(compared["rows"], early["rows"]);
    assert!(number(&compared, "clusters") < number(&compared, "rows") / 2.0, "{compared}");
    for key in ["log_loss", "auc"] {
        let gap = number(&late, key) - number(&early, key);
        let told = if key == "auc" {
            number(&compared, "auc_difference")
        } else {
            number(&compared["difference"], "mean")
        };
        assert!((told - gap).abs() < 1e-9, "{key}: {compared}");
    }
    let text = run(folder, &[&["models", "compare", "gone@2"][..], &FROM].concat()).succeeds().out;
    assert!(text.contains(" users\n") && text.contains(" AUC"), "{text}");

    // A model of another task is kept under the name, and never takes its place.
    run(
        folder,
        &[
            "train",
            "--task",
            "price",
            "--data",
            "world",
            "--until",
            "2018-07-01",
            "--params",
            "quick.json",
            "--out",
            "P.model",
        ],
    )
    .succeeds();
    add("P.model", &[]).succeeds();
    let refused = models(folder, "promote", "gone@3", &[&FROM[..], &["--force"]].concat());
    let wanted =
        "gone@3 is of the task price, the champion gone@1 of the task churn: they cannot be compared";
    assert!(refused.code == 3 && refused.err.contains(wanted), "{refused:?}");
    // Neither do those who foresee something else.
    run(
        folder,
        &[
            "train",
            "--task",
            "churn",
            "--data",
            "world",
            "--model",
            "logistic",
            "--horizon-days",
            "30",
            "--until",
            "2018-07-01",
            "--out",
            "C30.model",
        ],
    )
    .succeeds();
    add("C30.model", &[]).succeeds();
    let refused = models(folder, "compare", "gone@4", &FROM);
    assert!(refused.code == 3 && refused.err.contains("nothing for 2592000 s"), "{refused:?}");

    // The manifest says what each is; a file that is something else is found.
    let manifest = folder.join("registry/manifest.json");
    let text = std::fs::read_to_string(&manifest).unwrap();
    std::fs::write(&manifest, text.replace("\"task\": \"price\"", "\"task\": \"recommend\"")).unwrap();
    let damaged = run(folder, &["models", "verify"]);
    assert!(
        damaged.code == 5
            && damaged.err.contains("gone@3: its file is of the task price, the manifest says recommend"),
        "{damaged:?}"
    );
    std::fs::write(&manifest, text.replace("\"task\": \"price\"", "\"task\": \"weather\"")).unwrap();
    let unknown = run(folder, &["models", "verify"]);
    assert!(unknown.code == 3 && unknown.err.contains("unknown variant `weather`"), "{unknown:?}");
}

/// Users who go round items in their own order.
fn log(folder: &Path) {
    let mut text = "timestamp,user,item\n".to_owned();
    for user in 0..60u32 {
        for step in 0..8u32 {
            let item = user % 4 * 10 + (user + step) % 9;
            text.push_str(&format!("{},u{user},i{item}\n", 1_000 + step * 50 + user));
        }
    }
    std::fs::write(folder.join("log.csv"), text).unwrap();
}

#[test]
fn recommenders_are_compared_by_reciprocal_ranks() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    log(folder);
    let mut evaluated = Vec::new();
    for (out, seed) in [("one.model", "1"), ("two.model", "2")] {
        run(folder, &["train", "--task", "recommend", "--data", "log.csv", "--seed", seed, "--out", out])
            .succeeds();
        let evaluate = ["evaluate", "--task", "recommend", "--data", "log.csv", "--model", out, "--json"];
        evaluated.push(run(folder, &evaluate).json());
        let added = models(folder, "add", out, &["--name", "items", "--data", "log.csv"]).json();
        assert_eq!((&added["task"], &added["from_s"]), (&json!("recommend"), &Value::Null));
        let hits = number(&added["metrics_micro"], "hit_rate_10");
        assert_eq!(hits, (number(&evaluated[evaluated.len() - 1], "hit_rate_10") * 1e6).round());
    }
    let rows = ["--data", "log.csv"];
    let first = models(folder, "promote", "items@1", &rows).json();
    assert_eq!(first["promoted"]["champion"]["model"], "popularity");
    assert_eq!(first["promoted"]["champion"]["hit_rate_10"], evaluated[0]["popularity_hit_rate_10"]);
    let compared = models(folder, "compare", "items", &rows).json();
    let what = (&compared["task"], &compared["loss"], &compared["unit"], &compared["rows"]);
    assert_eq!(
        what,
        (
            &json!("recommend"),
            &json!("missed_reciprocal_rank_10"),
            &json!("reciprocal rank"),
            &evaluated[0]["users"]
        )
    );
    for (side, at) in [("challenger", 1), ("champion", 0)] {
        assert_eq!(compared[side]["hit_rate_10"], evaluated[at]["hit_rate_10"]);
        // A hit within ten places misses at most nine tenths.
        let (hits, missed) = (number(&compared[side], "hit_rate_10"), number(&compared[side], "loss"));
        assert!((1.0 - hits..=1.0 - 0.1 * hits).contains(&missed), "{compared}");
    }
    let gap = number(&compared["challenger"], "loss") - number(&compared["champion"], "loss");
    assert!((number(&compared["difference"], "mean") - gap).abs() < 1e-12, "{compared}");

    let folder_given = models(folder, "compare", "items", &["--data", "."]);
    assert!(
        folder_given.code == 3 && folder_given.err.contains(".: is a folder; models of the task recommend"),
        "{folder_given:?}"
    );
    let from = models(folder, "compare", "items", &["--data", "log.csv", "--from", "2020-01-01"]);
    assert!(
        from.code == 2 && from.err.contains("--from is for models of the tasks price and churn"),
        "{from:?}"
    );
    run(folder, &["train", "--task", "recommend", "--data", "log.csv", "--all", "--out", "all.model"])
        .succeeds();
    models(folder, "add", "all.model", &["--name", "items"]).succeeds();
    let seen = models(folder, "compare", "items", &rows);
    assert!(
        seen.code == 3 && seen.err.contains("was trained on the last interactions of 60 users"),
        "{seen:?}"
    );
    let text = run(folder, &["models", "compare", "items@2", "--data", "log.csv"]).succeeds().out;
    assert!(text.contains("of users with a hit among ten"), "{text}");
}
