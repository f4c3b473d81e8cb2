//! Relayers' batches: what can be paid is paid, the rest is named.

use attention_protocol::event::Event;
use attention_protocol::msg::{AccountClaim, ClaimItem, ExecuteMsg};
use attention_rewards::ContractError;
use cw_multi_test::AppResponse;

use crate::suite::{ATT, Mode, NewCampaign, Suite, USD, assert_refused, events};

fn batch(suite: &mut Suite, claims: Vec<AccountClaim>) -> Result<AppResponse, String> {
    let relayer = suite.user("relayer");
    suite.execute(&relayer, &ExecuteMsg::ClaimBatch { claims }, &[])
}

fn of(suite: &Suite, name: &str, items: Vec<ClaimItem>) -> AccountClaim {
    AccountClaim { account: suite.user(name).to_string(), items }
}

/// The index and reason of every item that was passed over.
fn skipped(response: &AppResponse) -> Vec<(u32, String)> {
    let skipped = |event| match event {
        Event::ClaimSkipped { index, reason, .. } => Some((index, reason)),
        _ => None,
    };
    events(response).into_iter().filter_map(skipped).collect()
}

/// Two campaigns, epoch 0 settled: alice and bob earned half of each.
fn settled() -> (Suite, [u64; 2]) {
    let mut suite = Suite::new();
    let ids = [ATT, USD].map(|denom| NewCampaign::default().bringing(10_050, denom).create(&mut suite));
    let scores: &[(&str, u32)] = &[("alice", 5), ("bob", 5)];
    suite.run_epoch(0, &ids.map(|id| (id, scores)));
    (suite, ids)
}

#[test]
fn everybody_is_paid_their_own_by_one_message() {
    let (mut suite, ids) = settled();
    let claims = ["alice", "bob"]
        .map(|name| of(&suite, name, ids.map(|id| suite.claim_item(name, id, 0)).to_vec()))
        .to_vec();
    let response = batch(&mut suite, claims.clone()).unwrap();
    assert!(skipped(&response).is_empty());
    for name in ["alice", "bob"] {
        let user = suite.user(name);
        assert_eq!((suite.balance(&user, ATT), suite.balance(&user, USD)), (500, 502));
    }
    assert_eq!(suite.balance(&suite.user("relayer"), ATT), 0);
    assert_refused(batch(&mut suite, claims), ContractError::NothingToClaim {});
}

#[test]
fn bad_items_are_passed_over_and_named() {
    let (mut suite, [a, b]) = settled();
    let alices = suite.claim_item("alice", a, 0);
    let bobs = suite.claim_item("bob", a, 0);
    let unknown = ClaimItem { campaign: 9, ..alices.clone() };
    let claims = vec![
        of(&suite, "alice", vec![bobs.clone(), alices.clone(), unknown]),
        AccountClaim { account: "nobody".into(), items: vec![alices.clone()] },
        of(&suite, "bob", vec![ClaimItem { epoch: 7, ..bobs }, suite.claim_item("bob", b, 0)]),
    ];
    let response = batch(&mut suite, claims).unwrap();
    let told = skipped(&response);
    assert_eq!(told.iter().map(|(index, _)| *index).collect::<Vec<_>>(), [0, 2, 3, 4]);
    let reasons = |index: usize| told[index].1.clone();
    assert_eq!(reasons(0), ContractError::NotYourLeaf { campaign: a }.to_string());
    assert_eq!(reasons(1), ContractError::UnknownCampaign { campaign: 9 }.to_string());
    assert_eq!(reasons(3), ContractError::NotSettled { campaign: a, epoch: 7 }.to_string());
    let named =
        events(&response).into_iter().find(|event| matches!(event, Event::ClaimSkipped { index: 3, .. }));
    let Some(Event::ClaimSkipped { account, campaign, .. }) = named else { panic!("{response:?}") };
    assert_eq!((account.as_str(), campaign), ("nobody", a));
    assert_eq!(suite.balance(&suite.user("alice"), ATT), 500);
    assert_eq!(suite.balance(&suite.user("bob"), USD), 502);
}

