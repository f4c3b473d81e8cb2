//! A logarithm in integers, exact on any engine.

/// `floor(16 · log2(1 + x))`: sixteen steps an octave, 0 for 0, 16 for 1, at most 2047.
///
/// The integer part is the position of the highest bit; each of the four further bits is found by squaring
/// the mantissa (Knuth, The Art of Computer Programming 1, 1.2.2 exercise 25), held in 63 fractional bits and
/// truncated. Part of the feature definitions: a change needs a new features version.
pub fn log2_x16(x: u128) -> i64 {
    let Some(value) = x.checked_add(1) else { return 16 * 128 - 1 };
    let exponent = value.ilog2();
    // 1 ≤ mantissa < 2, with 63 fractional bits.
    let mut mantissa = if exponent >= 63 { value >> (exponent - 63) } else { value << (63 - exponent) };
    let mut result = i64::from(exponent);
    for _ in 0..4 {
        mantissa = (mantissa * mantissa) >> 63; // below 2^65: both factors are below 2^64
        let bit = mantissa >> 64;
        mantissa >>= bit;
        result = result * 2 + i64::from(bit == 1);
    }
    result
}

/// The least and the largest x with `log2_x16(x) = log`; none if there is no such x below 2^127.
pub fn log2_x16_range(log: i64) -> Option<(u128, u128)> {
    let (low, above) = (least_reaching(log)?, least_reaching(log.checked_add(1)?)?);
    (low < above).then(|| (low, above - 1))
}

/// The least x with `log2_x16(x) ≥ log`; none unless it is at most 2^127.
fn least_reaching(log: i64) -> Option<u128> {
    let (mut low, mut high) = (0u128, 1u128 << 127);
    if log2_x16(high) < log {
        return None;
    }
    while low < high {
        let middle = low + (high - low) / 2;
        if log2_x16(middle) >= log { high = middle } else { low = middle + 1 }
    }
    Some(low)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_hold_exactly_what_has_the_log() {
        for x in (0..3_000u128).chain([1 << 40, (1 << 100) + 12_345]) {
            let (low, high) = log2_x16_range(log2_x16(x)).unwrap();
            assert!(low <= x && x <= high && log2_x16(low) == log2_x16(high), "{x}");
            assert!(log2_x16(high + 1) > log2_x16(x) && (low == 0 || log2_x16(low - 1) < log2_x16(x)), "{x}");
        }
        // Between the logs of 0 and 1 there is nothing, and beyond those of numbers neither.
        assert_eq!((log2_x16_range(7), log2_x16_range(-1), log2_x16_range(5_000)), (None, None, None));
    }

    #[test]
    fn known_values() {
        // 16·log2(3) = 25.36, 16·log2(10) = 53.15, 16·log2(1000) = 159.45, 16·log2(10^18) = 956.7
        let cases = [(0, 0), (1, 16), (2, 25), (3, 32), (9, 53), (999, 159), (999_999_999_999_999_999, 956)];
        for (x, expected) in cases {
            assert_eq!(log2_x16(x), expected, "{x}");
        }
        assert_eq!(log2_x16((1 << 100) - 1), 1600);
        assert_eq!(log2_x16(u128::MAX), 2047);
    }

    #[test]
    fn agrees_with_floating_point_and_never_falls() {
        let mut before = 0;
        for x in 0..100_000u128 {
            let got = log2_x16(x);
            assert!(got >= before);
            before = got;
            let exact = 16.0 * ((x + 1) as f64).log2();
            assert_eq!(got, (exact + 1e-9).floor() as i64, "{x}");
        }
    }
}
