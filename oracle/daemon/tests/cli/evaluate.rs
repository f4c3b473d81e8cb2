//! `evaluate`, `train`, `scale`: what needs data and no chain.

use serde_json::{Value, json};

use super::data::{import, imported, punks};
use super::world::Home;

#[test]
fn the_model_stands_beside_its_baselines() {
    let home = imported();
    let report = home.run(&["evaluate", "--json"]).json();
    let number = |of: &Value, key: &str| of[key].as_f64().unwrap_or_else(|| panic!("{key}: {of}"));
    let names: Vec<&str> = report["baselines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|quality| quality["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["activity alone", "popularity alone", "base rate", "without personal features"]);
    assert_eq!(report["cuts_s"].as_array().unwrap().len(), 9);
    // 2020-01-09 and 2020-09-05.
    assert_eq!((&report["cuts_s"][0], &report["cuts_s"][8]), (&json!(1_578_528_000), &json!(1_599_264_000)));
    assert_eq!(report["model_hashes"].as_array().unwrap().len(), 9);
    assert_eq!(report["kind"], "logistic");
    let model = &report["model"];
    for quality in report["baselines"].as_array().unwrap().iter().chain([model]) {
        let auc = number(quality, "auc");
        assert!((0.0..=1.0).contains(&auc) && number(quality, "log_loss") > 0.0, "{quality}");
    }
    // The real sales, known by their number: the targets.
    if std::fs::read_to_string(punks().join("sales.csv")).unwrap().lines().count() == 6_131 {
        assert!(number(model, "auc") >= 0.83 && number(model, "within_user_auc") >= 0.66, "{model}");
    }
}

#[test]
fn a_model_is_trained_once_and_kept() {
    let home = imported();
    let train = || home.run(&["train", "--epoch", "20", "--count", "2", "--json"]).json();
    let first = train();
    assert_eq!(first.as_array().unwrap().len(), 2);
    assert_eq!((&first[0]["epoch"], &first[1]["epoch"]), (&json!(20), &json!(21)));
    assert_eq!(first[0]["kind"], "logistic");
    assert_ne!(first[0]["model_hash"], first[1]["model_hash"]);
    let kept = || home.snapshot("data/models");
    let files = kept();
    assert_eq!(train(), first);
    assert_eq!(kept(), files);
    // A kept file that was changed is trained anew, to the same bytes.
    let (path, mut bytes) = files[0].clone();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&path, bytes).unwrap();
    assert_eq!(train(), first);
    assert_eq!(kept(), files);
    // And with another number of threads.
    std::fs::remove_dir_all(home.path("data/models")).unwrap();
    let arguments = ["train", "--epoch", "20", "--count", "2", "--json"];
    assert_eq!(home.run_with(&arguments, &[("ATTENTION__MODEL__THREADS", "3")]).json(), first);
    assert_eq!(kept(), files);
}

/// A home whose specification asks for a kind of model, with all sales imported.
fn home_with_model(kind: &str) -> Home {
    let home = Home::new();
    let mut spec = home.run(&["spec", "print", "--model", kind]).json();
    // Enough of it to explain, and quick.
    if kind != "logistic" {
        spec["model"][kind][if kind == "gbdt" { "rounds" } else { "trees" }] = json!(10);
    }
    home.write("spec.json", spec.to_string());
    home.run(&["init", "--force", "--spec", "spec.json"]).succeeds();
    import(&home, &punks().join("sales.csv"), &punks().join("assets.csv")).succeeds();
    home
}

#[test]
fn an_explanation_adds_up() {
    adds_up(&home_with_model("logistic"), "logistic");
}

/// The specification's model is what is trained, on any number of threads, what scores, and what is explained.
#[test]
fn other_models_train_and_explain() {
    for kind in ["gbdt", "forest"] {
        let home = home_with_model(kind);
        let train = |threads| {
            let ran = home
                .run_with(&["train", "--epoch", "40", "--json"], &[("ATTENTION__MODEL__THREADS", threads)]);
            std::fs::remove_dir_all(home.path("data/models")).unwrap();
            ran.json()
        };
        let first = train("1");
        assert_eq!(first[0]["kind"], kind);
        assert_eq!(train("3"), first);
        adds_up(&home, kind);
    }
}

