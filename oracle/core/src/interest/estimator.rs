//! From a specification's model to an estimator whose every hyper-parameter is named.

use attention_features::{FEATURES, ForestSpec, GbdtSpec, LogisticSpec, ModelSpec, MonotoneSpec};
use attention_model::{
    CheckedForestParams, CheckedGbdtParams, CheckedLogisticParams, Dataset, FeatureSchema, Fit, ForestParams,
    GbdtParams, LogisticParams, Model, ModelError, Monotone, Normalisation, Objective, ParamGuard,
};

use super::InterestError;

/// The estimator of a specification, its hyper-parameters within their ranges.
#[derive(Debug, Clone)]
pub(crate) enum Estimator {
    Logistic(CheckedLogisticParams),
    /// For all features of a row.
    Gbdt(CheckedGbdtParams),
    Forest(CheckedForestParams),
}

impl Estimator {
    /// # Errors
    /// [`InterestError::Hyperparameter`].
    pub(crate) fn of(model: &ModelSpec) -> Result<Self, InterestError> {
        Ok(match model {
            ModelSpec::Logistic(spec) => Self::Logistic(checked(model, logistic(spec))?),
            ModelSpec::Gbdt(spec) => Self::Gbdt(checked(model, gbdt(spec))?),
            ModelSpec::Forest(spec) => Self::Forest(checked(model, forest(spec))?),
        })
    }

    /// Fits on rows of some or all of the features.
    pub(super) fn fit(&self, data: &Dataset<'_>) -> Result<Model, ModelError> {
        Ok(match self {
            Self::Logistic(params) => Model::Logistic(params.fit(data)?),
            Self::Gbdt(params) => Model::Gbdt(on(params, data.schema())?.fit(data)?),
            Self::Forest(params) => Model::Forest(params.fit(data)?),
        })
    }
}

/// The checked parameters, or the error with the field's name in the specification.
fn checked<P: ParamGuard>(model: &ModelSpec, params: P) -> Result<P::Checked, InterestError> {
    params.check().map_err(|error| match error {
        ModelError::Hyperparameter { name, value, range } => {
            InterestError::Hyperparameter { field: format!("model.{}.{name}", model.kind()), value, range }
        }
        other => other.into(),
    })
}

/// The class weight of every kind of a specification: rows of both classes count alike.
const CLASSES_ALIKE_PPM: u32 = 1_000_000;

// Every parameter is named below: a default that changes must not change what a specification means.

fn logistic(spec: &LogisticSpec) -> LogisticParams {
    let LogisticSpec { l2_micro, newton_rounds } = *spec;
    LogisticParams {
        l2_micro,
        l1_micro: 0,
        newton_rounds,
        warm_rounds: 0,
        positive_weight_ppm: CLASSES_ALIKE_PPM,
        normalisation: Normalisation::Standard,
    }
}

fn gbdt(spec: &GbdtSpec) -> GbdtParams {
    let direction = |direction: &MonotoneSpec| match direction {
        MonotoneSpec::Free => Monotone::Free,
        MonotoneSpec::Rising => Monotone::Rising,
        MonotoneSpec::Falling => Monotone::Falling,
    };
    GbdtParams {
        objective: Objective::BinaryLogLoss,
        rounds: spec.rounds,
        leaves_max: spec.leaves_max,
        depth_max: spec.depth_max,
        min_rows_leaf: spec.min_rows_leaf,
        min_hessian_micro: spec.min_hessian_micro,
        min_gain_micro: spec.min_gain_micro,
        learning_rate_ppm: spec.learning_rate_ppm,
        l2_micro: spec.l2_micro,
        bins_max: spec.bins_max,
        row_sample_ppm: spec.row_sample_ppm,
        feature_sample_ppm: spec.feature_sample_ppm,
        category_smoothing_micro: spec.category_smoothing_micro,
        category_l2_micro: spec.category_l2_micro,
        categories_max: spec.categories_max,
        positive_weight_ppm: CLASSES_ALIKE_PPM,
        early_stopping_rounds: spec.early_stopping_rounds,
        validation_ppm: spec.validation_ppm,
        monotone: spec.monotone.iter().map(direction).collect(),
        seed: spec.seed,
    }
}

fn forest(spec: &ForestSpec) -> ForestParams {
    let ForestSpec { trees, depth_max, min_rows_leaf, features_a_node, bins_max, seed } = *spec;
    ForestParams {
        trees,
        depth_max,
        min_rows_leaf,
        features_a_node,
        bins_max,
        positive_weight_ppm: CLASSES_ALIKE_PPM,
        seed,
    }
}

/// The parameters for rows of `schema`: the constraints of its features alone.
fn on(params: &CheckedGbdtParams, schema: &FeatureSchema) -> Result<CheckedGbdtParams, ModelError> {
    let mut values = params.values().clone();
    let constraints = FEATURES.iter().zip(&values.monotone);
    let chosen = constraints.filter(|(feature, _)| schema.names().iter().any(|name| name == feature.name));
    values.monotone = chosen.map(|(_, direction)| *direction).collect();
    values.check()
}
