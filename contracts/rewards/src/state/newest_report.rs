//! The row in which version 0.1.0 kept its newest report: only the migration reads it, and takes it away.

use attention_protocol::ProtocolError;
use attention_protocol::bytes::Reader;
use attention_protocol::phase::{ChallengeState, Pending, Phase, Progress, Window};
use cosmwasm_std::Storage;

use super::packed::Packed;
use super::progress::save_progress;
use super::report::REPORTS;
use super::tag;

/// Turns `epoch u64 ‖ window ‖ digest 32` into the progress that says the same. Without the row there is nothing to do.
///
/// Whether its window has ended does not matter: as a pending report it becomes final by time alone. The digest of the report
/// before it is what its own body follows.
pub(crate) fn convert_newest_report(storage: &mut dyn Storage) -> Result<(), ProtocolError> {
    let Some(bytes) = storage.get(&[tag::NEWEST_REPORT]) else {
        return Ok(());
    };
    let mut reader = Reader::new("newest report of 0.1.0", &bytes);
    let (epoch, window, digest) = (reader.u64()?, Window::read(&mut reader)?, reader.array()?);
    reader.finish()?;
    let pending = Pending {
        epoch,
        revision: 0,
        digest,
        window,
        open_demands: 0,
        challenge: ChallengeState::None,
        silenced: false,
    };
    let prev_digest = REPORTS.load(storage, epoch)?.body.prev_digest;
    save_progress(storage, &Progress { last: None, prev_digest, phase: Phase::Pending(pending) });
    storage.remove(&[tag::NEWEST_REPORT]);
    Ok(())
}
