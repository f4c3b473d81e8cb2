//! Models of a small table with missing values, categories and decimals.

use attention_model::Calibration;
use attention_tasks::Bundle;
use attention_tasks::estimator::{Estimator, Kind};
use attention_tasks::interest::{TrainOptions, train};
use attention_tasks::table::TypingOptions;
use serde_json::Value;

/// A target of both kinds, `bought` and `price`, from two of four columns, not without exceptions.
pub fn table(rows: u32) -> String {
    let mut text = "pages,seconds,month,visitor,bought,price\n".to_owned();
    for row in 0..rows {
        let pages = row * 7 % 13;
        let month = ["Feb", "Mar", "Nov", ""][(row % 4) as usize];
        let seconds = if row % 9 == 0 { String::new() } else { format!("{}.25", row * 31 % 101) };
        let noise = row.wrapping_mul(2_654_435_761) >> 28;
        let level = pages * 4 + 20 * u32::from(month == "Nov") + noise;
        let visitor = if row % 5 == 0 { "new" } else { "returning" };
        text.push_str(&format!("{pages},{seconds},{month},{visitor},{},{level}.5\n", level > 45));
    }
    text
}

/// A model of `target`, one of the two; the other is left out.
pub fn bundle(kind: Kind, target: &str, params: Option<Value>, calibrate: Option<Calibration>) -> Bundle {
    let other = if target == "price" { "bought" } else { "price" };
    let options = TrainOptions {
        typing: TypingOptions {
            target: target.into(),
            ignore: vec![other.into()],
            ..TypingOptions::default()
        },
        estimator: Estimator::new(kind, params, 3).unwrap(),
        allow_leak: Vec::new(),
        folds: None,
        calibrate,
        seed: 1,
        curves: false,
    };
    train(table(400).as_bytes(), "table.csv", &options).unwrap().0
}
