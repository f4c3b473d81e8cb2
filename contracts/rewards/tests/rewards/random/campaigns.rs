//! Campaigns: created, funded, handed over, stopped, refunded; their fees withdrawn.

use std::collections::BTreeMap;

use attention_protocol::msg::{Cw20Deposit, ExecuteMsg};
use attention_protocol::rule::Unlock;
use cosmwasm_std::Addr;

use super::model::epochs::window_end_s;
use super::model::{Campaign, Model};
use super::world::World;
use crate::suite::{ATT, NewCampaign, USD};

/// Most campaigns of a world: every one is looked at after every step.
const CAMPAIGNS_MAX: usize = 24;
/// Most epochs that a refund looks at one by one.
const UNSETTLED_MAX: usize = 32;

impl World {
    pub fn create(&mut self) {
        if self.model.campaigns.len() >= CAMPAIGNS_MAX {
            return;
        }
        let (gold, iron) = (self.suite.asset(0), self.suite.asset(1));
        let asset = self.rng.pick(&[ATT.to_string(), USD.to_string(), gold, iron.clone(), iron]).clone();
        let (amount, refund_to) = (u128::from(self.rng.of(900..50_000)), self.person());
        let (now_s, sponsor) = (self.now_s(), self.person());
        let start = Model::next_epoch(now_s) + self.rng.of(0..3);
        let epochs = if self.rng.once_in(3) { self.rng.of(1..4) } else { self.rng.of(4..60) };
        let new = NewCampaign::default().epochs(start, start + epochs);
        let over_s = new.msg.claim_deadline_s;
        let unlock_s = if self.rng.once_in(3) { self.rng.of(1..20_000) } else { 0 };
        let unlock = if unlock_s == 0 { (0, 0) } else { (over_s, over_s + unlock_s) };
        let claim_deadline_s = over_s + unlock_s;
        let new =
            new.rule(|rule| rule.unlock = Unlock { start_s: unlock.0, end_s: unlock.1 }).change(|msg| {
                msg.claim_deadline_s = claim_deadline_s;
                msg.refund_address = Some(refund_to.to_string());
            });
        let receipt = Model::receipt_epoch(now_s);
        let limits = self.model.limits_at(receipt);
        let (creation_fee, operator_fee) = (limits.creation_fee(&asset), limits.operator_fee(amount));
        let fees = creation_fee + operator_fee;
        let is_enough = limits.assets.get(&asset).is_some_and(|(least, _)| amount >= fees + least);
        let expected = is_enough && !self.is_paused() && self.model.deposits_work(&asset);
        let deposit = Cw20Deposit::CreateCampaign(Box::new(new.msg));
        let created = self.pay_in(&sponsor, (&asset, amount), deposit);
        assert_eq!(created.is_ok(), expected, "{created:?}");
        if !expected {
            return;
        }
        self.model.leave(&sponsor, &asset, amount);
        *self.model.fees.entry(asset.clone()).or_default() += creation_fee;
        self.take_operator_fee(&asset, operator_fee, receipt);
        let campaign = Campaign {
            asset: asset.clone(),
            sponsor,
            proposed: None,
            refund_to,
            start,
            scheduled_end: start + epochs,
            end: start + epochs,
            stopped: false,
            unlock,
            claim_deadline_s,
            created_in: receipt,
            paused_before_s: self.model.paused_s(now_s),
            fees,
            credits: vec![(receipt, amount - fees)],
            settled: BTreeMap::new(),
            rejected: BTreeMap::new(),
            allocated: 0,
            claimed: BTreeMap::new(),
            back_unallocated: 0,
            back_unclaimed: 0,
            closed: false,
        };
        let id = self.model.campaigns.len() as u64 + 1;
        self.model.campaigns.insert(id, campaign);
        if !asset.starts_with("cw20:") {
            self.suite.campaigns.push((id, asset));
        }
        assert_eq!(self.suite.campaigns.last().map(|(id, _)| *id), Some(id));
    }

