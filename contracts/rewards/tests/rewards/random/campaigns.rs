//! Campaigns: created, funded, handed over, stopped, refunded; their fees withdrawn.

use attention_protocol::msg::ExecuteMsg;
use attention_protocol::rule::Unlock;
use cosmwasm_std::{Addr, coins};

use super::Action;
use super::model::{Campaign, Model};
use super::world::World;
use crate::suite::{ATT, NewCampaign, USD};

/// Most campaigns of a world: every one is looked at after every step.
const CAMPAIGNS_MAX: usize = 24;
/// `limits.settle_grace_s` of the suite.
const GRACE_S: u64 = 604_800;

pub fn draw_create(world: &mut World) -> Action {
    let (gold, iron) = (world.suite.asset(0), world.suite.asset(1));
    let assets = [ATT.to_string(), USD.to_string(), gold, iron.clone(), iron];
    Action::Create {
        asset: world.rng.pick(&assets).clone(),
        amount: world.rng.of(900..50_000).into(),
        delay: world.rng.of(0..3),
        epochs: if world.rng.once_in(3) { world.rng.of(1..4) } else { world.rng.of(4..60) },
        unlock_s: if world.rng.once_in(3) { world.rng.of(1..20_000) } else { 0 },
        refund_to: world.person(),
    }
}

pub fn draw_fund(world: &mut World) -> Action {
    Action::Fund { campaign: world.campaign(), amount: world.rng.of(1..10_000).into(), by: world.person() }
}

pub fn draw_stop(world: &mut World) -> Action {
    Action::Stop { campaign: world.campaign() }
}

pub fn draw_refund(world: &mut World) -> Action {
    Action::Refund { campaign: world.campaign() }
}

pub fn draw_propose_sponsor(world: &mut World) -> Action {
    let to = if world.rng.once_in(4) { None } else { Some(world.person()) };
    Action::ProposeSponsor { campaign: world.campaign(), to }
}

pub fn draw_accept_sponsor(world: &mut World) -> Action {
    Action::AcceptSponsor { campaign: world.campaign() }
}

pub fn draw_withdraw_fees(world: &mut World) -> Action {
    Action::WithdrawFees { asset: world.rng.pick(&[ATT, USD]).to_string() }
}

impl World {
    pub fn create(
        &mut self,
        (asset, amount): (&str, u128),
        (delay, epochs): (u64, u64),
        unlock_s: u64,
        refund_to: &Addr,
    ) {
        if self.model.campaigns.len() >= CAMPAIGNS_MAX {
            return;
        }
        let (now_s, sponsor) = (self.now_s(), self.suite.sponsor.clone());
        let start = Model::next_epoch(now_s) + delay;
        let new = NewCampaign::default().epochs(start, start + epochs).bringing(amount, asset);
        let over_s = new.msg.claim_deadline_s;
        let unlock = if unlock_s == 0 { (0, 0) } else { (over_s, over_s + unlock_s) };
        let new =
            new.rule(|rule| rule.unlock = Unlock { start_s: unlock.0, end_s: unlock.1 }).change(|msg| {
                msg.claim_deadline_s = over_s + unlock_s;
                msg.refund_address = Some(refund_to.to_string());
            });
        let created = new.attempt(&mut self.suite);
        let fee = Model::fee_of(asset);
        let is_enough = asset != ATT || amount >= 1_050;
        let expected = is_enough && !self.is_paused() && self.model.deposits_work(asset);
        assert_eq!(created.is_ok(), expected, "{created:?}");
        if !expected {
            return;
        }
        self.accepted = true;
        self.model.leave(&sponsor, asset, amount);
        *self.model.fees.entry(asset.to_string()).or_default() += fee;
        let campaign = Campaign {
            asset: asset.to_string(),
            sponsor: Some(sponsor),
            refund_to: Some(refund_to.clone()),
            start,
            scheduled_end: start + epochs,
            unlock,
            fee,
            credits: vec![(Model::receipt_epoch(now_s), amount - fee)],
            ..Campaign::default()
        };
        let id = self.model.campaigns.len() as u64 + 1;
        self.model.campaigns.insert(id, campaign);
        assert_eq!(self.suite.campaigns.last().map(|(id, _)| *id), Some(id));
    }

