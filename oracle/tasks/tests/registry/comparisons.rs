//! Champion and challenger of each task on made-up rows whose losses are known.

use attention_model::recommend::{AlsParams, RecommenderParams};
use attention_model::{Dataset, Model, PriorModel, Target};
use attention_tasks::churn::{CHURN_FEATURES_VERSION, ChurnModel, ChurnRules, ChurnSpec, churn_schema};
use attention_tasks::price::{Ensemble, Market, PriceModel, PriceParams, PriceSpec, evaluate, price_schema};
use attention_tasks::recommend::{Columns, Options, train};
use attention_tasks::registry::{Held, Loss, Rows, compare, measure};
use attention_tasks::{Task, TaskError};
use time::OffsetDateTime;

const DAY_S: i64 = 86_400;
/// 2017-06-23, where cuts are counted from.
const START_S: i64 = 1_498_176_000;

/// Ten assets of two types.
fn assets() -> Vec<u8> {
    let kind = |asset| if asset % 2 == 0 { "Ape" } else { "Human" };
    let rows: String = (0..10).map(|asset| format!("{asset},{},Male,Dark,1,Hat\n", kind(asset))).collect();
    format!("asset_id,type,gender,skin_tone,accessory_count,accessories\n{rows}").into_bytes()
}

/// Sales at these moments by these users, of which only the seller is known; prices in 10^18 wei.
fn sales(rows: &[(char, i64, u64)]) -> Vec<u8> {
    let mut text = "timestamp,asset_id,price_wei,seller,buyer,block,tx\n".to_owned();
    for (at, (seller, time_s, price)) in rows.iter().enumerate() {
        let time = OffsetDateTime::from_unix_timestamp(*time_s).unwrap();
        let (date, hour, minute, second) = (time.date(), time.hour(), time.minute(), time.second());
        let seller = u32::from(*seller);
        text.push_str(&format!(
            "{date} {hour:02}:{minute:02}:{second:02} UTC,{},{price}000000000000000000,0x{seller:040x},0x{:040x},{at},0x{at:064x}\n",
            at % 10,
            0
        ));
    }
    text.into_bytes()
}

fn error(of: Result<impl std::fmt::Debug, TaskError>) -> String {
    of.unwrap_err().to_string()
}

/// By Laplace's rule a probability of 2/3 that a user is gone if `gone`, else of 1/3.
fn churn(gone: bool, horizon_days: u64, until_s: i64) -> Held {
    let schema = churn_schema().unwrap();
    let row = vec![0; schema.len()];
    let data = Dataset::from_rows(&schema, &row, std::slice::from_ref(&gone)).unwrap();
    let rules = ChurnRules::with_horizon_days(horizon_days).unwrap();
    let spec = ChurnSpec { features_version: CHURN_FEATURES_VERSION, rules, until_s };
    Held::Churn(Box::new(ChurnModel::new(spec, Model::Prior(PriorModel::measure(&data))).unwrap()))
}

