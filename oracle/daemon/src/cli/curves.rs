//! The losses of a fit, epoch by epoch, as a plot.

use std::path::Path;

use attention_model::EpochLoss;
use attention_tasks::estimator::Kind;
use attention_tasks::interest::Trained;

use super::CliError;
use crate::output::ExitStatus;
use crate::plot::{Axis, Chart, Line, Lines, Scale, check_path};

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

/// The mean over the networks that were still fitted in an epoch, and the range of them as a band.
pub(super) fn chart(trained: &Trained) -> Chart {
    let training = line(trained, "rows learnt from", |epoch| Some(epoch.training));
    let validation = line(trained, "rows kept out", |epoch| epoch.validation);
    let lines: Vec<Line> =
        [training, validation].into_iter().filter(|line| !line.points.is_empty()).collect();
    let losses = || lines.iter().flat_map(|line| line.band.iter().flat_map(|band| [band.1, band.2]));
    let longest = lines.iter().map(|line| line.points.len()).max().unwrap_or(1);
    let kept: Vec<String> = trained.curves.iter().map(|curve| (curve.best + 1).to_string()).collect();
    Chart::Lines(Lines {
        title: format!("Training of {} on {:?}", trained.model, trained.target),
        subtitle: format!(
            "mean of {} networks and their range; kept are epochs {}",
            kept.len(),
            kept.join(", ")
        ),
        x: Axis {
            label: "epoch".into(),
            range: (1.0, longest.max(2) as f64),
            scale: Scale::Linear,
            suffix: "",
        },
        y: Axis::around("mean loss", losses(), Scale::Linear),
        lines,
    })
}

fn line(trained: &Trained, label: &str, loss: impl Fn(&EpochLoss) -> Option<f64>) -> Line {
    let longest = trained.curves.iter().map(|curve| curve.epochs.len()).max().unwrap_or(0);
    let (mut points, mut band) = (Vec::new(), Vec::new());
    for epoch in 0..longest {
        let of_epoch: Vec<f64> =
            trained.curves.iter().filter_map(|curve| curve.epochs.get(epoch).and_then(&loss)).collect();
        if of_epoch.is_empty() {
            continue;
        }
        let x = (epoch + 1) as f64;
        let mean = of_epoch.iter().sum::<f64>() / of_epoch.len() as f64;
        points.push((x, mean));
        let low = of_epoch.iter().copied().fold(f64::INFINITY, f64::min);
        band.push((x, low, of_epoch.iter().copied().fold(f64::NEG_INFINITY, f64::max)));
    }
    Line { label: label.to_owned(), points, band, steps: false }
}
