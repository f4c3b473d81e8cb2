//! Sets other limits, from the next epoch on.

use attention_protocol::event::Event;
use attention_protocol::msg::Limits;
use cosmwasm_std::{Api, Response, Storage};

use crate::configuration::current_epoch;
use crate::error::{ContractError, Result};
use crate::limits::store_limits;

/// The owner's right was checked before. Epoch 0 counts as begun before genesis: campaigns are created under its limits then.
pub(crate) fn update_limits(
    storage: &mut dyn Storage,
    api: &dyn Api,
    now_s: u64,
    limits: &Limits,
) -> Result<Response> {
    let first_epoch = current_epoch(storage, now_s)?.checked_add(1);
    let first_epoch = first_epoch.ok_or_else(|| ContractError::overflow("the epoch number"))?;
    store_limits(storage, api, first_epoch, limits)?;
    Ok(Response::new().add_event(Event::LimitsUpdated { first_epoch }))
}
