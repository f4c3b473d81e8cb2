//! The course of an iterative fit.

use serde::Serialize;

/// Mean losses after one epoch, or after one round of boosting.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct EpochLoss {
    /// Over the rows learnt from: in an epoch of mini-batches each as it was met, before its batch changed the model; in
    /// boosting all of them after the round.
    pub training: f64,
    /// Over the rows kept out, after the epoch; none if there are no such rows.
    pub validation: Option<f64>,
}

/// The losses of every epoch of a fit, and which epoch's model was kept.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Curve {
    /// From the first epoch on.
    pub epochs: Vec<EpochLoss>,
    /// Index of the epoch whose model was kept; 0 too if boosting kept no tree.
    pub best: usize,
}
