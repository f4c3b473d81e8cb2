//! The messages this project sends, packed for a transaction.

use cosmrs::cosmwasm::MsgExecuteContract;
use cosmrs::tx::Msg;
use cosmrs::{AccountId, Any};
use serde::Serialize;

use super::{ChainError, Coin};

/// Calls a contract.
///
/// # Errors
/// [`ChainError::Invalid`] for a malformed address or denom.
pub fn execute(
    sender: &str,
    contract: &str,
    msg: &impl Serialize,
    funds: &[Coin],
) -> Result<Any, ChainError> {
    pack(MsgExecuteContract {
        sender: address("sender", sender)?,
        contract: address("contract", contract)?,
        msg: json(msg)?,
        funds: coins(funds)?,
    })
}

/// A bech32 address, checked.
pub(super) fn address(field: &'static str, text: &str) -> Result<AccountId, ChainError> {
    text.parse().map_err(|_| ChainError::invalid(field, text, "a bech32 address"))
}

fn coins(coins: &[Coin]) -> Result<Vec<cosmrs::Coin>, ChainError> {
    coins.iter().map(Coin::to_cosmos).collect()
}

fn json(msg: &impl Serialize) -> Result<Vec<u8>, ChainError> {
    serde_json::to_vec(msg).map_err(|error| ChainError::decode("the contract message", error))
}

fn pack(msg: impl Msg) -> Result<Any, ChainError> {
    msg.to_any().map_err(|error| ChainError::decode("the transaction message", error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_address_is_named() {
        let error = execute("wasm1nope", "wasm1x", &(), &[]).unwrap_err();
        assert_eq!(error.to_string(), "sender is \"wasm1nope\": a bech32 address");
    }
}
