//! Training each epoch's model before it is needed.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::api::Shared;
use crate::epoch::{EpochBuilder, EpochError};

/// Most epochs whose models are trained ahead in a replay.
const AHEAD_MAX: u64 = 4_096;

/// Trains the models of all epochs from `open_epoch` on whose history is complete: in a replay those whose window has
/// events (at once, before the first window ends), else the epoch that runs now and each next one as it begins.
pub(super) async fn run(
    builder: Arc<EpochBuilder>,
    shared: Arc<Shared>,
    open_epoch: u64,
    token: CancellationToken,
) -> Result<(), EpochError> {
    let replays = builder.world().spec.values().replay.is_some();
    let clock = builder.reader().deployment().clock;
    let newest_s = builder.world().log.events().last().map_or(i64::MIN, |event| event.receive_time_s);
    let mut epoch = open_epoch;
    let mut trained: u64 = 0;
    loop {
        let due = if replays {
            trained < AHEAD_MAX && builder.world().window(epoch)?.start_s <= newest_s
        } else {
            now_s() >= clock.window_start_s(epoch)?
        };
        if !due {
            shared.update(|state| state.ready = true);
            let pause = tokio::time::sleep(Duration::from_secs(1));
            tokio::select! {
                () = token.cancelled() => return Ok(()),
                () = pause => continue,
            }
        }
        if token.is_cancelled() {
            return Ok(());
        }
        let job = builder.clone();
        let model = tokio::task::spawn_blocking(move || job.models().model(job.world(), epoch)).await;
        let model = model.map_err(|error| EpochError::Threads(error.to_string()))??;
        tracing::info!(epoch, model_hash = hex::encode(model.hash()), "model trained");
        trained += 1;
        shared.update(|state| state.models_trained = trained);
        epoch = epoch
            .checked_add(1)
            .ok_or(attention_protocol::ProtocolError::Overflow { what: "the epoch number" })?;
    }
}

/// The local clock, unix seconds.
pub(crate) fn now_s() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}
