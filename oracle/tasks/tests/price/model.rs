//! Trained models: their file, their intervals, the same bytes on every machine.

use attention_features::AssetId;
use attention_model::Predict;
use attention_tasks::price::{
    Follower, Hindsight, IntervalRules, PriceModel, PriceParams, PriceSpec, PriceTable, evaluate, predict,
    train,
};
use attention_tasks::{Bundle, Task};

use super::common::{DAY_S, SPREAD, quick, steady, synthetic};

/// sha256 of the model of `synthetic(7, 500)` on every machine.
const GOLDEN_MODEL: &str = "f1bc60f4b669fd74a48a82f1ea6d9a4218bfc1966d4b9736258119eb7bc674b0";
/// sha256 of its predictions for the sales after it.
const GOLDEN_PREDICTIONS: &str = "41d53500f6bbfdde60b79b4c368eb64931f5cd382be15f9c11a96659b1a2210a";

fn small() -> PriceParams {
    PriceParams {
        members: 3,
        rounds: 3,
        interval: IntervalRules { scores: 20, ..IntervalRules::default() },
        ..quick()
    }
}

#[test]
fn every_thread_count_gives_the_golden_bytes() {
    let market = synthetic(7, 800);
    let from_s = market.sales()[500].time_s;
    for threads in [1, 2, 3, 8] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let evaluation = pool.install(|| {
            let (model, trained) = train(&market, Some(from_s), &quick()).unwrap();
            assert_eq!(trained.model_hash, hex::encode(model.hash().unwrap()));
            evaluate(&market, &model, from_s, None).unwrap()
        });
        let hashes = (evaluation.model_hash.as_str(), evaluation.prediction_hash.as_str());
        assert_eq!(hashes, (GOLDEN_MODEL, GOLDEN_PREDICTIONS), "{threads} threads");
    }
}

/// The attributes make most of a price and the level wanders: a model must do much better than the level alone, and its
/// interval must hold in every month with sales enough to tell.
#[test]
fn it_learns_and_its_intervals_hold() {
    let market = synthetic(11, 2_400);
    let from_s = market.sales()[801].time_s;
    let (model, _) = train(&market, Some(from_s), &quick()).unwrap();
    let evaluation = evaluate(&market, &model, from_s, None).unwrap();
    let rows: u64 = evaluation.months.iter().map(|month| month.quality.rows).sum();
    assert_eq!((evaluation.quality.rows, rows), (1_599, 1_599));
    assert!(evaluation.quality.gain > 0.5, "{}", evaluation.quality.gain);
    for month in evaluation.months.iter().filter(|month| month.quality.rows >= 100) {
        let coverage = month.quality.interval_coverage;
        assert!((0.7..0.9).contains(&coverage), "{}: {coverage}", month.month);
    }
    assert!((0.77..0.83).contains(&evaluation.quality.interval_coverage));
}

#[test]
fn what_it_was_told_is_not_asked() {
    let market = synthetic(1, 300);
    let from_s = market.sales()[200].time_s;
    let (model, trained) = train(&market, Some(from_s), &small()).unwrap();
    assert_eq!(trained.until_s, from_s);
    let refusal = |from_s| evaluate(&market, &model, from_s, None).unwrap_err().to_string();
    assert!(refusal(from_s - 1).contains("not before the end of what the model learnt from"));
    assert!(refusal(market.sales()[299].time_s + 1).contains("before the last priced sale"));
    let (_, all) = train(&market, None, &small()).unwrap();
    assert_eq!((all.rows, all.until_s), (299, market.sales()[299].time_s + 1));
    assert!(
        train(&market, Some(market.sales()[99].time_s), &small())
            .unwrap_err()
            .to_string()
            .contains("at least 100")
    );
}

