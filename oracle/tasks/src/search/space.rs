//! Which hyper-parameters are searched, and where.

use std::collections::BTreeMap;

use attention_model::CounterRng;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::estimator::{Estimator, Kind};
use crate::{TaskError, json};

/// Most parameters of a kind that are searched.
pub const DIMENSIONS_MAX: usize = 64;
/// Most choices of a parameter.
pub const CHOICES_MAX: usize = 256;
/// Largest end of a range.
pub const RANGE_END_MAX: u64 = 1 << 32;
/// First stream of the draws of trials: trial t draws from this plus t.
const STREAM: u64 = 0x5EA2_0000_0000;

/// Where a parameter is searched. In a file: `{"linear": [7, 63]}`, `{"log": [20000, 300000]}` or `{"choice": [0, 1]}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Range {
    /// Every integer from the first to the second equally often.
    Linear([u64; 2]),
    /// Integers from the first (at least 1) to the second, every octave equally often.
    Log([u64; 2]),
    /// One of these values.
    Choice(Vec<Value>),
}

impl Range {
    /// The value at a draw.
    fn draw(&self, rng: CounterRng, index: u64) -> Value {
        match self {
            // Checked: the ends are in order and below 2^32.
            Self::Linear([low, high]) => Value::from(low + rng.below(index, high - low + 1)),
            Self::Log([low, high]) => {
                let (from, to) = (libm::log(*low as f64), libm::log(*high as f64));
                let drawn = libm::rint(libm::exp(from + rng.unit(index) * (to - from))) as u64;
                Value::from(drawn.clamp(*low, *high))
            }
            Self::Choice(values) => {
                // Checked: at least one.
                let place = rng.below(index, values.len() as u64) as usize;
                values.get(place).cloned().unwrap_or_default()
            }
        }
    }

    fn problem(&self) -> Option<String> {
        match self {
            Self::Linear([low, high]) | Self::Log([low, high]) if low > high || *high > RANGE_END_MAX => {
                Some(format!("{low} to {high} is no range of integers up to 2^32"))
            }
            Self::Log([0, _]) => Some("a logarithmic range begins at 1 or above".into()),
            Self::Choice(values) if values.is_empty() || values.len() > CHOICES_MAX => {
                Some(format!("{} choices, must be 1 to {CHOICES_MAX}", values.len()))
            }
            _ => None,
        }
    }

    /// The values at its ends, or all choices.
    fn ends(&self) -> Vec<Value> {
        match self {
            Self::Linear(ends) | Self::Log(ends) => ends.iter().copied().map(Value::from).collect(),
            Self::Choice(values) => values.clone(),
        }
    }
}

/// What is searched of each kind of estimator: name of the parameter → where.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Space(BTreeMap<String, BTreeMap<String, Range>>);

impl Space {
    /// The declared space of all kinds. Ends are where the parameter stops to matter on tables of a thousand to a million
    /// rows; parameters that are not named keep their defaults.
    pub fn declared() -> Self {
        let of = |kind: Kind| -> Vec<(&str, Range)> {
            let normalisation = || Range::Choice(["standard", "robust", "quantile"].map(Value::from).into());
            match kind {
                Kind::Gbdt => vec![
                    ("feature_sample_ppm", Range::Linear([300_000, 1_000_000])),
                    ("l2_micro", Range::Log([100_000, 100_000_000])),
                    ("learning_rate_ppm", Range::Log([20_000, 200_000])),
                    ("leaves_max", Range::Log([6, 63])),
                    ("min_gain_micro", Range::Log([100_000, 10_000_000])),
                    ("min_rows_leaf", Range::Log([5, 100])),
                    ("rounds", Range::Log([50, 400])),
                    ("row_sample_ppm", Range::Linear([500_000, 1_000_000])),
                ],
                Kind::Logistic => vec![
                    ("l1_micro", Range::Choice([0, 0, 10, 100, 1_000].map(Value::from).into())),
                    ("l2_micro", Range::Log([10, 100_000])),
                    ("normalisation", normalisation()),
                ],
                Kind::Forest => vec![
                    ("depth_max", Range::Linear([6, 30])),
                    ("features_a_node", Range::Choice([0, 2, 4, 6, 8, 12].map(Value::from).into())),
                    ("min_rows_leaf", Range::Log([2, 60])),
                    ("trees", Range::Choice([100, 200].map(Value::from).into())),
                ],
                Kind::Tree => {
                    vec![("depth_max", Range::Linear([3, 14])), ("min_rows_leaf", Range::Log([5, 300]))]
                }
                Kind::Mlp => vec![
                    ("activation", Range::Choice(["relu", "tanh"].map(Value::from).into())),
                    ("batch_rows", Range::Choice([64, 128, 256, 512].map(Value::from).into())),
                    (
                        "hidden",
                        Range::Choice(vec![json!([16]), json!([32]), json!([32, 16]), json!([64, 32])]),
                    ),
                    ("learning_rate_ppm", Range::Log([500, 20_000])),
                    ("normalisation", normalisation()),
                    ("weight_decay_micro", Range::Log([100, 300_000])),
                ],
                Kind::Linear => {
                    vec![("l2_micro", Range::Log([1, 1_000_000])), ("normalisation", normalisation())]
                }
            }
        };
        let named = |kind: Kind| of(kind).into_iter().map(|(name, range)| (name.to_owned(), range)).collect();
        Self(Kind::ALL.map(|kind| (kind.name().to_owned(), named(kind))).into())
    }

