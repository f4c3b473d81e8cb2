//! Every estimator by name, with its hyper-parameters as a person or a file gives them.

use attention_model::{
    Curve, Dataset, Fit, ForestParams, GbdtParams, LinearParams, LogisticParams, MlpParams, Model, Objective,
    ParamGuard, Target, TreeParams,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::TaskError;
use crate::parameters::parameters;

/// Writes the list of estimators once: variant, name, parameters.
macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident($params:ty) = $name:literal,)+) => {
        /// The kinds of estimator that a command can name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Kind {
            $($(#[$doc])* $variant,)+
        }

        impl Kind {
            /// All kinds.
            pub const ALL: [Self; [$($name),+].len()] = [$(Self::$variant),+];

            /// Its name.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }

        /// An estimator with its unchecked hyper-parameters.
        #[derive(Debug, Clone)]
        pub enum Estimator {
            $($(#[$doc])* $variant($params),)+
        }

        impl Estimator {
            /// The estimator of a kind with default parameters, those of `params` (a JSON object) put over them. A seed
            /// among them goes before `seed`.
            ///
            /// # Errors
            /// [`TaskError::Params`] naming what is not known or not of its type, [`TaskError::Model`] for what is out of
            /// range.
            pub fn new(kind: Kind, params: Option<Value>, seed: u64) -> Result<Self, TaskError> {
                let estimator = match kind {
                    $(Kind::$variant => Self::$variant(with_defaults::<$params>(kind.name(), |name| range_of(kind, name), params, seed)?),)+
                };
                match &estimator {
                    $(Self::$variant(params) => params.clone().check().map(|_| ())?,)+
                }
                Ok(estimator)
            }

            /// Its kind.
            pub fn kind(&self) -> Kind {
                match self { $(Self::$variant(_) => Kind::$variant,)+ }
            }

            /// All parameters, as JSON.
            pub fn params(&self) -> Value {
                // Maps of integers, booleans and lists of them: there is no key or number that JSON lacks.
                match self { $(Self::$variant(params) => serde_json::to_value(params).unwrap_or_default(),)+ }
            }

            /// Fits on all rows.
            ///
            /// # Errors
            /// That of the estimator.
            pub fn fit(&self, data: &Dataset<'_>) -> Result<Model, TaskError> {
                Ok(match self {
                    $(Self::$variant(params) => Model::$variant(params.clone().for_target(data).check()?.fit(data)?),)+
                })
            }
        }
    };
}

kinds! {
    /// Gradient boosting of trees.
    Gbdt(GbdtParams) = "gbdt",
    /// Logistic regression.
    Logistic(LogisticParams) = "logistic",
    /// A random forest.
    Forest(ForestParams) = "forest",
    /// A decision tree.
    Tree(TreeParams) = "tree",
    /// A neural network.
    Mlp(MlpParams) = "mlp",
    /// Linear regression.
    Linear(LinearParams) = "linear",
}

/// Parameters whose defaults are meant for one kind of target.
trait ForTarget: Sized {
    /// The parameters for the target of these data.
    fn for_target(self, _: &Dataset<'_>) -> Self {
        self
    }
}

impl ForTarget for GbdtParams {
    /// The log loss is no loss of a real target: the squared error stands in for it.
    fn for_target(self, data: &Dataset<'_>) -> Self {
        match (data.target(), self.objective) {
            (Target::Real(_), Objective::BinaryLogLoss) => {
                Self { objective: Objective::SquaredError, ..self }
            }
            _ => self,
        }
    }
}

impl ForTarget for LogisticParams {}
impl ForTarget for ForestParams {}
impl ForTarget for TreeParams {}
impl ForTarget for MlpParams {}
impl ForTarget for LinearParams {}

impl Estimator {
    /// As [`Estimator::fit`], with the course of the fit: one curve of boosting, one a network of an ensemble, none for a kind
    /// that does not [learn in steps](Kind::learns_in_steps). The model is the same.
    ///
    /// # Errors
    /// That of the estimator.
    pub fn fit_with_curves(&self, data: &Dataset<'_>) -> Result<(Model, Vec<Curve>), TaskError> {
        Ok(match self {
            Self::Gbdt(params) => {
                let (model, curve) = params.clone().for_target(data).check()?.fit_with_curve(data)?;
                (Model::Gbdt(model), vec![curve])
            }
            Self::Mlp(params) => {
                let (model, curves) = params.clone().for_target(data).check()?.fit_with_curve(data)?;
                (Model::Mlp(model), curves)
            }
            Self::Logistic(_) | Self::Forest(_) | Self::Tree(_) | Self::Linear(_) => {
                (self.fit(data)?, Vec::new())
            }
        })
    }
}

impl Kind {
    /// Whether a fit goes through many epochs or rounds whose losses make a curve.
    pub fn learns_in_steps(self) -> bool {
        matches!(self, Self::Gbdt | Self::Mlp)
    }

    /// The kind of a name.
    ///
    /// # Errors
    /// [`TaskError::Unknown`] with all names.
    pub fn from_name(name: &str) -> Result<Self, TaskError> {
        Self::ALL.into_iter().find(|kind| kind.name() == name).ok_or_else(|| TaskError::Unknown {
            what: "estimator",
            name: name.into(),
            known: Self::ALL.map(Self::name).join(", "),
        })
    }
}

/// The range of a parameter, as it is told.
fn range_of(kind: Kind, name: &str) -> Option<String> {
    parameters(kind).into_iter().find(|parameter| parameter.name == name).map(|parameter| parameter.range())
}

/// The default parameters with those of `given` over them. Only names that the defaults have are taken; `range_of` tells what a
/// parameter may be.
pub(crate) fn with_defaults<P: Default + Serialize + DeserializeOwned>(
    kind: &'static str,
    range_of: impl Fn(&str) -> Option<String>,
    given: Option<Value>,
    seed: u64,
) -> Result<P, TaskError> {
    let problem = |problem: String| TaskError::Params { kind, problem };
    let mut all = serde_json::to_value(P::default()).map_err(|error| problem(error.to_string()))?;
    let Value::Object(fields) = &mut all else {
        return Err(problem("have no names".into()));
    };
    if let Some(own) = fields.get_mut("seed") {
        *own = Value::from(seed);
    }
    let given = match given {
        None => serde_json::Map::new(),
        Some(Value::Object(given)) => given,
        Some(other) => return Err(problem(format!("must be a JSON object, not {other}"))),
    };
    for (name, value) in given {
        let Some(own) = fields.get_mut(&name) else {
            let known: Vec<&str> = fields.keys().map(String::as_str).collect();
            return Err(problem(format!("{name:?} is not known; known are {}", known.join(", "))));
        };
        // One after the other, so that what is refused has a name.
        let before = std::mem::replace(own, value.clone());
        if let Err(error) = serde_json::from_value::<P>(Value::Object(fields.clone())) {
            let must = range_of(&name).map_or(error.to_string(), |range| format!("must be {range}"));
            return Err(problem(format!("{name} is {value}, {must} (its default is {before})")));
        }
    }
    serde_json::from_value(all).map_err(|error| problem(error.to_string()))
}

#[cfg(test)]
mod tests {
    use attention_model::FeatureSchema;
    use serde_json::json;

    use super::*;

    #[test]
    fn parameters_are_put_over_the_defaults() {
        let estimator = Estimator::new(Kind::Logistic, Some(json!({ "l2_micro": 77 })), 0).unwrap();
        assert_eq!(estimator.params()["l2_micro"], 77);
        let defaults = serde_json::to_value(LogisticParams::default()).unwrap();
        assert_eq!(estimator.params()["newton_rounds"], defaults["newton_rounds"]);
    }

    #[test]
    fn wrong_parameters_are_named() {
        let text = |params| Estimator::new(Kind::Logistic, Some(params), 0).unwrap_err().to_string();
        assert!(text(json!({ "l3": 1 })).contains("\"l3\" is not known; known are"));
        assert!(text(json!([1])).contains("must be a JSON object, not [1]"));
        assert_eq!(
            text(json!({ "l2_micro": -1 })),
            "parameters of logistic: l2_micro is -1, must be a whole number from 0 to 1000000000 (its default is 300)"
        );
        assert!(text(json!({ "normalisation": "rank" })).contains(
            "normalisation is \"rank\", must be \"standard\" or \"robust\" or \"quantile\" (its default is \"quantile\")"
        ));
        assert!(text(json!({ "l2_micro": 0 })).contains("l2_micro is 0"));
        assert!(Kind::from_name("tree2").unwrap_err().to_string().contains("known are"));
    }

    /// Every estimator of two classes weighs them by one name; none of them weighs a real target.
    #[test]
    fn class_weights_have_one_name_and_need_classes() {
        let schema = FeatureSchema::new(1, vec!["x".into()]).unwrap();
        let values = [1, 2, 3, 4];
        let real = Dataset::rows_with_target(&schema, &values, Target::Real(&[1.0, 2.0, 3.0, 4.0])).unwrap();
        for kind in Kind::ALL {
            let weighted = |ppm: u64| Estimator::new(kind, Some(json!({ "positive_weight_ppm": ppm })), 0);
            if kind == Kind::Linear {
                assert!(weighted(1).unwrap_err().to_string().contains("is not known"));
                continue;
            }
            assert!(weighted(1_000_000_000).is_ok());
            assert!(weighted(0).unwrap_err().to_string().contains("positive_weight_ppm is 0, must be"));
            let error = weighted(2_000_000).unwrap().fit(&real).unwrap_err().to_string();
            if kind == Kind::Logistic {
                assert!(error.contains("real"), "{error}");
            } else {
                assert!(
                    error.contains("1000000 for a real target, which has no classes to weigh"),
                    "{error}"
                );
                weighted(1_000_000).unwrap().fit(&real).unwrap();
            }
        }
    }

    #[test]
    fn every_kind_has_defaults_in_range() {
        for kind in Kind::ALL {
            Estimator::new(kind, None, 1).unwrap();
            assert_eq!(Kind::from_name(kind.name()).unwrap(), kind);
        }
    }
}
