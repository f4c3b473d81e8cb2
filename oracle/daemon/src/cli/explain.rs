//! `explain`: why an account has the attention it has, or why a model predicts what it predicts for a row of a table.

mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use attention_core::attention::{AttentionRow, score_of};
use attention_core::interest::{InterestPredictor, Reasons};
use attention_core::links::decode_address;
use attention_features::{AssetId, FeatureGroup, UserId};
use attention_protocol::{CampaignTerms, PPM};
use attention_tasks::interest::{RowExplanation, explain_row};
use clap::Args;
use serde::Serialize;

use super::context::{config, json_file};
use super::table::read_bundle;
use super::table_file::read_table;
use super::{Cli, CliError};
use crate::config::Config;
use crate::epoch::{ModelCache, World};
use crate::output::{ExitStatus, print_json};
use crate::store::DataDir;

/// What is to be explained.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// The account, whose link file names its user.
    #[arg(long, value_name = "ADDRESS", requires = "epoch", conflicts_with = "user")]
    account: Option<String>,
    /// The user, instead of an account.
    #[arg(long, requires = "epoch")]
    user: Option<String>,
    /// The chain epoch.
    #[arg(long, required_unless_present = "model")]
    epoch: Option<u64>,
    /// The terms of a campaign (JSON): explain the score in it, and of the attention only what counts for it.
    #[arg(long, value_name = "FILE", requires = "epoch")]
    terms: Option<PathBuf>,
    /// How many assets, and how many reasons of each, to print.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=1000))]
    top: u64,
    /// Explain this model of a table instead.
    #[arg(long, value_name = "FILE", requires_all = ["data", "row"], conflicts_with = "epoch")]
    model: Option<PathBuf>,
    /// The table (CSV with a header, or Parquet).
    #[arg(long, value_name = "FILE", requires = "model")]
    data: Option<PathBuf>,
    /// The row of the table, from 1 below its header.
    #[arg(long, value_name = "N", requires = "model", value_parser = clap::value_parser!(u64).range(1..))]
    row: Option<u64>,
}

/// Why a user has attention in an epoch.
#[derive(Debug, Serialize)]
struct UserExplanation {
    user: String,
    epoch: u64,
    window_start_s: i64,
    window_end_s: i64,
    model_hash: String,
    /// Σ engagement · interest over all assets, micro-units times 10^-9.
    attention: String,
    assets: Vec<AssetExplanation>,
    /// In the campaign of `--terms`.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    score: Option<CampaignScore>,
    /// The same in sentences, whose numbers add up as they are printed.
    words: Vec<String>,
}

/// The score that an attention is in a campaign, as long as nothing is known against the user's integrity.
#[derive(Debug, Serialize)]
struct CampaignScore {
    score_ppm: u32,
    /// Before it is held to a million.
    uncapped_ppm: u128,
}

/// What one asset adds.
#[derive(Debug, Serialize)]
struct AssetExplanation {
    asset: u32,
    engagement_micro: BTreeMap<&'static str, u64>,
    interest_ppb: u32,
    /// Σ engagement · interest of the asset.
    attention: String,
    share_ppm: u64,
    reasons: Reasons,
}

pub(super) fn run(cli: &Cli, args: &ExplainArgs) -> Result<(), CliError> {
    let top = usize::try_from(args.top).unwrap_or(usize::MAX);
    if let (Some(model), Some(data), Some(row)) = (&args.model, &args.data, args.row) {
        return table_row(cli, model, data, row, top);
    }
    let epoch = args.epoch.ok_or_else(|| CliError::new(ExitStatus::Usage, "--epoch or --model is needed"))?;
    let config = config(cli)?;
    let world = World::load(&config)?;
    let terms: Option<CampaignTerms> = args.terms.as_deref().map(json_file).transpose()?;
    if let (Some(terms), Some(path)) = (&terms, &args.terms) {
        terms.targets.validate().map_err(|error| CliError::file(path, error))?;
    }
    let user = asked_user(args, &config, &world)?;
    let explanation = explain_user(&config, &world, &user, epoch, terms.as_ref(), top)?;
    if cli.json {
        return Ok(print_json(&explanation)?);
    }
    print_user(&explanation, top);
    Ok(())
}

fn asked_user(args: &ExplainArgs, config: &Config, world: &World) -> Result<UserId, CliError> {
    match (&args.account, &args.user) {
        (Some(account), _) => {
            let id = decode_address(account, &config.chain.prefix).map_err(CliError::input)?;
            world.links.user(&id).cloned().ok_or_else(|| {
                CliError::input(format!("{account} is linked to no user: it has no score to explain"))
            })
        }
        (None, Some(user)) => Ok(UserId::new(user.as_str())?),
        (None, None) => Err(CliError::new(ExitStatus::Usage, "--account or --user is needed with --epoch")),
    }
}

