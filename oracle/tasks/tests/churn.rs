//! Churn: rows by hand, nothing of the future, and the real sales where they are at hand.

#[path = "../../../tests/shared/real_data.rs"]
mod real_data;

use std::fs::File;

use attention_features::{
    AssetCatalog, AssetId, BehaviourEvent, EventId, EventKind, EventLog, FEATURES, FeatureGroup, SourceId,
    UserId, log2_x16,
};
use attention_model::{CounterRng, Target};
use attention_tasks::churn::{
    ChurnModel, ChurnRules, ChurnTable, People, churn_feature_names, churn_schema, evaluate, train,
};
use attention_tasks::estimator::{Estimator, Kind};
use attention_tasks::price::parse_day;
use real_data::real_data;

const DAY_S: i64 = 86_400;
/// 2017-06-23, where cuts are counted from.
const START_S: i64 = 1_498_176_000;

fn cut_s(index: i64) -> i64 {
    START_S + index * 30 * DAY_S
}

fn act(user: &str, kind: EventKind, time_s: i64, id: usize) -> BehaviourEvent {
    BehaviourEvent {
        source: SourceId::new("test").unwrap(),
        event_id: EventId::new(format!("e{id}")).unwrap(),
        user: UserId::new(user).unwrap(),
        kind,
        asset: Some(AssetId(0)),
        counterparty: None,
        quantity: 1,
        price: None,
        event_time_s: time_s,
        receive_time_s: time_s,
    }
}

fn people(acts: &[(&str, i64)]) -> People {
    let events =
        acts.iter().enumerate().map(|(id, (user, time_s))| act(user, EventKind::Purchase, *time_s, id));
    let catalog = AssetCatalog::new(vec![(AssetId(0), vec![("type".into(), "Ape".into())])]).unwrap();
    People::new(catalog, EventLog::new(events.collect(), |_| 0).unwrap().0)
}

fn labels(table: &ChurnTable) -> Vec<(i64, String, bool)> {
    let data = table.table.data().unwrap();
    let Target::Binary(gone) = data.target() else { panic!() };
    let cuts = table.table.times_s().unwrap();
    (0..table.rows()).map(|row| (cuts[row], table.users[row].to_string(), gone[row])).collect()
}

/// Before cut 2 (and after cut 1) four users act: a comes back at the last second of the horizon, b one second later, c at the
/// cut itself, which belongs to neither side; d acted a second more than a year before and does not count.
#[test]
fn labels_by_hand() {
    let (cut, horizon) = (cut_s(13), 90 * DAY_S);
    let acts = [
        ("a", cut - 5 * DAY_S),
        ("a", cut + horizon),
        ("b", cut - 1),
        ("b", cut + horizon + 1),
        ("c", cut - 365 * DAY_S),
        ("c", cut),
        ("d", cut - 365 * DAY_S - 1),
        ("e", cut + 200 * DAY_S),
    ];
    let people = people(&acts);
    let table = ChurnTable::build(&people, &ChurnRules::default(), cut, cut + horizon + 1).unwrap();
    let row = |user: &str, gone| (cut, user.to_owned(), gone);
    assert_eq!(labels(&table), [row("a", false), row("b", true), row("c", true)]);
    assert_eq!(table.silence_s, [5 * DAY_S, 1, 365 * DAY_S]);
    // A second earlier the horizon is not known yet, and there is no other cut from there on.
    let early = ChurnTable::build(&people, &ChurnRules::default(), cut, cut + horizon).unwrap_err();
    assert!(early.to_string().contains("its horizon known"), "{early}");
}

/// u acts 20, 10 and 4 days before the cut: gap (20 − 4) / 2 = 8 days, silent for 96 hours, which is half a gap.
#[test]
fn rhythm_by_hand() {
    let cut = cut_s(13);
    let people = people(&[
        ("u", cut - 20 * DAY_S),
        ("u", cut - 10 * DAY_S),
        ("u", cut - 4 * DAY_S),
        ("v", cut - 60 * DAY_S),
        ("w", cut + 91 * DAY_S),
    ]);
    let table = ChurnTable::build(&people, &ChurnRules::default(), cut, cut + 90 * DAY_S + 1).unwrap();
    let data = table.table.data().unwrap();
    let of = |row: usize, name: &str| {
        data.row(row)[churn_feature_names().iter().position(|n| *n == name).unwrap()]
    };
    let log = |value: u128| log2_x16(value);
    assert_eq!((of(0, "acts_30d"), of(0, "acts_90d"), of(0, "act_days")), (log(3), log(3), log(3)));
    assert_eq!((of(0, "gap_days"), of(0, "silence_hours"), of(0, "silence_gaps")), (log(8), log(96), log(8)));
    assert_eq!((of(1, "gap_days"), of(1, "acts_30d"), of(1, "user_act_recency")), (log(3_650), 0, log(60)));
    let users = FEATURES.iter().filter(|feature| feature.group == FeatureGroup::User).count();
    assert_eq!(churn_schema().unwrap().len(), users + 7);
}

