//! `proof` and `claim`.

use std::collections::BTreeSet;
use std::path::PathBuf;

use attention_protocol::Leaf;
use attention_protocol::event::Event;
use attention_protocol::msg::{
    CLAIM_ITEMS_MAX, CampaignResponse, ClaimItem, ClaimableResponse, ClaimableStatus, ExecuteMsg, QueryMsg,
};
use clap::Args;
use reqwest::{StatusCode, Url};
use serde::Serialize;
use serde_json::json;

use super::context::{builder, client, config, unlock};
use super::report::print;
use super::{Cli, CliError};
use crate::chain::{
    BodyError, ChainClient, HttpLimits, TxOptions, Wallet, http_client, plain_reason, read_body,
};
use crate::config::Config;
use crate::epoch::all_campaigns;
use crate::operator::{ProofError, Proofs};
use crate::output::{ExitStatus, decimal, print_json};

const PROOF_BYTES_MAX: usize = 64 << 10;

/// Whose proof.
#[derive(Debug, Args)]
pub struct ProofArgs {
    /// The campaign.
    #[arg(long)]
    campaign: u64,
    /// The account.
    #[arg(long)]
    account: String,
    /// The epoch of a settled allocation; the newest if absent.
    #[arg(long)]
    epoch: Option<u64>,
}

/// Who claims.
#[derive(Debug, Args)]
pub struct ClaimArgs {
    /// Name of the key.
    #[arg(long, conflicts_with = "mnemonic_file", required_unless_present = "mnemonic_file")]
    key: Option<String>,
    /// File with a mnemonic, mode 0600, instead of a key.
    #[arg(long, value_name = "FILE")]
    mnemonic_file: Option<PathBuf>,
    /// Index of the wallet in the mnemonic.
    #[arg(long, default_value_t = 0, requires = "mnemonic_file")]
    index: u32,
    /// An operator's API to get proofs from; the own data folder's leaves if absent.
    #[arg(long, value_name = "URL")]
    api: Option<Url>,
    /// Only these campaigns; repeat for more.
    #[arg(long = "campaign")]
    campaigns: Vec<u64>,
    /// An account that pays the fee by a fee grant.
    #[arg(long, value_name = "ADDRESS")]
    fee_granter: Option<String>,
    /// Show what would be claimed; send nothing.
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, Serialize)]
struct ClaimReport {
    account: String,
    items: Vec<ClaimedItem>,
    tx_hash: Option<String>,
    gas_used: Option<u64>,
    balances: Vec<Balance>,
}

#[derive(Debug, Serialize)]
struct ClaimedItem {
    campaign: u64,
    epoch: u64,
    denom: String,
    /// Score of the leaf, that of the allocation's epoch.
    score_ppm: u32,
    #[serde(serialize_with = "decimal")]
    amount: u128,
}

#[derive(Debug, Serialize)]
struct Balance {
    denom: String,
    #[serde(serialize_with = "decimal")]
    before: u128,
    #[serde(serialize_with = "decimal")]
    after: u128,
}

pub(super) async fn proof(cli: &Cli, args: &ProofArgs) -> Result<(), CliError> {
    let config = config(cli)?;
    let proofs = Proofs::new(builder(&config).await?);
    let item = proofs.claim(args.campaign, &args.account, args.epoch).await?;
    print(cli, &json!(item))
}

pub(super) async fn run(cli: &Cli, args: &ClaimArgs) -> Result<(), CliError> {
    let config = config(cli)?;
    let (client, contract) = (client(&config)?, config.contract()?.to_owned());
    let wallet = wallet(cli, &config, args)?;
    let account = wallet.address().to_owned();
    let campaigns = all_campaigns(&client, &contract).await?;
    let proven = proof_items(&config, args, &campaigns, &account).await?;
    let (items, claimable) = payable(&client, &contract, &account, proven).await?;
    if items.is_empty() {
        let text = format!("account {account} has nothing to claim now");
        return Err(CliError::new(ExitStatus::Failed, text));
    }
    let denoms: BTreeSet<&String> = claimable.iter().map(|item| &item.denom).collect();
    let mut balances = Vec::new();
    for denom in denoms {
        let before = client.balance(&account, denom).await?;
        balances.push(Balance { denom: denom.clone(), before, after: before });
    }
    let mut report = ClaimReport { account, items: claimable, tx_hash: None, gas_used: None, balances };
    if !args.dry_run {
        let options = TxOptions { fee_granter: args.fee_granter.clone(), ..TxOptions::default() };
        let response =
            client.execute(&wallet, &contract, &ExecuteMsg::Claim { items }, &[], &options).await?;
        // What was paid is what the contract's events say, not what was expected.
        for event in response.contract_events(&contract) {
            if let Event::RewardClaimed { campaign, amount, .. } = event
                && let Some(item) = report.items.iter_mut().find(|item| item.campaign == campaign)
            {
                item.amount = amount;
            }
        }
        for balance in &mut report.balances {
            balance.after = client.balance(&report.account, &balance.denom).await?;
        }
        report.tx_hash = Some(response.hash);
        report.gas_used = Some(response.gas_used);
    }
    show(cli, &report)
}

