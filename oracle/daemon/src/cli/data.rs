//! `export`.

use std::io::Write;
use std::path::{Path, PathBuf};

use attention_engine::is_parquet_name;
use attention_features::EventLog;
use clap::Args;

use super::context::config;
use super::outputs::STANDARD;
use super::{Cli, CliError};
use crate::epoch::epoch_of;
use crate::store::{DataDir, EventStore, OutputTarget, write_atomic};

/// Where to export to.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// The file: JSON lines, or Parquet if its name ends in .parquet; JSON lines on standard output if absent or -.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(super) fn export(cli: &Cli, args: &ExportArgs) -> Result<(), CliError> {
    let config = config(cli)?;
    let data = DataDir::open(&config.data_dir)?;
    let events = EventStore::open(&data.events())?.load()?;
    let (log, _) = EventLog::new(events, epoch_of(&config))?;
    if let Some(path) = args.out.as_deref().filter(|path| is_parquet_name(path)) {
        return Ok(attention_engine::write_events(&OutputTarget::of(path)?.file()?, log.events())?);
    }
    let mut out: Vec<u8> = Vec::new();
    for event in log.events() {
        serde_json::to_writer(&mut out, event).map_err(|error| CliError::input(error.to_string()))?;
        out.push(b'\n');
    }
    match args.out.as_deref().filter(|path| *path != Path::new(STANDARD)) {
        Some(path) => write_atomic(path, &out)?,
        None => std::io::stdout().lock().write_all(&out)?,
    }
    Ok(())
}
