//! The binary: arguments, log, exit code.

use std::io::IsTerminal;
use std::process::ExitCode;

use attention_oracle::cli::{Cli, LogFormat, execute};
use attention_oracle::output::{ExitStatus, tell};
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

/// Says what went wrong as the log is written: as one line, or as one JSON object `{"error", "exit_code"}`.
fn fail(format: LogFormat, message: &str, status: ExitStatus) -> ExitCode {
    match format {
        LogFormat::Text => tell(format_args!("error: {message}")),
        LogFormat::Json => tell(serde_json::json!({ "error": message, "exit_code": status as u8 })),
    }
    ExitCode::from(status as u8)
}

/// Ends at wrong arguments, or at what is no error but help or version. The arguments could not be read, so that the format of the
/// log is looked for among them.
fn refuse(error: &clap::Error) -> ExitCode {
    let words: Vec<String> = std::env::args().collect();
    let json = words.iter().any(|word| word == "--log-format=json")
        || words.windows(2).any(|pair| pair[0] == "--log-format" && pair[1] == "json");
    if !json || !error.use_stderr() {
        error.exit();
    }
    let message = error.render().to_string();
    fail(LogFormat::Json, message.strip_prefix("error: ").unwrap_or(&message).trim_end(), ExitStatus::Usage)
}

fn main() -> ExitCode {
    end_when_output_is_closed();
    let (cli, given) = match Cli::read() {
        Ok(read) => read,
        Err(error) => return refuse(&error),
    };
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
    match execute(&cli, &given) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.status == ExitStatus::Ok => ExitCode::SUCCESS,
        Err(error) => fail(cli.log_format, &error.message, error.status),
    }
}
