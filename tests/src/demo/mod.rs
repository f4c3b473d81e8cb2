//! The demonstration: six months of real behaviour, four operators, one real chain, tokens in wallets.
//!
//! Everybody acts through the commands that users have: operators and sponsor through `attention-oracle`, the deployer
//! through wasmd. What the chain says is then checked with arithmetic of its own.

mod audit;
mod cast;
mod claims;
mod deploy;
mod outcome;
mod plan;
mod play;
mod show;

use std::path::PathBuf;
use std::time::Instant;

pub use outcome::Outcome;

use crate::chain::LocalChain;
use crate::error::E2eError;

/// What can be chosen.
#[derive(Debug, Clone)]
pub struct DemoOptions {
    /// Folder with `sales.csv` and `assets.csv`.
    pub data: PathBuf,
    /// Where everything is written; must not exist, or be empty.
    pub work: PathBuf,
    /// Seconds from instantiation to the first epoch: operators have to be ready by then.
    pub lead_s: u64,
    /// Leave the chain and the operators running.
    pub keep: bool,
}

/// Prints what is going on, with the seconds since the start.
#[derive(Debug, Clone, Copy)]
struct Log {
    started: Instant,
}

impl Log {
    fn say(&self, text: &str) {
        eprintln!("[{:>4} s] {text}", self.started.elapsed().as_secs());
    }
}

/// Plays the whole demonstration.
///
/// # Errors
/// [`E2eError`] with what failed; a check of the money that does not hold is one.
pub fn run(options: &DemoOptions) -> Result<Outcome, E2eError> {
    let log = Log { started: Instant::now() };
    let chain_home = options.work.join("chain");
    log.say("starting a chain");
    let mut chain = LocalChain::start_in(&chain_home, plan::CHAIN_ID)?;
    let mut cast = cast::assemble(&log, options, chain.info())?;
    let deployed = deploy::deploy(&log, options, &chain, &mut cast)?;
    let played = play::play(&log, &chain, &cast, &deployed)?;
    let money = audit::audit(&log, &chain, &cast, &deployed, &played)?;
    let outcome = outcome::collect(&chain, &cast, &deployed, played, money);
    show::tables(&outcome);
    if options.keep {
        show::kept(options, &chain, &cast, &deployed);
        chain.keep();
        cast.keep();
    } else {
        log.say("stopping the operators and the chain");
        cast.stop()?;
    }
    Ok(outcome)
}
