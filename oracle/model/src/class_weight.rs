//! Class weights: what a row labelled 1 weighs, in millionths, where one labelled 0 weighs 1,000,000.
//!
//! A row of weight w counts as w equal rows would in every sum over rows: the loss, its gradients, shares and means. Limits
//! that say *rows*, such as the fewest of a leaf, count it once. Other than 1,000,000 the margins are those of a population
//! with as much more of rows labelled 1, and need calibration to be probabilities. Trees round weights as they round
//! hessians (`trees/sums.rs`), to a part of the heaviest row: a thousandth is exact to two digits up to a million rows, and
//! counts as none in a forest of sixteen million.

use crate::traits::in_range;
use crate::{Dataset, ModelError, Target};

/// The weight that changes nothing, which rows labelled 0 have.
pub(crate) const UNIT_PPM: u32 = 1_000_000;
/// The name of the hyper-parameter, in every estimator.
const NAME: &str = "positive_weight_ppm";

/// # Errors
/// [`ModelError::Hyperparameter`] unless it is 1 to 10^9.
pub(crate) fn check(positive_weight_ppm: u32) -> Result<(), ModelError> {
    in_range(NAME, positive_weight_ppm, 1, 1_000 * UNIT_PPM, "1 to 1000000000")
}

/// The weight as a number; 1 is that of a row labelled 0.
pub(crate) fn of(positive_weight_ppm: u32) -> f64 {
    f64::from(positive_weight_ppm) / f64::from(UNIT_PPM)
}

/// # Errors
/// [`ModelError::Hyperparameter`] for a weight other than 1 where the target has no classes.
pub(crate) fn check_target(positive_weight_ppm: u32, data: &Dataset<'_>) -> Result<(), ModelError> {
    match data.target() {
        Target::Real(_) if positive_weight_ppm != UNIT_PPM => Err(ModelError::Hyperparameter {
            name: NAME,
            value: positive_weight_ppm.to_string(),
            range: "1000000 for a real target, which has no classes to weigh",
        }),
        _ => Ok(()),
    }
}
