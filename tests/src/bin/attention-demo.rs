//! Plays the demonstration; `scripts/demo` builds what it needs and calls it.

use std::path::PathBuf;
use std::process::ExitCode;

use attention_e2e::demo::{DemoOptions, Outcome, run};
use clap::Parser;

/// Plays six months of real sales through four operators and a real chain, pays tokens to wallets, and checks the money.
#[derive(Debug, Parser)]
#[command(name = "attention-demo", version)]
struct Arguments {
    /// Folder with sales.csv and assets.csv.
    #[arg(long)]
    data: PathBuf,
    /// Folder to work in; must be empty or not exist.
    #[arg(long)]
    work: PathBuf,
    /// Seconds from the contract's creation to the first epoch.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u64).range(10..=600))]
    lead: u64,
    /// Write everything as JSON.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Leave the chain and the operators running.
    #[arg(long)]
    keep: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let options = DemoOptions {
        data: arguments.data,
        work: arguments.work,
        lead_s: arguments.lead,
        keep: arguments.keep,
    };
    match run(&options)
        .map_err(|error| error.to_string())
        .and_then(|outcome| arguments.report.as_ref().map_or(Ok(()), |path| write(path, &outcome)))
    {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("demo: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write(path: &std::path::Path, outcome: &Outcome) -> Result<(), String> {
    let text = serde_json::to_string_pretty(outcome).map_err(|error| error.to_string())?;
    std::fs::write(path, text + "\n").map_err(|error| format!("{}: {error}", path.display()))
}
