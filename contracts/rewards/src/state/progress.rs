//! Where the epochs stand: one row for all of them.

use attention_protocol::Moment;
use attention_protocol::phase::Progress;
use cosmwasm_std::Storage;

use super::config::CLOCK;
use super::packed::PackedMap;
use super::tag;
use crate::error::Result;
use crate::timeline::Timeline;

/// The newest terminal epoch and the phase of the one after it; absent before the first report.
const PROGRESS: PackedMap<(), Progress> = PackedMap::new(tag::PROGRESS);

impl Timeline {
    /// Reads two rows, and lets the time pass that no message has seen.
    pub(crate) fn load(storage: &dyn Storage, now: Moment) -> Result<Self> {
        let clock = CLOCK.load(storage, ())?;
        let stored = PROGRESS.may_load(storage, ())?.unwrap_or(Progress::NEW);
        Ok(Self { now, clock, progress: stored.at(&clock, now)? })
    }
}

/// Writes where the epochs stand now.
pub(crate) fn save_progress(storage: &mut dyn Storage, progress: &Progress) {
    PROGRESS.save(storage, (), progress);
}
