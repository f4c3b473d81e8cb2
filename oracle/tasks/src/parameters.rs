//! The hyper-parameters of every estimator: what each is, in which unit, within which range. The defaults are those of the
//! estimators' own types. Error messages and the table in `docs/MODELS.md` are made of this, and tests hold it against what the
//! estimators accept.

use crate::estimator::Kind;

/// What a hyper-parameter takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// A whole number within both ends.
    Integer(u64, u64),
    /// One of these texts.
    OneOf(&'static [&'static str]),
    /// Something else in JSON, described in words.
    Other(&'static str),
}

/// A hyper-parameter.
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    /// Its name in JSON.
    pub name: &'static str,
    /// What it takes.
    pub takes: Takes,
    /// What it is, and its unit.
    pub meaning: &'static str,
}

impl Parameter {
    /// The range in words.
    pub fn range(&self) -> String {
        match self.takes {
            Takes::Integer(least, most) => format!("a whole number from {least} to {most}"),
            Takes::OneOf(texts) => {
                texts.iter().map(|text| format!("{text:?}")).collect::<Vec<_>>().join(" or ")
            }
            Takes::Other(words) => words.to_owned(),
        }
    }
}

const fn integer(name: &'static str, least: u64, most: u64, meaning: &'static str) -> Parameter {
    Parameter { name, takes: Takes::Integer(least, most), meaning }
}

const NORMALISATION: Parameter = Parameter {
    name: "normalisation",
    takes: Takes::OneOf(&["standard", "robust", "quantile"]),
    meaning: "how numbers are brought to one scale",
};
const DEPTH: Parameter = integer("depth_max", 1, 64, "most tests on the way to a leaf");
const BINS: Parameter = integer("bins_max", 2, 255, "most bins a feature");
const SEED: Parameter = integer("seed", 0, u64::MAX, "seed of what is drawn; without it that of `--seed`");
const POSITIVE_WEIGHT: Parameter = integer(
    "positive_weight_ppm",
    1,
    MICRO_MAX,
    "weight of a row with a yes in millionths, where the others have 1000000",
);
const MILLION: u64 = 1_000_000;
const MICRO_MAX: u64 = 1_000_000_000;
const U32_MAX: u64 = u32::MAX as u64;
const U64_MAX: u64 = u64::MAX;

/// All hyper-parameters of a kind of estimator, in the order of their names.
pub fn parameters(kind: Kind) -> Vec<Parameter> {
    let mut all = match kind {
        Kind::Gbdt => gbdt(),
        Kind::Logistic => vec![
            integer("l1_micro", 0, MICRO_MAX, "L1 penalty, millionths of the mean loss"),
            integer(
                "l2_micro",
                0,
                MICRO_MAX,
                "L2 penalty, millionths of the mean loss; at least 1 without `l1_micro`",
            ),
            integer("newton_rounds", 1, 100, "Newton rounds over all rows"),
            integer("warm_rounds", 0, 100, "rounds before those, over every 16th row of a large table"),
            POSITIVE_WEIGHT,
            NORMALISATION,
        ],
        Kind::Forest => vec![
            integer("trees", 1, 10_000, "trees"),
            DEPTH,
            integer("min_rows_leaf", 1, 1 << 24, "fewest different rows of a leaf"),
            integer(
                "features_a_node",
                0,
                1_024,
                "features that a node looks at; 0: the square root of their number",
            ),
            BINS,
            POSITIVE_WEIGHT,
            SEED,
        ],
        Kind::Tree => {
            vec![DEPTH, integer("min_rows_leaf", 1, 1 << 24, "fewest rows of a leaf"), BINS, POSITIVE_WEIGHT]
        }
        Kind::Mlp => mlp(),
        Kind::Linear => {
            vec![integer("l2_micro", 1, MICRO_MAX, "L2 penalty, millionths of the mean loss"), NORMALISATION]
        }
    };
    all.sort_by_key(|parameter| parameter.name);
    all
}

fn gbdt() -> Vec<Parameter> {
    vec![
        Parameter {
            name: "objective",
            takes: Takes::Other(
                "\"binary_log_loss\", \"squared_error\", \"absolute_error\" or {\"quantile\": {\"ppm\": 1 to 999999}}",
            ),
            meaning: "the loss; of a real target the squared error unless another is said",
        },
        integer("rounds", 1, 10_000, "trees"),
        integer("leaves_max", 2, 4_096, "most leaves a tree"),
        DEPTH,
        integer("min_rows_leaf", 1, 1 << 24, "fewest rows of a leaf"),
        integer("min_hessian_micro", 1, U32_MAX, "least sum of hessians of a leaf, millionths"),
        integer(
            "min_gain_micro",
            0,
            U32_MAX,
            "least gain of a split, millionths of what a useless one gains",
        ),
        integer("learning_rate_ppm", 1, MILLION, "share of each tree's step, millionths"),
        integer("l2_micro", 0, U32_MAX, "L2 penalty on leaves, millionths"),
        BINS,
        integer("row_sample_ppm", 1, MILLION, "share of the rows that a tree sees, millionths"),
        integer("feature_sample_ppm", 1, MILLION, "share of the features that a tree sees, millionths"),
        integer("category_smoothing_micro", 0, U32_MAX, "smoothing of the order of categories, millionths"),
        integer("category_l2_micro", 0, U32_MAX, "further L2 penalty on splits by category, millionths"),
        integer("categories_max", 1, 255, "most categories on the smaller side of a split"),
        POSITIVE_WEIGHT,
        integer(
            "early_stopping_rounds",
            0,
            10_000,
            "rounds without a better validation loss; 0: never stop early",
        ),
        integer("validation_ppm", 1, 900_000, "share of the rows kept out for early stopping, millionths"),
        Parameter {
            name: "monotone",
            takes: Takes::Other(
                "a list with \"free\", \"rising\" or \"falling\" for every feature, or an empty one",
            ),
            meaning: "how predictions may change with each feature",
        },
        SEED,
    ]
}

