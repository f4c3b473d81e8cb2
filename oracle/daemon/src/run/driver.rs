//! The only loop: feeds the round with inputs and performs its outputs.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use attention_core::round::{Duty, Input, Output, Round};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::effects::Effects;
use super::running::{Ended, Running};
use super::status::{self, Reading};
use super::trainer::now_s;
use crate::epoch::EpochError;

/// Drives a round until the token is cancelled; then lets transactions that are being sent finish.
pub(super) async fn run(
    mut round: Round,
    effects: Arc<Effects>,
    poll: Duration,
    token: CancellationToken,
) -> Result<(), EpochError> {
    let mut running = Running::default();
    let mut look_at = Instant::now();
    loop {
        let inputs = tokio::select! {
            biased;
            () = token.cancelled() => break,
            Some(ended) = running.next() => told(ended, &effects),
            () = tokio::time::sleep_until(look_at) => {
                look_at = Instant::now() + poll;
                look(&effects).await
            }
        };
        let mut inputs = VecDeque::from(inputs);
        while let Some(input) = inputs.pop_front() {
            for output in round.handle(input, now_s()) {
                inputs.extend(perform(output, &effects, &mut running, &mut look_at));
            }
        }
    }
    while running.next().await.is_some() {}
    Ok(())
}

fn told(ended: Ended, effects: &Effects) -> Vec<Input> {
    if let Some(problem) = ended.problem {
        effects.shared.alarm(problem);
    }
    ended.inputs
}

/// A look at the chain. A failure is logged and time passes.
async fn look(effects: &Effects) -> Vec<Input> {
    let now = now_s();
    match status::read(effects.builder.reader(), &effects.settler, effects.own(), now).await {
        Ok(Reading { chain, height, config }) => {
            let index = match &chain.duty {
                Duty::Report(seat) => seat.index,
                Duty::Idle { .. } => None,
            };
            effects.shared.update(|state| {
                state.chain_read_at_s = now;
                state.height = height;
                state.index = index;
                if let Some(config) = &config {
                    state.config_digest = hex::encode(config.deployment.digest());
                }
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

/// Starts an effect. What comes back at once is for the round: an effect that cannot be started has failed.
fn perform(
    output: Output,
    effects: &Arc<Effects>,
    running: &mut Running,
    look_at: &mut Instant,
) -> Vec<Input> {
    let by = effects.clone();
    let asked = output.clone();
    let refused = match output {
        Output::BuildReport { epoch, revision, prev_digest } => {
            running.start(&asked, async move { by.build(epoch, revision, prev_digest).await })
        }
        Output::Anchor { epoch, revision, input_root } => {
            running.start(&asked, async move { by.anchor(epoch, revision, input_root).await })
        }
        Output::Sign { key, digest } => running.start(&asked, async move { by.sign(key, digest).await }),
        Output::FetchPeerSignatures { epoch, revision, .. } => {
            for (place, peer) in effects.peers.iter().enumerate() {
                let (by, peer) = (effects.clone(), peer.clone());
                running.ask(place, async move { by.fetch(&peer, epoch, revision).await });
            }
            None
        }
        Output::Submit { body, signatures, .. } => {
            running.start(&asked, async move { by.submit(&body, &signatures).await })
        }
        Output::Settle { epoch } => running.start(&asked, async move { by.settle(epoch).await }),
        Output::Alarm(alarm) => {
            effects.shared.alarm(alarm.to_string());
            None
        }
        Output::Wait { until_s } => {
            let wait = Duration::from_secs(until_s.max(now_s()).abs_diff(now_s()));
            *look_at = (*look_at).min(Instant::now() + wait.max(Duration::from_millis(100)));
            None
        }
    };
    refused.map_or_else(Vec::new, |ended| told(ended, effects))
}
