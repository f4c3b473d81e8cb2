//! Operators, a network and a chain in virtual time, with faults from a seed: lost, late and repeated messages, crashes
//! with torn disks, liars. A failing seed is in the panic message; run it alone with `ATTENTION_SIM_SEED=<seed>`.

use std::collections::BTreeMap;

use attention_core::round::{
    ANCHORS_MAX, Input, Output, PeerSignature, RoundAlarm, RoundConfig, SUBMITS_MAX, TxOutcome,
};

use crate::chain::{CLOCK, Chain, Terms, operator_set, sign};
use crate::operator::{Operator, Record};
use crate::rng::Rng;
use crate::world::{CREDIT, EPOCHS};

/// What goes wrong.
#[derive(Debug, Clone, Copy)]
struct Faults {
    /// Lost messages and transactions, percent.
    drop: u64,
    /// Messages that come twice, percent.
    twice: u64,
    /// Most seconds that one is late.
    late_s: u64,
    /// Crashes of each operator in an epoch, percent.
    crash: u64,
    /// Longest time down, seconds.
    down_s: u64,
    /// Restarts with damaged data, percent.
    confused: u64,
    /// Liars, at most f.
    liars: u8,
    /// Posted reports that are voided, percent.
    void: u64,
    /// The highest revision that is voided.
    void_revision: u32,
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

struct Simulation {
    seed: u64,
    faults: Faults,
    rng: Rng,
    chain: Chain,
    operators: Vec<Operator>,
    record: Record,
    queue: BTreeMap<(u64, u64), Event>,
    queued: u64,
}

impl Simulation {
    fn new(seed: u64, (n, f): (u8, u8), terms: Terms, faults: Faults) -> Self {
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

    fn run(mut self) -> Self {
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
        let input = if lost { Input::Tick } else { Input::Status(self.chain.status(to)) };
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
            Output::Alarm(RoundAlarm::Idle { .. }) => panic!("every operator has a seat"),
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
    fn check(&self) {
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
    fn check_live(&self) {
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

const CALM: Faults = Faults {
    drop: 0,
    twice: 0,
    late_s: 0,
    crash: 0,
    down_s: 1,
    confused: 0,
    liars: 0,
    void: 0,
    void_revision: 0,
};

fn mild(rng: &mut Rng, f: u8) -> Faults {
    Faults {
        drop: rng.below(20),
        twice: rng.below(40),
        late_s: rng.below(3),
        crash: rng.below(40),
        down_s: 1 + rng.below(5),
        confused: 0,
        liars: rng.below(u64::from(f) + 1) as u8,
        void: 0,
        void_revision: 0,
    }
}

fn wild(rng: &mut Rng, f: u8) -> Faults {
    Faults {
        drop: 40 + rng.below(55),
        late_s: rng.below(15),
        down_s: 1 + rng.below(90),
        crash: 80,
        confused: 50,
        void: rng.below(60),
        void_revision: 3,
        ..mild(rng, f)
    }
}

fn seeds(count: u64) -> Vec<u64> {
    match std::env::var("ATTENTION_SIM_SEED") {
        Ok(seed) => vec![seed.parse().expect("ATTENTION_SIM_SEED is a number")],
        Err(_) => (0..count).collect(),
    }
}

/// Runs `body` for every seed; names the one that fails.
fn each_seed(count: u64, body: impl Fn(u64) + std::panic::RefUnwindSafe) {
    for seed in seeds(count) {
        if let Err(panic) = std::panic::catch_unwind(|| body(seed)) {
            eprintln!("failing seed: ATTENTION_SIM_SEED={seed}");
            std::panic::resume_unwind(panic);
        }
    }
}

#[test]
fn mild_faults_never_cost_an_epoch() {
    for (n, f) in [(4, 1), (7, 2)] {
        each_seed(200, |seed| {
            let faults = mild(&mut Rng::new(seed + 1_000_000), f);
            let sim = Simulation::new(seed, (n, f), Terms::default(), faults).run();
            sim.check();
            sim.check_live();
        });
    }
}

/// Voided reports, a configuration that changes on the way, and inputs that are anchored first by whoever's turn it is, a
/// liar's too.
#[test]
fn voids_rotations_and_anchors_cost_no_epoch() {
    let (mut voids, mut revised, mut differs, mut anchored_late) = (0, 0, 0, 0);
    for (n, f) in [(4, 1), (7, 2)] {
        for seed in seeds(150) {
            eprintln!("seed {seed}, n = {n}");
            let mut rng = Rng::new(seed + 3_000_000);
            let anchors = rng.percent(60);
            let terms = Terms {
                anchor_grace_s: anchors.then(|| rng.below(6)),
                rotated_from: rng.percent(60).then(|| 1 + rng.below(4)),
            };
            // A liar that anchors takes a revision, so that fewer are left for voids.
            let void = if anchors { 0 } else { rng.below(50) };
            let faults = Faults {
                drop: rng.below(10),
                crash: rng.below(20),
                void,
                void_revision: 1,
                ..mild(&mut rng, f)
            };
            let sim = Simulation::new(seed, (n, f), terms, faults).run();
            sim.check();
            sim.check_live();
            voids += sim.chain.voids;
            (revised, differs) = (revised + sim.record.revised, differs + sim.record.anchor_differs);
            let first = |at: &(u64, u32)| (at.0 + u64::from(at.1)) % u64::from(n);
            let others = sim.chain.anchors.iter().filter(|(at, (_, index))| u64::from(*index) != first(at));
            anchored_late += others.count();
        }
    }
    assert!(voids > 0 && revised > 0, "some report was voided and made again");
    assert!(differs > 0, "some liar's anchor was noticed");
    assert!(anchored_late > 0, "some operator anchored in place of one that was down");
}

#[test]
fn wild_faults_never_cost_safety() {
    let (mut missed, mut torn, mut guarded) = (0, 0, 0);
    for (n, f) in [(4, 1), (7, 2)] {
        for seed in seeds(100) {
            let faults = wild(&mut Rng::new(seed + 2_000_000), f);
            eprintln!("seed {seed}, n = {n}");
            let terms = Terms {
                anchor_grace_s: (seed % 3 == 0).then_some(seed % 5),
                rotated_from: (seed % 2 == 0).then_some(1 + seed % 4),
            };
            let sim = Simulation::new(seed, (n, f), terms, faults).run();
            sim.check();
            missed += EPOCHS - sim.chain.finals.range(..EPOCHS).count() as u64;
            torn += sim.record.torn_tails;
            guarded += sim.record.guarded;
        }
    }
    assert!(missed > 0, "faults so wild that no epoch is missed are not wild");
    assert!(torn > 0, "some append was torn");
    assert!(guarded > 0, "some guard stood between a second digest and its key");
}

#[test]
fn without_faults_one_operator_posts_and_one_settles() {
    for (n, f) in [(1, 0), (4, 1), (7, 2)] {
        each_seed(20, |seed| {
            let grace_s = (seed % 2 == 0).then_some(2);
            let terms = Terms { anchor_grace_s: grace_s, rotated_from: Some(2) };
            let sim = Simulation::new(seed, (n, f), terms, CALM).run();
            sim.check();
            sim.check_live();
            for epoch in 0..EPOCHS {
                let of = |counts: &BTreeMap<(u8, u64), u32>| -> u32 {
                    counts.iter().filter(|((_, at), _)| *at == epoch).map(|(_, count)| count).sum()
                };
                assert_eq!((of(&sim.record.submits), of(&sim.record.settles)), (1, 1), "epoch {epoch}");
                let anchors: u32 = sim
                    .record
                    .anchors
                    .iter()
                    .filter(|((_, at, _), _)| *at == epoch)
                    .map(|(_, count)| count)
                    .sum();
                assert_eq!(anchors, u32::from(grace_s.is_some()), "epoch {epoch}");
            }
            assert_eq!(sim.chain.refused, 0);
            assert_eq!(sim.record.other_report_posted, 0);
        });
    }
}

#[test]
fn too_many_liars_stop_the_epoch_and_never_forge_one() {
    each_seed(20, |seed| {
        let faults = Faults { late_s: 1, liars: 2, ..CALM };
        let sim = Simulation::new(seed, (4, 1), Terms::default(), faults).run();
        sim.check();
        assert!(sim.chain.finals.is_empty(), "two of four are no quorum of three, on either side");
    });
}
