//! Fits every kind of model on seeded integer data and prints a line for each: name, hash of the model, hash of its scores.
//!
//! `cargo run -p attention-model --example determinism -- [--threads N] [--rows N] [--shuffle]`
//! The hashes are the same for every number of threads and every build profile. `--shuffle` generates the rows
//! in another order and sorts them back by row number, as a reader of shuffled input does.

use std::collections::BTreeSet;

use attention_model::recommend::{AlsParams, Interaction, Interactions, RecommenderParams};
use attention_model::{
    CalibratedModel, Calibration, Calibrator, Dataset, DescentParams, FeatureSchema, Fit, ForestParams,
    GbdtParams, LinearParams, LogisticParams, MlpParams, Model, ModelError, Normalisation, ParamGuard,
    Predict, TreeParams,
};
use sha2::{Digest, Sha256};

const COLUMNS: u64 = 12;
const SEED: u64 = 20_250_101;

/// The counter generator splitmix64 (Steele, Lea and Flood 2014). Wrapping is its definition.
fn splitmix64(seed: u64, index: u64) -> u64 {
    let mut z = seed.wrapping_add((index.wrapping_add(1)).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Row number, features, label: a noisy threshold on a weighted sum, in integers.
fn row(number: u64) -> (u64, Vec<i64>, bool) {
    let draw = |slot: u64, span: u64| (splitmix64(SEED, number * 32 + slot) % span) as i64;
    let features: Vec<i64> = (0..COLUMNS).map(|slot| draw(slot, 10 + 90 * (slot + 1)) - 50).collect();
    let signal: i64 = features.iter().enumerate().map(|(at, x)| if at % 2 == 0 { *x } else { -*x / 2 }).sum();
    (number, features, signal + draw(30, 2_000) > 1_800)
}

/// Who acted on what and when, of the rows in the order of their numbers: a user for every twenty rows, of three tastes.
fn interactions(mut order: Vec<u64>) -> Result<Interactions, ModelError> {
    const ITEMS: u64 = 300;
    order.sort_unstable();
    let users = order.len() as u64 / 20 + 1;
    let mut taken = BTreeSet::new();
    let mut rows = Vec::new();
    for number in order {
        let draw = |slot: u64, span: u64| splitmix64(SEED, number * 32 + slot) % span;
        let user = draw(0, users);
        let item = if draw(1, 5) > 0 { draw(2, ITEMS / 3) * 3 + user % 3 } else { draw(2, ITEMS) };
        if taken.insert((user, item)) {
            rows.push(Interaction { user: user as u32, item: item as u32, time: draw(3, 1 << 30) as i64 });
        }
    }
    Interactions::new(users as u32, ITEMS as u32, &rows)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (mut threads, mut rows, mut shuffle) = (1usize, 20_000u64, false);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} needs a number"));
        match argument.as_str() {
            "--threads" => threads = value()?.parse()?,
            "--rows" => rows = value()?.parse()?,
            "--shuffle" => shuffle = true,
            other => {
                return Err(
                    format!("unknown argument {other}; known: --threads N, --rows N, --shuffle").into()
                );
            }
        }
    }
    let mut order: Vec<u64> = (0..rows).collect();
    if shuffle {
        order.sort_by_key(|&number| splitmix64(7, number));
    }
    let interactions = interactions(order.clone())?;
    let mut table: Vec<(u64, Vec<i64>, bool)> = order.into_iter().map(row).collect();
    table.sort();
    let values: Vec<i64> = table.iter().flat_map(|(_, features, _)| features.iter().copied()).collect();
    let labels: Vec<bool> = table.iter().map(|(_, _, label)| *label).collect();
    let schema = FeatureSchema::new(1, (0..COLUMNS).map(|slot| format!("x{slot}")).collect())?;
    let data = Dataset::from_rows(&schema, &values, &labels)?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
    let print = |name: &str, model: &Model| {
        let margins = pool.install(|| model.margins(&data))?;
        let scores = digest(margins.iter().map(|margin| margin.to_bits().to_be_bytes()));
        println!("{name} {} {scores}", hex::encode(model.hash()));
        Ok::<_, ModelError>(())
    };
    for (name, model) in pool.install(|| weighted_sums(&data))? {
        print(name, &model)?;
    }
    let als = AlsParams { factors: 16, sweeps: 5, ..AlsParams::default() };
    let params = RecommenderParams { als, ..RecommenderParams::default() }.check()?;
    let recommender = pool.install(|| params.fit(interactions))?;
    let history = recommender.interactions().history(0);
    let scores = pool.install(|| recommender.scores(history))?.0;
    let scores = digest(scores.iter().map(|score| score.to_bits().to_be_bytes()));
    println!("recommend {} {scores}", hex::encode(recommender.hash()));
    for (name, model) in pool.install(|| trees(&data))? {
        print(name, &model)?;
    }
    // Two slices a batch, and the last one not full.
    let params =
        MlpParams { epochs: 2, batch_rows: 250, ensemble_size: 2, ..MlpParams::default() }.check()?;
    print("mlp", &Model::Mlp(pool.install(|| params.fit(&data))?))?;
    Ok(())
}

