//! What is fixed at instantiation.

use attention_protocol::bytes::Reader;
use attention_protocol::{EpochClock, ProtocolError};
use attention_storage::{Packed, PackedMap, push_text, read_text};
use cosmwasm_std::Addr;

use super::tag;

/// The one configuration row.
pub(crate) const CONFIG: PackedMap<(), ConfigRow> = PackedMap::new(tag::CONFIG);

/// See [`CONFIG`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ConfigRow {
    pub(crate) rewards: Addr,
    pub(crate) clock: EpochClock,
    pub(crate) pause_max_s: u64,
}

impl Packed for ConfigRow {
    const WHAT: &'static str = "stored configuration";

    fn pack(&self, out: &mut Vec<u8>) {
        push_text(out, self.rewards.as_str());
        self.clock.pack(out);
        self.pause_max_s.pack(out);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        Ok(Self {
            rewards: Addr::unchecked(read_text(reader)?),
            clock: EpochClock::read(reader)?,
            pause_max_s: u64::read(reader)?,
        })
    }
}
