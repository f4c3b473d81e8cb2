//! The epochs go by: operators report and settle, wallets claim.

use std::collections::BTreeMap;
use std::thread::sleep;
use std::time::{Duration, Instant};

use attention_protocol::event::{Event, SettleOutcome};
use attention_protocol::leaves_file::LeavesFile;
use attention_protocol::msg::{AllocationResponse, QueryMsg, ReportResponse, ReportStatus};
use attention_protocol::{AccountId, ReportBody};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Deserialize;

use super::Log;
use super::cast::Cast;
use super::claims::{self, Earner};
use super::deploy::Deployed;
use super::outcome::{Claim, Epoch, SettleGas};
use super::plan;
use crate::chain::LocalChain;
use crate::error::E2eError;
use crate::wasmd::Tx;

/// How much later than planned an epoch may be settled before the demonstration gives up, seconds.
const PATIENCE_S: u64 = 60;

/// Everything that happened.
#[derive(Debug)]
pub(super) struct Played {
    pub(super) epochs: Vec<Epoch>,
    pub(super) claims: Vec<Claim>,
    /// The newest leaves of each campaign: totals of what was ever allocated.
    pub(super) newest: BTreeMap<u64, attention_protocol::leaves_file::CampaignLeaves>,
}

/// Plays all epochs, claims along the way and at the end.
pub(super) fn play(
    log: &Log,
    chain: &LocalChain,
    cast: &Cast,
    deployed: &Deployed,
) -> Result<Played, E2eError> {
    let mut played = Played { epochs: vec![], claims: vec![], newest: BTreeMap::new() };
    let mut earners = BTreeMap::<AccountId, Earner>::new();
    for epoch in 0..plan::EPOCHS {
        let (report, body) = wait_final(cast, deployed, epoch)?;
        let file = published(cast, &body)?;
        wait_settled(deployed, epoch, &file)?;
        let seen = describe(cast, deployed, epoch, &report, &body)?;
        log.say(&format!(
            "epoch {epoch} (data epoch {}): {} users, {} assets, signed by {:?}, settled",
            seen.data_epoch, seen.users, seen.assets, seen.signers
        ));
        claims::note_earnings(&mut earners, &file);
        for campaign in file.campaigns {
            played.newest.insert(campaign.commitment.campaign, campaign);
        }
        if epoch + 1 < plan::EPOCHS {
            let early = claims::early(&earners, &cast.wallets);
            claims::claim_all(log, chain, cast, deployed, &early, &mut played.claims)?;
            claims::mark_claimed(&mut earners, &early);
        }
        played.epochs.push(seen);
    }
    claims::final_round(log, chain, cast, deployed, &earners, &mut played.claims)?;
    Ok(played)
}

/// Shows the time passing until the epoch's report is final.
fn wait_final(
    cast: &Cast,
    deployed: &Deployed,
    epoch: u64,
) -> Result<(ReportResponse, ReportBody), E2eError> {
    let clock = plan::clock(deployed.genesis_s);
    let end_s = clock.window_end_s(epoch).map_err(|error| E2eError::Output(error.to_string()))?;
    let planned_s = clock.report_period_s + clock.dispute_window_s;
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} s") {
        bar.set_style(style);
    }
    bar.set_message(format!("epoch {epoch}"));
    let started = Instant::now();
    loop {
        let now_s = deployed.wasmd.node.now()?.1;
        bar.set_length(end_s.saturating_sub(now_s) + planned_s + started.elapsed().as_secs());
        bar.set_position(started.elapsed().as_secs());
        let report: ReportResponse =
            deployed.wasmd.node.smart(&deployed.contract, &QueryMsg::Report { epoch })?;
        if let (ReportStatus::Final, Some(body)) = (&report.status, &report.body) {
            bar.finish_and_clear();
            let body = ReportBody::unpack(body.as_slice())
                .map_err(|error| E2eError::Output(format!("the report of epoch {epoch}: {error}")))?;
            return Ok((report, body));
        }
        if report.status == ReportStatus::Missed || now_s > end_s + planned_s + PATIENCE_S {
            let logs = cast.operators.first().map(|operator| operator.oracle.path("daemon.log"));
            return Err(E2eError::Output(format!(
                "epoch {epoch} has no final report {} s after its end (it is {:?}); see {}",
                now_s.saturating_sub(end_s),
                report.status,
                logs.unwrap_or_default().display()
            )));
        }
        sleep(Duration::from_millis(400));
    }
}

