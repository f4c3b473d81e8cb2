//! Where others' claims pay an account.

use attention_protocol::event::Event;
use attention_protocol::msg::{ExecuteMsg, PayoutAddressResponse, QueryMsg};
use attention_rewards::ContractError;
use cosmwasm_std::Addr;
use cw_multi_test::AppResponse;

use crate::suite::{ATT, NewCampaign, Suite, assert_refused, events};

fn set(suite: &mut Suite, name: &str, address: Option<String>) -> Result<AppResponse, String> {
    let user = suite.user(name);
    suite.execute(&user, &ExecuteMsg::SetPayoutAddress { address }, &[])
}

fn address(suite: &Suite, name: &str) -> Option<Addr> {
    let query = QueryMsg::PayoutAddress { account: suite.user(name).to_string() };
    suite.query::<PayoutAddressResponse>(&query).address
}

#[test]
fn others_pay_there_and_the_account_itself_is_paid_as_ever() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().create(&mut suite);
    suite.run_epoch(0, &[(campaign, &[("alice", 5)])]);
    let (alice, safe, anyone) = (suite.user("alice"), suite.user("safe"), suite.user("anyone"));
    let response = set(&mut suite, "alice", Some(safe.to_string())).unwrap();
    let expected = Event::PayoutAddressSet { account: alice.to_string(), address: safe.to_string() };
    assert_eq!(events(&response), [expected]);
    let claim_for = |suite: &Suite, epoch| ExecuteMsg::ClaimFor {
        account: alice.to_string(),
        items: vec![suite.claim_item("alice", campaign, epoch)],
        redirect: None,
    };
    let msg = claim_for(&suite, 0);
    let response = suite.execute(&anyone, &msg, &[]).unwrap();
    let redirected = Event::PayoutRedirected { account: alice.to_string(), recipient: safe.to_string() };
    assert!(events(&response).contains(&redirected));
    assert_eq!((suite.balance(&safe, ATT), suite.balance(&alice, ATT)), (1_000, 0));
    suite.run_epoch(1, &[(campaign, &[("alice", 5)])]);
    let response = suite.claim_one("alice", campaign, 1).unwrap();
    assert!(!events(&response).iter().any(|event| matches!(event, Event::PayoutRedirected { .. })));
    assert_eq!((suite.balance(&safe, ATT), suite.balance(&alice, ATT)), (1_000, 1_000));
    suite.run_epoch(2, &[(campaign, &[("alice", 5)])]);
    set(&mut suite, "alice", None).unwrap();
    let msg = claim_for(&suite, 2);
    suite.execute(&anyone, &msg, &[]).unwrap();
    assert_eq!((suite.balance(&safe, ATT), suite.balance(&alice, ATT)), (1_000, 2_000));
}

#[test]
fn each_account_sets_its_own() {
    let mut suite = Suite::new();
    let (safe, other) = (suite.user("safe"), suite.user("other"));
    assert_eq!(address(&suite, "alice"), None);
    set(&mut suite, "alice", Some(safe.to_string())).unwrap();
    set(&mut suite, "dao", Some(other.to_string())).unwrap();
    assert_eq!(
        [address(&suite, "alice"), address(&suite, "dao"), address(&suite, "bob")],
        [Some(safe), Some(other), None]
    );
    set(&mut suite, "alice", None).unwrap();
    assert_eq!(address(&suite, "alice"), None);
}

#[test]
fn it_is_a_valid_address_other_than_the_contracts_and_a_pause_does_not_matter() {
    let mut suite = Suite::new();
    assert!(set(&mut suite, "alice", Some("nobody".into())).is_err());
    let contract = suite.contract.to_string();
    let requirement = "another address than this contract's";
    let own = ContractError::Invalid { field: "address", value: contract.clone(), requirement };
    assert_refused(set(&mut suite, "alice", Some(contract)), own);
    suite.pause();
    let safe = suite.user("safe").to_string();
    set(&mut suite, "alice", Some(safe)).unwrap();
}
