//! Consent: from the next epoch on, with a history, in a log that operators read in order.

use attention_protocol::event::Event;
use attention_protocol::msg::{ConsentChange, ConsentChangesResponse, ConsentResponse, ExecuteMsg, QueryMsg};
use attention_rewards::ContractError;
use cw_multi_test::AppResponse;

use crate::suite::{Suite, assert_refused, clock, events};

fn set(suite: &mut Suite, name: &str, granted: bool) -> Result<AppResponse, String> {
    let user = suite.user(name);
    suite.execute(&user, &ExecuteMsg::SetConsent { granted }, &[])
}

fn consent(suite: &Suite, name: &str, epoch: Option<u64>) -> (Option<bool>, Option<u64>) {
    let query = QueryMsg::Consent { account: suite.user(name).to_string(), epoch };
    let answer: ConsentResponse = suite.query(&query);
    (answer.granted, answer.from_epoch)
}

fn changes(suite: &Suite, start_after: Option<u64>, limit: Option<u32>) -> Vec<ConsentChange> {
    suite.query::<ConsentChangesResponse>(&QueryMsg::ConsentChanges { start_after, limit }).changes
}

#[test]
fn it_takes_effect_with_the_next_epoch_and_the_past_stays() {
    let mut suite = Suite::new();
    let alice = suite.user("alice").to_string();
    assert_eq!(consent(&suite, "alice", None), (None, None));
    let response = set(&mut suite, "alice", true).unwrap();
    let told = Event::ConsentSet { sequence: 1, account: alice.clone(), granted: true, from_epoch: 0 };
    assert_eq!(events(&response), [told], "before genesis the first epoch is the next one");
    suite.go_to(clock().genesis_s);
    let response = set(&mut suite, "alice", false).unwrap();
    let told = Event::ConsentSet { sequence: 2, account: alice, granted: false, from_epoch: 1 };
    assert_eq!(events(&response), [told]);
    assert_eq!(
        consent(&suite, "alice", None),
        (Some(true), Some(0)),
        "the epoch that runs keeps what was said"
    );
    suite.close(0);
    assert_eq!(consent(&suite, "alice", None), (Some(false), Some(1)));
    suite.close(300);
    set(&mut suite, "alice", true).unwrap();
    let at = |epoch| consent(&suite, "alice", Some(epoch));
    assert_eq!(
        [at(0), at(1), at(301)],
        [(Some(true), Some(0)), (Some(false), Some(1)), (Some(false), Some(1))]
    );
    assert_eq!(at(302), (Some(true), Some(302)));
    assert_eq!(at(u64::MAX), (Some(true), Some(302)));
}

/// Changing one's mind before the epoch begins: the last word counts, and the log holds every word.
#[test]
fn the_last_word_before_an_epoch_counts() {
    let mut suite = Suite::new();
    set(&mut suite, "alice", true).unwrap();
    set(&mut suite, "alice", false).unwrap();
    assert_eq!(consent(&suite, "alice", Some(0)), (Some(false), Some(0)));
    let log: Vec<_> =
        changes(&suite, None, None).iter().map(|c| (c.sequence, c.granted, c.from_epoch)).collect();
    assert_eq!(log, [(1, true, 0), (2, false, 0)]);
}

#[test]
fn saying_the_same_again_is_refused() {
    let mut suite = Suite::new();
    set(&mut suite, "alice", false).unwrap();
    let unchanged = |granted| ContractError::ConsentUnchanged { granted };
    assert_refused(set(&mut suite, "alice", false), unchanged(false));
    suite.close(3);
    assert_refused(set(&mut suite, "alice", false), unchanged(false));
    set(&mut suite, "alice", true).unwrap();
    assert_refused(set(&mut suite, "alice", true), unchanged(true));
    assert_eq!(changes(&suite, None, None).len(), 2);
}

#[test]
fn the_log_comes_in_pages_without_gaps() {
    let mut suite = Suite::new();
    for round in 0..6 {
        for name in (0..10).map(|i| format!("user {i}")) {
            set(&mut suite, &name, round % 2 == 0).unwrap();
        }
    }
    let numbers = |start_after, limit| -> Vec<u64> {
        changes(&suite, start_after, limit).iter().map(|change| change.sequence).collect()
    };
    assert_eq!(numbers(None, None), (1..=10).collect::<Vec<_>>());
    assert_eq!(numbers(None, Some(1_000)), (1..=50).collect::<Vec<_>>());
    assert_eq!(numbers(Some(50), Some(50)), (51..=60).collect::<Vec<_>>());
    assert_eq!(numbers(Some(60), None), [0u64; 0]);
    assert_eq!(numbers(Some(u64::MAX), None), [0u64; 0]);
    let change = &changes(&suite, Some(13), Some(1))[0];
    assert_eq!((change.account.clone(), change.granted, change.from_epoch), (suite.user("user 3"), false, 0));
}

/// Contracts' addresses are longer, and nobody speaks for another; a pause stops nobody from withdrawing.
#[test]
fn each_account_speaks_for_itself_even_while_paused() {
    let mut suite = Suite::new();
    set(&mut suite, "dao", true).unwrap();
    suite.pause();
    set(&mut suite, "dao", false).unwrap();
    set(&mut suite, "alice", true).unwrap();
    let at = |name| consent(&suite, name, Some(0)).0;
    assert_eq!([at("dao"), at("alice"), at("bob")], [Some(false), Some(true), None]);
    assert_eq!(changes(&suite, None, None)[0].account, suite.user("dao"));
}