/// Prices lie evenly within .2 nats of a median that is known: how often an interval will hold is its part of these .4 nats. Over
/// 1,600 predictions it is 80 %, which takes .32 nats or more; without knowing an asset it takes four times as much.
#[test]
fn intervals_hold_as_often_as_they_say_and_are_as_short_as_they_can_be() {
    let (market, medians) = steady(2, 2_000);
    let sales = market.sales();
    let (model, _) = train(&market, Some(sales[1_200].time_s), &quick()).unwrap();
    let assets: Vec<AssetId> = (0..80).map(AssetId).collect();
    let mut follower = Follower::new(&model, &market).unwrap();
    let (mut held, mut length, mut off, mut count) = (0.0, 0.0, 0.0, 0.0);
    for sale in sales[1_240..].iter().step_by(38) {
        follower.advance(sale.time_s).unwrap();
        for (price, median) in follower.predict(&assets, sale.time_s).unwrap().iter().zip(&medians) {
            let ln = |wei: u128| libm::log(wei as f64) - median;
            let (low, high) = (ln(price.low_wei), ln(price.high_wei));
            held += (high.min(SPREAD) - low.max(-SPREAD)).max(0.0) / (2.0 * SPREAD);
            length += high - low;
            off += ln(price.price_wei).abs();
            count += 1.0;
        }
    }
    let (held, length, off) = (held / count, length / count, off / count);
    assert_eq!(count, 1_600.0);
    assert!((0.76..0.84).contains(&held), "{held}, {length} nats, {off} off");
    assert!((0.32..0.5).contains(&length), "{held}, {length} nats, {off} off");
    assert!(off < 0.1, "{held}, {length} nats, {off} off");
}

#[test]
fn prices_are_the_same_however_they_are_asked_for() {
    let market = synthetic(2, 300);
    let (model, _) = train(&market, None, &small()).unwrap();
    let time_s = market.sales()[299].time_s + DAY_S;
    let assets: Vec<AssetId> = (0..80).map(AssetId).collect();
    let prices = predict(&market, &model, &assets, time_s, Hindsight::Refused).unwrap();
    assert!(prices.iter().all(|p| 0 < p.low_wei && p.low_wei <= p.price_wei && p.price_wei <= p.high_wei));
    assert!(
        predict(&market, &model, &[AssetId(80)], time_s, Hindsight::Refused)
            .unwrap_err()
            .to_string()
            .contains("asset 80")
    );
    let early = |hindsight| predict(&market, &model, &assets, 5, hindsight).unwrap_err().to_string();
    assert!(early(Hindsight::Allowed).contains("later than the first sale"));
    assert!(early(Hindsight::Refused).contains("--in-sample"));
    let json = serde_json::to_value(&prices[0]).unwrap();
    assert_eq!(json["price_wei"], prices[0].price_wei.to_string());
    // Followed only so far, a market can be asked about any later moment.
    let mut follower = Follower::new(&model, &market).unwrap();
    follower.advance(time_s).unwrap();
    assert_eq!(follower.predict(&assets, time_s).unwrap(), prices);
}

/// A model of the first sales, asked before and at the end of its training.
#[test]
fn hindsight_is_refused_or_marked() {
    let market = synthetic(2, 300);
    let until_s = market.sales()[250].time_s;
    let (model, _) = train(&market, Some(until_s), &small()).unwrap();
    let ask = |time_s, hindsight| predict(&market, &model, &[AssetId(3)], time_s, hindsight);
    assert!(
        ask(until_s - 1, Hindsight::Refused)
            .unwrap_err()
            .to_string()
            .contains("end of what the model learnt")
    );
    assert!(ask(until_s - 1, Hindsight::Allowed).unwrap()[0].in_sample);
    let at_end = ask(until_s, Hindsight::Refused).unwrap();
    assert!(!at_end[0].in_sample);
    assert_eq!(ask(until_s, Hindsight::Allowed).unwrap(), at_end);
}

/// What is held out is what an evaluation of a model of the sales before says, up to the end of the training.
#[test]
fn held_out_sales_were_not_learnt_from() {
    let market = synthetic(6, 500);
    let until_s = market.sales()[401].time_s;
    let (_, trained) = train(&market, Some(until_s), &small()).unwrap();
    let held_out = trained.held_out.unwrap();
    // 400 rows without the first: the 320th row is the 321st sale or the first of its moment.
    assert_eq!(market.sales()[321].time_s, held_out.from_s);
    let first = market.sales().partition_point(|sale| sale.time_s < held_out.from_s);
    assert_eq!(held_out.quality.rows, trained.rows + 1 - first as u64);
    let (mut earlier, _) = train(&market, Some(held_out.from_s), &small()).unwrap();
    // Its intervals start from nothing.
    let spec = PriceSpec::new(held_out.from_s, small(), Vec::new()).unwrap();
    earlier = PriceModel::new(spec, earlier.ensembles().clone()).unwrap();
    let evaluation = evaluate(&market, &earlier, held_out.from_s, Some(until_s)).unwrap();
    assert_eq!(evaluation.quality, held_out.quality);
    assert_eq!(trained.mae_log, Some(held_out.quality.mae_log));
    assert_eq!(trained.interval_coverage, Some(held_out.quality.interval_coverage));
    let refused = evaluate(&market, &earlier, until_s, Some(until_s)).unwrap_err().to_string();
    assert!(refused.contains("later than --from"), "{refused}");
}

