//! The interest model: from the table of features to a fitted model, its evaluation, and probabilities.

mod estimator;
mod reasons;

use attention_features::{
    AssetCatalog, AssetId, EventLog, FEATURES, FEATURES_VERSION, FeatureDef, FeatureGroup, FeatureView,
    FeaturesError, InterestSpec, InterestTable, UserId, build_table, cuts_between,
};
use attention_model::{
    Dataset, FeatureSchema, Model, ModelError, Predict, PriorModel, auc, base_rate, calibration_error,
    grouped_auc, mean_log_loss, sampling_correction, sigmoid,
};
use serde::Serialize;
use thiserror::Error;

pub(crate) use estimator::Estimator;
pub use reasons::{Reason, Reasons};

/// The test cuts of the sales data: 2020-01-09 to 2020-09-05.
pub const TEST_CUTS: std::ops::RangeInclusive<u32> = 31..=39;
/// Bins of the reliability diagram.
const CALIBRATION_BINS: usize = 10;

/// What can go wrong in training, evaluating or predicting interest.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum InterestError {
    /// From the features.
    #[error(transparent)]
    Features(#[from] FeaturesError),
    /// From the model.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// A hyper-parameter of the specification's model is outside its estimator's range.
    #[error("specification field {field} is {value}: must be {range}")]
    Hyperparameter {
        /// The field, such as `model.gbdt.rounds`.
        field: String,
        /// Its value.
        value: String,
        /// What is allowed.
        range: &'static str,
    },
    /// A table's columns do not fit together.
    #[error("the interest table has {values} feature values for {rows} rows of {columns}, or a short column")]
    Table {
        /// Values in the table.
        values: usize,
        /// Its rows.
        rows: usize,
        /// Values a row must have.
        columns: usize,
    },
    /// A model was fitted on other features than this build computes.
    #[error("the model reads features version {found} ({count} of them), this build computes {expected}")]
    Schema {
        /// The model's features version.
        found: u32,
        /// How many features the model reads.
        count: usize,
        /// This build's version.
        expected: u32,
    },
}

/// Names, order and version of the features as the model file holds them.
///
/// # Errors
/// Never for the features of this build, which are checked by a test; the type is that of the model crate.
pub fn schema() -> Result<FeatureSchema, ModelError> {
    FeatureSchema::new(FEATURES_VERSION, FEATURES.iter().map(|feature| feature.name.to_owned()).collect())
}

/// The model in force in the epoch that starts at `window_start_s`: fitted on the specification's cuts up to
/// `window_start_s − horizon`, from events received before `window_start_s` alone.
///
/// # Errors
/// [`InterestError`] from the features or the fit.
pub fn train_for_window(
    log: &EventLog,
    window_start_s: i64,
    catalog: &AssetCatalog,
    spec: &InterestSpec,
) -> Result<Model, InterestError> {
    let cuts_s = training_cuts(spec, window_start_s)?;
    let table = build_table(log.before(window_start_s), &cuts_s, catalog, spec)?;
    train_interest(&table, spec, window_start_s)
}

/// Fits the specification's model on the table's rows whose cut is at most `cut_s − horizon`. Rows of one
/// class only, or none, give the class prior. A table of what is known before `cut_s` gives the very model of
/// [`train_for_window`]; one of what is known later differs if a purchase falls on the second `cut_s` itself.
///
/// # Errors
/// [`InterestError`] for a malformed table or a failing fit.
pub fn train_interest(
    table: &InterestTable,
    spec: &InterestSpec,
    cut_s: i64,
) -> Result<Model, InterestError> {
    let schema = schema()?;
    let last_s = last_training_cut_s(spec, cut_s)?;
    let columns = Columns::new(table, schema, None)?;
    columns.fit(table.rows_until(last_s), spec)
}

/// The cuts a model for `cut_s` is fitted on.
fn training_cuts(spec: &InterestSpec, cut_s: i64) -> Result<Vec<i64>, FeaturesError> {
    cuts_between(spec, spec.values().first_cut, last_training_cut_s(spec, cut_s)?)
}

