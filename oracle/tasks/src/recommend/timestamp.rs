//! Times as files write them: a number in any unit, or a date.

use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, OffsetDateTime, PrimitiveDateTime};

/// What a cell that is no time must be.
pub(crate) const WANTED: &str = "is no time: a number, YYYY-MM-DD, YYYY-MM-DD HH:MM:SS (UTC), or RFC 3339";

/// A number as it is, its fraction cut off downwards; a date as unix seconds, a fraction of them likewise.
pub(crate) fn parse(text: &str) -> Option<i64> {
    if let Ok(whole) = text.parse::<i64>() {
        return Some(whole);
    }
    if let Ok(number) = text.parse::<f64>() {
        let floor = number.floor();
        // 2^63: below it, and not NaN, so that the conversion is exact.
        return (floor.abs() < 9_223_372_036_854_775_808.0).then_some(floor as i64);
    }
    if let Ok(moment) = OffsetDateTime::parse(text, &Rfc3339) {
        return Some(moment.unix_timestamp());
    }
    let text = text.strip_suffix("UTC").or(text.strip_suffix('Z')).unwrap_or(text).trim_end();
    let bare = text.split_once('.').map_or(text, |(bare, fraction)| {
        if fraction.bytes().all(|byte| byte.is_ascii_digit()) { bare } else { text }
    });
    let spaced = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
    let joined = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]");
    if let Ok(moment) =
        PrimitiveDateTime::parse(bare, spaced).or_else(|_| PrimitiveDateTime::parse(bare, joined))
    {
        return Some(moment.assume_utc().unix_timestamp());
    }
    let day = Date::parse(text, format_description!("[year]-[month]-[day]")).ok()?;
    Some(day.midnight().assume_utc().unix_timestamp())
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
}
