//! The recommend task from file to recommendations: what is held out, what is refused, what does not matter.

use attention_model::recommend::{AlsParams, RecommenderParams};
use attention_model::splitmix64;
use attention_tasks::recommend::{self, Bundle, Columns, Evaluation, Options, RecommendError, Report, top_k};

/// A file's text.
struct TextFile(String);

impl TextFile {
    fn new(text: &str) -> Self {
        Self(text.to_owned())
    }
}

fn train(file: &TextFile, options: &Options) -> Result<(Bundle, Report), RecommendError> {
    recommend::train(file.0.as_bytes(), "log.csv", options)
}

fn evaluate(file: &TextFile, bundle: &Bundle) -> Result<Evaluation, RecommendError> {
    Ok(recommend::evaluate(file.0.as_bytes(), "log.csv", bundle)?.evaluation)
}

fn quick() -> Options {
    let als = AlsParams { factors: 4, sweeps: 4, ..AlsParams::default() };
    Options { params: RecommenderParams { als, ..RecommenderParams::default() }, ..Options::default() }
}

/// Users of four tastes among items of skewed popularity, called synthetic.
fn synthetic(users: u64, items: u64) -> Vec<String> {
    let mut rows = Vec::new();
    for user in 0..users {
        for at in 0..20 {
            let draw = |slot: u64, span: u64| splitmix64(user * 100 + at, slot) % span;
            let popular = draw(0, items).min(draw(1, items));
            let item = if draw(2, 10) < 8 { popular / 4 * 4 + user % 4 } else { popular };
            rows.push(format!("u{user},i{item},{}", 1_000_000 + user * 7 + at * 1_000));
        }
    }
    rows
}

fn csv(rows: &[String]) -> TextFile {
    TextFile::new(&format!("user,item,timestamp\n{}\n", rows.join("\n")))
}

/// Four users. ann's last is c (of equal times the greater name), bob's b (its repeat counts by the newer time), cid has one item
/// and is not measured, dan's last is d, which nobody else has.
const SMALL: &str = "timestamp,rating,user,item\n\
    5,1,ann,a\n9,2,ann,c\n9,5,ann,b\n1,3,bob,b\n2,4,bob,a\n3,1,bob,b\n4,4,cid,a\n1,1,dan,a\n8,1,dan,d\n";

#[test]
fn the_last_interaction_is_held_out() {
    let file = TextFile::new(SMALL);
    let (bundle, report) = train(&file, &quick()).unwrap();
    assert_eq!(bundle.users(), ["ann", "bob", "cid", "dan"]);
    // d and c are known to nobody once ann's and dan's last are held out.
    assert_eq!(bundle.items(), ["a", "b"]);
    let items = |user: &str| -> Vec<&str> {
        let history = bundle.model().interactions().history(bundle.user(user).unwrap());
        history.iter().map(|event| bundle.items()[event.item as usize].as_str()).collect()
    };
    assert_eq!(
        (items("ann"), items("bob"), items("cid"), items("dan")),
        (vec!["a", "b"], vec!["a"], vec!["a"], vec!["a"])
    );
    assert_eq!((report.read.rows, report.read.repeated, report.read.malformed), (9, 1, 0));
    assert_eq!((report.trained_users, report.trained_items, report.trained_interactions), (4, 2, 5));
    assert_eq!(report.held_out, 3);
    let evaluation = report.evaluation.unwrap();
    // ann and dan are misses; bob has only b left to rank.
    assert_eq!((evaluation.users, evaluation.unknown_items), (3, 2));
    assert!((evaluation.hit_rate_10 - 1.0 / 3.0).abs() < 1e-15);
    assert!((evaluation.ndcg_10 - 1.0 / 3.0).abs() < 1e-15);
    assert!((evaluation.popularity_hit_rate_10 - 1.0 / 3.0).abs() < 1e-15);
    // √(1/3 · 2/3 / 3)
    assert!((evaluation.hit_rate_10_standard_error - (2.0f64 / 27.0).sqrt()).abs() < 1e-15);
    assert_eq!(evaluate(&file, &bundle).unwrap(), evaluation);
}

#[test]
fn a_model_trained_on_everything_is_not_measured_by_it() {
    let file = TextFile::new(SMALL);
    let (bundle, report) = train(&file, &Options { all: true, ..quick() }).unwrap();
    assert!(report.evaluation.is_none() && report.held_out == 0 && !bundle.held_out());
    assert_eq!(bundle.items(), ["a", "b", "c", "d"]);
    let error = evaluate(&file, &bundle).unwrap_err();
    assert!(
        matches!(&error, RecommendError::Seen { users: 3, user, item, .. } if user == "ann" && item == "c"),
        "{error}"
    );
    // What happened later it may be measured by; zoe and z are new.
    let later = TextFile::new("user,item,timestamp\nann,a,5\nann,d,11\nzoe,a,1\nzoe,z,2\n");
    let evaluation = evaluate(&later, &bundle).unwrap();
    assert_eq!((evaluation.users, evaluation.unknown_items), (2, 1));
    assert_eq!(evaluation.hit_rate_10, 0.5);
}

