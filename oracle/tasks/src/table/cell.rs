//! One cell: missing, a number, infinite, a yes or no.

/// Words for what was not observed, in any case: those of spreadsheets, of pandas, R and SQL.
const MISSING_WORDS: [&str; 15] = [
    "?", "-", "--", "na", "n/a", "#na", "#n/a", "#n/a n/a", "<na>", "nan", "+nan", "-nan", "null", "nil",
    "none",
];
/// Words for infinity, without their sign, in any case.
const INFINITE_WORDS: [&str; 3] = ["inf", "infinity", "∞"];

/// True for what stands where nothing was observed.
pub(super) fn is_missing(cell: &str) -> bool {
    cell.is_empty() || MISSING_WORDS.iter().any(|word| cell.eq_ignore_ascii_case(word))
}

/// A number in plain or scientific notation, which may be too large for a double. Rust's parser rounds correctly, so it is
/// the same everywhere.
fn parsed(cell: &str) -> Option<f64> {
    // What the parser takes beyond digits, sign, point and exponent are words for infinity.
    if !cell.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E')) {
        return None;
    }
    cell.parse().ok()
}

/// A finite number in plain or scientific notation.
pub(super) fn number(cell: &str) -> Option<f64> {
    parsed(cell).filter(|value| value.is_finite())
}

/// True for a word for infinity, and for a number beyond the range of doubles.
pub(super) fn is_infinite(cell: &str) -> bool {
    let word = cell.strip_prefix(['+', '-']).unwrap_or(cell);
    INFINITE_WORDS.iter().any(|infinite| word.eq_ignore_ascii_case(infinite))
        || parsed(cell).is_some_and(f64::is_infinite)
}

/// Which digit after the point is the last one that it takes to write the number, by its notation: −2 for 12e2, at most
/// ±400. A number of zeros before the point is no notation: 1200 has 0.
pub(super) fn decimals(cell: &str) -> i16 {
    let (mantissa, exponent) = match cell.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().unwrap_or(0).clamp(-400, 400)),
        None => (cell, 0),
    };
    let fraction = mantissa.split_once('.').map_or("", |(_, fraction)| fraction.trim_end_matches('0'));
    let digits = (fraction.len().min(400) as i32 - exponent).clamp(-400, 400);
    // Clamped to an i16 above.
    digits as i16
}

/// A yes or no in the spellings that spreadsheets and data frames write; of numbers 1 and 0, however written.
pub(super) fn yes_or_no(cell: &str) -> Option<bool> {
    let is = |words: [&str; 4]| words.iter().any(|word| cell.eq_ignore_ascii_case(word));
    if is(["true", "yes", "t", "y"]) {
        return Some(true);
    }
    if is(["false", "no", "f", "n"]) {
        return Some(false);
    }
    match number(cell) {
        Some(1.0) => Some(true),
        Some(0.0) => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_read() {
        for cell in ["", "NA", "nan", "NULL", "?", "N/A", "#N/A", "-", "nil", "<NA>", "-NaN", "None"] {
            assert!(is_missing(cell), "{cell}");
        }
        for cell in ["0", "-1", "unknown", "n", "a", "#DIV/0!"] {
            assert!(!is_missing(cell), "{cell}");
        }
        assert_eq!(
            (number("1e3"), number("-0.5"), number("inf"), number("x"), number("1e999")),
            (Some(1e3), Some(-0.5), None, None, None)
        );
        for (cell, digits) in [
            ("1.250", 2),
            ("3", 0),
            ("1e-5", 5),
            ("1.5e-2", 3),
            ("1.5e3", -2),
            ("1e-300", 300),
            ("1e-999", 400),
        ] {
            assert_eq!(decimals(cell), digits, "{cell}");
        }
    }

    #[test]
    fn infinities_are_words_and_numbers() {
        for cell in ["inf", "-Inf", "+INFINITY", "1e309", "-1e999", "∞"] {
            assert!(is_infinite(cell), "{cell}");
        }
        for cell in ["1e308", "info", "in", "--inf", "nan", ""] {
            assert!(!is_infinite(cell), "{cell}");
        }
    }

    #[test]
    fn yes_and_no_have_many_spellings() {
        for cell in ["TRUE", "yes", "T", "y", "1", "1.0", "+1", "1e0", "01"] {
            assert_eq!(yes_or_no(cell), Some(true), "{cell}");
        }
        for cell in ["false", "No", "F", "N", "0", "0.0", "-0", "0e5"] {
            assert_eq!(yes_or_no(cell), Some(false), "{cell}");
        }
        for cell in ["2", "0.5", "maybe", "", "1.0000001"] {
            assert_eq!(yes_or_no(cell), None, "{cell}");
        }
    }
}
