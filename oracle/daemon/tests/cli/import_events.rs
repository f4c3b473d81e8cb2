//! `import --events`: every kind, any order of columns, twice, in parts, refused, tried; and sales as events.

use serde_json::{Value, json};

use super::data::{assets, imported, punks};
use super::world::{Home, Ran};

const HEADER: &str =
    "kind,source,event_id,user,asset,counterparty,quantity,price,event_time_s,receive_time_s\n";

const ROWS: &str = "\
login,world,1,ann,,,1,,2020-09-13T12:26:40Z,1600000000
session,world,2,ann,3,,900,,1600000010,1600000910
message,world,3,ann,,bob,4,,1600000020,1600000020
friendship,world,4,bob,,ann,1,,1600000030,1600000030
ad_view,world,5,bob,7,,2,,1600000040,1600000040
attendance,world,6,eve,9,bob,3600,,1600000050,1600003650
purchase,world,7,eve,3,ann,1,1000,1600003700,1600003700
session,world,8,eve,3,,-5,,1600003800,1600003800
theft,world,9,eve,3,,1,,1600003900,1600003900
";

fn home() -> Home {
    let home = Home::new();
    home.write("assets.csv", assets());
    home.write("events.csv", format!("{HEADER}{ROWS}"));
    home
}

fn import(home: &Home, more: &[&str]) -> Ran {
    home.run(&[&["import", "--events", "events.csv", "--json"], more].concat())
}

fn export(home: &Home) -> String {
    home.run(&["export"]).succeeds().out
}

