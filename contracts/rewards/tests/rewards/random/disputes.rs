//! Disputes: voids by word, challenges and their arbiter, opening demands and their answers.

use attention_protocol::fraud::{Answer, RangeProof, Target, TargetKey};
use attention_protocol::msg::ExecuteMsg;
use cosmwasm_std::{Addr, Binary, Coin, coins};

use super::ASSET_IDS;
use super::model::disputes::{ARBITER_PERIOD_S, Challenge, Demand};
use super::model::{At, Why};
use super::reports::{Crooked, HIDDEN};
use super::world::World;
use crate::suite::{BOND, CHALLENGE_BOND, DEMAND_BOND, Draft, USD, arbiter, clock};

/// Most demands that are open at once, and how many double the bond of the next.
const DEMANDS_MAX: u32 = 256;
const DOUBLING: u32 = 16;

impl World {
    /// Mostly sees to it that a report pends.
    pub fn have_pending(&mut self) {
        if self.model.epochs.pending().is_none() && !self.rng.once_in(4) {
            self.report();
        }
    }

    /// The report that pends; now and then, or without one, another.
    fn disputed(&mut self) -> At {
        let epochs = &self.model.epochs;
        let at = (epochs.open, epochs.revision);
        match self.rng.of(0..16) {
            0 => (at.0, at.1 + 1),
            1 => (at.0.saturating_sub(1), 0),
            _ => at,
        }
    }

    /// A bond that is due, now and then another.
    fn bond(&mut self, due: u128) -> (Vec<Coin>, bool) {
        match self.rng.of(0..24) {
            0 => (coins(due + 1, BOND), false),
            1 => (coins(due, USD), false),
            _ => (coins(due, BOND), true),
        }
    }

    pub fn void_report(&mut self) {
        self.have_pending();
        let at = self.disputed();
        let roles: Vec<Addr> =
            [&self.model.owner, &self.model.guardian].into_iter().flatten().cloned().collect();
        let sender = if roles.is_empty() { self.person() } else { self.rng.pick(&roles).clone() };
        let msg = ExecuteMsg::VoidReport { epoch: at.0, revision: at.1 };
        let expected = self.model.epochs.pends(at) && !roles.is_empty();
        let result = self.send(&sender, &msg, &[]);
        assert_eq!(result.is_ok(), expected, "{result:?}");
        if expected {
            self.voided(Why::Other);
        }
    }

    pub fn challenge(&mut self) {
        self.have_pending();
        let (at, by, now) = (self.disputed(), self.person(), self.now());
        let (funds, is_bond) = self.bond(CHALLENGE_BOND);
        let is_first = !self.model.disputes.challenges.contains_key(&at);
        let expected = is_bond && is_first && self.model.epochs.is_disputable(at, now);
        let msg = ExecuteMsg::ChallengeReport { epoch: at.0, revision: at.1, reason: "scores".into() };
        let result = self.send(&by, &msg, &funds);
        assert_eq!(result.is_ok(), expected, "{result:?}");
        if expected {
            self.model.leave(&by, BOND, CHALLENGE_BOND);
            let deadline_s = now.s + ARBITER_PERIOD_S;
            let challenge = Challenge { by, bond: CHALLENGE_BOND, deadline_s, is_open: true };
            self.model.disputes.challenges.insert(at, challenge);
            self.model.epochs.challenged();
        }
    }

    /// Mostly sees to it that the arbiter has something to decide.
    fn have_challenge(&mut self) {
        let at = (self.model.epochs.open, self.model.epochs.revision);
        if self.deadline_s(at).is_none() && !self.rng.once_in(4) {
            self.challenge();
        }
    }

    /// The arbiter's deadline, if it has to decide.
    fn deadline_s(&self, at: At) -> Option<u64> {
        let challenge = self.model.disputes.challenges.get(&at).filter(|challenge| challenge.is_open);
        challenge.filter(|_| self.model.epochs.pends(at)).map(|challenge| challenge.deadline_s)
    }

    pub fn decide(&mut self) {
        self.have_challenge();
        let (at, stands) = (self.disputed(), self.rng.once_in(2));
        let now = self.now();
        let expected = self.deadline_s(at).is_some_and(|deadline_s| now.s <= deadline_s);
        let msg = ExecuteMsg::DecideChallenge { epoch: at.0, revision: at.1, stands };
        let result = self.send(&arbiter(), &msg, &[]);
        assert_eq!(result.is_ok(), expected, "{result:?}");
        if !expected {
            return;
        }
        let challenge = self.model.disputes.close_challenge(at).unwrap();
        if stands {
            self.model.lose(challenge.bond);
            self.model.epochs.stands(now);
        } else {
            self.model.owe(BOND, &challenge.by, challenge.bond);
            self.voided(Why::Falls);
        }
    }