fn last_training_cut_s(spec: &InterestSpec, cut_s: i64) -> Result<i64, FeaturesError> {
    cut_s
        .checked_sub(spec.values().horizon_s)
        .ok_or_else(|| FeaturesError::Overflow { what: "the last training cut", value: cut_s.to_string() })
}

/// Predicts the interest A of users in assets as of one cut.
#[derive(Debug)]
pub struct InterestPredictor<'a> {
    model: &'a Model,
    view: FeatureView<'a>,
    correction: f64,
}

impl<'a> InterestPredictor<'a> {
    /// `view` is cut at window_start of the epoch to be scored.
    ///
    /// # Errors
    /// [`InterestError::Schema`] if the model was fitted on other features.
    pub fn new(
        model: &'a Model,
        view: FeatureView<'a>,
        catalog: &AssetCatalog,
        spec: &InterestSpec,
    ) -> Result<Self, InterestError> {
        if *model.schema() != schema()? {
            return Err(InterestError::Schema {
                found: model.schema().version(),
                count: model.schema().len(),
                expected: FEATURES_VERSION,
            });
        }
        let correction = sampling_correction(catalog.len() as u64, spec.negatives_of(catalog))?;
        Ok(Self { model, view, correction })
    }

    /// The probability, within [0, 1], that the user buys the asset within the horizon: `sigmoid(logit −
    /// ln(N_assets / negatives))`. A user who did not act within the lookback gets the class prior, as does
    /// everybody from a model without history.
    ///
    /// # Errors
    /// [`InterestError`] for an asset outside the catalogue or a number that is not finite.
    pub fn probability(&self, user: &UserId, asset: AssetId) -> Result<f64, InterestError> {
        let logit = if self.view.is_active(user) {
            self.model.margin(&self.view.row(user, asset)?)?
        } else {
            self.model.prior_margin()
        };
        Ok(sigmoid(logit - self.correction))
    }
}

/// Ranking, loss and calibration of one predictor over all test rows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Quality {
    /// Which predictor.
    pub name: &'static str,
    /// Pooled area under the ROC curve.
    pub auc: f64,
    /// Mean AUC within (cut, user); ½ for a predictor that cannot tell assets apart.
    pub within_user_auc: f64,
    /// Mean negative log-likelihood, nats.
    pub log_loss: f64,
    /// Expected calibration error, 10 bins of equal count.
    pub calibration_error: f64,
}

/// The evaluation: the model beside its baselines, each fitted anew for every test cut.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EvaluationReport {
    /// The kind of the specification's model, which the baselines are fitted by too.
    pub kind: &'static str,
    /// The test cuts, unix seconds.
    pub cuts_s: Vec<i64>,
    /// Test rows.
    pub rows: u64,
    /// Share of positive test rows.
    pub base_rate: f64,
    /// (cut, user) groups with both classes, over which the within-user AUC is a mean.
    pub within_user_groups: u64,
    /// The model.
    pub model: Quality,
    /// Activity alone, popularity alone, the base rate, and the model without personal features.
    pub baselines: Vec<Quality>,
    /// sha256 of each test cut's model file, hex.
    pub model_hashes: Vec<String>,
}

/// Evaluates on cuts `test_cuts`, each with a model fitted on cuts at most `cut − horizon`. Logits are not
/// corrected for sampling, because the rows are the sampled ones.
///
/// # Errors
/// [`InterestError`]; among them [`ModelError::OneClass`] if the test rows hold one class only.
pub fn evaluate_interest(
    log: &EventLog,
    catalog: &AssetCatalog,
    spec: &InterestSpec,
    test_cuts: std::ops::RangeInclusive<u32>,
) -> Result<EvaluationReport, InterestError> {
    let last_s = spec.cut_s(u64::from(*test_cuts.end()))?;
    let cuts_s = cuts_between(spec, spec.values().first_cut, last_s)?;
    let table = build_table(log.before(i64::MAX), &cuts_s, catalog, spec)?;
    evaluate_table(&table, spec, test_cuts)
}

