//! Operators come and go: proposals with their timelock and proofs of possession, keys that admins swap, other specifications.

use attention_protocol::msg::{ExecuteMsg, ProposeConfig, ProposedOperator, ProposedOperators};
use cosmwasm_std::{Addr, Binary};

use super::model::Model;
use super::model::operators::{BOND_MIN, Operator, Proposal, TIMELOCK_S};
use super::world::{KEYS, World};
use crate::suite::pubkey;

/// Most operators of a proposal.
const OPERATORS_MAX: usize = 7;

impl World {
    fn key(&mut self) -> u8 {
        self.rng.of(0..KEYS.into()) as u8
    }

    /// A key's proof that it is to be an admin's, now and then for another configuration.
    fn possession(&mut self, admin: &Addr, key: u8) -> (Binary, bool) {
        let is_right = !self.rng.once_in(15);
        let version = self.model.operators.newest().version + if is_right { 1 } else { 2 };
        let key = &self.keys[usize::from(key)];
        (self.suite.possession_in(key, admin, version), is_right)
    }

    /// An admin replaces its own key: in the newest configuration, and in the proposal.
    pub fn swap(&mut self) {
        let (admin, key) = (self.admin(), self.key());
        let (possession, is_right) = self.possession(&admin, key);
        let operators = &self.model.operators;
        let others = |all: &[Operator]| all.iter().any(|other| other.admin != admin && other.key == key);
        let newest = operators.newest();
        let own = newest.place(&admin).map(|place| newest.operators[place].key);
        let proposed = operators.proposal.as_ref().filter(|proposal| proposal.names(&admin));
        let is_taken = others(&newest.operators)
            || proposed.and_then(|proposal| proposal.operators.as_ref()).is_some_and(|(all, _)| others(all));
        let is_other = own.is_some_and(|own| own != key);
        let expected = is_other && !is_taken && is_right && !operators.suspended.contains(&admin);
        let pubkey = pubkey(&self.keys[usize::from(key)]);
        let result = self.send(&admin, &ExecuteMsg::SwapSigner { pubkey, possession }, &[]);
        assert_eq!(result.is_ok(), expected, "{result:?}");
        if !expected {
            return;
        }
        let first = Model::next_epoch(self.now_s());
        let swap = |all: &mut Vec<Operator>| {
            all.iter_mut().filter(|operator| operator.admin == admin).for_each(|operator| operator.key = key);
        };
        self.model.operators.change(first, |config| swap(&mut config.operators));
        if let Some((all, _)) =
            self.model.operators.proposal.as_mut().and_then(|proposal| proposal.operators.as_mut())
        {
            swap(all);
        }
    }

    /// Other operators than now, by a change or two: who was suspended goes first.
    fn other_operators(&mut self) -> (Vec<Operator>, u8) {
        let mut all = self.model.operators.newest().operators.clone();
        if !self.rng.once_in(8) {
            let suspended = &self.model.operators.suspended;
            all.retain(|operator| !suspended.contains(&operator.admin));
        }
        for _ in 0..self.rng.of(0..4) {
            let (admin, key) = (self.admin(), self.key());
            let is_free = |all: &[Operator]| all.iter().all(|other| other.admin != admin && other.key != key);
            match self.rng.of(0..4) {
                0 if all.len() > 1 => {
                    let out = self.rng.of(0..all.len() as u64) as usize;
                    all.remove(out);
                }
                1 if all.len() > 1 => all.rotate_left(1),
                _ if all.len() < OPERATORS_MAX && (is_free(&all) || self.rng.once_in(20)) => {
                    all.push(Operator { admin, key });
                }
                _ => {}
            }
        }
        while all.len() < 4 {
            let (admin, key) = (self.admin(), self.key());
            let is_free = all.iter().all(|other| other.admin != admin && other.key != key);
            let is_suspended = self.model.operators.suspended.contains(&admin);
            if is_free && !is_suspended {
                all.push(Operator { admin, key });
            } else if self.rng.once_in(20) {
                break;
            }
        }
        let most = all.len().saturating_sub(1) as u8 / 3;
        let faulty_max =
            if self.rng.once_in(15) { most + 1 } else { self.rng.of(0..u64::from(most) + 1) as u8 };
        (all, faulty_max)
    }

