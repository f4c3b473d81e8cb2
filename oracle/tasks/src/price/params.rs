//! How a price model is trained: one set of defaults for commands, examples and benchmarks.

use attention_model::{GbdtParams, Objective};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::interval::IntervalRules;
use crate::TaskError;
use crate::estimator::with_defaults;

/// Most members of an ensemble.
pub const MEMBERS_MAX: u32 = 64;

/// Hyper-parameters of all boosted models, and how intervals adapt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PriceParams {
    /// Models of each quantile, fitted from different seeds; their mean is predicted. 1 to [`MEMBERS_MAX`].
    pub members: u32,
    /// Trees of each model.
    pub rounds: u32,
    /// Most leaves of a tree.
    pub leaves_max: u32,
    /// Fewest sales of a leaf.
    pub min_rows_leaf: u32,
    /// Share of each tree's step that is taken, ppm.
    pub learning_rate_ppm: u32,
    /// L2 penalty, millionths.
    pub l2_micro: u32,
    /// Share of the sales that a tree sees, ppm.
    pub row_sample_ppm: u32,
    /// Share of the features that a tree sees, ppm.
    pub feature_sample_ppm: u32,
    /// Seed of the samples; the members' seeds are drawn from it.
    pub seed: u64,
    /// How intervals adapt.
    pub interval: IntervalRules,
}

impl Default for PriceParams {
    fn default() -> Self {
        Self {
            members: 8,
            rounds: 200,
            leaves_max: 6,
            min_rows_leaf: 20,
            learning_rate_ppm: 30_000,
            l2_micro: 1_000_000,
            row_sample_ppm: 500_000,
            feature_sample_ppm: 700_000,
            seed: 0,
            interval: IntervalRules::default(),
        }
    }
}

impl PriceParams {
    /// The defaults with `seed`, those of `given` (a JSON object) put over them. A seed among them goes before `seed`.
    ///
    /// # Errors
    /// [`TaskError::Params`] naming what is not known or not of its type; as [`PriceParams::check`].
    pub fn with_defaults(given: Option<Value>, seed: u64) -> Result<Self, TaskError> {
        let params: Self = with_defaults("price", |_| None, given, seed)?;
        params.check()?;
        Ok(params)
    }

    /// Checks what the boosting of a member does not check itself.
    ///
    /// # Errors
    /// [`TaskError::Range`] naming the first that is out of range.
    pub fn check(&self) -> Result<(), TaskError> {
        if !(1..=MEMBERS_MAX).contains(&self.members) {
            return Err(TaskError::Range {
                name: "members",
                value: self.members.to_string(),
                range: "1 to 64",
            });
        }
        self.interval.check()
    }

    /// The boosting of one member.
    pub(crate) fn boosting(&self, objective: Objective, seed: u64) -> GbdtParams {
        GbdtParams {
            objective,
            rounds: self.rounds,
            leaves_max: self.leaves_max,
            min_rows_leaf: self.min_rows_leaf,
            learning_rate_ppm: self.learning_rate_ppm,
            l2_micro: self.l2_micro,
            row_sample_ppm: self.row_sample_ppm,
            feature_sample_ppm: self.feature_sample_ppm,
            seed,
            // Small trees of many sales: their size is bound enough.
            min_gain_micro: 0,
            ..GbdtParams::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn parameters_are_bounded_and_named() {
        let given = |given| PriceParams::with_defaults(Some(given), 7);
        let params = given(json!({"members": 2, "interval": {"step_ppm": 5}})).unwrap();
        assert_eq!((params.members, params.seed, params.interval.step_ppm), (2, 7, 5));
        assert_eq!(params.interval.scores, IntervalRules::default().scores);
        assert_eq!(given(json!({"seed": 3})).unwrap().seed, 3);
        assert_eq!(PriceParams::with_defaults(None, 0).unwrap(), PriceParams::default());
        assert!(given(json!({"members": 64})).is_ok());
        for (bad, part) in [
            (json!({"members": 0}), "members is 0"),
            (json!({"members": 65}), "members is 65"),
            (json!({"interval": {"scores": 9}}), "interval.scores is 9"),
            (json!({"member": 4}), "\"member\" is not known"),
        ] {
            let error = given(bad).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
    }
}
