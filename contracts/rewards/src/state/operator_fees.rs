//! The operators' share of fundings until it is distributed.

use attention_protocol::ProtocolError;
use attention_protocol::bytes::Reader;

use super::packed::{Packed, PackedMap};
use super::tag;

/// By asset.
pub(crate) const OPERATOR_FEES: PackedMap<&str, OperatorFeesRow> = PackedMap::new(tag::OPERATOR_FEES);

/// What waits, and for whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct OperatorFeesRow {
    /// Base units.
    pub(crate) due: u128,
    /// The signers of final reports from this epoch on share it.
    pub(crate) from_epoch: u64,
}

impl Packed for OperatorFeesRow {
    const WHAT: &'static str = "stored operators' fees";

    fn pack(&self, out: &mut Vec<u8>) {
        self.due.pack(out);
        self.from_epoch.pack(out);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        Ok(Self { due: u128::read(reader)?, from_epoch: u64::read(reader)? })
    }
}
