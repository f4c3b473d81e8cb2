//! Cross-validation and the report beside baselines, for people.

use attention_tasks::report::Report;
use attention_tasks::validation::{CrossValidation, Mean};

pub(super) fn print_cross_validation(measured: &CrossValidation) {
    let rows = [
        ("AUC", measured.auc),
        ("log loss", measured.log_loss),
        ("MSE", Some(measured.mse)),
        ("ECE", measured.ece),
    ];
    let (folds, how) = (measured.folds, measured.division.name());
    for (name, value) in rows {
        if let Some(Mean { mean, standard_error }) = value {
            println!("{name:>9} {mean:.4} ± {standard_error:.4} over {folds} folds ({how})");
        }
    }
}

/// The model's loss less each baseline's, row by row.
pub(super) fn print_report(report: &Report) {
    let loss = report.loss.replace('_', " ");
    println!("report: {loss} {:.4} on {} rows that were not fitted on", report.model_loss, report.rows);
    for base in &report.baselines {
        let name = base.name.replace('_', " ");
        let difference = &base.difference;
        let verdict = if difference.high_95 < 0.0 {
            "better"
        } else if difference.low_95 > 0.0 {
            "WORSE"
        } else {
            "no clear difference"
        };
        let columns = base.columns.first().map_or(String::new(), |column| format!(" ({column})"));
        println!(
            "{:+9.4} ± {:.4} against {name}{columns} {:.4}: {verdict}",
            difference.mean, difference.standard_error, base.loss
        );
    }
}
