//! Models of epochs: `train --epoch`, `evaluate` on the test cuts, `scale`.

use std::collections::BTreeSet;
use std::path::PathBuf;

use attention_core::interest::{EvaluationReport, Quality, TEST_CUTS, evaluate_interest};
use attention_core::scale::advise_scale;
use attention_model::Predict;
use attention_protocol::CampaignTerms;
use clap::Args;
use serde_json::json;
use tabled::builder::Builder;
use tabled::settings::Style;

use super::context::{config, json_file};
use super::progress::{bar, spinner};
use super::{Cli, CliError};
use crate::epoch::{ModelCache, World};
use crate::output::{ExitStatus, print_json};
use crate::store::DataDir;

/// Most data epochs that `scale` looks at.
const SCALE_EPOCHS_MAX: u64 = 1_024;

/// Which epochs' models.
#[derive(Debug, Args)]
pub struct EpochArgs {
    /// The chain epoch.
    #[arg(long, conflicts_with = "data")]
    epoch: Option<u64>,
    /// How many epochs from there on.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=1024), requires = "epoch")]
    count: u64,
}

/// Which past to look at.
#[derive(Debug, Args)]
pub struct ScaleArgs {
    /// First data epoch.
    #[arg(long)]
    from: u64,
    /// Last data epoch.
    #[arg(long)]
    to: u64,
    /// Campaign terms (JSON); only their targets matter.
    #[arg(long, value_name = "FILE")]
    terms: PathBuf,
}

pub(super) fn train(cli: &Cli, args: &EpochArgs) -> Result<(), CliError> {
    let first = args
        .epoch
        .ok_or_else(|| CliError::new(ExitStatus::Usage, "--epoch or --data is needed; see --help"))?;
    let config = config(cli)?;
    let world = World::load(&config)?;
    let models = ModelCache::new(DataDir::open(&config.data_dir)?.models(), config.threads);
    let progress = bar("training", args.count);
    let mut out = Vec::new();
    for offset in 0..args.count {
        let epoch = first.checked_add(offset).ok_or_else(|| CliError::input("the epoch is too large"))?;
        let model = models.model(&world, epoch)?;
        let hash = hex::encode(model.hash());
        let cut_s = world.window(epoch)?.start_s;
        out.push(json!({
            "epoch": epoch, "window_start_s": cut_s, "model_hash": hash, "kind": model.kind(),
            "rows": model.rows(), "positives": model.positives(), "features": model.schema().len(),
        }));
        progress.inc(1);
    }
    progress.finish_and_clear();
    if cli.json {
        return Ok(print_json(&out)?);
    }
    for model in out {
        println!(
            "epoch {} model {} rows {} positives {}",
            model["epoch"], model["model_hash"], model["rows"], model["positives"]
        );
    }
    Ok(())
}

pub(super) fn evaluate(cli: &Cli) -> Result<(), CliError> {
    let config = config(cli)?;
    let world = World::load(&config)?;
    let progress = spinner("fitting and measuring");
    let report = evaluate_interest(&world.log, &world.catalog, &world.spec, TEST_CUTS)?;
    progress.finish_and_clear();
    if cli.json {
        return Ok(print_json(&report)?);
    }
    println!("{}", table(&report));
    println!(
        "{}: {} test rows, {:.4} positive, {} user groups",
        report.kind, report.rows, report.base_rate, report.within_user_groups
    );
    Ok(())
}

fn table(report: &EvaluationReport) -> String {
    let mut builder = Builder::default();
    builder.push_record(["predictor", "AUC", "within-user AUC", "log loss", "calibration error"]);
    for quality in std::iter::once(&report.model).chain(&report.baselines) {
        let Quality { name, auc, within_user_auc, log_loss, calibration_error } = quality;
        builder.push_record([
            (*name).to_owned(),
            format!("{auc:.4}"),
            format!("{within_user_auc:.4}"),
            format!("{log_loss:.5}"),
            format!("{calibration_error:.5}"),
        ]);
    }
    builder.build().with(Style::sharp()).to_string()
}

pub(super) fn scale(cli: &Cli, args: &ScaleArgs) -> Result<(), CliError> {
    let count = args.to.checked_sub(args.from).filter(|count| *count < SCALE_EPOCHS_MAX);
    let count = count.ok_or_else(|| {
        CliError::input(format!(
            "--from {} --to {}: rising, at most {SCALE_EPOCHS_MAX} epochs",
            args.from, args.to
        ))
    })?;
    let terms: CampaignTerms = json_file(&args.terms)?;
    terms.targets.validate().map_err(|error| CliError::file(&args.terms, error))?;
    let config = config(cli)?;
    let world = World::load(&config)?;
    let models = ModelCache::new(DataDir::open(&config.data_dir)?.models(), config.threads);
    let progress = bar("training and scoring", count + 1);
    let mut epochs = Vec::new();
    for data_epoch in args.from..=args.to {
        let model = models.model_of_data_epoch(&world, data_epoch)?;
        epochs.push(world.attention(world.data_window(data_epoch)?, &model, &BTreeSet::new())?);
        progress.inc(1);
    }
    progress.finish_and_clear();
    let advice = advise_scale(&epochs, &terms.targets, &world.catalog)?;
    if cli.json {
        return Ok(print_json(&advice)?);
    }
    println!("{} user-epochs with attention", advice.samples);
    for quantile in &advice.quantiles {
        println!("quantile {:>7} ppm: {}", quantile.level_ppm, quantile.attention);
    }
    println!("suggested scale: {}", advice.suggested_scale);
    Ok(())
}
