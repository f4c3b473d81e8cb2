//! `predict`: what a model says of every row of a table.

use std::io::Write;
use std::path::{Path, PathBuf};

use attention_engine::{PredictionColumn, PredictionValues, is_parquet_name, write_predictions};
use attention_tasks::interest::{self, Predictions};
use attention_tasks::table::TargetType;
use clap::{Args, ValueEnum};
use serde::Serialize;

use super::outputs::STANDARD;
use super::progress::spinner;
use super::table::{read_bundle, reading_lines};
use super::table_file::read_table;
use super::train::on_threads;
use super::{Cli, CliError};
use crate::output::{print_json, tell};
use crate::store::{OutputTarget, write_atomic};

/// What to predict.
#[derive(Debug, Args)]
pub struct PredictArgs {
    /// The model that `train --out` wrote.
    #[arg(long, value_name = "FILE")]
    model: PathBuf,
    /// The table (CSV with a header, or Parquet); it need not have the target.
    #[arg(long, value_name = "FILE")]
    data: PathBuf,
    /// Where to write the predictions; - writes them to standard output, as CSV.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// How to write them; by default as the file's name says: Parquet if it ends in .parquet, else CSV.
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<Format>,
    /// A column that names the rows; it is written beside the predictions.
    #[arg(long, value_name = "COLUMN")]
    id: Option<String>,
    /// Threads; they change the time, not the predictions. 0 takes all.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u64).range(0..=256))]
    threads: u64,
}

/// How predictions are written: row from 1 below the header, the name if one was asked for, prediction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
enum Format {
    /// `row,prediction` or `row,id,prediction`; numbers with as many digits as tell them apart.
    Csv,
    /// Columns `row` (int64), `id` (string) and `prediction` (double).
    Parquet,
}

impl Format {
    fn of(path: &Path) -> Self {
        if is_parquet_name(path) { Self::Parquet } else { Self::Csv }
    }

    /// Writes the predictions; the bytes.
    fn write(self, path: &Path, predictions: &Predictions) -> Result<u64, CliError> {
        match self {
            Self::Csv => {
                let content = write_csv(predictions).map_err(|error| CliError::file(path, error))?;
                if path == Path::new(STANDARD) {
                    std::io::stdout().lock().write_all(&content)?;
                } else {
                    write_atomic(path, &content)?;
                }
                Ok(content.len() as u64)
            }
            Self::Parquet => write_parquet(&OutputTarget::of(path)?.file()?, predictions),
        }
    }

    /// Refuses what cannot go where it is to go, before any work.
    fn check(self, path: &Path, json: bool) -> Result<(), CliError> {
        let standard = path == Path::new(STANDARD);
        match self {
            Self::Csv if standard && json => {
                Err(CliError::usage("--out - and --json both write to standard output: name a file"))
            }
            Self::Parquet if standard => {
                Err(CliError::usage("--out -: a Parquet file is written as a whole; name a file"))
            }
            Self::Parquet => {
                let file = OutputTarget::of(path).and_then(OutputTarget::file);
                file.map(drop).map_err(|error| CliError::usage(format!("--out {error}")))
            }
            Self::Csv => Ok(()),
        }
    }
}

/// What `predict` prints.
#[derive(Debug, Serialize)]
struct Output<'a> {
    #[serde(flatten)]
    predictions: &'a Predictions,
    format: Format,
    out: &'a Path,
    bytes: u64,
}

pub(super) fn run(cli: &Cli, args: &PredictArgs) -> Result<(), CliError> {
    let format = args.format.unwrap_or_else(|| Format::of(&args.out));
    format.check(&args.out, cli.json)?;
    let bundle = read_bundle(&args.model)?;
    let bytes = read_table(&args.data)?;
    let working = spinner("predicting");
    let name = args.data.display().to_string();
    let predictions =
        on_threads(args.threads, || Ok(interest::predict(&bytes, &name, &bundle, args.id.as_deref())?));
    working.finish_and_clear();
    let predictions = predictions?;
    let bytes = format.write(&args.out, &predictions)?;
    if cli.json {
        let output = Output { predictions: &predictions, format, out: &args.out, bytes };
        return Ok(print_json(&output)?);
    }
    let what = match predictions.target_kind {
        TargetType::Binary => "probabilities",
        TargetType::Real => "values",
    };
    // What is said about the rows must not stand among them.
    let say = |line: String| if args.out == Path::new(STANDARD) { tell(line) } else { println!("{line}") };
    say(format!(
        "{} {what} of {:?}, from {} to {}, {} on average: {}",
        predictions.rows,
        predictions.target,
        predictions.least,
        predictions.largest,
        predictions.mean,
        args.out.display()
    ));
    reading_lines(&predictions.reading).into_iter().for_each(say);
    say(format!("model_hash {}", predictions.model_hash));
    Ok(())
}

fn write_parquet(path: &Path, predictions: &Predictions) -> Result<u64, CliError> {
    let rows: Vec<Option<i64>> = (1..).take(predictions.values.len()).map(Some).collect();
    let values: Vec<Option<f64>> = predictions.values.iter().copied().map(Some).collect();
    let ids: Option<Vec<Option<String>>> =
        predictions.ids.as_ref().map(|ids| ids.iter().cloned().map(Some).collect());
    let mut columns = vec![PredictionColumn { name: "row", values: PredictionValues::Integer(&rows) }];
    if let Some(ids) = &ids {
        columns.push(PredictionColumn { name: "id", values: PredictionValues::Text(ids) });
    }
    columns.push(PredictionColumn { name: "prediction", values: PredictionValues::Real(&values) });
    write_predictions(path, &columns)?;
    Ok(std::fs::metadata(path).map_err(|error| CliError::file(path, error))?.len())
}

fn write_csv(predictions: &Predictions) -> Result<Vec<u8>, csv::Error> {
    let mut out = csv::Writer::from_writer(Vec::new());
    let header: &[&str] =
        if predictions.ids.is_some() { &["row", "id", "prediction"] } else { &["row", "prediction"] };
    out.write_record(header)?;
    for (place, value) in predictions.values.iter().enumerate() {
        out.write_field((place + 1).to_string())?;
        if let Some(ids) = &predictions.ids {
            // A cell a row of the same file.
            out.write_field(&ids[place])?;
        }
        out.write_field(value.to_string())?;
        out.write_record(None::<&[u8]>)?;
    }
    out.into_inner().map_err(|error| error.into_error().into())
}
