//! Turns commitments of final reports into allocations: proves, judges, moves money from unallocated to allocated.

use attention_protocol::Commitment;
use attention_protocol::campaign::epochs_left;
use attention_protocol::event::{Event, SettleOutcome};
use attention_protocol::hash::Deployment;
use attention_protocol::msg::{AllocationStatus, SETTLE_ITEMS_MAX, SettleItem};
use attention_protocol::settle::{SettleContext, SettleVerdict, SettledBase, check_settle};
use attention_protocol::tree::{PlainNode, Shape, verify_leaf};
use cosmwasm_std::{Response, Storage};

use crate::credit::credited;
use crate::error::{ContractError, Result, check_count, refuse};
use crate::money::{load_totals, unallocated};
use crate::payout::settled_allocation;
use crate::state::allocation::{ALLOCATIONS, AllocationRow, reason_word};
use crate::state::campaign::{RUNS, RunRow};
use crate::state::money::{FUNDS, FundsRow, TOTALS, TotalsRow};
use crate::timeline::Timeline;

/// Settles each item on its own; fails only if every item does, with the first item's error.
pub(crate) fn settle(
    storage: &mut dyn Storage,
    timeline: &Timeline,
    deployment: &Deployment,
    items: &[SettleItem],
) -> Result<Response> {
    check_count("items", items.len(), SETTLE_ITEMS_MAX)?;
    let mut response = Response::new();
    let mut first_error = None;
    let mut failed = 0usize;
    for item in items {
        let event = match settle_item(storage, timeline, deployment, item) {
            Ok(done) => done,
            Err(error) => {
                failed = failed.checked_add(1).ok_or_else(|| ContractError::overflow("items"))?;
                let event = failure(item, &error);
                first_error.get_or_insert(error);
                event
            }
        };
        response = response.add_event(event);
    }
    match first_error {
        Some(error) if failed == items.len() => Err(error),
        _ => Ok(response),
    }
}

fn failure(item: &SettleItem, error: &ContractError) -> Event {
    let campaign = Commitment::unpack(item.commitment.as_slice()).map_or(0, |commitment| commitment.campaign);
    Event::CommitmentSettled {
        campaign,
        epoch: item.epoch,
        outcome: SettleOutcome::Error,
        delta: 0,
        reason: error.to_string(),
    }
}

/// All reads and checks come before the first write, so that a failed item leaves nothing behind.
fn settle_item(
    storage: &mut dyn Storage,
    timeline: &Timeline,
    deployment: &Deployment,
    item: &SettleItem,
) -> Result<Event> {
    let epoch = item.epoch;
    let commitment = proven_commitment(storage, timeline, deployment, item)?;
    let campaign = commitment.campaign;
    let totals = load_totals(storage, campaign)?;
    if ALLOCATIONS.has(storage, (campaign, epoch)) {
        return Ok(event(&commitment, epoch, SettleOutcome::Skipped, (0, "")));
    }
    if let Some(settled) = totals.settled_epoch.filter(|settled| *settled >= epoch) {
        return refuse(ContractError::EpochPassed { campaign, epoch, settled });
    }
    let run = RUNS.load(storage, campaign)?;
    let base = Base::load(storage, campaign, &totals)?;
    let context = settle_context(storage, timeline, (&run, &base), (campaign, epoch))?;
    let now_s = timeline.now.time_s;
    match check_settle(&commitment, &context) {
        SettleVerdict::OtherBase => refuse(ContractError::OtherBase { campaign, epoch }),
        SettleVerdict::Rejected(reason) => {
            let status = AllocationStatus::Rejected(reason);
            let row = AllocationRow::new(status, &commitment, (base.released, now_s), &run.payout);
            ALLOCATIONS.save(storage, (campaign, epoch), &row);
            Ok(event(&commitment, epoch, SettleOutcome::Rejected, (0, reason_word(reason))))
        }
        SettleVerdict::Settled { delta } => {
            let allocated = allocate(&base.funds, &totals, campaign, delta)?;
            let released = base
                .released
                .checked_add(commitment.budget)
                .ok_or_else(|| ContractError::overflow("the released budgets"))?;
            let status = AllocationStatus::Settled;
            let row = AllocationRow::new(status, &commitment, (released, now_s), &run.payout);
            ALLOCATIONS.save(storage, (campaign, epoch), &row);
            TOTALS.save(storage, campaign, &TotalsRow { allocated, settled_epoch: Some(epoch), ..totals });
            Ok(event(&commitment, epoch, SettleOutcome::Settled, (delta, "")))
        }
    }
}

