//! How often operators signed.

use attention_protocol::ProtocolError;
use attention_protocol::bytes::Reader;

use super::packed::{Packed, PackedMap};
use super::tag;

/// By admin.
pub(crate) const PARTICIPATION: PackedMap<&str, ParticipationRow> = PackedMap::new(tag::PARTICIPATION);
/// Final reports on epochs below this one are counted there.
pub(crate) const COUNTED: PackedMap<(), u64> = PackedMap::new(tag::COUNTED);

/// What was counted of an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct ParticipationRow {
    /// Final reports while it was an operator.
    pub(crate) reports: u64,
    /// Those that carry its signature.
    pub(crate) signed: u64,
}

impl Packed for ParticipationRow {
    const WHAT: &'static str = "stored participation";

    fn pack(&self, out: &mut Vec<u8>) {
        self.reports.pack(out);
        self.signed.pack(out);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        Ok(Self { reports: u64::read(reader)?, signed: u64::read(reader)? })
    }
}
