//! How good predicted prices are on sales that the model did not learn from, each from what was known before it.

use serde::Serialize;
use sha2::{Digest, Sha256};
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use time::{Date, OffsetDateTime};

use super::follow::{Distance, Follower};
use super::model::PriceModel;
use super::quality::{PriceQuality, Sums};
use super::sales::{Market, PricedSale};
use super::window::DAY_S;
use crate::TaskError;

const DAY: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");

/// Quality in one calendar month (UTC).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MonthQuality {
    /// Such as `2020-10`.
    pub month: String,
    /// How good.
    #[serde(flatten)]
    pub quality: PriceQuality,
}

/// A model's quality on the sales from a moment on.
#[derive(Debug, Clone, Serialize)]
pub struct PriceEvaluation {
    /// The estimator.
    pub model: &'static str,
    /// First moment evaluated, unix seconds.
    pub from_s: i64,
    /// The first no longer evaluated; `None`: all to the last sale.
    pub to_s: Option<i64>,
    /// On all of them.
    #[serde(flatten)]
    pub quality: PriceQuality,
    /// Month by month.
    pub months: Vec<MonthQuality>,
    /// sha256 of the model's file.
    pub model_hash: String,
    /// sha256 over time, asset's place, and predicted distance, low and high (i64, i64 ×3 and u32, big-endian) of each sale.
    pub prediction_hash: String,
}

/// Predicts each priced sale at or after `from_s` and before `to_s` (unix seconds; `None`: to the last) from what was known
/// strictly before it, and measures.
///
/// # Errors
/// [`TaskError::Range`] if the model learnt from sales after `from_s`, `to_s` is not later, or there is none to predict.
pub fn evaluate(
    market: &Market,
    model: &PriceModel,
    from_s: i64,
    to_s: Option<i64>,
) -> Result<PriceEvaluation, TaskError> {
    let mut months: Vec<(i64, Sums)> = Vec::new();
    let mut all = Sums::default();
    let mut hash = Sha256::new();
    follow_from(market, model, from_s, to_s, |sale, actual, predicted| {
        hash.update(sale.time_s.to_be_bytes());
        hash.update(sale.asset.to_be_bytes());
        for distance in [predicted.point, predicted.low, predicted.high] {
            hash.update(distance.to_be_bytes());
        }
        let month = month_of(sale.time_s);
        if months.last().is_none_or(|(last, _)| *last != month) {
            months.push((month, Sums::default()));
        }
        all.add(actual, predicted);
        if let Some((_, sums)) = months.last_mut() {
            sums.add(actual, predicted);
        }
    })?;
    let month =
        |(month, sums): (i64, Sums)| MonthQuality { month: month_name(month), quality: sums.quality() };
    Ok(PriceEvaluation {
        model: model.kind(),
        from_s,
        to_s,
        quality: all.quality(),
        months: months.into_iter().map(month).collect(),
        model_hash: hex::encode(model.hash()?),
        prediction_hash: hex::encode(hash.finalize()),
    })
}

/// Calls `seen` with each priced sale at or after `from_s` and before `to_s` (unix seconds; `None`: to the last) that has another
/// before it, how far its price was from the market's level, and what the model predicted from what was known strictly before it.
///
/// # Errors
/// [`TaskError::Range`] if the model learnt from sales after `from_s`, `to_s` is not later, or there is none to predict.
pub(crate) fn follow_from(
    market: &Market,
    model: &PriceModel,
    from_s: i64,
    to_s: Option<i64>,
    mut seen: impl FnMut(&PricedSale, i64, Distance),
) -> Result<(), TaskError> {
    let bad = |range| TaskError::Range { name: "--from, in unix seconds", value: from_s.to_string(), range };
    if from_s < model.spec().until_s {
        return Err(bad(
            "not before the end of what the model learnt from (until_s): it would be asked what it was told",
        ));
    }
    if let Some(to_s) = to_s.filter(|to_s| *to_s <= from_s) {
        return Err(TaskError::Range {
            name: "--to, in unix seconds",
            value: to_s.to_string(),
            range: "later than --from",
        });
    }
    let mut follower = Follower::new(model, market)?;
    follower.advance(from_s)?;
    let mut rows = 0u64;
    follower.run(to_s, |sale, actual, predicted| {
        rows += 1;
        seen(sale, actual, predicted);
    })?;
    if rows == 0 {
        return Err(bad(
            "before the last priced sale that has another before it, and before a sale of the time up to --to",
        ));
    }
    Ok(())
}

/// `12 · year + month − 1`. Times end at 2^40 s, in the year 36812, which the calendar does not reach: those count as the
/// year 9999's last month.
pub(crate) fn month_of(time_s: i64) -> i64 {
    OffsetDateTime::from_unix_timestamp(time_s)
        .map_or(12 * 9999 + 11, |time| 12 * i64::from(time.year()) + i64::from(u8::from(time.month())) - 1)
}

/// Such as `2020-07`.
pub(crate) fn month_name(month: i64) -> String {
    format!("{:04}-{:02}", month.div_euclid(12), month.rem_euclid(12) + 1)
}

/// The first day (UTC) that begins at or after a time, such as `2020-07-01`; the time itself where the calendar ends.
pub(crate) fn first_day_from(time_s: i64) -> String {
    let midnight_s = time_s.div_euclid(DAY_S) * DAY_S + if time_s.rem_euclid(DAY_S) > 0 { DAY_S } else { 0 };
    OffsetDateTime::from_unix_timestamp(midnight_s)
        .map_or_else(|_| format!("{time_s} s"), |time| time.date().to_string())
}

/// The first second (UTC) of a day such as `2020-07-01`, unix seconds.
///
/// # Errors
/// [`TaskError::Argument`] if it is no such day.
pub fn parse_day(text: &str) -> Result<i64, TaskError> {
    let day = Date::parse(text, DAY).ok().map(|day| day.midnight().assume_utc().unix_timestamp());
    day.filter(|&time_s| time_s >= 0).ok_or_else(|| TaskError::Argument {
        name: "a date",
        value: text.chars().take(40).collect(),
        range: "a day from 1970 on, such as 2020-07-01",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_months_by_hand() {
        assert_eq!(parse_day("1970-01-02").unwrap(), 86_400);
        assert_eq!(parse_day("2020-07-01").unwrap(), 1_593_561_600);
        for bad in ["2020-7-1", "1969-12-31", "2020-02-30", "soon"] {
            assert!(parse_day(bad).unwrap_err().to_string().contains("such as"), "{bad}");
        }
        assert_eq!(month_of(1_593_561_600), 12 * 2020 + 6);
        assert_eq!(month_of(1_593_561_599), 12 * 2020 + 5);
        assert_eq!(month_of(1 << 40), 12 * 9999 + 11);
        let days = [1_593_561_600, 1_593_561_601, 1_593_647_999].map(first_day_from);
        assert_eq!(days, ["2020-07-01", "2020-07-02", "2020-07-02"]);
        assert_eq!(first_day_from(1 << 40), "1099511627776 s");
    }
}
