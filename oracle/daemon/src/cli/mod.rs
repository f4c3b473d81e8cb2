//! The command line: one file per command.

mod analysis;
mod behaviour;
mod bench;
mod campaign;
mod churn;
mod claim;
mod columns;
mod context;
mod curves;
mod data;
mod doctor;
mod epoch;
mod error;
mod event_file;
mod explain;
mod export_model;
mod fairness;
mod features;
mod import;
mod init;
mod insight;
mod keys;
mod links;
mod model;
mod models;
mod operator;
mod outputs;
mod post;
mod predict;
mod price;
mod progress;
mod query;
mod recommend;
mod report;
mod report_text;
mod run;
mod search;
mod simulate;
mod spec;
mod table;
mod table_file;
mod task_options;
mod train;
mod trials_file;
mod watch;

use std::path::PathBuf;

use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

pub use error::CliError;

use crate::config::{CONFIG_FILE_ENV, DEFAULT_FILE};

const EXIT_CODES: &str = "Exit codes: 0 done · 1 failed · 2 wrong arguments · 3 bad configuration, file or other input · \
4 chain or node not reachable, stale, or transaction refused · 5 refused: sign-once guard, or a verification mismatch";

/// Attention oracle: from behaviour to signed scores and claimable rewards.
#[derive(Debug, Parser)]
#[command(name = "attention-oracle", version, after_help = EXIT_CODES, propagate_version = true)]
pub struct Cli {
    /// Configuration file.
    #[arg(long, global = true, env = CONFIG_FILE_ENV, default_value = DEFAULT_FILE, value_name = "FILE")]
    pub config: PathBuf,
    /// Print one JSON document on standard output instead of text.
    #[arg(long, global = true)]
    pub json: bool,
    /// Format of the log on standard error (RUST_LOG chooses what is logged).
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text, value_name = "FORMAT")]
    pub log_format: LogFormat,
    /// File with the passphrase of the keys, mode 0600 (else ATTENTION_PASSPHRASE_FILE, else a prompt).
    #[arg(long, global = true, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a configuration file and make the data folder.
    #[command(
        after_help = "Example: attention-oracle init --config op0/attention.toml --chain-id my-1 --rpc http://127.0.0.1:26657"
    )]
    Init(init::InitArgs),
    /// Make, show, import and export keys.
    #[command(after_help = "Example: attention-oracle keys add signer --passphrase-file pass")]
    Keys(keys::KeysArgs),
    /// Import sales, events of every kind and assets; importing the same again changes nothing.
    #[command(
        after_help = "Example: attention-oracle import --sales sales.csv --assets assets.csv --report cleaning.json
Example: attention-oracle import --events events.csv --assets assets.csv --dry-run --json"
    )]
    Import(import::ImportArgs),
    /// Train a model: that of an epoch (kept, and used when the epoch is scored), or one of a table.
    #[command(after_help = "Example: attention-oracle train --task interest --epoch 0
Example: attention-oracle train --task interest --data sessions.csv --target revenue --model gbdt --out M.model
Example: attention-oracle train --data sessions.csv --target revenue --model mlp --out M.model --tensorboard runs/mlp
Example: attention-oracle train --data sessions.csv --spec spec.json --out M.model
Example: attention-oracle train --task price --data punks --until 2020-01-01 --out P.model
Example: attention-oracle train --task recommend --data interactions.csv --out R.model
Example: attention-oracle train --task churn --data punks --until 2020-01-01 --model logistic --out C.model")]
    Train(train::TrainArgs),
    /// Search hyper-parameters for a model of a table; the result is a specification for `train --spec`.
    #[command(
        after_help = "Example: attention-oracle search --data sessions.csv --target revenue --model gbdt,logistic \
--trials 30 --trials-file trials.jsonl --out spec.json
Example: attention-oracle search --print-space"
    )]
    Search(search::SearchArgs),
    /// Evaluate a model: that of the epochs on the test cuts beside its baselines, or one of a table on another table.
    #[command(after_help = "Example: attention-oracle evaluate --task interest --json
Example: attention-oracle evaluate --model M.model --data other.csv --json
Example: attention-oracle evaluate --task price --data punks --from 2020-01-01 --model P.model --json
Example: attention-oracle evaluate --task recommend --data interactions.csv --json
Example: attention-oracle evaluate --task churn --data punks --from 2020-01-01 --model C.model --json")]
    Evaluate(train::EvaluateArgs),
    /// What a model of a table predicts for every row of a file.
    #[command(after_help = "Example: attention-oracle predict --model M.model --data other.csv --out P.csv")]
    Predict(predict::PredictArgs),
    /// Keep versions of models of every task, compare challengers with the champion, promote the better one.
    #[command(
        after_help = "Example: attention-oracle models add M.model --name sessions --spec spec.json --data held_out.csv
