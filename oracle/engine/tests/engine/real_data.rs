//! The real sales, where they are at hand: `ATTENTION_DATA`, else `../shared/data` beside the repository.

use std::fs::File;
use std::io::{Write, stderr};
use std::path::PathBuf;

use attention_engine::{ParquetEvents, Past, write_events};
use attention_features::{EventLog, InterestSpecValues, read_assets, read_clean_sales};

use super::{computed, options, reference};

#[allow(clippy::explicit_write, reason = "the test harness would swallow an eprintln")]
fn data() -> Option<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");
    let folder = std::env::var_os("ATTENTION_DATA").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    let punks = folder.join("punks");
    if punks.join("sales.csv").is_file() && punks.join("assets.csv").is_file() {
        return Some(punks);
    }
    let folder = folder.display();
    writeln!(stderr(), "SKIPPED: no punks/sales.csv and punks/assets.csv in {folder}; set ATTENTION_DATA")
        .unwrap();
    None
}

/// One root over partitions, memory and Parquet, and the reference evaluator's, on all sales before two cuts.
#[test]
fn real_sales_give_one_root() {
    let Some(punks) = data() else { return };
    let spec = InterestSpecValues::sales().check().unwrap();
    let catalog = read_assets(File::open(punks.join("assets.csv")).unwrap(), "assets.csv").unwrap();
    let sales = File::open(punks.join("sales.csv")).unwrap();
    let clean = read_clean_sales(sales, "sales.csv", &catalog, &spec.values().cleaning).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sales.parquet");
    write_events(&file, &clean.events).unwrap();
    let log = EventLog::new(clean.events, |time_s| spec.data_epoch_of(time_s)).unwrap().0;
    let opened = ParquetEvents::open(&file).unwrap();
    for index in [20, 36] {
        let past = log.before(spec.cut_s(index).unwrap());
        let expected = reference(past, &catalog, None);
        assert!(expected.1.rows > 2_000, "{}", expected.1.rows);
        for partitions in [1, 4, 16] {
            let rows = computed(Past::Memory(past), &catalog, None, &options(partitions)).unwrap();
            assert!(rows == expected, "cut {index}, {partitions} partitions");
        }
        let rows =
            computed(Past::Parquet(&opened.before(past.cut_s())), &catalog, None, &options(4)).unwrap();
        assert!(rows == expected, "cut {index}, Parquet");
    }
}
