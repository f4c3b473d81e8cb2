//! Payments that fail become owed amounts, and owed amounts flow whatever else stands still.

use attention_protocol::event::Event;
use attention_protocol::msg::ExecuteMsg;
use attention_rewards::ContractError;
use cosmwasm_std::{Addr, coins};
use cw_multi_test::Executor;

use crate::suite::{ATT, Mode, NewCampaign, Suite, assert_refused, events};

fn fails() -> Mode {
    Mode::Fails("blocked".into())
}

/// A campaign of 1,000 tokens that is over: alice earned 600, bob 400, and their token blocks transfers.
fn blocked() -> (Suite, String, u64) {
    let (mut suite, asset) = Suite::with_token();
    let campaign = NewCampaign::default().epochs(0, 1).bringing(1_000, &asset).create(&mut suite);
    suite.run_epoch(0, &[(campaign, &[("alice", 600_000), ("bob", 400_000)])]);
    suite.become_mode(&asset, fails());
    (suite, asset, campaign)
}

#[test]
fn a_claim_that_fails_is_owed_and_withdrawn_later() {
    let (mut suite, asset, campaign) = blocked();
    let alice = suite.user("alice");
    let response = suite.claim_one("alice", campaign, 0).unwrap();
    let failed = events(&response).into_iter().find(|event| matches!(event, Event::PayoutFailed { .. }));
    let Some(Event::PayoutFailed { account, amount, denom, reason }) = failed else { panic!("{response:?}") };
    assert_eq!((account.as_str(), amount, denom.as_str()), (alice.as_str(), 600, asset.as_str()));
    assert!(reason.contains("blocked") || reason.len() == 128, "{reason}");
    assert_eq!((suite.owed(&asset, &alice), suite.balance(&alice, &asset)), (600, 0));
    let money = suite.money(campaign);
    assert_eq!((money.claimed.u128(), money.outstanding.u128()), (600, 400), "it counts as claimed");
    assert_refused(suite.claim_one("alice", campaign, 0), ContractError::NothingToClaim {});
    // While it is blocked a withdrawal fails as a whole, and the debt stays.
    assert!(suite.withdraw_owed(&alice, &asset, None).unwrap_err().contains("blocked"));
    assert_eq!(suite.owed(&asset, &alice), 600);
    suite.become_mode(&asset, Mode::Honest);
    let response = suite.withdraw_owed(&alice, &asset, None).unwrap();
    let expected = Event::OwedWithdrawn {
        account: alice.to_string(),
        recipient: alice.to_string(),
        amount: 600,
        denom: asset.clone(),
    };
    assert_eq!(events(&response), [expected]);
    assert_eq!((suite.owed(&asset, &alice), suite.balance(&alice, &asset)), (0, 600));
    let nothing = ContractError::NothingOwed { account: alice.clone(), denom: asset.clone() };
    assert_refused(suite.withdraw_owed(&alice, &asset, None), nothing);
    assert_eq!(suite.claimed_now("bob", campaign, 0), 400, "others are paid as usual");
}

/// One message, two assets: the one that fails does not stop the other.
#[test]
fn a_failing_asset_blocks_no_other() {
    let (mut suite, asset) = Suite::with_token();
    let token = NewCampaign::default().bringing(1_000, &asset).create(&mut suite);
    let coin = NewCampaign::default().create(&mut suite);
    let scores: &[(&str, u32)] = &[("alice", 5)];
    suite.run_epoch(0, &[(token, scores), (coin, scores)]);
    suite.become_mode(&asset, fails());
    let items = [token, coin].map(|campaign| suite.claim_item("alice", campaign, 0)).to_vec();
    suite.claim("alice", items).unwrap();
    let alice = suite.user("alice");
    assert_eq!((suite.balance(&alice, ATT), suite.balance(&alice, &asset)), (1_000, 0));
    assert_eq!((suite.owed(ATT, &alice), suite.owed(&asset, &alice)), (0, 100));
}

#[test]
fn only_the_owed_account_withdraws_and_says_where_to() {
    let (mut suite, asset, campaign) = blocked();
    suite.claim_one("alice", campaign, 0).unwrap();
    suite.become_mode(&asset, Mode::Honest);
    let [alice, mallory, safe] = ["alice", "mallory", "safe"].map(|name| suite.user(name));
    let nothing = ContractError::NothingOwed { account: mallory.clone(), denom: asset.clone() };
    assert_refused(suite.withdraw_owed(&mallory, &asset, Some(&mallory)), nothing);
    let other = ContractError::NothingOwed { account: alice.clone(), denom: ATT.into() };
    assert_refused(suite.withdraw_owed(&alice, ATT, None), other);
    let requirement = "another address than this contract's";
    let (field, contract) = ("recipient", suite.contract.clone());
    let own = ContractError::Invalid { field, value: contract.to_string(), requirement };
    assert_refused(suite.withdraw_owed(&alice, &asset, Some(&contract)), own);
    suite.withdraw_owed(&alice, &asset, Some(&safe)).unwrap();
    assert_eq!((suite.balance(&safe, &asset), suite.balance(&alice, &asset)), (600, 0));
}

