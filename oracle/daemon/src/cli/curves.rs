//! `train --tensorboard`: training curves as an event file.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use attention_export::tensorboard;
use attention_model::Curve;
use attention_tasks::estimator::Kind;

use super::CliError;
use crate::output::ExitStatus;
use crate::store::write_atomic;

/// An error for an estimator that has no curve, before anything is trained.
pub(super) fn check(kind: Kind) -> Result<(), CliError> {
    if kind.learns_in_steps() {
        return Ok(());
    }
    let with = Kind::ALL.into_iter().filter(|kind| kind.learns_in_steps()).map(Kind::name);
    Err(CliError::new(
        ExitStatus::Usage,
        format!(
            "--tensorboard: {} does not learn in steps, so it has no curve; {} do",
            kind.name(),
            with.collect::<Vec<_>>().join(" and ")
        ),
    ))
}

/// Writes the curves into a folder and returns the file's path. A folder is a run of TensorBoard: another model belongs into
/// another one.
pub(super) fn write(folder: &Path, curves: &[Curve]) -> Result<PathBuf, CliError> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now_s = now.map_err(|error| CliError::new(ExitStatus::Failed, error))?.as_secs();
    let path = folder.join(tensorboard::file_name(now_s));
    write_atomic(&path, &tensorboard::encode(curves, now_s)?)?;
    Ok(path)
}
