//! `train --task price`, `evaluate --task price`, `price`.

use std::path::{Path, PathBuf};
use std::time::Instant;

use attention_features::AssetId;
use attention_tasks::BUNDLE_BYTES_MAX;
use attention_tasks::price::{
    self, DynamicPricing, Hindsight, Market, MonthQuality, PriceEvaluation, PriceModel, PriceParams,
    PricePrediction, PriceQuality, PriceTrained, SalesReading, parse_day,
};
use clap::Args;
use serde::Serialize;

use super::analysis::open_sales;
use super::progress::spinner;
use super::train::FileArgs;
use super::{Cli, CliError};
use crate::output::{ExitStatus, decimal, print_json};
use crate::store::{read_bounded, write_atomic};

/// Most assets that one run prices.
const ASSETS_MAX: usize = 10_000;

/// How to train a price model.
#[derive(Debug, Args)]
pub struct PriceTrainArgs {
    /// Tasks price and churn: learn from the sales before this day (UTC); from all of them if absent.
    #[arg(long, value_name = "DATE", requires = "data", help_heading = "Task price")]
    pub(super) until: Option<String>,
}

/// How to evaluate a price model.
#[derive(Debug, Args)]
pub struct PriceEvaluateArgs {
    /// Tasks price and churn: predict the sales, or the cuts, from this day (UTC) on, each from what was known before it.
    #[arg(long, value_name = "DATE", requires = "data", help_heading = "Task price")]
    pub(super) from: Option<String>,
    /// Task price: predict the sales before this day (UTC) only; all to the last if absent.
    #[arg(long, value_name = "DATE", requires = "from", help_heading = "Task price")]
    pub(super) to: Option<String>,
}

/// Which assets to price, and when.
#[derive(Debug, Args)]
pub struct PriceArgs {
    /// The model that `train --task price --out` wrote.
    #[arg(long, value_name = "FILE")]
    model: PathBuf,
    /// The folder that holds sales.csv and assets.csv: what is known.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// The assets' numbers.
    #[arg(long, value_name = "NUMBER", value_delimiter = ',', required = true)]
    asset: Vec<u32>,
    /// The moment: the beginning of a day (UTC); only sales before it are known.
    #[arg(long, value_name = "DATE")]
    at: String,
    /// Answer although the model learnt from sales at or after the moment: the answer is marked.
    #[arg(long)]
    in_sample: bool,
    /// The asset's attention score in millionths: it moves the price within bounds.
    #[arg(long, value_name = "PPM", value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    score_ppm: Option<u32>,
    /// The price of the epoch before in wei: the price moves a bounded step away from it.
    #[arg(long, value_name = "WEI", requires = "score_ppm")]
    previous_wei: Option<u128>,
}

/// What `train` prints.
#[derive(Debug, Serialize)]
struct TrainOutput<'a> {
    task: &'static str,
    #[serde(flatten)]
    trained: &'a PriceTrained,
    fit_s: f64,
    out: Option<&'a Path>,
}

/// What `evaluate` prints.
#[derive(Debug, Serialize)]
struct EvaluateOutput<'a> {
    task: &'static str,
    #[serde(flatten)]
    evaluation: &'a PriceEvaluation,
    #[serde(flatten)]
    reading: Option<SalesReading>,
}

/// What `price` prints of an asset.
#[derive(Debug, Serialize)]
struct Priced {
    #[serde(flatten)]
    prediction: PricePrediction,
    /// The price after attention moved it, wei.
    #[serde(serialize_with = "optional_decimal", skip_serializing_if = "Option::is_none")]
    dynamic_price_wei: Option<u128>,
}

fn optional_decimal<S: serde::Serializer>(amount: &Option<u128>, serializer: S) -> Result<S::Ok, S::Error> {
    match amount {
        Some(amount) => decimal(amount, serializer),
        None => serializer.serialize_none(),
    }
}

/// The market of a folder.
fn market(folder: &Path) -> Result<Market, CliError> {
    let (assets, sales) = open_sales(folder)?;
    Market::read(assets, sales).map_err(|error| CliError::file(folder, error))
}

fn day(text: Option<&String>) -> Result<Option<i64>, CliError> {
    Ok(text.map(|text| parse_day(text)).transpose()?)
}

fn fit(
    file: &FileArgs,
    market: &Market,
    until_s: Option<i64>,
) -> Result<(PriceModel, PriceTrained), CliError> {
    let params = PriceParams::with_defaults(file.params()?, file.seed())?;
    let working = spinner("training");
    let fitted = file.on_threads(|| Ok(price::train(market, until_s, &params)?));
    working.finish_and_clear();
    fitted
}

