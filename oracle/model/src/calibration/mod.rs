//! Calibration: a curve over another model's margin, after which a predicted probability of p comes true in a share p of the
//! cases.
//!
//! The curve has to be fitted on margins of rows that the model has not learnt from: a held-out part, or every fold of a
//! cross-validation predicted by the model of the others. On its own training rows a model is too sure.

mod isotonic;
mod platt;

use crate::attribution::proportional;
use crate::codec::{Body, Reader, Writer};
use crate::{Dataset, Model, ModelError, Predict, TargetKind, TrainedOn};

/// Largest magnitude of a margin that is told apart; the odds of it are beyond a double's range anyway.
const MARGIN_ABS_MAX: f64 = 1e6;

/// Which kind of curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Calibration {
    /// A logistic function of the margin, two parameters (Platt 1999): for few rows.
    Platt,
    /// Any rising function (Zadrozny and Elkan 2002): for a thousand rows and more.
    Isotonic,
}

/// A fitted curve from margins to calibrated margins.
#[derive(Debug, Clone, PartialEq)]
pub enum Calibrator {
    /// `slope · margin + intercept`.
    Platt {
        /// Above 1 if the model was too cautious, below if it was too sure.
        slope: f64,
        /// Log-odds at margin 0.
        intercept: f64,
    },
    /// The log-odds of a probability that is interpolated between knots, and constant beyond them.
    Isotonic {
        /// Margin and probability: margins rise strictly, probabilities do not fall and are within (0, 1).
        knots: Vec<(f64, f64)>,
    },
}

impl Calibrator {
    /// Fits a curve to margins of rows that the model has not learnt from, with their labels. The order of rows does not
    /// change an isotonic curve, and a logistic one by rounding only.
    ///
    /// # Errors
    /// [`ModelError::Shape`] on unequal lengths, [`ModelError::NotFinite`] for a margin, [`ModelError::OneClass`].
    pub fn fit(kind: Calibration, margins: &[f64], labels: &[bool]) -> Result<Self, ModelError> {
        if margins.len() != labels.len() {
            let (expected, got) = (margins.len(), labels.len());
            return Err(ModelError::Shape { what: "labels to calibrate with", expected, got });
        }
        if let Some(&value) = margins.iter().find(|margin| !margin.is_finite()) {
            return Err(ModelError::NotFinite { what: "a margin to calibrate", value });
        }
        let positives = labels.iter().filter(|&&label| label).count() as u64;
        let targets = Targets { positives, negatives: labels.len() as u64 - positives };
        if targets.positives == 0 || targets.negatives == 0 {
            return Err(ModelError::OneClass { what: "calibration", positives, rows: labels.len() as u64 });
        }
        let margins: Vec<f64> = margins.iter().map(|&margin| bounded(margin)).collect();
        match kind {
            Calibration::Platt => platt::fit(&margins, labels, targets),
            Calibration::Isotonic => Ok(isotonic::fit(&margins, labels, targets)),
        }
    }

    /// The calibrated margin.
    pub fn apply(&self, margin: f64) -> f64 {
        let margin = bounded(margin);
        match self {
            Self::Platt { slope, intercept } => slope * margin + intercept,
            Self::Isotonic { knots } => {
                let p = isotonic::interpolate(knots, margin);
                libm::log(p / (1.0 - p))
            }
        }
    }

