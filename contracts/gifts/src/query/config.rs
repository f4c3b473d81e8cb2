//! Configuration, roles and pause.

use attention_protocol::gift::ConfigResponse;
use cosmwasm_std::Storage;

use crate::error::Result;
use crate::state::config::CONFIG;
use crate::state::owner::OWNERSHIP;
use crate::state::pause::PAUSE;

/// Everything fixed at instantiation, who may do what, and whether the contract is paused.
pub(super) fn config(storage: &dyn Storage, now_s: u64) -> Result<ConfigResponse> {
    let config = CONFIG.load(storage, ())?;
    let roles = OWNERSHIP.load(storage, ())?;
    let pause = PAUSE.may_load(storage, ())?;
    Ok(ConfigResponse {
        rewards: config.rewards,
        clock: config.clock,
        pause_max_s: config.pause_max_s,
        owner: roles.owner,
        proposed: roles.proposed,
        guardian: roles.guardian,
        paused: pause.is_some_and(|pause| pause.is_active(now_s)),
        pause_until_s: pause.map(|pause| pause.end_s),
    })
}