pub(super) fn train(
    cli: &Cli,
    file: &FileArgs,
    args: &PriceTrainArgs,
    out: Option<&Path>,
) -> Result<(), CliError> {
    let until_s = day(args.until.as_ref())?;
    let market = market(file.path()?)?;
    let start = Instant::now();
    let (model, trained) = fit(file, &market, until_s)?;
    let fit_s = start.elapsed().as_secs_f64();
    if let Some(out) = out {
        write_atomic(out, &model.to_bytes()?)?;
    }
    if cli.json {
        return Ok(print_json(&TrainOutput { task: "price", trained: &trained, fit_s, out })?);
    }
    print_reading(trained.reading.as_ref());
    println!(
        "mean of {} times {} on {} sales, {} features",
        trained.params.members, trained.model, trained.rows, trained.features
    );
    if let Some(held_out) = &trained.held_out {
        println!("the last fifth of them, by a model of those before alone:");
        print_quality("held out", &held_out.quality);
    }
    println!("model_hash {}", trained.model_hash);
    Ok(())
}

pub(super) fn evaluate(
    cli: &Cli,
    file: &FileArgs,
    args: &PriceEvaluateArgs,
    model: Option<&Path>,
) -> Result<(), CliError> {
    let from_s = day(args.from.as_ref())?
        .ok_or_else(|| CliError::new(ExitStatus::Usage, "--from DATE is needed for task price"))?;
    let to_s = day(args.to.as_ref())?;
    let market = market(file.path()?)?;
    let model = match model {
        Some(path) => read_model(path)?,
        None => fit(file, &market, Some(from_s))?.0,
    };
    let evaluation = file.on_threads(|| Ok(price::evaluate(&market, &model, from_s, to_s)?))?;
    if cli.json {
        let output = EvaluateOutput { task: "price", evaluation: &evaluation, reading: market.reading() };
        return Ok(print_json(&output)?);
    }
    print_reading(market.reading().as_ref());
    print_quality("all", &evaluation.quality);
    for MonthQuality { month, quality } in &evaluation.months {
        print_quality(month, quality);
    }
    println!("model_hash {}", evaluation.model_hash);
    Ok(())
}

/// What became of the rows of the sales file, on one line.
fn print_reading(reading: Option<&SalesReading>) {
    let Some(SalesReading { rows, priced, dropped }) = reading else { return };
    let reasons: Vec<String> =
        dropped.iter().map(|(reason, rows)| format!("{rows} {}", reason.name())).collect();
    let dropped = if reasons.is_empty() { "none".to_owned() } else { reasons.join(", ") };
    println!("{rows} rows of sales, {priced} with a price that is believed; dropped: {dropped}");
}

fn print_quality(what: &str, quality: &PriceQuality) {
    println!(
        "{what:<8} {:>6} sales: MAE of ln {:.4}, 7-day median {:.4} ({:+.1} %), interval covers {:.1} %",
        quality.rows,
        quality.mae_log,
        quality.baseline_mae_log,
        -100.0 * quality.gain,
        100.0 * quality.interval_coverage
    );
}

fn read_model(path: &Path) -> Result<PriceModel, CliError> {
    let bytes = read_bounded(path, BUNDLE_BYTES_MAX as u64)?;
    PriceModel::from_bytes(&bytes).map_err(|error| CliError::file(path, error))
}

pub(super) fn run(cli: &Cli, args: &PriceArgs) -> Result<(), CliError> {
    if args.asset.len() > ASSETS_MAX {
        return Err(CliError::input(format!("{} assets, at most {ASSETS_MAX}", args.asset.len())));
    }
    let at_s = parse_day(&args.at)?;
    let model = read_model(&args.model)?;
    let market = market(&args.data)?;
    let assets: Vec<AssetId> = args.asset.iter().map(|&number| AssetId(number)).collect();
    let rule = DynamicPricing::default();
    let hindsight = if args.in_sample { Hindsight::Allowed } else { Hindsight::Refused };
    let predicted = price::predict(&market, &model, &assets, at_s, hindsight)?;
    if predicted.iter().any(|prediction| prediction.in_sample) {
        eprintln!("in sample: the model learnt from sales at or after {}: this is no forecast", args.at);
    }
    let priced = predicted
        .into_iter()
        .map(|prediction| {
            let moved = |score_ppm| rule.price_wei(prediction.price_wei, score_ppm, args.previous_wei);
            let dynamic_price_wei = args.score_ppm.map(moved).transpose()?;
            Ok(Priced { prediction, dynamic_price_wei })
        })
        .collect::<Result<Vec<_>, CliError>>()?;
    if cli.json {
        return Ok(print_json(&priced)?);
    }
    for Priced { prediction, dynamic_price_wei } in &priced {
        println!(
            "asset {}: {} wei, in eight of ten cases {} to {}",
            prediction.asset, prediction.price_wei, prediction.low_wei, prediction.high_wei
        );
        if let Some(moved) = dynamic_price_wei {
            println!("  moved by attention: {moved} wei");
        }
    }
    Ok(())
}