/// The user with the most sales and purchases in an epoch: what is explained adds up to the attention and to the interest.
fn adds_up(home: &Home, kind: &str) {
    let trained = home.run(&["train", "--epoch", "40", "--json"]).json();
    assert_eq!(trained[0]["kind"], kind);
    let explain = |user: &str| home.run(&["explain", "--epoch", "40", "--user", user, "--json"]).json();
    let window = explain("nobody");
    assert_eq!((&window["attention"], &window["assets"]), (&json!("0"), &json!([])));
    let sales = std::fs::read_to_string(punks().join("sales.csv")).unwrap();
    let busiest =
        sales.lines().skip(1).filter_map(|line| line.split(',').nth(4)).filter(|b| !b.ends_with("00000000"));
    let mut counts = std::collections::BTreeMap::new();
    for buyer in busiest {
        *counts.entry(buyer).or_insert(0u32) += 1;
    }
    let mut users: Vec<(u32, &str)> = counts.into_iter().map(|(user, count)| (count, user)).collect();
    users.sort_unstable();
    let found =
        users.iter().rev().take(30).map(|(_, user)| explain(user)).find(|told| told["assets"] != json!([]));
    let told = found.expect("one of the thirty busiest buyers did something in epoch 40");
    assert_eq!(told["model_hash"], trained[0]["model_hash"]);
    let mut sum = 0u128;
    for asset in told["assets"].as_array().unwrap() {
        sum += asset["attention"].as_str().unwrap().parse::<u128>().unwrap();
        let reasons = &asset["reasons"];
        let adds = |reason: &Value| reason["adds"].as_f64().unwrap();
        let terms: f64 = reasons["reasons"].as_array().unwrap().iter().map(adds).sum();
        let number = |key: &str| reasons[key].as_f64().unwrap();
        let margin = number("base") + terms - number("sampling_correction");
        let interest = 1.0 / (1.0 + (-margin).exp());
        assert!((interest - number("interest")).abs() < 1e-9, "{asset}");
        assert!((interest * 1e9 - asset["interest_ppb"].as_f64().unwrap()).abs() < 1.0, "{asset}");
    }
    assert_eq!(told["attention"], json!(sum.to_string()));
    let words: Vec<&str> =
        told["words"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
    assert!(words[0].starts_with("Your attention in epoch 40 is "), "{words:?}");
    super::tables::adds_up(&words);
    let text =
        home.run(&["explain", "--epoch", "40", "--user", told["user"].as_str().unwrap()]).succeeds().out;
    assert!(text.contains("beforehand an interest of") && text.contains("because"), "{text}");
    score_in_a_campaign(home, told["user"].as_str().unwrap(), sum);
    assert_eq!(home.run(&["explain", "--epoch", "40", "--account", "wasm1x"]).code, 3);
    assert_eq!(home.run(&["explain", "--epoch", "40"]).code, 2);
}

/// With the terms of a campaign what is explained is the score in it: of all behaviour, and of none of the user's.
fn score_in_a_campaign(home: &Home, user: &str, attention: u128) {
    let scale = attention / (1_000 * 312_000);
    let explain = |targets: Value, scale: u128| {
        let terms = json!({
            "kind": "ad_placement", "targets": targets, "start_epoch": 0, "end_epoch": 50,
            "rule": {
                "scale": scale.to_string(), "min_score": 0, "cap": 1_000_000, "boost_max_ppm": 0,
                "curve": { "linear": {} }, "growth": { "abs": 0, "ppm": 0 }, "multiplier_max_ppm": 1_000_000,
                "payout": { "pro_rata": {} }, "schedule": { "even": {} }, "share_cap_ppm": 1_000_000,
                "split_gain": false, "streak": { "cap_ppm": 0, "step_ppm": 0 },
                "unlock": { "start_s": 0, "end_s": 0 },
            },
        });
        home.write("terms.json", terms.to_string());
        home.run(&["explain", "--epoch", "40", "--user", user, "--terms", "terms.json", "--json"]).json()
    };
    let told = explain(json!({ "all": {} }), scale);
    let score = u64::try_from(attention / (1_000 * scale)).unwrap();
    assert_eq!((&told["score_ppm"], &told["uncapped_ppm"]), (&json!(score), &json!(score)));
    let words: Vec<&str> =
        told["words"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
    let thousands = (score / 1_000, score % 1_000);
    assert_eq!(
        words[0],
        format!("Your score in epoch 40 is {},{:03} of 1,000,000.", thousands.0, thousands.1)
    );
    super::tables::adds_up(&words);
    let told = explain(json!({ "all": {} }), scale.div_ceil(10));
    assert_eq!(told["score_ppm"], json!(1_000_000));
    assert!(told["words"][1].as_str().unwrap().starts_with("What you did makes 3,1"), "{told}");
    let told = explain(json!({ "interactions": ["login"] }), scale);
    assert_eq!((&told["score_ppm"], &told["attention"]), (&json!(0), &json!("0")));
    assert_eq!(told["words"], json!(["Nothing you did in epoch 40 counts, so you have no score."]));
}
