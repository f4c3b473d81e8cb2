//! `insight`: on the sales, real or made up, and on a market whose truth is known.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use super::data::punks;
use super::world::{Ran, run_in};

fn run(folder: &Path, arguments: &[&str]) -> Ran {
    run_in(folder, arguments, &[], "")
}

fn number(of: &Value, key: &str) -> f64 {
    of[key].as_f64().unwrap_or_else(|| panic!("{key}: {of}"))
}

/// Three hundred assets; hats sell two and a half times as often and at twice the price, a rare pipe as often as others, and in 2019 hats
/// sold as often as others.
fn market(folder: &Path) {
    let mut assets = "asset_id,type,gender,skin_tone,accessory_count,accessories\n".to_owned();
    let mut sales = "timestamp,asset_id,price_wei,seller,buyer,block,tx\n".to_owned();
    let hat = |asset: u32| asset.is_multiple_of(5);
    for asset in 0..300u32 {
        let worn = match (hat(asset), asset % 50 == 1) {
            (true, _) => "Hat",
            (_, true) => "Pipe",
            _ => "",
        };
        let _ = writeln!(assets, "{asset},Human,Male,Light,{},{worn}", u32::from(!worn.is_empty()));
    }
    let mut count = 0u32;
    let mut sell = |day: u32, asset: u32| {
        count += 1;
        let year = if day < 365 { 2019 } else { 2020 };
        let (month, of_month) = (day % 365 / 28 % 12 + 1, day % 28 + 1);
        let price = if hat(asset) { "2000000000000000000" } else { "1000000000000000000" };
        let _ = writeln!(
            sales,
            "{year}-{month:02}-{of_month:02} {:02}:{:02}:00 UTC,{asset},{price},0x{:040x},0x{:040x},{count},0x{count:064x}",
            count / 60 % 24,
            count % 60,
            2 * count,
            2 * count + 1
        );
    };
    for asset in 0..300 {
        if asset % 4 < 2 {
            sell(asset % 336, asset);
        }
    }
    for asset in 0..300 {
        for round in 0..if hat(asset) { 3 } else { 1 } {
            if asset % 2 == 0 || round % 2 == 0 {
                sell(365 + (asset * 7 + round * 60) % 336, asset);
            }
        }
    }
    std::fs::write(folder.join("assets.csv"), assets).unwrap();
    std::fs::write(folder.join("sales.csv"), sales).unwrap();
}

fn attribute<'a>(found: &'a Value, value: &str) -> &'a Value {
    found["attributes"]
        .as_array()
        .unwrap()
        .iter()
        .find(|of| of["value"] == value)
        .unwrap_or_else(|| panic!("{value}: {found}"))
}

#[test]
fn what_is_sought_is_told_with_its_premium_and_trend() {
    let folder = tempfile::tempdir().unwrap();
    market(folder.path());
    let insight =
        ["insight", "--data", ".", "--from", "2020-01-01", "--until", "2021-01-01", "--resamples", "200"];
    let found = run(folder.path(), &[&insight[..], &["--plot", "plot.svg", "--json"]].concat()).json();
    let hat = attribute(&found, "Hat");
    assert_eq!((&hat["assets"], &hat["reading"]), (&json!(60), &json!("sought")), "{hat}");
    // 30 hats sold three times and 30 twice against 240 others once: 2.5, and in 2019 half of each.
    assert_eq!((&hat["acts"], number(hat, "ratio")), (&json!(150), 2.5), "{hat}");
    assert!(number(&hat["interval"], "low") > 2.0 && number(hat, "q_value") < 1e-6, "{hat}");
    assert!((number(&hat["trend"], "ratio") - 2.5).abs() < 0.1, "{hat}");
    assert!((number(&hat["premium"], "premium") - 1.0).abs() < 0.05, "{hat}");
    assert!((number(&hat["adjusted"], "ratio") - 2.5).abs() < 0.1, "{hat}");
    let pipe = attribute(&found, "Pipe");
    assert_eq!(pipe["assets"], 6, "{pipe}");
    // What all assets have says nothing.
    assert!(found["attributes"].as_array().unwrap().iter().all(|of| of["name"] != "type"));
    let plot = std::fs::read_to_string(folder.path().join("plot.svg")).unwrap();
    assert!(plot.contains("accessory: Hat") && plot.contains("sales per asset"), "{plot}");

    let again = run(folder.path(), &[&insight[..], &["--json"]].concat()).json();
    assert_eq!(again, found);
    let top = run(folder.path(), &[&insight[..], &["--top", "1", "--json"]].concat()).json();
    assert_eq!(top["attributes"].as_array().unwrap().len(), 1);
    assert_eq!(top["attributes"][0], found["attributes"][0]);
    let text = run(folder.path(), &insight).succeeds().out;
    assert!(text.contains("+ accessory: Hat") && text.contains("false discovery rate of 5 %"), "{text}");
}

