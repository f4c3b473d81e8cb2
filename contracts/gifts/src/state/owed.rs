//! Tokens on their way: what a reply has to know to keep one owed, or held, whose message failed.

use attention_protocol::bytes::Reader;
use attention_protocol::{AccountId, ProtocolError};
use attention_storage::{Packed, PackedMap, push_text, read_text};

use super::gift::DepositRow;
use super::tag;

/// By (gift, canonical address): the token that waits for the account. At most one: the next claim waits for it.
pub(crate) const OWED: PackedMap<(u64, &[u8]), OwedRow> = PackedMap::new(tag::OWED);

/// `epoch ‖ token id`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OwedRow {
    pub(crate) epoch: u64,
    pub(crate) token_id: String,
}

impl Packed for OwedRow {
    const WHAT: &'static str = "stored owed token";

    fn pack(&self, out: &mut Vec<u8>) {
        self.epoch.pack(out);
        push_text(out, &self.token_id);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        Ok(Self { epoch: u64::read(reader)?, token_id: read_text(reader)? })
    }
}

/// A token sent to an account: the payload of its message. Never stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parcel {
    pub(crate) gift: u64,
    pub(crate) account: AccountId,
    pub(crate) owed: OwedRow,
}

impl Packed for Parcel {
    const WHAT: &'static str = "payload of a delivery";

    fn pack(&self, out: &mut Vec<u8>) {
        self.gift.pack(out);
        out.extend(u8::try_from(self.account.as_slice().len()));
        out.extend_from_slice(self.account.as_slice());
        self.owed.pack(out);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        let (gift, len) = (u64::read(reader)?, reader.u8()?);
        let account = AccountId::try_from(reader.take(len.into())?)?;
        Ok(Self { gift, account, owed: OwedRow::read(reader)? })
    }
}

/// A token sent back to the sponsor: the payload of its message. Never stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReturnParcel {
    pub(crate) gift: u64,
    pub(crate) deposit: DepositRow,
}

impl Packed for ReturnParcel {
    const WHAT: &'static str = "payload of a return";

    fn pack(&self, out: &mut Vec<u8>) {
        self.gift.pack(out);
        self.deposit.pack(out);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        Ok(Self { gift: u64::read(reader)?, deposit: DepositRow::read(reader)? })
    }
}
