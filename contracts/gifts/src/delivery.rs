//! Sending tokens: messages to collections that may be broken or hostile.
//!
//! Each has a gas limit, and its failure reaches [`crate::reply`] instead of the sender; what that needs travels along as
//! the payload. Nothing is written between a message and its reply, so a collection that calls back meets a finished state.

use attention_protocol::gift::{Cw721ExecuteMsg, DELIVERY_GAS_MAX, Delivery, GiftTerms};
use attention_storage::Packed;
use cosmwasm_std::{Addr, Empty, SubMsg, WasmMsg, to_json_binary};

use crate::error::Result;
use crate::state::owed::{Parcel, ReturnParcel};

/// The reply id of a token for an account.
pub(crate) const DELIVERY: u64 = 1;
/// The reply id of a token for the sponsor.
pub(crate) const RETURN: u64 = 2;

/// The id of the token that a minting gift makes next.
pub(crate) fn minted_id(gift: u64, serial: u32) -> String {
    format!("g{gift}-{serial}")
}

/// Sends a token to an account.
pub(crate) fn deliver(terms: &GiftTerms, recipient: &Addr, parcel: &Parcel) -> Result<SubMsg> {
    let token_id = parcel.owed.token_id.clone();
    let msg = match &terms.delivery {
        Delivery::Mint { token_uri } => Cw721ExecuteMsg::Mint {
            token_id,
            owner: recipient.to_string(),
            token_uri: token_uri.clone(),
            extension: Empty {},
        },
        Delivery::HandOut {} => Cw721ExecuteMsg::TransferNft { recipient: recipient.to_string(), token_id },
    };
    send(terms, &msg, DELIVERY, parcel)
}

/// Sends a deposited token back to the sponsor.
pub(crate) fn give_back(terms: &GiftTerms, sponsor: &Addr, parcel: &ReturnParcel) -> Result<SubMsg> {
    let token_id = parcel.deposit.token_id.clone();
    let msg = Cw721ExecuteMsg::TransferNft { recipient: sponsor.to_string(), token_id };
    send(terms, &msg, RETURN, parcel)
}

fn send(terms: &GiftTerms, msg: &Cw721ExecuteMsg, reply_id: u64, parcel: &impl Packed) -> Result<SubMsg> {
    let msg = WasmMsg::Execute {
        contract_addr: terms.collection.clone(),
        msg: to_json_binary(msg)?,
        funds: Vec::new(),
    };
    let mut payload = Vec::new();
    parcel.pack(&mut payload);
    Ok(SubMsg::reply_on_error(msg, reply_id).with_gas_limit(DELIVERY_GAS_MAX).with_payload(payload))
}
