//! `train` and `evaluate` on files: no configuration, no data folder, no chain.

use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::world::{Ran, run_in};

fn run(folder: &Path, arguments: &[&str]) -> Ran {
    run_in(folder, arguments, &[], "")
}

/// A table whose target depends on two of its columns, and not without exceptions.
fn table(rows: u32) -> String {
    let mut text = "pages,seconds,month,visitor,revenue\n".to_owned();
    for row in 0..rows {
        let (pages, seconds) = (row * 7 % 13, row * 31 % 101);
        let month = ["Feb", "Mar", "Nov"][(row % 3) as usize];
        let visitor = if row % 5 == 0 { "new" } else { "returning" };
        let noise = row.wrapping_mul(2_654_435_761) >> 28;
        let bought = pages * 4 + 20 * u32::from(month == "Nov") + noise > 45;
        text.push_str(&format!(
            "{pages},{seconds}.5,{month},{visitor},{}\n",
            if bought { "TRUE" } else { "FALSE" }
        ));
    }
    text
}

pub fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("train.csv"), table(600)).unwrap();
    std::fs::write(folder.path().join("other.csv"), table(900)).unwrap();
    folder
}

const TRAIN: [&str; 9] =
    ["train", "--task", "interest", "--data", "train.csv", "--target", "revenue", "--out", "M.model"];

pub fn train(folder: &Path, more: &[&str]) -> Ran {
    run(folder, &[&TRAIN[..], more].concat())
}

fn number(of: &Value, key: &str) -> f64 {
    of[key].as_f64().unwrap_or_else(|| panic!("{key}: {of}"))
}

/// Every estimator beats the base rate on rows that it was not fitted on, and its model is one on any number of threads and
/// for any order of the rows.
#[test]
fn every_estimator_trains_and_evaluates() {
    let folder = folder();
    let text = table(600);
    let (header, rows) = text.split_once('\n').unwrap();
    let reversed: Vec<&str> = rows.lines().rev().collect();
    std::fs::write(folder.path().join("reversed.csv"), format!("{header}\n{}\n", reversed.join("\n")))
        .unwrap();
    let help = run(folder.path(), &["train", "--help"]).succeeds().out;
    let kinds = help
        .split("[possible values: ")
        .find_map(|part| part.split(']').next().filter(|l| l.contains("logistic")));
    let kinds: Vec<&str> = kinds.unwrap().split(',').map(str::trim).collect();
    for kind in kinds {
        let trained = train(folder.path(), &["--model", kind, "--threads", "1", "--json"]).json();
        assert_eq!(
            (&trained["model"], &trained["rows"], &trained["task"]),
            (&json!(kind), &json!(600), &json!("interest"))
        );
        let arguments = ["--model", kind, "--threads", "3", "--json", "--data", "reversed.csv"];
        let arguments: Vec<&str> = TRAIN[..3].iter().chain(&TRAIN[5..]).chain(&arguments).copied().collect();
        let again = run(folder.path(), &arguments).json();
        assert_eq!(again["model_hash"], trained["model_hash"], "{kind}");
        let measured =
            run(folder.path(), &["evaluate", "--model", "M.model", "--data", "other.csv", "--json"]).json();
        assert_eq!((&measured["model_hash"], &measured["rows"]), (&trained["model_hash"], &json!(900)));
        assert!(number(&measured, "log_loss") < number(&measured, "base_log_loss"), "{kind}: {measured}");
        assert!(number(&measured, "mse") < number(&measured, "base_mse"), "{kind}: {measured}");
        assert!(number(&measured, "auc") > 0.8 && number(&measured, "ece") < 0.2, "{kind}: {measured}");
    }
}

