//! The current or last pause. It ends by itself, and its seconds are added to every claim deadline.

use attention_protocol::ProtocolError;
use attention_protocol::bytes::Reader;

use super::packed::{Packed, PackedMap};
use super::tag;
use crate::error::{ContractError, Result};

/// The one pause row; absent until the first pause.
pub(crate) const PAUSE: PackedMap<(), PauseRow> = PackedMap::new(tag::PAUSE);

/// The current or last pause, `[start_s, end_s)`, and the seconds paused before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PauseRow {
    pub(crate) start_s: u64,
    pub(crate) end_s: u64,
    pub(crate) before_s: u64,
}

impl PauseRow {
    /// Whether the contract is paused at `now_s`.
    pub(crate) fn is_active(&self, now_s: u64) -> bool {
        self.start_s <= now_s && now_s < self.end_s
    }

    /// Seconds spent paused up to `now_s`.
    pub(crate) fn total_s(&self, now_s: u64) -> Result<u64> {
        let this_s = now_s.clamp(self.start_s, self.end_s).abs_diff(self.start_s);
        self.before_s.checked_add(this_s).ok_or_else(|| ContractError::overflow("the seconds paused"))
    }
}

impl Packed for PauseRow {
    const WHAT: &'static str = "stored pause";

    fn pack(&self, out: &mut Vec<u8>) {
        let seconds = [self.start_s, self.end_s, self.before_s];
        for s in seconds {
            out.extend_from_slice(&s.to_be_bytes());
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        Ok(Self { start_s: reader.u64()?, end_s: reader.u64()?, before_s: reader.u64()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_counts_up_to_its_end() {
        let pause = PauseRow { start_s: 100, end_s: 110, before_s: 7 };
        let at = |now| (pause.is_active(now), pause.total_s(now).unwrap());
        assert_eq!(at(99), (false, 7));
        assert_eq!(at(100), (true, 7));
        assert_eq!(at(109), (true, 16));
        assert_eq!(at(110), (false, 17));
        assert_eq!(at(500), (false, 17));
    }
}
