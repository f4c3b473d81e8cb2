//! The search as its caller sees it: the same winner however it is run, and the best there is among its trials.

use attention_tasks::TaskError;
use attention_tasks::estimator::{Estimator, Kind};
use attention_tasks::interest::{TrainOptions, train};
use attention_tasks::search::{Job, Metric, Outcome, Search, SearchOptions, Space, read_trials};
use attention_tasks::table::TypingOptions;
use attention_tasks::validation::{Division, FoldPlan};
use proptest::prelude::*;

/// A target that depends on a and b together, with exceptions; t rises.
fn csv(rows: u32) -> String {
    let mut text = "a,b,t,y\n".to_owned();
    for row in 0..rows {
        let (a, b) = (row * 7 % 13, row * 31 % 17);
        let noise = row.wrapping_mul(2_654_435_761) >> 29;
        text.push_str(&format!("{a},{b},{row},{}\n", u8::from(a * 2 + b + noise > 20)));
    }
    text
}

fn options(trials: u32) -> SearchOptions {
    SearchOptions {
        typing: TypingOptions { target: "y".into(), time: Some("t".into()), ..Default::default() },
        allow_leak: Vec::new(),
        kinds: vec![Kind::Tree, Kind::Logistic],
        space: Space::declared(),
        trials,
        metric: None,
        folds: FoldPlan { division: None, folds: 3, gap: 0, seed: 4 },
        eta: 2,
        rungs: 3,
        seed: 4,
    }
}

fn prepared(options: SearchOptions) -> Search {
    Search::prepare(csv(3_200).as_bytes(), "t.csv", options).unwrap()
}

/// The lines of the rest of a search, and the bytes of its specification.
fn run(mut search: Search) -> (String, Vec<u8>) {
    let mut lines = String::new();
    while let Some(job) = search.next_job() {
        let outcome = search.evaluate(&job);
        lines.push_str(&search.record(&job, outcome).unwrap());
    }
    (lines, search.finish().unwrap().0.to_bytes().unwrap())
}

fn whole() -> &'static (String, Vec<u8>) {
    static WHOLE: std::sync::OnceLock<(String, Vec<u8>)> = std::sync::OnceLock::new();
    WHOLE.get_or_init(|| {
        let search = prepared(options(8));
        let header = search.header_line().unwrap();
        let (lines, spec) = run(search);
        (header + &lines, spec)
    })
}

#[test]
fn threads_change_nothing() {
    for threads in [1, 2, 3] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let (lines, spec) = pool.install(|| run(prepared(options(8))));
        let header = prepared(options(8)).header_line().unwrap();
        assert_eq!((header + &lines, spec), *whole(), "{threads} threads");
    }
    let other = run(prepared(SearchOptions { seed: 5, ..options(8) })).0;
    assert!(!whole().0.ends_with(&other), "another seed draws other trials");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]
    /// Cut anywhere, the file leads to the same specification, and to the same file.
    #[test]
    fn a_search_goes_on_from_any_byte(cut in 0usize..10_000) {
        let (file, spec) = whole();
        let kept = &file.as_bytes()[..cut % (file.len() + 1)];
        let read = read_trials(kept).unwrap();
        let mut search = prepared(options(8));
        let resumed = search.resume(&read).unwrap();
        prop_assert_eq!(resumed, search.evaluated());
        let header = if read.header.is_none() { search.header_line().unwrap() } else { String::new() };
        let (rest, found) = run(search);
        prop_assert_eq!(&found, spec);
        let begun = String::from_utf8(kept[..read.whole_bytes].to_vec()).unwrap();
        prop_assert_eq!(&(begun + &header + &rest), file);
    }
}