/// At cuts 20 and 21: a stays, then is gone; b and d are gone twice; c stays twice. Gone costs the challenger ln 2 less than the
/// champion, not gone ln 2 more: the mean over eight rows is −ln 2 / 4. By user, the sums about it are 1/2, −3/2, −3/2, 5/2 (ln 2): the
/// standard error is √(4/3 · 11) / 8 ln 2.
#[test]
fn churn_by_hand() {
    let cut = |index: i64| START_S + index * 30 * DAY_S;
    let acts = [
        ('d', cut(20) - 8 * DAY_S, 1),
        ('c', cut(20) - 7 * DAY_S, 1),
        ('b', cut(20) - 6 * DAY_S, 1),
        ('a', cut(20) - 5 * DAY_S, 1),
        ('a', cut(20) + 10 * DAY_S, 1),
        ('c', cut(21) + 5 * DAY_S, 1),
        ('z', cut(21) + 91 * DAY_S, 1),
    ];
    let rows = |from_s| Rows::Sales { assets: assets(), sales: sales(&acts), from_s };
    let (high, low) = (churn(true, 90, cut(19)), churn(false, 90, cut(20)));
    let found = compare(&high, Some(&low), &rows(cut(20))).unwrap();
    let ln2 = std::f64::consts::LN_2;
    assert_eq!((found.task, found.loss, found.unit), (Task::Churn, Loss::LogLoss, "nat"));
    assert_eq!((found.rows, found.clusters, found.clustered_by), (8, Some(4), Some("user")));
    assert!((found.difference.mean + ln2 / 4.0).abs() < 1e-12, "{found:?}");
    assert!(
        (found.difference.standard_error - (44.0f64 / 3.0).sqrt() / 8.0 * ln2).abs() < 1e-12,
        "{found:?}"
    );
    // Five of eight are gone: 5/8 · ln(3/2) + 3/8 · ln 3.
    assert!((found.challenger.loss - (0.625 * 1.5f64.ln() + 0.375 * 3.0f64.ln())).abs() < 1e-12);
    assert_eq!((found.auc_difference, found.from_s), (Some(0.0), Some(cut(20))));
    assert!(!found.better_by(0));
    assert_eq!(compare(&low, Some(&high), &rows(cut(20))).unwrap().difference.mean, -found.difference.mean);

    // The champion's training ends later than the challenger's: it is what forbids an earlier day.
    let early = error(compare(&high, Some(&low), &rows(cut(20) - 1)));
    assert!(
        early.contains("the champion learnt from what was before")
            && early.contains("--from 2019-02-13 or later"),
        "{early}"
    );
    assert!(error(compare(&low, Some(&high), &rows(cut(20) - 1))).contains("the challenger learnt from"));
    let other = error(compare(&high, Some(&churn(false, 30, cut(19))), &rows(cut(20))));
    assert!(
        other.contains("nothing for 7776000 s")
            && other.contains("the champion who does nothing for 2592000 s"),
        "{other}"
    );
    let none = error(compare(&high, Some(&low), &rows(cut(22))));
    assert!(none.contains("a cut with active users before it"), "{none}");
    let alone: Vec<_> = acts.into_iter().filter(|(user, ..)| "az".contains(*user)).collect();
    let alone = Rows::Sales { assets: assets(), sales: sales(&alone), from_s: cut(20) };
    let alone = error(compare(&high, Some(&low), &alone));
    assert!(alone.contains("there is 1 user to compare on; at least 2"), "{alone}");
}

/// A model that adds the same to what the linear model says of every sale.
fn price(nats: f64, until_s: i64) -> PriceModel {
    let schema = price_schema().unwrap();
    let row = vec![0; schema.len()];
    let data = Dataset::rows_with_target(&schema, &row, Target::Real(std::slice::from_ref(&nats))).unwrap();
    let alone = || Ensemble::new(vec![Model::Prior(PriorModel::measure(&data))]).unwrap();
    let params = PriceParams { members: 1, ..PriceParams::default() };
    let spec = PriceSpec::new(until_s, params, Vec::new()).unwrap();
    PriceModel::new(spec, [alone(), alone(), alone()]).unwrap()
}

fn held(model: PriceModel) -> Held {
    Held::Price(Box::new(model))
}