/// As [`evaluate_interest`], on a table that is already built.
///
/// # Errors
/// As [`evaluate_interest`].
pub fn evaluate_table(
    table: &InterestTable,
    spec: &InterestSpec,
    test_cuts: std::ops::RangeInclusive<u32>,
) -> Result<EvaluationReport, InterestError> {
    let cuts_s: Vec<i64> =
        test_cuts.map(|index| spec.cut_s(u64::from(index))).collect::<Result<_, FeaturesError>>()?;
    let all = Columns::new(table, schema()?, None)?;
    let mut hashes = Vec::new();
    let (model, test) = all.evaluate("model", &cuts_s, spec, &mut hashes)?;
    let mut baselines = Vec::new();
    let choices: [(&'static str, Choice); 4] = [
        ("activity alone", |feature| feature.name == "user_buys_365d"),
        ("popularity alone", |feature| feature.name == "asset_trades"),
        ("base rate", |_| false),
        ("without personal features", |feature| feature.group != FeatureGroup::Personal),
    ];
    for (name, choice) in choices {
        let columns = Columns::new(table, schema()?, Some(choice))?;
        baselines.push(columns.evaluate(name, &cuts_s, spec, &mut Vec::new())?.0);
    }
    Ok(EvaluationReport {
        kind: spec.values().model.kind(),
        cuts_s,
        rows: test.labels.len() as u64,
        base_rate: base_rate(&test.labels)?,
        within_user_groups: test.groups_with_both,
        model,
        baselines,
        model_hashes: hashes,
    })
}

/// Which features a baseline may read.
type Choice = fn(&FeatureDef) -> bool;

/// A table restricted to some of its columns.
struct Columns<'a> {
    table: &'a InterestTable,
    schema: FeatureSchema,
    values: std::borrow::Cow<'a, [i64]>,
}

/// The test rows of all cuts, pooled.
#[derive(Default)]
struct TestRows {
    logits: Vec<f64>,
    labels: Vec<bool>,
    groups: Vec<u64>,
    groups_with_both: u64,
}

impl<'a> Columns<'a> {
    fn new(
        table: &'a InterestTable,
        schema: FeatureSchema,
        choice: Option<Choice>,
    ) -> Result<Self, InterestError> {
        let (values, rows, columns) = (table.features.len(), table.rows(), FEATURES.len());
        let side_by_side = table.cuts_s.len() == rows && table.groups.len() == rows;
        if rows.checked_mul(columns) != Some(values) || !side_by_side {
            return Err(InterestError::Table { values, rows, columns });
        }
        let Some(choice) = choice else {
            return Ok(Self { table, schema, values: table.features.as_slice().into() });
        };
        let chosen: Vec<bool> = FEATURES.iter().map(choice).collect();
        let names = FEATURES.iter().zip(&chosen).filter(|(_, chosen)| **chosen);
        let names = names.map(|(feature, _)| feature.name.to_owned()).collect();
        let values = table.features.iter().zip(chosen.iter().cycle()).filter(|(_, chosen)| **chosen);
        let values: Vec<i64> = values.map(|(value, _)| *value).collect();
        Ok(Self { table, schema: FeatureSchema::new(schema.version(), names)?, values: values.into() })
    }

    fn row(&self, row: usize) -> Result<&[i64], InterestError> {
        let columns = self.schema.len();
        row.checked_mul(columns)
            .and_then(|start| self.values.get(start..)?.get(..columns))
            .ok_or(InterestError::Table { values: self.values.len(), rows: row, columns })
    }

    /// Fits on the first `rows` rows. A model that cannot be fitted is refused even where there is nothing to fit yet.
    fn fit(&self, rows: usize, spec: &InterestSpec) -> Result<Model, InterestError> {
        let estimator = Estimator::of(&spec.values().model)?;
        let columns = self.schema.len();
        let values = rows.checked_mul(columns).and_then(|end| self.values.get(..end));
        let (values, labels) = values.zip(self.table.labels.get(..rows)).ok_or(InterestError::Table {
            values: self.values.len(),
            rows,
            columns,
        })?;
        let data = Dataset::from_rows(&self.schema, values, labels)?;
        if self.schema.is_empty() || data.positives() == 0 || data.positives() == rows as u64 {
            return Ok(Model::Prior(PriorModel::measure(&data)));
        }
        Ok(estimator.fit(&data)?)
    }

