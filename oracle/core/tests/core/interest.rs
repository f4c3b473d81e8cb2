//! The interest model on the real sales: its targets, and its baselines as another program counts them.

#[path = "../../../../tests/shared/real_data.rs"]
mod real;

use std::fs::File;

use attention_core::interest::{Quality, TEST_CUTS, evaluate_interest};
use attention_features::{EventLog, InterestSpecValues, read_assets, read_clean_sales};
use real::real_data;

/// The targets on the real sales.
#[test]
fn real_sales_reach_the_targets() {
    let Some(folder) = real_data("punks", &["sales.csv", "assets.csv"]) else { return };
    let (sales, assets) = (folder.join("sales.csv"), folder.join("assets.csv"));
    let spec = InterestSpecValues::sales().check().unwrap();
    let catalog = read_assets(File::open(assets).unwrap(), "assets.csv").unwrap();
    let rules = &spec.values().cleaning;
    let clean = read_clean_sales(File::open(sales).unwrap(), "sales.csv", &catalog, rules).unwrap();
    let (log, _) = EventLog::new(clean.events, |time_s| spec.data_epoch_of(time_s)).unwrap();
    let report = evaluate_interest(&log, &catalog, &spec, TEST_CUTS).unwrap();
    assert_eq!((report.cuts_s.len(), report.model_hashes.len()), (9, 9));
    let model = &report.model;
    let cuts_s: Vec<i64> = (31..=39).map(|index| spec.cut_s(index).unwrap()).collect();
    assert_eq!(report.cuts_s, cuts_s, "2020-01-09 to 2020-09-05");
    println!("{} rows, {:.5} positive, {} groups", report.rows, report.base_rate, report.within_user_groups);
    for of in std::iter::once(model).chain(&report.baselines) {
        let Quality { name, auc, within_user_auc, log_loss, calibration_error } = of;
        println!(
            "{name}: AUC {auc:.4} within {within_user_auc:.4} loss {log_loss:.5} ECE {calibration_error:.5}"
        );
    }
    assert!(model.auc >= 0.85 && model.within_user_auc >= 0.68, "{model:?}");
    // What another program counted in the file, with its own parser, draws, labels and pairs, from raw counts
    // without any fit: activity = purchases in 365 days, popularity = sales ever.
    assert_eq!((report.rows, report.within_user_groups), (137_388, 424));
    let near = |value: f64, counted: f64| (value - counted).abs() < 0.002;
    assert!((report.base_rate - 0.017_381_431).abs() < 1e-9, "{}", report.base_rate);
    let baseline = |name| report.baselines.iter().find(|quality| quality.name == name).unwrap();
    let (activity, popularity) = (baseline("activity alone"), baseline("popularity alone"));
    assert!(near(activity.auc, 0.836_9) && near(activity.within_user_auc, 0.5), "{activity:?}");
    assert!(near(popularity.auc, 0.608_9) && near(popularity.within_user_auc, 0.636_1), "{popularity:?}");
    assert!(model.log_loss <= 0.072 && model.calibration_error < 0.01, "{model:?}");
    for baseline in &report.baselines {
        assert!(model.log_loss < baseline.log_loss && model.auc > baseline.auc, "{baseline:?}");
        assert!(model.within_user_auc > baseline.within_user_auc + 0.01, "{baseline:?}");
    }
}