    /// The operators' share waits: what comes into an empty pot is for those who sign from now on.
    fn take_operator_fee(&mut self, asset: &str, fee: u128, receipt: u64) {
        if fee == 0 {
            return;
        }
        let (due, from) = self.model.operator_fees.entry(asset.to_string()).or_default();
        if *due == 0 {
            *from = receipt.max(*from);
        }
        *due += fee;
    }

    pub fn fund(&mut self) {
        let Some(id) = self.campaign() else { return };
        let (amount, by) = (u128::from(self.rng.of(1..10_000)), self.person());
        let receipt = Model::receipt_epoch(self.now_s());
        let campaign = &self.model.campaigns[&id];
        let (asset, end) = (campaign.asset.clone(), campaign.end(&self.model.epochs));
        let runs = receipt < end && campaign.start < end;
        let limits = self.model.limits_at(receipt);
        let fee = limits.operator_fee(amount);
        // A token that is listed no more stays good as long as the contract holds any.
        let is_known = !asset.starts_with("cw20:")
            || limits.assets.contains_key(&asset)
            || self.model.debts(&asset).total() > 0;
        let expected = runs && is_known && !self.is_paused() && self.model.deposits_work(&asset);
        let result = self.pay_in(&by, (&asset, amount), Cw20Deposit::FundCampaign { campaign: id });
        assert_eq!(result.is_ok(), expected, "{result:?}");
        if expected {
            self.model.leave(&by, &asset, amount);
            self.take_operator_fee(&asset, fee, receipt);
            let campaign = self.model.campaigns.get_mut(&id).unwrap();
            campaign.fees += fee;
            campaign.credits.push((receipt, amount - fee));
        }
    }

    /// With the current epoch: what was lived is paid.
    pub fn stop(&mut self) {
        let Some(id) = self.campaign() else { return };
        let campaign = &self.model.campaigns[&id];
        let (sponsor, end) = (campaign.sponsor.clone(), campaign.end(&self.model.epochs));
        let next = Model::next_epoch(self.now_s());
        let expected = !campaign.stopped && (next == 0 || next - 1 < end);
        let result = self.send(&sponsor, &ExecuteMsg::StopCampaign { campaign: id }, &[]);
        assert_eq!(result.is_ok(), expected, "{result:?}");
        if expected {
            let campaign = self.model.campaigns.get_mut(&id).unwrap();
            campaign.stopped = true;
            campaign.end = campaign.scheduled_end.min(next.max(campaign.start));
        }
    }

    pub fn propose_sponsor(&mut self) {
        let Some(campaign) = self.campaign() else { return };
        let to = if self.rng.once_in(4) { None } else { Some(self.person()) };
        let sponsor = self.model.campaigns[&campaign].sponsor.clone();
        let msg = ExecuteMsg::ProposeSponsor { campaign, sponsor: to.as_ref().map(Addr::to_string) };
        self.send(&sponsor, &msg, &[]).unwrap();
        self.model.campaigns.get_mut(&campaign).unwrap().proposed = to;
    }

    pub fn accept_sponsor(&mut self) {
        let Some(any) = self.campaign() else { return };
        let proposed = self.model.campaigns.iter().find(|(_, campaign)| campaign.proposed.is_some());
        let id = proposed.map(|(id, _)| *id).filter(|_| !self.rng.once_in(4)).unwrap_or(any);
        let next = self.model.campaigns[&id].proposed.clone();
        let sender = next.clone().unwrap_or_else(|| self.person());
        let result = self.send(&sender, &ExecuteMsg::AcceptSponsor { campaign: id }, &[]);
        assert_eq!(result.is_ok(), next.is_some(), "{result:?}");
        if let Some(next) = next {
            let campaign = self.model.campaigns.get_mut(&id).unwrap();
            (campaign.sponsor, campaign.proposed) = (next, None);
        }
    }