/// The real sales, or those that stand in for them: a distribution of ratios around 1, with intervals around them.
#[test]
fn the_sales_are_compared() {
    let folder = tempfile::tempdir().unwrap();
    let punks = punks();
    let data = punks.to_str().unwrap();
    let found =
        run(folder.path(), &["insight", "--data", data, "--resamples", "100", "--plot", "p.png", "--json"])
            .json();
    for of in found["attributes"].as_array().unwrap() {
        let (low, high) =
            (number(&of["interval"], "low"), of["interval"]["high"].as_f64().unwrap_or(f64::INFINITY));
        let ratio = of["ratio"].as_f64().unwrap_or(f64::INFINITY);
        assert!(low <= ratio && ratio <= high && number(of, "dispersion") >= 1.0, "{of}");
        assert!(number(of, "q_value") >= number(of, "p_value") - 1e-12, "{of}");
    }
    assert!(std::fs::read(folder.path().join("p.png")).unwrap().starts_with(b"\x89PNG"));
    // The real ones, known by their number.
    if std::fs::read_to_string(punks.join("sales.csv")).unwrap().lines().count() == 6_131 {
        assert!(found["attributes"].as_array().unwrap().len() > 90, "{found}");
        // Counted with pandas, the regression written out with numpy: 241 of the 2,876 sales of 2020 were of the 463 assets with stringy hair.
        let year = [
            "insight",
            "--data",
            data,
            "--from",
            "2020-01-01",
            "--until",
            "2021-01-01",
            "--resamples",
            "100",
            "--json",
        ];
        let found = run(folder.path(), &year).json();
        let hair = attribute(&found, "Stringy Hair");
        assert_eq!(
            (&found["acts"], &hair["acts"], &hair["assets"]),
            (&json!(2_876), &json!(241), &json!(463))
        );
        assert!(
            (number(hair, "ratio") - 1.883_941).abs() < 1e-6
                && (number(hair, "dispersion") - 1.875_545).abs() < 1e-6
        );
        let adjusted = &hair["adjusted"];
        assert!((number(adjusted, "ratio") - 1.598_442_311).abs() < 1e-6, "{hair}");
        assert!((number(&adjusted["interval"], "low") - 1.177_99).abs() < 1e-4, "{hair}");
    }
}

#[test]
fn bad_requests_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    market(folder.path());
    let fails = |more: &[&str], code: i32, part: &str| {
        let ran = run(folder.path(), &[&["insight", "--data", "."], more].concat());
        assert!(ran.code == code && ran.err.contains(part), "{more:?}: {ran:?}");
    };
    fails(&["--from", "2021-01-01", "--until", "2020-01-01"], 3, "one that ends after it begins");
    fails(&["--from", "2030-01-01", "--until", "2031-01-01"], 3, "choose --from and --until within the data");
    fails(&["--from", "soon"], 2, "a date is soon");
    fails(&["--plot", "plot.gif"], 2, "plot.gif: a plot is a file that ends in .svg or .png");
    fails(&["--resamples", "10"], 2, "--resamples");
    fails(&["--top", "0"], 2, "--top");
    let missing = run(folder.path(), &["insight", "--data", "nowhere"]);
    missing.fails(3, "nowhere: No such file or directory (os error 2)");
}
