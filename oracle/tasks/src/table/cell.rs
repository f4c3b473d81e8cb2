//! One cell: missing, a number, a yes or no.

/// True for what stands where nothing was observed.
pub(super) fn is_missing(cell: &str) -> bool {
    cell.is_empty()
        || cell == "?"
        || ["na", "nan", "null", "none"].iter().any(|word| cell.eq_ignore_ascii_case(word))
}

/// A finite number in plain or scientific notation. Rust's parser rounds correctly, so it is the same everywhere.
pub(super) fn number(cell: &str) -> Option<f64> {
    // What the parser takes beyond digits, sign, point and exponent are words for infinity.
    if !cell.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E')) {
        return None;
    }
    cell.parse().ok().filter(|value: &f64| value.is_finite())
}

/// How many digits after the point it takes to write the number, by its notation; at most `most`.
pub(super) fn decimals(cell: &str, most: i8) -> i8 {
    let (mantissa, exponent) = match cell.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().unwrap_or(0).clamp(-400, 400)),
        None => (cell, 0),
    };
    let fraction = mantissa.split_once('.').map_or("", |(_, fraction)| fraction.trim_end_matches('0'));
    let digits = (fraction.len().min(400) as i32 - exponent).clamp(0, i32::from(most));
    // Clamped to an i8 above.
    digits as i8
}

/// A yes or no in the spellings that spreadsheets and data frames write.
pub(super) fn yes_or_no(cell: &str) -> Option<bool> {
    let is = |words: [&str; 4]| words.iter().any(|word| cell.eq_ignore_ascii_case(word));
    if is(["true", "yes", "1", "t"]) {
        Some(true)
    } else if is(["false", "no", "0", "f"]) {
        Some(false)
    } else {
        None
    }
}

/// Powers of ten, exact as doubles.
const POWERS: [f64; 13] = [1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12];

/// `value · 10^decimals`, for −12 to 12 decimals.
pub(super) fn shifted(value: f64, decimals: i8) -> f64 {
    let power = POWERS[usize::from(decimals.unsigned_abs()).min(POWERS.len() - 1)];
    if decimals < 0 { value / power } else { value * power }
}

/// `value · 10^decimals`, rounded half to even and held within ±`limit`; the second part says if it had to be held.
pub(super) fn scaled(value: f64, decimals: i8, limit: i64) -> (i64, bool) {
    let shifted = libm::rint(shifted(value, decimals));
    let limit_value = limit as f64;
    if shifted > limit_value {
        (limit, true)
    } else if shifted < -limit_value {
        (-limit, true)
    } else {
        (shifted as i64, false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_read() {
        for cell in ["", "NA", "nan", "NULL", "?"] {
            assert!(is_missing(cell), "{cell}");
        }
        assert!(!is_missing("0"));
        assert_eq!(
            (number("1e3"), number("-0.5"), number("inf"), number("x"), number("1e999")),
            (Some(1e3), Some(-0.5), None, None, None)
        );
        for (cell, digits) in
            [("1.250", 2), ("3", 0), ("1e-5", 5), ("1.5e-2", 3), ("1.5e3", 0), ("1e-300", 9)]
        {
            assert_eq!(decimals(cell, 9), digits, "{cell}");
        }
        assert_eq!((yes_or_no("TRUE"), yes_or_no("no"), yes_or_no("2")), (Some(true), Some(false), None));
    }

    #[test]
    fn numbers_are_scaled() {
        assert_eq!(scaled(0.1, 1, 100), (1, false));
        assert_eq!(scaled(0.25, 1, 100), (2, false));
        assert_eq!(scaled(0.35, 1, 100), (4, false));
        assert_eq!(scaled(-12_345.0, -2, 1_000), (-123, false));
        assert_eq!((scaled(1e9, 2, 1_000), scaled(-1e9, 2, 1_000)), ((1_000, true), (-1_000, true)));
    }
}
