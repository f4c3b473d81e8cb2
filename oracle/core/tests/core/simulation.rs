//! Operators, a network and a chain in virtual time, with faults from a seed: lost, late and repeated messages, crashes
//! with torn disks, liars. A failing seed is in the panic message; run it alone with `ATTENTION_SIM_SEED=<seed>`.

use std::collections::BTreeMap;

use attention_core::round::{
    ANCHORS_MAX, ChainStatus, Duty, Input, Output, PeerSignature, RoundAlarm, RoundConfig, SUBMITS_MAX,
    TxOutcome,
};
use attention_core::spec::check_spec_hash;
use attention_protocol::Hash;

use crate::chain::{CLOCK, Chain, Terms, operator_set, sign};
use crate::learnt::Learnt;
use crate::operator::{Operator, Record};
use crate::rng::Rng;
use crate::world::{CREDIT, EPOCHS};

/// What goes wrong.
#[derive(Debug, Clone, Copy)]
pub struct Faults {
    /// Lost messages and transactions, percent.
    pub drop: u64,
    /// Messages that come twice, percent.
    pub twice: u64,
    /// Most seconds that one is late.
    pub late_s: u64,
    /// Crashes of each operator in an epoch, percent.
    pub crash: u64,
    /// Longest time down, seconds.
    pub down_s: u64,
    /// Restarts with damaged data, percent.
    pub confused: u64,
    /// Liars, at most f.
    pub liars: u8,
    /// Posted reports that are voided, percent.
    pub void: u64,
    /// The highest revision that is voided.
    pub void_revision: u32,
}

/// Revisions an epoch can have.
const REVISIONS: u32 = attention_protocol::phase::REVISION_MAX + 1;

#[derive(Debug)]
enum Tx {
    Submit { epoch: u64, revision: u32, body: Vec<u8>, signatures: Vec<(u8, [u8; 64])> },
    Settle { epoch: u64 },
    Anchor { epoch: u64, revision: u32, input_root: [u8; 32], index: u8 },
}

#[derive(Debug)]
enum Event {
    Block,
    Tick { to: u8, life: u32 },
    Deliver { to: u8, life: u32, input: Input },
    Ask { from: u8, to: u8, epoch: u64, revision: u32 },
    Arrive { from: u8, life: u32, tx: Tx },
    Void { digest: [u8; 32] },
    Crash { to: u8 },
    Restart { to: u8 },
}

pub struct Simulation {
    seed: u64,
    faults: Faults,
    rng: Rng,
    pub chain: Chain,
    operators: Vec<Operator>,
    pub record: Record,
    queue: BTreeMap<(u64, u64), Event>,
    queued: u64,
}

impl Simulation {
    pub fn new(seed: u64, (n, f): (u8, u8), terms: Terms, faults: Faults) -> Self {
        let operator =
            |index| Operator::new(index, index < faults.liars, RoundConfig { step_s: 3, poll_s: 1 });
        let operators = (0..n).map(operator).collect();
        let (chain, rng) = (Chain::new(operator_set(n, f), terms), Rng::new(seed));
        let queue = BTreeMap::new();
        let record = Record::default();
        let mut sim = Self { seed, faults, rng, chain, operators, record, queue, queued: 0 };
        sim.plan();
        sim
    }

    /// The same with operators that each predict in their own way, under configurations that ask for `spec_hash`.
    pub fn with_models(mut self, spec_hash: Hash, learnt: Vec<Learnt>) -> Self {
        assert_eq!(learnt.len(), self.operators.len());
        self.chain.spec_hash = spec_hash;
        for (operator, learnt) in self.operators.iter_mut().zip(learnt) {
            operator.learnt = Some(learnt);
        }
        self
    }

    /// What an operator reads, and what it makes of another specification than its own.
    fn status(&self, of: u8) -> ChainStatus {
        let mut status = self.chain.status(of);
        if let Some(learnt) = &self.operators[usize::from(of)].learnt {
            let version = self.chain.config_version(status.open_epoch);
            if let Err(error) = check_spec_hash(version, self.chain.spec_hash, learnt.spec.hash()) {
                status.duty = Duty::Idle { reason: error.to_string() };
            }
        }
        status
    }

    fn plan(&mut self) {
        let start_s = self.chain.now_s;
        self.at(start_s, Event::Block);
        for to in 0..self.operators.len() as u8 {
            self.at(start_s, Event::Tick { to, life: 0 });
            for epoch in 0..EPOCHS {
                if self.rng.percent(self.faults.crash) {
                    // Around the end of the window, where it hurts.
                    let at_s = CLOCK.window_end_s(epoch).unwrap() - 5 + self.rng.below(30);
                    self.at(at_s, Event::Crash { to });
                }
            }
        }
    }

