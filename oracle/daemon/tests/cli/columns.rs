//! Tables as their owner would expect them to be read: odd cells, odd numbers, odd headers, parameters.

use std::path::Path;

use serde_json::{Value, json};

use super::world::{Ran, run_in};

fn run(folder: &Path, arguments: &[&str]) -> Ran {
    run_in(folder, arguments, &[], "")
}

/// Rows `x,y` where a yes is likelier the larger x is, one cell of x replaced by `odd`.
fn table(odd: Option<&str>, scale: f64) -> String {
    let mut text = "x,y\n".to_owned();
    for row in 0..600u32 {
        let x = row * 7919 % 601;
        let yes = x + row * 131 % 300 > 450;
        match odd {
            Some(odd) if row == 250 => text.push_str(&format!("{odd},{yes}\n")),
            _ => text.push_str(&format!("{},{yes}\n", f64::from(x) / 10.0 * scale)),
        }
    }
    text
}

fn train(text: &str, more: &[&str]) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("t.csv"), text).unwrap();
    run(folder.path(), &[&["train", "--data", "t.csv", "--target", "y"][..], more].concat())
}

fn auc(trained: &Value) -> f64 {
    trained["cross_validation"]["auc"]["mean"].as_f64().unwrap()
}

#[test]
fn one_large_number_costs_no_digits() {
    let with = |text: &str| train(text, &["--folds", "3", "--json"]).json();
    let plain = with(&table(None, 1.0));
    assert_eq!(plain["columns"][0]["type"], "number");
    assert_eq!(plain["columns"][0]["decimals"], 1);
    for large in ["1e12", "1e30"] {
        let trained = with(&table(Some(large), 1.0));
        assert!((auc(&trained) - auc(&plain)).abs() < 0.01, "{large}: {trained}");
        assert_eq!(trained["reading"]["out_of_range"], json!({ "x": 1 }));
    }
    for scale in [1e-12, 1e-9, 1e30] {
        let trained = with(&table(None, scale));
        assert!((auc(&trained) - auc(&plain)).abs() < 0.01, "{scale}: {trained}");
        assert_eq!(
            (&trained["reading"]["out_of_range"], &trained["reading"]["rounded"]),
            (&json!({}), &json!({}))
        );
    }
    let text = train(&table(Some("1e12"), 1.0), &[]).succeeds().out;
    assert!(text.contains("1 columns of numbers: x"), "{text}");
    assert!(text.contains("1 cells of \"x\" out of range, taken as its end"), "{text}");
}

#[test]
fn one_odd_cell_is_missing_or_refused() {
    for missing in ["N/A", "#N/A", "-", "nil", "<NA>"] {
        let trained = train(&table(Some(missing), 1.0), &["--json"]).json();
        assert_eq!(trained["reading"]["missing"], json!({ "x": 1 }), "{missing}");
    }
    for (odd, what) in
        [("inf", "infinite"), ("1e309", "infinite"), ("abc", "no number"), ("\"1,5\"", "no number")]
    {
        let cell = odd.trim_matches('"');
        train(&table(Some(odd), 1.0), &[]).fails(
            3,
            &format!(
                "t.csv, line 252, column \"x\": {cell:?} is {what}, but 599 of the column's 600 cells with a value are numbers; correct \
                 the cell (an empty one is missing), or say --categorical x if the column's values are names"
            ),
        );
    }
    let named =
        train(&table(Some("abc"), 1.0), &["--categorical", "x", "--allow-leak", "x", "--json"]).json();
    assert_eq!(named["columns"][0]["type"], "category");
}

#[test]
fn targets_are_what_they_look_like_or_are_said_to_be() {
    let numbers = table(None, 1.0).replace("true", "1.0").replace("false", "0.0");
    assert_eq!(train(&numbers, &["--json"]).json()["target_kind"], "binary");
    assert_eq!(train(&numbers, &["--target-kind", "real", "--json"]).json()["target_kind"], "real");
    let words = table(None, 1.0).replace("true", "Y").replace("false", "n");
    assert_eq!(train(&words, &["--json"]).json()["target_kind"], "binary");
    let slipped = numbers.replacen(",1.0\n", ",10\n", 1);
    let refused = train(&slipped, &[]);
    assert!(
        refused.code == 3 && refused.err.contains("\"10\" is neither 0 nor 1, but 599 of the 600"),
        "{refused:?}"
    );
    assert!(refused.err.contains("--target-kind real"), "{refused:?}");
    let far = numbers.replacen(",1.0\n", ",2e12\n", 1);
    let refused = train(&far, &["--target-kind", "real"]);
    assert!(refused.code == 3 && refused.err.contains("\"2e12\" is beyond ±10^12"), "{refused:?}");
}

#[test]
fn headers_are_told_apart() {
    train("", &[]).fails(3, "t.csv is empty: its first line has to name the columns");
    let index: String = table(None, 1.0)
        .lines()
        .enumerate()
        .map(|(at, line)| if at == 0 { format!(",{line}\n") } else { format!("{at},{line}\n") })
        .collect();
    let trained = train(&index, &["--json"]).json();
    assert_eq!(
        (&trained["features"], &trained["reading"]["ignored_columns"]),
        (&json!(1), &json!(["(unnamed)"]))
    );
    assert!(train("x,,y\n1,2,1\n", &[]).err.contains("t.csv: column 2 of the header has no name"));
}

#[test]
fn fractions_are_said_to_be_rounded() {
    let folder = tempfile::tempdir().unwrap();
    let rows: String =
        (0..200).map(|row| format!("{},{}\n", row % 11, u32::from(row % 11 > 4 || row % 7 == 0))).collect();
    std::fs::write(folder.path().join("t.csv"), format!("x,y\n{rows}")).unwrap();
    std::fs::write(folder.path().join("new.csv"), "x\n2\n2.5\n2.4999\n").unwrap();
    run(folder.path(), &["train", "--data", "t.csv", "--target", "y", "--out", "M.model"]).succeeds();
    let told = run(
        folder.path(),
        &["predict", "--model", "M.model", "--data", "new.csv", "--out", "P.csv", "--json"],
    )
    .json();
    assert_eq!(told["reading"]["rounded"], json!({ "x": 2 }));
}

#[test]
fn parameters_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("t.csv"), table(None, 1.0)).unwrap();
    let with = |params: &str, more: &[&str]| {
        std::fs::write(folder.path().join("p.json"), params).unwrap();
        let fixed = ["train", "--data", "t.csv", "--target", "y", "--params", "p.json"];
        run(folder.path(), &[&fixed[..], more].concat())
    };
    with("{\"rounds\":-1}", &[]).fails(
        3,
        "parameters of gbdt: rounds is -1, must be a whole number from 1 to 10000 (its default is 100)",
    );
    let twice = with("{\"rounds\":5,\"rounds\":6}", &[]);
    assert!(twice.code == 3 && twice.err.contains("p.json: the key \"rounds\" stands twice"), "{twice:?}");
    with("{\"seed\":5}", &["--seed", "9"]).fails(2, "p.json: the seed is 5, but --seed is 9: give it once");
    for more in [&["--json"][..], &["--seed", "5", "--json"]] {
        let trained = with("{\"seed\":5}", more).json();
        assert_eq!((&trained["seed"], &trained["params"]["seed"]), (&json!(5), &json!(5)));
    }
    let quantile = with("{\"objective\":{\"quantile\":{\"ppm\":900000}}}", &["--target-kind", "real"]);
    assert!(
        quantile.code == 3 && quantile.err.contains("as a target must be that is said to be real"),
        "{quantile:?}"
    );
}
