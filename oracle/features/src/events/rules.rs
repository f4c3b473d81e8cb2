//! The numbers behind the cleaning of events; what is done with a row is stated by [`super::EventReason`].

use serde::{Deserialize, Serialize};

use crate::spec::in_range;
use crate::{EventKind, FeaturesError, TIME_MAX_S};

const DAY_S: i64 = 86_400;

/// How events of files are cleaned. All operators that are to reach one `input_root` use the same rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventCleaningRules {
    /// Earliest time of an event, unix seconds. Default 2000-01-01.
    pub time_min_s: i64,
    /// Latest time of an event, unix seconds; milliseconds taken for seconds lie beyond. Default 2100-01-01.
    pub time_max_s: i64,
    /// How far a sender's clock may go ahead: an event may have happened this long after its receipt, seconds.
    /// Default 300.
    pub skew_max_s: i64,
    /// How late an event may come: it may have happened this long before its receipt, seconds. Default 30 days.
    pub late_max_s: i64,
    /// Largest quantity of a purchase or sale. Default 10^6.
    pub trade_quantity_max: u64,
    /// Most logins in one event. Default 1,000.
    pub login_quantity_max: u64,
    /// Longest session in seconds. Default one day.
    pub session_max_s: u64,
    /// Most messages in one event. Default 10,000.
    pub message_quantity_max: u64,
    /// Most friendships in one event, which names one friend. Default 1.
    pub friendship_quantity_max: u64,
    /// Most views of an advertisement in one event. Default 10,000.
    pub ad_view_quantity_max: u64,
    /// Longest attendance in seconds. Default one day.
    pub attendance_max_s: u64,
    /// A value is an outlier this many median absolute deviations from the median, in millionths, on a scale of
    /// logarithms. Default 6·10^6: about four standard deviations where logarithms are normal.
    pub outlier_threshold_ppm: u64,
    /// The deviation is taken to be at least this, in sixteenths of an octave: where most values are equal,
    /// their neighbours are no outliers. Default 8, half an octave.
    pub outlier_deviation_min_x16: u64,
    /// With fewer values of a kind nothing is judged. Default 30.
    pub outlier_values_min: u64,
    /// Lines that are no rows above which the file is refused. Default 1,000.
    pub malformed_rows_max: u32,
}

impl Default for EventCleaningRules {
    fn default() -> Self {
        Self {
            time_min_s: 946_684_800,
            time_max_s: 4_102_444_800,
            skew_max_s: 300,
            late_max_s: 30 * DAY_S,
            trade_quantity_max: 1_000_000,
            login_quantity_max: 1_000,
            session_max_s: 86_400,
            message_quantity_max: 10_000,
            friendship_quantity_max: 1,
            ad_view_quantity_max: 10_000,
            attendance_max_s: 86_400,
            outlier_threshold_ppm: 6_000_000,
            outlier_deviation_min_x16: 8,
            outlier_values_min: 30,
            malformed_rows_max: 1_000,
        }
    }
}

impl EventCleaningRules {
    /// Checks every field.
    ///
    /// # Errors
    /// [`FeaturesError::Spec`] naming the first field out of range, its value and what is allowed.
    pub fn check(&self) -> Result<(), FeaturesError> {
        in_range("events.time_min_s", self.time_min_s, 0, TIME_MAX_S)?;
        in_range("events.time_max_s", self.time_max_s, self.time_min_s, TIME_MAX_S)?;
        in_range("events.skew_max_s", self.skew_max_s, 0, TIME_MAX_S)?;
        in_range("events.late_max_s", self.late_max_s, 0, TIME_MAX_S)?;
        for (field, value, least, most) in [
            ("events.trade_quantity_max", self.trade_quantity_max, 1, QUANTITY_LIMIT),
            ("events.login_quantity_max", self.login_quantity_max, 1, QUANTITY_LIMIT),
            ("events.session_max_s", self.session_max_s, 1, QUANTITY_LIMIT),
            ("events.message_quantity_max", self.message_quantity_max, 1, QUANTITY_LIMIT),
            ("events.friendship_quantity_max", self.friendship_quantity_max, 1, QUANTITY_LIMIT),
            ("events.ad_view_quantity_max", self.ad_view_quantity_max, 1, QUANTITY_LIMIT),
            ("events.attendance_max_s", self.attendance_max_s, 1, QUANTITY_LIMIT),
            ("events.outlier_threshold_ppm", self.outlier_threshold_ppm, 1_000_000, 1_000_000_000),
            ("events.outlier_deviation_min_x16", self.outlier_deviation_min_x16, 1, 160),
            ("events.outlier_values_min", self.outlier_values_min, 1, QUANTITY_LIMIT),
        ] {
            in_range(field, value, least, most)?;
        }
        Ok(())
    }

    /// The largest quantity that an event of a kind can have.
    pub fn quantity_max(&self, kind: EventKind) -> u64 {
        match kind {
            EventKind::Purchase | EventKind::Sale => self.trade_quantity_max,
            EventKind::Login => self.login_quantity_max,
            EventKind::Session => self.session_max_s,
            EventKind::Message => self.message_quantity_max,
            EventKind::Friendship => self.friendship_quantity_max,
            EventKind::AdView => self.ad_view_quantity_max,
            EventKind::Attendance => self.attendance_max_s,
        }
    }
}

/// No rule allows a larger quantity: sums over the most events of a log then stay below 2^63.
const QUANTITY_LIMIT: u64 = 1_000_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_out_of_range_are_named() {
        let good = EventCleaningRules::default();
        good.check().unwrap();
        let refused = |rules: EventCleaningRules| rules.check().unwrap_err().to_string();
        assert_eq!(
            refused(EventCleaningRules { time_max_s: good.time_min_s - 1, ..good.clone() }),
            "specification field events.time_max_s is 946684799: must be 946684800 to 1099511627776"
        );
        assert_eq!(
            refused(EventCleaningRules { session_max_s: 0, ..good.clone() }),
            "specification field events.session_max_s is 0: must be 1 to 1000000000"
        );
        assert_eq!(
            refused(EventCleaningRules { message_quantity_max: u64::MAX, ..good.clone() }),
            "specification field events.message_quantity_max is 18446744073709551615: must be 1 to 1000000000"
        );
        assert_eq!(
            refused(EventCleaningRules { outlier_threshold_ppm: 999_999, ..good }),
            "specification field events.outlier_threshold_ppm is 999999: must be 1000000 to 1000000000"
        );
    }
}