    fn evaluate(
        &self,
        name: &'static str,
        cuts_s: &[i64],
        spec: &InterestSpec,
        hashes: &mut Vec<String>,
    ) -> Result<(Quality, TestRows), InterestError> {
        let mut test = TestRows::default();
        for &cut_s in cuts_s {
            let model = self.fit(self.table.rows_until(last_training_cut_s(spec, cut_s)?), spec)?;
            hashes.push(hex::encode(model.hash()));
            let start = self.table.cuts_s.partition_point(|&cut| cut < cut_s);
            for row in start..self.table.rows_until(cut_s) {
                test.logits.push(model.margin(self.row(row)?)?);
                test.labels.push(self.table.labels[row]);
                test.groups.push(self.table.groups[row]);
            }
        }
        let probabilities: Vec<f64> = test.logits.iter().map(|&logit| sigmoid(logit)).collect();
        let bins = CALIBRATION_BINS.min(test.labels.len()).max(1);
        let within = grouped_auc(&test.logits, &test.labels, &test.groups)?;
        test.groups_with_both = within.groups;
        let quality = Quality {
            name,
            auc: auc(&test.logits, &test.labels)?,
            within_user_auc: within.mean,
            log_loss: mean_log_loss(&test.logits, &test.labels)?,
            calibration_error: calibration_error(&probabilities, &test.labels, bins)?.0,
        };
        Ok((quality, test))
    }
}

#[cfg(test)]
mod tests {
    use attention_features::{BehaviourEvent, EventId, EventKind, InterestSpecValues, SourceId};

    use super::*;

    const DAY_S: i64 = 86_400;

    fn spec() -> InterestSpec {
        InterestSpecValues::sales().check().unwrap()
    }

    fn catalog() -> AssetCatalog {
        let gender = |n: u32| if n.is_multiple_of(2) { "Female" } else { "Male" };
        let asset = |n| (AssetId(n), vec![("gender".to_owned(), gender(n).to_owned())]);
        AssetCatalog::new((0..500).map(asset).collect()).unwrap()
    }

    fn user(number: u64) -> UserId {
        UserId::new(format!("user-{number}")).unwrap()
    }

    fn purchase(day: i64, number: u64, buyer: u64) -> BehaviourEvent {
        // At noon, so that none falls on a cut.
        let time_s = spec().values().data_start_s + day * DAY_S + DAY_S / 2;
        BehaviourEvent {
            source: SourceId::new("test").unwrap(),
            event_id: EventId::new(format!("{day}/{number}")).unwrap(),
            user: user(buyer),
            kind: EventKind::Purchase,
            asset: Some(AssetId((number * 37 % 100) as u32)),
            counterparty: None,
            quantity: 1,
            price: Some(1_000_000_000_000_000_000),
            event_time_s: time_s,
            receive_time_s: time_s,
        }
    }

    /// One purchase a day for a year, mostly by users of low number.
    fn world() -> Vec<BehaviourEvent> {
        (0..365).map(|n| purchase(n as i64, n, (n * n) % 7 * (n % 5))).collect()
    }

    fn log_of(events: Vec<BehaviourEvent>) -> EventLog {
        EventLog::new(events, |time_s| spec().data_epoch_of(time_s)).unwrap().0
    }

    fn cut_s(index: u64) -> i64 {
        spec().cut_s(index).unwrap()
    }

    #[test]
    fn a_model_depends_on_nothing_received_in_or_after_its_window() {
        let train = |events| train_for_window(&log_of(events), cut_s(8), &catalog(), &spec()).unwrap();
        let model = train(world());
        assert_eq!(model.kind(), "logistic");
        let mut later = world();
        later.extend((0..50).map(|n| purchase(240, 1_000 + n, n)));
        assert_eq!(train(later).hash(), model.hash());
        let mut earlier = world();
        earlier.extend((0..50).map(|n| purchase(239, 1_000 + n, n)));
        assert_ne!(train(earlier).hash(), model.hash());
    }

