//! One supervised group: the first task that ends, however it ends, stops all others; every error is kept.

use std::future::Future;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// A task's failure.
#[derive(Debug, thiserror::Error)]
#[error("{task}: {reason}")]
pub struct TaskError {
    /// The task.
    pub task: &'static str,
    /// Why.
    pub reason: String,
}

/// Tasks that live and end together.
#[derive(Debug)]
pub struct TaskGroup {
    token: CancellationToken,
    tasks: JoinSet<Result<(), TaskError>>,
    drain: Duration,
}

impl TaskGroup {
    /// A group that `token` stops; after that its tasks have `drain` to finish what they do.
    pub fn new(token: CancellationToken, drain: Duration) -> Self {
        Self { token, tasks: JoinSet::new(), drain }
    }

    /// Adds a task. It gets a token and has to end soon after it is cancelled.
    pub fn spawn<F, E>(&mut self, task: &'static str, make: impl FnOnce(CancellationToken) -> F)
    where
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: std::fmt::Display,
    {
        let future = make(self.token.child_token());
        self.tasks.spawn(async move {
            future.await.map_err(|error| TaskError { task, reason: error.to_string() })
        });
    }

    /// Runs until the first task ends or the token is cancelled, then lets the rest finish; what does not finish in time
    /// is aborted, and that is an error, too.
    pub async fn run(mut self) -> Vec<TaskError> {
        let mut errors = Vec::new();
        tokio::select! {
            () = self.token.cancelled() => {}
            Some(ended) = self.tasks.join_next() => collect(ended, &mut errors),
        }
        self.token.cancel();
        let rest = async {
            while let Some(ended) = self.tasks.join_next().await {
                collect(ended, &mut errors);
            }
        };
        let in_time = tokio::time::timeout(self.drain, rest).await.is_ok();
        if !in_time {
            let reason = format!("did not end within {} s and was aborted", self.drain.as_secs());
            errors.push(TaskError { task: "a task", reason });
            self.tasks.abort_all();
        }
        errors
    }
}

fn collect(ended: Result<Result<(), TaskError>, tokio::task::JoinError>, errors: &mut Vec<TaskError>) {
    match ended {
        Ok(Ok(())) => {}
        Ok(Err(error)) => errors.push(error),
        Err(error) => errors.push(TaskError { task: "a task", reason: error.to_string() }),
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    const DRAIN: Duration = Duration::from_secs(20);

    #[tokio::test]
    async fn the_first_exit_stops_all_and_every_error_is_kept() {
        let mut group = TaskGroup::new(CancellationToken::new(), DRAIN);
        group.spawn("fails", |_| async { Err("broken") });
        group.spawn("fails late", |token| async move {
            token.cancelled().await;
            Err("late")
        });
        group.spawn("waits", |token| async move {
            token.cancelled().await;
            Ok::<_, Infallible>(())
        });
        let mut errors: Vec<_> = group.run().await.iter().map(ToString::to_string).collect();
        errors.sort();
        assert_eq!(errors, ["fails late: late", "fails: broken"]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_does_not_end_is_aborted() {
        let token = CancellationToken::new();
        let mut group = TaskGroup::new(token.clone(), DRAIN);
        group.spawn("hangs", |_| std::future::pending::<Result<(), Infallible>>());
        token.cancel();
        let errors = group.run().await;
        assert!(errors[0].to_string().contains("within 20 s"));
    }
}
