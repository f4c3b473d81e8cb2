//! Who counts as active, and how long is gone.

use attention_features::{InterestSpec, InterestSpecValues};
use serde::{Deserialize, Serialize};

use crate::TaskError;

const DAY_S: i64 = 86_400;

/// The rules by which rows are made. Cuts lie `cut_length_s` apart, counted from the start of the sales data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChurnRules {
    /// Gone is who does nothing for so long after a cut, seconds; 1 second to ten years.
    pub horizon_s: i64,
    /// Active is who did something within so long before a cut, seconds; as the horizon.
    pub lookback_s: i64,
    /// Distance of two cuts, seconds.
    pub cut_length_s: i64,
}

impl Default for ChurnRules {
    /// Gone for 90 days, active within 365, a cut every 30.
    fn default() -> Self {
        Self { horizon_s: 90 * DAY_S, lookback_s: 365 * DAY_S, cut_length_s: 30 * DAY_S }
    }
}

impl ChurnRules {
    /// As [`ChurnRules::default`], with another horizon in days.
    ///
    /// # Errors
    /// [`TaskError::Range`] unless it is 1 to 3,650.
    pub fn with_horizon_days(days: u64) -> Result<Self, TaskError> {
        let horizon_s =
            i64::try_from(days).ok().filter(|days| (1..=3_650).contains(days)).map(|days| days * DAY_S);
        let range = "1 to 3650";
        let horizon_s = horizon_s.ok_or_else(|| TaskError::Range {
            name: "the horizon in days",
            value: days.to_string(),
            range,
        })?;
        Ok(Self { horizon_s, ..Self::default() })
    }

    /// The same as the specification by which the features of a cut are computed.
    ///
    /// # Errors
    /// [`TaskError::Features`] for what is out of range.
    pub(crate) fn spec(&self) -> Result<InterestSpec, TaskError> {
        let values = InterestSpecValues {
            horizon_s: self.horizon_s,
            lookback_s: self.lookback_s,
            epoch_length_s: self.cut_length_s,
            ..InterestSpecValues::sales()
        };
        Ok(values.check()?)
    }
}
