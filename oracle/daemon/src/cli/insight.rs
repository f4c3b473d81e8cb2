//! `insight`: which attributes of assets draw attention.

use std::path::PathBuf;

use attention_tasks::insight::{AttributeInsight, Insight, InsightOptions, Reading, acts_on_assets, insight};
use clap::Args;

use super::analysis::{PlotArgs, assets_and_events, day_name, days_before, print, until_s};
use super::progress::spinner;
use super::{Cli, CliError};
use crate::plot::{Axis, Bar, Bars, Chart, Scale, Tone};

/// The period where none is given.
const PERIOD_DAYS: i64 = 365;
/// An axis goes no farther from 1 than this factor: intervals of rare attributes are wider.
const RATIO_MAX: f64 = 12.0;

/// What to compare.
#[derive(Debug, Args)]
pub struct InsightArgs {
    /// A folder with sales.csv and assets.csv, or a file of events: CSV or Parquet as `import --events` takes them, or JSON lines
    /// as `export` writes them.
    #[arg(long, value_name = "PATH")]
    data: PathBuf,
    /// Of a file of events: the catalogue of its assets; assets.csv beside the file if absent.
    #[arg(long, value_name = "FILE")]
    assets: Option<PathBuf>,
    /// First day (UTC) of the period; 365 days before its end if absent.
    #[arg(long, value_name = "DATE")]
    from: Option<String>,
    /// The day (UTC) after its last one; the day after the last event if absent.
    #[arg(long, value_name = "DATE")]
    until: Option<String>,
    /// How many attributes to print and draw: those most surely sought. --json tells all without it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    top: Option<u32>,
    /// Bootstrap resamples of the price premium.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(100..=100_000))]
    resamples: u32,
    /// Seed of the resamples.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    #[command(flatten)]
    plot: PlotArgs,
}

/// Attributes that are printed where no number is given.
const TOP: usize = 20;

pub(super) fn run(cli: &Cli, args: &InsightArgs) -> Result<(), CliError> {
    args.plot.check()?;
    let (catalog, events) = assets_and_events(&args.data, args.assets.as_deref())?;
    let until_s = until_s(args.until.as_deref(), &events)?;
    let from_s = days_before(args.from.as_deref(), PERIOD_DAYS, until_s)?;
    let acts = acts_on_assets(&catalog, &events)?;
    let options = InsightOptions { from_s, until_s, resamples: args.resamples, seed: args.seed };
    let working = spinner("comparing attributes");
    let found = insight(&catalog, &acts, &options);
    working.finish_and_clear();
    let mut found = found?;
    // At most 10,000.
    let top = args.top.map(|top| top as usize);
    args.plot.draw(|| chart(&found, top.unwrap_or(TOP)))?;
    if let Some(top) = top {
        found.attributes.truncate(top);
    }
    print(cli, &found, |found| print_text(found, top.unwrap_or(TOP)))
}

fn print_text(found: &Insight, top: usize) {
    println!(
        "{} to {}: {} acts on {} of {} assets ({} priced); {} acts in as long before",
        day_name(found.from_s),
        day_name(found.until_s),
        found.acts,
        found.assets_acted_on,
        found.assets,
        found.priced,
        found.acts_before
    );
    println!(
        "{:<34} {:>6} {:>5}  {:<22} {:>7}  {:<18} {:<20} {:<18}",
        "attribute",
        "assets",
        "acts",
        "times as often (95 %)",
        "q",
        "all else equal",
        "price",
        "against before"
    );
    for of in found.attributes.iter().take(top) {
        let mark = match of.reading {
            Reading::Sought => "+",
            Reading::Shunned => "-",
            Reading::Unclear => " ",
        };
        let ratio = |ratio: f64, low: f64, high: f64| format!("{ratio:.2} ({low:.2}–{high:.2})");
        let adjusted = of.adjusted.map(|of| ratio(of.ratio, of.interval.low, of.interval.high));
        let premium = of.premium.map(|of| {
            let percent = |share: f64| 100.0 * share;
            let (low, high) = (percent(of.interval.low), percent(of.interval.high));
            format!("{:+.0} % ({low:+.0} to {high:+.0})", percent(of.premium))
        });
        let trend = of.trend.map(|of| ratio(of.ratio, of.interval.low, of.interval.high));
        println!(
            "{mark} {:<32} {:>6} {:>5}  {:<22} {:>7.4}  {:<18} {:<20} {:<18}",
            label(of),
            of.assets,
            of.acts,
            ratio(of.rate.ratio, of.rate.interval.low, of.rate.interval.high),
            of.q_value,
            adjusted.unwrap_or_default(),
            premium.unwrap_or_default(),
            trend.unwrap_or_default()
        );
    }
    let count = |reading| found.attributes.iter().filter(|of| of.reading == reading).count();
    println!(
        "{} of {} attributes are sought (+), {} shunned (-), at a false discovery rate of {} %",
        count(Reading::Sought),
        found.attributes.len(),
        count(Reading::Shunned),
        100.0 * found.discovery_rate
    );
}

fn label(of: &AttributeInsight) -> String {
    format!("{}: {}", of.name.replace('_', " "), of.value)
}

fn chart(found: &Insight, top: usize) -> Chart {
    let bars: Vec<Bar> = found
        .attributes
        .iter()
        .take(top)
        .map(|of| Bar {
            label: label(of),
            value: of.rate.ratio,
            interval: (of.rate.interval.low, of.rate.interval.high),
            tone: match of.reading {
                Reading::Sought => Tone::Above,
                Reading::Shunned => Tone::Below,
                Reading::Unclear => Tone::Unclear,
            },
            note: format!("{} / {}", of.acts, of.assets),
        })
        .collect();
    let held =
        |value: f64| if value > 0.0 { value.clamp(1.0 / RATIO_MAX, RATIO_MAX) } else { 1.0 / RATIO_MAX };
    let ends = bars.iter().flat_map(|bar| [bar.interval.0, bar.interval.1]).map(held).chain([0.8, 1.25]);
    Chart::Bars(Bars {
        title: "Which attributes draw attention".into(),
        subtitle: format!(
            "{} sales from {} to {}; whiskers: exact 95 % intervals; coloured where q ≤ {}",
            found.acts,
            day_name(found.from_s),
            day_name(found.until_s),
            found.discovery_rate
        ),
        axis: Axis::around("sales per asset with it ÷ sales per asset without it", ends, Scale::Logarithmic),
        reference: 1.0,
        note_heading: "sales / assets".into(),
        bars,
    })
}
