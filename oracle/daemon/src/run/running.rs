//! Which effects are under way, and what the round hears of one that never answers.

use std::collections::{BTreeSet, HashMap};

use attention_core::round::{Input, Output, TxOutcome};
use tokio::task::{Id, JoinSet};

/// Most effects at once besides requests to peers; the round asks for a handful.
const EFFECTS_MAX: usize = 32;

/// What a task is there for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Work {
    /// The round waits for an answer to this output.
    Effect(Output),
    /// The peer at this place is asked for its signature.
    Peer(usize),
}

/// An effect that ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Ended {
    /// What the round is told.
    pub(super) inputs: Vec<Input>,
    /// What a person is told, if the effect did not end by itself.
    pub(super) problem: Option<String>,
}

/// The tasks of all effects.
#[derive(Debug, Default)]
pub(super) struct Running {
    tasks: JoinSet<Vec<Input>>,
    works: HashMap<Id, Work>,
    /// Peers that were asked and have not answered.
    asked: BTreeSet<usize>,
}

impl Running {
    /// Starts the effect that `output` asks for. If there are too many, it ends at once.
    pub(super) fn start(
        &mut self,
        output: &Output,
        effect: impl Future<Output = Vec<Input>> + Send + 'static,
    ) -> Option<Ended> {
        let effects = self.works.values().filter(|work| matches!(work, Work::Effect(_))).count();
        if effects >= EFFECTS_MAX {
            let problem = format!("more than {EFFECTS_MAX} effects at once: {output:?} was dropped");
            return Some(Ended { inputs: failing(output, &problem), problem: Some(problem) });
        }
        let id = self.tasks.spawn(effect).id();
        self.works.insert(id, Work::Effect(output.clone()));
        None
    }

    /// Asks the peer at `place`, unless it still owes an answer: a silent one delays nobody but itself.
    pub(super) fn ask(&mut self, place: usize, request: impl Future<Output = Vec<Input>> + Send + 'static) {
        if self.asked.insert(place) {
            let id = self.tasks.spawn(request).id();
            self.works.insert(id, Work::Peer(place));
        }
    }

    /// The next effect that ends; `None` if none is under way. Nothing is lost if this is not awaited to its end.
    pub(super) async fn next(&mut self) -> Option<Ended> {
        let (id, ended) = match self.tasks.join_next_with_id().await? {
            Ok((id, inputs)) => (id, Ok(inputs)),
            Err(error) => (error.id(), Err(format!("an effect ended early: {error}"))),
        };
        let work = self.works.remove(&id);
        if let Some(Work::Peer(place)) = &work {
            self.asked.remove(place);
        }
        Some(match ended {
            Ok(inputs) => Ended { inputs, problem: None },
            Err(problem) => {
                let inputs = match work {
                    Some(Work::Effect(output)) => failing(&output, &problem),
                    Some(Work::Peer(_)) | None => vec![],
                };
                Ended { inputs, problem: Some(problem) }
            }
        })
    }
}

/// What the round hears of an effect that gave no answer: everything that it waits for fails, and is tried again.
fn failing(output: &Output, reason: &str) -> Vec<Input> {
    let reason = reason.to_owned();
    let input = match output {
        Output::BuildReport { epoch, revision, .. } => {
            Input::BuildFailed { epoch: *epoch, revision: *revision, reason }
        }
        Output::Anchor { epoch, revision, .. } => {
            let outcome = TxOutcome::Failed { reason };
            Input::Anchored { epoch: *epoch, revision: *revision, outcome }
        }
        Output::Sign { digest, .. } => Input::SignFailed { digest: *digest, reason },
        Output::Submit { epoch, revision, .. } => {
            let outcome = TxOutcome::Failed { reason };
            Input::Submitted { epoch: *epoch, revision: *revision, outcome }
        }
        Output::Settle { epoch } => {
            Input::SettleDone { epoch: *epoch, outcome: TxOutcome::Failed { reason } }
        }
        Output::FetchPeerSignatures { .. } | Output::Wait { .. } | Output::Alarm(_) => return vec![],
    };
    vec![input]
}