/// Sales of days 1 to 12 at wandering prices; a model that predicts e^5 times what is expected is nearer to all of them than one of
/// e^7 times, by 2 nats each.
#[test]
fn prices_by_hand() {
    let day = |at: i64| START_S + at * DAY_S;
    let prices = [10, 10, 10, 20, 5, 8, 13, 9, 11, 10, 12, 7];
    let acts: Vec<(char, i64, u64)> =
        prices.iter().enumerate().map(|(at, price)| ('a', day(at as i64 + 1), *price)).collect();
    let rows = |from_s| Rows::Sales { assets: assets(), sales: sales(&acts), from_s };
    let (five, seven) = (held(price(5.0, day(3))), held(price(7.0, day(4))));
    let found = compare(&five, Some(&seven), &rows(day(4))).unwrap();
    assert_eq!((found.task, found.loss, found.unit), (Task::Price, Loss::AbsoluteLogError, "nat"));
    assert_eq!((found.rows, found.challenger.model, found.from_s), (9, "prior", Some(day(4))));
    assert!(
        (found.difference.mean + 2.0).abs() < 1e-6 && found.difference.standard_error < 1e-6,
        "{found:?}"
    );
    assert!(found.better_by(1_999_990) && !found.better_by(2_000_010));
    // Sales of one day are not independent: a second one on the last adds a row and no cluster.
    assert_eq!((found.clustered_by, found.clusters), (Some("day"), Some(9)));
    let twice: Vec<_> = acts.iter().copied().chain([('b', day(13) - 1, 9)]).collect();
    let twice = Rows::Sales { assets: assets(), sales: sales(&twice), from_s: day(4) };
    let twice = compare(&five, Some(&seven), &twice).unwrap();
    assert_eq!((twice.rows, twice.clusters), (10, Some(9)));
    // The first sale of all has no past, so it is no row and no cluster.
    let all = compare(&held(price(5.0, 0)), Some(&held(price(7.0, 0))), &rows(0)).unwrap();
    assert_eq!((all.rows, all.clusters), (11, Some(11)));

    // The last two sales against the level: 12 after 20, 5, 8, 13, 9, 11, 10, the median of which is 10, and 7 after 5, 8, 13, 9, 11,
    // 10, 12, of which it is 10 too.
    let base = compare(&five, None, &rows(day(11))).unwrap();
    let by_hand = ((12.0f64 / 10.0).ln() + (10.0f64 / 7.0).ln()) / 2.0;
    assert_eq!((base.rows, base.champion.model), (2, "median_7d"));
    assert!((base.champion.loss - by_hand).abs() < 2e-6, "{base:?} {by_hand}");
    let market = Market::read(&assets()[..], &sales(&acts)[..]).unwrap();
    let measured = evaluate(&market, &price(5.0, day(3)), day(11), None).unwrap().quality;
    assert!((measured.mae_log - base.challenger.loss).abs() < 1e-12);
    assert!((measured.baseline_mae_log - base.champion.loss).abs() < 1e-12);
    let figures = measure(&five, &rows(day(11))).unwrap();
    assert_eq!(figures["mae_log"], (measured.mae_log * 1e6).round() as i64);

    let early = error(compare(&five, Some(&seven), &rows(day(4) - 1)));
    assert!(
        early.contains("the champion learnt from") && early.contains("--from 2017-06-27 or later"),
        "{early}"
    );
    assert!(error(compare(&five, Some(&seven), &rows(day(13)))).contains("before the last priced sale"));
    let one = error(compare(&five, Some(&seven), &rows(day(12))));
    assert!(one.contains("there is 1 day to compare on"), "{one}");
}

fn log(rows: &str) -> String {
    format!("user,item,timestamp\n{rows}")
}

/// Trained on all of a file.
fn recommender(rows: &str, columns: Columns) -> Held {
    let header = format!("{},{},{}\n", columns.user, columns.item, columns.timestamp);
    let als = AlsParams { factors: 2, sweeps: 2, ..AlsParams::default() };
    let params = RecommenderParams { als, ..RecommenderParams::default() };
    let options = Options { columns, params, all: true, ..Options::default() };
    Held::Recommend(Box::new(train((header + rows).as_bytes(), "interactions.csv", &options).unwrap().0))
}

