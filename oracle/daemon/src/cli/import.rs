//! `import`: sales and events of every kind, cleaned and kept.

use std::path::{Path, PathBuf};

use attention_features::{
    AssetCatalog, BehaviourEvent, CleanEvents, CleanSales, CleaningReport, DataQualityReport, EventLog,
    LogReport, read_assets, read_clean_sales,
};
use clap::Args;
use serde::Serialize;

use super::context::config;
use super::event_file::{read_events, with_bar};
use super::progress::bar;
use super::{Cli, CliError};
use crate::config::Config;
use crate::epoch::epoch_of;
use crate::output::{print_json, tell};
use crate::store::{DataDir, EventStore, Inserted, read_bounded, write_atomic, write_private};

mod show;

/// Largest asset file; the daemon reads no more of the copy that is kept.
const ASSETS_BYTES_MAX: u64 = 1 << 30;

/// What to import.
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("what").required(true).multiple(true).args(["sales", "events"])))]
pub struct ImportArgs {
    /// Sales: timestamp,asset_id,price_wei,seller,buyer,block,tx.
    #[arg(long, value_name = "FILE", requires = "assets")]
    sales: Option<PathBuf>,
    /// Events of every kind: source,event_id,user,kind,asset,counterparty,quantity,price,event_time_s,receive_time_s
    /// in any order (schema/behaviour-event.json); as CSV, or as Parquet if the name ends in .parquet.
    #[arg(long, value_name = "FILE")]
    events: Option<PathBuf>,
    /// Assets: asset_id,type,gender,skin_tone,accessory_count,accessories. Without it, those of the data folder.
    #[arg(long, value_name = "FILE")]
    assets: Option<PathBuf>,
    /// Write what was found, dropped and flagged, and why, as JSON.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Read, clean and report; keep nothing.
    #[arg(long)]
    dry_run: bool,
}

/// What `import` prints. Of a dry run nothing is told about what is kept.
#[derive(Debug, Serialize)]
struct ImportReport {
    assets: usize,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    stored: Option<Stored>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cleaning: Option<CleaningReport>,
    #[serde(skip_serializing_if = "Option::is_none")]
    quality: Option<DataQualityReport>,
}

/// What is in the folder after an import.
#[derive(Debug, Serialize)]
struct Stored {
    inserted: Inserted,
    events_total: u64,
    repeated: u64,
    conflicting: usize,
    late_conflicting: usize,
}

/// The catalogue, and its bytes if the folder has none yet.
struct Assets {
    catalog: AssetCatalog,
    new: Option<Vec<u8>>,
}

pub(super) fn run(cli: &Cli, args: &ImportArgs) -> Result<(), CliError> {
    let config = config(cli)?;
    let report = if args.dry_run {
        let assets = assets(&config.data_dir.join("assets.csv"), args.assets.as_deref())?;
        let (_, report) = read(&config, args, &assets)?;
        report
    } else {
        keep(&config, args)?
    };
    if let Some(path) = &args.report {
        let bytes = serde_json::to_vec_pretty(&report).map_err(|error| CliError::file(path, error))?;
        write_atomic(path, &bytes)?;
    }
    if cli.json {
        return Ok(print_json(&report)?);
    }
    show::report(&report);
    Ok(())
}

/// Imports. Whatever is refused is refused before the first write.
fn keep(config: &Config, args: &ImportArgs) -> Result<ImportReport, CliError> {
    let data = DataDir::create(&config.data_dir)?;
    let _lock = data.lock()?;
    let assets = assets(&data.assets(), args.assets.as_deref())?;
    let (events, mut report) = read(config, args, &assets)?;
    if let Some(bytes) = &assets.new {
        write_private(&data.assets(), bytes)?;
    }
    let mut store = EventStore::open(&data.events())?;
    let writing = bar("storing events", u64::try_from(events.len()).unwrap_or(u64::MAX));
    let inserted = store.insert(&events, |done| writing.set_position(done))?;
    writing.finish_and_clear();
    drop(events); // the log holds them all once more
    let (_, log_report) = EventLog::new(store.load()?, epoch_of(config))?;
    let LogReport { repeated, conflicting, late_conflicting } = log_report;
    report.stored = Some(Stored {
        inserted,
        events_total: store.count()?,
        repeated,
        conflicting: conflicting.len(),
        late_conflicting: late_conflicting.len(),
    });
    Ok(report)
}

/// Reads and cleans the files; writes nothing.
fn read(
    config: &Config,
    args: &ImportArgs,
    assets: &Assets,
) -> Result<(Vec<BehaviourEvent>, ImportReport), CliError> {
    let catalog = &assets.catalog;
    let mut report = ImportReport { assets: catalog.len(), stored: None, cleaning: None, quality: None };
    let mut all = Vec::new();
    if let Some(path) = &args.sales {
        let rules = &config.spec.values().cleaning;
        let clean =
            with_bar("reading sales, bytes", path, |file, name| read_clean_sales(file, name, catalog, rules));
        let CleanSales { events, report: cleaning } = clean?;
        if cleaning.rows == 0 {
            tell(format_args!("warning: {}: no row below the header", path.display()));
        }
        all = events;
        report.cleaning = Some(cleaning);
    }
    if let Some(path) = &args.events {
        let CleanEvents { events, conflicting, report: quality } =
            read_events(path, catalog, epoch_of(config))?;
        if quality.rows == 0 {
            tell(format_args!("warning: {}: no row below the header", path.display()));
        }
        all.extend(events);
        // Kept too: whatever file comes next, the log drops the same copies.
        all.extend(conflicting);
        report.quality = Some(quality);
    }
    Ok((all, report))
}

/// The catalogue: the one given, which must be the folder's own if that has one; without one given, the folder's.
fn assets(kept: &Path, given: Option<&Path>) -> Result<Assets, CliError> {
    let own = match read_bounded(kept, ASSETS_BYTES_MAX) {
        Err(error) if error.is_missing() => None,
        read => Some(read?),
    };
    let Some(path) = given else {
        let missing = || {
            let kept = kept.display();
            CliError::input(format!("{kept} does not exist yet: give the catalogue with --assets FILE"))
        };
        let bytes = own.ok_or_else(missing)?;
        let catalog = read_assets(bytes.as_slice(), &kept.display().to_string())?;
        return Ok(Assets { catalog, new: None });
    };
    let bytes = read_bounded(path, ASSETS_BYTES_MAX)?;
    let catalog = read_assets(bytes.as_slice(), &path.display().to_string())?;
    match own {
        None => Ok(Assets { catalog, new: Some(bytes) }),
        Some(own) if own == bytes => Ok(Assets { catalog, new: None }),
        Some(_) => {
            // It decides which negatives are drawn: another one is another world.
            let problem =
                format!("is not the catalogue in {}; use that one, or a new data folder", kept.display());
            Err(CliError::file(path, problem))
        }
    }
}
