//! The course of an iterative fit.

/// Mean losses after one epoch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EpochLoss {
    /// Over the rows learnt from, each as it was met: before its batch changed the model.
    pub training: f64,
    /// Over the rows kept out, after the epoch; none if there are no such rows.
    pub validation: Option<f64>,
}

/// The losses of every epoch of a fit, and which epoch's model was kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// From the first epoch on.
    pub epochs: Vec<EpochLoss>,
    /// Index of the epoch whose model was kept.
    pub best: usize,
}
