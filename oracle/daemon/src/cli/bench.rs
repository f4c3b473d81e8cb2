//! `bench models`: time, memory and quality of every estimator on one synthetic table.

use std::process::Command;
use std::time::Instant;

use attention_model::{Dataset, ModelError, Predict, auc, mean_log_loss};
use attention_tasks::estimator::{Estimator, Kind};
use attention_tasks::interest_1m::{COLUMNS, ROWS, interest_1m, schema};
use clap::{Args, Subcommand, ValueEnum};
use serde::{Deserialize, Serialize};
use tabled::builder::Builder;
use tabled::settings::Style;

use super::progress::spinner;
use super::train::on_threads;
use super::{Cli, CliError};
use crate::output::{ExitStatus, print_json};

/// What is measured.
#[derive(Debug, Subcommand)]
pub enum BenchCommand {
    /// Every estimator with its default parameters, each in a process of its own.
    Models(ModelsArgs),
}

/// On what, and which.
#[derive(Debug, Args)]
pub struct ModelsArgs {
    /// The table.
    #[arg(long, value_enum, default_value_t = Table::Interest1m)]
    dataset: Table,
    /// Only these estimators.
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_parser = super::table::kind_parser())]
    models: Vec<String>,
    /// Threads.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..=256))]
    threads: u64,
    /// Only the first rows of the table.
    #[arg(long, default_value_t = ROWS as u64, value_parser = clap::value_parser!(u64).range(100..=ROWS as u64))]
    rows: u64,
    /// Measure one estimator in this process and print its figures as JSON.
    #[arg(long, value_name = "KIND", hide = true)]
    here: Option<String>,
}

/// A table to measure on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Table {
    /// Synthetic: 1,000,000 rows, 20 features; four fifths to fit on, the rest to test on.
    #[value(name = "interest-1m")]
    Interest1m,
}

/// Figures of one estimator.
#[derive(Debug, Serialize, Deserialize)]
struct Figures {
    model: String,
    rows: u64,
    threads: u64,
    fit_s: f64,
    /// Processor time of all threads during the fit: what a busy machine does not change.
    fit_cpu_s: f64,
    predict_s: f64,
    /// Most memory of the process, the table included.
    peak_rss_mb: f64,
    auc: f64,
    log_loss: f64,
    model_hash: String,
}

impl From<ModelError> for CliError {
    fn from(error: ModelError) -> Self {
        Self::input(error)
    }
}

pub(super) fn run(cli: &Cli, command: &BenchCommand) -> Result<(), CliError> {
    let BenchCommand::Models(args) = command;
    let Table::Interest1m = args.dataset;
    if let Some(kind) = &args.here {
        return Ok(print_json(&measure(Kind::from_name(kind)?, args)?)?);
    }
    let chosen = |kind: &Kind| args.models.is_empty() || args.models.iter().any(|name| name == kind.name());
    let mut all = Vec::new();
    for kind in Kind::ALL.into_iter().filter(chosen) {
        let working = spinner(&format!("fitting {}", kind.name()));
        let figures = in_own_process(kind, args);
        working.finish_and_clear();
        all.push(figures?);
    }
    if cli.json {
        return Ok(print_json(&all)?);
    }
    println!("interest-1M-v1 (synthetic), {} rows, {} threads", args.rows, args.threads);
    println!("{}", table(&all));
    Ok(())
}

/// A new process for each, as the peak of memory is the process's.
fn in_own_process(kind: Kind, args: &ModelsArgs) -> Result<Figures, CliError> {
    let failed =
        |error: String| CliError::new(ExitStatus::Failed, format!("measuring {}: {error}", kind.name()));
    let program = std::env::current_exe().map_err(|error| failed(error.to_string()))?;
    let (threads, rows) = (args.threads.to_string(), args.rows.to_string());
    let arguments = ["bench", "models", "--here", kind.name(), "--threads", &threads, "--rows", &rows];
    let output = Command::new(program).args(arguments).output().map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        return Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
    }
    serde_json::from_slice(&output.stdout).map_err(|error| failed(error.to_string()))
}

fn measure(kind: Kind, args: &ModelsArgs) -> Result<Figures, CliError> {
    // At most ROWS.
    let rows = args.rows as usize;
    let (table, schema, training_rows) = (interest_1m(rows), schema()?, rows / 5 * 4);
    let (fit_values, test_values) = table.values.split_at(training_rows * COLUMNS);
    let (fit_labels, test_labels) = table.labels.split_at(training_rows);
    let training = Dataset::from_rows(&schema, fit_values, fit_labels)?;
    let test = Dataset::from_rows(&schema, test_values, test_labels)?;
    let estimator = Estimator::new(kind, None, 0)?;
    let (model, fit_s, fit_cpu_s, margins, predict_s) = on_threads(args.threads, || {
        let (start, cpu_s) = (Instant::now(), cpu_s());
        let model = estimator.fit(&training)?;
        let (fit_s, fit_cpu_s) = (start.elapsed().as_secs_f64(), self::cpu_s() - cpu_s);
        let start = Instant::now();
        let margins = model.margins(&test)?;
        Ok((model, fit_s, fit_cpu_s, margins, start.elapsed().as_secs_f64()))
    })?;
    Ok(Figures {
        model: kind.name().to_owned(),
        rows: args.rows,
        threads: args.threads,
        fit_s,
        fit_cpu_s,
        predict_s,
        peak_rss_mb: peak_rss_mb(),
        auc: auc(&margins, test_labels)?,
        log_loss: mean_log_loss(&margins, test_labels)?,
        model_hash: hex::encode(model.hash()),
    })
}

/// User and system time of this process so far, in seconds; 0 where there is no /proc.
fn cpu_s() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // After the command in brackets: utime and stime are numbers 14 and 15 of all fields, in hundredths of a second.
    let fields = text.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
    fields.filter_map(|field| field.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// Most memory that this process held so far, in MB; 0 where there is no /proc.
fn peak_rss_mb() -> f64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kilobytes.unwrap_or_default() / 1024.0
}

fn table(all: &[Figures]) -> String {
    let mut builder = Builder::default();
    builder.push_record(["model", "fit s", "CPU s", "predict s", "peak MB", "AUC", "log loss", "model hash"]);
    for figures in all {
        builder.push_record([
            figures.model.clone(),
            format!("{:.2}", figures.fit_s),
            format!("{:.2}", figures.fit_cpu_s),
            format!("{:.2}", figures.predict_s),
            format!("{:.0}", figures.peak_rss_mb),
            format!("{:.4}", figures.auc),
            format!("{:.4}", figures.log_loss),
            figures.model_hash.chars().take(16).collect(),
        ]);
    }
    builder.build().with(Style::sharp()).to_string()
}