#[test]
fn folds_measure_rows_that_were_not_fitted_on() {
    let folder = folder();
    let trained = train(folder.path(), &["--folds", "4", "--json"]).json();
    let measured = &trained["cross_validation"];
    assert_eq!(measured["folds"], 4);
    assert!(
        number(&measured["auc"], "mean") > 0.8 && number(&measured["auc"], "standard_error") > 0.0,
        "{measured}"
    );
    // Beside what needs no model: the base rate and the best column, on the same rows.
    let report = &trained["report"];
    assert_eq!((&report["rows"], &report["loss"]), (&json!(600), &json!("log_loss")));
    let baselines = report["baselines"].as_array().unwrap();
    let names: Vec<&str> = baselines.iter().map(|base| base["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["base_rate", "single_feature"]);
    for base in baselines {
        assert!(number(&base["difference"], "high_95") < 0.0, "{base}");
        let gap = number(report, "model_loss") - number(base, "loss");
        assert!((number(&base["difference"], "mean") - gap).abs() < 1e-9, "{base}");
    }
    assert!(baselines[1]["columns"].as_array().unwrap().iter().all(|column| column == "pages"), "{report}");
    let text = train(folder.path(), &["--folds", "4"]).succeeds().out;
    assert!(text.contains("over 4 folds (stratified)") && text.contains("model_hash "), "{text}");
    assert!(text.contains("against base rate") && text.contains("against single feature (pages)"), "{text}");
}

/// The folds can be drawn, or follow a column of times, which is then no feature; a trend is measured honestly by time alone.
#[test]
fn folds_are_cut_as_asked_for() {
    let folder = folder();
    let text: String =
        table(600)
            .lines()
            .enumerate()
            .map(|(at, line)| {
                if at == 0 { format!("day,{line}\n") } else { format!("2020-01-{:02},{line}\n", 1 + at % 28) }
            })
            .collect();
    std::fs::write(folder.path().join("days.csv"), text).unwrap();
    let with = |more: &[&str]| {
        run(
            folder.path(),
            &[&["train", "--data", "days.csv", "--target", "revenue", "--json"][..], more].concat(),
        )
    };
    let timed = with(&["--folds", "3", "--cv", "time", "--time-column", "day", "--time-gap", "86400"]).json();
    let measured = &timed["cross_validation"];
    assert_eq!((&measured["division"], &timed["features"]), (&json!("time"), &json!(4)));
    assert!(number(measured, "rows") < 600.0, "the first block is never held out: {measured}");
    assert_eq!(with(&["--folds", "3", "--cv", "kfold"]).json()["cross_validation"]["division"], "kfold");
    let refused = with(&["--folds", "3", "--cv", "time"]);
    assert!(refused.code == 3 && refused.err.contains("name it with --time-column"), "{refused:?}");
    assert_eq!(with(&["--cv", "time", "--time-column", "day"]).code, 2);
    let bad = with(&["--time-column", "month"]);
    assert!(bad.code == 3 && bad.err.contains("is no time"), "{bad:?}");
}

#[test]
fn a_calibrated_model_is_no_worse_and_explains_itself() {
    let folder = folder();
    for how in ["platt", "isotonic"] {
        let trained = train(folder.path(), &["--model", "forest", "--calibrate", how, "--json"]).json();
        assert_eq!((&trained["model"], &trained["calibrated"]), (&json!("forest"), &json!(true)));
        assert_eq!(trained["cross_validation"]["folds"], 5);
        let arguments = ["evaluate", "--model", "M.model", "--data", "other.csv", "--importance", "--json"];
        let measured = run(folder.path(), &arguments).json();
        assert_eq!((&measured["model"], &measured["calibration"]), (&json!("forest"), &json!(how)));
        assert!(number(&measured, "ece") < 0.1 && number(&measured, "auc") > 0.8, "{measured}");
        let importance = measured["importance"].as_array().unwrap();
        assert_eq!(importance.len(), 4);
        // The target follows from pages and month; nothing follows from visitor.
        let place = |column: &str| importance.iter().position(|found| found["column"] == column).unwrap();
        assert!(place("pages") == 0 && place("month") < place("visitor"), "{importance:?}");
    }
}

#[test]
fn other_columns_and_categories_are_reported() {
    let folder = folder();
    train(folder.path(), &[]).succeeds();
    let text = "revenue,month,extra,visitor,seconds,pages\nFALSE,Dec,x,new,,3\nTRUE,Nov,y,new,1e15,9\n";
    std::fs::write(folder.path().join("odd.csv"), text).unwrap();
    let measured =
        run(folder.path(), &["evaluate", "--model", "M.model", "--data", "odd.csv", "--json"]).json();
    assert_eq!(measured["reading"]["unknown_categories"], json!({ "month": 1 }));
    assert_eq!(measured["reading"]["missing"], json!({ "seconds": 1 }));
    assert_eq!(measured["reading"]["out_of_range"], json!({ "seconds": 1 }));
    assert_eq!(measured["reading"]["ignored_columns"], json!(["extra"]));
}

#[test]
fn bad_tables_are_refused_by_file_line_and_column() {
    let folder = folder();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    train(folder.path(), &[]).succeeds();
    write("empty.csv", "");
    write("header.csv", "pages,seconds,month,visitor,revenue\n");
    write("word.csv", "pages,seconds,month,visitor,revenue\nmany,1,Feb,new,TRUE\n");
    write("infinite.csv", "pages,seconds,month,visitor,revenue\n1,inf,Feb,new,TRUE\n");
    write("target.csv", "pages,seconds,month,visitor,revenue\n1,1,Feb,new,maybe\n");
    write("ragged.csv", "pages,seconds,month,visitor,revenue\n1,1,Feb\n");
    let evaluate = |data: &str| run(folder.path(), &["evaluate", "--model", "M.model", "--data", data]);
    evaluate("empty.csv").fails(3, "empty.csv is empty: its first line has to name the columns");
    evaluate("header.csv").fails(3, "header.csv has no rows below its header");
    evaluate("word.csv").fails(
        3,
        "word.csv, line 2, column \"pages\": \"many\" is no finite number, as all of the training file were",
    );
    evaluate("infinite.csv").fails(
        3,
        "infinite.csv, line 2, column \"seconds\": \"inf\" is no finite number, as all of the training file were",
    );
    evaluate("target.csv").fails(
        3,
        "target.csv, line 2, column \"revenue\": \"maybe\" is not true/false, yes/no or 1/0, as a target must be",
    );
    assert!(evaluate("ragged.csv").err.contains("line: 2"));
    assert_eq!(evaluate("none.csv").code, 3);
    run(folder.path(), &["evaluate", "--model", "other.csv", "--data", "other.csv"]).fails(
        3,
        "other.csv: model bundle, byte 0: does not begin with ATTNTASK: it is no model that `train --out` wrote",
    );
    // What was there before is untouched by a refusal.
    let before = std::fs::read(folder.path().join("M.model")).unwrap();
    let bad = ["train", "--data", "word.csv", "--target", "revenu", "--out", "M.model"];
    run(folder.path(), &bad).fails(
        3,
        "word.csv has no column \"revenu\"; its columns are pages, seconds, month, visitor, revenue",
    );
    assert_eq!(std::fs::read(folder.path().join("M.model")).unwrap(), before);
}

#[test]
fn a_copy_of_the_target_is_refused_by_name() {
    let folder = folder();
    let text: String = table(600)
        .lines()
        .enumerate()
        .map(|(at, line)| {
            let copy = if at == 0 {
                "paid"
            } else if line.ends_with("TRUE") {
                "17.5"
            } else {
                "0"
            };
            format!("{copy},{line}\n")
        })
        .collect();
    std::fs::write(folder.path().join("leak.csv"), text).unwrap();
    let with = |more: &[&str]| {
        run(folder.path(), &[&["train", "--data", "leak.csv", "--target", "revenue"][..], more].concat())
    };
    with(&[]).fails(
        3,
        "column \"paid\" alone tells the target with an AUC of 1.0000: it is a copy of \"revenue\" or known only after it. \
         Leave it out with --ignore paid, or say --allow-leak paid if it is known beforehand",
    );
    with(&["--ignore", "paid"]).succeeds();
    with(&["--allow-leak", "paid"]).succeeds();
}

/// A text that is the same in every row, or in nearly every row, tells nothing; bands of a real target tell it.
#[test]
fn columns_that_tell_nothing_are_no_copies_and_bands_of_the_target_are() {
    let folder = folder();
    let rows: Vec<String> = table(600)
        .lines()
        .enumerate()
        .map(|(at, line)| match at {
            0 => format!("country,currency,{line}\n"),
            1 | 2 => format!("DE,USD,{line}\n"),
            _ => format!("DE,EUR,{line}\n"),
        })
        .collect();
    std::fs::write(folder.path().join("constant.csv"), rows.concat()).unwrap();
    let trained =
        run(folder.path(), &["train", "--data", "constant.csv", "--target", "revenue", "--json"]).json();
    assert_eq!((&trained["rows"], &trained["features"]), (&json!(600), &json!(6)));
    let mut text = "band,squared,noise,price\n".to_owned();
    for row in 0..600u32 {
        let price = row * 389 % 600 + 1;
        let band = ["low", "middle", "high", "top"][(price / 151) as usize];
        text.push_str(&format!("{band},{},{},{price}\n", price * price, row * 7 % 13));
    }
    std::fs::write(folder.path().join("bands.csv"), text).unwrap();
    let with = |more: &[&str]| {
        run(folder.path(), &[&["train", "--data", "bands.csv", "--target", "price"][..], more].concat())
    };
    with(&[]).fails(
        3,
        "column \"band\" alone tells the target with a share of rows in ranges of their own of 1.0000: it is a copy of \"price\" or \
         known only after it. Leave it out with --ignore band, or say --allow-leak band if it is known beforehand",
    );
    with(&["--ignore", "band"]).fails(
        3,
        "column \"squared\" alone tells the target with a correlation of ranks of 1.0000: it is a copy of \"price\" or known only \
         after it. Leave it out with --ignore squared, or say --allow-leak squared if it is known beforehand",
    );
    with(&["--ignore", "band", "--ignore", "squared"]).succeeds();
}

#[test]
fn parameters_are_checked() {
    let folder = folder();
    let with = |params: &str| {
        std::fs::write(folder.path().join("params.json"), params).unwrap();
        train(folder.path(), &["--model", "logistic", "--params", "params.json"])
    };
    with("{\"l2_micro\": 5000}").succeeds();
    assert!(with("{\"l3\": 1}").err.contains("parameters of logistic: \"l3\" is not known; known are"));
    assert!(with("{").err.contains("params.json: EOF"));
    assert_eq!(train(folder.path(), &["--model", "oracle"]).code, 2);
    assert_eq!(run(folder.path(), &["train", "--data", "train.csv"]).code, 2);
    assert_eq!(run(folder.path(), &["train"]).code, 2);
    assert_eq!(run(folder.path(), &["train", "--epoch", "1", "--data", "train.csv"]).code, 2);
    assert_eq!(run(folder.path(), &["evaluate", "--data", "train.csv"]).code, 2);
}

/// The changes that sentences tell add up to the one that they tell last, to the last digit.
pub fn adds_up(words: &[&str]) {
    let number = |text: &str| -> i64 {
        let digits = text.chars().filter(|c| c.is_ascii_digit()).collect::<String>().parse::<i64>().unwrap();
        if text.starts_with('-') { -digits } else { digits }
    };
    let mut sum = 0;
    for sentence in words.iter().filter(|sentence| sentence.starts_with("It ")) {
        sum += sentence.split(" (").skip(1).map(|part| number(part.split(')').next().unwrap())).sum::<i64>();
    }
    for sentence in words.iter().filter(|sentence| sentence.contains(" and rounding: ")) {
        sum += number(sentence.split(": ").nth(1).unwrap());
    }
    let told = words.iter().find_map(|sentence| sentence.strip_prefix("Together: ")).unwrap();
    assert_eq!(sum, number(told), "{words:?}");
}

/// The losses of a neural network's epochs are drawn; what is not fitted in epochs has none.
#[test]
fn training_curves_are_drawn() {
    let folder = folder();
    train(folder.path(), &["--model", "mlp", "--plot", "curve.svg"]).succeeds();
    let plot = std::fs::read_to_string(folder.path().join("curve.svg")).unwrap();
    for text in ["Training of mlp", "1: rows learnt from", "2: rows kept out", "epoch"] {
        assert!(plot.contains(text), "{text}: {plot}");
    }
    train(folder.path(), &["--model", "logistic", "--plot", "none.svg"])
        .fails(2, "--plot: logistic does not learn in steps, so it has no curve; gbdt and mlp do");
    train(folder.path(), &["--model", "gbdt", "--plot", "rounds.svg"]).succeeds();
    let plot = std::fs::read_to_string(folder.path().join("rounds.svg")).unwrap();
    assert!(plot.contains("Training of gbdt") && plot.contains("rows learnt from"), "{plot}");
    let other = train(folder.path(), &["--model", "mlp", "--plot", "curve.txt"]);
    assert!(other.code == 2 && other.err.contains("ends in .svg or .png"), "{other:?}");
}

/// What each column adds is the prediction, for every estimator that explains itself.
#[test]
fn rows_are_explained() {
    let folder = folder();
    for kind in ["gbdt", "logistic", "linear"] {
        train(folder.path(), &["--model", kind]).succeeds();
        let explain = |row: &str| {
            run(
                folder.path(),
                &["explain", "--model", "M.model", "--data", "other.csv", "--row", row, "--json"],
            )
        };
        let told = explain("7").json();
        let terms: f64 = told["terms"].as_array().unwrap().iter().map(|term| number(term, "adds")).sum();
        let margin = number(&told, "margin");
        assert!(
            (number(&told, "base") + terms - margin).abs() < 1e-9 * (1.0 + margin.abs()),
            "{kind}: {told}"
        );
        assert!((number(&told, "prediction") - 1.0 / (1.0 + (-margin).exp())).abs() < 1e-9, "{kind}: {told}");
        let words: Vec<&str> =
            told["words"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
        assert!(
            words[0].starts_with("Row 7: a yes in revenue is expected with a probability of "),
            "{words:?}"
        );
        adds_up(&words);
        explain("901").fails(3, "the row is 901, must be 1 to the number of rows of the file");
    }
    train(folder.path(), &["--model", "mlp"]).succeeds();
    let refused = run(folder.path(), &["explain", "--model", "M.model", "--data", "other.csv", "--row", "1"]);
    assert!(refused.code == 3 && refused.err.contains("permutation importance"), "{refused:?}");
}

/// Forty users who each go round ten items in their own order, and half of whom follow a fashion.
#[test]
fn a_recommender_trains_and_evaluates() {
    let folder = tempfile::tempdir().unwrap();
    let mut text = "timestamp,user,item\n".to_owned();
    for user in 0..40u32 {
        for step in 0..8u32 {
            let group = user % 4;
            text.push_str(&format!(
                "{},u{user},i{}\n",
                1_000 + step * 50 + user,
                group * 10 + (user + step) % 9
            ));
        }
    }
    std::fs::write(folder.path().join("log.csv"), text).unwrap();
    let trained = run(
        folder.path(),
        &["train", "--task", "recommend", "--data", "log.csv", "--out", "R.model", "--json"],
    )
    .json();
    assert_eq!((&trained["users"], &trained["task"]), (&json!(40), &json!("recommend")));
    assert!(number(&trained, "hit_rate_10") > number(&trained, "popularity_hit_rate_10"), "{trained}");
    let evaluate = |more: &[&str]| {
        run(
            folder.path(),
            &[&["evaluate", "--task", "recommend", "--data", "log.csv", "--json"][..], more].concat(),
        )
    };
    let measured = evaluate(&["--model", "R.model", "--threads", "2"]).json();
    for key in ["users", "hit_rate_10", "ndcg_10", "popularity_hit_rate_10", "model_hash"] {
        assert_eq!(measured[key], trained[key], "{key}");
    }
    assert_eq!(evaluate(&[]).json(), measured);
    // A model for use has seen what it would be measured by.
    run(folder.path(), &["train", "--task", "recommend", "--data", "log.csv", "--all", "--out", "A.model"])
        .succeeds();
    assert_eq!(evaluate(&["--model", "A.model"]).code, 3);
}

#[test]
fn the_benchmark_measures_every_estimator() {
    let folder = tempfile::tempdir().unwrap();
    let figures =
        run(folder.path(), &["bench", "models", "--dataset", "interest-1m", "--rows", "5000", "--json"])
            .json();
    for figures in figures.as_array().unwrap() {
        for key in ["fit_s", "predict_s", "peak_rss_mb", "log_loss"] {
            assert!(number(figures, key) >= 0.0, "{key}: {figures}");
        }
        assert!(number(figures, "auc") > 0.6, "{figures}");
        assert_eq!(figures["model_hash"].as_str().unwrap().len(), 64);
    }
    let one =
        run(folder.path(), &["bench", "models", "--rows", "2000", "--models", "logistic"]).succeeds().out;
    assert!(one.contains("logistic") && one.contains("AUC"), "{one}");
}
