//! The two integer operations that every rule is made of. Each division in the protocol floors through here.

use cosmwasm_std::Uint128;

/// `floor(a · b / divisor)` with a 256-bit intermediate. `None` if `divisor` is zero or the result exceeds `u128`.
pub fn mul_div_floor(a: u128, b: u128, divisor: u128) -> Option<u128> {
    match a.checked_mul(b) {
        // Almost every product fits; the wide division costs ten times as much gas.
        Some(product) => product.checked_div(divisor),
        None => Uint128::new(a).checked_multiply_ratio(b, divisor).ok().map(|result| result.u128()),
    }
}

/// `floor(amount · ppm / 10^6)`. `None` only if the result exceeds `u128`, which needs `ppm > 10^6`.
pub fn mul_ppm_floor(amount: u128, ppm: u32) -> Option<u128> {
    mul_div_floor(amount, u128::from(ppm), u128::from(crate::PPM))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worked_values() {
        assert_eq!(mul_div_floor(7, 3, 2), Some(10));
        assert_eq!(mul_div_floor(0, u128::MAX, 1), Some(0));
        assert_eq!(mul_div_floor(1, 1, 0), None);
        assert_eq!(mul_ppm_floor(1_000_001, 500_000), Some(500_000));
        // 2^120 · (2^64 − 1) / 2^64 = 2^120 − 2^56
        let wide = mul_div_floor(1 << 120, u128::from(u64::MAX), 1 << 64);
        assert_eq!(wide, Some((1 << 120) - (1 << 56)));
        assert_eq!(mul_div_floor(u128::MAX, u128::MAX, u128::MAX), Some(u128::MAX));
        assert_eq!(mul_div_floor(u128::MAX, 2, 1), None);
        assert_eq!(mul_div_floor(u128::MAX, 2, 0), None);
    }
}