#[test]
fn the_order_of_rows_and_columns_and_threads_does_not_matter() {
    let rows = synthetic(60, 40);
    let straight = csv(&rows);
    let mut shuffled = rows.clone();
    shuffled.sort_by_key(|row| row.bytes().fold(7, |hash, byte| splitmix64(hash, u64::from(byte))));
    let shuffled: Vec<String> = shuffled
        .iter()
        .map(|row| {
            let cells: Vec<&str> = row.split(',').collect();
            format!("{},x,{},{}", cells[2], cells[1], cells[0])
        })
        .collect();
    let shuffled = TextFile::new(&format!("timestamp,note,item,user\r\n{}", shuffled.join("\r\n")));
    let fit = |file: &TextFile, threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| train(file, &quick())).unwrap()
    };
    let (bundle, report) = fit(&straight, 1);
    let (again, other) = fit(&shuffled, 3);
    assert!(bundle.to_bytes().unwrap() == again.to_bytes().unwrap());
    assert_eq!(report.model_hash, other.model_hash);
    assert_eq!(report.evaluation, other.evaluation);
}

#[test]
fn tastes_are_found() {
    let file = csv(&synthetic(300, 200));
    let (bundle, report) = train(&file, &quick()).unwrap();
    let evaluation = report.evaluation.unwrap();
    assert_eq!(evaluation.users, 300);
    assert!(evaluation.hit_rate_10 >= 1.6 * evaluation.popularity_hit_rate_10, "{evaluation:?}");
    assert_ne!(
        train(&file, &{
            let mut other = quick();
            other.params.als.seed = 1;
            other
        })
        .unwrap()
        .1
        .model_hash,
        report.model_hash
    );
    let best = top_k(&bundle, Some("u7"), 10).unwrap();
    assert_eq!(best.len(), 10);
    assert!(best.windows(2).all(|pair| pair[0].score >= pair[1].score));
    assert_eq!(top_k(&bundle, None, 3).unwrap().len(), 3);
    let error = top_k(&bundle, Some("nobody"), 3).unwrap_err().to_string();
    assert_eq!(error, "user \"nobody\" is not among the 300 users that the model was trained on");
}

#[test]
fn malformed_rows_are_counted_and_named() {
    let long = "x".repeat(257);
    let text = format!(
        "user,item,timestamp\nann,a,1\nann,b\nann,,2\n,b,2\nann,b,soon\n{long},a,1\nbob,a,2020-01-02\nann,\"b,c\",2\n"
    );
    let file = TextFile::new(&text);
    let (bundle, report) = train(&file, &quick()).unwrap();
    assert_eq!((report.read.rows, report.read.malformed), (8, 5));
    let expected = [
        "line 3, column \"timestamp\": the row ends before it",
        "line 4, column \"item\": \"\" is empty",
        "line 5, column \"user\": \"\" is empty",
        "line 6, column \"timestamp\": \"soon\" is no time: a number, YYYY-MM-DD, YYYY-MM-DD HH:MM:SS (UTC), or RFC 3339",
    ];
    assert_eq!(report.read.malformed_rows[..4], expected);
    assert!(report.read.malformed_rows[4].starts_with("line 7, column \"user\": \"xxx"));
    assert_eq!(bundle.users(), ["ann", "bob"]);
    let error = train(&file, &Options { malformed_max: 1, ..quick() }).unwrap_err().to_string();
    assert!(error.contains("more than 1 malformed rows") && error.contains("line 4"), "{error}");
}

#[test]
fn files_that_cannot_be_used_are_named() {
    let error = |text: &str, options: &Options| train(&TextFile::new(text), options).unwrap_err().to_string();
    assert!(
        error("user,item,time\nann,a,1\n", &quick())
            .contains("column \"timestamp\" once; it names user,item,time")
    );
    assert!(error("user,item,item,timestamp\n", &quick()).contains("column \"item\" once"));
    assert_eq!(error("user,item,timestamp\n", &quick()), "log.csv: has no rows that can be read");
    assert!(error("", &quick()).contains("column \"user\" once"));
    let mut wrong = quick();
    wrong.params.als.factors = 0;
    assert!(error(SMALL, &wrong).contains("hyper-parameter factors is 0"));
    // Nothing to measure: trained, but without figures.
    let single = TextFile::new("\u{feff}user,item,timestamp\nann,a,1\nbob,b,1\n");
    let (bundle, report) = train(&single, &quick()).unwrap();
    assert!(report.evaluation.is_none());
    assert!(evaluate(&single, &bundle).unwrap_err().to_string().contains("no user with two items"));
}

