//! Small tables made by integer arithmetic, and the models that the tests share.

use attention_model::{
    Dataset, FeatureKind, FeatureSchema, Fit, ForestParams, GbdtParams, MISSING, Model, Objective,
    ParamGuard, Target, TreeParams, splitmix64,
};

/// Columns of [`table`].
pub(crate) const COLUMNS: usize = 6;

/// Four numeric features, one of five categories, a constant one.
pub(crate) fn schema() -> FeatureSchema {
    let mut features: Vec<(String, FeatureKind)> =
        (0..4).map(|slot| (format!("x{slot}"), FeatureKind::Numeric)).collect();
    features.push(("c".into(), FeatureKind::Categorical { levels: 5 }));
    features.push(("constant".into(), FeatureKind::Numeric));
    FeatureSchema::typed(3, features).unwrap()
}

pub(crate) fn numeric(columns: usize) -> FeatureSchema {
    FeatureSchema::new(1, (0..columns).map(|slot| format!("x{slot}")).collect()).unwrap()
}

/// Feature values, labels and real targets: a noisy function of threshold, product and category; one value of eight in
/// column 1 is missing, and so is one category of ten.
pub(crate) struct Table {
    pub(crate) values: Vec<i64>,
    pub(crate) labels: Vec<bool>,
    pub(crate) targets: Vec<f64>,
}

pub(crate) fn table(rows: usize, seed: u64) -> Table {
    let mut out = Table { values: Vec::new(), labels: Vec::new(), targets: Vec::new() };
    for row in 0..rows as u64 {
        let draw = |slot: u64, span: u64| (splitmix64(seed, row * 32 + slot) % span) as i64;
        let x = [draw(0, 2001) - 1000, draw(1, 500), draw(2, 7), draw(3, 100_000)];
        let category = draw(4, 5);
        let mut signal = x[0] + 30 * (x[2] - 3) * if x[1] > 250 { 10 } else { -10 };
        signal += [300, -500, 0, 700, -200][category as usize];
        out.values.extend([
            x[0],
            if draw(5, 8) == 0 { MISSING } else { x[1] },
            x[2],
            x[3],
            if draw(6, 10) == 0 { MISSING } else { category },
            42,
        ]);
        out.labels.push(signal + draw(7, 1000) - 500 > 0);
        out.targets.push((signal + draw(8, 1000) - 500) as f64 / 16.0);
    }
    out
}

impl Table {
    pub(crate) fn binary<'a>(&'a self, schema: &'a FeatureSchema) -> Dataset<'a> {
        Dataset::from_rows(schema, &self.values, &self.labels).unwrap()
    }

    pub(crate) fn real<'a>(&'a self, schema: &'a FeatureSchema) -> Dataset<'a> {
        Dataset::rows_with_target(schema, &self.values, Target::Real(&self.targets)).unwrap()
    }
}

pub(crate) fn gbdt(data: &Dataset<'_>, params: GbdtParams) -> Model {
    Model::Gbdt(params.check().unwrap().fit(data).unwrap())
}

/// One small model of every kind of tree, binary and real.
pub(crate) fn small_models() -> Vec<Model> {
    let (schema, table) = (schema(), table(300, 9));
    let (binary, real) = (table.binary(&schema), table.real(&schema));
    let small = GbdtParams { rounds: 3, leaves_max: 5, min_rows_leaf: 5, ..GbdtParams::default() };
    let tree = TreeParams { depth_max: 3, ..TreeParams::default() }.check().unwrap();
    let forest = ForestParams { trees: 3, depth_max: 3, ..ForestParams::default() }.check().unwrap();
    vec![
        gbdt(&binary, small.clone()),
        gbdt(&real, GbdtParams { objective: Objective::SquaredError, ..small }),
        Model::Tree(tree.fit(&binary).unwrap()),
        Model::Tree(tree.fit(&real).unwrap()),
        Model::Forest(forest.fit(&binary).unwrap()),
        Model::Forest(forest.fit(&real).unwrap()),
    ]
}

/// The bytes of a model fitted with 1, 2, 3 and 8 threads, which must be equal.
pub(crate) fn same_on_all_threads(fit: impl Fn() -> Model + Sync) -> Vec<u8> {
    let mut first: Option<Vec<u8>> = None;
    for threads in [1, 2, 3, 8] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let bytes = pool.install(|| fit().to_bytes());
        match &first {
            None => first = Some(bytes),
            Some(first) => assert!(*first == bytes, "{threads} threads give other bytes"),
        }
    }
    first.unwrap()
}
