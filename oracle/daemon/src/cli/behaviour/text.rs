//! What `behaviour` prints for people.

use attention_tasks::behaviour::{
    CohortReport, DriftReport, PSI_LARGE, PSI_MODERATE, RetentionReport, SegmentReport, Shift,
};

use super::super::analysis::day_name;

pub(super) fn segments(report: &SegmentReport) {
    println!("{} users before {}, by {}", report.users, day_name(report.until_s), report.measures.join(", "));
    for tried in &report.tried {
        println!(
            "{} {:>2} segments: silhouette {:.3}, stability {:.3} (lowest {:.3})",
            if tried.segments == report.chosen { "*" } else { " " },
            tried.segments,
            tried.silhouette,
            tried.stability,
            tried.stability_min
        );
    }
    for segment in &report.segments {
        println!(
            "{:>6} users ({:.1} %), {:.1} % of acts: {}",
            segment.users,
            100.0 * segment.share,
            100.0 * segment.act_share,
            segment.name
        );
        println!(
            "       medians: last act {} days ago, acts {} over {} days, {:.0} % of trades bought, {} of money",
            segment.days_since_last,
            segment.acts,
            segment.tenure_days,
            100.0 * segment.buy_share,
            segment.money
        );
    }
}

pub(super) fn cohorts(report: &CohortReport, months: usize) {
    println!(
        "{} users; percent active so many months after their first (months to {})",
        report.users, report.last_month
    );
    let heads: String = (1..=months).map(|month| format!("{month:>5}")).collect();
    println!("{:<8} {:>6} {heads}", "began", "users");
    for cohort in report.cohorts.iter().chain([&report.all]) {
        let cells: String =
            cohort.months.iter().take(months).map(|cell| format!("{:>5.0}", 100.0 * cell.retained)).collect();
        println!("{:<8} {:>6} {cells}", cohort.month, cohort.users);
    }
    if let Some(first) = report.all.months.first() {
        println!(
            "after one month {:.1} % ({:.1} to {:.1})",
            100.0 * first.retained,
            100.0 * first.interval.low,
            100.0 * first.interval.high
        );
    }
}

pub(super) fn retention(report: &RetentionReport) {
    println!(
        "lost: silent for more than {} days; {} users began too late to tell",
        report.gap_days, report.too_late
    );
    for curve in &report.curves {
        let median =
            curve.median_days.map_or_else(|| "not reached".to_owned(), |days| format!("{days} days"));
        println!("{:<6} {:>6} users, {:>6} lost, median {median}", curve.group, curve.users, curve.silent);
        let at: Vec<String> = curve
            .milestones
            .iter()
            .map(|at| {
                let interval = at.interval.map_or_else(String::new, |interval| {
                    format!(" ({:.0}–{:.0})", 100.0 * interval.low, 100.0 * interval.high)
                });
                format!("day {} {:.0} %{interval}", at.days, 100.0 * at.survival)
            })
            .collect();
        println!("       {}", at.join(", "));
    }
}

pub(super) fn drift(report: &DriftReport, what: &str) {
    println!("{} {what} before, {} after", report.rows_before, report.rows_after);
    for column in &report.columns {
        let shift = match column.shift {
            Shift::Stable => "stable",
            Shift::Moderate => "moderate shift",
            Shift::Large => "large shift",
        };
        println!(
            "{:<24} PSI {:.3} (by chance up to {:.3}, {} bins): {shift}",
            column.column, column.psi, column.psi_by_chance, column.bins
        );
    }
    println!("moderate from {PSI_MODERATE}, large from {PSI_LARGE}, if beyond chance");
}