/// Members differ by their seeds, and what is predicted is their mean; another seed gives other members.
#[test]
fn the_mean_of_the_members_is_predicted() {
    let market = synthetic(3, 300);
    let (model, _) = train(&market, None, &small()).unwrap();
    let table = PriceTable::build(&market, None).unwrap();
    let row = table.rows().nth(100).unwrap().features;
    for ensemble in model.ensembles() {
        assert_eq!(ensemble.members().len(), 3);
        assert_ne!(ensemble.members()[0], ensemble.members()[1]);
        let margins: Vec<f64> = ensemble.members().iter().map(|member| member.margin(row).unwrap()).collect();
        let mean = (margins[0] + margins[1] + margins[2]) / 3.0;
        assert_eq!(ensemble.margin(row).unwrap().to_bits(), mean.to_bits());
    }
    let (other, _) = train(&market, None, &PriceParams { seed: 1, ..small() }).unwrap();
    for member in other.ensembles()[1].members() {
        assert!(model.ensembles()[1].members().iter().all(|own| own.to_bytes() != member.to_bytes()));
    }
    assert!(train(&market, None, &PriceParams { members: 65, ..small() }).is_err());
}

/// Files of before ensembles have no format version; files of other features another features version.
#[test]
fn files_of_other_versions_are_refused_by_name() {
    let market = synthetic(4, 160);
    let (model, _) = train(&market, None, &small()).unwrap();
    let good = String::from_utf8_lossy(&model.to_bytes().unwrap()[15..80]).into_owned();
    assert!(good.starts_with("{\"format_version\":2,\"features_version\":2,"), "{good}");
    let refusal = |from: &[u8], to: &[u8]| {
        let mut bytes = model.to_bytes().unwrap();
        let at = bytes.windows(from.len()).position(|window| window == from).unwrap();
        bytes.splice(at..at + from.len(), to.iter().copied());
        let json =
            u32::from_be_bytes(bytes[11..15].try_into().unwrap()) + to.len() as u32 - from.len() as u32;
        bytes[11..15].copy_from_slice(&json.to_be_bytes());
        PriceModel::from_bytes(&bytes).unwrap_err().to_string()
    };
    assert!(refusal(b"\"format_version\":2,", b"").contains("format_version is 0"));
    assert!(refusal(b"features_version\":2", b"features_version\":1").contains("train the model again"));
    assert!(refusal(b"\"members\":3", b"\"members\":65").contains("members is 65"));
    assert!(refusal(b"\"members\":3", b"\"members\":4").contains("ends within a model"));
    assert!(refusal(b"\"members\":3", b"\"members\":2").contains("after the last model"));
}

#[test]
fn files_are_read_back_and_nothing_else_is() {
    let market = synthetic(4, 160);
    let (model, _) = train(&market, None, &small()).unwrap();
    let good = model.to_bytes().unwrap();
    assert_eq!(PriceModel::from_bytes(&good).unwrap(), model);
    assert_eq!(Task::of_file(&good).unwrap(), Task::Price);
    assert!(
        Bundle::from_bytes(&good)
            .unwrap_err()
            .to_string()
            .contains("a model of the task price, not interest")
    );
    for end in 0..good.len() {
        assert!(PriceModel::from_bytes(&good[..end]).is_err(), "cut at {end}");
    }
    assert!(PriceModel::from_bytes(&[&good[..], &[0]].concat()).is_err());
    let row = vec![0; attention_tasks::price::PRICE_FEATURES.len()];
    for at in 0..good.len() {
        for byte in [0, b'9', 0xff, good[at] ^ 1] {
            let mut bytes = good.clone();
            bytes[at] = byte;
            if let Ok(read) = PriceModel::from_bytes(&bytes) {
                assert_eq!(read.to_bytes().unwrap(), bytes, "byte {at} set to {byte}");
                read.quantiles(&row).unwrap();
                read.interval().unwrap();
            }
        }
    }
}
