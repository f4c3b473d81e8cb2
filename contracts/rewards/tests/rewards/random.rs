//! Random histories of every message against plain books. After every step: the contract holds what it owes, asset by asset, bonds
//! included; each campaign's money adds up, and only the campaign that a step is about has changed; nobody is paid twice or less than
//! due; a report stands where the rules say; a pause stops what it should and nothing else; what is refused and what is accepted is
//! what the books said before. Final reports, settled allocations and records never change. Holds I9, I10, I11, I19, I21, I22 and I23.
//!
//! `ATTENTION_RANDOM_SEED` replays a seed, `ATTENTION_RANDOM_STEPS` sets the number of steps: a large one without a seed runs for
//! hours with a new seed each time.

mod anchors;
mod bonds;
mod campaigns;
mod check;
mod claims;
mod disputes;
mod messages;
mod model;
mod proofs;
mod records;
mod reports;
mod rng;
mod roles;
mod rotation;
mod settling;
mod world;

use std::collections::BTreeMap;
use std::env;
use std::time::{SystemTime, UNIX_EPOCH};

use model::Rules;
use rng::Rng;
use world::World;

/// Everybody who has a leaf in every allocation.
const NAMES: [&str; 5] = ["alice", "bob", "dao", "key one", "key two"];
/// The assets of every report that shows any.
const ASSET_IDS: [&str; 2] = ["red", "blue"];
/// Which of the suite's two tokens changes its behaviour; the other is honest.
const IRON: usize = 1;
/// Steps of a seed in CI: four seeds, 20,000 steps.
const STEPS: u64 = 5_000;
/// Steps of one world: then a new deployment begins, so that what every step looks at stays small.
const STEPS_PER_WORLD: u64 = 500;
/// Everything that never changes is compared this often.
const CHECK_ALL_EVERY: u64 = 50;
/// A long history says how far it is this often.
const TELL_EVERY: u64 = 10_000;

/// A kind of step: its name, how often it is drawn, and what it does.
type Kind = (&'static str, u64, fn(&mut World));

const KINDS: &[Kind] = &[
    ("create", 4, World::create),
    ("fund", 6, World::fund),
    ("stop", 1, World::stop),
    ("refund", 6, World::refund),
    ("propose_sponsor", 2, World::propose_sponsor),
    ("accept_sponsor", 2, World::accept_sponsor),
    ("report", 32, World::report),
    ("miss", 2, World::miss),
    ("settle", 26, World::settle),
    ("claim", 26, World::claim),
    ("claim_batch", 8, World::claim_batch),
    ("set_payout_address", 2, World::set_payout_address),
    ("withdraw_owed", 8, World::withdraw_owed),
    ("record_scores", 3, World::record_scores),
    ("record_assets", 4, World::record_assets),
    ("set_consent", 2, World::set_consent),
    ("anchor", 6, World::anchor),
    ("void_report", 1, World::void_report),
    ("challenge", 2, World::challenge),
    ("decide", 2, World::decide),
    ("resolve_silence", 2, World::resolve_silence),
    ("demand", 4, World::demand),
    ("answer", 4, World::answer),
    ("void_unanswered", 2, World::void_unanswered),
    ("reclaim", 3, World::reclaim),
    ("commit_proof", 1, World::commit_proof),
    ("prove_fraud", 5, World::prove_fraud),
    ("prove_equivocation", 1, World::prove_equivocation),
    ("post_bond", 7, World::post_bond),
    ("unbond", 4, World::unbond),
    ("withdraw_bond", 3, World::withdraw_bond),
    ("swap", 4, World::swap),
    ("propose_config", 3, World::propose_config),
    ("accept_config", 4, World::accept_config),
    ("cancel_config", 1, World::cancel_config),
    ("update_limits", 2, World::update_limits),
    ("count_participation", 1, World::count_participation),
    ("distribute", 4, World::distribute),
    ("pause", 1, World::pause),
    ("unpause", 8, World::unpause),
    ("withdraw_fees", 2, World::withdraw_fees),
    ("propose_owner", 1, World::propose_owner),
    ("accept_owner", 2, World::accept_owner),
    ("set_guardian", 1, World::set_guardian),
    ("renounce", 2, World::renounce),
    ("iron", 3, World::iron_becomes),
    ("wait", 5, World::wait),
    ("long_wait", 1, World::wait_long),
];

fn draw(rng: &mut Rng) -> Kind {
    let total = KINDS.iter().map(|(_, weight, _)| weight).sum();
    let mut at = rng.of(0..total);
    for kind in KINDS {
        if at < kind.1 {
            return *kind;
        }
        at -= kind.1;
    }
    unreachable!("the weights add up to the total")
}

/// Deployments that differ: each kind comes again and again.
fn rules(world: u64) -> Rules {
    Rules { anchors: world % 3 == 2, recipient: world % 2 == 1, no_burn: world % 4 == 2 }
}

/// A history under way. If it fails it says how to come back to the failure.
struct History {
    seed: u64,
    step: u64,
    kind: &'static str,
    world: World,
}

impl Drop for History {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let Self { seed, step, kind, world } = self;
            eprintln!("step {step} of seed {seed}, {kind}, under {:?}:", world.model.rules);
            for (now, sender, msg) in &world.trail {
                eprintln!("at {now:?} {sender}: {msg:?}");
            }
            eprintln!("replay it with ATTENTION_RANDOM_SEED={seed} ATTENTION_RANDOM_STEPS={}", *step + 1);
        }
    }
}

/// How often each kind of step did something, and each message was accepted.
#[derive(Debug, Default)]
struct Done {
    kinds: BTreeMap<&'static str, u64>,
    messages: BTreeMap<&'static str, u64>,
}

impl Done {
    fn add(&mut self, world: &mut World) {
        for (name, count) in std::mem::take(&mut world.sent) {
            *self.messages.entry(name).or_default() += count;
        }
    }
}

fn run(seed: u64, steps: u64) -> Done {
    let mut done = Done::default();
    let world = World::new(Rng::new(seed), rules(0));
    let mut history = History { seed, step: 0, kind: "the beginning", world };
    for step in 0..steps {
        if step % STEPS_PER_WORLD == 0 && step > 0 {
            history.world.check_all();
            done.add(&mut history.world);
            if step % TELL_EVERY == 0 {
                println!("{step} steps of seed {seed}");
            }
            let rng = Rng::new(history.world.rng.next());
            history.world = World::new(rng, rules(step / STEPS_PER_WORLD));
        }
        let world = &mut history.world;
        let (name, _, act) = draw(&mut world.rng);
        (history.step, history.kind) = (step, name);
        world.age = step % STEPS_PER_WORLD * 100 / STEPS_PER_WORLD;
        world.accepted = false;
        world.trail.clear();
        act(world);
        world.check();
        if step % CHECK_ALL_EVERY == 0 {
            world.check_all();
        }
        *done.kinds.entry(name).or_default() += u64::from(world.accepted);
    }
    done.add(&mut history.world);
    done
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
    let done = run(seed, steps);
    println!("{done:?}");
    if steps >= STEPS {
        for (name, ..) in KINDS {
            assert!(
                done.kinds.get(name).is_some_and(|count| *count > 0),
                "{name} never did anything: {done:?}"
            );
        }
        for (name, _) in crate::funds::every_message(&crate::suite::Suite::new()) {
            assert!(
                done.messages.get(name).is_some_and(|count| *count > 0),
                "{name} was never accepted: {done:?}"
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
