//! Bonds of operators, and what they are paid: counted signatures, shared fees.

use attention_protocol::msg::ExecuteMsg;
use cosmwasm_std::{Addr, coins};

use super::model::operators::{BOND_MIN, Bond, UNBONDING_S};
use super::world::World;
use crate::suite::{BOND, USD};

/// Most final reports that a message counts.
const COUNTED_MAX: usize = 100;

/// Signatures in a stretch of final reports.
struct Tally {
    /// The first epoch that was not looked at.
    next: u64,
    /// The first epoch that is not decided.
    end: u64,
    /// Admin, reports while it was an operator, those with its signature.
    counts: Vec<(Addr, u64, u64)>,
}

impl World {
    /// Admins who are proposed and lack the bond that is asked.
    fn poor(&self) -> Vec<Addr> {
        let named = self.model.operators.proposal.iter().flat_map(|proposal| &proposal.operators);
        let named = named.flat_map(|(operators, _)| operators).map(|operator| operator.admin.clone());
        named.filter(|admin| self.model.operators.bond(admin).bonded < BOND_MIN).collect()
    }

    /// Somebody who is an operator's admin or may become one: often one who was proposed and lacks the bond.
    fn bonding(&mut self) -> Addr {
        let poor = self.poor();
        if !poor.is_empty() && !self.rng.once_in(3) { self.rng.pick(&poor).clone() } else { self.admin() }
    }

    /// An admin of whom something is true, if there is one; now and then another.
    fn admin_with(&mut self, is: impl Fn(&Bond) -> bool) -> Addr {
        let mut such = self.admins.clone();
        such.retain(|admin| is(&self.model.operators.bond(admin)));
        if such.is_empty() || self.rng.once_in(5) { self.admin() } else { self.rng.pick(&such).clone() }
    }

    pub fn post_bond(&mut self) {
        let admin = self.bonding();
        self.post_bond_of(admin);
    }

    /// Everybody who is proposed puts up what is asked.
    pub fn bond_proposed(&mut self) {
        for _ in 0..self.admins.len() {
            if let Some(admin) = self.poor().pop() {
                self.post_bond_of(admin);
            }
        }
    }

    fn post_bond_of(&mut self, admin: Addr) {
        let amount = u128::from(self.rng.of(1..4_000));
        let expected = self.model.operators.may_post(&admin, self.current_epoch());
        if self.rng.once_in(12) {
            let person = self.person();
            self.send(&person, &ExecuteMsg::PostBond {}, &coins(amount, USD)).unwrap_err();
        }
        let result = self.send(&admin, &ExecuteMsg::PostBond {}, &coins(amount, BOND));
        assert_eq!(result.is_ok(), expected, "{result:?}");
        if expected {
            self.model.leave(&admin, BOND, amount);
            self.model.operators.bonds.entry(admin).or_default().bonded += amount;
        }
    }

    pub fn unbond(&mut self) {
        let admin = self.admin_with(|bond| bond.bonded > BOND_MIN);
        let bonded = self.model.operators.bond(&admin).bonded;
        let required = self.model.operators.required(&admin, self.model.epochs.open);
        let amount = match self.rng.of(0..5) {
            0 => bonded,
            1 => bonded + 1,
            2 => bonded.max(required) - required,
            3 => bonded.max(required) - required + 1,
            _ => u128::from(self.rng.of(0..3_000)),
        };
        let expected = amount > 0 && amount <= bonded && bonded - amount >= required;
        let result = self.send(&admin, &ExecuteMsg::Unbond { amount: amount.into() }, &[]);
        assert_eq!(result.is_ok(), expected, "{amount} of {bonded}, {required} required: {result:?}");
        if expected {
            let ready_s = self.now_s() + UNBONDING_S;
            let bond = self.model.operators.bonds.get_mut(&admin).unwrap();
            bond.bonded -= amount;
            bond.leaving += amount;
            bond.ready_s = ready_s;
        }
    }

    pub fn withdraw_bond(&mut self) {
        let admin = self.admin_with(|bond| bond.leaving > 0);
        let bond = self.model.operators.bond(&admin);
        if bond.leaving > 0 && self.rng.once_in(2) {
            self.reach(bond.ready_s);
        }
        let expected = bond.leaving > 0 && self.now_s() >= bond.ready_s;
        let result = self.send(&admin, &ExecuteMsg::WithdrawBond {}, &[]);
        assert_eq!(result.is_ok(), expected, "{result:?}");
        if expected {
            let leaving = std::mem::take(&mut self.model.operators.bonds.get_mut(&admin).unwrap().leaving);
            self.model.owe(BOND, &admin, leaving);
        }
    }

    /// The signatures in final reports from an epoch on.
    fn tally(&self, from: u64) -> Tally {
        let epochs = &self.model.epochs;
        let end = epochs.open.max(from);
        let reported: Vec<u64> =
            epochs.finals.range(from..end).map(|(epoch, _)| *epoch).take(COUNTED_MAX).collect();
        let next = if reported.len() == COUNTED_MAX { reported[COUNTED_MAX - 1] + 1 } else { end };
        let count = |admin: &Addr| {
            let was = |epoch: &&u64| self.model.operators.at(**epoch).place(admin).is_some();
            let signed = |epoch: &&u64| self.model.signers[epoch].contains(admin);
            let (reports, signed) =
                (reported.iter().filter(was).count(), reported.iter().filter(signed).count());
            (admin.clone(), reports as u64, signed as u64)
        };
        Tally { next, end, counts: self.admins.iter().map(count).collect() }
    }

    pub fn count_participation(&mut self) {
        let from = self.model.participation.next;
        let tally = self.tally(from);
        let anyone = self.person();
        let result = self.send(&anyone, &ExecuteMsg::CountParticipation {}, &[]);
        assert_eq!(result.is_ok(), tally.next > from, "{result:?}");
        if tally.next > from {
            self.model.participation.next = tally.next;
            for (admin, reports, signed) in tally.counts {
                let counted = self.model.participation.counts.entry(admin).or_default();
                *counted = (counted.0 + reports, counted.1 + signed);
            }
        }
    }

    /// Every epoch has an equal part, every signature an equal part of that; what does not divide stays.
    pub fn distribute(&mut self) {
        let assets = self.suite.assets();
        let denom = self.rng.pick(&assets).clone();
        let (due, from) = self.model.operator_fees.get(&denom).copied().unwrap_or_default();
        let Tally { next, end, counts } = self.tally(from);
        let all: u64 = counts.iter().map(|(_, _, signed)| signed).sum();
        let expected = due > 0 && all > 0;
        let anyone = self.person();
        let msg = ExecuteMsg::DistributeOperatorFees { denom: denom.clone() };
        let result = self.send(&anyone, &msg, &[]);
        assert_eq!(result.is_ok(), expected, "{due} of {denom}, {all} signatures: {result:?}");
        if !expected {
            return;
        }
        let part = due * u128::from(next - from) / u128::from(end - from);
        let mut left = due;
        for (admin, _, signed) in counts {
            let share = part * u128::from(signed) / u128::from(all);
            left -= share;
            self.model.owe(&denom, &admin, share);
        }
        self.model.operator_fees.insert(denom, (left, next));
    }
}