#[test]
fn the_trials_of_another_search_are_refused_by_what_differs() {
    let read = read_trials(whole().0.as_bytes()).unwrap();
    let text = |options: SearchOptions| prepared(options).resume(&read).unwrap_err().to_string();
    let seed = text(SearchOptions { seed: 5, ..options(8) });
    assert!(seed.contains("of another search, with seed 4 and not 5"), "{seed}");
    let two = text(SearchOptions { metric: Some(Metric::Auc), eta: 3, ..options(8) });
    assert!(two.contains("eta 2 and not 3") && two.contains("metric \"log_loss\" and not \"auc\""), "{two}");
    let mut other = Search::prepare(csv(3_201).as_bytes(), "t.csv", options(8)).unwrap();
    assert!(other.resume(&read).unwrap_err().to_string().contains("with data_hash"));
    assert!(read_trials(b"a,b\n1,2\n").unwrap_err().to_string().contains("does not begin a search"));
}

#[test]
fn changed_lines_are_refused_by_number() {
    let file = &whole().0;
    let changed = |from: &str, to: &str| {
        let lines: Vec<&str> = file.lines().collect();
        let third = lines[2].replacen(from, to, 1);
        assert_ne!(third, lines[2], "{from} is not in {third}");
        let text = [&[lines[0], lines[1], &third], &lines[3..]].concat().join("\n") + "\n";
        prepared(options(8)).resume(&read_trials(text.as_bytes()).unwrap()).unwrap_err().to_string()
    };
    assert!(
        changed("\"trial\":1", "\"trial\":3").contains("line 3 of the trials file is not trial 1 of rung 0")
    );
    assert!(changed("\"kind\":\"logistic\"", "\"kind\":\"tree\"").contains("line 3"));
    assert!(
        changed("\"folds\":[\"", "\"folds\":[\"7ff0000000000000\",\"")
            .contains("does not hold 3 finite numbers")
    );
    assert!(changed("{", "").contains("line 3 of the trials file does not read"));
    let more = format!("{file}{}", file.lines().last().unwrap().to_owned() + "\n");
    let error = prepared(options(8)).resume(&read_trials(more.as_bytes()).unwrap()).unwrap_err().to_string();
    assert!(error.contains("more lines than the search"), "{error}");
}

/// Jobs by rung, for outcomes that a function of the trial gives.
fn rungs_of(trials: u32, of: impl Fn(u32) -> Outcome) -> (Search, Vec<Vec<u32>>) {
    let mut search = prepared(options(trials));
    let mut rungs: Vec<Vec<u32>> = vec![Vec::new(); 3];
    while let Some(Job { rung, trial, .. }) = search.next_job() {
        rungs[rung].push(trial);
        let job = search.next_job().unwrap();
        search.record(&job, of(trial)).unwrap();
    }
    (search, rungs)
}

/// Eight trials, half go on each time; 0 and 1 are the defaults and always do. The best of the drawn are 7, 6, 5, 4; then 7, 6.
#[test]
fn the_best_go_on_and_the_defaults_always_do() {
    let (search, rungs) = rungs_of(8, |trial| Outcome::Values(vec![10.0 - f64::from(trial); 3]));
    assert_eq!(search.evaluations(), 8 + 6 + 4);
    assert_eq!(rungs, [vec![0, 1, 2, 3, 4, 5, 6, 7], vec![0, 1, 4, 5, 6, 7], vec![0, 1, 6, 7]]);
    let (_, report) = search.finish().unwrap();
    assert_eq!((report.trial, report.value.mean), (7, 3.0));
    // 7 is logistic; the defaults of logistic are trial 1: 3 − 9 on every fold.
    let against = report.against_defaults.unwrap();
    assert_eq!((report.kind, against.value.mean, against.difference.mean), ("logistic", 9.0, -6.0));
    assert_eq!(against.difference.standard_error, 0.0);
}

