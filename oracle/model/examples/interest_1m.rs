//! Fits one kind of model on the synthetic table interest-1M-v1 and prints how long it took and how good it is, as one line of JSON.
//!
//! `cargo run --release -p attention-model --example interest_1m -- KIND [--threads N] [--rows N]`
//! The table is made in memory by integer arithmetic and `libm::exp`: 20 features, the first 80 % of the rows to train on, the
//! rest to test on. `ceiling` as KIND scores the true probabilities: no model can do better.

use std::time::Instant;

use attention_model::{
    Dataset, FeatureSchema, Fit, ForestParams, GbdtParams, LinearParams, LogisticParams, MlpParams, Model,
    ModelError, ParamGuard, Predict, TreeParams, auc, mean_log_loss, sigmoid, splitmix64,
};
use sha2::{Digest, Sha256};

const COLUMNS: usize = 20;
const ROWS: usize = 1_000_000;
const SEED: u64 = 20_250_101;
/// What a feature value of 1 is as an integer.
const ONE: i64 = 1 << 24;
/// sha256 of the labels of all [`ROWS`] rows, a byte each, from the generator that the peers were measured on.
const LABELS_SHA256: &str = "014ae4315237e91e8d5423a128e6d7eb9a2e492bd0ad19e819255e0e93e8cfca";

type FitKind = fn(&Dataset<'_>) -> Result<Model, ModelError>;

/// Every kind that can be asked for by name, with its default parameters.
const KINDS: &[(&str, FitKind)] = &[
    ("tree", |data| Ok(Model::Tree(TreeParams::default().check()?.fit(data)?))),
    ("forest", |data| Ok(Model::Forest(ForestParams::default().check()?.fit(data)?))),
    ("gbdt", |data| Ok(Model::Gbdt(GbdtParams::default().check()?.fit(data)?))),
    ("mlp", |data| Ok(Model::Mlp(MlpParams::default().check()?.fit(data)?))),
    ("logistic", |data| Ok(Model::Logistic(LogisticParams::default().check()?.fit(data)?))),
    ("logistic-l1", |data| {
        let params = LogisticParams { l1_micro: 1_000, l2_micro: 0, ..LogisticParams::default() };
        Ok(Model::Logistic(params.check()?.fit(data)?))
    }),
    ("linear", |data| Ok(Model::Linear(LinearParams::default().check()?.fit(data)?))),
];

/// The features, the true log-odds and the label of one row.
fn row(number: usize) -> ([i64; COLUMNS], f64, bool) {
    // 24 bits, the fraction u of the definition times 2^24.
    let draw = |slot: u64| (splitmix64(SEED, number as u64 * 32 + slot) >> 40) as i64;
    let mut x = [0; COLUMNS];
    for (slot, value) in x.iter_mut().enumerate() {
        let u = draw(slot as u64);
        *value = match slot {
            0..10 => u - ONE / 2,
            10..15 => (u * u + ONE / 2) / ONE,
            15..18 => u * 16 / ONE * ONE,
            18 => u * 4 / ONE * ONE,
            _ => i64::from(u as f64 / ONE as f64 >= 0.6) * ONE,
        };
    }
    let f = |slot: usize| x[slot] as f64 / ONE as f64;
    let when = |condition: bool| if condition { 1.0 } else { 0.0 };
    let z = -0.75 + 1.6 * f(0) - 1.2 * f(1) + 8.0 * f(2) * f(3)
        // u² > ¼
        + 1.5 * when(draw(10) > ONE / 2)
        - 0.12 * (f(15) - 7.5) * f(19)
        + 0.8 * when(x[18] == 2 * ONE)
        - 2.0 * f(4).abs()
        + 3.0 * f(5) * f(5);
    (x, z, (draw(20) as f64 / ONE as f64) < sigmoid(z))
}

/// User and system time of this process so far, in seconds; 0 where there is no /proc.
fn cpu_s() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The fields after the command in brackets; utime and stime are numbers 14 and 15 of all, in hundredths.
    let fields = text.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
    fields.filter_map(|field| field.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// Most memory this process held so far, in MB; 0 where there is no /proc.
fn peak_rss_mb() -> f64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kilobytes.unwrap_or_default() / 1024.0
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let known = || KINDS.iter().map(|(name, _)| *name).chain(["ceiling"]).collect::<Vec<_>>().join(", ");
    let mut arguments = std::env::args().skip(1);
    let kind = arguments.next().ok_or_else(|| format!("name a kind of model: {}", known()))?;
    let (mut threads, mut rows) = (2usize, ROWS);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} needs a number"));
        match argument.as_str() {
            "--threads" => threads = value()?.parse()?,
            "--rows" => rows = value()?.parse()?,
            other => return Err(format!("unknown argument {other}; known: --threads N, --rows N").into()),
        }
    }
    let (mut values, mut logits, mut labels) = (Vec::with_capacity(rows * COLUMNS), Vec::new(), Vec::new());
    for number in 0..rows {
        let (x, z, y) = row(number);
        values.extend(x);
        logits.push(z);
        labels.push(y);
    }
    let hash = hex::encode(Sha256::digest(labels.iter().map(|&label| u8::from(label)).collect::<Vec<_>>()));
    if rows == ROWS && hash != LABELS_SHA256 {
        return Err(format!("the labels' sha256 is {hash}, must be {LABELS_SHA256}").into());
    }
    let train = rows / 5 * 4;
    if kind == "ceiling" {
        let (auc, loss) =
            (auc(&logits[train..], &labels[train..])?, mean_log_loss(&logits[train..], &labels[train..])?);
        println!("{{\"model\":\"ceiling\",\"auc\":{auc:.5},\"log_loss\":{loss:.5}}}");
        return Ok(());
    }
    let fit = KINDS.iter().find(|(name, _)| *name == kind).map(|(_, fit)| fit);
    let fit = fit.ok_or_else(|| format!("unknown kind of model {kind}; known: {}", known()))?;

    let schema = FeatureSchema::new(1, (0..COLUMNS).map(|slot| format!("x{slot}")).collect())?;
    let training = Dataset::from_rows(&schema, &values[..train * COLUMNS], &labels[..train])?;
    let test = Dataset::from_rows(&schema, &values[train * COLUMNS..], &labels[train..])?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
    let (start, cpu) = (Instant::now(), cpu_s());
    let model = pool.install(|| fit(&training))?;
    let (fit_s, fit_cpu_s) = (start.elapsed().as_secs_f64(), cpu_s() - cpu);
    let start = Instant::now();
    let margins = pool.install(|| model.margins(&test))?;
    let predict_s = start.elapsed().as_secs_f64();
    println!(
        "{{\"model\":\"{kind}\",\"threads\":{threads},\"fit_s\":{fit_s:.2},\"fit_cpu_s\":{fit_cpu_s:.2},\"predict_s\":{predict_s:.3},\
         \"peak_rss_mb\":{:.0},\"auc\":{:.5},\"log_loss\":{:.5},\"model_hash\":\"{}\"}}",
        peak_rss_mb(),
        auc(&margins, &labels[train..])?,
        mean_log_loss(&margins, &labels[train..])?,
        hex::encode(model.hash()),
    );
    Ok(())
}