Example: attention-oracle models promote sessions@2 --data held_out.csv --margin-micro 1000
Example: attention-oracle models compare prices@2 --data punks --from 2020-01-01"
    )]
    Models(models::ModelsArgs),
    /// What assets would sell for at a moment, from what was known before it.
    #[command(
        after_help = "Example: attention-oracle price --model P.model --data punks --asset 17,4242 --at 2020-12-01"
    )]
    Price(price::PriceArgs),
    /// Which attributes of assets draw attention, how surely, and what they add to the price.
    #[command(
        after_help = "Example: attention-oracle insight --data punks --from 2020-01-01 --until 2021-01-01 --plot insight.svg"
    )]
    Insight(insight::InsightArgs),
    /// What users do: segments, cohorts, retention, drift.
    #[command(
        subcommand,
        after_help = "Example: attention-oracle behaviour segments --data punks --plot segments.svg
Example: attention-oracle behaviour drift --model M.model --data sessions.csv --later other.csv --json"
    )]
    Behaviour(behaviour::BehaviourCommand),
    /// Whether a model treats groups alike, by a definition that is chosen.
    #[command(
        after_help = "Example: attention-oracle fairness --model M.model --data sessions.csv --group visitor_type --json"
    )]
    Fairness(fairness::FairnessArgs),
    /// Why an account has the attention it has, or why a model predicts what it predicts for a row.
    #[command(after_help = "Example: attention-oracle explain --account wasm1... --epoch 0
Example: attention-oracle explain --model M.model --data sessions.csv --row 17")]
    Explain(explain::ExplainArgs),
    /// The features of every user and asset at a moment, as integers that are the same everywhere, and their root.
    #[command(after_help = "Example: attention-oracle features --at 2020-05-08 --out features.parquet
Example: attention-oracle features --lint mine.sql")]
    Features(features::FeaturesArgs),
    /// Measure time, memory and quality.
    #[command(subcommand, after_help = "Example: attention-oracle bench models --dataset interest-1m --json")]
    Bench(bench::BenchCommand),
    /// Quantiles of past attention, to choose a campaign's scale.
    #[command(after_help = "Example: attention-oracle scale --from 23 --to 34 --terms terms.json")]
    Scale(model::ScaleArgs),
    /// Scores of users and assets in an epoch.
    #[command(after_help = "Example: attention-oracle score --epoch 0 --dry-run")]
    Score(epoch::ScoreArgs),
    /// Build, show or verify the report of an epoch.
    #[command(after_help = "Example: attention-oracle report verify --epoch 0")]
    Report(report::ReportArgs),
    /// Look for what convicts a pending report, and recompute it.
    #[command(after_help = "Example: attention-oracle watch --epoch 0 --submit")]
    Watch(watch::WatchArgs),
    /// Build the open epoch's report and sign it, at most one digest for ever.
    #[command(after_help = "Example: attention-oracle sign --epoch 0")]
    Sign(post::EpochArgs),
    /// Build, sign, collect peers' signatures and post.
    #[command(after_help = "Example: attention-oracle submit --epoch 0")]
    Submit(post::EpochArgs),
    /// Settle the commitments of a final epoch.
    #[command(after_help = "Example: attention-oracle settle --epoch 0")]
    Settle(post::EpochArgs),
    /// The claim proof of an account.
    #[command(after_help = "Example: attention-oracle proof --campaign 1 --account wasm1...")]
    Proof(claim::ProofArgs),
    /// Claim everything a wallet can, in one transaction.
    #[command(after_help = "Example: attention-oracle claim --key alice --api http://127.0.0.1:7780")]
    Claim(claim::ClaimArgs),
    /// Where chain and contract stand.
    #[command(after_help = "Example: attention-oracle status --json")]
    Status,
    /// Check everything an operator needs before running.
    #[command(after_help = "Example: attention-oracle doctor --passphrase-file pass")]
    Doctor,
    /// Run the daemon.
    #[command(after_help = "Example: attention-oracle run --passphrase-file pass --log-format json")]
    Run,
    /// Derive or check a link file.
    #[command(after_help = "Example: attention-oracle links derive --mnemonic-file words --out links.csv")]
    Links(links::LinksArgs),
    /// Print, hash or check a specification.
    #[command(after_help = "Example: attention-oracle spec print --replay-first 35 > spec.json")]
    Spec(spec::SpecArgs),
    /// Create, fund, stop or refund a campaign.
    #[command(
        after_help = "Example: attention-oracle campaign create --key sponsor --create create.json --funds 1000000ureward"
    )]
    Campaign(campaign::CampaignArgs),
    /// Ask the contract.
    #[command(after_help = "Example: attention-oracle query '{\"campaign\":{\"campaign\":1}}'")]
    Query(query::QueryArgs),
    /// Prove possession of a key, or look at the configuration of an epoch.
    #[command(after_help = "Example: attention-oracle operator possession --admin wasm1...")]
    Operator(operator::OperatorArgs),
    /// Make a synthetic world: events of every kind, and the truth behind them.
    #[command(after_help = "Example: attention-oracle simulate --users 1000 --days 90 --seed 1 --out world
