//! The closed form of the epochs' life against a simulation that steps second by second and keeps every epoch's state.

use std::collections::BTreeSet;

use attention_protocol::phase::{ChallengeState, Moment, Pending, Progress, REVISION_MAX, Window};
use attention_protocol::{EpochClock, Hash, ZERO_HASH};
use proptest::collection::vec;
use proptest::prelude::*;

/// What may happen in a second. What cannot happen in the state it meets does not.
#[derive(Debug, Clone, Copy)]
enum Act {
    Nothing,
    Anchor,
    Submit,
    Void,
    Challenge,
    Uphold,
    Silence,
    Demand,
    Answer,
}

/// The one epoch that is not terminal, as the simulation keeps it.
#[derive(Debug, Clone, Copy)]
enum State {
    Awaited { revision: u32, due_s: u64, halt_height: Option<u64>, touched: bool, anchored: bool },
    Pending { revision: u32, window: Window, demands: u16, challenge: ChallengeState },
}

/// The slow truth.
struct Simulation {
    clock: EpochClock,
    now: Moment,
    epoch: u64,
    state: State,
    silences: u32,
    finals: BTreeSet<u64>,
    newest_final: Hash,
}

impl Simulation {
    fn new(clock: EpochClock) -> Self {
        let now = Moment { time_s: clock.genesis_s, height: 50 };
        let state =
            State::Awaited { revision: 0, due_s: 0, halt_height: None, touched: false, anchored: false };
        let finals = BTreeSet::new();
        let mut this = Self { clock, now, epoch: 0, state, silences: 0, finals, newest_final: ZERO_HASH };
        this.enter(0, clock.genesis_s, None);
        this
    }

    fn window_end_s(&self) -> u64 {
        self.clock.genesis_s + (self.epoch + 1) * self.clock.epoch_length_s
    }

    /// The next epoch waits its turn: its time starts when its window has ended and the one before it is over.
    fn enter(&mut self, epoch: u64, free_s: u64, halt_height: Option<u64>) {
        self.epoch = epoch;
        self.silences = 0;
        let due_s = self.window_end_s().max(free_s) + self.clock.report_period_s;
        self.state = State::Awaited { revision: 0, due_s, halt_height, touched: false, anchored: false };
    }

    fn reopen(&mut self, revision: u32) {
        if revision == REVISION_MAX || self.silences == 2 {
            self.enter(self.epoch + 1, self.now.time_s, Some(self.now.height + self.blocks()));
            return;
        }
        let due_s = self.now.time_s + self.clock.report_period_s;
        let halt_height = Some(self.now.height + self.blocks());
        let revision = revision + 1;
        self.state = State::Awaited { revision, due_s, halt_height, touched: true, anchored: false };
    }

    fn blocks(&self) -> u64 {
        u64::from(self.clock.min_blocks)
    }

    /// One second passes, with some blocks.
    fn tick(&mut self, blocks: u64) {
        self.now.time_s += 1;
        self.now.height += blocks;
        self.expire_all();
    }

    /// All that ends now, one epoch after the other.
    fn expire_all(&mut self) {
        while self.expire() {}
    }

    fn expire(&mut self) -> bool {
        let (now, blocks) = (self.now, self.blocks());
        match self.state {
            State::Pending { revision, window, demands: 0, challenge }
                if challenge != ChallengeState::Open
                    && now.time_s >= window.ends_at_s
                    && now.height >= window.ends_height =>
            {
                self.finals.insert(self.epoch);
                self.newest_final = digest(self.epoch, revision);
                self.enter(self.epoch + 1, window.ends_at_s, Some(window.ends_height + blocks));
                true
            }
            State::Awaited { revision, due_s, halt_height, touched, anchored }
                if now.time_s > due_s && halt_height.is_none_or(|halt| now.height > halt) =>
            {
                let halt_height = halt_height.filter(|_| touched).map(|halt| halt + blocks);
                if anchored && revision < REVISION_MAX {
                    let (revision, due_s) = (revision + 1, due_s + self.clock.report_period_s);
                    self.state =
                        State::Awaited { revision, due_s, halt_height, touched: true, anchored: false };
                } else {
                    self.enter(self.epoch + 1, due_s, halt_height);
                }
                true
            }
            _ => false,
        }
    }
}

fn digest(epoch: u64, revision: u32) -> Hash {
    let mut digest = [1; 32];
    digest[..8].copy_from_slice(&epoch.to_be_bytes());
    digest[8..12].copy_from_slice(&revision.to_be_bytes());
    digest
}

