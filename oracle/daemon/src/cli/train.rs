//! `train` and `evaluate`: which task, on what.

use clap::{Args, ValueEnum};

use super::{Cli, CliError, model, table};

/// What is predicted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Task {
    /// The interest of a user in an asset; with --data, a column of any table.
    Interest,
}

/// Which model, trained on what.
#[derive(Debug, Args)]
pub struct TrainArgs {
    /// What is predicted.
    #[arg(long, value_enum, default_value_t = Task::Interest)]
    task: Task,
    #[command(flatten)]
    epochs: model::EpochArgs,
    #[command(flatten)]
    table: table::TableTrainArgs,
}

/// What to evaluate.
#[derive(Debug, Args)]
pub struct EvaluateArgs {
    /// What is predicted; with --model, what the model predicts.
    #[arg(long, value_enum, default_value_t = Task::Interest)]
    task: Task,
    #[command(flatten)]
    table: table::TableEvaluateArgs,
}

pub(super) fn train(cli: &Cli, args: &TrainArgs) -> Result<(), CliError> {
    let Task::Interest = args.task;
    if args.table.is_given() { table::train(cli, &args.table) } else { model::train(cli, &args.epochs) }
}

pub(super) fn evaluate(cli: &Cli, args: &EvaluateArgs) -> Result<(), CliError> {
    let Task::Interest = args.task;
    if args.table.is_given() { table::evaluate(cli, &args.table) } else { model::evaluate(cli) }
}