#[test]
fn equal_trials_are_ranked_by_number_and_failed_ones_go_no_further() {
    let (search, rungs) = rungs_of(8, |_| Outcome::Values(vec![1.0; 3]));
    assert_eq!(rungs[1], [0, 1, 2, 3, 4, 5]);
    assert_eq!(search.finish().unwrap().1.trial, 0);
    let failing = |trial: u32| match trial {
        0 | 1 | 3 => Outcome::Failed(format!("no {trial}")),
        other => Outcome::Values(vec![f64::from(other); 3]),
    };
    let (search, rungs) = rungs_of(5, failing);
    assert_eq!(rungs, [vec![0, 1, 2, 3, 4], vec![0, 1, 2, 4], vec![0, 1, 2, 4]]);
    let (_, report) = search.finish().unwrap();
    assert_eq!((report.trial, report.rungs[0].failed, report.against_defaults.is_none()), (2, 3, true));
    let (search, _) = rungs_of(5, |trial| Outcome::Failed(format!("no {trial}")));
    assert_eq!(search.finish().unwrap_err().to_string(), "search: every trial failed, the first: no 0");
}

/// With one rung the winner is the best of all trials, each cross-validated by `train` on its own.
#[test]
fn one_rung_finds_the_best_of_all_trials() {
    for (metric, division) in
        [(Metric::LogLoss, None), (Metric::Auc, Some(Division::KFold)), (Metric::Mse, Some(Division::Time))]
    {
        let folds = FoldPlan { division, ..options(6).folds };
        let wanted = SearchOptions { metric: Some(metric), rungs: 1, folds, ..options(6) };
        let mut search = prepared(wanted.clone());
        let mut best: Option<(f64, u32)> = None;
        while let Some(job) = search.next_job() {
            let params = serde_json::Value::Object(job.params.clone());
            let by_itself = TrainOptions {
                typing: wanted.typing.clone(),
                estimator: Estimator::new(job.kind, Some(params), wanted.seed).unwrap(),
                allow_leak: Vec::new(),
                folds: Some(folds),
                calibrate: None,
                seed: 0,
                curves: false,
            };
            let measured =
                train(csv(3_200).as_bytes(), "t.csv", &by_itself).unwrap().1.cross_validation.unwrap();
            let badness = match metric {
                Metric::LogLoss => measured.log_loss.unwrap().mean,
                Metric::Auc => -measured.auc.unwrap().mean,
                Metric::Mse => measured.mse.mean,
            };
            if best.is_none_or(|(found, _)| badness < found) {
                best = Some((badness, job.trial));
            }
            let outcome = search.evaluate(&job);
            search.record(&job, outcome).unwrap();
        }
        let (spec, report) = search.finish().unwrap();
        assert_eq!(Some(report.trial), best.map(|(_, trial)| trial), "{metric:?}");
        // What is specified is what was measured.
        let (_, again) = train(csv(3_200).as_bytes(), "t.csv", &spec.train_options().unwrap()).unwrap();
        let (measured, found) = (again.cross_validation.unwrap(), report.cross_validation);
        assert_eq!((measured.auc, measured.mse), (found.auc, found.mse));
        assert_eq!(spec.chosen.value, report.value);
    }
}

#[test]
fn impossible_searches_are_refused() {
    let text = |options: SearchOptions| match Search::prepare(csv(3_200).as_bytes(), "t.csv", options) {
        Err(error) => error.to_string(),
        Ok(_) => String::new(),
    };
    assert!(text(SearchOptions { kinds: vec![], ..options(8) }).contains("name one or more"));
    assert!(text(SearchOptions { kinds: vec![Kind::Tree; 2], ..options(8) }).contains("each once"));
    for trials in [0, 1, 10_001] {
        assert!(text(options(trials)).contains(&format!("the number of trials is {trials}")));
    }
    let real = csv(3_200).replace(",1\n", ",1.5\n");
    let auc =
        Search::prepare(real.as_bytes(), "t.csv", SearchOptions { metric: Some(Metric::Auc), ..options(8) });
    assert!(matches!(auc, Err(TaskError::Unknown { .. })));
    let typing = TypingOptions { target: "y".into(), ..Default::default() };
    let folds = FoldPlan { division: Some(Division::Time), ..options(8).folds };
    assert!(text(SearchOptions { typing, folds, ..options(8) }).contains("--time-column"));
}