/// The file that the report names, from the first operator that has it.
fn published(cast: &Cast, body: &ReportBody) -> Result<LeavesFile, E2eError> {
    let hash = hex::encode(body.leaves_hash);
    let mut reason = String::new();
    for operator in &cast.operators {
        match operator.leaves_file(&hash) {
            Ok(bytes) => {
                return LeavesFile::unpack(&bytes, body).map_err(|error| {
                    E2eError::Output(format!("the leaves file of {}: {error}", operator.name))
                });
            }
            Err(error) => reason = error.to_string(),
        }
    }
    Err(E2eError::Output(format!("no operator serves the leaves file {hash}: {reason}")))
}

/// Waits until every commitment of the report is an allocation.
fn wait_settled(deployed: &Deployed, epoch: u64, file: &LeavesFile) -> Result<(), E2eError> {
    let started = Instant::now();
    for entry in &file.campaigns {
        let campaign = entry.commitment.campaign;
        loop {
            let query = QueryMsg::Allocation { campaign, epoch };
            match deployed.wasmd.node.smart::<AllocationResponse>(&deployed.contract, &query) {
                Ok(_) => break,
                Err(error) if started.elapsed().as_secs() > PATIENCE_S => {
                    return Err(E2eError::Output(format!(
                        "campaign {campaign} is not settled in epoch {epoch} after {PATIENCE_S} s: {error}"
                    )));
                }
                Err(_) => sleep(Duration::from_millis(400)),
            }
        }
    }
    Ok(())
}

#[derive(Deserialize)]
struct Verified {
    verdict: String,
    summary: Summary,
}

#[derive(Deserialize)]
struct Summary {
    users: u64,
    linked: u64,
    assets: u64,
    top_score_ppm: u32,
}

/// What the epoch came to; its report computed again by the sponsor, who shares no file with the operators.
fn describe(
    cast: &Cast,
    deployed: &Deployed,
    epoch: u64,
    report: &ReportResponse,
    body: &ReportBody,
) -> Result<Epoch, E2eError> {
    let verified: Verified = cast.sponsor.run(&["report", "verify", "--epoch", &epoch.to_string()])?;
    if verified.verdict != "match" {
        return Err(E2eError::Output(format!(
            "epoch {epoch}: the sponsor's verdict is {}",
            verified.verdict
        )));
    }
    let Summary { users, linked, assets, top_score_ppm } = verified.summary;
    let (submit, settles) = (submit_tx(deployed, epoch)?, settle_txs(deployed, epoch)?);
    Ok(Epoch {
        epoch,
        data_epoch: plan::DATA_EPOCH_FIRST + epoch,
        revision: body.revision,
        users,
        linked,
        assets,
        top_score_ppm,
        campaigns_root: hex::encode(body.campaigns_root),
        input_root: hex::encode(body.input_root),
        model_hash: hex::encode(body.model_hash),
        digest: hex::encode(body.digest()),
        signers: report.signers.clone(),
        submit_gas: submit.gas_used,
        settle_gas: settles,
    })
}

fn events(deployed: &Deployed, tx: &Tx) -> Vec<Event> {
    tx.contract_events(&deployed.contract)
}

/// The transaction that posted the epoch's report.
fn submit_tx(deployed: &Deployed, epoch: u64) -> Result<Tx, E2eError> {
    let found = deployed.wasmd.node.find("wasm-report_submitted", "epoch", &epoch.to_string())?;
    let is_it = |event: &Event| matches!(event, Event::ReportSubmitted { epoch: of, .. } if *of == epoch);
    found
        .into_iter()
        .find(|tx| events(deployed, tx).iter().any(is_it))
        .ok_or_else(|| E2eError::Output(format!("no transaction posted the report of epoch {epoch}")))
}

/// What settling cost each campaign: an equal share of the transaction that did it.
fn settle_txs(deployed: &Deployed, epoch: u64) -> Result<Vec<SettleGas>, E2eError> {
    let mut out = Vec::new();
    for tx in deployed.wasmd.node.find("wasm-commitment_settled", "epoch", &epoch.to_string())? {
        let items: Vec<(u64, SettleOutcome)> = events(deployed, &tx)
            .into_iter()
            .filter_map(|event| match event {
                Event::CommitmentSettled { campaign, epoch: of, outcome, .. } if of == epoch => {
                    Some((campaign, outcome))
                }
                _ => None,
            })
            .collect();
        let share = u64::try_from(items.len()).ok().and_then(|items| tx.gas_used.checked_div(items));
        let settled = items.iter().filter(|(_, outcome)| *outcome == SettleOutcome::Settled);
        out.extend(settled.map(|(campaign, _)| SettleGas { campaign: *campaign, gas: share.unwrap_or(0) }));
    }
    out.sort_by_key(|settle| settle.campaign);
    Ok(out)
}
