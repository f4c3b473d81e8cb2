//! The books as a reader of the rules would keep them: plain sums and steps, nothing read from the contract.

pub mod campaign;
pub mod disputes;
pub mod epochs;
pub mod limits;
pub mod operators;

use std::collections::{BTreeMap, BTreeSet};

use attention_protocol::Hash;
use cosmwasm_std::Addr;

pub use campaign::{Campaign, Settled};
pub use disputes::{At, Disputes, Why};
pub use epochs::{Epochs, Now};
pub use limits::Limits;
pub use operators::Operators;

use crate::suite::{BOND, Debts, clock};

/// Who is owed what the chain does not let the contract burn.
pub const NOBODY: &str = "nobody";

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
    /// It says that the contract holds nothing.
    Liar,
    /// Every transfer calls the contract, and is undone when that is refused.
    Reenters,
}

/// What a deployment can differ in.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rules {
    /// Reports need an anchored input.
    pub anchors: bool,
    /// What is slashed and lost goes to somebody; else it is burned.
    pub recipient: bool,
    /// The chain lets no contract burn.
    pub no_burn: bool,
}

/// Signatures in final reports.
#[derive(Debug, Default)]
pub struct Participation {
    /// Final reports below this epoch are counted.
    pub next: u64,
    /// By admin: reports while it was an operator, and those with its signature.
    pub counts: BTreeMap<Addr, (u64, u64)>,
}

#[derive(Debug, Default)]
pub struct Model {
    pub rules: Rules,
    pub epochs: Epochs,
    pub operators: Operators,
    pub disputes: Disputes,
    pub owner: Option<Addr>,
    pub next_owner: Option<Addr>,
    pub guardian: Option<Addr>,
    /// Who gets what is lost, if the rules say so.
    pub recipient: Option<Addr>,
    /// By first epoch.
    pub limits: BTreeMap<u64, Limits>,
    pub campaigns: BTreeMap<u64, Campaign>,
    /// Creation fees that are due, by asset.
    pub fees: BTreeMap<String, u128>,
    /// By asset: what waits for the operators, and from which epoch on their signatures count for it.
    pub operator_fees: BTreeMap<String, (u128, u64)>,
    /// By epoch of a final or pending report: the admins who signed it.
    pub signers: BTreeMap<u64, BTreeSet<Addr>>,
    pub participation: Participation,
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
    /// Start and end of every pause.
    pub pauses: Vec<(u64, u64)>,
    pub iron: Iron,
    /// The asset of that token.
    pub iron_asset: String,
}

impl Model {
    pub fn is_paused(&self, now_s: u64) -> bool {
        self.pauses.last().is_some_and(|(start_s, end_s)| *start_s <= now_s && now_s < *end_s)
    }

    /// Seconds spent paused.
    pub fn paused_s(&self, now_s: u64) -> u64 {
        self.pauses.iter().map(|(start_s, end_s)| now_s.min(*end_s) - start_s).sum()
    }

    /// The epoch whose budget money that arrives now counts for.
    pub fn receipt_epoch(now_s: u64) -> u64 {
        clock().epoch_at(now_s).unwrap_or(0)
    }

    /// The first epoch that has not begun.
    pub fn next_epoch(now_s: u64) -> u64 {
        clock().epoch_at(now_s).map_or(0, |epoch| epoch + 1)
    }

    /// The limits in force in an epoch.
    pub fn limits_at(&self, epoch: u64) -> &Limits {
        self.limits.range(..=epoch).next_back().expect("there are some from epoch 0 on").1
    }

    /// Everything that the contract must hold of an asset, by whom it is for.
    pub fn debts(&self, asset: &str) -> Debts {
        let of_asset = self.campaigns.values().filter(|campaign| campaign.asset == asset);
        let owed = self.owed.iter().filter(|((of, _), _)| of == asset);
        Debts {
            campaigns: of_asset.map(|campaign| campaign.unallocated() + campaign.outstanding()).sum(),
            fees: self.fees.get(asset).copied().unwrap_or(0),
            operator_fees: self.operator_fees.get(asset).map_or(0, |(due, _)| *due),
            withdrawable: owed.map(|(_, amount)| amount).sum(),
            bonds: if asset == BOND { self.operators.held() + self.disputes.held() } else { 0 },
        }
    }

