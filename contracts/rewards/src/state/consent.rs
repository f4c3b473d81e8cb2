//! Who consents to be scored, since which epoch; and the log of all changes, from which operators read it.

use attention_protocol::bytes::Reader;
use attention_protocol::{AccountId, ProtocolError};
use cosmwasm_std::Storage;

use super::account_key::AccountKey;
use super::packed::{Packed, PackedMap};
use super::tag;
use crate::error::{ContractError, Result};

/// By (account, first epoch): what the account said.
const CONSENTS: PackedMap<AccountKey, ConsentRow> = PackedMap::new(tag::CONSENT);
/// By sequence number, from 1: every change.
const CHANGES: PackedMap<u64, ChangeRow> = PackedMap::new(tag::CONSENT_CHANGE);
/// The number of changes.
const CHANGE_COUNT: PackedMap<(), u64> = PackedMap::new(tag::CONSENT_CHANGE_COUNT);

/// `first epoch ‖ granted u8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ConsentRow {
    pub(crate) from_epoch: u64,
    pub(crate) granted: bool,
}

impl Packed for ConsentRow {
    const WHAT: &'static str = "stored consent";

    fn pack(&self, out: &mut Vec<u8>) {
        self.from_epoch.pack(out);
        out.push(u8::from(self.granted));
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        Ok(Self { from_epoch: u64::read(reader)?, granted: reader.u8()? == 1 })
    }
}

/// `consent ‖ account`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ChangeRow {
    pub(crate) consent: ConsentRow,
    pub(crate) account: AccountId,
}

impl Packed for ChangeRow {
    const WHAT: &'static str = "stored change of consent";

    fn pack(&self, out: &mut Vec<u8>) {
        self.consent.pack(out);
        out.extend_from_slice(self.account.as_slice());
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        let consent = ConsentRow::read(reader)?;
        Ok(Self { consent, account: AccountId::try_from(reader.take(reader.rest().len())?)? })
    }
}

fn key(account: &AccountId, epoch: u64) -> AccountKey {
    AccountKey::new(None, account, epoch)
}

/// What the account said last with effect in `epoch`: one step of an iterator.
pub(crate) fn consent_at(
    storage: &dyn Storage,
    account: &AccountId,
    epoch: u64,
) -> Result<Option<ConsentRow>> {
    Ok(CONSENTS.newest(storage, key(account, 0), key(account, epoch))?)
}

/// Notes a change and returns its number. Of two changes for the same epoch the later one counts.
pub(crate) fn change_consent(
    storage: &mut dyn Storage,
    account: &AccountId,
    consent: ConsentRow,
) -> Result<u64> {
    let next = change_count(storage)?.checked_add(1);
    let sequence = next.ok_or_else(|| ContractError::overflow("the number of changes of consent"))?;
    CONSENTS.save(storage, key(account, consent.from_epoch), &consent);
    CHANGES.save(storage, sequence, &ChangeRow { consent, account: account.clone() });
    CHANGE_COUNT.save(storage, (), &sequence);
    Ok(sequence)
}

/// How many changes there are: their numbers run from 1 to this.
pub(crate) fn change_count(storage: &dyn Storage) -> Result<u64> {
    Ok(CHANGE_COUNT.may_load(storage, ())?.unwrap_or(0))
}

/// The change with a number.
pub(crate) fn change(storage: &dyn Storage, sequence: u64) -> Result<ChangeRow> {
    Ok(CHANGES.load(storage, sequence)?)
}
