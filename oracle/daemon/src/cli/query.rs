//! `status` and `query`.

use attention_protocol::msg::QueryMsg;
use clap::Args;
use serde_json::{Value, json};

use super::context::{client, config, reader};
use super::report::print;
use super::{Cli, CliError};
use crate::output::print_json;

/// What to ask.
#[derive(Debug, Args)]
pub struct QueryArgs {
    /// The query as JSON, as in the contract's schema.
    message: String,
}

pub(super) async fn status(cli: &Cli) -> Result<(), CliError> {
    let config = config(cli)?;
    let reader = reader(&config)?;
    let chain = reader.client().status().await?;
    let epoch = reader.epoch_status().await?;
    let campaigns = reader.campaigns().await?;
    let newest = reader.final_reports(epoch.open_epoch).await?.pop();
    print(
        cli,
        &json!({
            "chain_id": chain.chain_id, "height": chain.height, "block_time_s": chain.time_s,
            "contract": reader.deployment().contract, "config_digest": hex::encode(reader.deployment().digest()),
            "current_epoch": epoch.current_epoch, "open_epoch": epoch.open_epoch, "revision": epoch.revision,
            "window_end_s": epoch.window_end_s, "due_s": epoch.due_s,
            "newest_final_epoch": newest.map(|report| report.body.epoch), "campaigns": campaigns.len(),
        }),
    )
}

pub(super) async fn run(cli: &Cli, args: &QueryArgs) -> Result<(), CliError> {
    let msg: QueryMsg = serde_json::from_str(&args.message)
        .map_err(|error| CliError::input(format!("query {:?}: {error}", args.message)))?;
    let config = config(cli)?;
    let answer: Value = client(&config)?.query(config.contract()?, &msg).await?;
    Ok(print_json(&answer)?)
}
