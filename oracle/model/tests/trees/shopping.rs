//! Real browsing sessions, in five folds: how good the defaults are on rows that they did not see.

#[path = "../../../../tests/shared/real_data.rs"]
mod real;

use std::collections::BTreeMap;

use attention_model::{
    Dataset, FeatureKind, FeatureSchema, Fit, ForestParams, GbdtParams, Model, ParamGuard, Predict,
    TreeParams, auc, mean_log_loss, splitmix64,
};
use real::real_data;

const FOLDS: u64 = 5;
/// Columns that name a category.
const CATEGORIES: [&str; 7] =
    ["month", "operating_systems", "browser", "region", "traffic_type", "visitor_type", "weekend"];

struct Sessions {
    schema: FeatureSchema,
    rows: Vec<(Vec<i64>, bool)>,
}

/// The sessions, or `None` where the data are not at hand.
fn sessions() -> Option<Sessions> {
    let folder = real_data("online-shoppers", &["sessions.csv"])?;
    let text = std::fs::read_to_string(folder.join("sessions.csv")).unwrap();
    let mut lines = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let header = lines.next()?;
    let table: Vec<Vec<&str>> = lines.collect();
    let columns = header.len() - 1;
    let levels: Vec<BTreeMap<&str, i64>> = (0..columns)
        .map(|column| {
            let mut names: Vec<&str> = table.iter().map(|row| row[column]).collect();
            names.sort_unstable();
            names.dedup();
            names.into_iter().zip(0..).collect()
        })
        .collect();
    let kind = |column: usize| match CATEGORIES.contains(&header[column]) {
        true => FeatureKind::Categorical { levels: levels[column].len() as u16 },
        false => FeatureKind::Numeric,
    };
    let features = (0..columns).map(|column| (header[column].to_owned(), kind(column))).collect();
    let value = |column: usize, cell: &str| match kind(column) {
        FeatureKind::Categorical { .. } => levels[column][cell],
        // Millionths where all values are below 2147, thousandths otherwise.
        FeatureKind::Numeric => {
            let unit = if header[column].ends_with("duration") { 1e3 } else { 1e6 };
            (cell.parse::<f64>().unwrap() * unit).min(2e9) as i64
        }
    };
    let rows = table
        .iter()
        .map(|row| ((0..columns).map(|column| value(column, row[column])).collect(), row[columns] == "TRUE"))
        .collect();
    Some(Sessions { schema: FeatureSchema::typed(1, features).unwrap(), rows })
}

/// Mean AUC and log loss over the folds.
fn scores(sessions: &Sessions, fit: impl Fn(&Dataset<'_>) -> Model) -> (f64, f64) {
    let (mut areas, mut losses) = (0.0, 0.0);
    for fold in 0..FOLDS {
        let part = |test: bool| -> (Vec<i64>, Vec<bool>) {
            let chosen =
                (0..).zip(&sessions.rows).filter(|(at, _)| (splitmix64(77, *at) % FOLDS == fold) == test);
            let (values, labels): (Vec<Vec<i64>>, Vec<bool>) = chosen.map(|(_, row)| row.clone()).unzip();
            (values.concat(), labels)
        };
        let ((values, labels), (fresh, fresh_labels)) = (part(false), part(true));
        let model = fit(&Dataset::from_rows(&sessions.schema, &values, &labels).unwrap());
        let fresh = Dataset::from_rows(&sessions.schema, &fresh, &fresh_labels).unwrap();
        let margins = model.margins(&fresh).unwrap();
        areas += auc(&margins, &fresh_labels).unwrap();
        losses += mean_log_loss(&margins, &fresh_labels).unwrap();
    }
    (areas / FOLDS as f64, losses / FOLDS as f64)
}

#[test]
fn defaults_are_good_on_unseen_sessions() {
    let Some(sessions) = sessions() else { return };
    let gbdt =
        scores(&sessions, |data| Model::Gbdt(GbdtParams::default().check().unwrap().fit(data).unwrap()));
    let forest =
        scores(&sessions, |data| Model::Forest(ForestParams::default().check().unwrap().fit(data).unwrap()));
    let tree =
        scores(&sessions, |data| Model::Tree(TreeParams::default().check().unwrap().fit(data).unwrap()));
    eprintln!("gbdt {gbdt:.4?}, forest {forest:.4?}, tree {tree:.4?}");
    assert!(gbdt.0 > 0.928 && gbdt.1 < 0.232, "{gbdt:?}");
    assert!(forest.0 > 0.927, "{forest:?}");
    assert!(tree.0 > 0.915, "{tree:?}");
}
