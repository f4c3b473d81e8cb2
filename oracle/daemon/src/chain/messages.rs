//! The messages this project sends, packed for a transaction.

use cosmrs::cosmwasm::{MsgExecuteContract, MsgInstantiateContract, MsgStoreCode};
use cosmrs::feegrant::{BasicAllowance, MsgGrantAllowance};
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

/// Creates a contract from stored code.
///
/// # Errors
/// As [`execute`].
pub fn instantiate(
    sender: &str,
    admin: Option<&str>,
    code_id: u64,
    label: &str,
    msg: &impl Serialize,
) -> Result<Any, ChainError> {
    pack(MsgInstantiateContract {
        sender: address("sender", sender)?,
        admin: admin.map(|admin| address("admin", admin)).transpose()?,
        code_id,
        label: Some(label.to_owned()),
        msg: json(msg)?,
        funds: vec![],
    })
}

/// Stores contract code.
///
/// # Errors
/// As [`execute`].
pub fn store_code(sender: &str, wasm: Vec<u8>) -> Result<Any, ChainError> {
    pack(MsgStoreCode {
        sender: address("sender", sender)?,
        wasm_byte_code: wasm,
        instantiate_permission: None,
    })
}

/// Sends coins; denoms have to be sorted, as the bank module wants them.
///
/// # Errors
/// As [`execute`].
pub fn bank_send(from: &str, to: &str, amount: &[Coin]) -> Result<Any, ChainError> {
    pack(cosmrs::bank::MsgSend {
        from_address: address("sender", from)?,
        to_address: address("recipient", to)?,
        amount: coins(amount)?,
    })
}

/// Lets `grantee` pay fees from `granter`'s balance, up to `limit`, without an end.
///
/// # Errors
/// As [`execute`].
pub fn feegrant(granter: &str, grantee: &str, limit: &[Coin]) -> Result<Any, ChainError> {
    let allowance = pack(BasicAllowance { spend_limit: coins(limit)?, expiration: None })?;
    pack(MsgGrantAllowance {
        granter: address("granter", granter)?,
        grantee: address("grantee", grantee)?,
        allowance: Some(allowance),
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
        let error = bank_send("wasm1nope", "wasm1x", &[]).unwrap_err();
        assert_eq!(error.to_string(), "sender is \"wasm1nope\": a bech32 address");
    }
}