    /// The table of a window and a longer table give one model: only rows up to cut − horizon count.
    #[test]
    fn later_rows_of_a_table_do_not_count() {
        let log = log_of(world());
        let cuts_s = cuts_between(&spec(), 1, cut_s(8)).unwrap();
        let table = build_table(log.before(i64::MAX), &cuts_s, &catalog(), &spec()).unwrap();
        let model = train_interest(&table, &spec(), cut_s(8)).unwrap();
        assert_eq!(model, train_for_window(&log, cut_s(8), &catalog(), &spec()).unwrap());
        let short = InterestTable { cuts_s: vec![], ..table };
        assert!(matches!(train_interest(&short, &spec(), cut_s(8)), Err(InterestError::Table { .. })));
    }

    /// Before any cut is 90 days old there is nothing to learn: even odds, corrected by ln(500/50), are
    /// 1/(1 + 10).
    #[test]
    fn no_history_gives_the_class_prior() {
        let (log, catalog, spec) = (log_of(world()), catalog(), spec());
        let model = train_for_window(&log, cut_s(3), &catalog, &spec).unwrap();
        assert_eq!((model.kind(), model.rows()), ("prior", 0));
        let view = FeatureView::new(log.before(cut_s(3)), &catalog, &spec).unwrap();
        let predictor = InterestPredictor::new(&model, view, &catalog, &spec).unwrap();
        for asked in [user(0), user(999)] {
            let p = predictor.probability(&asked, AssetId(1)).unwrap();
            assert!((p - 1.0 / 11.0).abs() < 1e-15, "{p}");
        }
    }

    #[test]
    fn a_stranger_gets_the_prior_and_an_active_user_the_model() {
        let (log, catalog, spec) = (log_of(world()), catalog(), spec());
        let model = train_for_window(&log, cut_s(10), &catalog, &spec).unwrap();
        let view = FeatureView::new(log.before(cut_s(10)), &catalog, &spec).unwrap();
        let row = view.row(&user(4), AssetId(7)).unwrap();
        let predictor = InterestPredictor::new(&model, view, &catalog, &spec).unwrap();
        let (prior, own) = (
            predictor.probability(&user(999), AssetId(7)).unwrap(),
            predictor.probability(&user(4), AssetId(7)).unwrap(),
        );
        // Odds before the correction are ten times those after it.
        let odds = |p: f64| 10.0 * p / (1.0 - p);
        let (rows, positives) = (model.rows() as f64, model.positives() as f64);
        assert!((odds(prior) - (positives + 1.0) / (rows - positives + 1.0)).abs() < 1e-12);
        assert!((odds(own).ln() - model.margin(&row).unwrap()).abs() < 1e-9);
        assert!(predictor.probability(&user(4), AssetId(500)).is_err());

        // The reasons are the model's terms, the largest first, and add up to the same probability.
        let reasons = predictor.reasons(&user(4), AssetId(7)).unwrap();
        assert!(reasons.active && (reasons.interest - own).abs() < 1e-12, "{reasons:?}");
        let mut terms = model.explain(&row).unwrap();
        terms.sort_by(|a, b| b.abs().total_cmp(&a.abs()));
        assert_eq!(reasons.reasons.iter().map(|reason| reason.adds).collect::<Vec<_>>(), terms);
        let stranger = predictor.reasons(&user(999), AssetId(7)).unwrap();
        assert!(!stranger.active && stranger.reasons.is_empty() && stranger.interest == prior);
    }

    #[test]
    fn a_model_of_other_features_is_refused() {
        let (log, catalog, spec) = (log_of(world()), catalog(), spec());
        let other = FeatureSchema::new(FEATURES_VERSION, vec!["x".into()]).unwrap();
        let data = Dataset::from_rows(&other, &[], &[]).unwrap();
        let model = Model::Prior(PriorModel::measure(&data));
        let view = FeatureView::new(log.before(cut_s(3)), &catalog, &spec).unwrap();
        let error = InterestPredictor::new(&model, view, &catalog, &spec).unwrap_err();
        assert!(matches!(error, InterestError::Schema { count: 1, .. }), "{error}");
    }
}
