//! `import`, `export`: what is taken, what is counted, what is refused; and what a refusal leaves behind.

use serde_json::json;

use super::data::{assets, import, import_small, imported, punks, sale, sales, small_home};
use super::world::Home;

#[test]
fn all_sales_are_imported_once() {
    let home = imported();
    let before = home.run(&["export"]).succeeds().out;
    let again = import(home, &punks().join("sales.csv"), &punks().join("assets.csv")).json();
    let events = again["events_total"].as_u64().unwrap();
    assert!(events > 1_000, "{again}");
    assert_eq!(again["inserted"], json!({"new": 0, "known": events}));
    assert_eq!(
        (&again["conflicting"], &again["late_conflicting"], &again["repeated"]),
        (&json!(0), &json!(0), &json!(0))
    );
    assert_eq!(again["cleaning"]["events"], json!(events));
    // Every row is kept or dropped for a reason that is counted.
    let count = |reason: &str| again["cleaning"]["counts"][reason].as_u64().unwrap_or(0);
    let dropped: u64 = [
        "malformed_row",
        "duplicate_row",
        "conflicting_rows",
        "unknown_asset",
        "self_trade",
        "no_known_party",
        "dust_price",
    ]
    .map(count)
    .iter()
    .sum();
    assert_eq!(
        again["cleaning"]["rows"].as_u64().unwrap(),
        again["cleaning"]["sales_kept"].as_u64().unwrap() + dropped
    );
    assert!(
        count("unknown_buyer") > 0 && count("unknown_price") > 0 && count("far_below_market") > 0,
        "{again}"
    );
    let after = home.run(&["export"]).succeeds().out;
    assert_eq!(before, after);
    assert_eq!(after.lines().count() as u64, events);
    let one: serde_json::Value = serde_json::from_str(after.lines().next().unwrap()).unwrap();
    assert_eq!(one["source"], "punks-sales");
}

#[test]
fn what_was_dropped_is_reported_with_its_line() {
    let home = small_home();
    let spoilt = |from: &str, to: &str| sale(9, 9).replacen(from, to, 1);
    let rows = [
        sale(1, 1),
        spoilt("1000000000000000000", "1e18"),
        spoilt("2018-01-01", "2018-13-01"),
        spoilt("0x", "0y"),
        "2018-01-01 00:00:01 UTC,4\n".to_owned(),
        spoilt(",9,", ",99,"),
    ];
    home.write("sales.csv", [sales(&rows).as_bytes(), b"\xff\xfe,1,1,1,1,1,1\n2018-01-01 00:0"].concat());
    let arguments =
        ["import", "--sales", "sales.csv", "--assets", "assets.csv", "--report", "report.json", "--json"];
    let report = home.run(&arguments).json();
    let written = std::fs::read(home.path("report.json")).unwrap();
    assert_eq!(serde_json::from_slice::<serde_json::Value>(&written).unwrap(), report);
    let cleaning = &report["cleaning"];
    assert_eq!(
        (&cleaning["rows"], &cleaning["sales_kept"], &report["events_total"]),
        (&json!(8), &json!(1), &json!(2))
    );
    assert_eq!(cleaning["counts"], json!({"malformed_row": 6, "unknown_asset": 1}));
    let examples: Vec<&str> = cleaning["examples"]["malformed_row"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["found"].as_str().unwrap())
        .collect();
    let wallet = format!("0y{:040x}", 109);
    assert_eq!(
        examples,
        [
            "sales.csv, line 3, column price_wei: \"1e18\" is neither a price in wei (u128) nor -",
            "sales.csv, line 4, column timestamp: \"2018-13-01 00:00:09 UTC\" is not a time like 2017-06-23 21:05:06 UTC",
            &format!("sales.csv, line 5, column seller: {wallet:?} is not a wallet (0x and 40 hex digits)"),
            "sales.csv, line 6, column price_wei: \"\" is missing; the row has 2 of 7 cells",
            "sales.csv, line 8, column timestamp: \"\u{fffd}\u{fffd}\" is not UTF-8",
        ]
    );
    let shown = home.run(&arguments[..5]).succeeds().out;
    assert!(
        shown.contains("       6  MalformedRow: row dropped\n          line 3: sales.csv, line 3, "),
        "{shown}"
    );
}

