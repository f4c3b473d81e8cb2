//! `spec`.

use std::path::PathBuf;

use attention_features::{InterestSpecValues, ModelSpec, Replay};
use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use serde_json::json;

use super::{Cli, CliError};
use crate::output::print_json;
use crate::spec_file;

/// What to do with a specification.
#[derive(Debug, Args)]
pub struct SpecArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Print the built-in specification for the sales data; edit what it prints for another one.
    Print {
        /// The interest model: what is fitted, with hyper-parameters for the sales data.
        #[arg(long, default_value = "logistic", value_parser = PossibleValuesParser::new(ModelSpec::KINDS))]
        model: String,
        /// Replay: the data epoch that chain epoch 0 plays.
        #[arg(long, value_name = "DATA_EPOCH")]
        replay_first: Option<u64>,
    },
    /// Print a specification's hash, 64 hex digits: what the contract is created with.
    Hash {
        /// The file.
        file: PathBuf,
    },
    /// Check a specification.
    Validate {
        /// The file.
        file: PathBuf,
    },
}

pub(super) fn run(cli: &Cli, args: &SpecArgs) -> Result<(), CliError> {
    match &args.action {
        Action::Print { model, replay_first } => {
            let mut values = InterestSpecValues::sales();
            let known = ModelSpec::sales(model);
            values.model = known.ok_or_else(|| CliError::input(format!("{model:?} is no kind of model")))?;
            values.replay = replay_first.map(|first| Replay {
                data_start_s: values.data_start_s,
                data_epoch_length_s: values.epoch_length_s,
                first,
            });
            spec_file::check(values.clone())?;
            Ok(print_json(&values)?)
        }
        Action::Hash { file } | Action::Validate { file } => {
            let spec = spec_file::read(file).map_err(|error| CliError::file(file, error))?;
            let hash = hex::encode(spec.hash());
            if cli.json {
                return Ok(print_json(&json!({"spec_hash": hash}))?);
            }
            println!("{hash}");
            Ok(())
        }
    }
}