fn wallet(cli: &Cli, config: &Config, args: &ClaimArgs) -> Result<Wallet, CliError> {
    match (&args.key, &args.mnemonic_file) {
        (Some(key), _) => unlock(cli, config, key),
        (None, Some(file)) => {
            Ok(Wallet::from_mnemonic(&super::keys::words(Some(file))?, args.index, &config.chain.prefix)?)
        }
        (None, None) => Err(CliError::new(ExitStatus::Usage, "give --key or --mnemonic-file")),
    }
}

/// Proofs of all campaigns that have settled something, rising by campaign. One that cannot be had is named in the log and
/// left out; only if there is no other one it is an error.
async fn proof_items(
    config: &Config,
    args: &ClaimArgs,
    campaigns: &[CampaignResponse],
    account: &str,
) -> Result<Vec<ClaimItem>, CliError> {
    let settled =
        campaigns.iter().filter(|campaign| campaign.settled.is_some()).map(|campaign| campaign.campaign);
    let wanted = settled.filter(|id| args.campaigns.is_empty() || args.campaigns.contains(id));
    let own = match args.api {
        Some(_) => None,
        None => Some(Proofs::new(builder(config).await?)),
    };
    let (mut items, mut failed) = (Vec::new(), None);
    for campaign in wanted {
        let found = match (&args.api, &own) {
            (Some(api), _) => fetch(api, campaign, account).await,
            (None, Some(proofs)) => match proofs.claim(campaign, account, None).await {
                Err(ProofError::NoLeaf { .. }) => Ok(None),
                found => found.map(Some).map_err(CliError::from),
            },
            (None, None) => Ok(None),
        };
        match found {
            Ok(item) => items.extend(item),
            Err(error) => {
                tracing::warn!(campaign, %error, "left out of the claim");
                failed = Some(error);
            }
        }
    }
    match failed {
        Some(error) if items.is_empty() => Err(error),
        _ => Ok(items),
    }
}

async fn fetch(api: &Url, campaign: u64, account: &str) -> Result<Option<ClaimItem>, CliError> {
    let failed = |reason: String| CliError::new(ExitStatus::Chain, format!("operator's API: {reason}"));
    let limits = HttpLimits::default();
    let http = http_client(&limits).map_err(failed)?;
    let mut url = api.clone();
    let path = format!("v1/proof/{campaign}/{account}");
    url.path_segments_mut()
        .map_err(|()| CliError::input(format!("--api {api}: it takes no path")))?
        .pop_if_empty()
        .extend(path.split('/'));
    let response = http.get(url).send().await.map_err(|error| failed(plain_reason(error)))?;
    let status = response.status();
    let body = read_body(response, PROOF_BYTES_MAX).await.map_err(|error| match error {
        BodyError::TooLarge => failed(format!("an answer larger than {PROOF_BYTES_MAX} bytes")),
        BodyError::Broken(error) => failed(plain_reason(error)),
    })?;
    match status {
        StatusCode::OK => serde_json::from_slice(&body).map(Some).map_err(|error| failed(error.to_string())),
        StatusCode::NOT_FOUND => Ok(None),
        status => Err(failed(format!("HTTP {status}"))),
    }
}

/// The items that pay something now, as many as one claim may hold.
async fn payable(
    client: &ChainClient,
    contract: &str,
    account: &str,
    items: Vec<ClaimItem>,
) -> Result<(Vec<ClaimItem>, Vec<ClaimedItem>), CliError> {
    let (mut kept, mut out) = (Vec::new(), Vec::new());
    for asked in items.chunks(CLAIM_ITEMS_MAX) {
        let query = QueryMsg::Claimable { account: account.to_owned(), items: asked.to_vec() };
        let answer: ClaimableResponse = client.query(contract, &query).await?;
        for (item, claimable) in asked.iter().zip(answer.items) {
            if let ClaimableStatus::Refused { reason } = &claimable.status {
                tracing::warn!(campaign = item.campaign, reason, "left out of the claim");
                continue;
            }
            if claimable.amount.is_zero() {
                continue;
            }
            if kept.len() == CLAIM_ITEMS_MAX {
                tracing::warn!("one claim pays {CLAIM_ITEMS_MAX} campaigns: claim again for the others");
                return Ok((kept, out));
            }
            let (leaf, _) = Leaf::split(item.proof.as_slice())?;
            out.push(ClaimedItem {
                campaign: item.campaign,
                epoch: item.epoch,
                denom: claimable.denom,
                score_ppm: leaf.score.ppm(),
                amount: claimable.amount.u128(),
            });
            kept.push(item.clone());
        }
    }
    Ok((kept, out))
}

fn show(cli: &Cli, report: &ClaimReport) -> Result<(), CliError> {
    if cli.json {
        return Ok(print_json(report)?);
    }
    println!("account {}", report.account);
    for item in &report.items {
        println!(
            "campaign {} epoch {}: {} {} (score {} ppm)",
            item.campaign, item.epoch, item.amount, item.denom, item.score_ppm
        );
    }
    for balance in &report.balances {
        println!("balance {}: {} -> {}", balance.denom, balance.before, balance.after);
    }
    if let (Some(hash), Some(gas)) = (&report.tx_hash, report.gas_used) {
        println!("transaction {hash}, {gas} gas");
    }
    Ok(())
}