#[cfg(test)]
mod tests {
    use attention_core::guard::SignKey;

    use super::*;

    fn outputs() -> [Output; 5] {
        let key = SignKey { config_digest: [1; 32], epoch: 5, revision: 2 };
        [
            Output::BuildReport { epoch: 5, revision: 2, prev_digest: [0; 32] },
            Output::Sign { key, digest: [7; 32] },
            Output::Submit { epoch: 5, revision: 2, body: vec![], signatures: vec![] },
            Output::Settle { epoch: 5 },
            Output::Anchor { epoch: 5, revision: 2, input_root: [3; 32] },
        ]
    }

    fn is_failure_of(output: &Output, inputs: &[Input]) -> bool {
        let [input] = inputs else { return false };
        match output {
            Output::BuildReport { .. } => {
                matches!(input, Input::BuildFailed { epoch: 5, revision: 2, .. })
            }
            Output::Sign { .. } => matches!(input, Input::SignFailed { digest, .. } if *digest == [7; 32]),
            Output::Submit { .. } => {
                matches!(input, Input::Submitted { epoch: 5, revision: 2, outcome: TxOutcome::Failed { .. } })
            }
            Output::Anchor { .. } => {
                matches!(input, Input::Anchored { epoch: 5, revision: 2, outcome: TxOutcome::Failed { .. } })
            }
            Output::Settle { .. } => {
                matches!(input, Input::SettleDone { epoch: 5, outcome: TxOutcome::Failed { .. } })
            }
            _ => false,
        }
    }

    #[tokio::test]
    async fn an_effect_that_panics_fails() {
        for output in outputs() {
            let mut running = Running::default();
            assert_eq!(running.start(&output, async { panic!("a bug") }), None);
            let ended = running.next().await.unwrap();
            assert!(is_failure_of(&output, &ended.inputs), "{output:?}: {ended:?}");
            assert!(ended.problem.unwrap().contains("a bug"));
            assert_eq!(running.next().await, None);
        }
    }

    #[tokio::test]
    async fn an_effect_too_many_fails_at_once() {
        let mut running = Running::default();
        for _ in 0..EFFECTS_MAX {
            assert_eq!(running.start(&Output::Settle { epoch: 1 }, std::future::pending()), None);
        }
        for output in outputs() {
            let ended = running.start(&output, async { vec![Input::Tick] }).unwrap();
            assert!(is_failure_of(&output, &ended.inputs), "{output:?}: {ended:?}");
            assert!(ended.problem.unwrap().contains("more than 32 effects at once"));
        }
        running.ask(0, async { vec![Input::Tick] });
        let ended = running.next().await.unwrap();
        assert_eq!(ended, Ended { inputs: vec![Input::Tick], problem: None }, "peers do not count");
    }

    /// Requests to a peer that hangs do not pile up, and the answers of others come in meanwhile.
    #[tokio::test]
    async fn a_silent_peer_is_asked_once_and_delays_nobody() {
        let mut running = Running::default();
        let (answer, waiting) = tokio::sync::oneshot::channel::<()>();
        running.ask(0, async move {
            waiting.await.unwrap();
            vec![]
        });
        for _ in 0..3 {
            running.ask(0, async { panic!("asked again before it answered") });
            running.ask(1, async { vec![Input::Tick] });
            let ended = running.next().await.unwrap();
            assert_eq!(ended, Ended { inputs: vec![Input::Tick], problem: None });
        }
        answer.send(()).unwrap();
        assert_eq!(running.next().await.unwrap().inputs, []);
        running.ask(0, async { panic!("a bug") });
        assert_eq!(running.next().await.unwrap().inputs, [], "nobody waits for it");
        running.ask(0, async { vec![Input::Tick] });
        assert_eq!(running.next().await.unwrap().inputs, [Input::Tick], "and it is asked again");
    }
}