    fn at(&mut self, time_s: u64, event: Event) {
        self.queued += 1;
        self.queue.insert((time_s, self.queued), event);
    }

    /// Sends over the network: lost, late, twice.
    fn send(&mut self, event: impl Fn() -> Event) {
        if self.rng.percent(self.faults.drop) {
            return;
        }
        for _ in 0..1 + u64::from(self.rng.percent(self.faults.twice)) {
            let at_s = self.now_s() + self.rng.below(self.faults.late_s + 1);
            self.at(at_s, event());
        }
    }

    fn now_s(&self) -> u64 {
        self.chain.now_s
    }

    pub fn run(mut self) -> Self {
        // Every revision more takes a report period at most.
        let further = u64::from(self.faults.void > 0 || self.chain.terms.anchor_grace_s.is_some());
        let end_s = CLOCK.window_end_s(EPOCHS - 1).unwrap() + 55 + further * 3 * CLOCK.report_period_s;
        while let Some(((time_s, _), event)) = self.queue.pop_first() {
            if time_s > end_s {
                break;
            }
            self.step(time_s, event);
        }
        self
    }

    fn step(&mut self, time_s: u64, event: Event) {
        match event {
            Event::Block => {
                self.chain.block(time_s);
                self.at(time_s + 1, Event::Block);
            }
            Event::Tick { to, life } => self.tick(to, life),
            Event::Deliver { to, life, input } => {
                if self.lives(to, life) {
                    self.handle(to, input);
                }
            }
            Event::Ask { from, to, epoch, revision } => self.answer(from, to, epoch, revision),
            Event::Arrive { from, life, tx } => self.arrive(from, life, tx),
            Event::Void { digest } => self.chain.void(&digest),
            Event::Crash { to } => self.crash(to),
            Event::Restart { to } => {
                let is_confused = self.rng.percent(self.faults.confused);
                let operator = &mut self.operators[usize::from(to)];
                operator.restart(&mut self.record, is_confused);
                let life = operator.life;
                self.at(time_s, Event::Tick { to, life });
            }
        }
    }

    fn lives(&self, index: u8, life: u32) -> bool {
        let operator = &self.operators[usize::from(index)];
        operator.is_up && operator.life == life
    }

    fn crash(&mut self, to: u8) {
        let (how, kept) = (self.rng.below(3), self.rng.below(117) as usize);
        let operator = &mut self.operators[usize::from(to)];
        if !operator.is_up {
            return;
        }
        match how {
            0 => operator.tear_next_append(kept),
            1 => operator.key_fails = true,
            _ => self.go_down(to),
        }
    }

    fn go_down(&mut self, to: u8) {
        self.operators[usize::from(to)].crash();
        let at_s = self.now_s() + 1 + self.rng.below(self.faults.down_s);
        self.at(at_s, Event::Restart { to });
    }

    fn tick(&mut self, to: u8, life: u32) {
        if !self.lives(to, life) {
            return;
        }
        let lost = self.rng.percent(self.faults.drop);
        let input = if lost { Input::Tick } else { Input::Status(self.status(to)) };
        let until_s = self.handle(to, input);
        let now_s = self.now_s();
        assert!(until_s > now_s && until_s <= now_s + 1, "the driver is told when to come back: {until_s}");
        self.at(until_s, Event::Tick { to, life });
    }

    /// Feeds an input and everything that follows from it at once; the time to come back.
    fn handle(&mut self, to: u8, input: Input) -> u64 {
        let mut inputs = vec![input];
        let mut until_s = u64::MAX;
        while let Some(input) = inputs.pop() {
            if !self.operators[usize::from(to)].is_up {
                return self.now_s() + 1;
            }
            let now_s = self.now_s();
            let outputs = self.operators[usize::from(to)].round.handle(input, now_s);
            assert!(outputs.len() <= 9 && matches!(outputs.last(), Some(Output::Wait { .. })));
            for output in outputs {
                match output {
                    Output::Wait { until_s: at_s } => until_s = at_s,
                    output => inputs.extend(self.perform(to, output)),
                }
            }
        }
        until_s
    }