    pub fn fund(&mut self, id: u64, amount: u128, by: &Addr) {
        let (asset, start) = (self.model.campaigns[&id].asset.clone(), self.model.campaigns[&id].start);
        let receipt = Model::receipt_epoch(self.now_s());
        let end = self.suite.campaign(id).end_epoch;
        let result = if asset.starts_with("cw20:") {
            let fund = attention_protocol::msg::Cw20Deposit::FundCampaign { campaign: id };
            self.suite.deposit(by, (&asset, amount), &fund)
        } else {
            self.send(by, &ExecuteMsg::FundCampaign { campaign: id }, &coins(amount, &asset))
        };
        let runs = receipt < end && start < end;
        let expected = runs && !self.is_paused() && self.model.deposits_work(&asset);
        assert_eq!(result.is_ok(), expected, "{result:?}");
        if expected {
            self.accepted = true;
            self.model.leave(by, &asset, amount);
            self.model.campaigns.get_mut(&id).unwrap().credits.push((receipt, amount));
        }
    }

    pub fn stop(&mut self, id: u64) {
        let sponsor = self.model.campaigns[&id].sponsor.clone().unwrap();
        let result = self.send(&sponsor, &ExecuteMsg::StopCampaign { campaign: id }, &[]);
        let campaign = self.model.campaigns.get_mut(&id).unwrap();
        assert!(!(result.is_ok() && campaign.stopped), "stopped twice");
        campaign.stopped |= result.is_ok();
    }

    pub fn propose_sponsor(&mut self, id: u64, to: Option<&Addr>) {
        let sponsor = self.model.campaigns[&id].sponsor.clone().unwrap();
        let msg = ExecuteMsg::ProposeSponsor { campaign: id, sponsor: to.map(Addr::to_string) };
        self.send(&sponsor, &msg, &[]).unwrap();
        self.model.campaigns.get_mut(&id).unwrap().proposed = to.cloned();
    }

    pub fn accept_sponsor(&mut self, id: u64) {
        let Some(next) = self.model.campaigns[&id].proposed.clone() else {
            let anyone = self.person();
            self.send(&anyone, &ExecuteMsg::AcceptSponsor { campaign: id }, &[]).unwrap_err();
            return;
        };
        self.send(&next, &ExecuteMsg::AcceptSponsor { campaign: id }, &[]).unwrap();
        let campaign = self.model.campaigns.get_mut(&id).unwrap();
        (campaign.sponsor, campaign.proposed) = (Some(next), None);
        let stored = self.suite.campaign(id);
        assert_eq!(Some(stored.sponsor), self.model.campaigns[&id].sponsor);
        assert_eq!(Some(stored.refund_address), self.model.campaigns[&id].refund_to, "it stays");
    }

    /// What is refunded is what the books say, to the recorded address, and never before it is due.
    pub fn refund(&mut self, id: u64) {
        let before = self.suite.campaign(id);
        let open = self.suite.epoch_status().open_epoch;
        let pending = self.settleable(id);
        let (now_s, anyone) = (self.now_s(), self.person());
        let refund = ExecuteMsg::RefundCampaign { campaign: id, absences: vec![] };
        if self.send(&anyone, &refund, &[]).is_err() {
            return;
        }
        let campaign = self.model.campaigns.get_mut(&id).unwrap();
        let newest = campaign.settled.keys().next_back().copied();
        let all_settled = newest.is_some_and(|epoch| epoch + 1 >= before.end_epoch);
        let is_empty = before.end_epoch <= campaign.start;
        assert!(open >= before.end_epoch || all_settled || is_empty, "an epoch is still to come");
        if pending {
            let over_s = crate::suite::clock().window_start_s(before.end_epoch).unwrap();
            assert!(now_s >= over_s + GRACE_S, "an allocation could still be settled");
        }
        let (unallocated, outstanding) = (campaign.unallocated(), campaign.outstanding());
        let unclaimed = if now_s >= before.claims_close_s { outstanding } else { 0 };
        assert!(unallocated + unclaimed > 0, "nothing was due");
        campaign.back_unallocated += unallocated;
        campaign.back_unclaimed += unclaimed;
        campaign.closed |= unclaimed > 0;
        let (to, asset) = (campaign.refund_to.clone().unwrap(), campaign.asset.clone());
        self.model.pay((&to, &to), &asset, unallocated + unclaimed);
    }

    pub fn withdraw_fees(&mut self, asset: &str) {
        let (owner, denom) = (self.suite.owner.clone(), asset.to_string());
        let result = self.send(&owner, &ExecuteMsg::WithdrawFees { denom }, &[]);
        let due = self.model.fees.insert(asset.to_string(), 0).unwrap_or(0);
        assert_eq!(result.is_ok(), due > 0, "{result:?}");
        self.model.arrive(&owner, asset, due);
    }
}