/// Does `act` to both; the closed form's row changes here and nowhere else. `reports` is what the contract keeps: a row for
/// every report that was not voided.
fn play(simulation: &mut Simulation, row: &mut Progress, reports: &mut BTreeSet<u64>, act: Act) {
    let (clock, now) = (simulation.clock, simulation.now);
    let progress = row.at(&clock, now).unwrap();
    let next = match (act, simulation.state) {
        (Act::Anchor, State::Awaited { revision, due_s, halt_height, touched, anchored: false })
            if now.time_s >= simulation.window_end_s() =>
        {
            let halt_height =
                if touched { halt_height } else { Some(now.height + u64::from(clock.min_blocks)) };
            simulation.state = State::Awaited { revision, due_s, halt_height, touched: true, anchored: true };
            progress.anchored(progress.awaited(&clock, now).unwrap().unwrap(), [5; 32])
        }
        (Act::Submit, State::Awaited { revision, .. }) if now.time_s >= simulation.window_end_s() => {
            let window = Window {
                ends_at_s: now.time_s + clock.dispute_window_s,
                ends_height: now.height + u64::from(clock.min_blocks),
            };
            simulation.state =
                State::Pending { revision, window, demands: 0, challenge: ChallengeState::None };
            let awaited = progress.awaited(&clock, now).unwrap().unwrap();
            let digest = digest(awaited.epoch, awaited.revision);
            assert!(reports.insert(awaited.epoch), "a second report on the epoch");
            progress.submitted(&awaited, digest, window)
        }
        (Act::Void, State::Pending { revision, .. }) => {
            reports.remove(&simulation.epoch);
            simulation.reopen(revision);
            progress.voided(progress.pending().unwrap(), &clock, now, false).unwrap()
        }
        (Act::Silence, State::Pending { revision, challenge: ChallengeState::Open, .. }) => {
            reports.remove(&simulation.epoch);
            simulation.silences += 1;
            simulation.reopen(revision);
            progress.voided(progress.pending().unwrap(), &clock, now, true).unwrap()
        }
        (Act::Challenge, State::Pending { revision, window, demands, challenge: ChallengeState::None })
            if !window.has_ended(now) =>
        {
            let challenge = ChallengeState::Open;
            simulation.state = State::Pending { revision, window, demands, challenge };
            progress.challenged(progress.pending().unwrap())
        }
        (Act::Uphold, State::Pending { revision, window, demands, challenge: ChallengeState::Open }) => {
            let (window, challenge) = (extended(window, now), ChallengeState::Stands);
            simulation.state = State::Pending { revision, window, demands, challenge };
            progress.upheld(progress.pending().unwrap(), now)
        }
        (Act::Demand, State::Pending { revision, window, demands, challenge }) if !window.has_ended(now) => {
            simulation.state = State::Pending { revision, window, demands: demands + 1, challenge };
            progress.demanded(progress.pending().unwrap()).unwrap()
        }
        (Act::Answer, State::Pending { revision, window, demands: demands @ 1.., challenge }) => {
            let window = extended(window, now);
            simulation.state = State::Pending { revision, window, demands: demands - 1, challenge };
            progress.answered(progress.pending().unwrap(), now).unwrap()
        }
        _ => return,
    };
    *row = next;
    simulation.expire_all();
}

/// A window that was over ends now.
fn extended(window: Window, now: Moment) -> Window {
    if now.time_s < window.ends_at_s || now.height < window.ends_height {
        return window;
    }
    Window { ends_at_s: now.time_s, ends_height: now.height }
}

/// The row, brought up to now, says what the simulation says.
fn compare(simulation: &Simulation, row: &Progress) {
    let (clock, now) = (&simulation.clock, simulation.now);
    let progress = row.at(clock, now).unwrap();
    assert_eq!(progress.at(clock, now).unwrap(), progress, "bringing it up twice changes nothing");
    assert_eq!(progress.prev_digest, simulation.newest_final);
    match simulation.state {
        State::Pending { revision, window, demands, challenge } => {
            assert_eq!(progress.awaited(clock, now).unwrap(), None);
            let pending = progress.pending().unwrap();
            assert_eq!((pending.epoch, pending.revision), (simulation.epoch, revision));
            assert_eq!((pending.window, pending.open_demands), (window, demands));
            assert_eq!(pending.challenge, challenge);
        }
        State::Awaited { revision, due_s, anchored, .. } => {
            assert_eq!(progress.pending(), None);
            let awaited = progress.awaited(clock, now).unwrap().unwrap();
            assert_eq!((awaited.epoch, awaited.revision), (simulation.epoch, revision));
            assert_eq!((awaited.due_s, awaited.input_root.is_some()), (due_s, anchored));
        }
    }
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        12 => Just(Act::Nothing),
        2 => Just(Act::Anchor),
        4 => Just(Act::Submit),
        2 => Just(Act::Void),
        2 => Just(Act::Challenge),
        1 => Just(Act::Uphold),
        1 => Just(Act::Silence),
        2 => Just(Act::Demand),
        2 => Just(Act::Answer),
    ]
}

/// Every 16 open demands double the bond of the next.
#[test]
fn the_bond_of_a_demand_doubles() {
    let window = Window { ends_at_s: 0, ends_height: 0 };
    let pending = |open_demands| Pending {
        epoch: 0,
        revision: 0,
        digest: ZERO_HASH,
        window,
        open_demands,
        challenge: ChallengeState::None,
        silenced: false,
    };
    let bond = |open_demands| pending(open_demands).demand_bond(100).unwrap();
    assert_eq!([0, 15, 16, 31, 32, 255].map(bond), [100, 100, 200, 200, 400, 3_276_800]);
    assert!(pending(16).demand_bond(u128::MAX).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_closed_form_is_the_simulation(
        length in 1u64..30,
        period in 1u64..30,
        window in 0u64..12,
        min_blocks in 0u32..8,
        seconds in vec((act(), 0u64..3), 1..400),
        halts in vec((0usize..400, 1usize..60), 0..3),
    ) {
        let clock = EpochClock {
            genesis_s: 1_000,
            epoch_length_s: length,
            report_period_s: period.min(length),
            dispute_window_s: window,
            open_period_s: 0,
            min_blocks,
        };
        let mut simulation = Simulation::new(clock);
        let mut row = Progress::NEW;
        let mut reports = BTreeSet::new();
        for (second, (act, blocks)) in seconds.into_iter().enumerate() {
            let is_halted = halts.iter().any(|(from, len)| (*from..from + len).contains(&second));
            simulation.tick(if is_halted { 0 } else { blocks });
            compare(&simulation, &row);
            if !is_halted {
                play(&mut simulation, &mut row, &mut reports, act);
                compare(&simulation, &row);
            }
            let behind: BTreeSet<u64> = reports.iter().copied().filter(|e| *e < simulation.epoch).collect();
            prop_assert_eq!(&behind, &simulation.finals);
        }
    }
}
