//! What an import found, for people.

use std::collections::BTreeMap;
use std::fmt::Debug;

use attention_features::{CleaningExample, CleaningReport, DataQualityReport};
use tabled::builder::Builder;
use tabled::settings::Style;

use super::{ImportReport, Stored};

pub(super) fn report(report: &ImportReport) {
    if let Some(cleaning) = &report.cleaning {
        sales(report.assets, cleaning);
    }
    if let Some(quality) = &report.quality {
        events(report.assets, quality);
    }
    match &report.stored {
        Some(stored) => println!("{}", in_all(stored)),
        None => println!("dry run: nothing is kept"),
    }
}

fn in_all(stored: &Stored) -> String {
    let Stored { inserted, events_total, conflicting, late_conflicting, .. } = stored;
    let mut text = format!("{} new, {} known; {events_total} in all", inserted.new, inserted.known);
    if *conflicting > 0 || *late_conflicting > 0 {
        text += &format!("\n{conflicting} ids with different content dropped, {late_conflicting} later ones");
    }
    text
}

fn sales(assets: usize, cleaning: &CleaningReport) {
    println!(
        "{assets} assets, {} rows, {} sales kept ({} with a price), {} events",
        cleaning.rows, cleaning.sales_kept, cleaning.sales_priced, cleaning.events
    );
    reasons(&cleaning.counts, &cleaning.examples, |reason| reason.effect());
}

fn events(assets: usize, quality: &DataQualityReport) {
    println!(
        "{assets} assets, {} rows, {} events kept, {} rows dropped; {} users, {} assets in them",
        quality.rows,
        quality.kept,
        quality.dropped(),
        quality.users,
        quality.assets
    );
    reasons(&quality.counts, &quality.examples, |reason| reason.effect());
    let mut kinds = Builder::from_iter([["kind", "rows", "kept", "users", "quantity"]]);
    for (kind, found) in &quality.kinds {
        let numbers = [found.rows, found.kept, found.users, found.quantity].map(|number| number.to_string());
        kinds.push_record([kind.name().to_owned()].into_iter().chain(numbers));
    }
    println!("{}", kinds.build().with(Style::sharp()));
    let mut columns =
        Builder::from_iter([["column", "missing", "unreadable", "distinct", "min", "median", "max"]]);
    for column in &quality.columns {
        let ends = [&column.min, &column.median, &column.max].map(|end| short(end.as_deref().unwrap_or("")));
        let numbers = [column.missing, column.unreadable, column.distinct].map(|number| number.to_string());
        columns.push_record([column.column.to_owned()].into_iter().chain(numbers).chain(ends));
    }
    println!("{}", columns.build().with(Style::sharp()));
    if quality.outliers.is_empty() {
        return;
    }
    let mut outliers =
        Builder::from_iter([["outliers of", "feature", "values", "median", "usual from", "to", "outside"]]);
    for found in &quality.outliers {
        outliers.push_record([
            found.kind.name().to_owned(),
            serde_json::to_value(found.feature)
                .ok()
                .and_then(|name| name.as_str().map(str::to_owned))
                .unwrap_or_default(),
            found.values.to_string(),
            found.median.to_string(),
            found.low.to_string(),
            found.high.map_or_else(|| "any".to_owned(), |high| high.to_string()),
            found.outliers.to_string(),
        ]);
    }
    println!("{}", outliers.build().with(Style::sharp()));
}

/// Each reason with its effect and its first example.
fn reasons<R: Ord + Debug + Copy>(
    counts: &BTreeMap<R, u64>,
    examples: &BTreeMap<R, Vec<CleaningExample>>,
    effect: impl Fn(R) -> &'static str,
) {
    for (reason, count) in counts {
        println!("{count:>8}  {reason:?}: {}", effect(*reason));
        for example in examples.get(reason).into_iter().flatten().take(1) {
            println!("          line {}: {}", example.line, example.found);
        }
    }
}

/// Texts can be long; a table is for looking.
fn short(text: &str) -> String {
    let mut short: String = text.chars().take(24).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
