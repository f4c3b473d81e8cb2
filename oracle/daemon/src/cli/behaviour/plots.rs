//! What `behaviour` draws.

use attention_tasks::behaviour::{
    CohortReport, DriftReport, PSI_LARGE, PSI_MODERATE, RetentionReport, SegmentReport, Shift,
};
use attention_tasks::stats::{LEVEL, wilson_interval};

use super::super::analysis::day_name;
use crate::plot::{Axis, Bar, Bars, Chart, Heat, Line, Lines, Scale, Tone};

const PERCENT: f64 = 100.0;

pub(super) fn segments(report: &SegmentReport) -> Chart {
    let bars: Vec<Bar> = report
        .segments
        .iter()
        .map(|segment| {
            let interval = wilson_interval(segment.users, report.users, LEVEL).times(PERCENT);
            Bar {
                label: segment.name.clone(),
                value: PERCENT * segment.share,
                interval: (interval.low, interval.high),
                tone: Tone::Above,
                note: format!("{:.0} % of acts", PERCENT * segment.act_share),
            }
        })
        .collect();
    let highest = bars.iter().map(|bar| bar.interval.1).fold(0.0, f64::max);
    let quality = report.tried.iter().find(|tried| tried.segments == report.chosen);
    let quality = quality.map_or_else(String::new, |tried| {
        format!("; silhouette {:.2}, stability {:.2}", tried.silhouette, tried.stability)
    });
    Chart::Bars(Bars {
        title: "Users who behave alike".into(),
        subtitle: format!("{} users before {}{quality}", report.users, day_name(report.until_s)),
        axis: Axis { range: (0.0, 1.1 * highest), ..percent("share of users, with 95 % intervals") },
        reference: 0.0,
        note_heading: String::new(),
        bars,
    })
}

fn percent(label: &str) -> Axis {
    Axis { label: label.into(), range: (0.0, PERCENT), scale: Scale::Linear, suffix: " %" }
}

pub(super) fn cohorts(report: &CohortReport, months: usize) -> Chart {
    let longest = report.all.months.len().min(months);
    let rows = report
        .cohorts
        .iter()
        .filter(|cohort| !cohort.months.is_empty())
        .map(|cohort| {
            let mut shares: Vec<Option<f64>> =
                cohort.months.iter().take(longest).map(|cell| Some(cell.retained)).collect();
            shares.resize(longest, None);
            (format!("{} ({})", cohort.month, cohort.users), shares)
        })
        .collect();
    Chart::Heat(Heat {
        title: "Cohorts: who comes back".into(),
        subtitle: format!(
            "{} users by month of their first act; months to {}",
            report.users, report.last_month
        ),
        x_label: "months since the first".into(),
        y_label: "began (users)".into(),
        legend: "active in that month".into(),
        columns: (1..=longest).map(|month| month.to_string()).collect(),
        rows,
    })
}

pub(super) fn retention(report: &RetentionReport) -> Chart {
    let lines: Vec<Line> = report
        .curves
        .iter()
        .map(|curve| Line {
            label: format!("{} ({} users)", curve.group, curve.users),
            points: [(0.0, PERCENT)]
                .into_iter()
                .chain(curve.steps.iter().map(|step| (step.time as f64, PERCENT * step.survival)))
                .collect(),
            band: curve
                .steps
                .iter()
                .filter_map(|step| {
                    let interval = step.interval?;
                    Some((step.time as f64, PERCENT * interval.low, PERCENT * interval.high))
                })
                .collect(),
            steps: true,
        })
        .collect();
    let longest = lines.iter().flat_map(|line| &line.points).map(|point| point.0).fold(1.0, f64::max);
    Chart::Lines(Lines {
        title: "How long users stay".into(),
        subtitle: format!(
            "known until {}; lost: silent for more than {} days; by year of the first act",
            day_name(report.until_s),
            report.gap_days
        ),
        x: Axis {
            label: "days since the first act".into(),
            range: (0.0, longest),
            scale: Scale::Linear,
            suffix: "",
        },
        y: percent("not yet lost (Kaplan–Meier, 95 % bands)"),
        lines,
    })
}

pub(super) fn drift(report: &DriftReport, what: &str) -> Chart {
    let bars: Vec<Bar> = report
        .columns
        .iter()
        .map(|column| Bar {
            label: column.column.clone(),
            value: column.psi,
            interval: (column.psi_by_chance, column.psi_by_chance),
            tone: match column.shift {
                Shift::Stable => Tone::Unclear,
                Shift::Moderate => Tone::Above,
                Shift::Large => Tone::Below,
            },
            note: format!("{:.3}", column.psi),
        })
        .collect();
    let highest = bars.iter().map(|bar| bar.value.max(bar.interval.1)).fold(PSI_LARGE, f64::max);
    Chart::Bars(Bars {
        title: "What has drifted".into(),
        subtitle: format!(
            "{} {what} before, {} after; stroke: what chance makes in 1 of 20 cases",
            report.rows_before, report.rows_after
        ),
        axis: Axis {
            label: format!(
                "population stability index (moderate from {PSI_MODERATE}, large from {PSI_LARGE})"
            ),
            range: (0.0, 1.05 * highest),
            scale: Scale::Linear,
            suffix: "",
        },
        reference: 0.0,
        note_heading: "PSI".into(),
        bars,
    })
}
