//! Posts an epoch's report: one row, whatever the number of users and campaigns.

use attention_protocol::event::Event;
use attention_protocol::msg::SignatureEntry;
use attention_protocol::phase::{Awaited, Window};
use attention_protocol::quorum::verify_quorum;
use attention_protocol::{Hash, ReportBody, ZERO_HASH};
use cosmwasm_std::{Api, Binary, Response, Storage};

use crate::error::{ContractError, DisputeError, Result, refuse};
use crate::hex::hex;
use crate::permission::check_running;
use crate::signatures::{indexed, verifier};
use crate::state::config::{OperatorsRow, SECURITY, operators_at};
use crate::state::progress::save_progress;
use crate::state::report::{REPORTS, ReportRow};
use crate::timeline::{Moment, Timeline};

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
    let awaited = check_turn(&timeline, &report)?;
    check_anchor(storage, &awaited, &report)?;
    let operators = operators_at(storage, report.epoch)?;
    check_body(&timeline, &operators, &report)?;
    let digest = report.digest();
    let signers = check_signatures(api, &operators, &digest, signatures)?;
    let window = dispute_window(&timeline)?;
    save_progress(storage, &timeline.progress.submitted(&awaited, digest, window));
    let (epoch, revision) = (report.epoch, report.revision);
    let row = ReportRow { body: report, signers, submitted_at_s: now.time_s, window };
    REPORTS.save(storage, epoch, &row);
    Ok(Response::new().add_event(Event::ReportSubmitted {
        epoch,
        revision,
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
fn check_turn(timeline: &Timeline, report: &ReportBody) -> Result<Awaited> {
    let Some(awaited) = timeline.awaited()? else {
        return Err(timeline.previous_pending());
    };
    let (epoch, open) = (report.epoch, awaited.epoch);
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
    check_revision(report, awaited.revision)?;
    Ok(awaited)
}

/// The report is computed from the input that was anchored, where the deployment needs anchors.
fn check_anchor(storage: &dyn Storage, awaited: &Awaited, report: &ReportBody) -> Result<()> {
    if SECURITY.load(storage, ())?.anchor_grace_s.is_none() {
        return Ok(());
    }
    let (epoch, revision) = (awaited.epoch, awaited.revision);
    match &awaited.input_root {
        None => refuse(DisputeError::AnchorMissing { epoch, revision }),
        Some(anchored) if *anchored != report.input_root => {
            let (given, expected) = (hex(&report.input_root), hex(anchored));
            refuse(DisputeError::AnchorMismatch { given, expected })
        }
        Some(_) => Ok(()),
    }
}

/// The report is for this configuration, follows the newest final report, and its roots go with its counts.
fn check_body(timeline: &Timeline, operators: &OperatorsRow, report: &ReportBody) -> Result<()> {
    if report.config_digest != operators.config_digest {
        let (given, expected) = (hex(&report.config_digest), hex(&operators.config_digest));
        return refuse(ContractError::ConfigMismatch { given, expected });
    }
    let newest = timeline.progress.prev_digest;
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
    let bitmap =
        verify_quorum(&operators.set, operators.suspended, digest, &indexed(signatures), verifier(api))?;
    Ok(bitmap)
}

fn dispute_window(timeline: &Timeline) -> Result<Window> {
    let overflow = || ContractError::overflow("the end of the dispute window");
    let (now, clock) = (timeline.now, &timeline.clock);
    let ends_at_s = now.time_s.checked_add(clock.dispute_window_s).ok_or_else(overflow)?;
    let ends_height = now.height.checked_add(u64::from(clock.min_blocks)).ok_or_else(overflow)?;
    Ok(Window { ends_at_s, ends_height })
}