    /// `0 ‖ slope ‖ intercept`, or `1 ‖ knots u32 ‖ per knot (margin ‖ probability)`.
    fn write(&self, out: &mut Writer) {
        match self {
            Self::Platt { slope, intercept } => {
                out.u8(0);
                out.f64(*slope);
                out.f64(*intercept);
            }
            Self::Isotonic { knots } => {
                out.u8(1);
                // At most two a row, and a rise needs rows: the file's limit is met long before this one.
                out.u32(knots.len() as u32);
                for (margin, probability) in knots {
                    out.f64(*margin);
                    out.f64(*probability);
                }
            }
        }
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, ModelError> {
        match input.u8()? {
            0 => Ok(Self::Platt { slope: input.f64()?, intercept: input.f64()? }),
            1 => {
                let count = input.u32()? as usize;
                input.room_for(count, 16)?;
                if count == 0 {
                    return Err(input.error("an isotonic curve without a knot"));
                }
                let mut knots: Vec<(f64, f64)> = Vec::with_capacity(count);
                for _ in 0..count {
                    let (margin, p) = (input.f64()?, input.f64()?);
                    let rises = knots.last().is_none_or(|&(before, lower)| before < margin && lower <= p);
                    if !rises || libm::fabs(margin) > MARGIN_ABS_MAX || p <= 0.0 || p >= 1.0 {
                        return Err(input.error(format!("knot ({margin}, {p}) is out of range or order")));
                    }
                    knots.push((margin, p));
                }
                Ok(Self::Isotonic { knots })
            }
            other => Err(input.error(format!("unknown calibration {other}; this version knows 0 and 1"))),
        }
    }
}

fn bounded(margin: f64) -> f64 {
    margin.clamp(-MARGIN_ABS_MAX, MARGIN_ABS_MAX)
}

/// How many rows a curve is fitted on, and what it may claim of them: a curve that promises certainty after a handful of
/// rows would be punished without bound for the first exception.
#[derive(Debug, Clone, Copy)]
struct Targets {
    positives: u64,
    negatives: u64,
}

impl Targets {
    /// (positives + 1) / (positives + 2): Platt's target for a positive row, and the highest isotonic probability.
    fn high(self) -> f64 {
        (self.positives as f64 + 1.0) / (self.positives as f64 + 2.0)
    }

    /// 1 / (negatives + 2): Platt's target for a negative row, and the lowest isotonic probability.
    fn low(self) -> f64 {
        1.0 / (self.negatives as f64 + 2.0)
    }
}

/// A model of a binary target whose margins go through a curve.
#[derive(Debug, Clone, PartialEq)]
pub struct CalibratedModel {
    inner: Box<Model>,
    calibrator: Calibrator,
}

impl CalibratedModel {
    /// Puts the curve after the model.
    ///
    /// # Errors
    /// [`ModelError::TargetKind`] for a model of a real target.
    pub fn new(inner: Model, calibrator: Calibrator) -> Result<Self, ModelError> {
        match inner.trained_on().target {
            TargetKind::Binary { .. } => Ok(Self { inner: Box::new(inner), calibrator }),
            TargetKind::Real { .. } => {
                Err(ModelError::TargetKind { what: "calibration", expected: "binary", got: "real" })
            }
        }
    }

    /// The model before the curve.
    pub fn inner(&self) -> &Model {
        &self.inner
    }

    /// The curve.
    pub fn calibrator(&self) -> &Calibrator {
        &self.calibrator
    }

    fn apply(&self, margin: f64) -> Result<f64, ModelError> {
        let value = self.calibrator.apply(margin);
        if value.is_finite() {
            Ok(value)
        } else {
            Err(ModelError::NotFinite { what: "a calibrated margin", value })
        }
    }
}

impl Body for CalibratedModel {
    const KIND: u8 = 8;

    fn trained_on(&self) -> &TrainedOn {
        self.inner.trained_on()
    }

    /// `kind u8 ‖ body` of the model before the curve, then the curve.
    fn write(&self, out: &mut Writer) {
        self.inner.write_nested(out);
        self.calibrator.write(out);
    }

    fn read(trained_on: TrainedOn, input: &mut Reader<'_>) -> Result<Self, ModelError> {
        trained_on.expect_binary(input)?;
        let inner = Box::new(Model::read_nested(trained_on, input)?);
        Ok(Self { inner, calibrator: Calibrator::read(input)? })
    }
}

impl Predict for CalibratedModel {
    fn trained_on(&self) -> &TrainedOn {
        self.inner.trained_on()
    }

    fn margin(&self, row: &[i64]) -> Result<f64, ModelError> {
        self.apply(self.inner.margin(row)?)
    }

    /// The features share the change of the calibrated margin in proportion to what they add to the margin before the curve.
    fn explain(&self, row: &[i64]) -> Result<Vec<f64>, ModelError> {
        proportional(self.inner.explain(row)?, self.margin(row)? - self.base_margin())
    }

    fn base_margin(&self) -> f64 {
        self.calibrator.apply(self.inner.base_margin())
    }

    fn margins(&self, data: &Dataset<'_>) -> Result<Vec<f64>, ModelError> {
        self.inner.margins(data)?.into_iter().map(|margin| self.apply(margin)).collect()
    }
}
