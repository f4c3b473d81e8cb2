//! Posts an epoch's report: one row, whatever the number of users and campaigns.

use attention_protocol::event::Event;
use attention_protocol::msg::SignatureEntry;
use attention_protocol::quorum::{IndexedSignature, verify_quorum};
use attention_protocol::{Hash, ReportBody, ZERO_HASH};
use cosmwasm_std::{Api, Binary, HexBinary, Response, Storage};

use crate::error::{ContractError, Result, refuse};
use crate::permission::check_running;
use crate::state::config::{OperatorsRow, operators_at};
use crate::state::report::{NEWEST_REPORT, NewestReport, REPORTS, ReportRow, Window};
use crate::timeline::{Moment, Timeline};

/// The revision of a first report. A void would await the next one.
const FIRST_REVISION: u32 = 0;

/// Checks the report, its place in time and its signatures, and stores it as pending.
pub(crate) fn submit_report(
    storage: &mut dyn Storage,
    api: &dyn Api,
    now: Moment,
    body: &Binary,
    signatures: &[SignatureEntry],
) -> Result<Response> {
    let report = ReportBody::unpack(body.as_slice())?;
    if let Some(existing) = REPORTS.may_load(storage, report.epoch)? {
        return repeat(&existing.body, &report);
    }
    check_running(storage, now.time_s)?;
    let timeline = Timeline::load(storage, now)?;
    check_turn(&timeline, &report)?;
    let operators = operators_at(storage, report.epoch)?;
    check_body(&timeline, &operators, &report)?;
    let digest = report.digest();
    let signers = check_signatures(api, &operators, &digest, signatures)?;
    let window = dispute_window(&timeline)?;
    let newest = NewestReport { epoch: report.epoch, window, digest };
    NEWEST_REPORT.save(storage, (), &newest);
    let epoch = report.epoch;
    let row = ReportRow { body: report, signers, submitted_at_s: now.time_s, window };
    REPORTS.save(storage, epoch, &row);
    Ok(Response::new().add_event(Event::ReportSubmitted {
        epoch,
        revision: FIRST_REVISION,
        digest: hex(&digest),
        signers,
        ends_at_s: window.ends_at_s,
    }))
}

/// The same report again is fine, so that several operators may relay at once; another one is not.
fn repeat(existing: &ReportBody, report: &ReportBody) -> Result<Response> {
    if existing == report {
        let digest = hex(&report.digest());
        return Ok(Response::new().add_event(Event::ReportRepeated { epoch: report.epoch, digest }));
    }
    check_revision(report, existing.revision)?;
    refuse(ContractError::EpochTaken { epoch: report.epoch, revision: existing.revision })
}

fn check_revision(report: &ReportBody, expected: u32) -> Result<()> {
    let (epoch, revision) = (report.epoch, report.revision);
    if revision < expected {
        return refuse(ContractError::StaleRevision { epoch, revision, expected });
    }
    if revision > expected {
        return refuse(ContractError::FutureRevision { epoch, revision, expected });
    }
    Ok(())
}

/// One report at a time: every epoch before this one is final or missed, and its window has ended.
fn check_turn(timeline: &Timeline, report: &ReportBody) -> Result<()> {
    if let Some(pending) = timeline.pending() {
        return refuse(ContractError::PreviousPending {
            epoch: pending.epoch,
            ends_at_s: pending.window.ends_at_s,
            ends_height: pending.window.ends_height,
        });
    }
    let (epoch, open) = (report.epoch, timeline.open_epoch()?);
    if epoch < open {
        return refuse(ContractError::PastDue { epoch, open });
    }
    if epoch > open {
        return refuse(ContractError::EpochNotOpen { epoch, open });
    }
    let (window_end_s, now_s) = (timeline.clock.window_end_s(epoch)?, timeline.now.time_s);
    if now_s < window_end_s {
        return refuse(ContractError::WindowOpen { epoch, window_end_s, now_s });
    }
    check_revision(report, FIRST_REVISION)
}

/// The report is for this configuration, follows the newest final report, and its roots go with its counts.
fn check_body(timeline: &Timeline, operators: &OperatorsRow, report: &ReportBody) -> Result<()> {
    if report.config_digest != operators.config_digest {
        let (given, expected) = (hex(&report.config_digest), hex(&operators.config_digest));
        return refuse(ContractError::ConfigMismatch { given, expected });
    }
    let newest = timeline.newest.as_ref().map_or(ZERO_HASH, |newest| newest.digest);
    if report.prev_digest != newest {
        let (given, expected) = (hex(&report.prev_digest), hex(&newest));
        return refuse(ContractError::HistoryMismatch { given, expected });
    }
    let trees = [
        ("campaigns", report.campaign_count, &report.campaigns_root),
        ("assets", report.asset_count, &report.assets_root),
    ];
    for (tree, count, root) in trees {
        if (count == 0) != (*root == ZERO_HASH) {
            return refuse(ContractError::RootCount { tree, count });
        }
    }
    Ok(())
}

fn check_signatures(
    api: &dyn Api,
    operators: &OperatorsRow,
    digest: &Hash,
    signatures: &[SignatureEntry],
) -> Result<u32> {
    let indexed: Vec<_> = signatures
        .iter()
        .map(|entry| IndexedSignature { index: entry.index, signature: entry.signature.as_slice() })
        .collect();
    // Only a verification that ran and said yes counts: an error and a no are the same.
    let bitmap =
        verify_quorum(&operators.set, operators.suspended, digest, &indexed, |digest, signature, key| {
            match api.secp256k1_verify(digest, signature, key) {
                Ok(true) => Ok(()),
                Ok(false) | Err(_) => Err(()),
            }
        })?;
    Ok(bitmap)
}

fn dispute_window(timeline: &Timeline) -> Result<Window> {
    let overflow = || ContractError::overflow("the end of the dispute window");
    let (now, clock) = (timeline.now, &timeline.clock);
    let ends_at_s = now.time_s.checked_add(clock.dispute_window_s).ok_or_else(overflow)?;
    let ends_height = now.height.checked_add(u64::from(clock.min_blocks)).ok_or_else(overflow)?;
    Ok(Window { ends_at_s, ends_height })
}

fn hex(hash: &Hash) -> String {
    HexBinary::from(hash).to_hex()
}
