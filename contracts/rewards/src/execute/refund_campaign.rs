//! Pays what is due back to the recorded address: unallocated money once the campaign is over and nothing can be
//! settled any more, unclaimed money once claims have closed.

use attention_protocol::Commitment;
use attention_protocol::event::Event;
use attention_protocol::hash::Deployment;
use attention_protocol::msg::{ABSENCES_MAX, CommitmentAbsence, ReportStatus};
use attention_protocol::tree::{PlainNode, Shape, verify_absence};
use cosmwasm_std::{Response, Storage};

use crate::closing::{claims_close_s, limits_of};
use crate::error::{ContractError, Result, refuse};
use crate::money::Money;
use crate::state::allocation::ALLOCATIONS;
use crate::state::campaign::{CAMPAIGNS, Campaign, RUNS, RunRow};
use crate::state::money::{FUNDS, FundsRow, TOTALS, TotalsRow};
use crate::state::report::{REPORTS, ReportRow};
use crate::timeline::Timeline;
use crate::transfer::{Payout, payout};

/// Most epochs that are looked at one by one; a campaign with more unsettled ones has to wait for the grace.
const UNSETTLED_MAX: u64 = 32;

/// Checks what is due, books it and sends it. If the payment fails, the refund address is owed the amount.
pub(crate) fn refund_campaign(
    storage: &mut dyn Storage,
    timeline: &Timeline,
    deployment: &Deployment,
    campaign: u64,
    absences: &[CommitmentAbsence],
) -> Result<Response> {
    let stored = CAMPAIGNS.may_load(storage, campaign)?.ok_or(ContractError::UnknownCampaign { campaign })?;
    let money = Money::load(storage, campaign)?;
    let run = RUNS.load(storage, campaign)?;
    let end = CampaignEnd::load(storage, timeline, (campaign, &stored, &run), money.totals.settled_epoch)?;
    end.check_over(storage, timeline, &Absences { deployment, proofs: absences })?;

    let unallocated = money.unallocated()?;
    let outstanding = money.outstanding()?;
    let claims_close_s =
        claims_close_s(storage, timeline.now.time_s, (campaign, &stored, &run), &money.totals)?;
    let unclaimed = if timeline.now.time_s >= claims_close_s { outstanding } else { 0 };
    let overflow = || ContractError::overflow("the refund");
    let amount = unallocated.checked_add(unclaimed).ok_or_else(overflow)?;
    if amount == 0 {
        return refuse(ContractError::NothingToRefund { campaign, outstanding, claims_close_s });
    }
    let refunded = |before: u128, more: u128| before.checked_add(more).ok_or_else(overflow);
    let funds = FundsRow {
        refunded_unallocated: refunded(money.funds.refunded_unallocated, unallocated)?,
        refunded_unclaimed: refunded(money.funds.refunded_unclaimed, unclaimed)?,
        ..money.funds
    };
    FUNDS.save(storage, campaign, &funds);
    if unclaimed > 0 {
        TOTALS.save(storage, campaign, &TotalsRow { closed: true, ..money.totals });
    }
    let to = &stored.refund_address;
    let payment = Payout { account: to, recipient: to, asset: &run.payout.denom, amount };
    let recipient = to.to_string();
    Ok(Response::new().add_submessage(payout(storage, &payment)?).add_event(Event::CampaignRefunded {
        campaign,
        recipient,
        unallocated,
        unclaimed,
    }))
}

/// Proofs that reports hold no commitment of a campaign.
struct Absences<'a> {
    deployment: &'a Deployment,
    proofs: &'a [CommitmentAbsence],
}

