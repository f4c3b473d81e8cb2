//! Training curves: `train --tensorboard` as an event file, `train --plot` as a plot.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use attention_export::tensorboard;
use attention_model::{Curve, EpochLoss};
use attention_tasks::estimator::Kind;
use attention_tasks::interest::Trained;

use super::CliError;
use crate::output::ExitStatus;
use crate::plot::{Axis, Chart, Line, Lines, Scale};
use crate::store::write_atomic;

/// Networks whose curves are drawn: two curves each are as many as can be told apart.
const NETWORKS_SHOWN: usize = 3;

/// An error for an estimator that has no curve, before anything is trained.
pub(super) fn check(flag: &str, kind: Kind) -> Result<(), CliError> {
    if kind.learns_in_steps() {
        return Ok(());
    }
    let with = Kind::ALL.into_iter().filter(|kind| kind.learns_in_steps()).map(Kind::name);
    Err(CliError::new(
        ExitStatus::Usage,
        format!(
            "{flag}: {} does not learn in steps, so it has no curve; {} do",
            kind.name(),
            with.collect::<Vec<_>>().join(" and ")
        ),
    ))
}

/// Writes the curves into a folder, which is made if it is not there, and returns the file's path. A folder is a run of TensorBoard: another model belongs into
/// another one.
pub(super) fn write(folder: &Path, curves: &[Curve]) -> Result<PathBuf, CliError> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now_s = now.map_err(|error| CliError::new(ExitStatus::Failed, error))?.as_secs();
    std::fs::create_dir_all(folder).map_err(|error| CliError::file(folder, error))?;
    let path = folder.join(tensorboard::file_name(now_s));
    write_atomic(&path, &tensorboard::encode(curves, now_s)?)?;
    Ok(path)
}

/// The first curves, each on its own: networks stop at different epochs, and a mean of those left would jump.
pub(super) fn chart(trained: &Trained) -> Chart {
    let curves = &trained.curves;
    let shown = || curves.iter().take(NETWORKS_SHOWN).zip(1..);
    let mut lines: Vec<Line> = Vec::new();
    for (curve, number) in shown() {
        lines.push(line(curve, format!("{number}: rows learnt from"), |epoch| Some(epoch.training)));
        lines.push(line(curve, format!("{number}: rows kept out"), |epoch| epoch.validation));
    }
    lines.retain(|line| !line.points.is_empty());
    let losses = lines.iter().flat_map(|line| &line.points).map(|point| point.1);
    let y = Axis::around("mean loss", losses, Scale::Linear);
    let longest = lines.iter().flat_map(|line| &line.points).map(|point| point.0).fold(2.0, f64::max);
    let kept: Vec<String> = shown().map(|(curve, _)| (curve.best + 1).to_string()).collect();
    Chart::Lines(Lines {
        title: format!("Training of {} on {:?}", trained.model, trained.target),
        subtitle: format!("{} of {} curves; kept is step {}", kept.len(), curves.len(), kept.join(", ")),
        x: Axis { label: "epoch or round".into(), range: (1.0, longest), scale: Scale::Linear, suffix: "" },
        y,
        lines,
    })
}

fn line(curve: &Curve, label: String, loss: impl Fn(&EpochLoss) -> Option<f64>) -> Line {
    let epochs = curve.epochs.iter().zip(1..);
    let points = epochs.filter_map(|(epoch, number)| Some((f64::from(number), loss(epoch)?))).collect();
    Line { label, points, band: Vec::new(), steps: false }
}
