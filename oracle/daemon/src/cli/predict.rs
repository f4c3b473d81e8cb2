//! `predict`: what a model says of every row of a table.

use std::path::{Path, PathBuf};

use attention_tasks::interest::{self, Predictions};
use attention_tasks::table::{FILE_BYTES_MAX, TargetType};
use clap::{Args, ValueEnum};
use serde::Serialize;

use super::progress::spinner;
use super::table::{print_reading, read_bundle};
use super::train::on_threads;
use super::{Cli, CliError};
use crate::output::print_json;
use crate::store::{read_bounded, write_atomic};

/// What to predict.
#[derive(Debug, Args)]
pub struct PredictArgs {
    /// The model that `train --out` wrote.
    #[arg(long, value_name = "FILE")]
    model: PathBuf,
    /// The table (CSV with a header); it need not have the target.
    #[arg(long, value_name = "FILE")]
    data: PathBuf,
    /// Where to write the predictions.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// How to write them.
    #[arg(long, value_enum, default_value_t = Format::Csv, value_name = "FORMAT")]
    format: Format,
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
}

impl Format {
    fn write(self, predictions: &Predictions) -> Result<Vec<u8>, csv::Error> {
        match self {
            Self::Csv => write_csv(predictions),
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
    bytes: usize,
}

pub(super) fn run(cli: &Cli, args: &PredictArgs) -> Result<(), CliError> {
    let bundle = read_bundle(&args.model)?;
    let bytes = read_bounded(&args.data, FILE_BYTES_MAX as u64)?;
    let working = spinner("predicting");
    let name = args.data.display().to_string();
    let predictions =
        on_threads(args.threads, || Ok(interest::predict(&bytes, &name, &bundle, args.id.as_deref())?));
    working.finish_and_clear();
    let predictions = predictions?;
    let content = args.format.write(&predictions).map_err(|error| CliError::file(&args.out, error))?;
    write_atomic(&args.out, &content)?;
    if cli.json {
        let output =
            Output { predictions: &predictions, format: args.format, out: &args.out, bytes: content.len() };
        return Ok(print_json(&output)?);
    }
    let what = match predictions.target_kind {
        TargetType::Binary => "probabilities",
        TargetType::Real => "values",
    };
    println!(
        "{} {what} of {:?}, from {} to {}, {} on average: {}",
        predictions.rows,
        predictions.target,
        predictions.least,
        predictions.largest,
        predictions.mean,
        args.out.display()
    );
    print_reading(&predictions.reading);
    println!("model_hash {}", predictions.model_hash);
    Ok(())
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
