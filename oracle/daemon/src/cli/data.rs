//! `import` and `export`.

use std::io::Write;
use std::path::PathBuf;

use attention_features::{CleaningReport, EventLog, LogReport, read_assets, read_clean_sales};
use clap::Args;
use serde::Serialize;

use super::context::config;
use super::progress::bar;
use super::{Cli, CliError};
use crate::output::print_json;
use crate::store::{DataDir, EventStore, Inserted, read_bounded, write_atomic};

/// Largest asset file; the daemon reads no more of the copy that is kept.
const ASSETS_BYTES_MAX: u64 = 1 << 30;

/// What to import.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// Sales: timestamp,asset_id,price_wei,seller,buyer,block,tx.
    #[arg(long, value_name = "FILE")]
    sales: PathBuf,
    /// Assets: asset_id,type,gender,skin_tone,accessory_count,accessories.
    #[arg(long, value_name = "FILE")]
    assets: PathBuf,
    /// Write what was dropped and why as JSON.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

/// Where to export to.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// The file; standard output if absent.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Debug, Serialize)]
struct ImportReport {
    assets: usize,
    inserted: Inserted,
    events_total: u64,
    repeated: u64,
    conflicting: usize,
    late_conflicting: usize,
    cleaning: CleaningReport,
}

pub(super) fn import(cli: &Cli, args: &ImportArgs) -> Result<(), CliError> {
    let config = config(cli)?;
    let data = DataDir::create(&config.data_dir)?;
    let _lock = data.lock()?;
    let asset_bytes = read_bounded(&args.assets, ASSETS_BYTES_MAX)?;
    let catalog = read_assets(asset_bytes.as_slice(), &args.assets.display().to_string())?;
    let catalogue_is_new = is_new_catalogue(&data, &asset_bytes, args)?;
    let sales = std::fs::File::open(&args.sales).map_err(|error| CliError::file(&args.sales, error))?;
    let length = sales.metadata().map_err(|error| CliError::file(&args.sales, error))?.len();
    let reading = bar("reading sales, bytes", length);
    let name = args.sales.display().to_string();
    let rules = &config.spec.values().cleaning;
    let clean = read_clean_sales(reading.wrap_read(sales), &name, &catalog, rules)?;
    reading.finish_and_clear();
    // Only now: a file that is refused leaves the folder as it was.
    if catalogue_is_new {
        write_atomic(&data.assets(), &asset_bytes)?;
    }
    let mut store = EventStore::open(&data.events())?;
    let writing = bar("storing events", u64::try_from(clean.events.len()).unwrap_or(u64::MAX));
    let inserted = store.insert(&clean.events, |done| writing.set_position(done))?;
    writing.finish_and_clear();
    let (log, log_report) = EventLog::new(store.load()?, |time_s| config.spec.data_epoch_of(time_s))?;
    drop(log);
    let LogReport { repeated, conflicting, late_conflicting } = log_report;
    let report = ImportReport {
        assets: catalog.len(),
        inserted,
        events_total: store.count()?,
        repeated,
        conflicting: conflicting.len(),
        late_conflicting: late_conflicting.len(),
        cleaning: clean.report,
    };
    if let Some(path) = &args.report {
        let bytes = serde_json::to_vec_pretty(&report).map_err(|error| CliError::file(path, error))?;
        write_atomic(path, &bytes)?;
    }
    if cli.json {
        return Ok(print_json(&report)?);
    }
    print_report(&report);
    Ok(())
}

/// Whether the folder has no catalogue yet. It decides which negatives are drawn: another one is another world.
fn is_new_catalogue(data: &DataDir, bytes: &[u8], args: &ImportArgs) -> Result<bool, CliError> {
    match read_bounded(&data.assets(), ASSETS_BYTES_MAX) {
        Ok(kept) if kept == bytes => Ok(false),
        Ok(_) => {
            let problem = format!(
                "is not the catalogue in {}; use that one, or a new data folder",
                data.assets().display()
            );
            Err(CliError::file(&args.assets, problem))
        }
        Err(error) if error.is_missing() => Ok(true),
        Err(error) => Err(error.into()),
    }
}

fn print_report(report: &ImportReport) {
    let cleaning = &report.cleaning;
    println!(
        "{} assets, {} rows, {} sales kept ({} with a price)",
        report.assets, cleaning.rows, cleaning.sales_kept, cleaning.sales_priced
    );
    println!(
        "{} events: {} new, {} known; {} in all",
        cleaning.events, report.inserted.new, report.inserted.known, report.events_total
    );
    for (reason, count) in &cleaning.counts {
        println!("{count:>8}  {reason:?}: {}", reason.effect());
        for example in cleaning.examples.get(reason).into_iter().flatten().take(1) {
            println!("          line {}: {}", example.line, example.found);
        }
    }
    if report.conflicting > 0 || report.late_conflicting > 0 {
        println!(
            "{} ids with different content dropped, {} later ones",
            report.conflicting, report.late_conflicting
        );
    }
}

pub(super) fn export(cli: &Cli, args: &ExportArgs) -> Result<(), CliError> {
    let config = config(cli)?;
    let data = DataDir::open(&config.data_dir)?;
    let events = EventStore::open(&data.events())?.load()?;
    let (log, _) = EventLog::new(events, |time_s| config.spec.data_epoch_of(time_s))?;
    let mut out: Vec<u8> = Vec::new();
    for event in log.events() {
        serde_json::to_writer(&mut out, event).map_err(|error| CliError::input(error.to_string()))?;
        out.push(b'\n');
    }
    match &args.out {
        Some(path) => write_atomic(path, &out)?,
        None => std::io::stdout().lock().write_all(&out)?,
    }
    Ok(())
}
