//! What a token becomes when its admin freezes it: a contract is migrated to this code, keeps its state, and refuses everything
//! until it is migrated back.

use cosmwasm_std::{
    entry_point, Binary, Deps, DepsMut, Empty, Env, MessageInfo, Response, StdError, StdResult,
};

fn frozen<T>() -> StdResult<T> {
    Err(StdError::generic_err("the token is frozen"))
}

/// There is nothing to begin with.
#[entry_point]
pub fn instantiate(_: DepsMut<'_>, _: Env, _: MessageInfo, _: Empty) -> StdResult<Response> {
    frozen()
}

/// Freezes a contract of any kind. Its state stays as it is.
#[entry_point]
pub fn migrate(_: DepsMut<'_>, _: Env, _: Empty) -> StdResult<Response> {
    Ok(Response::new())
}

/// Refuses any message.
#[entry_point]
pub fn execute(_: DepsMut<'_>, _: Env, _: MessageInfo, _: Empty) -> StdResult<Response> {
    frozen()
}

/// Refuses any query.
#[entry_point]
pub fn query(_: Deps<'_>, _: Env, _: Empty) -> StdResult<Binary> {
    frozen()
}