/// A world of regulars, who act every few days, and of people who stop.
fn world(seed: u64, later: bool) -> Vec<(String, i64)> {
    let rng = CounterRng::new(seed, 1);
    let mut acts = Vec::new();
    for user in 0..60u64 {
        let every = 5 + rng.below(user, 30) as i64;
        // Two of three stop, more of them early: the first cuts and the last know both kinds.
        let late = rng.below(2_000 + user, 830) as i64;
        let stops = if rng.below(1_000 + user, 3) > 0 { 20 + late * late / 830 } else { 950 };
        let mut day = rng.below(3_000 + user, 60) as i64;
        while day < stops {
            acts.push((format!("u{user:02}"), START_S + day * DAY_S + user as i64));
            day += every;
        }
        if later {
            acts.push((format!("u{user:02}"), cut_s(20) + 1));
        }
    }
    acts
}

fn of_world(acts: &[(String, i64)]) -> People {
    people(&acts.iter().map(|(user, time_s)| (user.as_str(), *time_s)).collect::<Vec<_>>())
}

#[test]
fn nothing_after_the_known_moment_changes_a_row() {
    let known = cut_s(20);
    let build =
        |later| ChurnTable::build(&of_world(&world(3, later)), &ChurnRules::default(), 0, known).unwrap();
    let (without, with) = (build(false), build(true));
    assert_eq!(without.table, with.table);
    assert!(without.rows() > 300);
    // What happens after a cut changes labels, never features.
    let moved: Vec<(String, i64)> =
        world(3, false).into_iter().filter(|&(_, time_s)| time_s < cut_s(10)).collect();
    let cut = of_world(&[&moved[..], &[("z".into(), known)]].concat());
    let cut = ChurnTable::build(&cut, &ChurnRules::default(), cut_s(10), cut_s(10) + 90 * DAY_S + 1).unwrap();
    let all = ChurnTable::build(
        &of_world(&world(3, false)),
        &ChurnRules::default(),
        cut_s(10),
        cut_s(10) + 90 * DAY_S + 1,
    )
    .unwrap();
    let (a, b) = (cut.table.data().unwrap(), all.table.data().unwrap());
    assert_eq!(a.values(), b.values());
    assert_eq!(a.positives(), a.rows() as u64, "without acts after it all are gone");
    assert!(b.positives() < a.positives());
}

#[test]
fn models_of_every_kind_are_trained_measured_and_kept() {
    let people = of_world(&world(5, false));
    let rules = ChurnRules::default();
    let until_s = cut_s(20);
    for kind in Kind::ALL {
        let estimator = Estimator::new(kind, None, 1).unwrap();
        let folds = (kind == Kind::Tree).then_some((2, 1));
        let (model, trained) = train(&people, Some(until_s), &rules, &estimator, folds).unwrap();
        assert_eq!(trained.report.is_some(), kind == Kind::Tree);
        let bytes = model.to_bytes().unwrap();
        assert_eq!(ChurnModel::from_bytes(&bytes).unwrap(), model);
        assert!(ChurnModel::from_bytes(&bytes[..bytes.len() - 1]).is_err());
        let measured = evaluate(&people, &model, until_s).unwrap();
        assert!(measured.auc.unwrap() > 0.7, "{kind:?}: {measured:?}");
        assert_eq!(measured.cuts.iter().map(|cut| cut.rows as u64).sum::<u64>(), measured.rows);
        let early = evaluate(&people, &model, until_s - 1).unwrap_err().to_string();
        assert!(early.contains("not before the end of training"), "{early}");
    }
    let estimator = Estimator::new(Kind::Tree, None, 1).unwrap();
    let few =
        train(&people, Some(cut_s(1) + 90 * DAY_S + 1), &rules, &estimator, None).unwrap_err().to_string();
    assert!(few.contains("at least 100"), "{few}");
    assert!(ChurnRules::with_horizon_days(0).is_err() && ChurnRules::with_horizon_days(3_651).is_err());
}

fn real() -> Option<People> {
    let folder = real_data("punks", &["sales.csv", "assets.csv"])?;
    let open = |name: &str| File::open(folder.join(name)).unwrap();
    Some(People::read(open("assets.csv"), open("sales.csv")).unwrap())
}

/// Learnt from the cuts whose horizon ends before 2020, on those of 2020: better than the time since the last act.
#[test]
fn real_churn_is_foreseen() {
    let Some(people) = real() else { return };
    let from_s = parse_day("2020-01-01").unwrap();
    let estimator = Estimator::new(Kind::Logistic, None, 1).unwrap();
    let (model, _) = train(&people, Some(from_s), &ChurnRules::default(), &estimator, None).unwrap();
    let measured = evaluate(&people, &model, from_s).unwrap();
    assert!(measured.auc > measured.recency_auc, "{measured:?}");
    assert!(measured.log_loss < measured.base_log_loss, "{measured:?}");
}
