//! `train --task price`, `evaluate --task price`, `price`: on the sales, real or made up.

use attention_tasks::price::{Market, PriceParams, parse_day, train as train_prices};
use serde_json::{Value, json};

use super::data::punks;
use super::world::{Ran, run_in};

fn run(folder: &std::path::Path, arguments: &[&str]) -> Ran {
    run_in(folder, arguments, &[], "")
}

fn number(of: &Value, key: &str) -> f64 {
    of[key].as_f64().unwrap_or_else(|| panic!("{key}: {of}"))
}

/// Three fifths of the way through the file, whatever file it is.
fn later_day() -> String {
    let sales = std::fs::read_to_string(punks().join("sales.csv")).unwrap();
    let lines: Vec<&str> = sales.lines().skip(1).collect();
    lines[lines.len() / 5 * 3].chars().take(10).collect()
}

#[test]
fn prices_are_learnt_measured_and_told() {
    let folder = tempfile::tempdir().unwrap();
    let (punks, day) = (punks(), later_day());
    let data = punks.to_str().unwrap();
    let train = ["train", "--task", "price", "--data", data, "--until", &day, "--out", "P.model", "--json"];
    let trained = run(folder.path(), &train).json();
    assert_eq!((&trained["task"], &trained["out"]), (&json!("price"), &json!("P.model")));
    // The command's defaults are the library's: one model.
    let open = |name: &str| std::fs::File::open(punks.join(name)).unwrap();
    let market = Market::read(open("assets.csv"), open("sales.csv")).unwrap();
    let (model, _) = train_prices(&market, Some(parse_day(&day).unwrap()), &PriceParams::default()).unwrap();
    assert_eq!(trained["model_hash"], hex::encode(model.hash().unwrap()));
    // What was held out is measured, and named at the top as well.
    for key in ["mae_log", "rmse_log", "baseline_mae_log", "interval_coverage"] {
        assert_eq!(number(&trained, key), number(&trained["held_out"], key));
    }
    assert!(number(&trained["held_out"], "rows") * 4.0 < number(&trained, "rows"), "{trained}");
    // Every row has a believed price or is dropped for a reason.
    let dropped: f64 = trained["dropped"].as_object().unwrap().values().map(|n| n.as_f64().unwrap()).sum();
    assert_eq!(number(&trained, "sales_rows"), number(&trained, "sales_priced") + dropped);

    let evaluate = ["evaluate", "--task", "price", "--data", data, "--from", &day, "--json"];
    let measured =
        run(folder.path(), &[&evaluate[..], &["--model", "P.model", "--threads", "1"]].concat()).json();
    for key in ["rows", "mae_log", "rmse_log", "baseline_mae_log"] {
        assert!(number(&measured, key) > 0.0, "{key}: {measured}");
    }
    assert!((0.5..=1.0).contains(&number(&measured, "interval_coverage")), "{measured}");
    assert_eq!(measured["model_hash"], trained["model_hash"]);
    for key in ["sales_rows", "sales_priced", "dropped"] {
        assert_eq!(measured[key], trained[key], "{key}");
    }
    let months: f64 = measured["months"].as_array().unwrap().iter().map(|month| number(month, "rows")).sum();
    assert_eq!(months, number(&measured, "rows"));
    // Without a model one is trained on what was before, to the same bytes.
    assert_eq!(run(folder.path(), &evaluate).json(), measured);
    // The real sales, known by their number: the targets.
    if std::fs::read_to_string(punks.join("sales.csv")).unwrap().lines().count() == 6_131 {
        assert!(number(&measured, "mae_log") < 0.63 * number(&measured, "baseline_mae_log"), "{measured}");
        assert!((0.75..=0.85).contains(&number(&measured, "interval_coverage")), "{measured}");
    }

    let ask_at = |day: &str, more: &[&str]| {
        let asked = ["price", "--model", "P.model", "--data", data, "--asset", "3,7", "--at", day, "--json"];
        run(folder.path(), &[&asked[..], more].concat())
    };
    let ask = |more: &[&str]| ask_at(&day, more);
    // A day whose sales were learnt from is refused, or answered and marked.
    let early = format!("{}-01-01", &day[..4]);
    let refused = ask_at(&early, &[]);
    assert!(refused.code == 3 && refused.err.contains("--in-sample"), "{refused:?}");
    let marked = ask_at(&early, &["--in-sample"]);
    assert!(marked.err.contains("in sample: the model learnt"), "{marked:?}");
    assert_eq!(marked.json()[0]["in_sample"], true);
    let priced = ask(&[]).json();
    assert_eq!(priced[0]["in_sample"], false);
    let wei = |of: &Value, key: &str| of[key].as_str().unwrap().parse::<u128>().unwrap();
    for asset in priced.as_array().unwrap() {
        assert!(wei(asset, "low_wei") <= wei(asset, "price_wei"), "{asset}");
        assert!(wei(asset, "price_wei") <= wei(asset, "high_wei"), "{asset}");
        assert!(asset.get("dynamic_price_wei").is_none(), "{asset}");
    }
    // At a score of 0 the factor is nine tenths.
    let moved = ask(&["--score-ppm", "0"]).json();
    assert_eq!(
        wei(&moved[0], "dynamic_price_wei"),
        wei(&moved[0], "price_wei") / 10 * 9 + wei(&moved[0], "price_wei") % 10 * 9 / 10
    );
    // And no more than a tenth away from the price before.
    let bounded = ask(&["--score-ppm", "1000000", "--previous-wei", "1000"]).json();
    assert_eq!(bounded[0]["dynamic_price_wei"], "1100");
}

#[test]
fn bad_requests_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let punks = punks();
    let data = punks.to_str().unwrap();
    let fails = |arguments: &[&str], code: i32, part: &str| {
        let ran = run(folder.path(), arguments);
        assert!(ran.code == code && ran.err.contains(part), "{arguments:?}: {ran:?}");
    };
    fails(&["train", "--task", "price", "--data", data, "--until", "soon"], 2, "a date is soon");
    fails(
        &["train", "--task", "price", "--data", data, "--until", "1990-01-01"],
        3,
        "sales to learn from is 0",
    );
    fails(&["train", "--task", "price", "--data", "nowhere"], 3, "nowhere/assets.csv");
    fails(&["train", "--task", "price"], 2, "--data PATH is needed");
    fails(
        &["evaluate", "--task", "price", "--data", data, "--from", "2020-01-01", "--to", "2019-01-01"],
        3,
        "later than --from",
    );
    std::fs::write(folder.path().join("params.json"), r#"{"members":65}"#).unwrap();
    fails(&["train", "--task", "price", "--data", data, "--params", "params.json"], 3, "members is 65");
    fails(&["evaluate", "--task", "price", "--data", data], 2, "--from DATE is needed");
    std::fs::write(folder.path().join("P.model"), "ATTNTASK").unwrap();
    fails(
        &["price", "--model", "P.model", "--data", data, "--asset", "1", "--at", "2020-01-01"],
        3,
        "P.model: model bundle, byte 8",
    );
}
