//! Random histories against plain books. After every step: the contract holds what it owes, asset by asset; each campaign's money
//! adds up, and only the campaign that a step is about has changed; nobody is paid twice or less than due; a pause stops what it
//! should and nothing else. Settled allocations and records never change. Holds I9, I10 and I11.
//!
//! `ATTENTION_RANDOM_SEED` replays a seed, `ATTENTION_RANDOM_STEPS` sets the number of steps: a large one without a seed runs for
//! hours with a new seed each time.

mod campaigns;
mod claims;
mod model;
mod records;
mod reports;
mod rng;
mod world;

use std::collections::BTreeMap;
use std::env;
use std::time::{SystemTime, UNIX_EPOCH};

use cosmwasm_std::Addr;

use claims::{Picks, Way};
use model::Iron;
use reports::Tamper;
use rng::Rng;
use world::World;

/// Everybody who has a leaf in every allocation.
const NAMES: [&str; 5] = ["alice", "bob", "dao", "key one", "key two"];
/// The assets of every report.
const ASSET_IDS: [&str; 2] = ["red", "blue"];
/// Which of the suite's two tokens changes its behaviour; the other is honest.
const IRON: usize = 1;
/// Steps of a seed in CI: four seeds, 20,000 steps.
const STEPS: u64 = 5_000;
/// Steps of one world: then a new deployment begins, so that what every step looks at stays small.
const STEPS_PER_WORLD: u64 = 500;
/// Everything that never changes is compared this often.
const CHECK_ALL_EVERY: u64 = 50;

