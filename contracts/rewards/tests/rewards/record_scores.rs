//! Scores in state: from settled allocations only, each written once, the newest found first.

use attention_protocol::ProtocolError;
use attention_protocol::msg::{ExecuteMsg, QueryMsg, ScoreHistoryResponse, ScoreResponse};
use attention_rewards::ContractError;
use cosmwasm_std::Binary;
use cw_multi_test::AppResponse;

use crate::suite::{NewCampaign, Suite, assert_refused};

fn record(
    suite: &mut Suite,
    (campaign, epoch): (u64, u64),
    (start, count): (u32, u32),
) -> Result<AppResponse, String> {
    let leaves = suite.published[&(campaign, epoch)].leaves.clone();
    let siblings = suite.allocation_tree(campaign, epoch, &leaves).prove_range(start, count.max(1)).unwrap();
    let shown = &leaves[start as usize..(start + count) as usize];
    let packed = shown.iter().flat_map(|leaf| leaf.pack()).collect::<Vec<_>>();
    let anyone = suite.user("anyone");
    let msg = ExecuteMsg::RecordScores {
        campaign,
        epoch,
        start,
        leaves: Binary::new(packed),
        siblings: Binary::new(siblings),
    };
    suite.execute(&anyone, &msg, &[])
}

fn counts(response: &AppResponse) -> (u32, u32) {
    let event = response.events.iter().find(|event| event.ty == "wasm-scores_recorded").unwrap();
    let value = |key: &str| event.attributes.iter().find(|a| a.key == key).unwrap().value.parse().unwrap();
    (value("recorded"), value("skipped"))
}

fn score(suite: &Suite, campaign: u64, name: &str) -> ScoreResponse {
    score_of(suite, campaign, name, None)
}

fn score_of(suite: &Suite, campaign: u64, name: &str, epoch: Option<u64>) -> ScoreResponse {
    suite.query(&QueryMsg::Score { campaign, account: suite.user(name).to_string(), epoch })
}

#[test]
fn a_range_of_leaves_is_recorded_with_one_proof() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().create(&mut suite);
    let names: Vec<String> = (0..13).map(|i| format!("user {i}")).collect();
    let scores: Vec<(&str, u32)> =
        names.iter().zip(1..).map(|(name, i)| (name.as_str(), i * 1_000)).collect();
    suite.run_epoch(0, &[(campaign, &scores)]);
    assert_eq!(counts(&record(&mut suite, (campaign, 0), (3, 5)).unwrap()), (5, 0));
    assert_eq!(counts(&record(&mut suite, (campaign, 0), (0, 13)).unwrap()), (8, 5));
    for (name, ppm) in scores {
        let answer = score(&suite, campaign, name);
        assert_eq!(answer.score.unwrap().ppm(), ppm);
        assert_eq!((answer.epoch, answer.streak, answer.weight), (Some(0), 1, u64::from(ppm)));
    }
    assert_eq!(score(&suite, campaign, "nobody").score, None);
}

#[test]
fn the_newest_epoch_is_found_and_ages() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().create(&mut suite);
    suite.run_epoch(0, &[(campaign, &[("alice", 7)])]);
    suite.run_epoch(1, &[(campaign, &[("alice", 9)])]);
    record(&mut suite, (campaign, 1), (0, 1)).unwrap();
    assert_eq!(
        counts(&record(&mut suite, (campaign, 0), (0, 1)).unwrap()),
        (1, 0),
        "an older epoch may follow"
    );
    assert_eq!(
        counts(&record(&mut suite, (campaign, 0), (0, 1)).unwrap()),
        (0, 1),
        "but none is written twice"
    );
    let answer = score(&suite, campaign, "alice");
    assert_eq!((answer.score.unwrap().ppm(), answer.epoch, answer.stale_epochs), (9, Some(1), 0));
    suite.close(3);
    assert_eq!(score(&suite, campaign, "alice").stale_epochs, 2);
    let old = score_of(&suite, campaign, "alice", Some(0));
    assert_eq!((old.score.unwrap().ppm(), old.epoch, old.streak, old.stale_epochs), (7, Some(0), 1, 3));
    assert_eq!(score_of(&suite, campaign, "alice", Some(2)).score, None);
}

#[test]
fn a_history_comes_in_pages_newest_first() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().epochs(0, 60).create(&mut suite);
    let other = NewCampaign::default().epochs(0, 60).create(&mut suite);
    for epoch in 0..52 {
        let scores: &[(&str, u32)] = &[("alice", epoch + 1)];
        suite.run_epoch(epoch.into(), &[(campaign, scores), (other, scores)]);
        record(&mut suite, (campaign, epoch.into()), (0, 1)).unwrap();
    }
    let account = suite.user("alice").to_string();
    let page = |before, limit| -> Vec<(u64, u32)> {
        let query = QueryMsg::ScoreHistory { campaign, account: account.clone(), before, limit };
        let answer: ScoreHistoryResponse = suite.query(&query);
        answer.scores.iter().map(|record| (record.epoch, record.score.ppm())).collect()
    };
    let epochs = |from: u32, to: u32| (to..=from).rev().map(|e| (u64::from(e), e + 1)).collect::<Vec<_>>();
    assert_eq!(page(None, None), epochs(51, 42));
    assert_eq!(page(None, Some(1_000)), epochs(51, 2));
    assert_eq!(page(Some(2), Some(50)), epochs(1, 0));
    assert_eq!(page(Some(0), None), []);
    let query = QueryMsg::ScoreHistory { campaign: other, account, before: None, limit: None };
    assert!(suite.query::<ScoreHistoryResponse>(&query).scores.is_empty());
}

#[test]
fn only_settled_allocations_are_recorded() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().create(&mut suite);
    suite.report_epoch(0, &[(campaign, &[("alice", 7)])]);
    suite.finalise();
    let expected = ContractError::NotSettled { campaign, epoch: 0 };
    assert_refused(record(&mut suite, (campaign, 0), (0, 1)), expected);
}

#[test]
fn one_to_256_leaves_that_are_proven() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().rule(|rule| rule.growth.abs = 300).create(&mut suite);
    let names: Vec<String> = (0..257).map(|i| format!("user {i}")).collect();
    let scores: Vec<(&str, u32)> = names.iter().map(|name| (name.as_str(), 5)).collect();
    suite.run_epoch(0, &[(campaign, &scores)]);
    let count = ContractError::Count { what: "leaves", max: 256, actual: 0 };
    assert_refused(record(&mut suite, (campaign, 0), (0, 0)), count);
    assert!(record(&mut suite, (campaign, 0), (0, 257)).unwrap_err().contains("at most 256"));
    assert_eq!(counts(&record(&mut suite, (campaign, 0), (1, 256)).unwrap()), (256, 0));
    let leaf = suite.published[&(campaign, 0)].leaves[0].pack();
    let anyone = suite.user("anyone");
    let siblings = Binary::default();
    let msg = ExecuteMsg::RecordScores { campaign, epoch: 0, start: 0, leaves: Binary::new(leaf), siblings };
    assert!(suite.execute(&anyone, &msg, &[]).unwrap_err().contains("siblings of the proof"));
    let msg = ExecuteMsg::RecordScores {
        campaign,
        epoch: 0,
        start: 257,
        leaves: Binary::new(suite.published[&(campaign, 0)].leaves[0].pack()),
        siblings: Binary::default(),
    };
    let expected = ProtocolError::Position { position: 257, leaf_count: 257 };
    assert_refused(suite.execute(&anyone, &msg, &[]), expected);
}
