//! `campaign`.

use std::path::PathBuf;

use attention_protocol::event::Event;
use attention_protocol::msg::{CreateCampaign, ExecuteMsg};
use clap::{Args, Subcommand};
use serde_json::json;

use super::context::{client, config, json_file, unlock};
use super::report::print;
use super::{Cli, CliError};
use crate::chain::{Coin, TxOptions};

/// What to do with a campaign.
#[derive(Debug, Args)]
pub struct CampaignArgs {
    /// Name of the sponsor's key.
    #[arg(long, global = true, default_value = "sponsor")]
    key: String,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Create one; the terms can never be changed.
    Create {
        /// The message `create_campaign` as JSON: terms, claim_deadline_s, refund_address, metadata.
        #[arg(long, value_name = "FILE")]
        create: PathBuf,
        /// What it brings, for example 1000000ureward.
        #[arg(long)]
        funds: Coin,
    },
    /// Add money.
    Fund {
        /// The campaign.
        #[arg(long)]
        campaign: u64,
        /// How much.
        #[arg(long)]
        funds: Coin,
    },
    /// End it with the current epoch; what users earned up to then is paid.
    Stop {
        /// The campaign.
        #[arg(long)]
        campaign: u64,
    },
    /// Get back what is due once it has ended.
    Refund {
        /// The campaign.
        #[arg(long)]
        campaign: u64,
    },
}

pub(super) async fn run(cli: &Cli, args: &CampaignArgs) -> Result<(), CliError> {
    let config = config(cli)?;
    let (msg, funds) = match &args.action {
        Action::Create { create, funds } => {
            let create_msg: CreateCampaign = json_file(create)?;
            create_msg.terms.validate().map_err(|error| CliError::file(create, error))?;
            (ExecuteMsg::CreateCampaign(Box::new(create_msg)), vec![funds.clone()])
        }
        Action::Fund { campaign, funds } => {
            (ExecuteMsg::FundCampaign { campaign: *campaign }, vec![funds.clone()])
        }
        Action::Stop { campaign } => (ExecuteMsg::StopCampaign { campaign: *campaign }, vec![]),
        Action::Refund { campaign } => {
            (ExecuteMsg::RefundCampaign { campaign: *campaign, absences: vec![] }, vec![])
        }
    };
    let contract = config.contract()?.to_owned();
    let client = client(&config)?;
    let wallet = unlock(cli, &config, &args.key)?;
    let response = client.execute(&wallet, &contract, &msg, &funds, &TxOptions::default()).await?;
    let campaign = response.contract_events(&contract).into_iter().find_map(|event| match event {
        Event::CampaignCreated { campaign, .. }
        | Event::CampaignFunded { campaign, .. }
        | Event::CampaignStopped { campaign, .. }
        | Event::CampaignRefunded { campaign, .. } => Some(campaign),
        _ => None,
    });
    print(cli, &json!({"campaign": campaign, "tx_hash": response.hash, "gas_used": response.gas_used}))
}
