//! Creating a deployment: every bound is checked here, once.

use attention_protocol::EpochClock;
use cosmwasm_std::{Addr, Storage};

use crate::error::{ContractError, Result, refuse};
use crate::state::config::{CONFIG, ConfigRow};
use crate::state::owner::{OWNERSHIP, Ownership};

/// Thirty days: the longest pause.
const PAUSE_MAX_S: u64 = 2_592_000;

/// Stores the configuration; addresses are validated, and the clock is the rewards contract's.
pub(crate) fn instantiate(
    storage: &mut dyn Storage,
    ownership: &Ownership,
    rewards: Addr,
    clock: EpochClock,
    pause_max_s: u64,
) -> Result<()> {
    if !(1..=PAUSE_MAX_S).contains(&pause_max_s) {
        let (field, value) = ("pause_max_s", pause_max_s.to_string());
        return refuse(ContractError::Invalid { field, value, requirement: "1 to 2592000 (30 days)" });
    }
    CONFIG.save(storage, (), &ConfigRow { rewards, clock, pause_max_s });
    OWNERSHIP.save(storage, (), ownership);
    Ok(())
}