/// The item's commitment, proven into the final report of its epoch.
fn proven_commitment(
    storage: &dyn Storage,
    timeline: &Timeline,
    deployment: &Deployment,
    item: &SettleItem,
) -> Result<Commitment> {
    let commitment = Commitment::unpack(item.commitment.as_slice())?;
    let report = timeline.final_report(storage, item.epoch)?.body;
    let shape = Shape {
        domain: deployment.commitments_domain(item.epoch),
        leaf_count: report.campaign_count,
        root: PlainNode(report.campaigns_root),
    };
    verify_leaf(&shape, item.position, &commitment, item.siblings.as_slice())?;
    Ok(commitment)
}

/// What the next allocation of a campaign builds on.
pub(super) struct Base {
    settled: SettledBase,
    /// Sum of the weights in it; only proofs look at it.
    pub(super) weight_total: u64,
    released: u128,
    funds: FundsRow,
}

impl Base {
    pub(super) fn load(storage: &dyn Storage, campaign: u64, totals: &TotalsRow) -> Result<Self> {
        let funds = FUNDS.load(storage, campaign)?;
        let newest =
            totals.settled_epoch.map(|epoch| settled_allocation(storage, campaign, epoch)).transpose()?;
        Ok(match newest {
            Some(row) => {
                Self { settled: row.as_base(), weight_total: row.weight_total, released: row.released, funds }
            }
            None => Self { settled: SettledBase::NONE, weight_total: 0, released: 0, funds },
        })
    }
}

/// What a commitment of the campaign in the epoch is judged by.
pub(super) fn settle_context(
    storage: &dyn Storage,
    timeline: &Timeline,
    (run, base): (&RunRow, &Base),
    (campaign, epoch): (u64, u64),
) -> Result<SettleContext> {
    let running = run.start_epoch <= epoch && epoch < timeline.effective_end(storage, run)?;
    let budget = budget(run, available(storage, base, (campaign, epoch))?, epoch);
    Ok(SettleContext { base: base.settled, running, rule_hash: run.rule_hash, budget, growth: run.growth })
}

fn budget(run: &RunRow, available: u128, epoch: u64) -> u128 {
    run.schedule.budget(available, epochs_left(run.scheduled_end, epoch))
}

/// What was credited before the end of the epoch, less what is allocated or went back. A refund may have taken money
/// that came after the epoch, too: then nothing is available.
fn available(storage: &dyn Storage, base: &Base, (campaign, epoch): (u64, u64)) -> Result<u128> {
    let left = credited(storage, campaign, epoch)?
        .checked_sub(base.settled.total)
        .and_then(|left| left.checked_sub(base.funds.refunded_unallocated));
    Ok(left.unwrap_or(0))
}

/// The new allocated total. The schedule never gives more than is available, so the refusal is a second lock.
fn allocate(funds: &FundsRow, totals: &TotalsRow, campaign: u64, delta: u128) -> Result<u128> {
    let unallocated = unallocated(funds, totals.allocated)?;
    if delta > unallocated {
        return refuse(ContractError::OverAllocated { campaign, delta, unallocated });
    }
    totals.allocated.checked_add(delta).ok_or_else(|| ContractError::overflow("the allocated total"))
}

fn event(
    commitment: &Commitment,
    epoch: u64,
    outcome: SettleOutcome,
    (delta, reason): (u128, &str),
) -> Event {
    Event::CommitmentSettled {
        campaign: commitment.campaign,
        epoch,
        outcome,
        delta,
        reason: reason.to_string(),
    }
}
