//! Where accounts are paid by others, and which redirect they may sign next.

use attention_protocol::bytes::Reader;
use attention_protocol::{AccountId, ProtocolError};
use cosmwasm_std::{Addr, Storage};

use super::packed::{Packed, PackedMap, push_text, read_text};
use super::tag;
use crate::error::{ContractError, Result};

/// By canonical address: where others pay the account. Absent: at its own address.
const PAYOUT_ADDRESSES: PackedMap<&[u8], AddressRow> = PackedMap::new(tag::PAYOUT_ADDRESS);
/// By canonical address: the nonce of the next redirect. Absent: 0.
const REDIRECT_NONCES: PackedMap<&[u8], u64> = PackedMap::new(tag::REDIRECT_NONCE);

/// A validated address; an empty one stands for none.
pub(crate) struct AddressRow(pub(crate) Option<Addr>);

impl Packed for AddressRow {
    const WHAT: &'static str = "stored address";

    fn pack(&self, out: &mut Vec<u8>) {
        push_text(out, self.0.as_ref().map_or("", Addr::as_str));
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        let address = read_text(reader)?;
        Ok(Self(Some(address).filter(|address| !address.is_empty()).map(Addr::unchecked)))
    }
}

/// Names where others pay the account; `None`: at its own address.
pub(crate) fn set_payout_address(storage: &mut dyn Storage, account: &AccountId, address: Option<Addr>) {
    PAYOUT_ADDRESSES.save(storage, account.as_slice(), &AddressRow(address));
}

/// Where others pay the account.
pub(crate) fn payout_address(storage: &dyn Storage, account: &AccountId) -> Result<Option<Addr>> {
    Ok(PAYOUT_ADDRESSES.may_load(storage, account.as_slice())?.and_then(|row| row.0))
}

/// The nonce of the account's next redirect.
pub(crate) fn redirect_nonce(storage: &dyn Storage, account: &AccountId) -> Result<u64> {
    Ok(REDIRECT_NONCES.may_load(storage, account.as_slice())?.unwrap_or(0))
}

/// The nonce was used.
pub(crate) fn use_redirect_nonce(storage: &mut dyn Storage, account: &AccountId, nonce: u64) -> Result<()> {
    let next = nonce.checked_add(1).ok_or_else(|| ContractError::overflow("the nonce of redirects"))?;
    REDIRECT_NONCES.save(storage, account.as_slice(), &next);
    Ok(())
}