#[test]
fn every_kind_is_imported_once() {
    let home = home();
    let report = import(&home, &["--assets", "assets.csv", "--report", "report.json"]).json();
    assert_eq!(
        serde_json::from_slice::<Value>(&std::fs::read(home.path("report.json")).unwrap()).unwrap(),
        report
    );
    assert_eq!((&report["inserted"], &report["events_total"]), (&json!({"new": 7, "known": 0}), &json!(7)));
    let quality = &report["quality"];
    assert_eq!((&quality["rows"], &quality["kept"]), (&json!(9), &json!(7)));
    assert_eq!(quality["counts"], json!({"unknown_kind": 1, "negative_quantity": 1, "out_of_order": 3}));
    assert_eq!(quality["examples"]["negative_quantity"][0]["line"], 9);
    assert_eq!(quality["kinds"]["attendance"], json!({"rows": 1, "kept": 1, "users": 1, "quantity": 3600}));
    assert!(report.get("cleaning").is_none(), "{report}");
    let lines: Vec<Value> = export(&home).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let kinds: Vec<&str> = lines.iter().map(|event| event["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["login", "message", "friendship", "ad_view", "session", "attendance", "purchase"]);
    assert_eq!((&lines[6]["price"], &lines[0]["event_time_s"]), (&json!("1000"), &json!(1_600_000_000)));
    // The catalogue is known by now.
    let again = import(&home, &[]).json();
    assert_eq!((&again["inserted"], &again["events_total"]), (&json!({"new": 0, "known": 7}), &json!(7)));
    let shown = home.run(&["import", "--events", "events.csv"]).succeeds().out;
    assert!(
        shown.starts_with("10 assets, 9 rows, 7 events kept, 2 rows dropped; 3 users, 3 assets in them\n"),
        "{shown}"
    );
    assert!(shown.contains(
        "       1  NegativeQuantity: row dropped\n          line 9: column quantity: \"-5\" is below"
    ));
    assert!(shown.contains("│ attendance │ 1    │ 1    │ 1     │ 3600     │"), "{shown}");
    assert!(shown.ends_with("0 new, 7 known; 7 in all\n"), "{shown}");
}

#[test]
fn a_dry_run_keeps_nothing() {
    let home = home();
    let before = home.snapshot(".");
    let tried = import(&home, &["--assets", "assets.csv", "--dry-run"]).json();
    assert_eq!(home.snapshot("."), before);
    assert_eq!(tried.get("inserted"), None);
    let done = import(&home, &["--assets", "assets.csv"]).json();
    assert_eq!((&tried["quality"], &tried["assets"]), (&done["quality"], &done["assets"]));
    let shown = home.run(&["import", "--events", "events.csv", "--dry-run"]).succeeds().out;
    assert!(shown.ends_with("dry run: nothing is kept\n"), "{shown}");
}

/// Two stories under one id are dropped, whether they come in one file or in two.
#[test]
fn files_can_be_cut_anywhere() {
    let story = ROWS.lines().next().unwrap().replace(",1,,2020", ",2,,2020");
    let (whole, parts) = (home(), home());
    whole.write("events.csv", format!("{HEADER}{ROWS}{story}\n"));
    let report = import(&whole, &["--assets", "assets.csv"]).json();
    assert_eq!(report["quality"]["counts"]["conflicting_id"], 2);
    assert_eq!((&report["conflicting"], &report["events_total"]), (&json!(1), &json!(8)));
    import(&parts, &["--assets", "assets.csv"]).succeeds();
    parts.write("events.csv", format!("{HEADER}{story}\n"));
    let second = import(&parts, &[]).json();
    assert_eq!((&second["conflicting"], &second["quality"]["kept"]), (&json!(1), &json!(1)));
    assert_eq!(export(&whole), export(&parts));
    assert_eq!(export(&whole).lines().count(), 6);
    // A later file brings none of them back.
    import(&whole, &[]).succeeds();
    assert_eq!(export(&whole), export(&parts));
}

#[test]
fn a_refused_file_leaves_the_folder_untouched() {
    let kept = home();
    import(&kept, &["--assets", "assets.csv"]).succeeds();
    let fresh = home();
    let columns =
        "source, event_id, user, kind, asset, counterparty, quantity, price, event_time_s, receive_time_s";
    let cases = [
        (
            format!("{HEADER}{ROWS}").replacen("kind", "sort", 1),
            format!("events.csv: unknown column \"sort\" in the header; the columns are {columns}"),
        ),
        (
            format!("{HEADER}{}", "junk\n".repeat(1_001)),
            "events.csv: more than 1000 malformed rows; is this the right file? The last: line 1002: the row has 1 \
             cells, the header 10"
                .to_owned(),
        ),
        (String::new(), format!("events.csv: is empty; its first line must name its columns: {columns}")),
    ];
    for (content, message) in cases {
        for home in [&kept, &fresh] {
            home.write("events.csv", &content);
            let files = |home: &Home| {
                let files = home.snapshot("data").into_iter();
                files.filter(|(path, _)| !path.ends_with("lock")).collect::<Vec<_>>()
            };
            let before = files(home);
            import(home, &["--assets", "assets.csv"]).fails(3, &message);
            assert_eq!(files(home), before, "{message}");
        }
    }
    std::fs::remove_file(fresh.path("events.csv")).unwrap();
    import(&fresh, &["--assets", "assets.csv"])
        .fails(3, "events.csv: No such file or directory (os error 2)");
    fresh.write("events.csv", HEADER);
    import(&fresh, &[]).fails(3, "data/assets.csv does not exist yet: give the catalogue with --assets FILE");
}

#[test]
fn there_has_to_be_something_to_import() {
    let home = home();
    for arguments in [vec!["import", "--assets", "assets.csv"], vec!["import", "--sales", "sales.csv"]] {
        assert_eq!(home.run(&arguments).code, 2, "{arguments:?}");
    }
}

/// All sales, written as events of a file, give the same folder as the sales file.
#[test]
fn sales_as_events_are_the_same_events() {
    let mut rows = String::from(
        "source,event_id,user,kind,asset,counterparty,quantity,price,event_time_s,receive_time_s\n",
    );
    let exported = export(imported());
    for line in exported.lines() {
        let event: Value = serde_json::from_str(line).unwrap();
        let cell = |name: &str| match &event[name] {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            number => number.to_string(),
        };
        let names = rows.lines().next().unwrap().split(',').map(str::to_owned).collect::<Vec<_>>();
        rows += &(names.iter().map(|name| cell(name)).collect::<Vec<_>>().join(",") + "\n");
    }
    let home = Home::new();
    home.write("events.csv", rows);
    let assets = punks().join("assets.csv");
    let report = import(&home, &["--assets", assets.to_str().unwrap()]).json();
    assert_eq!(report["quality"]["kept"], report["quality"]["rows"], "{report}");
    assert_eq!(export(&home), exported);
}

/// What is exported as Parquet is imported again as the same events, by the same rules; a file that is none is refused.
#[test]
fn parquet_goes_out_and_in() {
    let home = home();
    import(&home, &["--assets", "assets.csv"]).json();
    let out = home.run(&["export", "--out", "events.parquet"]).succeeds();
    assert!(out.out.is_empty() && std::fs::read(home.path("events.parquet")).unwrap().starts_with(b"PAR1"));
    let arguments = ["import", "--events", "events.parquet", "--json"];
    let again = home.run(&arguments).json();
    assert_eq!(again["inserted"], json!({"new": 0, "known": 7}));
    assert_eq!((&again["quality"]["rows"], &again["quality"]["kept"]), (&json!(7), &json!(7)));
    let other = Home::new();
    other.write("assets.csv", assets());
    other.write("events.parquet", std::fs::read(home.path("events.parquet")).unwrap());
    let arguments = [&arguments[..], &["--assets", "assets.csv"]].concat();
    assert_eq!(other.run(&arguments).json()["inserted"], json!({"new": 7, "known": 0}));
    assert_eq!(export(&other), export(&home));
    home.write("broken.parquet", b"PAR1 but no more");
    let broken = home.run(&["import", "--events", "broken.parquet"]);
    assert_eq!(broken.code, 3, "{broken:?}");
    assert!(broken.err.contains("broken.parquet: is not a Parquet file that can be read"), "{broken:?}");
}
