//! What messages cost on a real chain, and how that grows with campaigns, accounts and epochs.

pub mod gifts;
pub mod script;
pub mod site;
pub mod world;

use std::collections::BTreeMap;
use std::thread;

use serde::Serialize;

use crate::chain::LocalChain;
use crate::error::E2eError;
use script::{Costs, measure};
use site::{Pace, Site};
use world::World;

/// Time enough to measure in, and little more.
pub const STEADY: Pace = Pace { genesis_in_s: 20, epoch_s: 36, report_s: 15, dispute_s: 20 };
/// Short epochs, because fifty of them have to pass.
const QUICK: Pace = Pace { genesis_in_s: 20, epoch_s: 16, report_s: 7, dispute_s: 8 };

/// Sizes at which the messages are measured, rising.
#[derive(Debug, Clone)]
pub struct Sizes {
    /// Campaigns.
    pub campaigns: Vec<usize>,
    /// Accounts with a leaf, a recorded score and a paid claim.
    pub accounts: Vec<usize>,
    /// Reported, final and settled epochs.
    pub epochs: Vec<usize>,
}

/// Everything that was measured.
#[derive(Debug, Serialize)]
pub struct Figures {
    /// Version of the chain's program.
    pub wasmd: String,
    /// Messages whose figures are of one state.
    pub once: Costs,
    /// By dimension, size and message.
    pub growth: BTreeMap<String, BTreeMap<usize, Costs>>,
}

/// Measures everything, the dimensions side by side.
///
/// # Errors
/// [`E2eError`] of the first that fails.
pub fn run(chain: &LocalChain, code: &str, sizes: &Sizes) -> Result<Figures, E2eError> {
    let grow = |name: &'static str, pace: Pace, sizes: &[usize], step: Step| {
        let mut world = World::create(chain, code, name, pace)?;
        world.settle_epoch(false)?;
        let mut figures = BTreeMap::new();
        for size in sizes {
            step(&mut world, *size)?;
            figures.insert(*size, measure(&mut world)?);
            eprintln!("gas: measured at {size} {name}");
        }
        Ok((name.to_string(), figures))
    };
    thread::scope(|scope| {
        let work = [
            scope.spawn(|| grow("campaigns", STEADY, &sizes.campaigns, World::add_campaigns)),
            scope.spawn(|| grow("accounts", STEADY, &sizes.accounts, add_accounts)),
            scope.spawn(|| grow("epochs", QUICK, &sizes.epochs, add_epochs)),
        ];
        let once = scope.spawn(|| gifts::measure(chain, code));
        let joined = work.map(|worker| worker.join().expect("a measurement does not panic"));
        let growth = joined.into_iter().collect::<Result<_, E2eError>>()?;
        let once = once.join().expect("a measurement does not panic")?;
        Ok(Figures { wasmd: chain.info().wasmd_version.clone(), once, growth })
    })
}

type Step = fn(&mut World, usize) -> Result<(), E2eError>;

fn add_accounts(world: &mut World, count: usize) -> Result<(), E2eError> {
    world.add_accounts(count);
    world.settle_epoch(true)
}

fn add_epochs(world: &mut World, count: usize) -> Result<(), E2eError> {
    while world.epochs() < count {
        world.settle_epoch(false)?;
    }
    Ok(())
}

/// Every message of the rewards contract in a world of this size.
///
/// # Errors
/// [`E2eError`].
pub fn at(
    chain: &LocalChain,
    code: &str,
    name: &str,
    (campaigns, accounts): (usize, usize),
) -> Result<Costs, E2eError> {
    let mut world = World::create(chain, code, name, STEADY)?;
    world.add_accounts(accounts);
    world.add_campaigns(campaigns)?;
    world.settle_epoch(false)?;
    measure(&mut world)
}

/// A deployment that asks no fees and has no guardian: it can be renounced.
fn renounceable(chain: &LocalChain, code: &str) -> Result<Site, E2eError> {
    Site::deploy(chain, code, "renounced", STEADY, |message| {
        message.guardian = None;
        message.limits.denoms.iter_mut().for_each(|policy| policy.creation_fee = Default::default());
    })
}