/// An open quote would otherwise make one malformed row, or none, of the rest of the file.
#[test]
fn open_quotes_swallow_nothing() {
    let error = |text: &str| train(&TextFile::new(text), &quick()).unwrap_err().to_string();
    let rows: String = (0..1_500).map(|at| format!("ann,i{at},{at},fine\n")).collect();
    let swallowed = error(&format!("user,item,timestamp,text\nann,\"a,1,fine\n{rows}"));
    assert!(
        swallowed.ends_with("line 2: a quoted cell goes on for 1501 lines; is its quote closed?"),
        "{swallowed}"
    );
    let swallowed = error(&format!("user,item,timestamp,text\nann,a,1,\"fine\n{rows}"));
    assert!(swallowed.contains("line 2: a quoted cell goes on for 1501 lines"), "{swallowed}");
    // A text of several lines in a column that is not read is none of our business.
    let text = "user,item,timestamp,text\nann,a,1,\"so\nso\"\nann,b,2,\"fine\"\n";
    assert_eq!(train(&TextFile::new(text), &quick()).unwrap().1.read.rows, 2);
}

#[test]
fn columns_may_have_other_names() {
    let columns = Columns { user: "buyer".into(), item: "asset".into(), timestamp: "when".into() };
    let file = TextFile::new(
        "when,asset,buyer\n2020-01-01,a,ann\n2020-01-02 10:00:00 UTC,b,ann\n2020-01-03,a,bob\n",
    );
    let (bundle, report) = train(&file, &Options { columns: columns.clone(), ..quick() }).unwrap();
    assert_eq!(report.evaluation.unwrap().users, 1);
    let read = Bundle::from_bytes(&bundle.to_bytes().unwrap()).unwrap();
    assert_eq!(read.columns(), &columns);
    assert_eq!(evaluate(&file, &read).unwrap().users, 1);
}

#[test]
fn reports_are_flat_json() {
    let (_, report) = train(&TextFile::new(SMALL), &quick()).unwrap();
    let json = serde_json::to_value(&report).unwrap();
    for key in ["users", "hit_rate_10", "ndcg_10", "popularity_hit_rate_10", "model_hash", "read", "held_out"]
    {
        assert!(json.get(key).is_some(), "{key} is missing in {json}");
    }
}

#[test]
fn bundles_are_read_back_and_nothing_else_is() {
    let bundle = train(&TextFile::new(SMALL), &quick()).unwrap().0;
    let good = bundle.to_bytes().unwrap();
    assert_eq!(Bundle::from_bytes(&good).unwrap(), bundle);
    for end in 0..good.len() {
        assert!(Bundle::from_bytes(&good[..end]).is_err(), "cut at {end}");
    }
    assert!(Bundle::from_bytes(&[&good[..], &[0]].concat()).is_err());
    for at in 0..good.len() {
        for byte in [0, b' ', b'"', b'a', b'z', 0x7f, 0xff, good[at] ^ 1] {
            let mut bytes = good.clone();
            bytes[at] = byte;
            if let Ok(read) = Bundle::from_bytes(&bytes) {
                assert!(read.to_bytes().unwrap() == bytes, "byte {at} set to {byte} is not canonical");
                for user in read.users() {
                    let _ = top_k(&read, Some(user), 3);
                }
            }
        }
    }
    let text = |bytes: &[u8]| Bundle::from_bytes(bytes).unwrap_err().to_string();
    assert!(text(b"PK").contains("shorter than its header"));
    assert!(text(&[0; 64]).contains("does not begin with ATTNTASK"));
}

/// If this fails, bundles have other names than on other machines or before: find out why before changing it.
#[test]
fn the_hash_of_a_bundle_is_golden() {
    let (_, report) = train(&csv(&synthetic(30, 20)), &quick()).unwrap();
    assert_eq!(report.model_hash, "3c2c0467d7d13da2ce560310c379dc7f8ae2e93d6aaea5c95421a5ee1093ddb6");
}

/// Times within a second decide what is last; without them names do, and that is counted. Whole seconds are what is kept of a time, so
/// that files without fractions keep their bytes.
#[test]
fn the_order_within_a_second_counts() {
    let last = |rows: &str| {
        let file = TextFile::new(&format!("user,item,timestamp\n{rows}"));
        let (bundle, report) = train(&file, &quick()).unwrap();
        let history = bundle.model().interactions().history(bundle.user("ann").unwrap());
        let kept: Vec<String> =
            history.iter().map(|event| bundle.items()[event.item as usize].clone()).collect();
        (kept, report.read.last_by_name, report.model_hash)
    };
    let others = "bob,a,1\nbob,b,2\nbob,c,3\ncid,c,1\ncid,b,2\ncid,a,3\n";
    for (early, late) in [("9.25", "9.75"), ("1970-01-01 00:00:09.000001", "1970-01-01 00:00:09.000002")] {
        let (kept, ties, hash) = last(&format!("ann,b,{early}\nann,a,{late}\n{others}"));
        assert_eq!((kept, ties), (vec!["b".to_owned()], 0), "a is last, though b has the greater name");
        // b is kept with its whole seconds, and what is held out leaves no trace.
        assert_eq!(hash, last(&format!("ann,b,9\nann,a,10\n{others}")).2, "{early}");
    }
    let (kept, ties, _) = last(&format!("ann,b,9\nann,a,9\n{others}"));
    assert_eq!((kept, ties), (vec!["a".to_owned()], 1), "of one moment the greater name is last");
    // A tie that decides nothing is not counted.
    assert_eq!(last(&format!("ann,b,8\nann,a,8\nann,c,9\n{others}")).1, 0);
}
