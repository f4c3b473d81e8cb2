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
    /// Distance of two cuts, seconds: a day to a year.
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
    /// [`TaskError::Argument`] unless it is 1 to 3,650.
    pub fn with_horizon_days(days: u64) -> Result<Self, TaskError> {
        let horizon_s =
            i64::try_from(days).ok().filter(|days| (1..=3_650).contains(days)).map(|days| days * DAY_S);
        let range = "1 to 3650";
        let horizon_s = horizon_s.ok_or_else(|| TaskError::Argument {
            name: "the horizon in days",
            value: days.to_string(),
            range,
        })?;
        Ok(Self { horizon_s, ..Self::default() })
    }

    /// The same as the specification by which the features of a cut are computed.
    ///
    /// # Errors
    /// [`TaskError::Range`] for cuts less than a day apart, [`TaskError::Features`] for what else is out of range.
    pub(crate) fn spec(&self) -> Result<InterestSpec, TaskError> {
        // Every cut reads all of the past: a file could otherwise ask for one every two seconds.
        if self.cut_length_s < DAY_S {
            let (value, range) = (self.cut_length_s.to_string(), "at least 86400, a day");
            return Err(TaskError::Range { name: "cut_length_s", value, range });
        }
        let values = InterestSpecValues {
            horizon_s: self.horizon_s,
            lookback_s: self.lookback_s,
            epoch_length_s: self.cut_length_s,
            ..InterestSpecValues::sales()
        };
        Ok(values.check()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_are_a_day_apart_at_least() {
        let rules = |cut_length_s| ChurnRules { cut_length_s, ..ChurnRules::default() };
        assert_eq!(rules(DAY_S).spec().unwrap().values().epoch_length_s, DAY_S);
        for cut_length_s in [DAY_S - 1, 2, 0, i64::MIN] {
            let refused = rules(cut_length_s).spec().unwrap_err().to_string();
            assert!(refused.contains(&format!("cut_length_s is {cut_length_s}")), "{refused}");
        }
        assert!(rules(i64::MAX).spec().is_err());
    }
}
