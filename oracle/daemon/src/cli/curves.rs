//! The losses of a fit, epoch by epoch, as a plot.

use std::path::Path;

use attention_model::{Curve, EpochLoss};
use attention_tasks::estimator::Kind;
use attention_tasks::interest::Trained;

use super::CliError;
use crate::output::ExitStatus;
use crate::plot::{Axis, Chart, Line, Lines, Scale, check_path};

/// Networks whose curves are drawn: two curves each are as many as can be told apart.
const NETWORKS_SHOWN: usize = 3;

/// Refuses a file of another format, and an estimator without epochs, before any work.
pub(super) fn check(plot: &Path, model: &str) -> Result<(), CliError> {
    check_path(plot)?;
    let name = Kind::Mlp.name();
    if model == name {
        return Ok(());
    }
    let problem = format!("{model} is not fitted in epochs; --plot draws the losses of {name}");
    Err(CliError::new(ExitStatus::Usage, problem))
}

/// The curves of the first networks, each on its own: they stop at different epochs, and a mean of those left would jump.
pub(super) fn chart(trained: &Trained) -> Chart {
    let shown = || trained.curves.iter().take(NETWORKS_SHOWN).zip(1..);
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
        subtitle: format!(
            "{} of {} networks; kept are those after epochs {}",
            kept.len(),
            trained.curves.len(),
            kept.join(", ")
        ),
        x: Axis { label: "epoch".into(), range: (1.0, longest), scale: Scale::Linear, suffix: "" },
        y,
        lines,
    })
}

fn line(curve: &Curve, label: String, loss: impl Fn(&EpochLoss) -> Option<f64>) -> Line {
    let epochs = curve.epochs.iter().zip(1..);
    let points = epochs.filter_map(|(epoch, number)| Some((f64::from(number), loss(epoch)?))).collect();
    Line { label, points, band: Vec::new(), steps: false }
}
