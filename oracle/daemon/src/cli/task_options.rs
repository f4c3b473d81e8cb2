//! Which options of `train` and `evaluate` are whose: what a task does not take is refused, not ignored.

use clap::ArgMatches;
use clap::parser::ValueSource;

use super::CliError;
use super::train::Task;

/// Options of `train` that not every task takes, and the tasks that do.
const TRAIN: [(&str, &[Task]); 17] = [
    ("epoch", &[Task::Interest]),
    ("count", &[Task::Interest]),
    ("target", &[Task::Interest]),
    ("target_kind", &[Task::Interest]),
    ("ignore", &[Task::Interest]),
    ("categorical", &[Task::Interest]),
    ("allow_leak", &[Task::Interest]),
    ("time_column", &[Task::Interest]),
    ("spec", &[Task::Interest]),
    ("cv", &[Task::Interest]),
    ("time_gap", &[Task::Interest]),
    ("calibrate", &[Task::Interest]),
    ("tensorboard", &[Task::Interest]),
    ("plot", &[Task::Interest]),
    ("model", &[Task::Interest, Task::Churn]),
    ("folds", &[Task::Interest, Task::Churn]),
    ("all", &[Task::Recommend]),
];
/// Options of `train` and `evaluate` that not every task takes.
const BOTH: [(&str, &[Task]); 3] = [
    ("until", &[Task::Price, Task::Churn]),
    ("from", &[Task::Price, Task::Churn]),
    ("horizon_days", &[Task::Churn]),
];
/// The same of `evaluate` alone.
const EVALUATE: [(&str, &[Task]); 2] =
    [("importance", &[Task::Interest]), ("params", &[Task::Price, Task::Recommend, Task::Churn])];
/// What `evaluate` fits a model by, if it is given none.
const OF_A_FIT: [&str; 3] = ["params", "seed", "horizon_days"];

/// Refuses options of `train` that its task does not take.
///
/// # Errors
/// Wrong arguments, naming option and task.
pub(super) fn check_train(given: &ArgMatches, task: Task) -> Result<(), CliError> {
    check(given, task, TRAIN.iter().chain(&BOTH))
}

/// Refuses options of `evaluate` that its task does not take, or that a model makes useless.
///
/// # Errors
/// As [`check_train`].
pub(super) fn check_evaluate(given: &ArgMatches, task: Task) -> Result<(), CliError> {
    check(given, task, EVALUATE.iter().chain(&BOTH))?;
    if task == Task::Interest {
        if is_given(given, "seed") && !is_given(given, "importance") {
            return Err(CliError::usage("--seed is what columns are shuffled by: it needs --importance"));
        }
        return Ok(());
    }
    let of_a_fit = OF_A_FIT.into_iter().find(|id| is_given(given, id));
    match of_a_fit.filter(|_| is_given(given, "model")) {
        None => Ok(()),
        Some(id) => Err(CliError::usage(format!(
            "{} is of a model that is fitted, and --model names one that has been",
            flag(id)
        ))),
    }
}

fn check<'a>(
    given: &ArgMatches,
    task: Task,
    mut options: impl Iterator<Item = &'a (&'static str, &'static [Task])>,
) -> Result<(), CliError> {
    let Some((id, takers)) = options.find(|(id, takers)| is_given(given, id) && !takers.contains(&task))
    else {
        return Ok(());
    };
    let names: Vec<&str> = takers.iter().map(|taker| taker.name()).collect();
    let names = match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => names.concat(),
    };
    Err(CliError::usage(format!(
        "{} is not for the task {}, but for {names}; see --help",
        flag(id),
        task.name()
    )))
}

/// Whether an option stands on the command line; options of other commands do not.
fn is_given(given: &ArgMatches, id: &str) -> bool {
    given.ids().any(|known| known == id) && given.value_source(id) == Some(ValueSource::CommandLine)
}

/// How an argument is written on the command line.
pub(super) fn flag(id: &str) -> String {
    format!("--{}", id.replace('_', "-"))
}
