//! The binary: arguments, log, exit code.

use std::io::IsTerminal;
use std::process::ExitCode;

use attention_oracle::cli::{Cli, LogFormat, execute};
use attention_oracle::output::{ExitStatus, tell};
use clap::Parser;
use tracing_subscriber::EnvFilter;

/// Ends quietly when the reader of the output has gone, as `head` does: nobody is left to be told. What is written without
/// `println` ends in the same way, as an error that says so.
fn end_when_output_is_closed() {
    let otherwise = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        let text = info.payload().downcast_ref::<String>().map_or("", String::as_str);
        if text.starts_with("failed printing to stdout: Broken pipe") {
            std::process::exit(0);
        }
        otherwise(info);
    }));
}

fn main() -> ExitCode {
    end_when_output_is_closed();
    let cli = Cli::parse();
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn,attention_oracle=info"));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    match cli.log_format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().init(),
    }
    match execute(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.status == ExitStatus::Ok => ExitCode::SUCCESS,
        Err(error) => {
            tell(format_args!("error: {error}"));
            ExitCode::from(error.status as u8)
        }
    }
}
