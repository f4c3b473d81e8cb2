//! What a claim would pay, in all: a page needs no arithmetic.

use attention_protocol::msg::{
    AssetAmount, ClaimItem, ExecuteMsg, PreviewClaimResponse, QueryMsg, SkippedItem,
};
use attention_rewards::ContractError;

use crate::suite::{ATT, NewCampaign, Suite, USD};

fn preview(suite: &Suite, name: &str, items: Vec<ClaimItem>) -> PreviewClaimResponse {
    suite.query(&QueryMsg::PreviewClaim { account: suite.user(name).to_string(), items })
}

#[test]
fn the_sums_are_those_of_the_claim_without_what_is_skipped() {
    let mut suite = Suite::new();
    let ids = [ATT, USD, ATT].map(|denom| NewCampaign::default().bringing(10_050, denom).create(&mut suite));
    let scores: &[(&str, u32)] = &[("alice", 5)];
    suite.run_epoch(0, &ids.map(|id| (id, scores)));
    let mut items: Vec<ClaimItem> = ids.iter().map(|id| suite.claim_item("alice", *id, 0)).collect();
    let unknown = ClaimItem { campaign: 9, ..items[0].clone() };
    items.push(unknown);
    items.push(items[0].clone());
    let answer = preview(&suite, "alice", items.clone());
    assert_eq!(answer.recipient, suite.user("alice"));
    let amount = |denom: &str, amount: u128| AssetAmount { denom: denom.into(), amount: amount.into() };
    assert_eq!(answer.payouts, [amount(ATT, 2_000), amount(USD, 1_005)]);
    let skipped =
        |index, campaign, error: ContractError| SkippedItem { index, campaign, reason: error.to_string() };
    let expected = [
        skipped(3, 9, ContractError::UnknownCampaign { campaign: 9 }),
        skipped(4, ids[0], ContractError::CampaignsNotRising { campaign: ids[0] }),
    ];
    assert_eq!(answer.skipped, expected);
    suite.claim("alice", items[..3].to_vec()).unwrap();
    let alice = suite.user("alice");
    assert_eq!((suite.balance(&alice, ATT), suite.balance(&alice, USD)), (2_000, 1_005));
    let after = preview(&suite, "alice", items[..1].to_vec());
    assert!(after.payouts.is_empty());
    assert_eq!(after.skipped, [skipped(0, ids[0], ContractError::NothingToClaim {})]);
}

#[test]
fn it_names_the_payout_address_and_a_pause() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().create(&mut suite);
    suite.run_epoch(0, &[(campaign, &[("alice", 5)])]);
    let (alice, safe) = (suite.user("alice"), suite.user("safe"));
    let set = ExecuteMsg::SetPayoutAddress { address: Some(safe.to_string()) };
    suite.execute(&alice, &set, &[]).unwrap();
    let item = suite.claim_item("alice", campaign, 0);
    assert_eq!(preview(&suite, "alice", vec![item.clone()]).recipient, safe);
    suite.pause();
    let until_s = suite.now_s() + 5_000;
    let paused = preview(&suite, "alice", vec![item]);
    assert!(paused.payouts.is_empty());
    assert_eq!(paused.skipped[0].reason, ContractError::Paused { until_s }.to_string());
}

#[test]
fn none_to_32_items() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().create(&mut suite);
    suite.run_epoch(0, &[(campaign, &[("alice", 5)])]);
    let item = suite.claim_item("alice", campaign, 0);
    assert!(preview(&suite, "alice", vec![]).payouts.is_empty());
    assert_eq!(preview(&suite, "alice", vec![item.clone(); 32]).skipped.len(), 31);
    let account = suite.user("alice").to_string();
    let many = QueryMsg::PreviewClaim { account, items: vec![item; 33] };
    let expected = ContractError::Count { what: "items", max: 32, actual: 33 };
    assert!(suite.query_error(&many).contains(&expected.to_string()));
}
