//! The books as a reader of the rules would keep them: plain sums, nothing read from the contract.

use std::collections::BTreeMap;

use cosmwasm_std::Addr;

use crate::suite::{ATT, clock};

/// `limits.pause_max_s` of the suite.
const PAUSE_MAX_S: u64 = 5_000;

/// How the token that changes behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Iron {
    #[default]
    Honest,
    /// A tenth is lost on the way.
    Fee,
    /// No transfer works.
    Fails,
    /// Deposits are told and never made.
    Phantom,
}

/// A settled allocation, as it has to stay.
#[derive(Debug, Clone)]
pub struct Settled {
    /// What every name earned up to then.
    pub earned: BTreeMap<&'static str, u128>,
    /// The contract's answer about it, which never changes.
    pub answer: serde_json::Value,
}

#[derive(Debug, Clone, Default)]
pub struct Campaign {
    pub asset: String,
    pub sponsor: Option<Addr>,
    pub proposed: Option<Addr>,
    pub refund_to: Option<Addr>,
    pub start: u64,
    pub scheduled_end: u64,
    pub unlock: (u64, u64),
    pub stopped: bool,
    pub fee: u128,
    /// Epoch of receipt and amount, net of the fee.
    pub credits: Vec<(u64, u128)>,
    pub settled: BTreeMap<u64, Settled>,
    /// Epochs whose commitment was rejected for good, with the contract's answer.
    pub rejected: BTreeMap<u64, serde_json::Value>,
    pub allocated: u128,
    pub claimed: BTreeMap<&'static str, u128>,
    pub back_unallocated: u128,
    pub back_unclaimed: u128,
    pub closed: bool,
}

impl Campaign {
    pub fn credited(&self, epoch: u64) -> u128 {
        self.credits.iter().filter(|(receipt, _)| *receipt <= epoch).map(|(_, amount)| amount).sum()
    }

    pub fn paid_out(&self) -> u128 {
        self.claimed.values().sum()
    }

    pub fn unallocated(&self) -> u128 {
        self.credited(u64::MAX) - self.allocated - self.back_unallocated
    }

    pub fn outstanding(&self) -> u128 {
        self.allocated - self.paid_out() - self.back_unclaimed
    }

    /// The even schedule, by hand.
    pub fn budget(&self, epoch: u64) -> u128 {
        let taken = self.allocated + self.back_unallocated;
        let available = self.credited(epoch).max(taken) - taken;
        let left = if epoch < self.scheduled_end { self.scheduled_end - epoch } else { 1 };
        available / u128::from(left)
    }

    /// What a name earned up to the newest settled epoch.
    pub fn earned(&self, name: &str) -> u128 {
        self.settled.values().next_back().map_or(0, |settled| settled.earned[name])
    }

    /// What a name's leaf of a settled epoch pays now.
    pub fn due(&self, name: &str, epoch: u64, now_s: u64) -> u128 {
        let earned = self.settled[&epoch].earned[name];
        let (from_s, to_s) = self.unlock;
        let unlocked = match now_s {
            now if now >= to_s => earned,
            now if now <= from_s => 0,
            now => earned * u128::from(now - from_s) / u128::from(to_s - from_s),
        };
        let claimed = self.claimed.get(name).copied().unwrap_or(0);
        unlocked.max(claimed) - claimed
    }
}

#[derive(Debug, Default)]
pub struct Model {
    pub campaigns: BTreeMap<u64, Campaign>,
    /// By asset.
    pub fees: BTreeMap<String, u128>,
    /// By asset and account.
    pub owed: BTreeMap<(String, Addr), u128>,
    /// By asset and account: what each person holds.
    pub held: BTreeMap<(String, Addr), u128>,
    /// By name: where others pay it.
    pub payout: BTreeMap<&'static str, Addr>,
    /// By name: the next redirect.
    pub nonces: BTreeMap<&'static str, u64>,
    /// In order: name, what it said, from which epoch on.
    pub consents: Vec<(&'static str, bool, u64)>,
    /// By campaign, name and epoch.
    pub scores: BTreeMap<(u64, &'static str, u64), u32>,
    /// By asset id: epoch, price and denom of the newest record.
    pub assets: BTreeMap<&'static str, (u64, u128, &'static str)>,
    /// By asset id and denom: epoch and price of the newest price above 0.
    pub prices: BTreeMap<(&'static str, &'static str), (u64, u128)>,
    /// Start and end of the last pause.
    pub pause: Option<(u64, u64)>,
    pub iron: Iron,
    /// The asset of that token.
    pub iron_asset: String,
}

impl Model {
    pub fn is_paused(&self, now_s: u64) -> bool {
        self.pause.is_some_and(|(start_s, end_s)| start_s <= now_s && now_s < end_s)
    }

    /// Whether a pause may begin.
    pub fn may_pause(&self, now_s: u64) -> bool {
        self.pause.is_none_or(|(_, end_s)| now_s >= end_s + PAUSE_MAX_S)
    }

    pub fn pause(&mut self, now_s: u64) {
        self.pause = Some((now_s, now_s + PAUSE_MAX_S));
    }

    /// The creation fee of an asset.
    pub fn fee_of(asset: &str) -> u128 {
        if asset == ATT { 50 } else { 0 }
    }

    /// The epoch whose budget money that arrives now counts for.
    pub fn receipt_epoch(now_s: u64) -> u64 {
        clock().epoch_at(now_s).unwrap_or(0)
    }

    /// The first epoch that has not begun.
    pub fn next_epoch(now_s: u64) -> u64 {
        clock().epoch_at(now_s).map_or(0, |epoch| epoch + 1)
    }

    /// Everything that the contract must hold of an asset.
    pub fn debts(&self, asset: &str) -> u128 {
        let of_asset = self.campaigns.values().filter(|campaign| campaign.asset == asset);
        let campaigns: u128 = of_asset.map(|campaign| campaign.unallocated() + campaign.outstanding()).sum();
        let owed: u128 = self.owed.iter().filter(|((of, _), _)| of == asset).map(|(_, amount)| amount).sum();
        campaigns + owed + self.fees.get(asset).copied().unwrap_or(0)
    }

    /// A payout: it arrives, with or without a loss on the way, or is owed.
    pub fn pay(&mut self, (account, recipient): (&Addr, &Addr), asset: &str, amount: u128) {
        if asset == self.iron_asset && self.iron == Iron::Fails {
            *self.owed.entry((asset.to_string(), account.clone())).or_default() += amount;
        } else {
            self.arrive(recipient, asset, amount);
        }
    }

    /// A transfer that works.
    pub fn arrive(&mut self, recipient: &Addr, asset: &str, amount: u128) {
        let lost = if asset == self.iron_asset && self.iron == Iron::Fee { amount / 10 } else { 0 };
        *self.held.entry((asset.to_string(), recipient.clone())).or_default() += amount - lost;
    }

    /// Somebody pays in.
    pub fn leave(&mut self, sender: &Addr, asset: &str, amount: u128) {
        let held = self.held.get_mut(&(asset.to_string(), sender.clone())).unwrap();
        *held -= amount;
    }

    /// Whether the asset's token lets a deposit arrive.
    pub fn deposits_work(&self, asset: &str) -> bool {
        asset != self.iron_asset || self.iron == Iron::Honest
    }

    /// What an account said last with effect in an epoch.
    pub fn consent(&self, name: &str, epoch: u64) -> Option<bool> {
        let mut said = self.consents.iter().rev().filter(|(who, _, from)| *who == name && *from <= epoch);
        said.next().map(|(_, granted, _)| *granted)
    }
}
