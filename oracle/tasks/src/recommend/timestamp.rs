//! Times as files write them: a number in any unit, or a date.

use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, OffsetDateTime, PrimitiveDateTime};

/// What a cell that is no time must be.
pub(crate) const WANTED: &str = "is no time: a number, YYYY-MM-DD, YYYY-MM-DD HH:MM:SS (UTC), or RFC 3339";

/// A moment: whole units or unix seconds, rounded down, and the millionths of one above them. Moments compare as they follow each
/// other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment {
    /// Whole units or seconds.
    pub(crate) whole: i64,
    /// Millionths, below 1,000,000; what is finer is cut off downwards.
    pub(crate) millionths: u32,
}

impl Moment {
    fn whole(whole: i64) -> Self {
        Self { whole, millionths: 0 }
    }
}

/// A number as it is, its fraction cut off downwards; a date as unix seconds, a fraction of them likewise.
pub(crate) fn parse(text: &str) -> Option<i64> {
    parse_moment(text).map(|moment| moment.whole)
}

/// As [`parse`], with millionths of a unit or a second.
pub(crate) fn parse_moment(text: &str) -> Option<Moment> {
    if let Some(moment) = decimal(text) {
        return Some(moment);
    }
    if let Ok(number) = text.parse::<f64>() {
        let floor = number.floor();
        // 2^63: below it, and not NaN, so that the conversion is exact.
        if floor.abs() >= 9_223_372_036_854_775_808.0 || number.is_nan() {
            return None;
        }
        // From 0 up to below 1, so that its millionths are below a million.
        let millionths = ((number - floor) * 1e6).floor() as u32;
        return Some(Moment { whole: floor as i64, millionths: millionths.min(999_999) });
    }
    if let Ok(moment) = OffsetDateTime::parse(text, &Rfc3339) {
        return Some(Moment { whole: moment.unix_timestamp(), millionths: moment.microsecond() });
    }
    let text = text.strip_suffix("UTC").or(text.strip_suffix('Z')).unwrap_or(text).trim_end();
    let (bare, fraction) = match text.split_once('.') {
        Some((bare, fraction)) if digits(fraction) => (bare, fraction),
        _ => (text, ""),
    };
    let spaced = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
    let joined = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]");
    if let Ok(moment) =
        PrimitiveDateTime::parse(bare, spaced).or_else(|_| PrimitiveDateTime::parse(bare, joined))
    {
        let whole = moment.assume_utc().unix_timestamp();
        return Some(Moment { whole, millionths: millionths(fraction).0 });
    }
    let day = Date::parse(text, format_description!("[year]-[month]-[day]")).ok()?;
    Some(Moment::whole(day.midnight().assume_utc().unix_timestamp()))
}

/// A number without an exponent, to the digit: a double has too few of them for a time and its millionths.
fn decimal(text: &str) -> Option<Moment> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_negative = whole.starts_with('-');
    let floor: i64 = whole.parse().ok().filter(|_| digits(fraction))?;
    let (millionths, finer) = millionths(fraction);
    if !is_negative || (millionths == 0 && !finer) {
        return Some(Moment { whole: floor, millionths });
    }
    // Downwards: −0.25 lies 0.75 above −1. At most a million is taken from a million.
    let below = millionths + u32::from(finer);
    let whole = floor.checked_sub(1)?;
    Some(Moment { whole, millionths: 1_000_000 - below })
}

fn digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The first six digits of a fraction, and whether any of the others is not 0.
fn millionths(fraction: &str) -> (u32, bool) {
    let (first, rest) = fraction.split_at(fraction.len().min(6));
    let value = first.bytes().chain(std::iter::repeat(b'0')).take(6);
    (value.fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0')), rest.bytes().any(|digit| digit != b'0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_by_hand() {
        for (text, seconds) in [
            ("881250949", 881_250_949),
            ("-5", -5),
            ("881250949.75", 881_250_949),
            ("-0.5", -1),
            ("8.8e8", 880_000_000),
            ("9223372036854775807", i64::MAX),
            ("1970-01-02", 86_400),
            ("1970-01-01 00:01:00", 60),
            ("1970-01-01 00:01:00 UTC", 60),
            ("1970-01-01 00:01:00.250", 60),
            ("1970-01-01T00:01:00", 60),
            ("1970-01-01T00:01:00Z", 60),
            ("1970-01-01T02:01:00.5+02:00", 60),
        ] {
            assert_eq!(parse(text), Some(seconds), "{text}");
        }
        for text in ["", "NaN", "inf", "1e30", "yesterday", "1970-13-01", "01.02.1970", "1970-01-01 25:00:00"]
        {
            assert_eq!(parse(text), None, "{text}");
        }
    }
    #[test]
    fn millionths_by_hand() {
        for (text, whole, millionths) in [
            ("5", 5, 0),
            ("5.", 5, 0),
            ("1600000000.123456", 1_600_000_000, 123_456),
            ("1600000000.1234569", 1_600_000_000, 123_456),
            ("0.000001", 0, 1),
            ("-0.25", -1, 750_000),
            ("-0.0", 0, 0),
            ("-1.0000001", -2, 999_999),
            ("25e-1", 2, 500_000),
            ("1970-01-01 00:01:00.25", 60, 250_000),
            ("1970-01-01 00:01:00.000002 UTC", 60, 2),
            ("1970-01-01T02:01:00.5+02:00", 60, 500_000),
            ("1969-12-31T23:59:59.75Z", -1, 750_000),
            ("9223372036854775807.5", i64::MAX, 500_000),
        ] {
            assert_eq!(parse_moment(text), Some(Moment { whole, millionths }), "{text}");
        }
        assert!(parse_moment("-9223372036854775808.5").is_none());
    }
}