/// Several failures add up to one debt.
#[test]
fn debts_add_up() {
    let (mut suite, asset) = Suite::with_token();
    let [a, b] = [(); 2].map(|()| NewCampaign::default().bringing(1_000, &asset).create(&mut suite));
    let scores: &[(&str, u32)] = &[("alice", 5)];
    suite.run_epoch(0, &[(a, scores), (b, scores)]);
    suite.become_mode(&asset, fails());
    suite.claim_one("alice", a, 0).unwrap();
    suite.claim_one("alice", b, 0).unwrap();
    let alice = suite.user("alice");
    assert_eq!(suite.owed(&asset, &alice), 200);
    assert_eq!(suite.debts(&asset).withdrawable, 200);
}

#[test]
fn a_refund_that_fails_is_owed_to_the_refund_address() {
    let (mut suite, asset) = Suite::with_token();
    let treasury = suite.user("treasury");
    let to = treasury.to_string();
    let campaign = NewCampaign::default()
        .epochs(3, 9)
        .bringing(1_000, &asset)
        .change(|msg| msg.refund_address = Some(to))
        .create(&mut suite);
    suite.stop(campaign).unwrap();
    suite.become_mode(&asset, fails());
    suite.pause();
    suite.refund(campaign).unwrap();
    assert_eq!((suite.owed(&asset, &treasury), suite.money(campaign).refunded.u128()), (1_000, 1_000));
    assert!(suite.refund(campaign).is_err(), "the campaign is done with it");
    suite.become_mode(&asset, Mode::Honest);
    // Still paused: what is owed flows all the same.
    suite.withdraw_owed(&treasury, &asset, None).unwrap();
    assert_eq!(suite.balance(&treasury, &asset), 1_000);
}

/// A native transfer that the bank refuses. Here the bank has lost the contract's coins, which no chain does; the books are not
/// compared until they are back.
#[test]
fn a_native_payment_that_fails_is_owed_too() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().create(&mut suite);
    suite.run_epoch(0, &[(campaign, &[("alice", 5)])]);
    let (alice, contract) = (suite.user("alice"), suite.contract.clone());
    let set_balance = |suite: &mut Suite, amount: u128| {
        let coins = if amount == 0 { vec![] } else { coins(amount, ATT) };
        suite
            .app
            .init_modules(|router, _, storage| router.bank.init_balance(storage, &contract, coins).unwrap());
    };
    set_balance(&mut suite, 0);
    let items = vec![suite.claim_item("alice", campaign, 0)];
    let msg = ExecuteMsg::Claim { items };
    suite.app.execute_contract(alice.clone(), suite.contract.clone(), &msg, &[]).unwrap();
    set_balance(&mut suite, 10_050);
    suite.check_conservation();
    assert_eq!(suite.owed(ATT, &alice), 1_000);
    suite.withdraw_owed(&alice, ATT, None).unwrap();
    assert_eq!(suite.balance(&alice, ATT), 1_000);
}

/// What an attacker writes into its error is shortened before it goes into an event.
#[test]
fn a_reason_is_shortened() {
    let (mut suite, asset, campaign) = blocked();
    suite.become_mode(&asset, Mode::Fails("x".repeat(10_000)));
    let response = suite.claim_one("bob", campaign, 0).unwrap();
    let reasons: Vec<String> = events(&response)
        .into_iter()
        .filter_map(|event| match event {
            Event::PayoutFailed { reason, .. } => Some(reason),
            _ => None,
        })
        .collect();
    assert_eq!(reasons.iter().map(String::len).collect::<Vec<_>>(), [128]);
}

#[test]
fn an_address_that_is_none_is_refused() {
    let (mut suite, asset, campaign) = blocked();
    suite.claim_one("alice", campaign, 0).unwrap();
    let alice = suite.user("alice");
    let bad = suite.withdraw_owed(&alice, &asset, Some(&Addr::unchecked("nobody")));
    assert!(bad.is_err());
    assert_eq!(suite.owed(&asset, &alice), 600);
}
