//! `fairness`: whether a model treats groups alike.

use std::path::PathBuf;

use attention_tasks::fairness::{
    Definition, Estimate, FairnessOptions, FairnessReport, GroupMeasures, fairness,
};
use attention_tasks::{BUNDLE_BYTES_MAX, Bundle};
use clap::{Args, ValueEnum};

use super::analysis::{PlotArgs, print};
use super::progress::spinner;
use super::table_file::read_table;
use super::{Cli, CliError};
use crate::plot::{Axis, Bar, Bars, Chart, Scale, Tone};
use crate::store::read_bounded;

/// What has to be equal between groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Chosen {
    /// The share that is selected.
    DemographicParity,
    /// The share that is selected of those who turn out a yes.
    EqualOpportunity,
    /// The mean prediction less the share of yes.
    Calibration,
}

/// What to compare.
#[derive(Debug, Args)]
pub struct FairnessArgs {
    /// The model that `train --data --out` wrote.
    #[arg(long, value_name = "FILE")]
    model: PathBuf,
    /// The table (CSV with a header, or Parquet) with the model's columns, its target and the group's.
    #[arg(long, value_name = "FILE")]
    data: PathBuf,
    /// The column whose values are the groups; the model need not know it.
    #[arg(long, value_name = "COLUMN")]
    group: String,
    /// What has to be equal between groups.
    #[arg(long, value_enum, default_value_t = Chosen::EqualOpportunity)]
    definition: Chosen,
    /// Who is selected: predictions at or above it, in millionths.
    #[arg(long, value_name = "PPM", default_value_t = 500_000, value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    threshold_ppm: u32,
    /// Groups with fewer rows are put together; what is still smaller is told but not judged.
    #[arg(long, value_name = "ROWS", default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..))]
    min_rows: u64,
    /// Bootstrap resamples.
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(100..=100_000))]
    resamples: u32,
    /// Seed of the resamples.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    #[command(flatten)]
    plot: PlotArgs,
}

pub(super) fn run(cli: &Cli, args: &FairnessArgs) -> Result<(), CliError> {
    args.plot.check()?;
    let bundle = read_bounded(&args.model, BUNDLE_BYTES_MAX as u64)?;
    let bundle = Bundle::from_bytes(&bundle).map_err(|error| CliError::file(&args.model, error))?;
    let bytes = read_table(&args.data)?;
    let options = FairnessOptions {
        group: args.group.clone(),
        definition: match args.definition {
            Chosen::DemographicParity => Definition::DemographicParity,
            Chosen::EqualOpportunity => Definition::EqualOpportunity,
            Chosen::Calibration => Definition::Calibration,
        },
        threshold_ppm: args.threshold_ppm,
        min_rows: args.min_rows,
        resamples: args.resamples,
        seed: args.seed,
    };
    let working = spinner("comparing groups");
    let report = fairness(&bytes, &args.data.display().to_string(), &bundle, &options);
    working.finish_and_clear();
    let report = report?;
    args.plot.draw(|| chart(&report))?;
    print(cli, &report, print_text)
}

fn print_text(report: &FairnessReport) {
    println!(
        "{}{} of {:?} by {:?}{}; selected: predictions of {} and more",
        report.model,
        report.calibration.map_or(String::new(), |how| format!(" ({how})")),
        report.target,
        report.column,
        if report.column_is_feature { ", which the model reads" } else { "" },
        f64::from(report.threshold_ppm) / 1e6
    );
    let heads = ["yes", "predicted", "selected", "TPR", "FPR", "AUC", "ECE"];
    println!("{:<24} {:>7}  {}", "group", "rows", heads.map(|head| format!("{head:<21}")).concat());
    print_row("(all)", &report.whole);
    for group in &report.groups {
        let mark = match (group.small, group.differs) {
            (true, _) => "~",
            (_, Some(true)) => "!",
            _ => " ",
        };
        print_row(&format!("{mark} {}", group.group), &group.measures);
    }
    println!("{}", report.finding);
    println!("{}", report.conflict);
    println!("model_hash {}", report.model_hash);
}

fn print_row(name: &str, of: &GroupMeasures) {
    let percent = |of: Option<Estimate>| {
        of.map_or_else(String::new, |of| {
            let [value, low, high] = [of.value, of.interval.low, of.interval.high].map(|share| 100.0 * share);
            format!("{value:.1} % ({low:.1}–{high:.1})")
        })
    };
    let measures = [
        Some(of.base_rate),
        Some(of.mean_prediction),
        Some(of.selection_rate),
        of.true_positive_rate,
        of.false_positive_rate,
        of.auc,
        of.ece,
    ];
    println!("{name:<24} {:>7}  {}", of.rows, measures.map(|of| format!("{:<21}", percent(of))).concat());
}

fn chart(report: &FairnessReport) -> Chart {
    let (name, measure) = match report.definition {
        Definition::DemographicParity => ("demographic parity", "selection rate"),
        Definition::EqualOpportunity => ("equal opportunity", "true positive rate"),
        Definition::Calibration => ("calibration", "mean prediction less share of yes"),
    };
    let bars: Vec<Bar> = report
        .groups
        .iter()
        .filter_map(|group| {
            // That of a single row has no ends to draw.
            let gap = group.gaps.of(report.definition).filter(|gap| gap.interval.high.is_finite())?;
            let interval = gap.interval.times(100.0);
            Some(Bar {
                label: group.group.clone(),
                value: 100.0 * gap.value,
                interval: (interval.low, interval.high),
                tone: match (group.differs, gap.value > 0.0) {
                    (Some(true), true) => Tone::Above,
                    (Some(true), false) => Tone::Below,
                    _ => Tone::Unclear,
                },
                note: format!("{} rows", group.measures.rows),
            })
        })
        .collect();
    let ends = bars.iter().flat_map(|bar| [bar.interval.0, bar.interval.1]).chain([0.0]);
    Chart::Bars(Bars {
        title: format!("Fairness of {:?} by {}: {name}", report.target, report.column),
        subtitle: format!(
            "{} rows; 95 % intervals, coloured where the gap is beyond chance over all groups",
            report.whole.rows
        ),
        axis: Axis::around(format!("{measure}, points from the whole"), ends, Scale::Linear),
        reference: 0.0,
        note_heading: String::new(),
        bars,
    })
}
