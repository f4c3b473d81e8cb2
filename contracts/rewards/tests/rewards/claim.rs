//! Claims: whose leaf, how much of it, how often. Holds I13: an older leaf pays nothing.

use attention_protocol::ProtocolError;
use attention_protocol::msg::{ClaimItem, ClaimableResponse, ClaimableStatus, ClaimedResponse, QueryMsg};
use attention_protocol::rule::Unlock;
use attention_rewards::ContractError;
use cosmwasm_std::Binary;

use crate::suite::{ATT, NewCampaign, Suite, T0, USD, assert_refused};

/// One campaign, epoch 0 settled: alice 750 of 1,000, bob 250.
fn settled() -> (Suite, u64) {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().create(&mut suite);
    suite.run_epoch(0, &[(campaign, &[("alice", 750_000), ("bob", 250_000)])]);
    (suite, campaign)
}

fn claimed(suite: &Suite, campaign: u64, name: &str) -> u128 {
    let account = suite.user(name).to_string();
    suite.query::<ClaimedResponse>(&QueryMsg::Claimed { campaign, account }).claimed.u128()
}

#[test]
fn everybody_gets_what_the_leaf_says() {
    let (mut suite, campaign) = settled();
    assert_eq!(suite.claimed_now("alice", campaign, 0), 750);
    assert_eq!(suite.claimed_now("bob", campaign, 0), 250);
    let money = suite.money(campaign);
    assert_eq!((money.claimed.u128(), money.outstanding.u128()), (1_000, 0));
    assert_eq!(claimed(&suite, campaign, "alice"), 750);
}

#[test]
fn a_second_claim_pays_nothing() {
    let (mut suite, campaign) = settled();
    suite.claim_one("alice", campaign, 0).unwrap();
    assert_refused(suite.claim_one("alice", campaign, 0), ContractError::NothingToClaim {});
}

#[test]
fn a_campaign_cannot_stand_twice_in_one_claim() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().create(&mut suite);
    let second = NewCampaign::default().create(&mut suite);
    let scores: &[(&str, u32)] = &[("alice", 5)];
    suite.run_epoch(0, &[(campaign, scores), (second, scores)]);
    let item = suite.claim_item("alice", campaign, 0);
    let expected = ContractError::CampaignsNotRising { campaign };
    assert_refused(suite.claim("alice", vec![item.clone(), item]), expected.clone());
    let items = [second, campaign].map(|id| suite.claim_item("alice", id, 0)).to_vec();
    assert_refused(suite.claim("alice", items), expected);
}

/// Two epochs unclaimed: one claim on the newest pays both, and one on the old leaf pays nothing more.
#[test]
fn the_newest_leaf_pays_everything_before_it() {
    let (mut suite, campaign) = settled();
    suite.run_epoch(1, &[(campaign, &[("alice", 500_000), ("bob", 500_000)])]);
    assert_eq!(suite.claimed_now("alice", campaign, 1), 750 + 500);
    assert_refused(suite.claim_one("alice", campaign, 0), ContractError::NothingToClaim {});
    assert_eq!(suite.claimed_now("bob", campaign, 0), 250, "an old allocation pays its part");
    assert_eq!(suite.claimed_now("bob", campaign, 1), 500);
}

#[test]
fn many_campaigns_are_paid_by_one_transfer_an_asset() {
    let mut suite = Suite::new();
    let ids = [ATT, USD, ATT].map(|denom| NewCampaign::default().bringing(10_050, denom).create(&mut suite));
    let scores: &[(&str, u32)] = &[("alice", 5)];
    suite.run_epoch(0, &ids.map(|id| (id, scores)));
    let items = ids.map(|id| suite.claim_item("alice", id, 0)).to_vec();
    let response = suite.claim("alice", items).unwrap();
    let alice = suite.user("alice");
    assert_eq!((suite.balance(&alice, ATT), suite.balance(&alice, USD)), (2_000, 1_005));
    let transfers: Vec<_> = response.events.iter().filter(|event| event.ty == "transfer").collect();
    let amounts: Vec<&str> = transfers
        .iter()
        .flat_map(|event| event.attributes.iter().filter(|a| a.key == "amount").map(|a| a.value.as_str()))
        .collect();
    assert_eq!(amounts, ["2000uatt", "1005uusd"]);
}