/// The challenger knows a and b, the champion a and c: whoever has a has one item left, which each ranks first. Of ann and bob the last
/// is b, of cid c: reciprocal ranks 1, 1, 0 against 0, 0, 1. Differences of what is missed: −1, −1, 1; mean −1/3, standard error 2/3.
#[test]
fn recommendations_by_hand() {
    let knows =
        |item: char| recommender(&format!("p,a,1\np,{item},2\nq,a,1\nq,{item},3\n"), Columns::default());
    let (b, c) = (knows('b'), knows('c'));
    let file = |rows: &str| Rows::File { name: "log.csv".into(), bytes: log(rows).into_bytes() };
    let three = file("ann,a,1\nann,b,2\nbob,a,1\nbob,b,5\ncid,a,1\ncid,c,2\ndan,a,7\n");
    let found = compare(&b, Some(&c), &three).unwrap();
    assert_eq!((found.task, found.loss), (Task::Recommend, Loss::MissedReciprocalRank10));
    assert_eq!((found.rows, found.unit, found.clusters), (3, "reciprocal rank", None));
    assert!((found.difference.mean + 1.0 / 3.0).abs() < 1e-12, "{found:?}");
    assert!((found.difference.standard_error - 2.0 / 3.0).abs() < 1e-12);
    assert!(
        (found.challenger.loss - 1.0 / 3.0).abs() < 1e-12 && (found.champion.loss - 2.0 / 3.0).abs() < 1e-12
    );
    let hits = found.challenger.hit_rate_10.zip(found.champion.hit_rate_10).unwrap();
    assert!((hits.0 - 2.0 / 3.0).abs() < 1e-12 && (hits.1 - 1.0 / 3.0).abs() < 1e-12);
    // With one item left, popularity ranks as the model does.
    let base = compare(&b, None, &three).unwrap();
    assert_eq!((base.champion.model, base.difference.mean), ("popularity", 0.0));
    assert_eq!(measure(&b, &three).unwrap()["hit_rate_10"], 666_667);

    let none = error(compare(&b, Some(&c), &file("ann,a,1\nbob,b,1\n")));
    assert!(none.contains("log.csv: has no user with two items"), "{none}");
    let seen = error(compare(&b, Some(&c), &file("p,a,1\np,b,2\nq,a,1\nq,c,2\n")));
    assert!(seen.contains("the model was trained on the last interactions of 1 users of log.csv"), "{seen}");
    let columns = Columns { user: "who".into(), ..Columns::default() };
    let other = recommender("p,a,1\np,b,2\nq,a,1\nq,b,3\n", columns);
    let other = error(compare(&b, Some(&other), &three));
    assert!(other.contains("\"user\"") && other.contains("the champion \"who\""), "{other}");
}

#[test]
fn other_tasks_and_other_data_are_refused() {
    let (of_price, of_churn) = (held(price(0.0, 5)), churn(true, 90, 5));
    let folder = Rows::Sales { assets: assets(), sales: sales(&[]), from_s: 10 };
    let file = Rows::File { name: "t.csv".into(), bytes: b"user,item,timestamp\n".to_vec() };
    let other = error(compare(&of_price, Some(&of_churn), &folder));
    assert!(other.contains("challenger is of the task price, the champion of the task churn"), "{other}");
    for model in [&of_price, &of_churn] {
        for refused in [error(compare(model, None, &file)), error(measure(model, &file))] {
            assert!(
                refused.contains("measured on a folder with assets.csv and sales.csv, not on the file t.csv"),
                "{refused}"
            );
        }
    }
    let recommender = recommender("p,a,1\np,b,2\nq,a,1\nq,b,3\n", Columns::default());
    assert!(error(compare(&recommender, None, &folder)).contains("on a file, not on a folder"));
}

/// What a registry reads is any task's file and nothing else, an unknown task told by its number.
#[test]
fn held_models_are_read_back() {
    let models = [
        held(price(0.5, 5)),
        churn(true, 90, 5),
        recommender("p,a,1\np,b,2\nq,a,1\nq,b,3\n", Columns::default()),
    ];
    for model in models {
        let bytes = match &model {
            Held::Interest(bundle) => bundle.to_bytes().unwrap(),
            Held::Price(model) => model.to_bytes().unwrap(),
            Held::Recommend(bundle) => bundle.to_bytes().unwrap(),
            Held::Churn(model) => model.to_bytes().unwrap(),
        };
        assert_eq!(Held::from_bytes(&bytes).unwrap(), model);
        for end in 0..bytes.len() {
            assert!(Held::from_bytes(&bytes[..end]).is_err(), "cut at {end}");
        }
        let mut unknown = bytes.clone();
        unknown[10] = 9;
        let unknown = error(Held::from_bytes(&unknown));
        assert!(unknown.contains("byte 10: unknown task 9; this program knows 1 (interest), 2 (price), 3 (recommend), 4 (churn)"), "{unknown}");
    }
}
