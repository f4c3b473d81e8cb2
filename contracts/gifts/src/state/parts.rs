//! Parts that rows of gifts, privileges and quests have in common.

use attention_protocol::bytes::Reader;
use attention_protocol::gift::{Condition, EpochWindow};
use attention_protocol::{ProtocolError, Score};
use attention_storage::Packed;

/// `kind u8 ‖ value u32`: 0 none, 1 score, 2 streak.
pub(super) fn push_condition(out: &mut Vec<u8>, condition: Option<&Condition>) {
    let (kind, value) = match condition {
        None => (0, 0),
        Some(Condition::ScoreAtLeast { score }) => (1, score.ppm()),
        Some(Condition::StreakAtLeast { streak }) => (2, u32::from(*streak)),
    };
    out.push(kind);
    out.extend_from_slice(&value.to_be_bytes());
}

pub(super) fn read_condition(reader: &mut Reader<'_>) -> Result<Option<Condition>, ProtocolError> {
    let (kind, value) = (reader.u8()?, reader.u32()?);
    let streak = || u16::try_from(value).map_err(|_| ProtocolError::Overflow { what: "a stored streak" });
    match kind {
        0 => Ok(None),
        1 => Ok(Some(Condition::ScoreAtLeast { score: Score::try_from(value)? })),
        2 => Ok(Some(Condition::StreakAtLeast { streak: streak()? })),
        _ => Err(unknown("stored condition", kind)),
    }
}

pub(super) fn push_window(out: &mut Vec<u8>, window: EpochWindow) {
    window.first_epoch.pack(out);
    window.end_epoch.pack(out);
}

pub(super) fn read_window(reader: &mut Reader<'_>) -> Result<EpochWindow, ProtocolError> {
    Ok(EpochWindow { first_epoch: u64::read(reader)?, end_epoch: u64::read(reader)? })
}

/// A stored byte that stands for nothing.
pub(super) fn unknown(field: &'static str, kind: u8) -> ProtocolError {
    ProtocolError::Invalid { field, value: kind.to_string(), requirement: "a kind that this version stores" }
}
