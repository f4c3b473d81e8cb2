//! What a cw20 token is asked.

use attention_protocol::msg::{Cw20BalanceResponse, Cw20QueryMsg};
use cosmwasm_std::{Addr, QuerierWrapper};

use crate::error::Result;

/// What the contract holds by the token's word.
pub(crate) fn balance(querier: QuerierWrapper<'_>, token: &str, contract: &Addr) -> Result<u128> {
    let query = Cw20QueryMsg::Balance { address: contract.to_string() };
    let answer: Cw20BalanceResponse = querier.query_wasm_smart(token, &query)?;
    Ok(answer.balance.u128())
}
