//! Prices as integers on a logarithmic scale, and back to wei.

use crate::TaskError;

/// One nat in the unit of features, intervals and errors: a micro-nat, a millionth of a natural logarithm.
pub const NAT_MICRO: i64 = 1_000_000;
/// One in parts per billion.
const BILLION: u128 = 1_000_000_000;
/// Largest distance between a price and the market's level that is predicted: a factor of e^20, some 485 million.
pub const DISTANCE_MICRO_MAX: i64 = 20 * NAT_MICRO;

/// `10^6 · ln(wei)`, rounded to the nearest integer; 0 for 0 as for 1.
pub fn ln_micro(wei: u128) -> i64 {
    // At most 88,722,839 for 2^128.
    libm::rint(libm::log(wei.max(1) as f64) * NAT_MICRO as f64) as i64
}

/// Nats as micro-nats, rounded, at most [`DISTANCE_MICRO_MAX`] from zero.
pub(crate) fn nats_to_micro(nats: f64) -> i64 {
    let limit = DISTANCE_MICRO_MAX as f64;
    libm::rint((nats * NAT_MICRO as f64).clamp(-limit, limit)) as i64
}

/// Micro-nats as nats.
pub(crate) fn micro_to_nats(micro: i64) -> f64 {
    micro as f64 / NAT_MICRO as f64
}

/// `floor(level · e^(distance / 10^6))` in wei, the exponential rounded to parts per billion: the price at a distance from
/// the market's level.
///
/// # Errors
/// [`TaskError::Range`] if it is 2^128 or more.
pub fn price_at(level_wei: u128, distance_micro: i64) -> Result<u128, TaskError> {
    let distance_micro = distance_micro.clamp(-DISTANCE_MICRO_MAX, DISTANCE_MICRO_MAX);
    // At most 4.9e17: an integer that an f64 of this size may miss by some tens of parts per billion.
    let factor_ppb = libm::rint(libm::exp(micro_to_nats(distance_micro)) * BILLION as f64) as u128;
    multiply_divide(level_wei, factor_ppb, BILLION).ok_or_else(|| TaskError::Range {
        name: "predicted price in wei",
        value: format!("{level_wei} times {factor_ppb} ppb"),
        range: "below 2^128",
    })
}

/// `floor(value · numerator / denominator)` without overflow on the way; `None` if the result does not fit, the denominator
/// is 0, or the numerator and denominator are so large that their product does not fit.
pub(crate) fn multiply_divide(value: u128, numerator: u128, denominator: u128) -> Option<u128> {
    let whole = value.checked_div(denominator)?.checked_mul(numerator)?;
    let part = value.checked_rem(denominator)?.checked_mul(numerator)?.checked_div(denominator)?;
    whole.checked_add(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ln(10^18) = 18 · 2.302585092994 = 41.446531673893; ln 2 = 0.693147180560.
    #[test]
    fn logarithms_by_hand() {
        assert_eq!(ln_micro(1_000_000_000_000_000_000), 41_446_532);
        assert_eq!(ln_micro(2), 693_147);
        assert_eq!((ln_micro(1), ln_micro(0)), (0, 0));
        // 128 · ln 2
        assert_eq!(ln_micro(u128::MAX), 88_722_839);
    }

    #[test]
    fn prices_by_hand() {
        assert_eq!(price_at(5_000, 0).unwrap(), 5_000);
        // e^0.693147 = 1.999999639 (2 · e^-1.80560e-7)
        assert_eq!(price_at(1_000_000_000, 693_147).unwrap(), 1_999_999_639);
        assert_eq!(price_at(1_000_000_000, -693_147).unwrap(), 500_000_090);
        assert!(price_at(u128::MAX, 1).unwrap_err().to_string().contains("below 2^128"));
        assert_eq!(price_at(u128::MAX / 2, 0).unwrap(), u128::MAX / 2);
    }

    #[test]
    fn division_is_floored() {
        assert_eq!(multiply_divide(10, 1, 3), Some(3));
        assert_eq!(multiply_divide(u128::MAX, 7, 7), Some(u128::MAX));
        assert_eq!(multiply_divide(u128::MAX, 3, 2), None);
        assert_eq!(multiply_divide(1, 1, 0), None);
    }
}