/// One thing that happens. To add one: a variant, a line in [`KINDS`], an arm in [`World::run`].
#[derive(Debug, Clone)]
pub enum Action {
    Create { asset: String, amount: u128, delay: u64, epochs: u64, unlock_s: u64, refund_to: Addr },
    Fund { campaign: Option<u64>, amount: u128, by: Addr },
    Stop { campaign: Option<u64> },
    Refund { campaign: Option<u64> },
    ProposeSponsor { campaign: Option<u64>, to: Option<Addr> },
    AcceptSponsor { campaign: Option<u64> },
    WithdrawFees { asset: String },
    Report { scores: [u32; 5], tamper: Option<Tamper> },
    Miss {},
    Settle { campaign: Option<u64>, newest_first: bool },
    Claim { name: &'static str, picks: Picks, way: Way },
    ClaimBatch { claims: Vec<(&'static str, Picks)> },
    SetPayoutAddress { name: &'static str, to: Option<Addr> },
    WithdrawOwed { asset: String, account: Addr, to: Addr },
    RecordScores { campaign: Option<u64>, start: u32 },
    RecordAssets {},
    SetConsent { name: &'static str, granted: bool },
    Pause {},
    Unpause {},
    IronBecomes(Iron),
    Wait { seconds: u64 },
}

/// A kind of action: its name, how often it is drawn, and how.
type Kind = (&'static str, u64, fn(&mut World) -> Action);

const KINDS: &[Kind] = &[
    ("create", 4, campaigns::draw_create),
    ("fund", 6, campaigns::draw_fund),
    ("stop", 1, campaigns::draw_stop),
    ("refund", 6, campaigns::draw_refund),
    ("propose_sponsor", 1, campaigns::draw_propose_sponsor),
    ("accept_sponsor", 1, campaigns::draw_accept_sponsor),
    ("withdraw_fees", 1, campaigns::draw_withdraw_fees),
    ("report", 16, reports::draw_report),
    ("miss", 1, |_| Action::Miss {}),
    ("settle", 16, reports::draw_settle),
    ("claim", 20, claims::draw_claim),
    ("claim_batch", 6, claims::draw_claim_batch),
    ("set_payout_address", 2, claims::draw_set_payout_address),
    ("withdraw_owed", 5, claims::draw_withdraw_owed),
    ("record_scores", 3, records::draw_record_scores),
    ("record_assets", 4, records::draw_record_assets),
    ("set_consent", 2, records::draw_set_consent),
    ("pause", 1, |_| Action::Pause {}),
    ("unpause", 8, |_| Action::Unpause {}),
    ("iron", 3, records::draw_iron),
    ("wait", 5, |world| Action::Wait { seconds: world.rng.of(1..1_500) }),
    ("long_wait", 1, draw_long_wait),
];

/// A few epochs mostly; now and then long enough for graces and claim periods to end.
fn draw_long_wait(world: &mut World) -> Action {
    let most_s = if world.rng.once_in(4) { 2_000_000 } else { 10_000 };
    Action::Wait { seconds: world.rng.of(1..most_s) }
}

impl World {
    fn draw(&mut self) -> (&'static str, Action) {
        let total = KINDS.iter().map(|(_, weight, _)| weight).sum();
        let mut at = self.rng.of(0..total);
        for (name, weight, draw) in KINDS {
            if at < *weight {
                return (name, draw(self));
            }
            at -= weight;
        }
        unreachable!("the weights add up to the total")
    }

    fn run(&mut self, action: &Action) {
        match action.clone() {
            Action::Create { asset, amount, delay, epochs, unlock_s, refund_to } => {
                self.create((&asset, amount), (delay, epochs), unlock_s, &refund_to);
            }
            Action::Fund { campaign: Some(id), amount, by } => self.fund(id, amount, &by),
            Action::Stop { campaign: Some(id) } => self.stop(id),
            Action::Refund { campaign: Some(id) } => self.refund(id),
            Action::ProposeSponsor { campaign: Some(id), to } => self.propose_sponsor(id, to.as_ref()),
            Action::AcceptSponsor { campaign: Some(id) } => self.accept_sponsor(id),
            Action::WithdrawFees { asset } => self.withdraw_fees(&asset),
            Action::Report { scores, tamper } => self.report(&scores, tamper),
            Action::Miss {} => self.miss(),
            Action::Settle { campaign: Some(id), newest_first } => self.settle(id, newest_first),
            Action::Claim { name, picks, way } => self.claim(name, &picks, &way),
            Action::ClaimBatch { claims } => self.claim_batch(&claims),
            Action::SetPayoutAddress { name, to } => self.set_payout_address(name, to.as_ref()),
            Action::WithdrawOwed { asset, account, to } => self.withdraw_owed(&asset, &account, &to),
            Action::RecordScores { campaign: Some(id), start } => self.record_scores(id, start),
            Action::RecordAssets {} => self.record_assets(),
            Action::SetConsent { name, granted } => self.set_consent(name, granted),
            Action::Pause {} => self.pause(),
            Action::Unpause {} => self.unpause(),
            Action::IronBecomes(iron) => self.iron_becomes(iron),
            Action::Wait { seconds } => self.wait(seconds),
            // There is no campaign yet.
            Action::Fund { .. }
            | Action::Stop { .. }
            | Action::Refund { .. }
            | Action::ProposeSponsor { .. }
            | Action::AcceptSponsor { .. }
            | Action::Settle { .. }
            | Action::RecordScores { .. } => {}
        }
        self.pay_now();
    }
}

/// Says how to come back to a failure.
struct Replay {
    seed: u64,
    step: u64,
    action: String,
}

impl Drop for Replay {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let Self { seed, step, action } = self;
            eprintln!("step {step} of seed {seed}: {action}");
            eprintln!("replay it with ATTENTION_RANDOM_SEED={seed} ATTENTION_RANDOM_STEPS={}", *step + 1);
        }
    }
}

/// Runs a history, and says how often each kind of action did something.
fn run(seed: u64, steps: u64) -> BTreeMap<&'static str, u64> {
    let mut accepted = BTreeMap::new();
    let mut replay = Replay { seed, step: 0, action: "the beginning".into() };
    let mut world = World::new(Rng::new(seed));
    for step in 0..steps {
        if step % STEPS_PER_WORLD == 0 && step > 0 {
            world.check_all();
            let rng = Rng::new(world.rng.next());
            world = World::new(rng);
        }
        let (name, action) = world.draw();
        (replay.step, replay.action) = (step, format!("{action:?}"));
        world.accepted = false;
        world.run(&action);
        world.check();
        if step % CHECK_ALL_EVERY == 0 {
            world.check_all();
        }
        *accepted.entry(name).or_default() += u64::from(world.accepted);
    }
    accepted
}

fn number(variable: &str) -> Option<u64> {
    env::var(variable).ok().map(|text| text.parse().expect(variable))
}

/// The seed of a test, or that of the environment, or for a long run one that nobody knows beforehand.
fn history(own_seed: u64) {
    let (seed, steps) = (number("ATTENTION_RANDOM_SEED"), number("ATTENTION_RANDOM_STEPS"));
    if (seed.is_some() || steps.is_some()) && own_seed > 1 {
        return;
    }
    let fresh = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64;
    let seed = seed.unwrap_or_else(|| if steps.is_some() { fresh() } else { own_seed });
    let steps = steps.unwrap_or(STEPS);
    println!("seed {seed}, {steps} steps");
    let accepted = run(seed, steps);
    println!("{accepted:?}");
    if steps >= STEPS {
        for (name, ..) in KINDS {
            assert!(
                accepted.get(name).is_some_and(|count| *count > 0),
                "{name} never did anything: {accepted:?}"
            );
        }
    }
}

#[test]
fn history_1() {
    history(1);
}

#[test]
fn history_2() {
    history(2);
}

#[test]
fn history_3() {
    history(3);
}

#[test]
fn history_4() {
    history(4);
}