/// sha256 of scores in the order of their rows, as hex digits.
fn digest(scores: impl Iterator<Item = [u8; 8]>) -> String {
    let mut hash = Sha256::new();
    scores.for_each(|score| hash.update(score));
    hex::encode(hash.finalize())
}

/// The kinds made of trees, with samples of rows and features.
fn trees(data: &Dataset<'_>) -> Result<Vec<(&'static str, Model)>, ModelError> {
    let sampled =
        GbdtParams { row_sample_ppm: 700_000, feature_sample_ppm: 500_000, ..GbdtParams::default() };
    let forest = ForestParams { trees: 10, positive_weight_ppm: 1_700_000, ..ForestParams::default() };
    Ok(vec![
        ("tree", Model::Tree(TreeParams::default().check()?.fit(data)?)),
        ("forest", Model::Forest(forest.check()?.fit(data)?)),
        ("gbdt", Model::Gbdt(sampled.check()?.fit(data)?)),
    ])
}

/// The kinds that are weighted sums of encoded features, and calibration of one of them.
fn weighted_sums(data: &Dataset<'_>) -> Result<Vec<(&'static str, Model)>, ModelError> {
    let logistic = |params: LogisticParams| Ok::<_, ModelError>(Model::Logistic(params.check()?.fit(data)?));
    let standard = LogisticParams { normalisation: Normalisation::Standard, ..LogisticParams::default() };
    let model =
        logistic(LogisticParams { l2_micro: 1_000, newton_rounds: 8, warm_rounds: 0, ..standard.clone() })?;
    let sparse =
        LogisticParams { l1_micro: 3_000, positive_weight_ppm: 2_000_000, ..LogisticParams::default() };
    let linear = LinearParams { normalisation: Normalisation::Robust, ..LinearParams::default() };
    let descent =
        DescentParams { epochs: 2, batch_rows: 200, momentum_ppm: 500_000, ..DescentParams::default() };
    let labels = data.labels("calibration")?;
    let margins = model.margins(data)?;
    let calibrated = |kind| {
        let curve = Calibrator::fit(kind, &margins, labels)?;
        Ok::<_, ModelError>(Model::Calibrated(CalibratedModel::new(model.clone(), curve)?))
    };
    Ok(vec![
        ("logistic", model.clone()),
        ("logistic-l1", logistic(sparse)?),
        ("linear", Model::Linear(linear.check()?.fit(data)?)),
        ("linear-descent", Model::Linear(descent.check()?.fit(data)?)),
        ("platt", calibrated(Calibration::Platt)?),
        ("isotonic", calibrated(Calibration::Isotonic)?),
    ])
}