    /// The declared space with that of a file (`{kind: {parameter: range}}`) over it; `null` takes a parameter out, and it
    /// keeps its default.
    ///
    /// # Errors
    /// [`TaskError::Params`] naming kind and parameter, for one that is not known or a range that the estimator refuses.
    pub fn with(given: &[u8]) -> Result<Self, TaskError> {
        let file: BTreeMap<String, BTreeMap<String, Option<Range>>> = json::from_slice(given)
            .map_err(|error| TaskError::Params { kind: "search space", problem: error.to_string() })?;
        let Self(mut all) = Self::declared();
        for (kind, dimensions) in file {
            let kind = Kind::from_name(&kind)?;
            let own = all.entry(kind.name().to_owned()).or_default();
            for (name, range) in dimensions {
                match range {
                    None => drop(own.remove(&name)),
                    Some(range) => {
                        check(kind, &name, &range)?;
                        own.insert(name, range);
                    }
                }
            }
            if own.len() > DIMENSIONS_MAX {
                let problem = format!("{} searched parameters, at most {DIMENSIONS_MAX}", own.len());
                return Err(TaskError::Params { kind: kind.name(), problem });
            }
        }
        Ok(Self(all))
    }

    /// What is searched of some kinds alone.
    #[must_use]
    pub fn of_kinds(&self, kinds: &[Kind]) -> Self {
        let named = |name: &&String| kinds.iter().any(|kind| kind.name() == name.as_str());
        Self(self.0.iter().filter(|(name, _)| named(name)).map(|(a, b)| (a.clone(), b.clone())).collect())
    }

    /// sha256 of the space as compact JSON, names rising.
    pub fn hash(&self) -> [u8; 32] {
        // Maps of texts and integers: there is nothing that JSON lacks.
        Sha256::digest(serde_json::to_vec(self).unwrap_or_default()).into()
    }

    /// The parameters that trial number `trial` of a search with this seed tries, beside the defaults: a function of the
    /// three alone.
    pub fn draw(&self, kind: Kind, seed: u64, trial: u32) -> Map<String, Value> {
        let rng = CounterRng::new(seed, STREAM + u64::from(trial));
        let dimensions = self.0.get(kind.name()).into_iter().flatten();
        dimensions
            .enumerate()
            .map(|(index, (name, range))| (name.clone(), range.draw(rng, index as u64)))
            .collect()
    }
}

fn check(kind: Kind, name: &str, range: &Range) -> Result<(), TaskError> {
    let refused = |problem: String| {
        Err(TaskError::Params { kind: kind.name(), problem: format!("search of {name:?}: {problem}") })
    };
    if let Some(problem) = range.problem() {
        return refused(problem);
    }
    for value in range.ends() {
        if let Err(error) = Estimator::new(kind, Some(json!({ name: value })), 0) {
            return refused(error.to_string());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_declared_range_is_one_of_its_estimator() {
        for (kind, dimensions) in Space::declared().0 {
            let kind = Kind::from_name(&kind).unwrap();
            assert!(!dimensions.is_empty());
            for (name, range) in dimensions {
                check(kind, &name, &range).unwrap();
            }
            for trial in 0..50 {
                let drawn = Value::Object(Space::declared().draw(kind, 3, trial));
                Estimator::new(kind, Some(drawn), 3).unwrap();
            }
        }
    }

    /// 10 to 1,000 has two decades: half of the draws lie below 100; both ends are reached in a linear range.
    #[test]
    fn draws_are_spread_as_declared() {
        let rng = |at| CounterRng::new(7, at);
        let log = Range::Log([10, 1_000]);
        let drawn: Vec<u64> = (0..2_000).map(|at| log.draw(rng(at), 0).as_u64().unwrap()).collect();
        assert!(drawn.iter().all(|value| (10..=1_000).contains(value)));
        let low = drawn.iter().filter(|&&value| value < 100).count();
        assert!((900..1_100).contains(&low), "{low}");
        let linear = Range::Linear([3, 5]);
        let mut counts = [0; 3];
        for at in 0..3_000 {
            counts[linear.draw(rng(at), 1).as_u64().unwrap() as usize - 3] += 1;
        }
        assert!(counts.iter().all(|&count| (900..1_100).contains(&count)), "{counts:?}");
    }

    #[test]
    fn a_file_changes_adds_and_takes_out() {
        let space =
            Space::with(br#"{"tree": {"depth_max": {"choice": [4]}, "min_rows_leaf": null, "bins_max": {"linear": [9, 9]}}}"#)
                .unwrap();
        let drawn = space.draw(Kind::Tree, 1, 5);
        assert_eq!(Value::Object(drawn), json!({ "bins_max": 9, "depth_max": 4 }));
        assert_ne!(space.hash(), Space::declared().hash());
        assert_eq!(space.of_kinds(&[Kind::Gbdt]), Space::declared().of_kinds(&[Kind::Gbdt]));
    }

    #[test]
    fn impossible_spaces_are_refused_by_name() {
        let text = |space: &str| Space::with(space.as_bytes()).unwrap_err().to_string();
        assert!(text(r#"{"tree": {"depth": {"linear": [1, 2]}}}"#).contains("search of \"depth\""));
        assert!(text(r#"{"tree": {"depth_max": {"linear": [1, 65]}}}"#).contains("depth_max is 65"));
        assert!(text(r#"{"tree": {"depth_max": {"linear": [5, 4]}}}"#).contains("5 to 4 is no range"));
        assert!(text(r#"{"tree": {"depth_max": {"log": [0, 4]}}}"#).contains("begins at 1"));
        assert!(text(r#"{"tree": {"depth_max": {"choice": []}}}"#).contains("0 choices"));
        assert!(text(r#"{"oak": {}}"#).contains("known are gbdt"));
        assert!(text("[1]").contains("search space"));
        let twice = r#"{"tree": {"depth_max": {"linear": [1, 2]}, "depth_max": {"linear": [3, 4]}}}"#;
        assert!(text(twice).contains("the key \"depth_max\" stands twice"));
    }
}