fn mlp() -> Vec<Parameter> {
    vec![
        Parameter {
            name: "hidden",
            takes: Takes::Other("a list of 1 to 8 layers of 1 to 1024 units"),
            meaning: "units of each hidden layer",
        },
        Parameter {
            name: "activation",
            takes: Takes::OneOf(&["relu", "tanh"]),
            meaning: "what a hidden unit makes of its inputs",
        },
        integer("epochs", 1, 10_000, "most passes over the rows"),
        integer("row_visits_max", 1, U64_MAX, "most epochs times rows"),
        integer("batch_rows", 1, 1 << 20, "rows of a mini-batch"),
        integer("learning_rate_ppm", 1, MILLION, "first step size, millionths"),
        integer("weight_decay_micro", 0, MILLION, "decoupled weight decay, millionths"),
        integer("beta1_ppm", 0, 999_999, "Adam's decay of the mean gradient, millionths"),
        integer("beta2_ppm", 0, 999_999, "Adam's decay of the mean squared gradient, millionths"),
        NORMALISATION,
        integer("validation_ppm", 0, 500_000, "share of the rows that choose the best epoch, millionths"),
        integer("patience", 1, 10_000, "epochs without a better validation loss before the end"),
        POSITIVE_WEIGHT,
        integer("ensemble_size", 1, 64, "networks whose mean is predicted"),
        SEED,
    ]
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::estimator::Estimator;

    /// The parameters that stand here are those that there are.
    #[test]
    fn every_parameter_is_described() {
        for kind in Kind::ALL {
            let defaults = Estimator::new(kind, None, 0).unwrap().params();
            let mut names: Vec<&str> = defaults.as_object().unwrap().keys().map(String::as_str).collect();
            names.sort_unstable();
            let described: Vec<&str> = parameters(kind).iter().map(|parameter| parameter.name).collect();
            assert_eq!(described, names, "{}", kind.name());
        }
    }

    /// Both ends of every range are taken, and what lies beyond them is refused by name.
    #[test]
    fn ranges_are_those_of_the_estimators() {
        for kind in Kind::ALL {
            for Parameter { name, takes, .. } in parameters(kind) {
                let with = |value: &Value| {
                    let mut params = json!({ name: value });
                    if (kind, name) == (Kind::Logistic, "l2_micro") {
                        params["l1_micro"] = json!(1);
                    }
                    Estimator::new(kind, Some(params), 0).map(|_| ()).map_err(|error| error.to_string())
                };
                let taken = |value: Value| with(&value).unwrap_or_else(|error| panic!("{error}"));
                let refused = |value: Value| {
                    let error = with(&value).expect_err(name);
                    assert!(error.contains(name), "{}, {name}: {error}", kind.name());
                };
                match takes {
                    Takes::Integer(least, most) => {
                        taken(json!(least));
                        taken(json!(most));
                        refused(match least {
                            0 => json!(-1),
                            least => json!(least - 1),
                        });
                        if let Some(above) = most.checked_add(1) {
                            refused(json!(above));
                        }
                        refused(json!("x"));
                        refused(json!(1.5));
                    }
                    Takes::OneOf(texts) => {
                        texts.iter().for_each(|text| taken(json!(text)));
                        refused(json!("x"));
                        refused(json!(1));
                    }
                    Takes::Other(_) => refused(json!(-1)),
                }
            }
        }
        for value in [
            json!("squared_error"),
            json!("absolute_error"),
            json!({ "quantile": { "ppm": 1 } }),
            json!({ "quantile": { "ppm": 999_999 } }),
        ] {
            Estimator::new(Kind::Gbdt, Some(json!({ "objective": value })), 0).unwrap();
        }
        let monotone = json!({ "monotone": ["free", "rising", "falling"] });
        Estimator::new(Kind::Gbdt, Some(monotone), 0).unwrap();
    }

    fn table() -> String {
        let mut out = String::new();
        for kind in Kind::ALL {
            let defaults = Estimator::new(kind, None, 0).unwrap().params();
            out.push_str(&format!("| `{}` | range | default | |\n|---|---|---|---|\n", kind.name()));
            for parameter in parameters(kind) {
                let range = match parameter.takes {
                    Takes::Integer(least, U64_MAX) => format!("{least} to 2^64 − 1"),
                    Takes::Integer(least, U32_MAX) => format!("{least} to 2^32 − 1"),
                    Takes::Integer(least, most) => format!("{least} to {most}"),
                    Takes::OneOf(_) | Takes::Other(_) => parameter.range(),
                };
                let default = defaults[parameter.name].to_string();
                out.push_str(&format!(
                    "| `{}` | {range} | {default} | {} |\n",
                    parameter.name, parameter.meaning
                ));
            }
            out.push('\n');
        }
        out
    }

    /// The table of the documentation is this one.
    #[test]
    fn the_documentation_has_every_parameter() {
        let docs =
            std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/MODELS.md")).unwrap();
        assert!(docs.contains(&table()), "docs/MODELS.md has to have this:\n{}", table());
    }
}