/// The same account and campaign twice, in one list and in two: paid once.
#[test]
fn nothing_is_paid_twice() {
    let (mut suite, [a, _]) = settled();
    let item = suite.claim_item("alice", a, 0);
    let claims =
        vec![of(&suite, "alice", vec![item.clone(), item.clone()]), of(&suite, "alice", vec![item.clone()])];
    let response = batch(&mut suite, claims).unwrap();
    let nothing = ContractError::NothingToClaim {}.to_string();
    assert_eq!(skipped(&response), [(1, nothing.clone()), (2, nothing)]);
    assert_eq!(suite.balance(&suite.user("alice"), ATT), 500);
    // An older allocation beside the newest: their sum is what the newest says.
    suite.run_epoch(1, &[(a, &[("bob", 5)])]);
    let items = vec![suite.claim_item("bob", a, 0), suite.claim_item("bob", a, 1)];
    let claims = vec![of(&suite, "bob", items)];
    batch(&mut suite, claims).unwrap();
    assert_eq!(suite.balance(&suite.user("bob"), ATT), 500 + 1_000);
}

#[test]
fn the_limit_is_32_items_of_all_accounts_together() {
    let (mut suite, [a, _]) = settled();
    let item = suite.claim_item("alice", a, 0);
    let claims = |suite: &Suite, counts: &[usize]| -> Vec<AccountClaim> {
        counts.iter().map(|count| of(suite, "alice", vec![item.clone(); *count])).collect()
    };
    let count = |actual| ContractError::Count { what: "items", max: 32, actual };
    for (counts, actual) in [(vec![], 0), (vec![0, 0], 0), (vec![33], 33), (vec![16, 17], 33)] {
        let claims = claims(&suite, &counts);
        assert_refused(batch(&mut suite, claims), count(actual));
    }
    let mut empty = vec![0; 32];
    empty.push(1);
    let many = claims(&suite, &empty);
    let expected = ContractError::Count { what: "claims", max: 32, actual: 33 };
    assert_refused(batch(&mut suite, many), expected);
    let full = claims(&suite, &[16, 16]);
    let response = batch(&mut suite, full).unwrap();
    assert_eq!(skipped(&response).len(), 31);
}

#[test]
fn it_fails_only_if_nothing_is_paid_and_while_paused() {
    let (mut suite, [a, _]) = settled();
    let wrong = suite.claim_item("bob", a, 0);
    let claims = vec![of(&suite, "alice", vec![wrong.clone()])];
    assert_refused(batch(&mut suite, claims), ContractError::NothingToClaim {});
    suite.pause();
    let until_s = suite.now_s() + 5_000;
    let claims = vec![of(&suite, "bob", vec![wrong])];
    assert_refused(batch(&mut suite, claims), ContractError::Paused { until_s });
}

/// Each account's payout address holds for its own items alone.
#[test]
fn payout_addresses_stay_apart() {
    let (mut suite, [a, _]) = settled();
    let (alice, safe, bob) = (suite.user("alice"), suite.user("safe"), suite.user("bob"));
    let set = ExecuteMsg::SetPayoutAddress { address: Some(safe.to_string()) };
    suite.execute(&alice, &set, &[]).unwrap();
    let claims = ["alice", "bob"].map(|name| of(&suite, name, vec![suite.claim_item(name, a, 0)])).to_vec();
    batch(&mut suite, claims).unwrap();
    let held = [&alice, &safe, &bob].map(|account| suite.balance(account, ATT));
    assert_eq!(held, [0, 500, 500]);
}

#[test]
fn a_transfer_that_fails_is_owed_and_stops_nobody() {
    let (mut suite, asset) = Suite::with_token();
    let token = NewCampaign::default().bringing(1_000, &asset).create(&mut suite);
    let coin = NewCampaign::default().create(&mut suite);
    suite.run_epoch(0, &[(token, &[("alice", 5)]), (coin, &[("bob", 5)])]);
    suite.become_mode(&asset, Mode::Fails("blocked".into()));
    let claims = vec![
        of(&suite, "alice", vec![suite.claim_item("alice", token, 0)]),
        of(&suite, "bob", vec![suite.claim_item("bob", coin, 0)]),
    ];
    batch(&mut suite, claims).unwrap();
    assert_eq!(
        (suite.owed(&asset, &suite.user("alice")), suite.balance(&suite.user("bob"), ATT)),
        (100, 1_000)
    );
}
