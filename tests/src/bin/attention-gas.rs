//! Measures what messages cost on a chain of its own; `scripts/gas` builds what it needs and calls it.

use std::path::PathBuf;
use std::process::ExitCode;

use attention_e2e::bed::store_contract;
use attention_e2e::gas::{Sizes, run};
use attention_e2e::{E2eError, LocalChain};
use clap::Parser;

/// Measures the gas of every message, and how it grows with campaigns, accounts and epochs.
#[derive(Debug, Parser)]
#[command(name = "attention-gas", version)]
struct Arguments {
    /// Where the figures go, as JSON.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Most campaigns and most accounts.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    max: u32,
    /// Most epochs.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=50))]
    epochs: u32,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match figures(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("gas: {error}");
            ExitCode::FAILURE
        }
    }
}

fn figures(arguments: &Arguments) -> Result<(), E2eError> {
    let up_to = |sizes: &[usize], max: u32| -> Vec<usize> {
        sizes.iter().copied().filter(|size| u32::try_from(*size).is_ok_and(|size| size <= max)).collect()
    };
    let many = up_to(&[1, 10, 100, 1_000, 10_000], arguments.max);
    let epochs = up_to(&[1, 10, 50], arguments.epochs);
    let chain = LocalChain::start("attention-gas-1")?;
    let code = store_contract(&chain)?;
    let figures = run(&chain, &code, &Sizes { campaigns: many.clone(), accounts: many, epochs })?;
    let text = serde_json::to_string_pretty(&figures).map_err(|error| E2eError::Output(error.to_string()))?;
    let path = &arguments.out;
    std::fs::write(path, text + "\n")
        .map_err(|source| E2eError::Io { what: path.display().to_string(), source })
}