#[test]
fn an_item_of_zero_is_fine_beside_one_that_pays() {
    let mut suite = Suite::new();
    let a = NewCampaign::default().create(&mut suite);
    let b = NewCampaign::default().create(&mut suite);
    let scores: &[(&str, u32)] = &[("alice", 5)];
    suite.run_epoch(0, &[(a, scores), (b, scores)]);
    suite.claim_one("alice", a, 0).unwrap();
    let items = [a, b].map(|id| suite.claim_item("alice", id, 0)).to_vec();
    let response = suite.claim("alice", items.clone()).unwrap();
    assert_eq!(response.events.iter().filter(|event| event.ty == "wasm-reward_claimed").count(), 1);
    assert_refused(suite.claim("alice", items), ContractError::NothingToClaim {});
}

#[test]
fn one_to_32_items() {
    let (mut suite, campaign) = settled();
    let count = |actual| ContractError::Count { what: "items", max: 32, actual };
    assert_refused(suite.claim("alice", vec![]), count(0));
    let item = suite.claim_item("alice", campaign, 0);
    assert_refused(suite.claim("alice", vec![item; 33]), count(33));
}

#[test]
fn only_the_leafs_own_account_is_paid() {
    let (mut suite, campaign) = settled();
    let item = suite.claim_item("alice", campaign, 0);
    assert_refused(suite.claim("bob", vec![item]), ContractError::NotYourLeaf { campaign });
}

#[test]
fn an_account_of_a_contract_claims_too() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().create(&mut suite);
    suite.run_epoch(0, &[(campaign, &[("dao", 5), ("bob", 5)])]);
    assert_eq!(suite.claimed_now("dao", campaign, 0), 500);
}

#[test]
fn only_settled_allocations_pay() {
    let (mut suite, campaign) = settled();
    let draft = suite.report_epoch(1, &[(campaign, &[("alice", 5)])]);
    suite.finalise();
    let item = suite.claim_item("alice", campaign, 1);
    let expected = ContractError::NotSettled { campaign, epoch: 1 };
    assert_refused(suite.claim("alice", vec![item.clone()]), expected);
    let items = suite.settle_items(&draft);
    suite.settle(items).unwrap();
    suite.claim("alice", vec![item.clone()]).unwrap();
    let unknown = ClaimItem { campaign: 9, ..item };
    assert_refused(suite.claim("alice", vec![unknown]), ContractError::UnknownCampaign { campaign: 9 });
}

/// Security 2.4 to 2.6: every changed byte, length, index or place is refused.
#[test]
fn no_changed_proof_pays() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().create(&mut suite);
    let other = NewCampaign::default().create(&mut suite);
    let names = ["alice", "bob", "carol", "dave", "erin"];
    let scores: Vec<(&str, u32)> = names.iter().map(|name| (*name, 100_000)).collect();
    suite.run_epoch(0, &[(campaign, &scores), (other, &scores)]);
    suite.run_epoch(1, &[(campaign, &scores)]);
    let good = suite.claim_item("carol", campaign, 1);
    let proof = good.proof.to_vec();
    for at in 0..proof.len() {
        let mut changed = proof.clone();
        changed[at] ^= 1;
        let item = ClaimItem { proof: Binary::new(changed), ..good.clone() };
        assert!(suite.claim("carol", vec![item]).is_err(), "byte {at}");
    }
    let mut attempt = |change: &dyn Fn(&mut ClaimItem)| {
        let mut item = good.clone();
        change(&mut item);
        suite.claim("carol", vec![item]).unwrap_err()
    };
    // Behind the leaf come three siblings; a hash and a 0 would be a fourth that holds nothing.
    let siblings = proof.len() - 55;
    let mut too_long = proof.clone();
    too_long.extend([0; 33]);
    let long = attempt(&|item| item.proof = Binary::new(too_long.clone()));
    assert!(
        long.ends_with(
            &ProtocolError::Length {
                what: "siblings of the proof",
                expected: siblings,
                actual: siblings + 33
            }
            .to_string()
        ),
        "{long}"
    );
    assert!(
        attempt(&|item| item.proof = Binary::new(proof[..proof.len() - 33].to_vec())).contains("siblings")
    );
    assert!(attempt(&|item| item.proof = Binary::default()).contains("packed leaf"));
    for position in [0, 1, 2, 3, 4, 5, u32::MAX] {
        if position != good.position {
            attempt(&|item| item.position = position);
        }
    }
    attempt(&|item| item.epoch = 0);
    attempt(&|item| item.campaign = other);
    suite.claim("carol", vec![good]).unwrap();
}

