//! The only conversion from floating point to integer in the project: interest becomes parts per billion.

use thiserror::Error;

/// One, in parts per billion.
pub const PPB: u32 = 1_000_000_000;

/// An interest that is not a probability.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum QuantizeError {
    /// NaN or infinite.
    #[error("interest {value} is not a number: the model is broken, fit it again or reject its file")]
    NotFinite {
        /// The value.
        value: f64,
    },
    /// Below 0 or above 1.
    #[error("interest {value} is outside 0..=1: the model does not return probabilities")]
    OutOfRange {
        /// The value.
        value: f64,
    },
}

/// Bits of an `f64` mantissa that are stored; the leading one of a normal number is not.
const MANTISSA_BITS: u32 = 52;
/// Exponent of the least bit of a number in [1, 2), with the bias: `value = mantissa · 2^(exponent − 1075)`.
const EXPONENT_BIAS: u32 = 1_075;

/// `p · 10^9` in exact arithmetic, rounded half to even. A number is `mantissa · 2^-shift` with a mantissa below 2^53, so
/// `mantissa · 10^9 < 2^83` is exact, and the rounding looks at the bits that are shifted out.
///
/// # Errors
/// [`QuantizeError`] for NaN, infinity and everything outside [0, 1].
pub fn interest_ppb(interest: f64) -> Result<u32, QuantizeError> {
    if !interest.is_finite() {
        return Err(QuantizeError::NotFinite { value: interest });
    }
    if !(0.0..=1.0).contains(&interest) {
        return Err(QuantizeError::OutOfRange { value: interest });
    }
    let out_of_range = QuantizeError::OutOfRange { value: interest };
    let bits = interest.abs().to_bits(); // abs: −0.0 is 0
    let fraction = bits & ((1 << MANTISSA_BITS) - 1);
    let exponent = u32::try_from(bits >> MANTISSA_BITS).map_err(|_| out_of_range.clone())?;
    // Subnormal numbers have no leading one, and the exponent of the least normal ones.
    let (mantissa, exponent) =
        if exponent == 0 { (fraction, 1) } else { (fraction | (1 << MANTISSA_BITS), exponent) };
    let shift = EXPONENT_BIAS.checked_sub(exponent).ok_or_else(|| out_of_range.clone())?;
    let product = u128::from(mantissa).checked_mul(u128::from(PPB)).ok_or_else(|| out_of_range.clone())?;
    u32::try_from(shift_half_even(product, shift)).map_err(|_| out_of_range)
}

/// `product / 2^shift` for a product below 2^83, rounded half to even. `shift >= 1` for every number up to one.
fn shift_half_even(product: u128, shift: u32) -> u128 {
    // From 2^84 on the quotient is below one half.
    let (Some(quotient), Some(half)) =
        (product.checked_shr(shift), 1u128.checked_shl(shift.max(1).abs_diff(1)))
    else {
        return 0;
    };
    let rest = product ^ quotient.checked_shl(shift).unwrap_or(0);
    let round_up = rest > half || (rest == half && quotient % 2 == 1);
    quotient.checked_add(u128::from(round_up)).unwrap_or(quotient)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worked_values() {
        assert_eq!(interest_ppb(0.0), Ok(0));
        assert_eq!(interest_ppb(-0.0), Ok(0));
        assert_eq!(interest_ppb(1.0), Ok(1_000_000_000));
        assert_eq!(interest_ppb(0.5), Ok(500_000_000));
        assert_eq!(interest_ppb(0.25), Ok(250_000_000));
        assert_eq!(interest_ppb(1e-9), Ok(1));
        assert_eq!(interest_ppb(0.000_123_456_789), Ok(123_457), "123456.789");
        assert_eq!(interest_ppb(f64::MIN_POSITIVE), Ok(0));
        assert_eq!(interest_ppb(f64::from_bits(1)), Ok(0), "the least subnormal number");
    }

    #[test]
    fn ties_go_to_the_even_neighbour() {
        // 10^9 = 2^9 · 1,953,125, so x = n / 2^10 gives n · 976,562.5: a tie for every odd n.
        assert_eq!(interest_ppb(1.0 / 1_024.0), Ok(976_562), "976562.5 goes down to even");
        assert_eq!(interest_ppb(3.0 / 1_024.0), Ok(2_929_688), "2929687.5 goes up to even");
        assert_eq!(interest_ppb(5.0 / 1_024.0), Ok(4_882_812), "4882812.5 goes down to even");
        assert_eq!(interest_ppb(2.0 / 1_024.0), Ok(1_953_125), "no tie");
    }

    #[test]
    fn one_bit_beside_a_tie_decides() {
        let tie = 1.0f64 / 1_024.0;
        assert_eq!(interest_ppb(f64::from_bits(tie.to_bits() + 1)), Ok(976_563));
        assert_eq!(interest_ppb(f64::from_bits(tie.to_bits() - 1)), Ok(976_562));
        let below_one = f64::from_bits(1.0f64.to_bits() - 1);
        assert_eq!(interest_ppb(below_one), Ok(1_000_000_000));
    }

    #[test]
    fn what_is_no_probability_is_refused() {
        assert!(matches!(interest_ppb(f64::NAN), Err(QuantizeError::NotFinite { .. })));
        assert!(matches!(interest_ppb(f64::INFINITY), Err(QuantizeError::NotFinite { .. })));
        assert_eq!(interest_ppb(-1e-300), Err(QuantizeError::OutOfRange { value: -1e-300 }));
        let above = f64::from_bits(1.0f64.to_bits() + 1);
        assert_eq!(interest_ppb(above), Err(QuantizeError::OutOfRange { value: above }));
    }

    proptest::proptest! {
        /// Against the nearest-integer property, checked with exact fractions: |p·10^9 − q| ≤ ½.
        #[test]
        fn the_result_is_a_nearest_integer(bits in 0u64..=1.0f64.to_bits()) {
            let p = f64::from_bits(bits);
            let q = f64::from(interest_ppb(p).unwrap());
            // Both sides are below 2^30, the product's own rounding error is below 2^-23.
            proptest::prop_assert!((p * 1e9 - q).abs() <= 0.5 + 1e-6);
        }
    }
}