    fn perform(&mut self, by: u8, output: Output) -> Option<Input> {
        let (now_s, seed) = (self.now_s(), self.seed);
        let operator = &mut self.operators[usize::from(by)];
        let life = operator.life;
        match output {
            Output::BuildReport { epoch, revision, prev_digest } => {
                let what = (epoch, revision, prev_digest);
                return Some(operator.build_report(&self.chain, &mut self.record, what, seed));
            }
            Output::Sign { digest, .. } if self.rng.percent(self.faults.drop) => {
                return Some(Input::SignFailed { digest, reason: "the node does not answer".to_owned() });
            }
            Output::Sign { key, digest } => {
                let signed = operator.sign(&mut self.record, key, digest);
                if signed.is_none() {
                    self.go_down(by);
                }
                return signed;
            }
            Output::FetchPeerSignatures { epoch, revision, .. } => {
                for to in (0..self.operators.len() as u8).filter(|to| *to != by) {
                    self.send(|| Event::Ask { from: by, to, epoch, revision });
                }
            }
            Output::Submit { epoch, revision, body, signatures } => {
                *self.record.submits.entry((by, epoch)).or_default() += 1;
                let tx = Tx::Submit { epoch, revision, body, signatures };
                self.at(now_s + 1, Event::Arrive { from: by, life, tx });
            }
            Output::Anchor { epoch, revision, input_root } => {
                *self.record.anchors.entry((by, epoch, revision)).or_default() += 1;
                let index = self.chain.index_of(epoch, by);
                let tx = Tx::Anchor { epoch, revision, input_root, index };
                self.at(now_s + 1, Event::Arrive { from: by, life, tx });
            }
            Output::Settle { epoch } => {
                *self.record.settles.entry((by, epoch)).or_default() += 1;
                self.at(now_s + 1, Event::Arrive { from: by, life, tx: Tx::Settle { epoch } });
            }
            Output::Alarm(RoundAlarm::PeerDiverged { epoch, index, .. }) => {
                let us_honest = operator.is_honest();
                let them = self.chain.key_at(epoch, index);
                let them_honest = self.operators[usize::from(them)].is_honest();
                assert!(!us_honest || !them_honest, "two honest operators diverged");
                self.record.divergences += u32::from(us_honest);
            }
            Output::Alarm(RoundAlarm::OtherReportPosted { .. }) => {
                assert!(!operator.is_honest(), "an honest operator's report is the one that is posted");
                self.record.other_report_posted += 1;
            }
            Output::Alarm(RoundAlarm::AnchorDiffers { .. }) => {
                self.record.anchor_differs += u32::from(operator.is_honest());
            }
            Output::Alarm(RoundAlarm::Revised { revision, next, .. }) => {
                assert!(revision < next);
                self.record.revised += 1;
            }
            Output::Alarm(RoundAlarm::Idle { reason, .. }) => {
                assert!(operator.learnt.is_some(), "every operator has a seat");
                self.record.idle.entry(by).or_default().push(reason);
            }
            Output::Alarm(_) => {}
            Output::Wait { .. } => unreachable!("taken by the caller"),
        }
        None
    }

    fn answer(&mut self, from: u8, to: u8, epoch: u64, revision: u32) {
        let peer = &self.operators[usize::from(to)];
        if !peer.is_up {
            return;
        }
        if let Some((digest, signature)) = peer.signature(epoch, revision) {
            let life = self.operators[usize::from(from)].life;
            let index = self.chain.index_of(epoch, to);
            let peer = PeerSignature { index, epoch, revision, digest, signature };
            self.send(|| Event::Deliver { to: from, life, input: Input::PeerSignature(peer) });
        }
    }

    fn arrive(&mut self, from: u8, life: u32, tx: Tx) {
        let lost = self.rng.percent(self.faults.drop);
        let silent = self.rng.percent(self.faults.drop);
        let result = match &tx {
            _ if lost => None,
            Tx::Submit { body, signatures, revision, .. } => {
                if self.operators[usize::from(from)].is_liar {
                    self.lie(from, body);
                }
                let was_pending = self.chain.status(from).pending.is_some();
                let submitted = self.chain.submit(body, signatures);
                if submitted.is_ok() && !was_pending {
                    self.plan_void(*revision);
                }
                Some(submitted)
            }
            Tx::Anchor { epoch, revision, input_root, index } => {
                Some(self.chain.anchor((*epoch, *revision), *input_root, *index))
            }
            Tx::Settle { epoch } => {
                let items = self.operators[usize::from(from)].settlement(&self.chain, &self.record, *epoch);
                items.map(|items| self.chain.settle(&items))
            }
        };
        let outcome = match result {
            Some(Ok(())) if !silent => TxOutcome::Included,
            Some(Err(reason)) if !silent => TxOutcome::Failed { reason },
            _ => TxOutcome::TimedOut,
        };
        let wait_s = if outcome == TxOutcome::TimedOut { 5 } else { 1 };
        let input = match tx {
            Tx::Submit { epoch, revision, .. } => Input::Submitted { epoch, revision, outcome },
            Tx::Settle { epoch } => Input::SettleDone { epoch, outcome },
            Tx::Anchor { epoch, revision, .. } => Input::Anchored { epoch, revision, outcome },
        };
        let at_s = self.now_s() + wait_s;
        self.at(at_s, Event::Deliver { to: from, life, input });
    }