    pub fn resolve_silence(&mut self) {
        self.have_challenge();
        let at = self.disputed();
        if let Some(deadline_s) = self.deadline_s(at)
            && self.rng.once_in(2)
        {
            self.reach(deadline_s + 1);
        }
        let expected = self.deadline_s(at).is_some_and(|deadline_s| self.now_s() > deadline_s);
        let msg = ExecuteMsg::ResolveSilence { epoch: at.0, revision: at.1 };
        let anyone = self.person();
        let result = self.send(&anyone, &msg, &[]);
        assert_eq!(result.is_ok(), expected, "{result:?}");
        if expected {
            let challenge = self.model.disputes.close_challenge(at).unwrap();
            let fee = challenge.bond / 10;
            self.model.owe(BOND, &challenge.by, challenge.bond - fee);
            self.model.lose(fee);
            self.voided(Why::Silence);
        }
    }

    /// A commitment's place in a report, proven.
    pub fn commitment_proof(&self, draft: &Draft, index: u32) -> RangeProof {
        let published = draft.commitments.values().nth(index as usize).unwrap();
        RangeProof {
            start: index,
            leaves: Binary::new(published.commitment.pack()),
            siblings: Binary::new(self.suite.commitment_tree(draft).prove(index).unwrap()),
        }
    }

    /// Something to ask for, its key, and whether the report has it.
    fn target(&mut self, epoch: u64) -> (Target, TargetKey, bool) {
        let Some(posted) = self.posted.get(&epoch) else {
            return (Target::Asset { index: 0 }, key(2, 0, 0), false);
        };
        let count = posted.draft.commitments.len() as u64;
        let is_hidden = posted.crooked == Some(Crooked::Hidden);
        let assets = if is_hidden { HIDDEN } else { ASSET_IDS.len() as u32 };
        match self.rng.of(0..3) {
            0 => {
                let index = self.rng.of(0..count + 1) as u32;
                (Target::Commitment { index }, key(0, index, 0), u64::from(index) < count)
            }
            1 if count > 0 && !is_hidden => {
                let index = self.rng.of(0..count) as u32;
                let draft = &self.posted[&epoch].draft;
                let leaves = draft.commitments.values().nth(index as usize).unwrap().leaves.len() as u64;
                let commitment = self.commitment_proof(draft, index);
                let position = self.rng.of(0..leaves + 1) as u32;
                let target = Target::Leaf { commitment, position };
                (target, key(1, index, position), u64::from(position) < leaves)
            }
            _ => {
                let index = self.rng.of(0..u64::from(assets) + 1) as u32;
                (Target::Asset { index }, key(2, index, 0), index < assets)
            }
        }
    }

    /// One demand mostly; of a report that hides its assets sometimes so many that the bond doubles.
    pub fn demand(&mut self) {
        self.have_pending();
        let at = self.disputed();
        let is_hidden = self.posted.get(&at.0).is_some_and(|posted| posted.crooked == Some(Crooked::Hidden));
        let count = if is_hidden && self.rng.once_in(4) { 2 * DOUBLING + 4 } else { 1 };
        for _ in 0..count {
            self.demand_one(at);
        }
    }

    fn demand_one(&mut self, at: At) {
        let (by, now) = (self.person(), self.now());
        let (target, key, exists) = self.target(at.0);
        let open = self.model.disputes.demands.iter().filter(|((of, _), demand)| *of == at && demand.is_open);
        let open = open.count() as u32;
        let due = DEMAND_BOND << (open / DOUBLING);
        let (funds, is_bond) = self.bond(due);
        let is_first = !self.model.disputes.demands.contains_key(&(at, key));
        let is_disputable = self.model.epochs.is_disputable(at, now);
        let expected = is_bond && exists && is_first && is_disputable && open < DEMANDS_MAX;
        let msg = ExecuteMsg::DemandOpen { epoch: at.0, revision: at.1, target: target.clone() };
        let result = self.send(&by, &msg, &funds);
        assert_eq!(result.is_ok(), expected, "{result:?}");
        if expected {
            self.model.leave(&by, BOND, due);
            let deadline_s = now.s + clock().open_period_s;
            let deadline_height = now.height + u64::from(clock().min_blocks);
            let demand = Demand { target, by, bond: due, deadline_s, deadline_height, is_open: true };
            self.model.disputes.demands.insert((at, key), demand);
            self.model.epochs.demanded();
        }
    }

    /// A demand that is open: of the pending report, or of any.
    fn open_demand(&mut self, pends: bool) -> Option<(At, TargetKey)> {
        let mut open = self.model.disputes.open_demands();
        if pends {
            open.retain(|(at, _)| self.model.epochs.pends(*at));
        }
        (!open.is_empty()).then(|| *self.rng.pick(&open))
    }

