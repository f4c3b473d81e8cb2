//! `watch`.

use std::time::Duration;

use attention_core::links::decode_address;
use attention_core::verify::{Verdict, verify_report};
use attention_core::watch::Finding;
use attention_protocol::fraud::FraudProof;
use attention_protocol::msg::{ExecuteMsg, ReportStatus};
use attention_protocol::proof_commit::proof_commit;
use clap::Args;
use cosmwasm_std::Binary;
use serde_json::{Value, json};

use super::context::{builder, config, unlock};
use super::report::print;
use super::{Cli, CliError};
use crate::chain::TxOptions;
use crate::config::Config;
use crate::epoch::{BuildRequest, EpochBuilder, EpochError, FinalReport, body_of};
use crate::operator::watch as find;
use crate::output::ExitStatus;

/// Looks at the chain while the block after a commitment is awaited.
const LOOKS_MAX: u32 = 120;

/// Which report, and whether to act.
#[derive(Debug, Args)]
pub struct WatchArgs {
    /// The chain epoch whose report is pending.
    #[arg(long)]
    epoch: u64,
    /// Send the first proof: reserve it, then convict the report.
    #[arg(long)]
    submit: bool,
    /// Name of the key that pays and gets the reward; the transmitter if absent.
    #[arg(long)]
    key: Option<String>,
}

pub(super) async fn run(cli: &Cli, args: &WatchArgs) -> Result<(), CliError> {
    let config = config(cli)?;
    let builder = builder(&config).await?;
    let told = builder.reader().report(args.epoch).await?;
    let pending = matches!(told.status, ReportStatus::Pending | ReportStatus::Challenged);
    let (body, digest) = body_of(&told)?.filter(|_| pending).ok_or_else(|| {
        let status = &told.status;
        CliError::new(
            ExitStatus::Chain,
            format!("epoch {} is {status:?}: no report of it is pending", args.epoch),
        )
    })?;
    let report = FinalReport { body, digest, signers: told.signers };
    let findings = find(&builder, &report).await.map_err(|error| match error {
        EpochError::NoLeaves { hash, peers, .. } => CliError::new(
            ExitStatus::Failed,
            format!(
                "the file {hash} of the pending report is neither here nor at any of the {peers} configured peers: demand openings \
                 (demand_open)"
            ),
        ),
        error => error.into(),
    })?;
    let (epoch, revision) = (report.body.epoch, report.body.revision);
    let request = BuildRequest { epoch, revision, prev_digest: report.body.prev_digest };
    let ours = builder.build(request, false).await?.output.body;
    let verdict = verify_report(&ours, &report.body);
    let mut shown = json!({
        "epoch": epoch, "revision": revision, "digest": hex::encode(digest), "recomputed": verdict, "findings": findings,
    });
    let proof = findings.iter().find_map(|finding| match finding {
        Finding::Fraud { proof, .. } => Some(proof),
        Finding::Hidden { .. } => None,
    });
    if let Some(proof) = proof.filter(|_| args.submit) {
        let name = args.key.as_deref().unwrap_or(&config.transmitter);
        shown["sent"] = submit(cli, &config, &builder, (epoch, revision), proof, name).await?;
    }
    print(cli, &shown)?;
    let problem = match (&findings.first(), &verdict) {
        (None, Verdict::Match) => return Ok(()),
        (Some(Finding::Fraud { clause, word, .. }), _) => {
            let advice = if args.submit { "it was proven" } else { "prove it with --submit" };
            format!("it breaks clause {clause} ({word}); {advice}")
        }
        (Some(Finding::Hidden { problem, .. }), _) => {
            format!("{problem}: demand an opening (demand_open), or challenge it")
        }
        (None, Verdict::Mismatch { field, ours, theirs }) => {
            format!(
                "{field} is {ours} here and {theirs} there, and nothing in its file can be convicted: challenge it"
            )
        }
    };
    Err(CliError::new(
        ExitStatus::Refused,
        format!("the report of epoch {epoch} revision {revision}: {problem}"),
    ))
}

/// Reserves the proof, so that nobody who sees it on its way gets the reward, and shows it a block later.
async fn submit(
    cli: &Cli,
    config: &Config,
    builder: &EpochBuilder,
    (epoch, revision): (u64, u32),
    proof: &FraudProof,
    name: &str,
) -> Result<Value, CliError> {
    let wallet = unlock(cli, config, name)?;
    let reader = builder.reader();
    let (client, contract) = (reader.client(), &reader.deployment().contract);
    let prover = decode_address(wallet.address(), &config.chain.prefix).map_err(CliError::input)?;
    let hash = Binary::from(proof_commit(&prover, proof)?);
    let options = TxOptions::default();
    let reserved =
        client.execute(&wallet, contract, &ExecuteMsg::CommitProof { hash }, &[], &options).await?;
    let mut looks = 0;
    while client.status().await?.height <= reserved.height {
        looks += 1;
        if looks > LOOKS_MAX {
            let text = format!("no block came after {}: run the command again", reserved.height);
            return Err(CliError::new(ExitStatus::Chain, text));
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let message = ExecuteMsg::ProveFraud { epoch, revision, proof: Box::new(proof.clone()) };
    let proven = client.execute(&wallet, contract, &message, &[], &options).await?;
    Ok(json!({
        "commit_tx_hash": reserved.hash, "tx_hash": proven.hash, "height": proven.height, "gas_used": proven.gas_used,
    }))
}