impl Absences<'_> {
    fn check_order(&self) -> Result<()> {
        let actual = self.proofs.len();
        if actual > ABSENCES_MAX {
            return refuse(ContractError::Count { what: "absences", max: ABSENCES_MAX, actual });
        }
        let falls = |pair: &[CommitmentAbsence]| matches!(pair, [a, b] if a.epoch >= b.epoch);
        match self.proofs.windows(2).find(|pair| falls(pair)) {
            Some([_, second, ..]) => {
                Err(ContractError::invalid("absences.epoch", second.epoch, "above the one before it"))
            }
            _ => Ok(()),
        }
    }

    /// Whether a proof for the epoch is given. One that is given has to hold.
    fn prove(&self, campaign: u64, epoch: u64, report: &ReportRow) -> Result<bool> {
        let Some(proof) = self.proofs.iter().find(|proof| proof.epoch == epoch) else {
            // A report without commitments proves it by itself.
            return Ok(report.body.campaign_count == 0);
        };
        let shape = Shape {
            domain: self.deployment.commitments_domain(epoch),
            leaf_count: report.body.campaign_count,
            root: PlainNode(report.body.campaigns_root),
        };
        let shown = proof.commitments.iter().take(3).map(|packed| Commitment::unpack(packed.as_slice()));
        let shown = shown.collect::<Result<Vec<_>, _>>()?;
        verify_absence(&shape, &campaign, proof.start, &shown, proof.siblings.as_slice())?;
        Ok(true)
    }
}

/// The stretch of epochs that might still be settled: `first..end`.
struct CampaignEnd {
    campaign: u64,
    first: u64,
    end: u64,
    settle_grace_s: u64,
}

impl CampaignEnd {
    fn load(
        storage: &dyn Storage,
        timeline: &Timeline,
        (campaign, stored, run): (u64, &Campaign, &RunRow),
        settled_epoch: Option<u64>,
    ) -> Result<Self> {
        let end = timeline.effective_end(storage, run)?;
        let after_settled = settled_epoch.and_then(|epoch| epoch.checked_add(1)).unwrap_or(run.start_epoch);
        let settle_grace_s = limits_of(storage, stored)?.settle_grace_s;
        Ok(Self { campaign, first: after_settled, end, settle_grace_s })
    }

    /// Every epoch is final or missed, and none of the final ones can still be settled, unless the grace has passed.
    fn check_over(&self, storage: &dyn Storage, timeline: &Timeline, absences: &Absences<'_>) -> Result<()> {
        absences.check_order()?;
        if self.first >= self.end {
            return Ok(());
        }
        let campaign = self.campaign;
        let open = timeline.open_epoch()?;
        if open < self.end {
            let epoch = open.max(self.first);
            let window_end_s = timeline.clock.window_end_s(epoch)?;
            return refuse(ContractError::CampaignNotOver { campaign, epoch, window_end_s });
        }
        let grace_ends_s = self.grace_ends_s(storage, timeline)?;
        if timeline.now.time_s >= grace_ends_s {
            return Ok(());
        }
        match self.unsettled(storage, timeline, absences)? {
            Some(epoch) => refuse(ContractError::SettlementPending { campaign, epoch, grace_ends_s }),
            None => Ok(()),
        }
    }

    /// The grace counts from when the last report of the campaign became final, but not before its last window ended.
    fn grace_ends_s(&self, storage: &dyn Storage, timeline: &Timeline) -> Result<u64> {
        let over_s = timeline.clock.window_start_s(self.end)?;
        let overflow = || ContractError::overflow("the end of the settlement grace");
        let last = self.end.checked_sub(1).ok_or_else(overflow)?;
        let newest = REPORTS.newest(storage, self.first, last)?;
        let from_s = newest.map_or(over_s, |report| report.window.ends_at_s.max(over_s));
        from_s.checked_add(self.settle_grace_s).ok_or_else(overflow)
    }

    /// The first epoch whose final report may hold a commitment that nobody settled.
    fn unsettled(
        &self,
        storage: &dyn Storage,
        timeline: &Timeline,
        absences: &Absences<'_>,
    ) -> Result<Option<u64>> {
        for (epoch, looked_at) in (self.first..self.end).zip(0u64..) {
            if looked_at == UNSETTLED_MAX {
                return Ok(Some(epoch));
            }
            // A row means rejected here: every settled epoch is below `first`.
            if ALLOCATIONS.has(storage, (self.campaign, epoch)) {
                continue;
            }
            let is_over = match timeline.status(storage, epoch)? {
                (ReportStatus::Final, Some(report)) => absences.prove(self.campaign, epoch, &report)?,
                (status, _) => status == ReportStatus::Missed,
            };
            if !is_over {
                return Ok(Some(epoch));
            }
        }
        Ok(None)
    }
}