fn explain_user(
    config: &Config,
    world: &World,
    user: &UserId,
    epoch: u64,
    terms: Option<&CampaignTerms>,
    top: usize,
) -> Result<UserExplanation, CliError> {
    let models = ModelCache::new(DataDir::open(&config.data_dir)?.models(), config.threads);
    let model = models.model(world, epoch)?;
    let window = world.window(epoch)?;
    let mut attention = world.attention(window, &model, &BTreeSet::new())?;
    if let Some(terms) = terms {
        attention = attention.within(&terms.targets, &world.catalog);
    }
    let predictor = world.predictor(window, &model)?;
    let mut by_asset: BTreeMap<AssetId, Vec<&AttentionRow>> = BTreeMap::new();
    for row in attention.rows().iter().filter(|row| row.user == *user) {
        by_asset.entry(row.asset).or_default().push(row);
    }
    let total: u128 = by_asset.values().map(|rows| attention_of(rows)).sum();
    let mut assets = by_asset
        .into_iter()
        .map(|(asset, rows)| explain_asset(&predictor, user, asset, &rows, total))
        .collect::<Result<Vec<_>, _>>()?;
    assets.sort_by_key(|asset| std::cmp::Reverse(asset.share_ppm));
    let score = terms.map(|terms| campaign_score(total, terms)).transpose()?;
    let mut explanation = UserExplanation {
        user: user.as_str().to_owned(),
        epoch,
        window_start_s: window.start_s,
        window_end_s: window.end_s,
        model_hash: hex::encode(model.hash()),
        attention: total.to_string(),
        assets,
        score,
        words: Vec::new(),
    };
    explanation.words = words::of_user(&explanation, total, top);
    Ok(explanation)
}

fn campaign_score(attention: u128, terms: &CampaignTerms) -> Result<CampaignScore, CliError> {
    let scale = terms.rule.scale.u64();
    let score = score_of(attention, scale, PPM)?;
    // Not 0, or there is no score.
    let uncapped_ppm = attention.checked_div(1_000 * u128::from(scale)).unwrap_or_default();
    Ok(CampaignScore { score_ppm: score.ppm(), uncapped_ppm })
}

/// Σ engagement · interest: both below 2^64, and a user has fewer than 2^32 rows, but not all of them at their largest.
fn attention_of(rows: &[&AttentionRow]) -> u128 {
    rows.iter().map(|row| u128::from(row.engagement_micro) * u128::from(row.interest_ppb)).sum()
}

fn explain_asset(
    predictor: &InterestPredictor<'_>,
    user: &UserId,
    asset: AssetId,
    rows: &[&AttentionRow],
    total: u128,
) -> Result<AssetExplanation, CliError> {
    let attention = attention_of(rows);
    let share_ppm = (attention * 1_000_000).checked_div(total).unwrap_or(0);
    Ok(AssetExplanation {
        asset: asset.0,
        engagement_micro: rows.iter().map(|row| (row.kind.name(), row.engagement_micro)).collect(),
        interest_ppb: rows.first().map_or(0, |row| row.interest_ppb),
        attention: attention.to_string(),
        // A share of a million.
        share_ppm: u64::try_from(share_ppm).unwrap_or(1_000_000),
        reasons: predictor.reasons(user, asset)?,
    })
}

fn print_user(explanation: &UserExplanation, top: usize) {
    for sentence in &explanation.words {
        println!("{sentence}");
    }
    println!("user {} in epoch {}: attention {}", explanation.user, explanation.epoch, explanation.attention);
    for asset in explanation.assets.iter().take(top) {
        let kinds: Vec<String> = asset
            .engagement_micro
            .iter()
            .map(|(kind, micro)| format!("{kind} counts {:.6}", *micro as f64 / 1e6))
            .collect();
        println!(
            "asset {}: {:.1} % of it. {}; beforehand an interest of {:.4} % was expected, because",
            asset.asset,
            asset.share_ppm as f64 / 1e4,
            kinds.join(", "),
            f64::from(asset.interest_ppb) / 1e7
        );
        print_reasons(&asset.reasons, top);
    }
    if explanation.assets.len() > top {
        println!("and {} assets more (--top)", explanation.assets.len() - top);
    }
    println!("model {}", explanation.model_hash);
}

fn print_reasons(reasons: &Reasons, top: usize) {
    if !reasons.active {
        println!("  the user had done nothing in the year before: the average is expected of strangers");
    }
    for reason in reasons.reasons.iter().take(top) {
        let (way, whose) = (
            direction(reason.adds),
            match reason.group {
                FeatureGroup::User => "of the user",
                FeatureGroup::Asset => "of the asset",
                FeatureGroup::Personal => "of the two",
            },
        );
        println!(
            "  {way} ({:+.3}): {} {whose}, {}, is {}",
            reason.adds, reason.feature, reason.about, reason.value
        );
    }
}

fn direction(adds: f64) -> &'static str {
    if adds < 0.0 { "less" } else { "more" }
}

fn table_row(cli: &Cli, model: &Path, data: &Path, row: u64, top: usize) -> Result<(), CliError> {
    let bundle = read_bundle(model)?;
    let bytes = read_table(data)?;
    let explanation = explain_row(&bytes, &data.display().to_string(), &bundle, row)?;
    if cli.json {
        return Ok(print_json(&explanation)?);
    }
    let RowExplanation { prediction, target, base, terms, words, .. } = &explanation;
    for sentence in words {
        println!("{sentence}");
    }
    println!("row {row}: {target:?} is expected to be {prediction:.4}; an average row has {base:+.3}, and");
    for term in terms.iter().take(top) {
        println!("  {} ({:+.3}): {} is {}", direction(term.adds), term.adds, term.column, term.value);
    }
    println!("model {}", explanation.model_hash);
    Ok(())
}