    /// When unclaimed money of a campaign may go back.
    pub fn claims_close_s(&self, id: u64) -> u64 {
        let campaign = &self.model.campaigns[&id];
        let claim_period_s = self.model.limits_at(campaign.created_in).claim_period_s;
        campaign.claims_close_s(claim_period_s, self.model.paused_s(self.now_s()))
    }

    /// What is refunded is what the books say, to the recorded address, and never before it is due.
    pub fn refund(&mut self) {
        let Some(id) = self.campaign() else { return };
        let campaign = &self.model.campaigns[&id];
        let (first, end) = (campaign.first_unsettled(), campaign.end(&self.model.epochs));
        // Final reports that say nothing of the campaign, and proofs that they do not.
        let silent = |epoch: &u64| !self.posted[epoch].draft.commitments.contains_key(&id);
        let reported = (first..end).filter(|epoch| self.model.epochs.is_final(*epoch));
        let mut shown: Vec<u64> = reported.filter(silent).take(UNSETTLED_MAX).collect();
        if self.rng.once_in(4) {
            shown.clear();
        }
        let is_over = self.is_over(id, &shown);
        let campaign = &self.model.campaigns[&id];
        let (unallocated, outstanding) = (campaign.unallocated(), campaign.outstanding());
        let unclaimed = if self.now_s() >= self.claims_close_s(id) { outstanding } else { 0 };
        let expected = is_over && unallocated + unclaimed > 0;
        let absences = shown.iter().map(|epoch| self.suite.absence(&self.posted[epoch].draft, id)).collect();
        let anyone = self.person();
        let result = self.send(&anyone, &ExecuteMsg::RefundCampaign { campaign: id, absences }, &[]);
        assert_eq!(result.is_ok(), expected, "campaign {id} of {first}..{end}: {result:?}");
        if !expected {
            return;
        }
        let campaign = self.model.campaigns.get_mut(&id).unwrap();
        campaign.back_unallocated += unallocated;
        campaign.back_unclaimed += unclaimed;
        campaign.closed |= unclaimed > 0;
        let (to, asset) = (campaign.refund_to.clone(), campaign.asset.clone());
        self.model.pay((&to, &to), &asset, unallocated + unclaimed);
    }

    /// Whether nothing of a campaign can be settled any more: every epoch is decided, and settled, rejected, missed or shown to hold
    /// nothing of it, or the grace has passed.
    fn is_over(&self, id: u64, shown: &[u64]) -> bool {
        let (campaign, epochs) = (&self.model.campaigns[&id], &self.model.epochs);
        let (first, end) = (campaign.first_unsettled(), campaign.end(epochs));
        if first >= end {
            return true;
        }
        if epochs.open < end {
            return false;
        }
        let over_s = window_end_s(end - 1);
        let newest_s = epochs.finals.range(first..end).next_back().map_or(over_s, |(_, ends_s)| *ends_s);
        let grace_s = self.model.limits_at(campaign.created_in).settle_grace_s;
        if self.now_s() >= newest_s.max(over_s) + grace_s {
            return true;
        }
        let is_decided = |epoch: u64| {
            campaign.rejected.contains_key(&epoch)
                || epochs.is_missed(epoch)
                || self.posted[&epoch].draft.commitments.is_empty()
                || shown.contains(&epoch)
        };
        end - first <= UNSETTLED_MAX as u64 && (first..end).all(is_decided)
    }

    pub fn withdraw_fees(&mut self) {
        let denom = self.rng.pick(&self.suite.assets()).clone();
        self.withdraw_fees_in(&denom);
    }

    pub fn withdraw_fees_in(&mut self, denom: &str) {
        let owner = self.owner();
        let due = self.model.fees.get(denom).copied().unwrap_or(0);
        let is_blocked = self.model.is_blocked(denom);
        let result = self.send(&owner, &ExecuteMsg::WithdrawFees { denom: denom.into() }, &[]);
        assert_eq!(result.is_ok(), due > 0 && self.is_owned() && !is_blocked, "{result:?}");
        if result.is_ok() {
            self.model.fees.insert(denom.into(), 0);
            self.model.arrive(&owner, denom, due);
        }
    }
}
