//! `sign`, `submit`, `settle`.

use std::collections::BTreeMap;
use std::sync::Arc;

use attention_core::guard::SignKey;
use clap::Args;
use serde_json::json;

use super::context::{builder, config, unlock};
use super::report::{describe, print};
use super::{Cli, CliError};
use crate::config::Config;
use crate::epoch::{EpochBuilder, EpochConfig};
use crate::ledger::Ledger;
use crate::operator::{PostOutcome, Poster, Settler, check_anchor};
use crate::output::{ExitStatus, print_json};
use crate::peers::{PeerClient, SignatureAnswer, check_answer};
use crate::store::DataDir;

/// Which epoch.
#[derive(Debug, Args)]
pub struct EpochArgs {
    /// The chain epoch.
    #[arg(long)]
    epoch: u64,
}

struct SignedReport {
    config: Arc<EpochConfig>,
    body: attention_protocol::ReportBody,
    index: u8,
    signature: [u8; 64],
}

async fn sign_report(
    cli: &Cli,
    config: &Config,
    builder: &EpochBuilder,
    ledger: &Ledger,
    epoch: u64,
) -> Result<SignedReport, CliError> {
    let wallet = unlock(cli, config, &config.signer)?;
    let in_force = builder.reader().configuration(epoch).await?;
    let deployment = &in_force.deployment;
    let index = deployment.index_of(&wallet.pubkey()).ok_or_else(|| {
        let version = deployment.config_version;
        CliError::input(format!(
            "key {:?} is no operator's in configuration version {version}",
            config.signer
        ))
    })?;
    if in_force.is_suspended(index) {
        let text = format!("operator {index}, whose key this is, is suspended: its signature does not count");
        return Err(CliError::new(ExitStatus::Refused, text));
    }
    let body = super::epoch::build(builder, epoch, true).await?.output.body;
    check_anchor(&builder.reader().epoch_status().await?, &body)?;
    let key = SignKey { config_digest: deployment.digest(), epoch, revision: body.revision };
    let signature = ledger.sign(&wallet, key, body.digest())?;
    Ok(SignedReport { config: in_force, body, index, signature })
}

pub(super) async fn sign(cli: &Cli, args: &EpochArgs) -> Result<(), CliError> {
    let config = config(cli)?;
    let ledger = Ledger::open(&DataDir::open(&config.data_dir)?)?;
    let builder = builder(&config).await?;
    let SignedReport { body, index, signature, .. } =
        sign_report(cli, &config, &builder, &ledger, args.epoch).await?;
    if cli.json {
        return Ok(print_json(&SignatureAnswer::new(index, &body, &signature))?);
    }
    let mut shown = describe(&body);
    shown["index"] = json!(index);
    shown["signature"] = json!(hex::encode(signature));
    print(cli, &shown)
}

pub(super) async fn submit(cli: &Cli, args: &EpochArgs) -> Result<(), CliError> {
    let config = config(cli)?;
    let ledger = Ledger::open(&DataDir::open(&config.data_dir)?)?;
    let builder = builder(&config).await?;
    let SignedReport { config: in_force, body, index, signature } =
        sign_report(cli, &config, &builder, &ledger, args.epoch).await?;
    let operators = &in_force.deployment.operators;
    let mut signatures = BTreeMap::from([(index, signature)]);
    for answer in PeerClient::new(&config.peers)?.signatures(args.epoch, body.revision).await {
        let checked = match answer {
            Ok(answer) => check_answer(operators, args.epoch, body.revision, &answer),
            Err(error) => {
                tracing::warn!(%error, "no signature");
                continue;
            }
        };
        match checked {
            Ok(checked) if in_force.is_suspended(checked.index) => {
                tracing::warn!(index = checked.index, "a suspended operator's signature does not count");
            }
            Ok(checked) if checked.digest == body.digest() => {
                signatures.insert(checked.index, checked.signature);
            }
            Ok(checked) => tracing::warn!(index = checked.index, "a peer signed another report"),
            Err(error) => tracing::warn!(%error, "a peer's answer is refused"),
        }
    }
    let quorum = usize::from(operators.quorum());
    if signatures.len() < quorum {
        let text =
            format!("{} of {quorum} signatures: start the other operators, or try later", signatures.len());
        return Err(CliError::new(ExitStatus::Failed, text));
    }
    let poster = Poster::new(builder.reader().clone(), ledger, unlock(cli, &config, &config.transmitter)?);
    let chosen: Vec<_> = signatures.into_iter().take(quorum).collect();
    match poster.post(&body, &chosen, operators.quorum()).await? {
        PostOutcome::Included(response) => print(
            cli,
            &json!({
                "epoch": args.epoch, "digest": hex::encode(body.digest()), "tx_hash": response.hash,
                "height": response.height, "gas_used": response.gas_used,
                "signers": chosen.iter().map(|(index, _)| *index).collect::<Vec<_>>(),
            }),
        ),
        PostOutcome::InFlight => Err(CliError::new(
            ExitStatus::Chain,
            "an earlier transaction is still in flight: try again in a minute",
        )),
    }
}

pub(super) async fn settle(cli: &Cli, args: &EpochArgs) -> Result<(), CliError> {
    let config = config(cli)?;
    let ledger = Ledger::open(&DataDir::open(&config.data_dir)?)?;
    let builder: Arc<EpochBuilder> = builder(&config).await?;
    let next = args.epoch.checked_add(1).ok_or_else(|| CliError::input("the epoch is too large"))?;
    let reports = builder.reader().final_reports(next).await?;
    let report = reports.iter().find(|report| report.body.epoch == args.epoch);
    let report = report.ok_or_else(|| {
        CliError::new(ExitStatus::Chain, format!("epoch {} has no final report on chain", args.epoch))
    })?;
    let poster = Poster::new(builder.reader().clone(), ledger, unlock(cli, &config, &config.transmitter)?);
    let summary = Settler::new(builder).settle(report, &poster).await?;
    print(cli, &json!(summary))
}
