//! `score`.

use clap::Args;
use serde_json::json;

use super::context::{builder, config};
use super::{Cli, CliError};
use crate::epoch::{BuildRequest, BuiltEpoch, EpochBuilder};
use crate::output::print_json;
use attention_core::links::encode_address;
use attention_protocol::{Hash, ZERO_HASH};

/// Which epoch.
#[derive(Debug, Args)]
pub struct ScoreArgs {
    /// The chain epoch.
    #[arg(long)]
    epoch: u64,
    /// Do not keep the leaves file.
    #[arg(long)]
    dry_run: bool,
    /// Rows to print.
    #[arg(long, default_value_t = 20)]
    top: usize,
}

/// Builds the report that the chain awaits for an epoch, or the one it has.
pub(super) async fn build(builder: &EpochBuilder, epoch: u64, publish: bool) -> Result<BuiltEpoch, CliError> {
    let report = builder.reader().report(epoch).await?;
    let status = builder.reader().epoch_status().await?;
    let prev_digest = match crate::epoch::body_of(&report)? {
        Some((body, _)) => body.prev_digest,
        None => awaited_prev(builder, epoch, &status).await?,
    };
    Ok(builder.build(BuildRequest { epoch, revision: report.revision, prev_digest }, publish).await?)
}

async fn awaited_prev(
    builder: &EpochBuilder,
    epoch: u64,
    status: &attention_protocol::msg::EpochStatusResponse,
) -> Result<Hash, CliError> {
    if let (true, Some(prev)) = (status.open_epoch == epoch, &status.prev_digest) {
        return Ok(crate::epoch::hash_of("epoch_status.prev_digest", prev)?);
    }
    let newest = builder.reader().final_reports(epoch).await?.pop();
    Ok(newest.map_or(ZERO_HASH, |report| report.digest))
}

pub(super) async fn score(cli: &Cli, args: &ScoreArgs) -> Result<(), CliError> {
    let config = config(cli)?;
    let builder = builder(&config).await?;
    let built = build(&builder, args.epoch, !args.dry_run).await?;
    let (file, summary) = (&built.output.file, &built.output.summary);
    let links = &builder.world().links;
    let mut users = Vec::new();
    for campaign in &file.campaigns {
        for leaf in &campaign.leaves {
            let address = encode_address(&leaf.account, &config.chain.prefix)
                .map_err(|error| CliError::input(error.to_string()))?;
            users.push(json!({
                "campaign": campaign.commitment.campaign, "user": links.user(&leaf.account), "account": address,
                "score_ppm": leaf.score.ppm(), "streak": leaf.streak, "weight": leaf.weight,
                "cumulative": leaf.cumulative.to_string(),
            }));
        }
    }
    let assets: Vec<_> = file
        .assets
        .iter()
        .map(|asset| json!({
            "asset_id_hash": hex::encode(asset.asset_id_hash), "score_ppm": asset.score.ppm(), "price": asset.price.to_string(),
        }))
        .collect();
    if cli.json {
        return Ok(print_json(&json!({
            "epoch": args.epoch, "linked": users, "unlinked": summary.unlinked, "assets": assets, "summary": summary,
        }))?);
    }
    println!(
        "epoch {}: {} users, {} linked, {} assets, {} pairs",
        args.epoch, summary.users, summary.linked, summary.assets, built.pairs
    );
    users.sort_by_key(|user| std::cmp::Reverse(user["score_ppm"].as_u64()));
    for user in users.iter().take(args.top) {
        println!(
            "campaign {} {} score {} cumulative {}",
            user["campaign"], user["account"], user["score_ppm"], user["cumulative"]
        );
    }
    for user in summary.unlinked.iter().take(args.top) {
        println!("unlinked {} campaign {} score {}", user.user, user.campaign, user.score_ppm);
    }
    Ok(())
}