    /// Whether the asset's token lets no transfer through.
    pub fn is_blocked(&self, asset: &str) -> bool {
        asset == self.iron_asset && matches!(self.iron, Iron::Fails | Iron::Reenters)
    }

    /// A payout: it arrives, with or without a loss on the way, or is owed.
    pub fn pay(&mut self, (account, recipient): (&Addr, &Addr), asset: &str, amount: u128) {
        if self.is_blocked(asset) {
            self.owe(asset, account, amount);
        } else {
            self.arrive(recipient, asset, amount);
        }
    }

    /// The contract owes somebody something.
    pub fn owe(&mut self, asset: &str, account: &Addr, amount: u128) {
        if amount > 0 {
            *self.owed.entry((asset.to_string(), account.clone())).or_default() += amount;
        }
    }

    /// A transfer that works.
    pub fn arrive(&mut self, recipient: &Addr, asset: &str, amount: u128) {
        let lost = if asset == self.iron_asset && self.iron == Iron::Fee { amount / 10 } else { 0 };
        *self.held.entry((asset.to_string(), recipient.clone())).or_default() += amount - lost;
    }

    /// Somebody pays in.
    pub fn leave(&mut self, sender: &Addr, asset: &str, amount: u128) {
        let held = self.held.get_mut(&(asset.to_string(), sender.clone())).expect("everybody has some");
        *held -= amount;
    }

    /// Whether the asset's token lets a deposit arrive.
    pub fn deposits_work(&self, asset: &str) -> bool {
        asset != self.iron_asset || matches!(self.iron, Iron::Honest | Iron::Reenters)
    }

    /// A part of a bond is nobody's any more: for the recipient, or burned, or where that is refused, kept for nobody.
    pub fn lose(&mut self, amount: u128) {
        let Rules { no_burn, .. } = self.rules;
        match self.recipient.clone() {
            Some(recipient) => self.owe(BOND, &recipient, amount),
            None if no_burn => self.owe(BOND, &Addr::unchecked(NOBODY), amount),
            None => {}
        }
    }

    /// The pending report is void: a challenge that waits for a decision gets its bond back.
    pub fn void(&mut self, now: Now, why: Why) {
        let at = self.epochs.pending().expect("a report pends");
        if why == Why::Other
            && let Some(challenge) = self.disputes.close_challenge(at)
        {
            self.owe(BOND, &challenge.by, challenge.bond);
        }
        self.disputes.voided.insert(at);
        self.signers.remove(&at.0);
        self.epochs.voided(now, why == Why::Silence);
    }

    /// Who signed the pending report.
    pub fn pending_signers(&self) -> Vec<Addr> {
        self.signers[&self.epochs.open].iter().cloned().collect()
    }

    /// Slashes these operators of an epoch: half goes to the prover, if there is one.
    pub fn slash(&mut self, epoch: u64, admins: &[Addr], prover: Option<&Addr>) {
        let taken = self.operators.slash(epoch, admins);
        let reward = if prover.is_some() { taken / 2 } else { 0 };
        if let Some(prover) = prover {
            self.owe(BOND, prover, reward);
        }
        self.lose(taken - reward);
    }

    /// Uses a reservation of a proof up.
    pub fn reward<'a>(&mut self, prover: &'a Addr, hash: &Hash, now: Now) -> Option<&'a Addr> {
        self.disputes.take_reservation(hash, now).then_some(prover)
    }

    /// What an account said last with effect in an epoch.
    pub fn consent(&self, name: &str, epoch: u64) -> Option<bool> {
        let mut said = self.consents.iter().rev().filter(|(who, _, from)| *who == name && *from <= epoch);
        said.next().map(|(_, granted, _)| *granted)
    }
}
