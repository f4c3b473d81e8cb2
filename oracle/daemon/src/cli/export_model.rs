//! `export-model`: a model in the format of others.

use std::path::{Path, PathBuf};

use attention_export::{ExportError, onnx};
use attention_model::Predict;
use clap::{Args, ValueEnum};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::table::read_bundle;
use super::{Cli, CliError};
use crate::output::print_json;
use crate::store::write_atomic;

/// What to export, and how.
#[derive(Debug, Args)]
pub struct ExportModelArgs {
    /// The model of a table that `train --out` wrote.
    #[arg(long, value_name = "FILE")]
    model: PathBuf,
    /// The format.
    #[arg(long, value_enum, default_value_t = ModelFormat::Onnx, value_name = "FORMAT")]
    format: ModelFormat,
    /// Where to write it.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// A format of models.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
enum ModelFormat {
    /// ONNX: rows of features as doubles in, probabilities or values out.
    Onnx,
}

/// What was written.
#[derive(Debug, Serialize)]
struct Exported<'a> {
    format: ModelFormat,
    model: &'static str,
    model_hash: String,
    /// The file's version, and those of the operators it needs.
    ir_version: i64,
    opset: i64,
    ml_opset: i64,
    /// Name and columns of the input, a matrix of doubles.
    input: &'static str,
    features: &'a [String],
    /// Name of the output, a matrix of one column of doubles.
    output: &'static str,
    out: &'a Path,
    bytes: usize,
    sha256: String,
}

impl From<ExportError> for CliError {
    fn from(error: ExportError) -> Self {
        Self::input(error)
    }
}

pub(super) fn run(cli: &Cli, args: &ExportModelArgs) -> Result<(), CliError> {
    let bundle = read_bundle(&args.model)?;
    let content = match args.format {
        ModelFormat::Onnx => onnx::encode(&bundle)?,
    };
    write_atomic(&args.out, &content)?;
    let exported = Exported {
        format: args.format,
        model: bundle.kind(),
        model_hash: hex::encode(bundle.hash()?),
        ir_version: onnx::IR_VERSION,
        opset: onnx::OPSET,
        ml_opset: onnx::ML_OPSET,
        input: onnx::INPUT,
        features: bundle.model().schema().names(),
        output: onnx::output_name(&bundle),
        out: &args.out,
        bytes: content.len(),
        sha256: hex::encode(Sha256::digest(&content)),
    };
    if cli.json {
        return Ok(print_json(&exported)?);
    }
    println!(
        "{} as ONNX (IR version {}, operator sets {} and ai.onnx.ml {}), {} bytes: {}",
        exported.model,
        exported.ir_version,
        exported.opset,
        exported.ml_opset,
        exported.bytes,
        args.out.display()
    );
    println!("input {:?}: {} columns of doubles, NaN if missing", exported.input, exported.features.len());
    println!("output {:?}: one column of doubles", exported.output);
    println!("model_hash {}", exported.model_hash);
    Ok(())
}
