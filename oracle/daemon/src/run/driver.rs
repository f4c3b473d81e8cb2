//! The only loop: feeds the round with inputs and performs its outputs.

use std::sync::Arc;
use std::time::Duration;

use attention_core::round::{Input, Output, Round};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::effects::Effects;
use super::status;
use super::trainer::now_s;
use crate::epoch::EpochError;

/// Most effects at once; the round asks for a handful.
const EFFECTS_MAX: usize = 32;

/// Drives a round until the token is cancelled; then lets transactions that are being sent finish.
pub(super) async fn run(
    mut round: Round,
    effects: Arc<Effects>,
    poll: Duration,
    token: CancellationToken,
) -> Result<(), EpochError> {
    let mut running: JoinSet<Vec<Input>> = JoinSet::new();
    let mut look_at = Instant::now();
    loop {
        let inputs = tokio::select! {
            biased;
            () = token.cancelled() => break,
            Some(done) = running.join_next() => match done {
                Ok(inputs) => inputs,
                Err(error) => {
                    effects.shared.alarm(format!("an effect ended early: {error}"));
                    vec![]
                }
            },
            () = tokio::time::sleep_until(look_at) => {
                look_at = Instant::now() + poll;
                look(&effects).await
            }
        };
        for input in inputs {
            for output in round.handle(input, now_s()) {
                perform(output, &effects, &mut running, &mut look_at);
            }
        }
    }
    while running.join_next().await.is_some() {}
    Ok(())
}

/// A look at the chain. A failure is logged and time passes.
async fn look(effects: &Effects) -> Vec<Input> {
    let now = now_s();
    match status::read(effects.builder.reader(), &effects.settler, now).await {
        Ok((chain, height)) => {
            effects.shared.update(|state| {
                state.chain_read_at_s = now;
                state.height = height;
                state.open_epoch = Some(chain.open_epoch);
                state.final_epoch = chain.final_epochs.last().map(|state| state.epoch);
            });
            vec![Input::Status(chain)]
        }
        Err(error) => {
            tracing::warn!(%error, "the chain was not read");
            vec![Input::Tick]
        }
    }
}

fn perform(output: Output, effects: &Arc<Effects>, running: &mut JoinSet<Vec<Input>>, look_at: &mut Instant) {
    if running.len() >= EFFECTS_MAX {
        effects.shared.alarm(format!("more than {EFFECTS_MAX} effects at once: {output:?} was dropped"));
        return;
    }
    let effects = effects.clone();
    match output {
        Output::BuildReport { epoch, revision, prev_digest } => {
            running.spawn(async move { effects.build(epoch, revision, prev_digest).await });
        }
        Output::Sign { key, digest } => {
            running.spawn(async move { effects.sign(key, digest).await });
        }
        Output::FetchPeerSignatures { epoch, revision, .. } => {
            running.spawn(async move { effects.fetch(epoch, revision).await });
        }
        Output::Submit { body, signatures, .. } => {
            running.spawn(async move { effects.submit(&body, &signatures).await });
        }
        Output::Settle { epoch } => {
            running.spawn(async move { effects.settle(epoch).await });
        }
        Output::Alarm(alarm) => effects.shared.alarm(alarm.to_string()),
        Output::Wait { until_s } => {
            let wait = Duration::from_secs(until_s.max(now_s()).abs_diff(now_s()));
            *look_at = (*look_at).min(Instant::now() + wait.max(Duration::from_millis(100)));
        }
    }
}
