//! Scores that were copied from settled allocations, for other contracts to read.

use attention_protocol::bytes::Reader;
use attention_protocol::{ProtocolError, Score};

use super::packed::{Packed, PackedMap};
use super::tag;

/// By (campaign, canonical address): the newest recorded score.
pub(crate) const SCORES: PackedMap<(u64, &[u8]), ScoreRow> = PackedMap::new(tag::SCORE);

/// `epoch u64 ‖ score u32 ‖ streak u16 ‖ weight u64`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ScoreRow {
    pub(crate) epoch: u64,
    pub(crate) score: Score,
    pub(crate) streak: u16,
    pub(crate) weight: u64,
}

impl Packed for ScoreRow {
    const WHAT: &'static str = "stored score";

    fn pack(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.epoch.to_be_bytes());
        out.extend_from_slice(&self.score.ppm().to_be_bytes());
        out.extend_from_slice(&self.streak.to_be_bytes());
        out.extend_from_slice(&self.weight.to_be_bytes());
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        Ok(Self {
            epoch: reader.u64()?,
            score: Score::try_from(reader.u32()?)?,
            streak: reader.u16()?,
            weight: reader.u64()?,
        })
    }
}