    /// Shows what was demanded; now and then something else, or what nobody asked for.
    pub fn answer(&mut self) {
        if self.open_demand(true).is_none() && !self.rng.once_in(4) {
            self.demand();
        }
        let open = if self.rng.once_in(12) { None } else { self.open_demand(true) };
        let (at, key, target) = match open {
            Some((at, key)) => (at, key, self.model.disputes.demands[&(at, key)].target.clone()),
            None => {
                let at = self.disputed();
                let (target, key, _) = self.target(at.0);
                (at, key, target)
            }
        };
        let (now, is_other) = (self.now(), self.rng.once_in(10));
        let answer = if is_other { None } else { self.shown(at.0, &target) };
        let demand = self.model.disputes.demands.get(&(at, key));
        let is_awaited = demand.is_some_and(|demand| demand.is_open && !demand.is_over(now));
        let expected = answer.is_some() && is_awaited && self.model.epochs.pends(at);
        let empty = Binary::default;
        let answer = answer.unwrap_or(Answer::Asset { asset: empty(), siblings: empty() });
        let msg = ExecuteMsg::AnswerDemand { epoch: at.0, revision: at.1, target, answer };
        let by = self.person();
        let result = self.send(&by, &msg, &[]);
        assert_eq!(result.is_ok(), expected, "{result:?}");
        if expected {
            let demand = self.model.disputes.close_demand(at, key);
            self.model.owe(BOND, &by, demand.bond);
            self.model.epochs.answered(now);
        }
    }

    /// What stands there, from what was published.
    fn shown(&self, epoch: u64, target: &Target) -> Option<Answer> {
        let posted = self.posted.get(&epoch)?;
        let draft = &posted.draft;
        match target {
            Target::Commitment { index } => ((*index as usize) < draft.commitments.len())
                .then(|| self.suite.commitment_answer(draft, *index)),
            Target::Leaf { commitment, position } => {
                let (id, published) = draft.commitments.iter().nth(commitment.start as usize)?;
                let leaf = published.leaves.get(*position as usize)?;
                let tree = self.suite.allocation_tree(*id, epoch, &published.leaves);
                let opening = [tree.open(*position).unwrap(), leaf.pack()].concat();
                Some(Answer::Leaf { opening: Binary::new(opening) })
            }
            Target::Asset { index } => {
                let leaves: Vec<_> = posted.assets.iter().map(|(_, _, leaf)| leaf.clone()).collect();
                let asset = leaves.get(*index as usize)?.pack();
                let siblings = self.suite.asset_tree(epoch, &leaves).prove(*index).unwrap();
                Some(Answer::Asset { asset: Binary::new(asset), siblings: Binary::new(siblings) })
            }
        }
    }

    /// Nobody showed it: the report is void, and its signers pay.
    pub fn void_unanswered(&mut self) {
        if self.open_demand(true).is_none() {
            self.demand();
        }
        let Some((at, key)) = self.open_demand(true) else { return };
        let (deadline_s, deadline_height) = {
            let demand = &self.model.disputes.demands[&(at, key)];
            (demand.deadline_s, demand.deadline_height)
        };
        if self.rng.once_in(2) {
            let blocks = (deadline_height + 1).saturating_sub(self.now().height);
            self.go_to((deadline_s + 1).max(self.now_s()), blocks);
        }
        let now = self.now();
        let expected = self.model.disputes.demands[&(at, key)].is_over(now);
        let msg = ExecuteMsg::VoidUnanswered { epoch: at.0, revision: at.1, target: Binary::from(key) };
        let anyone = self.person();
        let result = self.send(&anyone, &msg, &[]);
        assert_eq!(result.is_ok(), expected, "{result:?}");
        if expected {
            let demand = self.model.disputes.close_demand(at, key);
            self.model.owe(BOND, &demand.by, demand.bond);
            let signers = self.model.pending_signers();
            self.voided(Why::Other);
            self.model.slash(at.0, &signers, Some(&demand.by));
        }
    }

    /// Nobody has to show it any more: the report was voided for another reason.
    pub fn reclaim(&mut self) {
        if self.open_demand(false).is_none() && self.rng.once_in(4) {
            self.demand();
            self.void_report();
        }
        let Some((at, key)) = self.open_demand(false) else { return };
        let expected = self.model.disputes.voided.contains(&at);
        let msg = ExecuteMsg::ReclaimDemand { epoch: at.0, revision: at.1, target: Binary::from(key) };
        let anyone = self.person();
        let result = self.send(&anyone, &msg, &[]);
        assert_eq!(result.is_ok(), expected, "{result:?}");
        if expected {
            let demand = self.model.disputes.close_demand(at, key);
            self.model.owe(BOND, &demand.by, demand.bond);
        }
    }
}

/// The bytes that a target is stored under.
fn key(kind: u8, index: u32, position: u32) -> TargetKey {
    [&[kind][..], &index.to_be_bytes(), &position.to_be_bytes()].concat().try_into().unwrap()
}
