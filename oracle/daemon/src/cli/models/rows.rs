//! What models are measured on: a file, or a folder of sales from a day on, as their task needs it.

use std::path::Path;

use attention_tasks::Task;
use attention_tasks::price::parse_day;
use attention_tasks::registry::Rows;
use clap::Args;

use crate::cli::CliError;
use crate::cli::table_file::read_table;
use crate::output::ExitStatus;
use crate::store::read_bounded;

/// Largest assets.csv or sales.csv, in bytes.
const SALES_BYTES_MAX: u64 = 1 << 30;

/// From when on.
#[derive(Debug, Args)]
pub struct FromArgs {
    /// Tasks price and churn: predict the sales, or the cuts, from this day (UTC) on, each from what was known before it. No model
    /// that is measured may have learnt from this day or a later one.
    #[arg(long, value_name = "DATE", requires = "data")]
    from: Option<String>,
}

/// Reads what a model of a task is measured on.
///
/// # Errors
/// A file where a folder is needed or the reverse, and what cannot be read, as bad input; a day that is missing or of no use as wrong
/// arguments.
pub(super) fn read(task: Task, data: &Path, from: &FromArgs) -> Result<Rows, CliError> {
    let name = task.name();
    let usage = |problem: String| CliError::new(ExitStatus::Usage, problem);
    if !task.is_of_sales() {
        if data.is_dir() {
            let problem = format!(
                "is a folder; models of the task {name} are measured on a file, CSV with a header or Parquet"
            );
            return Err(CliError::file(data, problem));
        }
        if from.from.is_some() {
            return Err(usage(format!(
                "--from is for models of the tasks price and churn, this is one of {name}"
            )));
        }
        let bytes = read_table(data)?;
        return Ok(Rows::File { name: data.display().to_string(), bytes });
    }
    if data.is_file() {
        let problem = format!(
            "is a file; models of the task {name} are measured on a folder with assets.csv and sales.csv"
        );
        return Err(CliError::file(data, problem));
    }
    let day = from.from.as_deref();
    let day = day.ok_or_else(|| usage(format!("--from DATE is needed for models of the task {name}")))?;
    let from_s = parse_day(day)?;
    let read = |name: &str| -> Result<Vec<u8>, CliError> {
        let path = data.join(name);
        Ok(read_bounded(&path, SALES_BYTES_MAX)?)
    };
    Ok(Rows::Sales { assets: read("assets.csv")?, sales: read("sales.csv")?, from_s })
}