Example: attention-oracle import --events world/events.csv --assets world/assets.csv")]
    Simulate(simulate::SimulateArgs),
    /// Write the events as JSON lines.
    #[command(after_help = "Example: attention-oracle export --out events.jsonl")]
    Export(data::ExportArgs),
    /// Write a model of a table in a format that other programs read.
    #[command(
        after_help = "Example: attention-oracle export-model --model M.model --format onnx --out M.onnx"
    )]
    ExportModel(export_model::ExportModelArgs),
}

impl Cli {
    /// Reads the command line: what it says, and what of it was given and what is a default.
    ///
    /// # Errors
    /// Wrong arguments, and what is no error but help or version.
    pub fn read() -> Result<(Self, ArgMatches), clap::Error> {
        let given = Self::command().try_get_matches()?;
        Ok((Self::from_arg_matches(&given)?, given))
    }
}

/// Runs a command; `given` is what of it was given.
///
/// # Errors
/// [`CliError`] with the exit status.
pub fn execute(cli: &Cli, given: &ArgMatches) -> Result<(), CliError> {
    match (&cli.command, given.subcommand()) {
        (Command::Train(args), Some((_, given))) => args.check(given)?,
        (Command::Evaluate(args), Some((_, given))) => args.check(given)?,
        _ => {}
    }
    outputs::check(given, &cli.config)?;
    match &cli.command {
        Command::Init(args) => init::run(cli, args),
        Command::Keys(args) => keys::run(cli, args),
        Command::Import(args) => import::run(cli, args),
        Command::Simulate(args) => simulate::run(cli, args),
        Command::Export(args) => data::export(cli, args),
        Command::ExportModel(args) => export_model::run(cli, args),
        Command::Train(args) => train::train(cli, args),
        Command::Search(args) => search::run(cli, args),
        Command::Evaluate(args) => train::evaluate(cli, args),
        Command::Predict(args) => predict::run(cli, args),
        Command::Models(args) => models::run(cli, args),
        Command::Price(args) => price::run(cli, args),
        Command::Insight(args) => insight::run(cli, args),
        Command::Behaviour(command) => behaviour::run(cli, command),
        Command::Fairness(args) => fairness::run(cli, args),
        Command::Explain(args) => explain::run(cli, args),
        Command::Features(args) => features::run(cli, args),
        Command::Bench(command) => bench::run(cli, command),
        Command::Scale(args) => model::scale(cli, args),
        Command::Links(args) => links::run(cli, args),
        Command::Spec(args) => spec::run(cli, args),
        Command::Score(args) => context::block_on(epoch::score(cli, args)),
        Command::Report(args) => context::block_on(report::run(cli, args)),
        Command::Watch(args) => context::block_on(watch::run(cli, args)),
        Command::Sign(args) => context::block_on(post::sign(cli, args)),
        Command::Submit(args) => context::block_on(post::submit(cli, args)),
        Command::Settle(args) => context::block_on(post::settle(cli, args)),
        Command::Proof(args) => context::block_on(claim::proof(cli, args)),
        Command::Claim(args) => context::block_on(claim::run(cli, args)),
        Command::Status => context::block_on(query::status(cli)),
        Command::Operator(args) => context::block_on(operator::run(cli, args)),
        Command::Query(args) => context::block_on(query::run(cli, args)),
        Command::Doctor => context::block_on(doctor::run(cli)),
        Command::Campaign(args) => context::block_on(campaign::run(cli, args)),
        Command::Run => context::block_on(run::run(cli)),
    }
}
