//! The contract's optimised wasm on a real wasmd chain, with fresh (non-genesis) accounts.
//!
//! One chain serves all scenarios, each with a deployment of its own; some run side by side, and the chain ends with them.
//! `scripts/wasm` must have built the contract and cargo the program `attention-oracle`; `scripts/test chain` does all of it.

mod anchors;
mod challenges;
mod court;
mod disputes;
mod gas;
mod guards;
mod handouts;
mod migration;
mod operators;
mod payouts;
mod reports;
mod rewards;
mod rotation;
mod settlement;
mod team;
mod terms;
mod tokens;
mod watching;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use attention_e2e::bed::store_contract;
use attention_e2e::{E2eError, LocalChain};

/// What every scenario gets.
struct Stage<'a> {
    chain: &'a LocalChain,
    code: &'a str,
}

/// Scenarios that run at a time: mostly they wait for the chain's clock, but two cores also run the chain.
const WORKERS: usize = 8;

/// Names a part of the scenarios' names: only those are run.
const FILTER_ENV: &str = "ATTENTION_E2E";

type Scenario = fn(&Stage<'_>) -> Result<(), E2eError>;

const SCENARIOS: [(&str, Scenario); 27] = [
    ("gas over many epochs", gas::many_epochs),
    ("gas of every message is as documented", gas::as_documented),
    ("gas of many at once", gas::many_at_once),
    ("daemons anchor their input, and one has another log", anchors::one_daemon_has_another_log),
    ("operators crash, stay away and come back", operators::crashes_cost_nothing),
    (
        "fraud in leaves and against the base is convicted, honest look-alikes stand",
        disputes::leaves_and_base,
    ),
    (
        "fraud in nodes, headers and signatures is convicted, honest look-alikes stand",
        disputes::nodes_and_headers,
    ),
    ("a watcher convicts a crooked report", watching::a_watcher_convicts),
    ("a live contract of version 0.1.0 is migrated", migration::from_0_1_0),
    ("an arbiter decides on challenges, or sleeps", challenges::an_arbiter_decides),
    ("a failed payout is owed", payouts::a_failed_payout_is_owed),
    (
        "a handed-out gift outlives a frozen collection",
        handouts::a_handed_out_gift_outlives_a_frozen_collection,
    ),
    ("an operator swaps its key in mid-flight", rotation::a_swap_in_mid_flight),
    ("a campaign pays in a cw20 token", tokens::cw20_rewards),
    ("an attentive account takes a cw721 gift", tokens::cw721_gifts),
    ("gas", gas::table),
    ("rewards reach fresh accounts, and are paid once", rewards::fresh_accounts_are_paid_once),
    ("an account without coins claims by fee grant", rewards::fee_granted_claim),
    ("a wrong proof, leaf or account is refused", rewards::wrong_proofs_are_refused),
    ("only k distinct operators make a report", reports::only_a_quorum_reports),
    ("a report is good for one contract, chain and epoch", reports::replays_are_refused),
    ("reports come one at a time, in time", reports::one_at_a_time_and_in_time),
    ("a commitment over budget is rejected, the campaign lives on", settlement::over_budget_is_rejected),
    ("a commitment on another base never settles", settlement::another_base_is_an_error),
    ("a sponsor who stops pays what was earned", settlement::a_stop_pays_what_was_earned),
    ("a pause stops claims and reports, not settling", guards::pause),
    ("funds go where they are asked for, and nowhere else", guards::funds),
];

#[test]
fn on_a_real_chain() {
    let chain = LocalChain::start("attention-e2e-1").expect("a local chain");
    let code = store_contract(&chain).expect("the contract is stored");
    let stage = Stage { chain: &chain, code: &code };
    let filter = std::env::var(FILTER_ENV).unwrap_or_default();
    let chosen: Vec<_> = SCENARIOS.iter().filter(|(name, _)| name.contains(&filter)).collect();
    assert!(!chosen.is_empty(), "{FILTER_ENV}={filter:?}: no scenario has that in its name");
    let next = AtomicUsize::new(0);
    let failed: Vec<&str> = thread::scope(|scope| {
        let work = || {
            let taken = std::iter::from_fn(|| chosen.get(next.fetch_add(1, Ordering::Relaxed)));
            taken
                .filter(|(name, scenario)| !passes(name, *scenario, &stage))
                .map(|(name, _)| *name)
                .collect::<Vec<_>>()
        };
        let workers: Vec<_> = (0..WORKERS).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("a scenario's panic is caught")).collect()
    });
    assert!(failed.is_empty(), "failed: {failed:?}");
}

/// Runs one scenario and prints what became of it.
fn passes(name: &str, scenario: Scenario, stage: &Stage<'_>) -> bool {
    let started = Instant::now();
    let passed = match catch_unwind(AssertUnwindSafe(|| scenario(stage))) {
        Ok(Ok(())) => true,
        Ok(Err(error)) => {
            eprintln!("{name}: {error}");
            false
        }
        Err(_) => false,
    };
    let verdict = if passed { "ok" } else { "FAILED" };
    println!("{verdict:6} {:5.1} s  {name}", started.elapsed().as_secs_f64());
    passed
}
