//! The real sales, where they are at hand.

#[path = "../../../../tests/shared/real_data.rs"]
mod real;

use std::fs::File;
use std::path::PathBuf;

use attention_engine::{ParquetEvents, Past, write_events};
use attention_features::{EventLog, InterestSpecValues, read_assets, read_clean_sales};

use super::{computed, options, reference};
use real::real_data;

fn data() -> Option<PathBuf> {
    real_data("punks", &["sales.csv", "assets.csv"])
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