    /// The operators as they are sent, and whether every key is proven.
    fn proposed(&mut self, (all, faulty_max): &(Vec<Operator>, u8)) -> (ProposedOperators, bool) {
        let (mut operators, mut is_proven) = (Vec::new(), true);
        for (place, Operator { admin, key }) in all.iter().enumerate() {
            let newest = self.model.operators.newest();
            let has = newest.operators.contains(&Operator { admin: admin.clone(), key: *key });
            let possession = if has && !self.rng.once_in(4) {
                None
            } else {
                let (possession, is_right) = self.possession(admin, *key);
                is_proven &= is_right;
                Some(possession)
            };
            let pubkey = pubkey(&self.keys[usize::from(*key)]);
            let name = format!("operator {place}");
            operators.push(ProposedOperator { name, pubkey, admin: admin.to_string(), possession });
        }
        (ProposedOperators { operators, faulty_max: *faulty_max }, is_proven)
    }

    pub fn propose_config(&mut self) {
        let operators = if self.rng.once_in(3) { None } else { Some(self.other_operators()) };
        let spec =
            if operators.is_none() || self.rng.once_in(3) { Some(self.rng.of(1..4) as u8) } else { None };
        let (sent, is_proven) = match &operators {
            Some(operators) => {
                let (sent, is_proven) = self.proposed(operators);
                (Some(sent), is_proven)
            }
            None => (None, true),
        };
        let model = &self.model.operators;
        let is_valid = operators.as_ref().is_none_or(|(all, faulty_max)| {
            let differs = |(place, operator): (usize, &Operator)| {
                all[..place].iter().all(|other| other.admin != operator.admin && other.key != operator.key)
            };
            all.len() > 3 * usize::from(*faulty_max)
                && all.iter().enumerate().all(differs)
                && all.iter().all(|operator| !model.suspended.contains(&operator.admin))
        });
        let is_change = operators.is_some() || spec.is_some_and(|spec| spec != model.newest().spec);
        let expected = self.is_owned() && model.proposal.is_none() && is_valid && is_change && is_proven;
        let spec_hash = spec.map(|byte| Binary::from([byte; 32]));
        let msg = ExecuteMsg::ProposeConfig(Box::new(ProposeConfig { operators: sent, spec_hash }));
        let owner = self.owner();
        let result = self.send(&owner, &msg, &[]);
        assert_eq!(result.is_ok(), expected, "{result:?}");
        if expected {
            let ready_s = self.now_s() + TIMELOCK_S;
            self.model.operators.proposal = Some(Proposal { ready_s, spec, operators });
        }
    }

    /// Sometimes waits for the timelock. Every operator has to have its bond by then, and none may be suspended.
    pub fn accept_config(&mut self) {
        let ready_s = self.model.operators.proposal.as_ref().map(|proposal| proposal.ready_s);
        if let Some(ready_s) = ready_s
            && self.rng.once_in(3)
        {
            self.reach(ready_s);
        }
        if self.rng.once_in(2) {
            self.bond_proposed();
        }
        let now_s = self.now_s();
        let operators = &self.model.operators;
        let is_ready = ready_s.is_some_and(|ready_s| now_s >= ready_s || operators.is_stuck());
        let named =
            operators.proposal.iter().flat_map(|proposal| &proposal.operators).flat_map(|(all, _)| all);
        let is_fit = |operator: &Operator| {
            operators.bond(&operator.admin).bonded >= BOND_MIN
                && !operators.suspended.contains(&operator.admin)
        };
        let expected = self.is_owned() && is_ready && named.into_iter().all(is_fit);
        let owner = self.owner();
        let result = self.send(&owner, &ExecuteMsg::AcceptConfig {}, &[]);
        assert_eq!(result.is_ok(), expected, "{result:?}");
        if !expected {
            return;
        }
        let Proposal { spec, operators, .. } = self.model.operators.proposal.take().unwrap();
        self.model.operators.change(Model::next_epoch(now_s), |config| {
            if let Some((all, faulty_max)) = operators {
                (config.operators, config.faulty_max) = (all, faulty_max);
            }
            config.spec = spec.unwrap_or(config.spec);
        });
    }

    pub fn cancel_config(&mut self) {
        let owner = self.owner();
        let expected = self.is_owned() && self.model.operators.proposal.is_some();
        let result = self.send(&owner, &ExecuteMsg::CancelConfig {}, &[]);
        assert_eq!(result.is_ok(), expected, "{result:?}");
        if expected {
            self.model.operators.proposal = None;
        }
    }
}