#[test]
fn unlocking_is_linear_between_its_times() {
    let mut suite = Suite::new();
    let (start_s, end_s) = (T0 + 100_000, T0 + 101_000);
    let campaign = NewCampaign::default()
        .rule(|rule| rule.unlock = Unlock { start_s, end_s })
        .change(|msg| msg.claim_deadline_s = end_s)
        .create(&mut suite);
    suite.run_epoch(0, &[(campaign, &[("alice", 5)])]);
    let nothing = ContractError::NothingToClaim {};
    assert_refused(suite.claim_one("alice", campaign, 0), nothing.clone());
    suite.go_to(start_s);
    assert_refused(suite.claim_one("alice", campaign, 0), nothing.clone());
    suite.go_to(start_s + 1);
    assert_eq!(suite.claimed_now("alice", campaign, 0), 1);
    assert_refused(suite.claim_one("alice", campaign, 0), nothing);
    suite.go_to(start_s + 500);
    assert_eq!(suite.claimed_now("alice", campaign, 0), 499);
    suite.go_to(end_s - 1);
    assert_eq!(suite.claimed_now("alice", campaign, 0), 499);
    suite.go_to(end_s);
    assert_eq!(suite.claimed_now("alice", campaign, 0), 1);
    assert_eq!(claimed(&suite, campaign, "alice"), 1_000);
}

#[test]
fn the_query_says_what_a_claim_would_pay() {
    let (mut suite, campaign) = settled();
    let item = suite.claim_item("alice", campaign, 0);
    let account = suite.user("alice").to_string();
    let ask = |suite: &Suite, items: Vec<ClaimItem>| -> ClaimableResponse {
        suite.query(&QueryMsg::Claimable { account: account.clone(), items })
    };
    let unknown = ClaimItem { campaign: 9, ..item.clone() };
    let answer = ask(&suite, vec![item.clone(), unknown]);
    let first = &answer.items[0];
    assert_eq!(first.status, ClaimableStatus::Ok);
    assert_eq!((first.denom.as_str(), first.amount.u128(), first.unlocked.u128()), (ATT, 750, 750));
    let reason = ContractError::UnknownCampaign { campaign: 9 }.to_string();
    assert_eq!(answer.items[1].status, ClaimableStatus::Refused { reason });
    // What is not paid twice is not promised twice.
    let twice = ask(&suite, vec![item.clone(), item.clone()]);
    assert_eq!(twice.items[0].status, ClaimableStatus::Ok);
    let reason = ContractError::CampaignsNotRising { campaign }.to_string();
    assert_eq!(twice.items[1].status, ClaimableStatus::Refused { reason });
    suite.claim("alice", vec![item.clone()]).unwrap();
    let after = &ask(&suite, vec![item.clone()]).items[0];
    assert_eq!((after.amount.u128(), after.claimed.u128(), after.cumulative.u128()), (0, 750, 750));
    suite.pause();
    let paused = &ask(&suite, vec![item.clone()]).items[0];
    assert!(matches!(&paused.status, ClaimableStatus::Refused { reason } if reason.contains("paused")));
    let too_many = QueryMsg::Claimable { account: account.clone(), items: vec![item; 33] };
    assert!(suite.query_error(&too_many).contains("between 1 and 32 are needed, got 33"));
    assert!(ask(&suite, vec![]).items.is_empty());
}