/// Each of these is refused before anything is written.
#[test]
fn a_refused_file_leaves_the_folder_untouched() {
    let home = small_home();
    import_small(&home).succeeds();
    let fresh = Home::new();
    fresh.write("assets.csv", assets());
    let header = "the header is \"timestamp,asset_id,seller,buyer,block,tx\", must be \
                  \"timestamp,asset_id,price_wei,seller,buyer,block,tx\"";
    let many = "junk\n".repeat(1_001);
    let cases = [
        (sales(&[sale(4, 4)]).replacen(",price_wei", "", 1), format!("sales.csv: {header}")),
        (
            sales(&[many]),
            "sales.csv: more than 1000 malformed rows; is this the right file? The last: sales.csv, line 1002, column \
             asset_id: \"\" is missing; the row has 1 of 7 cells"
                .to_owned(),
        ),
        (
            String::new(),
            "sales.csv: the header is \"\", must be \"timestamp,asset_id,price_wei,seller,buyer,block,tx\"".to_owned(),
        ),
    ];
    for (content, message) in cases {
        for home in [&home, &fresh] {
            home.write("sales.csv", &content);
            let before = home.snapshot("data");
            import_small(home).fails(3, &message);
            let ignore_lock = |files: Vec<(std::path::PathBuf, Vec<u8>)>| {
                files.into_iter().filter(|(path, _)| !path.ends_with("lock")).collect::<Vec<_>>()
            };
            assert_eq!(ignore_lock(home.snapshot("data")), ignore_lock(before), "{message}");
        }
    }
    // Nothing of the refused tries binds the next one: not even their catalogue.
    fresh.write("assets.csv", assets().replace("Female", "Male"));
    fresh.write("sales.csv", sales(&[sale(1, 1)]));
    import_small(&fresh).succeeds();
}

#[test]
fn bad_assets_are_named_by_line() {
    let home = small_home();
    let with = |from: &str, to: &str| {
        home.write("assets.csv", assets().replacen(from, to, 1));
        import_small(&home)
    };
    with("\n3,", "\nthree,")
        .fails(3, "assets.csv, line 5, column asset_id: \"three\" is not an asset number (u32)");
    with("1,Wild Hair", "2,Wild Hair").fails(
        3,
        "assets.csv, line 2, column accessory_count: \"2\" does not match the 1 accessories listed",
    );
    with("\n3,", "\n2,").fails(3, "asset catalogue: asset 2 comes twice");
    home.write("assets.csv", "a,b\n");
    import_small(&home).fails(
        3,
        "assets.csv: the header is \"a,b\", must be \"asset_id,type,gender,skin_tone,accessory_count,accessories\"",
    );
    std::fs::remove_file(home.path("assets.csv")).unwrap();
    import_small(&home).fails(3, "assets.csv: No such file or directory (os error 2)");
    home.write("assets.csv", assets());
    std::fs::remove_file(home.path("sales.csv")).unwrap();
    import_small(&home).fails(3, "sales.csv: No such file or directory (os error 2)");
}

#[test]
fn another_catalogue_is_another_world() {
    let home = small_home();
    import_small(&home).succeeds();
    home.write("assets.csv", assets().replace("Female", "Male"));
    import_small(&home)
        .fails(3, "assets.csv: is not the catalogue in data/assets.csv; use that one, or a new data folder");
}

/// New rows are added to what is there; the same rows in another order add nothing.
#[test]
fn imports_add_up_in_any_order() {
    let home = small_home();
    assert_eq!(import_small(&home).json()["inserted"], json!({"new": 6, "known": 0}));
    home.write("sales.csv", sales(&[sale(3, 3), sale(4, 4), sale(1, 1)]));
    let second = import_small(&home).json();
    assert_eq!(second["inserted"], json!({"new": 2, "known": 4}));
    assert_eq!(second["events_total"], 8);
    let other = small_home();
    other.write("sales.csv", sales(&[sale(4, 4), sale(2, 2), sale(1, 1), sale(3, 3)]));
    import_small(&other).succeeds();
    assert_eq!(home.run(&["export"]).succeeds().out, other.run(&["export"]).succeeds().out);
}

#[test]
fn a_damaged_store_is_named() {
    let home = small_home();
    import_small(&home).succeeds();
    for name in ["data/events.db-wal", "data/events.db-shm"] {
        let _ = std::fs::remove_file(home.path(name));
    }
    home.write("data/events.db", "not a database, but long enough to be looked at as one ".repeat(20));
    let ran = home.run(&["export"]);
    ran.fails(1, "data/events.db: file is not a database");
}

#[test]
fn what_needs_data_says_so_before_the_import() {
    let home = Home::new();
    home.run(&["evaluate"])
        .fails(3, "data holds no assets or events: run `attention-oracle import --sales FILE --assets FILE`");
    std::fs::remove_dir_all(home.path("data")).unwrap();
    home.run(&["export"]).fails(3, "data does not exist: make it with `attention-oracle init`");
}
