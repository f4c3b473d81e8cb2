//! Scalar functions, from the `libm` crate only: the standard library's differ between platforms.

use crate::ModelError;

/// The logistic function 1 / (1 + e^-x), without overflow for any finite x; within [0, 1].
pub fn sigmoid(x: f64) -> f64 {
    if x >= 0.0 {
        1.0 / (1.0 + libm::exp(-x))
    } else {
        let e = libm::exp(x);
        e / (1.0 + e)
    }
}

/// Negative log-likelihood in nats of a label under log-odds `x`: ln(1 + e^x) − label·x, without overflow.
pub fn log_loss_of_logit(x: f64, label: bool) -> f64 {
    let margin = if label { -x } else { x };
    // ln(1 + e^m) = max(m, 0) + ln(1 + e^-|m|)
    let positive_part = if margin > 0.0 { margin } else { 0.0 };
    positive_part + libm::log1p(libm::exp(-libm::fabs(margin)))
}

/// What to subtract from a logit learnt on `sampled` of `population` negatives to undo the sampling:
/// ln(population / sampled) (King and Zeng 2001, "prior correction").
///
/// # Errors
/// [`ModelError::Hyperparameter`] unless 1 ≤ sampled ≤ population.
pub fn sampling_correction(population: u64, sampled: u64) -> Result<f64, ModelError> {
    if sampled == 0 || sampled > population {
        return Err(ModelError::Hyperparameter {
            name: "sampled negatives",
            value: format!("{sampled} of {population}"),
            range: "at least 1 and at most the population",
        });
    }
    Ok(libm::log(population as f64 / sampled as f64))
}

/// ln((positives + 1) / (negatives + 1)): Laplace's rule of succession, finite for every count.
pub(crate) fn laplace_logit(rows: u64, positives: u64) -> f64 {
    let negatives = (rows - positives) as f64;
    libm::log((positives as f64 + 1.0) / (negatives + 1.0))
}

/// Zero for −0.0, so that equal numbers have equal bytes.
pub(crate) fn canonical(x: f64) -> f64 {
    if x == 0.0 { 0.0 } else { x }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sigmoid_by_hand() {
        assert_eq!(sigmoid(0.0), 0.5);
        // e^ln3 = 3, so 3/4 and 1/4.
        assert!((sigmoid(1.098_612_288_668_109_8) - 0.75).abs() < 1e-15);
        assert!((sigmoid(-1.098_612_288_668_109_8) - 0.25).abs() < 1e-15);
        assert_eq!(sigmoid(1000.0), 1.0);
        assert_eq!(sigmoid(-1000.0), 0.0);
    }

    #[test]
    fn log_loss_by_hand() {
        let ln2 = std::f64::consts::LN_2;
        assert!((log_loss_of_logit(0.0, true) - ln2).abs() < 1e-15);
        // p = 3/4: −ln(3/4) and −ln(1/4).
        let x = 1.098_612_288_668_109_8;
        assert!((log_loss_of_logit(x, true) - 0.287_682_072_451_780_9).abs() < 1e-15);
        assert!((log_loss_of_logit(x, false) - 1.386_294_361_119_890_6).abs() < 1e-15);
        assert_eq!(log_loss_of_logit(-1000.0, true), 1000.0);
    }

    #[test]
    fn sampling_correction_by_hand() {
        // ln(10000/50) = ln 200
        assert!((sampling_correction(10_000, 50).unwrap() - 5.298_317_366_548_036).abs() < 1e-14);
        assert_eq!(sampling_correction(50, 50).unwrap(), 0.0);
        assert!(sampling_correction(49, 50).is_err());
        assert!(sampling_correction(50, 0).is_err());
    }

    #[test]
    fn laplace_by_hand() {
        assert_eq!(laplace_logit(0, 0), 0.0);
        // (1 + 1) / (2 + 1)
        assert!((laplace_logit(3, 1) - (2.0f64 / 3.0).ln()).abs() < 1e-15);
    }

    /// If this fails, model bytes differ from those of other builds: the pinned `libm` was changed.
    #[test]
    fn libm_bits_are_golden() {
        assert_eq!(libm::exp(0.1).to_bits(), 0x3ff1_aec7_b35a_00d4);
        assert_eq!(libm::log(200.0).to_bits(), 5.298_317_366_548_036_f64.to_bits());
        assert_eq!(libm::log1p(0.5).to_bits(), 0.405_465_108_108_164_4_f64.to_bits());
    }
}
