//! The current or last pause. It ends by itself.

use attention_protocol::ProtocolError;
use attention_protocol::bytes::Reader;
use attention_storage::{Packed, PackedMap};

use super::tag;

/// The one pause row; absent until the first pause.
pub(crate) const PAUSE: PackedMap<(), PauseRow> = PackedMap::new(tag::PAUSE);

/// When the current or last pause ends or ended, unix seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PauseRow {
    pub(crate) end_s: u64,
}

impl PauseRow {
    /// Whether the contract is paused at `now_s`. Time does not go back, so a pause that has a row has begun.
    pub(crate) fn is_active(&self, now_s: u64) -> bool {
        now_s < self.end_s
    }
}

impl Packed for PauseRow {
    const WHAT: &'static str = "stored pause";

    fn pack(&self, out: &mut Vec<u8>) {
        self.end_s.pack(out);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        Ok(Self { end_s: u64::read(reader)? })
    }
}