    /// Somebody convicts the report that was just posted, sometimes.
    fn plan_void(&mut self, revision: u32) {
        if revision <= self.faults.void_revision && self.rng.percent(self.faults.void) {
            let digest = self.chain.status(0).pending.unwrap().digest;
            let at_s = self.now_s() + self.rng.below(CLOCK.dispute_window_s);
            self.at(at_s, Event::Void { digest });
        }
    }

    /// A liar posts its own report, with its own signature under k names.
    fn lie(&mut self, from: u8, body: &[u8]) {
        let body_of = attention_protocol::ReportBody::unpack(body).unwrap();
        let digest = body_of.digest();
        let k = self.chain.config(body_of.epoch).0.quorum();
        let forged: Vec<_> = (0..k).map(|index| (index, sign(from, &digest))).collect();
        assert!(self.chain.submit(body, &forged).is_err() || self.chain.status(from).pending.is_some());
    }

    /// What must hold whatever goes wrong.
    pub fn check(&self) {
        for ((index, epoch, revision), digests) in &self.record.signed {
            assert_eq!(
                digests.len(),
                1,
                "operator {index} signed two digests of {epoch} revision {revision}"
            );
        }
        for ((index, epoch, revision), anchors) in &self.record.anchors {
            let lives = 1 + self.record.restarts.get(index).copied().unwrap_or(0);
            assert!(
                *anchors <= ANCHORS_MAX * lives,
                "operator {index} anchored {epoch} {revision} {anchors} times"
            );
        }
        for (at, digests) in &self.record.honest {
            assert_eq!(digests.len(), 1, "honest operators built different reports of {at:?}");
        }
        for (epoch, body) in &self.chain.finals {
            let honest = &self.record.honest[&(*epoch, body.revision)];
            assert!(
                honest.contains(&body.digest()),
                "epoch {epoch}: the chain holds what no honest one built"
            );
            let anchored = self.chain.anchors.get(&(*epoch, body.revision));
            assert!(
                self.chain.terms.anchor_grace_s.is_none() || anchored.unwrap().0 == body.input_root,
                "epoch {epoch}: the report is computed from the anchored input"
            );
            assert_eq!(body.config_digest, self.chain.config(*epoch).1, "epoch {epoch}");
        }
        for (at, (budget, delta)) in &self.chain.allocations {
            assert!(delta <= budget, "{at:?}");
        }
        for base in self.chain.bases.values() {
            assert!(base.total <= 2 * CREDIT);
        }
        for ((index, epoch), submits) in &self.record.submits {
            let lives = 1 + self.record.restarts.get(index).copied().unwrap_or(0);
            assert!(
                *submits <= SUBMITS_MAX * lives * REVISIONS,
                "operator {index} posted epoch {epoch} {submits} times"
            );
        }
    }

    /// What must hold where the faults leave k operators time enough.
    pub fn check_live(&self) {
        let finals: Vec<u64> = self.chain.finals.range(..EPOCHS).map(|(epoch, _)| *epoch).collect();
        assert_eq!(finals, (0..EPOCHS).collect::<Vec<_>>(), "every epoch is final");
        for (epoch, body) in self.chain.finals.range(..EPOCHS) {
            let settled = self.chain.allocations.keys().filter(|(_, at)| at == epoch).count();
            assert_eq!(settled, body.campaign_count as usize, "epoch {epoch} is settled");
            assert_eq!(body.campaign_count, 2);
        }
        // Where inputs are anchored, a liar has to anchor its own to sign anything.
        let noticed = self.record.divergences > 0 || self.chain.terms.anchor_grace_s.is_some();
        assert!(self.faults.liars == 0 || noticed, "the liar was noticed");
    }
}
